"""Usage objects as endpoints send them, and how the numbers read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.events import State
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Outcome, Timings
from workbench.core.request import Request
from workbench.core.usage import (
    SessionCost,
    UsageFacts,
    context_share,
    money_text,
    rate_text,
    seconds_text,
    share_text,
    summary_line,
    tokens_per_second,
    tokens_text,
)

GOOD: dict[str, JSON] = {
    "prompt_tokens": 859,
    "completion_tokens": 142,
    "total_tokens": 1001,
    "prompt_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 10},
    "completion_tokens_details": {"reasoning_tokens": 30},
}


def test_a_good_usage_is_read_whole() -> None:
    assert UsageFacts.from_usage(GOOD) == UsageFacts(859, 400, 10, 142, 30, 1001)


@pytest.mark.parametrize("value", [None, -1, 1e30, float("nan"), float("inf"), "859", True, [859], {}, 1.5, 10**12])
def test_a_number_that_can_not_be_one_is_none(value: JSON) -> None:
    facts = UsageFacts.from_usage({**GOOD, "prompt_tokens": value})
    assert facts.prompt is None
    assert facts.completion == 142


def test_holes_are_not_zero_and_a_part_is_at_most_its_whole() -> None:
    assert UsageFacts.from_usage(None) == UsageFacts()
    assert UsageFacts.from_usage({}) == UsageFacts()
    assert UsageFacts.from_usage({"prompt_tokens_details": None, "completion_tokens_details": "x"}) == UsageFacts()
    facts = UsageFacts.from_usage({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 20}})
    assert (facts.prompt, facts.cached, facts.total) == (10, 10, None)
    assert UsageFacts.from_usage({"prompt_tokens": 10, "completion_tokens": 5}).total == 15
    assert UsageFacts.from_usage({"prompt_tokens": 10, "prompt_cache_hit_tokens": 4}).cached == 4


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from([*GOOD, "other"]), _json))
def test_no_usage_breaks_the_reading(usage: dict[str, JSON]) -> None:
    facts = UsageFacts.from_usage(usage)
    for value in (facts.prompt, facts.cached, facts.cache_written, facts.completion, facts.reasoning, facts.total):
        assert value is None or 0 <= value <= 2_000_000_000


def test_the_share_of_the_window() -> None:
    assert context_share(1000, 128_000) == pytest.approx(1 / 128)
    assert context_share(None, 128_000) is None
    assert context_share(10, None) is None
    assert context_share(10, 0) is None


def test_the_rate_counts_from_the_first_token() -> None:
    assert tokens_per_second(101, 0.5, 1.5) == pytest.approx(100)
    assert tokens_per_second(100, None, 2.0) == pytest.approx(50)
    assert tokens_per_second(100, 2.0, 2.0) == pytest.approx(50)
    assert tokens_per_second(1, 0.5, 2.0) == pytest.approx(0.5)
    assert tokens_per_second(0, 0.1, 1.0) is None
    assert tokens_per_second(None, 0.1, 1.0) is None
    assert tokens_per_second(10, 0.1, None) is None
    assert tokens_per_second(10, None, 0.0) is None


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (None, "price unknown"),
        (0.0, "free"),
        (0.00014, "$0.00014"),
        (0.012, "$0.012"),
        (0.0999, "$0.10"),
        (0.5, "$0.50"),
        (0.996, "$1.00"),
        (1.234, "$1.23"),
        (1234.5, "$1,234.50"),
        (1e-7, "$0.00000010"),
        (1e-12, "<$0.0000001"),
    ],
)
def test_money(dollars: float | None, text: str) -> None:
    assert money_text(dollars) == text


@settings(max_examples=50)
@given(st.floats(min_value=1e-30, max_value=1e6))
def test_a_price_is_never_shown_as_zero(dollars: float) -> None:
    text = money_text(dollars)
    assert text.startswith("<") or float(text.removeprefix("$").replace(",", "")) == pytest.approx(dollars, rel=0.06)


def test_an_estimate_is_marked() -> None:
    assert money_text(0.012, exact=False) == "~$0.012"
    assert money_text(None, exact=False) == "price unknown"
    assert tokens_text(1234) == "1,234"
    assert tokens_text(1234, exact=False) == "~1,234"
    assert tokens_text(None) == "—"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0.0, "0.00 s"),
        (0.314, "0.31 s"),
        (0.996, "1.0 s"),
        (1.44, "1.4 s"),
        (9.96, "10 s"),
        (59.6, "1 m 00 s"),
        (125, "2 m 05 s"),
    ],
)
def test_seconds(seconds: float | None, text: str) -> None:
    assert seconds_text(seconds) == text


def test_rates_and_shares() -> None:
    assert rate_text(None) == "—"
    assert rate_text(4.24) == "4.2 tok/s"
    assert rate_text(88.4) == "88 tok/s"
    assert rate_text(12345.0) == "12,345 tok/s"
    assert share_text(None) == "—"
    assert share_text(0.0) == "0.0 %"
    assert share_text(0.0001) == "<0.1 %"
    assert share_text(0.0078) == "0.8 %"
    assert share_text(1.12) == "112 %"


def test_a_session_says_what_it_does_not_know() -> None:
    session = SessionCost()
    assert session.text == "free"
    assert session.plus(None).text == "price unknown"
    assert session.plus(0.01).plus(0.002).text == "$0.012"
    assert session.plus(0.012).plus(None).plus(None).text == "$0.012 + 2 unknown"


def test_the_line_for_stderr() -> None:
    outcome = Outcome(
        State.COMPLETE,
        Request({"model": "m"}),
        Answer(usage=GOOD),
        timings=Timings(0.2, 0.4, 2.4),
        attempts=2,
        cost_usd=0.00014,
    )
    assert summary_line(outcome) == (
        "in 859 (400 cached) · out 142 (30 reasoning) · $0.00014 · 2.4 s · first token 0.40 s · 70 tok/s · 2 attempts"
    )
    unknown = Outcome(State.ERROR, Request({"model": "m"}), attempts=1)
    assert summary_line(unknown) == "in — · out — · price unknown · —"
