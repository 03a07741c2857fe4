"""The figures of the gate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.experiments import PROMPT
from workbench.core.axes import Axis
from workbench.core.experiment import Experiment
from workbench.core.json_value import JSON
from workbench.core.plan import TYPICAL_ANSWER, ColumnFigures, Price, figures_for, plan
from workbench.core.prompt import ParameterValues
from workbench.core.request import build_request


def paid(prompt: int, answer: int) -> float | None:
    """A dollar for 1,000 tokens in, two for 1,000 out."""
    return (prompt + 2 * answer) / 1000


def unknown(prompt: int, answer: int) -> float | None:
    return None


def free(prompt: int, answer: int) -> float | None:
    return 0.0


def experiment(columns: int = 2, cases: int = 0, repeats: int = 1) -> Experiment:
    rows = tuple({"what": str(number)} for number in range(cases))
    return Experiment(PROMPT, (Axis("seed", tuple(range(columns))),), repeats, rows)


def test_the_figures_are_those_of_all_cells() -> None:
    column = ColumnFigures((100, 200), paid, most_answer=1000, typical_answer=50)
    found = plan(experiment(2, 2, 5), [column, column], retries=2)
    assert (found.cells, found.most_requests) == (20, 60)
    assert (found.tokens_low, found.tokens_high) == (2 * 5 * (300 + 100), 2 * 5 * (300 + 2000))
    assert found.cost_low == pytest.approx(2 * 5 * (0.3 + 0.2))
    assert found.cost_high == pytest.approx(2 * 5 * (0.3 + 4))
    assert found.requests_text == "20 requests, 60 at most with retries"
    assert found.tokens_text == "~4,000 to 23,000 tokens"
    assert found.cost_text == "~$5.00 to $43.00"
    assert not found.free


def test_one_request_without_retries_is_one() -> None:
    found = plan(experiment(1), [ColumnFigures((10,), paid, 10)], retries=0)
    assert found.requests_text == "1 request"
    assert found.tokens_text == "~20 tokens"
    assert found.cost_text == "~$0.030"


def test_the_typical_answer_is_no_longer_than_the_limit() -> None:
    found = plan(experiment(1), [ColumnFigures((0,), paid, most_answer=10)], retries=0)
    assert found.tokens_low == found.tokens_high == 10
    longer = plan(experiment(1), [ColumnFigures((0,), paid, most_answer=1000)], retries=0)
    assert longer.tokens_low == TYPICAL_ANSWER


def test_a_host_that_may_refuse_what_the_builder_adds_is_asked_once_more() -> None:
    one, two = ColumnFigures((1,), paid, 1), ColumnFigures((1,), paid, 1, asked_again=True)
    assert plan(experiment(2, 0, 3), [one, two], retries=2).most_requests == 3 * 3 + 3 * 4


def test_each_of_n_answers_counts() -> None:
    found = plan(experiment(1), [ColumnFigures((100,), paid, 50, typical_answer=10, answers=3)], retries=0)
    assert (found.tokens_low, found.tokens_high) == (130, 250)
    assert found.cost_low == pytest.approx(0.16)
    assert found.cost_high == pytest.approx(0.4)


def test_an_unknown_price_is_said_and_never_nothing() -> None:
    found = plan(experiment(2), [ColumnFigures((10,), unknown, 10)] * 2, retries=0)
    assert (found.cost_low, found.cost_high, found.unpriced) == (None, None, 2)
    assert found.cost_text == "price unknown"
    assert not found.free


def test_what_is_known_is_told_beside_what_is_not() -> None:
    columns = [ColumnFigures((1000,), paid, 500, 500), ColumnFigures((10,), unknown, 10)]
    found = plan(experiment(2), columns, retries=0)
    assert (found.cost_low, found.cost_high, found.unpriced) == (2, 2, 1)
    assert found.cost_text == "~$2.00 + 1 column at an unknown price"
    assert not found.free


def test_free_columns_beside_unknown_ones_are_not_free() -> None:
    found = plan(experiment(2), [ColumnFigures((1,), free, 1), ColumnFigures((1,), unknown, 1)], retries=0)
    assert found.cost_text == "free + 1 column at an unknown price"
    assert not found.free


def test_free_is_free_also_without_a_limit() -> None:
    found = plan(experiment(2), [ColumnFigures((10,), free)] * 2, retries=2)
    assert (found.cost_low, found.cost_high, found.tokens_high) == (0, 0, None)
    assert found.free
    assert found.cost_text == "free"
    assert found.tokens_text == f"~{2 * (10 + TYPICAL_ANSWER)} tokens and more: the answers have no limit that is known"


def test_without_a_limit_the_cost_has_no_end() -> None:
    columns = [ColumnFigures((1000,), paid, None, 500), ColumnFigures((1000,), paid, 500, 500)]
    found = plan(experiment(2), columns, retries=0)
    assert (found.cost_low, found.cost_high) == (4, None)
    assert found.cost_text == "~$4.00 and more"


@pytest.mark.parametrize(
    ("parameters", "limit", "most", "answers"),
    [
        ({}, None, None, 1),
        ({}, 4096, 4096, 1),
        ({"max_completion_tokens": 50}, 4096, 50, 1),
        ({"max_tokens": 50, "n": 3}, None, 50, 3),
        ({"max_tokens": 9000}, 4096, 4096, 1),
    ],
)
def test_the_figures_of_a_column_are_read_from_its_request(
    parameters: dict[str, JSON], limit: int | None, most: int | None, answers: int
) -> None:
    request = build_request(PROMPT.with_parameters(ParameterValues(parameters)), default_model="m")
    figures = figures_for([request, request], [5, 6], paid, model_limit=limit, typical_answer=7)
    assert figures == ColumnFigures((5, 6), paid, most, 7, answers, asked_again=True)


def test_a_request_that_asks_for_no_usage_is_not_asked_again() -> None:
    request = build_request(PROMPT, default_model="m")
    assert "stream_options" not in request.body
    assert not figures_for([request], [5], paid).asked_again


prices = st.sampled_from([paid, unknown, free])
columns = st.builds(
    ColumnFigures,
    st.lists(st.integers(0, 5000), min_size=2, max_size=2).map(tuple),
    prices,
    st.one_of(st.none(), st.integers(1, 5000)),
    st.integers(1, 500),
    st.integers(1, 3),
    st.booleans(),
)


@given(st.lists(columns, min_size=1, max_size=4), st.integers(1, 4), st.integers(0, 3))
def test_low_is_never_above_high_and_unknown_never_zero(
    figures: list[ColumnFigures], repeats: int, retries: int
) -> None:
    found = plan(experiment(len(figures), 2, repeats), figures, retries=retries)
    assert found.cells == len(figures) * 2 * repeats
    assert found.most_requests >= found.cells * (1 + retries)
    assert found.tokens_high is None or found.tokens_low <= found.tokens_high
    assert found.cost_high is None or (found.cost_low is not None and found.cost_low <= found.cost_high + 1e-9)
    kinds: list[Price] = [each.price for each in figures]
    assert found.unpriced == kinds.count(unknown)
    assert found.free is all(kind is free for kind in kinds)
    assert (found.cost_low is None) is all(kind is unknown for kind in kinds)
