"""Counts tokens: exactly where the ranks of the model's encoding are on this machine, else an estimate that says so.

The estimate of a model is corrected by what its host has reported (`calibrate`).

A text is counted in pieces, cut after some words where no token crosses: tiktoken, quadratic on a long run without a
split, never gets one; and of a long text that was edited only the pieces around the edit are counted again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.token_ranks import encoding_for, load_encoding, rank_folders
from workbench.core.connection import PRACTICE
from workbench.core.token_calibration import MESSAGE_OVERHEAD, NO_CALIBRATION, REPLY_OVERHEAD, Calibration
from workbench.core.token_estimate import weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tiktoken import Encoding

    from workbench.core.prompt import Message
    from workbench.core.request import Request

_LONGEST_PIECE = 2_000
_FARTHEST_CUT = 16_000
"""Characters that are searched for a cut near an edit; one blob without any is counted anew."""
_LONG = 8_000
_LONG_KEPT = 4
_SAMPLED_FROM = 400_000
"""Characters. A longer text is judged by samples: no person edits it, and hardly a model takes it."""
_SAMPLES = 100
_CUT = re.compile(r'(?<=[dy]|[^\W\da-zA-Z_])(?=[\s。，、！？",:;(){}\[\]<>=/])')
"""Between a letter and white space or a mark that is no apostrophe no token crosses. The words are chosen by their last
letter and not by their place, so that an edit moves no cut but its own."""


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens. One that is not exact is shown with `~` before it."""

    value: int
    exact: bool


class _Kept:
    """The counts of the texts used last, bounded by their characters."""

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._size = 0
        self._new: dict[tuple[str, str], TokenCount] = {}
        self._old: dict[tuple[str, str], TokenCount] = {}

    def get(self, how: str, text: str) -> TokenCount | None:
        key = (how, text)
        found = self._new.get(key)
        if found is None and key in self._old:
            found = self._old[key]
            self.put(how, text, found)
        return found

    def forget(self, how: str) -> None:
        """What was counted in this way is to be counted anew."""
        for kept in (self._new, self._old):
            for key in [key for key in kept if key[0] == how]:
                del kept[key]

    def put(self, how: str, text: str, count: TokenCount) -> None:
        self._size += len(text)
        if self._size > self._limit:
            # Two generations: what was not asked for since the last change of them goes.
            self._old, self._new, self._size = self._new, {}, len(text)
        self._new[how, text] = count


class _Long(NamedTuple):
    """A text with its count, not yet rounded."""

    how: str
    text: str
    weight: float
    exact: bool

    def is_like(self, how: str, text: str) -> bool:
        """Whether `text` may be this one, edited in one place: then it begins or ends as this does."""
        return self.how == how and (self.text[:64] == text[:64] or self.text[-64:] == text[-64:])


def _changed(old: str, new: str) -> tuple[int, int]:
    """The part of `new` outside of which it is `old`, widened to the nearest cuts that both have."""
    shorter = min(len(old), len(new))
    before = _common(shorter, lambda n: old.startswith(new[:n]))
    after = _common(shorter - before, lambda n: old.endswith(new[len(new) - n :]))
    start = 0
    reach = _LONGEST_PIECE
    while start == 0 and reach < min(2 * before, _FARTHEST_CUT):
        # The cut must be older than the last common character, which says whether there is one.
        for cut in _CUT.finditer(new, max(0, before - reach), before):
            start = cut.start()
        reach *= 4
    cut_after = _CUT.search(new, len(new) - after + 1, len(new) - after + _FARTHEST_CUT)
    return start, cut_after.start() if cut_after else len(new)


