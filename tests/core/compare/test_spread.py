"""What is said of one column, and of two."""

from __future__ import annotations

from importlib import import_module

import pytest

from workbench.core.compare.answers import Answers, DistanceCache, cases_of, columns_of
from workbench.core.compare.distance import Distances
from workbench.core.compare.spread import Spread, between, spread


def of(answers: Answers) -> list[Spread]:
    return [spread(texts, own) for texts, own in zip(answers, columns_of(answers), strict=True)]


def test_a_column_of_known_answers() -> None:
    (found,) = of([[["a b c d", "a b c d", "a b c x"]]])
    assert found == Spread(3, 2, 2 / 3, 0.5 / 3, 4, 4)
    assert not found.deterministic


def test_the_same_text_each_time() -> None:
    (found,) = of([[["한글.", "\u1112\u1161\u11ab\u1100\u1173\u11af.", "한글."]]])
    assert found == Spread(3, 1, 1.0, 0.0, 2, 2)
    assert found.deterministic


def test_no_two_the_same_is_no_share() -> None:
    assert of([[["a", "b c", "d e f"]]]) == [Spread(3, 3, 0.0, 1.0, 1, 3)]


def test_without_repeats_nothing_is_said_of_the_noise() -> None:
    assert of([[["a b"]], [[]], []]) == [
        Spread(1, 1, None, None, 2, 2),
        Spread(0, 0, None, None, 0, 0),
        Spread(0, 0, None, None, 0, 0),
    ]


def test_texts_that_differ_in_spaces_alone_are_distinct_and_not_deterministic() -> None:
    (found,) = of([[["a b", "a  b"]]])
    assert (found.distinct, found.identical_share, found.distance_within) == (2, 0.0, 0.0)
    assert not found.deterministic


def test_cases_are_not_compared_with_one_another() -> None:
    answers = [[["a", "a"], ["b b", "b c"]], [["a"], ["x x", "b b"]]]
    first, second = of(answers)
    assert (first.runs, first.distinct, first.identical_share) == (4, 3, 0.5)
    assert first.distance_within == pytest.approx((0 + 0.5) / 2)
    assert not first.deterministic
    assert (second.identical_share, second.distance_within) == (0.0, 1.0)
    cases = cases_of(answers)
    assert between(0, 1, cases) == pytest.approx((0 + (1 + 0 + 1 + 0.5) / 4) / 2)


def test_between_needs_an_answer_of_both() -> None:
    cases = cases_of([[["a"], []], [[], ["a"]]])
    assert between(0, 1, cases) is None


def test_what_was_compared_is_not_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = DistanceCache()
    before = cases_of([[["a b"]], [["a c"]]], cache)
    monkeypatch.setattr(
        import_module("workbench.core.compare.distance"), "edits", lambda *_: pytest.fail("compared again")
    )
    assert cases_of([[["a b", "a b"]], [["a c"]]], cache)[0].distances[0][2] == before[0].distances[0][1]
    assert isinstance(cache.case(0), Distances)
