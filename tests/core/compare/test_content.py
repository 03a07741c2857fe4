"""The content test against what it is defined as, computed in another way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations
from math import dist
from random import Random

import pytest

from tests.core.compare.worlds import cases_in
from workbench.core.compare.answers import Case, cases_of
from workbench.core.compare.content import content_test
from workbench.core.compare.pairs import Comparison, pairs_test

Point = tuple[float, float]


def comparisons(cases: Sequence[Case], columns: int) -> tuple[Comparison, ...]:
    return pairs_test(cases, columns, content_test(cases, columns)).comparisons


def points_case(columns: list[list[Point]]) -> Case:
    points = [point for column in columns for point in column]
    starts = [sum(map(len, columns[:i])) for i in range(len(columns) + 1)]
    members = tuple(range(start, end) for start, end in pairwise(starts))
    return Case(members, [[dist(a, b) for b in points] for a in points])


def squares_within(columns: list[list[Point]]) -> float:
    """About the centroids, from coordinates."""
    total = 0.0
    for column in columns:
        middle = tuple(sum(axis) / len(column) for axis in zip(*column, strict=True))
        total += sum(dist(point, middle) ** 2 for point in column)
    return total


def some_points(random: Random, sizes: list[int], shift: float) -> list[list[Point]]:
    return [[(random.gauss(i * shift, 1), random.gauss(0, 1)) for _ in range(size)] for i, size in enumerate(sizes)]


@pytest.mark.parametrize("sizes", [[2, 3], [3, 3], [2, 2, 2], [1, 2, 3]])
def test_it_is_the_share_of_all_permutations_and_of_the_squares(sizes: list[int]) -> None:
    columns = some_points(Random(str(sizes)), sizes, 1.0)
    found = content_test([points_case(columns)], len(sizes))
    points = [point for column in columns for point in column]
    cuts = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    within = [squares_within([list(order[a:b]) for a, b in pairwise(cuts)]) for order in permutations(points)]
    assert found.draws == 0
    assert found.p_value == pytest.approx(sum(value <= within[0] + 1e-9 for value in within) / len(within))
    assert found.share == pytest.approx(1 - within[0] / squares_within([points]))
    assert found.smallest_possible_p == pytest.approx(1 / found.splits)


@pytest.mark.parametrize("repeats", [12, 25])
def test_drawn_it_comes_near_to_that(repeats: int) -> None:
    """24 answers are summed from one list, 50 by rows; both find what is there, and nothing between equals."""
    random = Random(repeats)
    apart, alike = (points_case(some_points(random, [repeats] * 2, shift)) for shift in (3.0, 0.0))
    assert content_test([apart], 2).p_value == content_test([apart], 2).smallest_possible_p == 1 / 2000
    p_value = content_test([alike], 2).p_value
    assert p_value is not None
    assert p_value > 0.05


def test_sums_of_rows_and_of_pairs_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    for sizes in ([6, 7, 8], [6, 7]):
        case = points_case(some_points(Random(4), sizes, 0.4))
        monkeypatch.setattr("workbench.core.compare.content._seconds_by_sums", lambda *_: 1.0)
        by_pairs = content_test([case], len(sizes))
        monkeypatch.setattr("workbench.core.compare.content._seconds_by_sums", lambda *_: 0.0)
        by_sums = content_test([case], len(sizes))
        assert by_sums.p_value == by_pairs.p_value
        assert by_sums.share == pytest.approx(by_pairs.share)


def test_answers_are_dealt_out_within_their_case() -> None:
    """The cases lie far apart, which must not hide that each shifts by 1 from column to column."""
    cases = [
        points_case([[(case * 50.0 + column + i / 100, 0.0) for i in range(2)] for column in range(2)])
        for case in range(3)
    ]
    found = content_test(cases, 2)
    assert found.splits == 27
    assert found.p_value == pytest.approx(1 / 27)


def test_many_cases_are_drawn_from_lists() -> None:
    cases = [points_case([[(column + i / 100, 0.0) for i in range(3)] for column in range(2)]) for _ in range(8)]
    found = content_test(cases, 2)
    assert (found.splits, found.draws, found.p_value) == (10**8, 1999, 1 / 2000)


@pytest.mark.parametrize(
    ("answers", "splits"),
    [
        ([[["a"]], [["b"]]], 1),
        ([[["a", "b"]], [[]]], 1),
        ([[["a"], ["b"]], [["a"], ["c"]]], 1),
        ([], 1),
        ([[[]]], 1),
    ],
)
def test_where_no_split_exists_there_is_no_p(answers: list[list[list[str]]], splits: int) -> None:
    found = content_test(cases_of(answers), len(answers))
    assert found == (None, None, splits, 0, None)
    assert all(
        pair.p_value is None is pair.smallest_possible_p for pair in comparisons(cases_of(answers), len(answers))
    )


def test_all_answers_equal() -> None:
    found = content_test(cases_of([[["a", "a", "a"]]] * 2), 2)
    assert (found.p_value, found.share) == (1.0, 0.0)


@pytest.mark.parametrize(("columns", "expected"), [(2, 1 / 126), (4, 6 / 126), (5, 10 / 126)])
def test_pairs_are_corrected_over_all(columns: int, expected: float) -> None:
    """As the traps say: 0.048 for four columns of five, 0.079 for five."""
    cases = cases_in("slots", ((5,) * columns,), [0.1] * columns, list(range(columns)), Random(columns))
    found = comparisons(cases, columns)
    assert [(pair.a, pair.b) for pair in found] == [(a, b) for a in range(columns) for b in range(a + 1, columns)]
    assert [pair.p_value for pair in found] == pytest.approx([expected] * len(found))
    assert [pair.smallest_possible_p for pair in found] == pytest.approx([expected] * len(found))


def test_a_pair_that_cannot_be_tested_costs_the_others_nothing() -> None:
    found = comparisons(cases_of([[["a"] * 4], [["b"] * 4], [[]]]), 3)
    assert [pair.p_value for pair in found] == [1 / 35, None, None]
    assert [pair.distance_between for pair in found] == [1.0, None, None]
