"""Runs that were made one by one, as one experiment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.column_labels import column_labels
from workbench.core.compare.verdict import verdict
from workbench.core.errors import InputError
from workbench.core.experiment import Cell, Experiment
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.report_build import order_of
from workbench.core.runs_together import PastRequest, together

PROMPT = Prompt(messages=(Message(Role.USER, "about {{what}}"),), variables=(Variable("what", value="rain"),))


def asked(model: str = "m", connection: str = "openai", what: str = "rain", **parameters: float) -> PastRequest:
    prompt = replace(PROMPT, parameters=ParameterValues(parameters), variables=(Variable("what", value=what),))
    return PastRequest(prompt, model, connection)


def test_what_differs_becomes_the_axes_and_what_is_equal_repeats() -> None:
    found = together([asked(temperature=0.2), asked(temperature=0.9), asked(temperature=0.2), asked()])
    (axis,) = found.experiment.axes
    assert (axis.name, axis.values) == ("temperature", (0.2, 0.9, 1))
    assert found.cells == (Cell(0, 0, 0), Cell(1, 0, 0), Cell(0, 0, 1), Cell(2, 0, 0))
    assert found.experiment.repeats == 2


def test_other_values_are_cases_and_two_differences_a_table() -> None:
    found = together([asked(), asked("n", what="snow"), asked("n", "practice")])
    assert [axis.name for axis in found.experiment.axes] == ["model", "connection"]
    assert found.experiment.cases == ({"what": "rain"}, {"what": "snow"})
    assert found.cells == (Cell(0, 0, 0), Cell(1, 1, 0), Cell(2, 0, 0))
    columns = found.experiment.columns()
    assert [tuple(each.setting.values()) for each in columns] == [("m", "openai"), ("n", "openai"), ("n", "practice")]
    assert column_labels(found.experiment) == ("m · @ openai", "n · @ openai", "n · @ practice")
    assert found.experiment.cell_count == 6
    assert Experiment.from_json(found.experiment.to_json()) == found.experiment


def test_two_runs_that_differ_in_two_things_are_two_columns() -> None:
    found = together([asked("n", temperature=0.9), asked(temperature=0.2)])
    assert (found.experiment.column_count, found.cells) == (2, (Cell(0, 0, 0), Cell(1, 0, 0)))
    order = order_of(found.experiment)
    assert order is not None
    assert order.positions == (0.9, 0.2)
    assert verdict(column_labels(found.experiment), [[["a b"]], [["a c"]]], order=order).words


@pytest.mark.parametrize(
    "others",
    [
        [PastRequest(replace(PROMPT, messages=(*PROMPT.messages, Message(Role.ASSISTANT, "x"))), "m", "openai")],
        [asked("n", "practice", temperature=0.0)],
        [asked(seed=3)],
    ],
)
def test_what_can_not_stand_side_by_side_says_why(others: list[PastRequest]) -> None:
    with pytest.raises(InputError) as caught:
        together([asked(), *others])
    assert caught.value.hint
