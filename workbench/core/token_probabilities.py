"""The tokens of an answer with how likely each was, from its logprobs; their bytes joined, so that a character that is
split over tokens is whole again.

A token is bytes: most hold whole characters, but one syllable of Korean may be three tokens of a byte each. What is
shown of them are units: as few tokens as together begin and end with a character.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from codecs import utf_8_decode
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.json_text import unseen_escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.core.json_value import JSON

_UNTOLD = -1000.0
"""A logprob below is no measurement: endpoints write -9999 for a token that is not among those they looked at."""
_LONGEST = 40
"""Characters of a token that are told in its name."""


class Candidate(NamedTuple):
    """What might stand at a place. `logprob` is a natural logarithm; None where the endpoint gave none."""

    text: str
    """The endpoint's own name for it."""
    raw: bytes
    logprob: float | None

    @property
    def probability(self) -> float | None:
        """0 to 1."""
        return None if self.logprob is None else min(1.0, exp(min(0.0, self.logprob)))


class Token(NamedTuple):
    """A token that was written, with what the endpoint said of its place."""

    chosen: Candidate
    entry: JSON

    def candidates(self) -> tuple[Candidate, ...]:
        """The chosen one and the alternatives that were told, the likeliest first."""
        top = self.entry.get("top_logprobs") if isinstance(self.entry, dict) else None
        told = [candidate for each in (top if isinstance(top, list) else ()) if (candidate := _candidate(each))]
        others = [candidate for candidate in told if candidate.raw != self.chosen.raw]
        return tuple(sorted((self.chosen, *others), key=_likeliest_first))


class Unit(NamedTuple):
    """Tokens that hold whole characters together: from `first` on, up to `end`."""

    first: int
    end: int
    text: str
    """A byte that is no UTF-8 stands in it as a lone surrogate (PEP 383)."""
    logprob: float | None
    """Of all of them: how likely this text was after what stood before it."""
    least: float | None
    """The logprob of the least likely of them."""


class TokenText:
    """The tokens of one answer, also while they arrive."""

    def __init__(self, entries: Iterable[JSON] = ()) -> None:
        self.tokens: list[Token] = []
        self.units: list[Unit] = []
        self._open = b""
        """The bytes of the tokens after the last unit."""
        self._first_open = 0
        self.add(entries)

    def add(self, entries: Iterable[JSON]) -> None:
        """More entries of `logprobs.content`; what is none is left out."""
        for entry in entries:
            token = read_token(entry)
            if token is None:
                continue
            self.tokens.append(token)
            self._open += token.chosen.raw
            text, used = utf_8_decode(self._open, "surrogateescape", False)
            if used == len(self._open):
                self._close(text)

    def finish(self) -> None:
        """No more tokens come: what was held back for the rest of a character is shown as it is."""
        if self._first_open < len(self.tokens):
            self._close(self._open.decode("utf-8", "surrogateescape"))

    def _close(self, text: str) -> None:
        first, self._first_open, self._open = self._first_open, len(self.tokens), b""
        logprobs = [token.chosen.logprob for token in self.tokens[first:]]
        known = [logprob for logprob in logprobs if logprob is not None]
        told = bool(known) and len(known) == len(logprobs)
        joint, least = (sum(known), min(known)) if told else (None, None)
        self.units.append(Unit(first, len(self.tokens), text, joint, least))

    @property
    def text(self) -> str:
        """What the units say, joined."""
        return "".join(unit.text for unit in self.units)

    def unit_at(self, token: int) -> int:
        """The index of the unit that a token is in; the last one for tokens that are not in one yet."""
        return max(0, bisect_right(self.units, token, key=lambda unit: unit.first) - 1)

    def bytes_before(self, token: int) -> bytes:
        """The beginning of a character that the tokens before this one left unfinished."""
        first = self.units[self.unit_at(token)].first if self.units else 0
        raw = b"".join(each.chosen.raw for each in self.tokens[first:token])
        return raw[utf_8_decode(raw, "surrogateescape", False)[1] :]

    def names(self, token: int) -> list[tuple[Candidate, str]]:
        """The candidates at a token's place, the likeliest first, each with a name to show."""
        before = self.bytes_before(token)
        return [(candidate, name_of(candidate.raw, before)) for candidate in self.tokens[token].candidates()]


def token_entries(logprobs: JSON) -> Sequence[JSON]:
    """The entries of a choice's logprobs, as Chat Completions gives them: of its content, or else of its refusal."""
    if not isinstance(logprobs, dict):
        return ()
    for name in ("content", "refusal"):
        entries = logprobs.get(name)
        if isinstance(entries, list) and entries:
            return entries
    return ()


def read_token(entry: JSON) -> Token | None:
    """One entry; None where it names no token."""
    chosen = _candidate(entry)
    return None if chosen is None else Token(chosen, entry)


def perplexity(tokens: Iterable[Token]) -> float | None:
    """The exponential of the mean of the negative logprobs: 1 where each token was certain. None without any.

    Jelinek et al., "Perplexity, a measure of the difficulty of speech recognition tasks", 1977.
    """
    known = [token.chosen.logprob for token in tokens if token.chosen.logprob is not None]
    told = [logprob for logprob in known if logprob > _UNTOLD]
    return exp(-sum(told) / len(told)) if told else None


def name_of(raw: bytes, before: bytes = b"") -> str:
    """A token's text in quotes; where it is not whole characters its bytes, and the character that it completes."""
    text, used = utf_8_decode(before + raw, "surrogateescape", False)
    whole = used == len(before) + len(raw) and not any("\udc80" <= char <= "\udcff" for char in text)
    if whole and not before:
        return quoted(text)
    shown = raw[:_LONGEST].hex(" ")
    return f"{shown} = {quoted(text)}" if whole else f"{shown} …" if used < len(before) + len(raw) else shown


def quoted(text: str) -> str:
    """A text in quotes on one line, all of it to be seen: as JSON writes it."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return unseen_escaped(json.dumps(cut, ensure_ascii=False))


def percent(share: float | None) -> str:
    """`62 %`, `99.9 %`, `0.04 %`, `<0.01 %`; `—` for None."""
    if share is None:
        return "—"
    if share < 0.0001:
        return "<0.01 %"
    digits = 2 if share < 0.001 else 1 if share < 0.0995 or 0.9905 <= share < 1 else 0
    text = f"{100 * share:.{digits}f} %"
    return ">99.9 %" if text == "100.0 %" else text


def _candidate(entry: JSON) -> Candidate | None:
    if not isinstance(entry, dict):
        return None
    token, logprob = entry.get("token"), entry.get("logprob")
    text = token if isinstance(token, str) else ""
    raw = _bytes(entry.get("bytes"))
    if raw is None:
        if not isinstance(token, str):
            return None
        raw = token.encode("utf-8", "replace")
    known = isinstance(logprob, int | float) and not isinstance(logprob, bool) and -1e9 < logprob < 1e9
    return Candidate(text, raw, float(logprob) if known and isinstance(logprob, int | float) else None)


def _bytes(value: JSON) -> bytes | None:
    if not isinstance(value, list):
        return None
    numbers = [each for each in value if type(each) is int and 0 <= each < 256]
    return bytes(numbers) if len(numbers) == len(value) else None


def _likeliest_first(candidate: Candidate) -> float:
    return -candidate.logprob if candidate.logprob is not None else float("inf")