def _common(most: int, holds: Callable[[int], bool]) -> int:
    """The largest n up to `most` for which `holds`, which is true up to some n and false from there."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


class TokenCounter:
    """Counts for the screen, from any thread. Until `load` has run, and where there are no ranks, it estimates."""

    def __init__(self, environ: Mapping[str, str], own_folder: Path | None = None) -> None:
        """`own_folder` is where the program itself puts ranks."""
        self._environ = environ
        self._own_folder = own_folder
        self._encodings: dict[str, Encoding] = {}
        self._calibrations: dict[str, Calibration] = {}
        """By host and model."""
        self._texts = _Kept(1_000_000)
        self._long: list[_Long] = []
        self._lock = Lock()

    def load(self, model: str = "gpt-5.4-mini") -> bool:
        """Load the ranks of `model`'s encoding, if they are on this machine: some 0.4 s and 60 MB, so for a thread.

        Returns whether counts for it are exact now. Raises nothing and touches no network.
        """
        encoding, known = encoding_for(model)
        if encoding and encoding not in self._encodings:
            loaded = load_encoding(encoding, rank_folders(self._environ, self._own_folder))
            if loaded is not None:
                self._encodings[encoding] = loaded
        return known and encoding in self._encodings

    def has_ranks(self, model: str) -> bool:
        """Whether the ranks of the encoding that `model` has, or is taken to have, are loaded."""
        return encoding_for(model)[0] in self._encodings

    def calibrate(self, host: str, model: str, calibration: Calibration) -> bool:
        """Correct the estimates of this model at this host so from now on; whether that is another way than before."""
        how = _estimate_of(host, model)
        with self._lock:
            changed = self._calibrations.get(how, NO_CALIBRATION) != calibration
            if changed:
                self._calibrations[how] = calibration
                self._texts.forget(how)
                self._long = [each for each in self._long if each.how != how]
        return changed

    def calibration(self, host: str, model: str) -> Calibration:
        """How the estimates of this model at this host are corrected."""
        return self._calibrations.get(_estimate_of(host, model), NO_CALIBRATION)

    def count(self, text: str, model: str, practice: bool, host: str = "") -> TokenCount:
        """The tokens of a text as `model` counts them. Costs next to nothing for a text that was counted before.

        `host` is where it is asked: what was learned of it there corrects an estimate.
        """
        name, known = (PRACTICE, True) if practice else encoding_for(model)
        how = name if practice or name in self._encodings else ""
        if not how and (own := _estimate_of(host, model)) in self._calibrations:
            how = own
        with self._lock:
            found = self._texts.get(how, text)
            if found is None:
                found = self._count(text, how)
                self._texts.put(how, text, found)
        return found if known else TokenCount(found.value, False)

    def count_messages(self, messages: Iterable[Message], model: str, practice: bool, host: str = "") -> TokenCount:
        """The prompt tokens of the messages that are on: 3 for the reply, and 3 + role + content for each message; with
        an estimate, what this host has on top of that too."""
        total, exact = REPLY_OVERHEAD, True
        for message in messages:
            if message.on:
                role = self.count(message.role.value, model, practice)
                content = self.count(message.content, model, practice, host)
                total += MESSAGE_OVERHEAD + role.value + content.value
                exact = exact and content.exact
        if not exact and not practice and not self.has_ranks(model):
            total += round(self.calibration(host, model).extra)
        return TokenCount(total, exact)

    def count_request(self, request: Request, practice: bool, host: str = "") -> TokenCount:
        """The prompt tokens of a request, and about those of its tools, schema and calls. Images are not counted."""
        # With a request, not before.
        from workbench.core.beside_messages import counted_beside
        from workbench.core.data_url import image_urls

        texts = self.count_messages(request.messages, request.model, practice, host)
        if practice:
            return texts
        beside = [self.count(text, request.model, practice, host) for text in counted_beside(request.body).values()]
        exact = texts.exact and not beside and not any(image_urls(request.body))
        return TokenCount(texts.value + sum(each.value for each in beside), exact)

    def _count(self, text: str, how: str) -> TokenCount:
        if len(text) > _SAMPLED_FROM:
            return self._sampled(text, how)
        long = len(text) > _LONG
        counted = (self._edited(text, how) if long else None) or self._whole(text, how)
        if long:
            self._long = [counted, *self._long][:_LONG_KEPT]
        return TokenCount(max(1, round(counted.weight)) if text else 0, counted.exact)

    def _edited(self, text: str, how: str) -> _Long | None:
        """The count of a text that is one counted before with one place changed: only that place is counted."""
        before = next((long for long in self._long if long.is_like(how, text)), None)
        if before is None or before.exact != self._is_exact(how):
            return None
        start, end = _changed(before.text, text)
        if end - start > len(text) // 2:
            return None
        old = self._whole(before.text[start : len(before.text) - (len(text) - end)], how)
        new = self._whole(text[start:end], how)
        self._long.remove(before)
        return _Long(how, text, before.weight - old.weight + new.weight, new.exact)

    def _whole(self, text: str, how: str) -> _Long:
        tokenize = self._tokenizer(how)
        if how == PRACTICE:
            return _Long(how, text, tokenize(text), True)
        weight, exact = 0.0, self._is_exact(how)
        for piece in _CUT.split(text):
            if len(piece) > _LONGEST_PIECE:
                exact = False
            for start in range(0, len(piece), _LONGEST_PIECE):
                weight += tokenize(piece[start : start + _LONGEST_PIECE])
        return _Long(how, text, weight, exact)

    def _sampled(self, text: str, how: str) -> TokenCount:
        tokenize = self._tokenizer(how)
        step = len(text) // _SAMPLES
        weight = sum(tokenize(text[i * step : i * step + _LONGEST_PIECE]) for i in range(_SAMPLES))
        return TokenCount(round(weight * len(text) / (_SAMPLES * _LONGEST_PIECE)), False)

    def _is_exact(self, how: str) -> bool:
        return how == PRACTICE or how in self._encodings

    def _tokenizer(self, how: str) -> Callable[[str], float]:
        if how == PRACTICE:
            from workbench.adapters.practice import count_tokens  # needed with the practice connection alone

            return count_tokens
        if how not in self._encodings:
            return self._calibrations[how].weigh if how else weigh
        encoding = self._encodings[how]
        # Without `disallowed_special` a text that holds <|endoftext|> raises; a lone surrogate is no UTF-8.
        return lambda text: len(encoding.encode(text.encode("utf-8", "replace").decode(), disallowed_special=()))


def _estimate_of(host: str, model: str) -> str:
    """The name of the way to count that is an estimate for one model at one host; no encoding is called so."""
    return f"~{host} {model}"
