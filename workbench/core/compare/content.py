"""Does the content differ between columns? A permutation test on distances, PERMANOVA (Anderson 2001, Austral Ecology
26:32-46), over all columns; between each two of them: `pairs`.

The squared distances within columns are compared with those in all ways to deal the answers out anew. Cases are
blocks: answers are dealt anew within their case only, and the sums of squares of all cases are added, so that what
differs between columns may differ in another way for each case.

The null hypothesis is that the answers of all columns to a case come from one distribution. With as many answers in
each column the test is hardly moved by a difference in variety alone; with unequal numbers it is, where the column
with fewer answers varies more (Anderson and Walsh 2013, Ecological Monographs 83:557-574).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import NamedTuple

from workbench.core.compare.answers import Case, Matrix
from workbench.core.compare.splits import (
    EXACT,
    LISTED,
    Groups,
    chosen,
    count_partitions,
    drawn,
    drawn_p,
    draws_in,
    exact_p,
    own_groups,
    partitions,
    seconds_to_draw,
)
from workbench.core.compare.sums import MOST, SquareSums, pick

_WORK = 0.5
"""About so many seconds go into draws: where each takes long, there are fewer."""


class ContentTest(NamedTuple):
    """Whether the content differs over all columns."""

    p_value: float | None
    """None where there is no second way to deal the answers out."""
    smallest_possible_p: float | None
    """No answers whatever could have given a smaller p with as many repeats."""
    splits: int
    """In how many distinct ways the answers can be dealt out."""
    draws: int
    """How many of them were drawn at random at most; 0 where all were tried."""
    share: float | None
    """R²: the share, 0 to 1, of the squared distances within cases that lies between columns; chance gives some too."""


def content_test(cases: Sequence[Case], columns: int) -> ContentTest:
    """PERMANOVA over all columns."""
    blocks = [block for index, case in enumerate(cases) if (block := _block(index, case, columns)) is not None]
    splits = prod(count_partitions(block.sizes) for block in blocks)
    if splits < 2:
        return ContentTest(None, None, splits, 0, None)
    within = sum(block.within(own_groups(block.sizes)) for block in blocks)
    whole = sum(block.whole for block in blocks)
    share = 1 - within / whole if whole else 0.0
    if splits <= EXACT:
        p_value = exact_p(-within, (-sum(one) for one in product(*(block.all() for block in blocks))))
        return ContentTest(p_value, 1 / splits, splits, 0, share)
    draws = draws_in(_WORK, sum(block.seconds for block in blocks))
    sums = map(sum, zip(*(block.some() for block in blocks), strict=True))
    p_value = drawn_p(-within, (-value for value in sums), draws)
    return ContentTest(p_value, max(1 / splits, 1 / (draws + 1)), splits, draws, share)


class _Block(NamedTuple):
    """The answers of one case, in the order of the columns that have any."""

    case: int
    sizes: tuple[int, ...]
    squares: Matrix
    sums: SquareSums | None
    """The squares in units; None where a sum of each pair by itself is quicker."""
    unit: float

    @property
    def ways(self) -> int:
        return count_partitions(self.sizes)

    @property
    def whole(self) -> float:
        """The sum of squares of all answers as one column."""
        return sum(map(sum, self.squares)) / (2 * len(self.squares))

    def within(self, groups: Groups) -> float:
        """The sum of squares within columns: for each, its squared distances divided by the number of its answers."""
        if self.sums is None:
            rows = self.squares
            return sum([sum([rows[i][j] for i, j in combinations(group, 2)]) / len(group) for group in groups])
        among = self.sums.among
        return self.unit * sum([among(pick(group)) / (2 * len(group)) for group in groups if len(group) > 1])

    def all(self) -> list[float]:
        """For all ways to deal the answers out."""
        return [self.within(groups) for groups in partitions(self.sizes)]

    def some(self) -> Iterator[float]:
        """For ways drawn at random, without end."""
        seed = f"content/{self.case}"
        if self.ways <= LISTED:
            return chosen(self.all(), seed)
        return map(self.within, drawn(self.sizes, seed))

    @property
    def seconds(self) -> float:
        """What one draw takes, about."""
        if self.ways <= LISTED:
            return seconds_to_draw()
        return seconds_to_draw(self.sizes) + min(_seconds_by_pairs(self.sizes), _seconds_by_sums(self.sizes))


def _block(index: int, case: Case, columns: int) -> _Block | None:
    """The answers to `case`; None where nothing can be dealt out anew."""
    with_answers = [column for column in range(columns) if case.members[column]]
    sizes = case.sizes(with_answers)
    if not sizes or count_partitions(sizes) < 2:
        return None
    distances = case.among([place for column in with_answers for place in case.members[column]])
    squares = [[value * value for value in row] for row in distances]
    most = max(map(max, squares))
    if not most or _seconds_by_pairs(sizes) <= _seconds_by_sums(sizes):
        return _Block(index, sizes, squares, None, 0.0)
    unit = most * len(squares) ** 2 / MOST
    sums = SquareSums([[int(value / unit) for value in row] for row in squares])
    return _Block(index, sizes, squares, sums, unit)


def _seconds_by_pairs(sizes: Sequence[int]) -> float:
    return 1.5e-7 * sum(size * (size - 1) // 2 for size in sizes) + 5e-7 * len(sizes)


def _seconds_by_sums(sizes: Sequence[int]) -> float:
    answers = sum(sizes)
    return 6e-8 * answers + 1.2e-9 * answers * answers + 2e-6 * len(sizes)
