"""The short pieces ("grams") that texts are indexed by: a text that holds what is looked for has all pieces of it.

Each place of a text has one: three characters where all are ASCII, else two, which for Korean is enough to tell texts
apart and lets one or two syllables be found. At the end of a text it is what is left. So a piece shorter than that is
looked up as the beginning of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SKIP = 255
_BEHIND = "\U0010ffff" * 3
"""Comes behind whatever may follow in a gram."""


def grams(text: str) -> set[str]:
    """The grams of a folded text."""
    windows = map("".join, zip(text, text[1:], text[2:], strict=False))
    found = {window if window.isascii() else window[:2] for window in set(windows)}
    if text:
        found.update((text[-2:], text[-1:]))
    return found


class Wanted(NamedTuple):
    """What a text must have to hold a needle. Others have it too: those that are found are to be looked at."""

    all: tuple[str, ...]
    """All of these grams; the longest, which few texts have, first."""
    start: str
    """Where `all` is empty: a gram that begins with this."""

    @property
    def end(self) -> str:
        """Below this, and not below `start`, are the grams that begin with `start`."""
        return self.start + _BEHIND


def wanted(needle: str) -> Wanted:
    """What finds a folded needle of one character or more."""
    found: set[str] = set()
    for place in range(len(needle) - 1):
        window = needle[place : place + 3]
        if not window.isascii():
            found.add(window[:2])
        elif len(window) == 3:
            found.add(window)
    return Wanted(tuple(sorted(found, key=lambda gram: -len(gram.encode()))), needle)


def packed(places: Sequence[int], size: int) -> bytes:
    """Places in ascending order, below `size` (a multiple of 8), as bytes: the gaps between them, or one bit each."""
    gaps, following = bytearray(), 0
    for place in places:
        skips, gap = divmod(place - following, _SKIP)
        gaps += bytes([_SKIP]) * skips
        gaps.append(gap)
        following = place + 1
    if len(gaps) < size // 8:
        return bytes(gaps)
    bits = bytearray(size // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def unpacked(data: bytes, size: int) -> int:
    """What `packed` wrote, as a number with a bit for each place."""
    if len(data) == size // 8:
        return int.from_bytes(data, "little")
    bits, place = 0, 0
    for gap in data:
        place += gap
        if gap != _SKIP:
            bits |= 1 << place
            place += 1
    return bits


def places_of(bits: int) -> Iterable[int]:
    """The places whose bits are set, the highest first."""
    while bits:
        place = bits.bit_length() - 1
        yield place
        bits ^= 1 << place
