"""The tests of all pairs at once against the test of each pair by itself."""

from __future__ import annotations

from random import Random

import pytest

from tests.core.compare.test_content import points_case, some_points
from tests.core.compare.worlds import cases_in
from workbench.core.compare.answers import Case
from workbench.core.compare.content import content_test
from workbench.core.compare.pairs import Pair, pairs_test
from workbench.core.compare.splits import holm

NAMES = ("workbench.core.compare.pairs._seconds_by_pairs", "workbench.core.compare.pairs._seconds_by_sums")


def only(case: Case, pair: Pair) -> Case:
    """The case without the other columns."""
    a, b = (case.members[column] for column in pair)
    return Case((range(len(a)), range(len(a), len(a) + len(b))), case.among([*a, *b]))


@pytest.mark.parametrize("slow", NAMES)
@pytest.mark.parametrize("design", [[[3, 3, 3, 3]], [[2, 3, 5, 1]], [[3, 3, 3], [2, 0, 2]], [[1, 4, 4], [1, 1, 2]]])
def test_exact_it_is_the_test_of_each_pair(design: list[list[int]], slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, lambda *_: 1e-3)
    cases = [points_case(some_points(Random(f"{design}{at}"), sizes, 1.0)) for at, sizes in enumerate(design)]
    columns = len(design[0])
    found = pairs_test(cases, columns, content_test(cases, columns)).comparisons
    alone = [content_test([only(case, (pair.a, pair.b)) for case in cases], 2) for pair in found]
    testable = [pair for pair in found if pair.p_value is not None]
    assert len(testable) == sum(test.p_value is not None for test in alone) > 1
    assert [pair.p_value for pair in testable] == pytest.approx(
        holm([test.p_value for test in alone if test.p_value is not None])
    )
    assert [pair.smallest_possible_p for pair in testable] == pytest.approx(
        holm([test.smallest_possible_p for test in alone if test.smallest_possible_p is not None])
    )


@pytest.mark.parametrize("slow", NAMES)
def test_drawn_it_comes_near_to_that(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, lambda *_: 1e-3)
    monkeypatch.setattr("workbench.core.compare.pairs._WORK", 100.0)
    shifts = [0.0, 0.0, 0.9, 5.0]
    random = Random(7)
    case = points_case([[(random.gauss(shift, 1), random.gauss(0, 1)) for _ in range(10)] for shift in shifts])
    found = pairs_test([case], 4, content_test([case], 4)).comparisons
    alone = {(pair.a, pair.b): content_test([only(case, (pair.a, pair.b))], 2).p_value for pair in found}
    corrected = holm([p_value for p_value in alone.values() if p_value is not None])
    assert [pair.p_value for pair in found] == pytest.approx(corrected, abs=0.15)
    far = [pair.p_value for pair in found if 3 in (pair.a, pair.b)]
    assert far == pytest.approx([6 / 2000, 6 / 2000, 6 / 2000])


def test_both_ways_to_sum_agree_to_the_last_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    case = points_case(some_points(Random(3), [9] * 4, 0.3))
    ways = []
    for slow in NAMES:
        with monkeypatch.context() as patch:
            patch.setattr(slow, lambda *_: 1e-3)
            patch.setattr("workbench.core.compare.pairs._WORK", 100.0)
            ways.append(pairs_test([case], 4, content_test([case], 4)))
    assert ways[0] == ways[1]


def test_of_too_many_pairs_those_with_the_first_column_are_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = cases_in("slots", ((9,) * 5,), [0.1] * 5, list(range(5)), Random(1))
    every = pairs_test(cases, 5, content_test(cases, 5))
    assert not every.only_first
    assert all(pair.p_value is not None and pair.p_value < 0.01 for pair in every.comparisons)
    monkeypatch.setattr("workbench.core.compare.pairs._WORK", 1e-3)
    some = pairs_test(cases, 5, content_test(cases, 5))
    assert some.only_first
    assert [pair.p_value is not None for pair in some.comparisons] == [pair.a == 0 for pair in every.comparisons]
    assert [pair.distance_between for pair in some.comparisons] == [pair.distance_between for pair in every.comparisons]


def test_of_thousands_of_columns_only_pairs_with_the_first_are_formed() -> None:
    found = pairs_test((), 3000, content_test((), 3000)).comparisons
    assert len(found) == 4950 + 2900
    assert found[-1][:3] == (0, 2999, None)
