"""Experiments: columns, cells, and the way to storage and presets and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.core.experiments import PROMPT, axes, experiments
from workbench.core.axes import Axis, ablation, message_index, with_value
from workbench.core.errors import InputError
from workbench.core.experiment import MOST_CELLS, Cell, Experiment, with_case
from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME
from workbench.core.prompt import Comparison, Message, Prompt, Role, Variable
from workbench.core.request import build_request

LADDER = Axis("temperature", (0, 0.5, 1))


def test_two_axes_make_their_product_and_the_second_varies_fastest() -> None:
    experiment = Experiment(PROMPT, (LADDER, Axis("model", ("a", "b"))))
    settings = [dict(column.setting) for column in experiment.columns()]
    assert settings == [{"temperature": t, "model": m} for t in (0, 0.5, 1) for m in "ab"]
    assert [column.index for column in experiment.columns()] == list(range(6))
    last = experiment.columns()[-1].prompt
    assert (last.parameters["temperature"], last.model) == (1, "b")


def test_without_an_axis_the_prompt_is_the_one_column() -> None:
    (column,) = Experiment(PROMPT).columns()
    assert (column.setting, column.prompt, column.connection) == ({}, PROMPT, "")
    assert Experiment(PROMPT).cells() == (Cell(0, 0, 0),)


def test_no_column_carries_the_experiment_that_is_saved_with_the_prompt() -> None:
    saved = Comparison({"temperature": [0, 1]}, 1, ({"what": "x" * 1000},))
    experiment = Experiment.from_comparison(replace(PROMPT, compare=saved))
    assert experiment.prompt.compare == saved
    assert [column.prompt.compare for column in experiment.columns()] == [None, None]
    assert experiment.prompt_of(Cell(0, 0, 0)).compare is None


def test_the_same_value_twice_is_two_columns() -> None:
    one, two = Experiment(PROMPT, (Axis("temperature", (0.5, 0.5)),)).columns()
    assert (one.prompt, one.setting) == (two.prompt, two.setting)
    assert one != two


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("model", "gpt-5.4", {"model": "gpt-5.4"}),
        ("persona", "concise", {"persona": "concise"}),
        ("format", "bullets", {"format": "bullets"}),
        ("seed", 7, {"parameters": PROMPT.parameters.set("seed", 7)}),
        ("temperature", 0, {"parameters": PROMPT.parameters.set("temperature", 0)}),
        ("connection", "practice", {}),
        ("off", None, {}),
        ("off", 0, {"messages": (replace(PROMPT.messages[0], on=False), *PROMPT.messages[1:])}),
        ("messages[1]", "Hm", {"messages": (PROMPT.messages[0], Message(Role.USER, "Hm"), PROMPT.messages[2])}),
        ("messages[2]", "x", {"messages": (*PROMPT.messages[:2], Message(Role.ASSISTANT, "x", on=False))}),
    ],
)
def test_what_a_value_changes(name: str, value: JSON, changed: dict[str, Any]) -> None:
    (column,) = Experiment(PROMPT, (Axis(name, (value,)),)).columns()
    assert column.prompt == replace(PROMPT, **changed)
    assert column.connection == ("practice" if name == "connection" else "")


def test_ablation_turns_each_message_that_is_on_off_after_a_column_with_all() -> None:
    columns = Experiment(PROMPT, (ablation(PROMPT),)).columns()
    assert [[m.on for m in column.prompt.messages] for column in columns] == [
        [True, True, False],
        [False, True, False],
        [True, False, False],
    ]


def test_the_first_repeat_of_everything_comes_before_the_second_of_anything() -> None:
    experiment = Experiment(PROMPT, (LADDER,), 2, ({"what": "a"}, {"what": "b"}))
    assert experiment.cells()[:7] == (
        Cell(0, 0, 0),
        Cell(1, 0, 0),
        Cell(2, 0, 0),
        Cell(0, 1, 0),
        Cell(1, 1, 0),
        Cell(2, 1, 0),
        Cell(0, 0, 1),
    )
    assert experiment.size_text == "3 columns x 2 cases x 2 repeats"


def test_the_prompt_of_a_cell_has_the_case_as_literal_text() -> None:
    experiment = Experiment(PROMPT, (LADDER,), 1, ({"what": "@secret.txt"}, {"other": "{{what}}"}))
    prompt = experiment.prompt_of(Cell(1, 0, 0))
    assert prompt.parameters["temperature"] == 0.5
    assert prompt.variables == (Variable("what", default="@secret.txt"),)
    request = build_request(prompt, default_model="m")
    assert request.body["messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Say @secret.txt"},
    ]
    second = experiment.prompt_of(Cell(0, 1, 0))
    assert second.variables == (Variable("what", default="hello"), Variable("other", default="{{what}}"))


def test_a_case_goes_before_what_was_typed() -> None:
    prompt = Prompt(variables=(Variable("a", "of old", "default", "@file"), Variable("b", value="kept")))
    filled = with_case(prompt, {"a": "new"})
    assert filled.variables == (Variable("a", "of old", "new"), Variable("b", value="kept"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"axes": (LADDER, Axis("temperature", (2,)))}, "temperature is varied twice"),
        ({"axes": (LADDER, Axis("seed", (1,)), Axis("n", (1,)))}, "3 axes are given, and 2 are the most"),
        ({"axes": (Axis("seed", ()),)}, "seed has no values to vary it by: give some, such as 1, 2, 3"),
        ({"axes": (Axis("seed", tuple(range(101))),)}, "seed has 101 values, and 100 are the most"),
        ({"axes": (Axis("temprature", (1,)),)}, "did you mean temperature?"),
        ({"axes": (Axis("temperature", ("hot",)),)}, 'temperature must be a number, not the text "hot"'),
        ({"axes": (Axis("temperature", (None,)),)}, "temperature has a value that is null"),
        ({"axes": (Axis("temperature", (True,)),)}, "must be a number, not true"),
        ({"axes": (Axis("model", (4,)),)}, "model must be a text, not 4"),
        ({"axes": (Axis("connection", ("",)),)}, "connection has a connection without a name"),
        ({"axes": (Axis("persona", ("../x",)),)}, 'persona can\'t be "../x"'),
        ({"axes": (Axis("messages[3]", ("a",)),)}, "the prompt has 3 messages, counted from 0"),
        ({"axes": (Axis("messages[0]", (1,)),)}, "must be a text, not 1"),
        ({"axes": (Axis("off", (3,)),)}, "off names messages[3]: the prompt has 3 messages"),
        ({"axes": (Axis("off", (True,)),)}, "must be a message's number or none, not true"),
        ({"axes": (Axis("stream", (True, False)),)}, "stream can't be varied"),
        ({"repeats": 0}, "repeats must be a whole number from 1 on, not 0"),
        (
            {"axes": (Axis("seed", tuple(range(100))),), "repeats": 101},
            "the experiment has 10,100 cells (100 columns x 101 repeats), and 10,000 are the most",
        ),
    ],
)
def test_what_can_not_be_run_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as raised:
        Experiment(PROMPT, **arguments)
    assert said in raised.value.line


def test_as_many_cells_as_are_allowed_can_be_made() -> None:
    hundred = tuple(range(100))
    experiment = Experiment(PROMPT, (Axis("seed", hundred), Axis("n", hundred)))
    assert experiment.cell_count == len(experiment.cells()) == len(experiment.columns()) == MOST_CELLS


@given(experiments)
@settings(max_examples=60)
def test_the_cells_are_the_product_each_once_and_breadth_first(experiment: Experiment) -> None:
    cells = experiment.cells()
    columns = experiment.columns()
    assert len(cells) == len(set(cells)) == experiment.cell_count
    assert len(cells) == len(columns) * experiment.case_count * experiment.repeats
    assert [cell.repeat for cell in cells] == sorted(cell.repeat for cell in cells)
    assert {cell.column for cell in cells} == set(range(len(columns)))


@given(experiments)
@settings(max_examples=80)
def test_a_column_differs_from_the_base_only_in_its_setting(experiment: Experiment) -> None:
    base = experiment.prompt
    for column in experiment.columns():
        assert list(column.setting) == [axis.name for axis in experiment.axes]
        undone = column.prompt
        for name, value in column.setting.items():
            assert with_value(undone, name, value) == undone
            undone = _undone(undone, base, name)
        assert undone == base


def _undone(prompt: Prompt, base: Prompt, name: str) -> Prompt:
    if name in BY_NAME:
        rest = prompt.parameters.unset(name)
        return prompt.with_parameters(rest.set(name, base.parameters[name]) if name in base.parameters else rest)
    if name == "off" or message_index(name) is not None:
        # Only what the axis speaks of may have changed.
        assert [m.role for m in prompt.messages] == [m.role for m in base.messages]
        field = "on" if name == "off" else "content"
        pairs = zip(prompt.messages, base.messages, strict=True)
        return replace(prompt, messages=tuple(replace(new, **{field: getattr(old, field)}) for new, old in pairs))
    return prompt if name == "connection" else replace(prompt, **{name: getattr(base, name)})


@given(experiments)
@settings(max_examples=80)
def test_an_experiment_comes_back_from_storage(experiment: Experiment) -> None:
    stored = json.loads(json.dumps(experiment.to_json()))
    back = Experiment.from_json(stored)
    assert back == experiment
    assert back.to_json() == experiment.to_json()


@given(experiments)
@settings(max_examples=80)
def test_an_experiment_comes_back_from_a_preset(experiment: Experiment) -> None:
    prompt = replace(PROMPT, compare=experiment.to_comparison())
    back = Experiment.from_comparison(prompt)
    assert back == replace(experiment, prompt=prompt)
    assert back.to_comparison() == prompt.compare


def test_a_preset_may_write_ranges() -> None:
    saved = Comparison({"temperature": "0..1 step 0.5", "off": "each"}, 2, ({"what": "x"},))
    experiment = Experiment.from_comparison(replace(PROMPT, compare=saved))
    assert experiment.axes == (Axis("temperature", (0, 0.5, 1)), Axis("off", (None, 0, 1)))
    assert (experiment.repeats, experiment.cases) == (2, ({"what": "x"},))
    assert Experiment.from_comparison(PROMPT) == Experiment(PROMPT)


@pytest.mark.parametrize(
    "change",
    [
        {"axes": 1},
        {"axes": [{"name": 1, "values": []}]},
        {"axes": ["temperature"]},
        {"axes": [{"name": "temperature", "values": "0..1 step 1"}]},
        {"repeats": True},
        {"repeats": "2"},
        {"cases": [{"a": 1}]},
        {"cases": ["a"]},
        {"cases": {}},
        {"prompt": None},
    ],
)
def test_what_was_not_written_by_it_is_refused(change: dict[str, JSON]) -> None:
    with pytest.raises(InputError):
        Experiment.from_json({**Experiment(PROMPT, (LADDER,)).to_json(), **change})
    with pytest.raises(InputError):
        Experiment.from_json([])


@given(axes)
@settings(max_examples=60)
def test_every_axis_is_one_whatever_its_values(axis: Axis) -> None:
    assert Experiment(PROMPT, (axis,)).column_count == len(axis.values)
