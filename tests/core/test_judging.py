"""Blind judging: what is shown, what a pick counts for, and the interval of a win rate."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.experiment import Cell
from workbench.core.judging import MOST_CARDS, Card, Judgement, judged, rounds_of, wilson, win_rates


def unshuffled(cards: list[Card]) -> None:
    """The order as it is."""


def test_a_round_has_the_answers_of_one_case_and_repeat() -> None:
    answers = {Cell(0, 0, 0): "a", Cell(1, 0, 0): "b", Cell(0, 1, 0): "c", Cell(1, 1, 0): "d", Cell(0, 0, 1): "e"}
    rounds = rounds_of(answers, unshuffled)
    assert [(each.case, each.repeat) for each in rounds] == [(0, 0), (1, 0)]  # nothing beside the answer "e"
    assert [card.text for card in rounds[1].cards] == ["c", "d"]


def test_answers_that_are_alike_are_shown_once_and_win_together() -> None:
    composed, decomposed = "\u1112\u1161\u11ab", "\ud55c"
    answers = {Cell(0, 0, 0): composed, Cell(1, 0, 0): decomposed, Cell(2, 0, 0): "other"}
    (only,) = rounds_of(answers, unshuffled)
    assert [card.columns for card in only.cards] == [(0, 1), (2,)]
    rates = win_rates([judged(only, 0)], 3)
    assert [(rate.wins, rate.rounds) for rate in rates] == [(1, 1), (1, 1), (0, 1)]


def test_nothing_is_asked_where_all_say_the_same() -> None:
    assert rounds_of({Cell(0, 0, 0): "a", Cell(1, 0, 0): "a"}, unshuffled) == ()
    assert rounds_of({}, unshuffled) == ()


def test_the_order_is_chance_and_no_column_has_a_place() -> None:
    answers = {Cell(column, 0, repeat): f"{column}" for column in range(4) for repeat in range(400)}
    rounds = rounds_of(answers, random.Random(5).shuffle)
    for place in range(4):
        for column in range(4):
            there = sum(each.cards[place].columns == (column,) for each in rounds)
            assert 60 < there < 140  # 100 expected; 4.6 standard deviations to either side


def test_of_more_answers_than_digits_nine_are_shown() -> None:
    answers = {Cell(column, 0, 0): f"{column}" for column in range(12)}
    (only,) = rounds_of(answers, random.Random(1).shuffle)
    assert len(only.cards) == MOST_CARDS
    assert sum(rate.rounds for rate in win_rates([judged(only, 3)], 12)) == MOST_CARDS


def test_a_skipped_round_counts_for_nobody() -> None:
    (only,) = rounds_of({Cell(0, 0, 0): "a", Cell(1, 0, 0): "b"}, unshuffled)
    skipped = judged(only, None, "both are poor")
    assert skipped.winners == ()
    assert [rate.rounds for rate in win_rates([skipped], 2)] == [0, 0]
    assert win_rates([skipped], 2)[0].rate is None


def test_a_card_that_is_not_there_can_not_be_picked() -> None:
    (only,) = rounds_of({Cell(0, 0, 0): "a", Cell(1, 0, 0): "b"}, unshuffled)
    with pytest.raises(IndexError):
        judged(only, 2)


@pytest.mark.parametrize(
    ("wins", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_published(wins: int, of: int, low: float, high: float) -> None:
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17:857-872, table I; the others follow from the formula.
    found = wilson(wins, of)
    assert found[0] == pytest.approx(low, abs=1e-4)
    assert found[1] == pytest.approx(high, abs=1e-4)


@settings(max_examples=60)
@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_rate_and_is_symmetric(wins: int, of: int) -> None:
    wins = min(wins, of)
    low, high = wilson(wins, of)
    assert 0.0 <= low <= wins / of <= high <= 1.0
    assert low < high
    other_low, other_high = wilson(of - wins, of)
    assert low == pytest.approx(1 - other_high)
    assert high == pytest.approx(1 - other_low)


def test_a_judgement_survives_storage() -> None:
    judgement = Judgement(1, 2, ((3,), (0, 1)), 1, "두 번째")
    assert Judgement.from_json(judgement.to_json()) == judgement
    assert Judgement.from_json(judgement._replace(picked=None).to_json()).picked is None


@pytest.mark.parametrize(
    "value",
    [None, {}, {"case": 0, "repeat": 0, "shown": [[0]], "picked": 1, "note": ""},
     {"case": 0, "repeat": 0, "shown": ["x"], "picked": 0, "note": ""}],
)  # fmt: skip
def test_what_can_not_have_been_stored_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        Judgement.from_json(value)  # type: ignore[arg-type]
