"""The report of an experiment: what it counts, and along which axis variety is asked after."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.core.reports import outcome, report
from workbench.core.axes import Axis
from workbench.core.compare.variety import Order
from workbench.core.events import State
from workbench.core.experiment import Experiment
from workbench.core.grid_values import GridState
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice, Outcome
from workbench.core.prompt import Check, Message, Prompt, Role
from workbench.core.report_build import order_of

PROMPT = Prompt(messages=(Message(Role.USER, "hi"),))
TEMPERATURE = Axis("temperature", (0, 0.5, 1))
MODELS = Axis("model", ("a", "b"))


@pytest.mark.parametrize(
    ("axes", "order"),
    [
        ((TEMPERATURE,), Order("temperature", (0, 0.5, 1))),
        ((MODELS,), None),
        ((Axis("seed", (1, 2)),), None),
        ((Axis("temperature", (1, 1)),), None),
        ((Axis("reasoning_effort", ("high", "low")),), Order("reasoning_effort", (4, 2))),
        ((Axis("reasoning_effort", ("high", "other")),), None),
        ((Axis("logprobs", (True, False)),), None),
        ((TEMPERATURE, MODELS), Order("temperature", (0, 0, 0.5, 0.5, 1, 1), (0, 1, 0, 1, 0, 1))),
        ((MODELS, TEMPERATURE), Order("temperature", (0, 0.5, 1, 0, 0.5, 1), (0, 0, 0, 1, 1, 1))),
    ],
)
def test_the_axis_along_which_variety_may_grow(axes: tuple[Axis, ...], order: Order | None) -> None:
    found = order_of(Experiment(PROMPT, axes))
    assert found == order
    if order is not None and len(axes) == 2:
        settings = [column.setting["model"] for column in Experiment(PROMPT, axes).columns()]
        assert len(set(zip(order.groups, settings, strict=True))) == 2, "a group is one setting of the other axis"


def test_only_complete_answers_count() -> None:
    made = report([["a b", "a b", outcome("a", State.TRUNCATED)], ["a b", "c d", outcome("", State.ERROR)]])
    told = json.loads(json.dumps(made.to_json()))
    first, second = told["columns"]
    assert (first["runs"], first["distinct"], first["identical_share"], first["distance_within"]) == (2, 1, 1.0, 0.0)
    assert (second["runs"], second["distinct"], second["identical_share"], second["distance_within"]) == (
        2,
        2,
        0.0,
        1.0,
    )
    assert (first["tokens"], second["tokens"]) == (90, 60)
    assert told["cost_usd"] == pytest.approx(0.006)
    assert told["sent_requests"] == 8, "three attempts of the one that failed"


def test_an_unknown_price_is_not_a_price_of_nothing() -> None:
    made = report([["a", outcome("b", cost=None)], ["c", "d"]], state=GridState.PARTIAL)
    assert [column.to_json()["cost_usd"] for column in made.columns] == [None, 0.002]
    assert made.cost_usd is None


def test_a_column_without_answers_has_no_figures() -> None:
    made = report([[outcome("", State.ERROR)], []], checks=[Check("contains", "x")])
    for column in made.columns:
        assert (column.runs, column.distinct, column.identical_share, column.distance_within) == (0, None, None, None)
        assert (column.tokens, column.checks[0].tally.rate) == (None, None)
    assert [cell.state for cell in made.cells] == ["error", "not_sent"]
    assert made.columns[1].cost_usd == 0


def test_what_is_called_or_refused_stands_for_the_answer() -> None:
    def with_choice(choice: Choice) -> Outcome:
        return replace(outcome(""), answer=Answer((choice,)))

    function: JSON = {"name": "find", "arguments": '{"q": "서울"}'}
    call: dict[str, JSON] = {"id": "call_1", "type": "function", "function": function}
    same: dict[str, JSON] = {**call, "id": "call_2"}
    made = report([[with_choice(Choice(0, tool_calls=(call,))), with_choice(Choice(0, tool_calls=(same,)))]])
    assert made.columns[0].distinct == 1
    assert made.cells[0].text == '→ find {"q": "서울"}'
    refused = report([[with_choice(Choice(0, refusal="I won't"))]])
    assert refused.cells[0].text == "I won't"
