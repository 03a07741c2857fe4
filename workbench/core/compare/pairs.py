"""Does the content differ between each two columns? The test of `content` for all pairs at once, corrected together
(Holm).

Two columns have A and B answers; with T for the sum of all squared distances, S for the sum among the answers that were
dealt to the first, and R for that of their rows, the sum of squares within is S / A + (T + S - R) / B. T is the same
for all ways, and R can be put into the pairs that S is made of: so it takes a sum over the pairs of one column alone,
and such a sum for many pairs of columns is one addition of large ints (`sums`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product
from math import prod
from typing import NamedTuple

from workbench.core.compare.answers import Case, Matrix
from workbench.core.compare.content import ContentTest
from workbench.core.compare.splits import (
    EXACT,
    LISTED,
    Groups,
    chosen,
    count_partitions,
    drawn,
    draws_for,
    draws_in,
    holm,
    own_groups,
    partitions,
    seconds_to_draw,
)
from workbench.core.compare.spread import between
from workbench.core.compare.sums import MOST, Counting, SquareSums, pack, pick

_WORK = 0.6
"""About so many seconds go into the ways to deal answers out."""
_NEAR = 1e-9
_MOST_COLUMNS = 100
"""The columns after so many are compared with the first one alone."""

Pair = tuple[int, int]
_Sizes = tuple[int, int]
_Design = tuple[tuple[int, _Sizes], ...]
"""For each case in which two columns have two ways and more: its index, and how many answers they have."""


class Comparison(NamedTuple):
    """Two columns, by index. The p-values are corrected over all pairs that were tested; None where no split exists,
    and for a pair that was not tested because there are too many."""

    a: int
    b: int
    distance_between: float | None
    p_value: float | None
    smallest_possible_p: float | None


class _Test(NamedTuple):
    p_value: float
    smallest_possible_p: float


class Pairs(NamedTuple):
    """Each pair of columns, or of very many columns those with the first."""

    comparisons: tuple[Comparison, ...]
    only_first: bool = False
    """Only the pairs with the first column were tested: for all there was no time."""


def pairs_test(cases: Sequence[Case], columns: int, content: ContentTest) -> Pairs:
    """All pairs of columns. `content` is the test over all columns."""
    pairs = list(combinations(range(min(columns, _MOST_COLUMNS)), 2))
    pairs += [(0, column) for column in range(_MOST_COLUMNS, columns)]
    tests, only_first = (_of_two(content), False) if columns == 2 else _tests(cases, pairs)
    p_values = dict(zip(tests, holm([test.p_value for test in tests.values()]), strict=True))
    smallest = dict(zip(tests, holm([test.smallest_possible_p for test in tests.values()]), strict=True))
    return Pairs(
        tuple(Comparison(*pair, between(*pair, cases), p_values.get(pair), smallest.get(pair)) for pair in pairs),
        only_first,
    )


def _of_two(content: ContentTest) -> dict[Pair, _Test]:
    """Of two columns the pair is all there is."""
    if content.p_value is None or content.smallest_possible_p is None:
        return {}
    return {(0, 1): _Test(content.p_value, content.smallest_possible_p)}


def _tests(cases: Sequence[Case], pairs: Sequence[Pair]) -> tuple[dict[Pair, _Test], bool]:
    """By pair, those that can be tested; or, and then the second is True, those with the first column alone."""
    designs: dict[_Design, list[Pair]] = {}
    for pair in pairs:
        if design := _design(cases, pair):
            designs.setdefault(design, []).append(pair)
    number = sum(map(len, designs.values()))
    exact = sum(_splits(design) * _seconds(design, len(same)) for design, same in designs.items() if _is_exact(design))
    each = sum(_seconds(design, len(same)) for design, same in designs.items() if not _is_exact(design))
    draws = draws_in(_WORK - exact, each, draws_for(number)) if each else 0
    with_first = [pair for pair in pairs if pair[0] == 0]
    # With half of the draws meant for them p can just fall below 5 % once it is corrected.
    if (exact > _WORK or (each and draws < draws_for(number) / 2)) and len(with_first) < len(pairs):
        return _tests(cases, with_first)[0], True
    found = {pair: test for design, same in designs.items() for pair, test in _run(cases, design, same, draws)}
    return {pair: found[pair] for pair in pairs if pair in found}, False


def _design(cases: Sequence[Case], pair: Pair) -> _Design:
    sizes = ((index, (len(case.members[pair[0]]), len(case.members[pair[1]]))) for index, case in enumerate(cases))
    return tuple((index, each) for index, each in sizes if all(each) and count_partitions(each) > 1)


def _splits(design: _Design) -> int:
    return prod(count_partitions(sizes) for _, sizes in design)


def _is_exact(design: _Design) -> bool:
    return _splits(design) <= EXACT


def _run(cases: Sequence[Case], design: _Design, pairs: Sequence[Pair], draws: int) -> Iterator[tuple[Pair, _Test]]:
    """The tests of all pairs of one design."""
    picked = sum(_picked(sizes) for _, sizes in design)
    most = max((max(map(max, cases[index].distances)) for index, _ in design), default=0.0)
    unit = 2 * picked * max(_bound(sizes) for _, sizes in design) * most * most / MOST or 1.0
    by_sums = sum(_seconds_by_sums(sizes, len(pairs)) for _, sizes in design)
    by_pairs = sum(_seconds_by_pairs(sizes, len(pairs)) for _, sizes in design)
    make = _Summed if by_sums < by_pairs else _Listed
    stacks = [make(index, sizes, [_table(cases[index], pair, unit, most) for pair in pairs]) for index, sizes in design]
    observed = sum(stack.value(own_groups(stack.sizes)) for stack in stacks)
    counting = Counting(observed, len(pairs), min(int(_NEAR / unit) + 2 * picked, MOST // 4))
    splits = _splits(design)
    if splits <= EXACT:
        for values in product(*(stack.all() for stack in stacks)):
            counting.add(sum(values))
        for pair, count in zip(pairs, counting.counts, strict=True):
            yield pair, _Test(count / splits, 1 / splits)
        return
    for values in islice(zip(*(stack.some() for stack in stacks), strict=True), draws):
        counting.add(sum(values))
    smallest = max(1 / splits, 1 / (draws + 1))
    for pair, count in zip(pairs, counting.counts, strict=True):
        yield pair, _Test((count + 1) / (draws + 1), smallest)


def _first(sizes: _Sizes) -> int:
    """How many answers are dealt to the column whose pairs are summed: the smaller one that has a pair."""
    return min(size for size in sizes if size > 1)


def _picked(sizes: _Sizes) -> int:
    first = _first(sizes)
    return first * (first - 1) // 2


def _weights(sizes: _Sizes) -> tuple[float, float]:
    """Of a squared distance, and of the sums of its two rows."""
    first = _first(sizes)
    other = sum(sizes) - first
    return 1 / first + 1 / other, 1 / (other * (first - 1))


def _bound(sizes: _Sizes) -> float:
    """A pair of answers is at most this many times the largest squared distance, once it can't be negative."""
    own, rows = _weights(sizes)
    return own + 2 * rows * sum(sizes)


