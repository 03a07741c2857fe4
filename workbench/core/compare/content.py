"""Does the content differ between columns? A permutation test on distances, PERMANOVA (Anderson 2001, Austral Ecology
26:32-46), over all columns, and between each two of them.

The squared distances within columns are compared with those in all ways to deal the answers out anew. Cases are
blocks: answers are dealt anew within their case only, and the sums of squares of all cases are added, so that what
differs between columns may differ in another way for each case. The pairs are corrected together (Holm).

The null hypothesis is that the answers of all columns to a case come from one distribution. With as many answers in
each column the test is hardly moved by a difference in variety alone; with unequal numbers it is, where the column
with fewer answers varies more (Anderson and Walsh 2013, Ecological Monographs 83:557-574).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, count, product
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

from workbench.core.compare.answers import Case
from workbench.core.compare.splits import (
    DRAWS,
    EXACT,
    Groups,
    count_partitions,
    drawn,
    drawn_p,
    exact_p,
    holm,
    numbers,
    own_groups,
    partitions,
)
from workbench.core.compare.spread import between

_MOST_DRAWS = 19_999
_LISTED = 500
"""Up to this many ways to deal out one case, each is worked out once and then only chosen."""

_FLAT = 40
"""Up to this many answers to a case, the squares of each way are taken out of one list: five times as quick."""

_Picks = tuple[tuple[Callable[[Any], Any], int], ...]
"""For each size of columns, what takes their pairs out of a list; among many answers, for each column its places."""


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


class Comparison(NamedTuple):
    """Two columns, by index. The p-values are corrected over all pairs; None where no split exists."""

    a: int
    b: int
    distance_between: float | None
    p_value: float | None
    smallest_possible_p: float | None


def content_test(cases: Sequence[Case], columns: int) -> ContentTest:
    """PERMANOVA over all columns."""
    return _tested(cases, range(columns), DRAWS, _Deals())


def comparisons(cases: Sequence[Case], columns: int) -> tuple[Comparison, ...]:
    """Each pair of columns, the p-values corrected over the pairs that can be tested."""
    pairs = list(combinations(range(columns), 2))
    deals = _Deals()
    tests = [_tested(cases, pair, draws_for(len(pairs)), deals) for pair in pairs]
    p_values = iter(holm([test.p_value for test in tests if test.p_value is not None]))
    smallest = iter(holm([test.smallest_possible_p for test in tests if test.smallest_possible_p is not None]))
    return tuple(
        Comparison(
            a,
            b,
            between(a, b, cases),
            None if test.p_value is None else next(p_values),
            None if test.smallest_possible_p is None else next(smallest),
        )
        for (a, b), test in zip(pairs, tests, strict=True)
    )


def draws_for(pairs: int) -> int:
    """How many ways are drawn for each of so many pairs, for a p that their correction leaves small."""
    return min(max(DRAWS, 40 * pairs - 1), _MOST_DRAWS)


class _Block(NamedTuple):
    """The answers of one case to the columns tested, in the order of the columns."""

    case: int
    sizes: tuple[int, ...]
    rows: list[list[float]]
    flat: list[float]

    def within(self, picks: _Picks) -> float:
        """The sum of squares within columns: for each, its squared distances divided by the number of its answers."""
        if len(self.rows) <= _FLAT:
            return sum([sum(pick(self.flat)) / size for pick, size in picks])
        return sum([sum(map(sum, map(pick, pick(self.rows)))) / (2 * size) for pick, size in picks])

    def whole(self) -> float:
        """The sum of squares of all answers as one column."""
        return sum(self.flat) / (2 * len(self.rows))


class _Deals:
    """Ways to deal answers out, in the form in which they are summed quickly; shared by tests of the same sizes."""

    def __init__(self) -> None:
        self._all: dict[tuple[int, ...], list[_Picks]] = {}
        self._drawn: dict[tuple[int, tuple[int, ...]], tuple[list[_Picks], Iterator[Groups]]] = {}

    def all(self, sizes: tuple[int, ...]) -> list[_Picks]:
        if sizes not in self._all:
            self._all[sizes] = [_picks(groups) for groups in partitions(sizes)]
        return self._all[sizes]

    def drawn(self, case: int, sizes: tuple[int, ...]) -> Iterator[_Picks]:
        key = (case, sizes)
        if key not in self._drawn:
            self._drawn[key] = ([], drawn(sizes, f"content/{case}"))
        known, more = self._drawn[key]
        for at in count():
            if at == len(known):
                known.append(_picks(next(more)))
            yield known[at]


def _picks(groups: Groups) -> _Picks:
    total = sum(map(len, groups))
    if total > _FLAT:
        return tuple((itemgetter(*group), len(group)) for group in groups if len(group) > 1)
    pairs: dict[int, list[int]] = {}
    for group in groups:
        if len(group) > 1:
            pairs.setdefault(len(group), []).extend([i * total + j for i, j in combinations(group, 2)])
    # One place alone would come out as a number and not as a tuple: it is asked for twice, at half the weight.
    return tuple(
        (itemgetter(*places), size) if len(places) > 1 else (itemgetter(*places, *places), 2 * size)
        for size, places in pairs.items()
    )


def _tested(cases: Sequence[Case], columns: Sequence[int], draws: int, deals: _Deals) -> ContentTest:
    blocks = [block for index, case in enumerate(cases) if (block := _block(index, case, columns)) is not None]
    splits = prod(count_partitions(block.sizes) for block in blocks)
    if splits < 2:
        return ContentTest(None, None, splits, 0, None)
    own = [_picks(own_groups(block.sizes)) for block in blocks]
    within = sum(block.within(picks) for block, picks in zip(blocks, own, strict=True))
    whole = sum(block.whole() for block in blocks)
    share = 1 - within / whole if whole else 0.0
    if splits <= EXACT:
        values = [[block.within(picks) for picks in deals.all(block.sizes)] for block in blocks]
        return ContentTest(exact_p(-within, (-sum(one) for one in product(*values))), 1 / splits, splits, 0, share)
    sums = map(sum, zip(*(_drawn_within(block, deals) for block in blocks), strict=True))
    p_value = drawn_p(-within, (-value for value in sums), draws)
    return ContentTest(p_value, max(1 / splits, 1 / (draws + 1)), splits, draws, share)


def _block(index: int, case: Case, columns: Sequence[int]) -> _Block | None:
    """The answers to `case`; None where nothing can be dealt out anew."""
    columns = [column for column in columns if case.members[column]]
    sizes = case.sizes(columns)
    if not sizes or count_partitions(sizes) < 2:
        return None
    distances = case.among([place for column in columns for place in case.members[column]])
    rows = [[value * value for value in row] for row in distances]
    return _Block(index, sizes, rows, [value for row in rows for value in row])


def _drawn_within(block: _Block, deals: _Deals) -> Iterator[float]:
    ways = count_partitions(block.sizes)
    if ways <= _LISTED:
        values = [block.within(picks) for picks in deals.all(block.sizes)]
        return (values[number % ways] for number in numbers(f"content/{block.case}/{ways}"))
    return (block.within(picks) for picks in deals.drawn(block.case, block.sizes))
