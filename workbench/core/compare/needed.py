"""How many repeats it takes before a test can show anything: the smallest p that any answers could give.

A permutation test of N distinct splits can't give a p below 1 / N: two columns of three answers have 10, so 0.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import factorial, prod
from typing import NamedTuple

from workbench.core.compare.splits import DRAWS, count_arrangements, count_partitions, draws_for
from workbench.core.compare.variety import Order, values_of

LEVEL = 0.05
"""A p below this counts as a difference; one that equals it does not.

The trend over two columns of three repeats has 20 splits, and its 1 / 20 came up in 11 % of the nulls where answers
begin alike and part.
"""
_MOST_REPEATS = 50


class Needed(NamedTuple):
    """The fewest complete answers of each column to each case with which p can fall below 5 %; None where 50 can't."""

    content: int | None
    pairs: int | None
    """With the correction over all pairs counted."""
    variety: int | None


def repeats_needed(columns: int, cases: int, order: Order | None) -> Needed:
    """What is needed for `columns` and `cases`; with an `order`, `variety` is the trend along it."""
    pairs = max(columns * (columns - 1) // 2, 1)

    def content(repeats: int) -> float:
        return _smallest(count_partitions((repeats,) * columns) ** cases, DRAWS)

    def pair(repeats: int) -> float:
        return pairs * _smallest(count_partitions((repeats,) * min(columns, 2)) ** cases, draws_for(pairs))

    def dispersion(repeats: int) -> float:
        ways = count_arrangements((values_of(repeats),) * columns) ** cases
        return _smallest(ways // factorial(columns), DRAWS)

    def trend(repeats: int) -> float:
        assert order is not None
        groups = order.groups or (0,) * columns
        sizes = Counter(zip(groups, order.positions, strict=True))
        ways = prod(
            count_arrangements([values_of(repeats) * number for (one, _), number in sizes.items() if one == group])
            for group in set(groups)
        )
        return _smallest(ways**cases, DRAWS)

    return Needed(_fewest(content), _fewest(pair), _fewest(trend if order else dispersion))


def _smallest(splits: int, draws: int) -> float:
    return max(1 / splits, 1 / (draws + 1)) if splits > 1 else 1.0


def _fewest(smallest: Callable[[int], float]) -> int | None:
    return next((repeats for repeats in range(2, _MOST_REPEATS + 1) if smallest(repeats) < LEVEL), None)
