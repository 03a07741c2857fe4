"""Many sums at once, in the digits of one large int: what the interpreter adds in one step instead of hundreds.

A lane is 64 bits of an int. Numbers are put into the lanes; adding two such ints adds all their lanes, and none spills
into the next as long as its sum stays below 2^62. Sums are exact: those of the same numbers are equal in any order.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

LANE = 64
MOST = 1 << 62
"""What a lane must stay below."""

Pick = Callable[[Sequence[int]], tuple[int, ...]]
"""Takes what lies at its places, two or more of them, out of a sequence."""


def pick(places: Sequence[int]) -> Pick:
    """What takes these places, two at least."""
    return itemgetter(*places)


def pack(values: Iterable[int]) -> int:
    """An int with these numbers in its lanes."""
    return int.from_bytes(array("Q", values).tobytes(), sys.byteorder)


def unpack(lanes: int, number: int) -> array[int]:
    """The numbers in the first lanes."""
    values = array("Q")
    values.frombytes(lanes.to_bytes(number * (LANE // 8), sys.byteorder))
    return values


class SquareSums:
    """Sums of a square table of whole numbers over some of its places, by row and by column."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        """All of it must add up to less than MOST."""
        self._number = len(rows)
        self._rows = [pack(row) for row in rows]

    def among(self, pick: Pick) -> int:
        """The sum of the table over the places that `pick` takes, by row and by column."""
        return sum(pick(unpack(sum(pick(self._rows)), self._number)))


class Counting:
    """Counts, for many tests at once, how often a value is at most what was observed."""

    def __init__(self, observed: int, tests: int, near: int) -> None:
        """The lanes of `observed` are those of the tests; what is above by no more than `near` counts as equal."""
        self._tests = tests
        self._ones = pack([1] * tests)
        self._bound = observed + self._ones * ((1 << LANE - 1) + near)
        self._counts = 0

    def add(self, values: int) -> None:
        """Count those lanes of `values` that are at most what was observed."""
        self._counts += (self._bound - values >> LANE - 1) & self._ones

    @property
    def counts(self) -> array[int]:
        return unpack(self._counts, self._tests)
