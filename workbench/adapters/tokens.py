"""Counts tokens: exactly where the ranks of the model's encoding are on this machine, else an estimate that says so.

tiktoken would download its ranks; here it never may. They are used where something else has put them: in the folder
that TIKTOKEN_CACHE_DIR (or DATA_GYM_CACHE_DIR) names, or in tiktoken's own in the temporary folder.

A text is counted in pieces, cut after some words where no token crosses: tiktoken, quadratic on a long run without a
split, never gets one; and of a long text that was edited only the pieces around the edit are counted again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.connection import PRACTICE
from workbench.core.token_estimate import weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktoken import Encoding

    from workbench.core.prompt import Message

REPLY_OVERHEAD = 3
MESSAGE_OVERHEAD = 3
"""Tokens around a reply and around each message (OpenAI cookbook, "How to count tokens with tiktoken")."""

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


class _Ranks(NamedTuple):
    """Where tiktoken gets the ranks of an encoding from, and what they must hash to (tiktoken_ext.openai_public)."""

    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        """What tiktoken calls the file in its cache."""
        import hashlib

        return hashlib.sha1(self.url.encode(), usedforsecurity=False).hexdigest()


_SOURCE = "https://openaipublic.blob.core.windows.net/encodings/"
RANKS: dict[str, _Ranks] = {
    "o200k_base": _Ranks(
        _SOURCE + "o200k_base.tiktoken", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    ),
    "cl100k_base": _Ranks(
        _SOURCE + "cl100k_base.tiktoken", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
    ),
}
_CL100K = re.compile(r"gpt-(4|3\.5|35)(-.*)?")
_O200K = re.compile(r"(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-5|o[134])([.\-].*)?")
_LATER_GPT = re.compile(r"(gpt-\d|o\d).*")


def encoding_for(model: str) -> tuple[str, bool]:
    """(encoding, whether that is known): "" for a model that is not OpenAI's; a later GPT is taken as o200k_base.

    tiktoken's own table is not asked: it takes a fine-tuned gpt-4.1 for a gpt-4, and importing it takes 0.1 s.
    """
    name = model.removeprefix("openai/")
    if name.startswith("ft:"):
        name = name[3:].partition(":")[0]
    if _O200K.fullmatch(name):
        return "o200k_base", True
    if _CL100K.fullmatch(name):
        return "cl100k_base", True
    return ("o200k_base", False) if _LATER_GPT.fullmatch(name) else ("", False)


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

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._encodings: dict[str, Encoding] = {}
        self._texts = _Kept(1_000_000)
        self._long: list[_Long] = []
        self._lock = Lock()

    def load(self, model: str = "gpt-5.4-mini") -> bool:
        """Load the ranks of `model`'s encoding, if they are on this machine: some 0.5 s and 60 MB, so for a thread.

        Returns whether counts for it are exact now. Raises nothing and touches no network.
        """
        encoding, known = encoding_for(model)
        if encoding and encoding not in self._encodings:
            loaded = _load(encoding, _cache_folder(self._environ))
            if loaded is not None:
                self._encodings[encoding] = loaded
        return known and encoding in self._encodings

    def count(self, text: str, model: str, practice: bool) -> TokenCount:
        """The tokens of a text as `model` counts them. Costs next to nothing for a text that was counted before."""
        name, known = (PRACTICE, True) if practice else encoding_for(model)
        how = name if practice or name in self._encodings else ""
        with self._lock:
            found = self._texts.get(how, text)
            if found is None:
                found = self._count(text, how)
                self._texts.put(how, text, found)
        return found if known else TokenCount(found.value, False)

    def count_messages(self, messages: Iterable[Message], model: str, practice: bool) -> TokenCount:
        """The prompt tokens of the messages that are on: 3 for the reply, and 3 + role + content for each message.

        With o200k_base this gave exactly the published counts 18, 47 and 18.
        """
        total, exact = REPLY_OVERHEAD, True
        for message in messages:
            if message.on:
                role = self.count(message.role.value, model, practice)
                content = self.count(message.content, model, practice)
                total += MESSAGE_OVERHEAD + role.value + content.value
                exact = exact and content.exact
        return TokenCount(total, exact)

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
        if before is None or before.exact != (how != ""):
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
        weight, exact = 0.0, how != ""
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

    def _tokenizer(self, how: str) -> Callable[[str], float]:
        if how == PRACTICE:
            from workbench.adapters.practice import count_tokens  # needed with the practice connection alone

            return count_tokens
        if not how:
            return weigh
        encoding = self._encodings[how]
        # Without `disallowed_special` a text that holds <|endoftext|> raises; a lone surrogate is no UTF-8.
        return lambda text: len(encoding.encode(text.encode("utf-8", "replace").decode(), disallowed_special=()))


def _cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where tiktoken keeps ranks, as its load.py finds it; None where its cache is switched off."""
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if name in environ:
            return Path(environ[name]) if environ[name] else None
    import tempfile  # like hashlib, no part of the first paint

    return Path(tempfile.gettempdir()) / "data-gym-cache"


def _load(encoding: str, folder: Path | None) -> Encoding | None:
    data = _read_ranks(encoding, folder)
    if data is None:
        return None
    import tiktoken.load  # 0.1 s and a compiled library, of use only where the ranks are here

    def from_this_machine(blobpath: str, expected_hash: str | None = None) -> bytes:
        if blobpath != RANKS[encoding].url:
            raise FileNotFoundError(blobpath)
        return data

    # tiktoken's own reader downloads what it does not find, and deletes a cached file that it does not like.
    if not hasattr(tiktoken.load, "read_file_cached"):
        return None
    tiktoken.load.read_file_cached = from_this_machine
    try:
        return tiktoken.get_encoding(encoding)
    except (OSError, ValueError):
        return None


def _read_ranks(encoding: str, folder: Path | None) -> bytes | None:
    """The ranks as tiktoken would have stored them, or None; a file with other contents is left alone."""
    if folder is None:
        return None
    import hashlib

    ranks = RANKS[encoding]
    try:
        data = (folder / ranks.file_name).read_bytes()
    except (OSError, ValueError):
        return None
    return data if hashlib.sha256(data).hexdigest() == ranks.sha256 else None
