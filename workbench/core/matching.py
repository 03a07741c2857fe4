"""Finding by a few typed letters: in any case, composed and decomposed, the best first."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 1_000
"""Characters of a text that are searched: nobody looks for what stands further on."""


class Folded(NamedTuple):
    """A text made ready to be searched: without case, in Unicode's compatibility forms.

    `apart` has a Korean syllable as its letters, so that 하, and ㅎ too, find 한; `whole` has it as one character.
    """

    apart: str
    whole: str


class Searchable(NamedTuple):
    """What a row is found by: `near` (its names) also by scattered letters, `far` (what is said of it) in one piece."""

    near: tuple[Folded, ...]
    far: Folded


_Distance = tuple[int, int, int]


def folded(text: str) -> Folded:
    """The first 1,000 characters of `text`, ready to be searched."""
    text = text[:_MOST]
    if text.isascii():
        lower = text.lower()
        return Folded(lower, lower)
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return Folded(apart, unicodedata.normalize("NFKC", apart))


def ranked(typed: str, rows: Sequence[Searchable]) -> list[int]:
    """The numbers of the rows in which every typed word is found, the best first; all, in order, without a word.

    A word in one piece in a name comes before one in what is said of the row, and that before scattered letters.
    """
    words = [folded(word) for word in typed.split()]
    if not words:
        return list(range(len(rows)))
    found: list[tuple[_Distance, int]] = []
    for index, row in enumerate(rows):
        distance = _of_all(words, row)
        if distance is not None:
            found.append((distance, index))
    return [index for _, index in sorted(found)]


def _of_all(words: list[Folded], row: Searchable) -> _Distance | None:
    """The words' distances together: the worst way of being found counts most."""
    way = at = size = 0
    for word in words:
        distance = _of_row(word, row)
        if distance is None:
            return None
        way, at, size = max(way, distance[0]), at + distance[1], size + distance[2]
    return way, at, size


def _of_row(word: Folded, row: Searchable) -> _Distance | None:
    near = min((d for name in row.near if (d := _distance(word, name)) is not None), default=None)
    if near is not None and near[0] == 0:
        return near
    start = row.far.apart.find(word.apart)
    if start >= 0:
        return 1, start, len(row.far.apart)
    return None if near is None else (2, near[1], near[2])


def _distance(wanted: Folded, text: Folded) -> _Distance | None:
    """How far `text` is from `wanted`, smaller is nearer; None where its characters are not all there in order.

    In one piece: (0, where it starts, the text's length); scattered: (1, over how many characters, where it starts).
    """
    start = text.apart.find(wanted.apart)
    if start >= 0:
        return 0, start, len(text.apart)
    first, at = -1, -1
    # Whole syllables: the letters of nearly any Korean word lie scattered in any longer text.
    for character in wanted.whole:
        at = text.whole.find(character, at + 1)
        if at < 0:
            return None
        first = at if first < 0 else first
    return 1, at - first, first
