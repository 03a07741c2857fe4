"""What is typed to find runs."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.core.errors import InputError
from workbench.core.history_query import HistoryQuery, parsed

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", HistoryQuery()),
        ("  점심  메뉴 ", HistoryQuery("점심  메뉴")),
        ("model:gpt-4o cost>0.01 starred", HistoryQuery(model="gpt-4o", over_usd=0.01, starred=True)),
        ("rain state:failed,running in", HistoryQuery("rain in", states=("failed", "running"))),
        ("since:2026-11-01 until:yesterday", HistoryQuery(since=date(2026, 11, 1), until=date(2026, 11, 22))),
        ("on:today cost<$1", HistoryQuery(since=TODAY, until=TODAY, under_usd=1.0)),
        ("since:7d", HistoryQuery(since=date(2026, 11, 16))),
        ('preset:"my own" x', HistoryQuery("x", preset="my own")),
        ('"starred model:x"', HistoryQuery("starred model:x")),
        ('say "hi" now', HistoryQuery('say "hi" now')),
        ('"a', HistoryQuery('"a')),
        ("http://x cost: std::move", HistoryQuery("http://x cost: std::move")),
    ],
)
def test_words_that_are_filters_and_the_text_that_is_left(typed: str, query: HistoryQuery) -> None:
    assert parsed(typed, TODAY) == query


@pytest.mark.parametrize("typed", ["state:done", "since:soon", "since:2026-13-01", "cost>much", "cost>nan"])
def test_a_filter_says_what_it_takes(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed(typed, TODAY)
    assert caught.value.hint
