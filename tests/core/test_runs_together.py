"""Runs that were made one by one, as one experiment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.errors import InputError
from workbench.core.experiment import Cell
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
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
    assert found.cells == (Cell(0, 0, 0), Cell(2, 1, 0), Cell(3, 0, 0))


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
