"""Does the variety differ between columns, or grow along an axis? Tests on dispersions, whatever the content is.

Each answer's distance from the middle of its column and case is taken, and those distances are dealt out anew (Anderson
2006, Biometrics 62:245-253). The middle is the spatial median: it lies among the answers of its column, so it is found
from their distances alone (Weiszfeld's iteration on the weights of the answers; |x - m|² = Σ w d² - ½ ΣΣ w w d²), which
is Anderson's median in the space of all principal coordinates; a square that comes out negative, as distances between
texts allow, counts as 0. Two things are added, because repeats are few:

- A distance from a middle found from n answers is too short: it is multiplied by √(n / (n - 1)) (Stier, Geange, Hanson
  and Bolker 2013, Ecology 94:1057-1068). Without this, unequal numbers of repeats gave up to 46 % false alarms. Two
  answers have but one distance, so they count as one value.
- The n distances share one middle, so they carry less than n values would, most of all where answers begin alike and
  part at some word. The deviation of a column's mean is multiplied by ((n - 1) / n)^e before it is held against those
  dealt anew. Without this, three repeats gave up to 12 % false alarms and unequal ones up to 9 %. Of the e tried (0, ¼,
  ⅓, ½, ¾, 1) the smallest is used that kept them at 5 % for answers made in four ways: see `_trend_power` and
  `_dispersion_power`; tests/core/compare/simulation.py has the ways and prints the figures.

Two statistics: the squared deviations of the columns' means (does the variety differ), and their one-sided slope along
an ordered axis (does it grow). A slope of the raw distances with the raw labels dealt anew has more power where all
columns say the same, and gave up to 31 % false alarms where they do not: the distance of two texts can't exceed 1, so
mixed columns vary less than true ones.

With cases, a case's mean is taken off first and values are dealt anew within the case; so are values within the columns
that share the setting of a second axis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import factorial, fsum, prod, sqrt
from operator import mul
from typing import NamedTuple, TypeVar

from workbench.core.compare.answers import Matrix, Own
from workbench.core.compare.splits import (
    EXACT,
    LISTED,
    Groups,
    arrangements,
    chosen,
    count_arrangements,
    drawn,
    drawn_p,
    draws_in,
    exact_p,
    own_groups,
    seconds_to_draw,
)

_Score = TypeVar("_Score")

_WORK = 0.25
"""About so many seconds go into the draws of each test: where one takes long, fewer are drawn."""
_ROUNDS = 200
_STILL = 1e-7


class Order(NamedTuple):
    """An ordered axis. `positions[column]` is the column's value on it, such as a temperature.

    `groups[column]`, for a second axis: columns of one group share its setting. Empty: all do.
    """

    name: str
    positions: tuple[float, ...]
    groups: tuple[int, ...] = ()


class VarietyTest(NamedTuple):
    """One test of dispersions; the fields as in `ContentTest`."""

    p_value: float | None
    smallest_possible_p: float | None
    splits: int
    draws: int


class Deviations(NamedTuple):
    """How far the answers of one column to one case lie from their middle."""

    repeats: int
    """Answers."""
    values: list[float]
    """One for each; for two answers one, and none for fewer."""


class _Stratum(NamedTuple):
    """What is dealt anew together: the values of these columns, one column after another, their mean taken off."""

    columns: tuple[int, ...]
    repeats: tuple[int, ...]
    sizes: tuple[int, ...]
    values: list[float]


def deviations(columns: Sequence[Own]) -> list[list[Deviations]]:
    """Those of each column, for each case; found once for both tests."""
    return [
        [Deviations(len(one), from_the_median(one) if len(one) > 1 else []) for one in column.distances]
        for column in columns
    ]


def dispersion_test(found: Sequence[Sequence[Deviations]]) -> VarietyTest:
    """Does the variety differ between any of the columns?"""
    columns = len(found)
    strata = _strata(found, [tuple(range(columns))])
    sizes = [dict(zip(stratum.columns, stratum.sizes, strict=True)) for stratum in strata]
    counts = [tuple(each.get(column, 0) for each in sizes) for column in range(columns)]
    totals = [sum(each) or 1 for each in counts]

    def spread_out(stratum: _Stratum, sums: Sequence[float]) -> list[float]:
        at = dict(zip(stratum.columns, sums, strict=True))
        return [at.get(column, 0.0) for column in range(columns)]

    def squares(scores: Sequence[Sequence[float]]) -> float:
        sums = map(sum, zip(*scores, strict=True))
        return sum(value * value / total for value, total in zip(sums, totals, strict=True))

    exchangeable = Counter(each for each in counts if any(each)).values()
    splits = _ways(strata) // prod(map(factorial, exchangeable))
    return _tested(strata, splits, _dispersion_power(strata), spread_out, squares)


def trend_test(found: Sequence[Sequence[Deviations]], order: Order) -> VarietyTest:
    """Does the variety grow along the axis?"""
    groups = order.groups or (0,) * len(order.positions)
    together = [tuple(column for column, one in enumerate(groups) if one == group) for group in dict.fromkeys(groups)]
    strata = _strata(found, together)
    least = min(order.positions, default=0.0)
    width = max(order.positions, default=0.0) - least or 1.0
    places = [(position - least) / width for position in order.positions]

    def slope(stratum: _Stratum, sums: Sequence[float]) -> float:
        return sum(places[column] * value for column, value in zip(stratum.columns, sums, strict=True))

    splits = prod(_slopes(stratum, order) for stratum in strata)
    return _tested(strata, splits, _trend_power(strata), slope, fsum)


def _tested(
    strata: Sequence[_Stratum],
    splits: int,
    power: float,
    score: Callable[[_Stratum, Sequence[float]], _Score],
    statistic: Callable[[Sequence[_Score]], float],
) -> VarietyTest:
    """The test whose statistic is made of a score for each stratum, and that of the sums of its columns."""
    if splits < 2:
        return VarietyTest(None, None, splits, 0)
    observed = statistic([score(stratum, _own_sums(stratum, power)) for stratum in strata])
    if _ways(strata) <= EXACT:
        scores = [[score(stratum, _sums(stratum, deal)) for deal in arrangements(stratum.sizes)] for stratum in strata]
        return VarietyTest(exact_p(observed, map(statistic, product(*scores))), 1 / splits, splits, 0)
    draws = draws_in(_WORK, sum(map(_seconds, strata)))
    some = zip(*(_some_scores(stratum, index, score) for index, stratum in enumerate(strata)), strict=True)
    p_value = drawn_p(observed, map(statistic, some), draws)
    return VarietyTest(p_value, max(1 / splits, 1 / (draws + 1)), splits, draws)


def _trend_power(strata: Sequence[_Stratum]) -> float:
    """A quarter where all columns have as many answers, else a half."""
    return 0.25 if len(_repeats(strata)) == 1 else 0.5


def _dispersion_power(strata: Sequence[_Stratum]) -> float:
    """One where some column of a single case has but three answers, else a half."""
    return 1.0 if len(strata) == 1 and 3 in _repeats(strata) else 0.5


def _repeats(strata: Sequence[_Stratum]) -> set[int]:
    return {number for stratum in strata for number in stratum.repeats}


def _strata(found: Sequence[Sequence[Deviations]], together: Sequence[Sequence[int]]) -> list[_Stratum]:
    strata = []
    for case in range(max(map(len, found), default=0)):
        for group in together:
            columns = tuple(column for column in group if case < len(found[column]) and found[column][case].values)
            if len(columns) > 1:
                here = [found[column][case] for column in columns]
                values = [value for each in here for value in each.values]
                mean = sum(values) / len(values)
                strata.append(
                    _Stratum(
                        columns,
                        tuple(each.repeats for each in here),
                        tuple(len(each.values) for each in here),
                        [value - mean for value in values],
                    )
                )
    return strata


def _own_sums(stratum: _Stratum, power: float) -> list[float]:
    """The sums of the columns as they are, drawn together because the values of each share a middle."""
    sums = _sums(stratum, own_groups(stratum.sizes))
    together = [1.0 if number == 2 else ((number - 1) / number) ** power for number in stratum.repeats]
    return list(map(mul, sums, together))


def _sums(stratum: _Stratum, deal: Groups) -> list[float]:
    values = stratum.values
    return [sum([values[place] for place in group]) for group in deal]


def _some_scores(
    stratum: _Stratum, index: int, score: Callable[[_Stratum, Sequence[float]], _Score]
) -> Iterator[_Score]:
    """For ways drawn at random, without end."""
    seed = f"variety/{index}"
    if count_arrangements(stratum.sizes) <= LISTED:
        return chosen([score(stratum, _sums(stratum, deal)) for deal in arrangements(stratum.sizes)], seed)
    return (score(stratum, _sums(stratum, deal)) for deal in drawn(stratum.sizes, seed))


def _seconds(stratum: _Stratum) -> float:
    """What one draw takes, about."""
    each = 3e-7 * len(stratum.columns)
    return each + seconds_to_draw(() if count_arrangements(stratum.sizes) <= LISTED else stratum.sizes)


def _ways(strata: Sequence[_Stratum]) -> int:
    return prod(count_arrangements(stratum.sizes) for stratum in strata)


def _slopes(stratum: _Stratum, order: Order) -> int:
    """In how many ways the values can be dealt out to the positions: columns at one position are one."""
    sizes: Counter[float] = Counter()
    for column, size in zip(stratum.columns, stratum.sizes, strict=True):
        sizes[order.positions[column]] += size
    return count_arrangements(list(sizes.values()))


def values_of(repeats: int) -> int:
    """As how many values so many answers of a column to a case count."""
    return repeats if repeats > 2 else repeats - 1


def from_the_median(distances: Matrix) -> list[float]:
    """The distance of each of n answers from their spatial median, times √(n / (n - 1)); one value for two answers."""
    number = len(distances)
    if number == 2:
        return [distances[0][1] / sqrt(2)]
    central = min(range(number), key=lambda place: sum(distances[place]))
    found = distances[central] if _is_median(distances, central) else _weiszfeld(distances)
    unbiased = sqrt(number / (number - 1))
    return [value * unbiased for value in found]


def _is_median(distances: Matrix, place: int) -> bool:
    """Whether an answer is itself the median: the others, each pulling at it with force 1, don't move it (Kuhn 1973).

    Only the answer with the smallest sum of distances can be. Near such a point Weiszfeld's iteration hardly moves.
    """
    row = distances[place]
    others = [other for other, value in enumerate(row) if value]
    pull = sum(
        (row[i] * row[i] + row[j] * row[j] - distances[i][j] * distances[i][j]) / (2 * row[i] * row[j])
        for i in others
        for j in others
    )
    return pull <= (len(row) - len(others)) ** 2


def _weiszfeld(distances: Matrix) -> list[float]:
    squares = [[value * value for value in row] for row in distances]
    weights = [1 / len(squares)] * len(squares)
    least = 1e-6 * max(map(max, distances))
    for _ in range(_ROUNDS):
        pulls = [1 / max(value, least) for value in _from_point(squares, weights)]
        total = sum(pulls)
        last, weights = weights, [pull / total for pull in pulls]
        if max(abs(new - old) for new, old in zip(weights, last, strict=True)) < _STILL:
            break
    return _from_point(squares, weights)


def _from_point(squares: Sequence[Sequence[float]], weights: Sequence[float]) -> list[float]:
    """The distances from the point that is the mean of the answers with these weights."""
    sums = [sum(map(mul, weights, row)) for row in squares]
    half = sum(map(mul, weights, sums)) / 2
    return [sqrt(max(0.0, value - half)) for value in sums]