def _table(case: Case, pair: Pair, unit: float, most: float) -> list[list[int]]:
    """What each pair of answers adds to the sum of squares within, in units, and the same for all so that none is
    negative."""
    own, rows = _weights((len(case.members[pair[0]]), len(case.members[pair[1]])))
    squares = _squares(case.among([*case.members[pair[0]], *case.members[pair[1]]]))
    sums = [rows * sum(row) for row in squares]
    least = 2 * rows * len(squares) * most * most
    return [
        [int((own * value - sums[i] - sums[j] + least) / unit) if i != j else 0 for j, value in enumerate(row)]
        for i, row in enumerate(squares)
    ]


def _squares(distances: Matrix) -> list[list[float]]:
    return [[value * value for value in row] for row in distances]


class _Stack:
    """One case of several pairs of columns that have as many answers: a lane for each pair."""

    def __init__(self, case: int, sizes: _Sizes) -> None:
        self.sizes = sizes
        self._first = _first(sizes)
        self._seed = f"pairs/{case}"

    def among(self, places: tuple[int, ...]) -> int:
        """The sums over the pairs of these places."""
        raise NotImplementedError

    def value(self, groups: Groups) -> int:
        return self.among(next(group for group in groups if len(group) == self._first))

    def all(self) -> list[int]:
        """For all ways to deal the answers out."""
        return [self.value(groups) for groups in partitions(self.sizes)]

    def some(self) -> Iterator[int]:
        """For ways drawn at random, without end."""
        if count_partitions(self.sizes) <= LISTED:
            return chosen(self.all(), self._seed)
        return map(self.value, drawn(self.sizes, self._seed))


class _Listed(_Stack):
    """Pair of answers by pair of answers, for all pairs of columns at once: where those are many."""

    def __init__(self, case: int, sizes: _Sizes, tables: Sequence[list[list[int]]]) -> None:
        super().__init__(case, sizes)
        places = range(sum(sizes))
        self._rows = [[pack([table[i][j] for table in tables]) for j in places] for i in places]

    def among(self, places: tuple[int, ...]) -> int:
        rows = self._rows
        return sum([rows[i][j] for i, j in combinations(places, 2)])


class _Summed(_Stack):
    """Row by row, for one pair of columns after another: where those are few."""

    def __init__(self, case: int, sizes: _Sizes, tables: Sequence[list[list[int]]]) -> None:
        super().__init__(case, sizes)
        self._sums = [SquareSums(table) for table in tables]

    def among(self, places: tuple[int, ...]) -> int:
        take = pick(places)
        return pack([sums.among(take) // 2 for sums in self._sums])


def _seconds(design: _Design, pairs: int) -> float:
    """What it takes, about, to deal the answers of so many pairs out once."""
    return sum(
        seconds_to_draw()
        if count_partitions(sizes) <= LISTED
        else seconds_to_draw(sizes) + min(_seconds_by_pairs(sizes, pairs), _seconds_by_sums(sizes, pairs))
        for _, sizes in design
    )


def _seconds_by_pairs(sizes: _Sizes, pairs: int) -> float:
    return _picked(sizes) * (1.5e-7 + 2.4e-9 * pairs)


def _seconds_by_sums(sizes: _Sizes, pairs: int) -> float:
    first, answers = _first(sizes), sum(sizes)
    return pairs * (3e-6 + first * (8e-8 + 1.2e-9 * answers))
