"""Ways to deal answers out anew: all of them once, the random ones fair and repeatable, p as defined."""

from __future__ import annotations

from collections import Counter
from itertools import islice, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.compare.splits import (
    arrangements,
    count_arrangements,
    count_partitions,
    drawn,
    drawn_p,
    exact_p,
    holm,
    own_groups,
    partitions,
)

SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple)


@settings(max_examples=40)
@given(SIZES)
def test_all_ways_are_listed_once(sizes: tuple[int, ...]) -> None:
    if count_arrangements(sizes) > 2000:
        return
    labelled = list(arrangements(sizes))
    assert len(set(labelled)) == len(labelled) == count_arrangements(sizes)
    assert all(tuple(map(len, groups)) == sizes for groups in labelled)
    unlabelled = [frozenset(groups) for groups in partitions(sizes)]
    assert set(unlabelled) == {frozenset(groups) for groups in labelled}
    assert len(unlabelled) == count_partitions(sizes)
    assert labelled[0] == own_groups(sizes)


@pytest.mark.parametrize(
    ("sizes", "arranged", "parted"), [((3, 3), 20, 10), ((5, 5), 252, 126), ((2, 3), 10, 10), ((3,) * 4, 369600, 15400)]
)
def test_known_numbers_of_splits(sizes: tuple[int, ...], arranged: int, parted: int) -> None:
    assert (count_arrangements(sizes), count_partitions(sizes)) == (arranged, parted)


def test_random_ways_are_fair_and_repeatable() -> None:
    ways = list(islice(drawn((2, 2), "seed"), 6000))
    assert ways[:50] == list(islice(drawn((2, 2), "seed"), 50)) != list(islice(drawn((2, 2), "other"), 50))
    found = Counter(tuple(sorted(first)) for first, _ in ways)
    assert len(found) == 6
    # Six ways of 1,000 each: chi-square with 5 degrees of freedom, below 20.5 in 999 seeds of 1,000.
    assert sum((count - 1000) ** 2 / 1000 for count in found.values()) < 20.5


def test_exact_p_counts_ties_and_itself() -> None:
    assert exact_p(2.0, [1.0, 2.0, 2.0 - 1e-12, 3.0]) == 0.75


def test_drawn_p_is_never_zero_and_ends_early() -> None:
    assert drawn_p(1.0, repeat(0.0), 1999) == 1 / 2000
    assert drawn_p(1.0, iter([1.0, 0.0] * 1000), 1999) == 100 / 199


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
