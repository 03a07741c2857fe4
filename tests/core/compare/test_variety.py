"""The variety tests: their middle is the spatial median, content does not move them, more variety does."""

from __future__ import annotations

from math import cos, dist, pi, sin, sqrt
from random import Random

import pytest

from tests.core.compare.test_content import points_case
from tests.core.compare.worlds import cases_in, deviations_in
from workbench.core.compare.answers import columns_of
from workbench.core.compare.variety import Order, deviations, dispersion_test, from_the_median, trend_test

Point = tuple[float, float]


def distances(points: list[Point]) -> list[list[float]]:
    return [[dist(a, b) for b in points] for a in points]


def median(points: list[Point]) -> Point:
    """By descent in coordinates, for comparison."""
    x, y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    step = 1.0
    while step > 1e-9:
        around = [(x + step * cos(turn * pi / 8), y + step * sin(turn * pi / 8)) for turn in range(16)]
        best = min([(x, y), *around], key=lambda middle: sum(dist(middle, point) for point in points))
        step = step if best != (x, y) else step / 2
        x, y = best
    return x, y


@pytest.mark.parametrize("seed", range(8))
def test_the_middle_is_the_spatial_median(seed: int) -> None:
    random = Random(seed)
    points = [(random.gauss(0, 1), random.gauss(0, 3)) for _ in range(4 + seed)]
    middle = median(points)
    unbiased = sqrt(len(points) / (len(points) - 1))
    assert from_the_median(distances(points)) == pytest.approx(
        [unbiased * dist(point, middle) for point in points], abs=1e-4
    )


def test_known_medians() -> None:
    triangle = [(0.0, 0.0), (1.0, 0.0), (0.5, sqrt(0.75))]
    assert from_the_median(distances(triangle)) == pytest.approx([sqrt(0.5)] * 3)
    # An angle of more than 120 degrees: the median is its point.
    assert from_the_median(distances([(-5.0, 0.1), (0.0, 0.0), (5.0, 0.1)]))[1] == 0
    assert from_the_median(distances([(0.0, 0.0), (2.0, 0.0)])) == pytest.approx([sqrt(2)])
    assert from_the_median(distances([(1.0, 1.0)] * 4)) == [0.0] * 4
    same = from_the_median(distances([(0.0, 0.0)] * 3 + [(1.0, 0.0)]))
    assert same[:3] == [0, 0, 0]


def test_distances_of_no_space_are_survived() -> None:
    """0.1 + 0.1 < 1: no three points lie so."""
    assert all(value >= 0 for value in from_the_median([[0, 0.1, 0.1], [0.1, 0, 1.0], [0.1, 1.0, 0]]))


def spreads(world: str, spread: list[float], repeats: int, contents: list[int], seed: int) -> tuple[float, float]:
    cases = cases_in(world, ((repeats,) * len(spread),), spread, contents, Random(seed))
    order = Order("temperature", tuple(float(i) for i in range(len(spread))))
    dispersion, trend = dispersion_test(deviations_in(cases)).p_value, trend_test(deviations_in(cases), order).p_value
    assert dispersion is not None
    assert trend is not None
    return dispersion, trend


def test_a_growing_variety_is_found_with_three_repeats_whatever_is_said() -> None:
    for contents in ([1, 1, 1, 1], [1, 2, 3, 4]):
        assert spreads("slots", [0.02, 0.15, 0.3, 0.5], 3, contents, 1)[1] < 0.01


def test_the_trend_is_one_sided_and_follows_the_positions() -> None:
    cases = cases_in("slots", ((5,) * 3,), [0.5, 0.25, 0.02], [1] * 3, Random(1))
    found = deviations_in(cases)
    shrinks, grows = (trend_test(found, Order("x", positions)).p_value for positions in ((1, 2, 3), (9, 5, 1)))
    assert shrinks is not None
    assert grows is not None
    assert shrinks > 0.9
    assert grows < 0.01
    dispersion = dispersion_test(found).p_value
    assert dispersion is not None
    assert dispersion < 0.05


def test_other_content_alone_is_no_other_variety() -> None:
    """A quick look at what the simulation measures: 60 nulls, of which 3 would be called at 5 %."""
    found = [spreads("slots", [0.2] * 2, 5, [1, 2], seed) for seed in range(60)]
    assert sum(dispersion <= 0.05 for dispersion, _ in found) <= 9
    assert sum(trend <= 0.05 for _, trend in found) <= 9


def test_numbers_of_splits() -> None:
    def of(sizes: tuple[int, ...], positions: tuple[float, ...], cases: int = 1) -> tuple[int, int]:
        made = deviations_in(cases_in("slots", (sizes,) * cases, [0.3] * len(sizes), [1] * len(sizes), Random(1)))
        return dispersion_test(made).splits, trend_test(made, Order("x", positions)).splits

    assert of((3, 3), (0, 1)) == (10, 20)
    assert of((3, 4), (0, 1)) == (35, 35)
    assert of((2, 2), (0, 1)) == (1, 2)  # two answers have one distance: one value a column
    assert of((2, 2), (0, 1), cases=4) == (8, 16)
    assert of((3, 3, 3), (0, 1, 1)) == (280, 84)  # the two at one position are one column to the slope
    assert of((3, 3), (1, 1)) == (10, 1)
    assert of((3, 1), (0, 1)) == (1, 1)


def test_what_cannot_be_tested_is_none() -> None:
    found = deviations(columns_of([[["a"]], [["b"]]]))
    assert dispersion_test(found) == trend_test(found, Order("x", (0, 1))) == (None, None, 1, 0)
    assert dispersion_test(()) == trend_test((), Order("x", ())) == (None, None, 1, 0)


def test_two_repeats_and_many_cases() -> None:
    growing = cases_in("slots", ((2, 2, 2),) * 6, [0.02, 0.2, 0.5], [1] * 3, Random(1))
    found = trend_test(deviations_in(growing), Order("x", (0, 1, 2)))
    assert found.p_value is not None
    assert found.p_value < 0.01


def test_a_second_axis_is_no_noise_of_the_first() -> None:
    """Two models, one much more varied than the other: within each, the variety grows a little."""
    spread = [0.0, 0.03, 0.06, 0.4, 0.45, 0.5]
    cases = cases_in("slots", ((5,) * 6,), spread, [1] * 6, Random(5))
    positions = (0.0, 1.0, 2.0) * 2
    apart = trend_test(deviations_in(cases), Order("temperature", positions, (0, 0, 0, 1, 1, 1))).p_value
    mixed = trend_test(deviations_in(cases), Order("temperature", positions)).p_value
    assert apart is not None
    assert mixed is not None
    assert apart < 0.01 < 0.1 < mixed


def test_a_column_that_never_varies_beside_points() -> None:
    case = points_case([[(0.0, 0.0)] * 4, [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)]])
    assert dispersion_test(deviations_in([case])).p_value == pytest.approx(1 / 35)
    assert trend_test(deviations_in([case]), Order("x", (0, 1))).p_value == pytest.approx(1 / 70)
