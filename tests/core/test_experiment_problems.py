"""What must be mended before an experiment is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.core.experiments import PROMPT, experiments
from workbench.core.axis_text import parse_axis
from workbench.core.errors import InputError
from workbench.core.experiment import Experiment
from workbench.core.experiment_problems import axis_notes, axis_problems
from workbench.core.findings import Problem
from workbench.core.json_value import JSON
from workbench.core.models import Lessons, ModelRules, ParameterRule, rules_for
from workbench.core.parts import Parts, Persona
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, SendLimit
from workbench.core.request import Request, build_request

BOOK = (
    ModelRules(
        "thinker",
        {
            "temperature": ParameterRule("at_effort_none"),
            "stop": ParameterRule("never"),
            "reasoning_effort": ParameterRule(only=("none", "low"), default="low"),
        },
    ),
    ModelRules("picky", {"temperature": ParameterRule(only=(1,)), "max_tokens": ParameterRule("never")}),
)
PERSONAS = {"loud": Persona("loud", messages=(Message(Role.SYSTEM, "Shout"),)), "mute": Persona("mute")}


class Building:
    """Builds as the program does, for a host with these lessons and models."""

    def __init__(self, lessons: Lessons | None = None, models: tuple[str, ...] = (), *, anyway: bool = False) -> None:
        self.lessons = lessons or Lessons()
        self.models = models
        self.anyway = anyway
        self.built = 0

    def __call__(self, prompt: Prompt, connection: str) -> Request:
        self.built += 1
        if connection == "nowhere":
            raise InputError("there is no connection nowhere", "choose another")
        return build_request(
            prompt,
            rules=rules_for(prompt.model_or("free"), BOOK),
            lessons=self.lessons,
            parts=Parts(persona=PERSONAS.get(prompt.persona)),
            default_model="free",
            models=self.models,
            anyway=self.anyway,
        )


def experiment(axes: Mapping[str, str], prompt: Prompt = PROMPT, **more: object) -> Experiment:
    parsed = tuple(parse_axis(name, text, prompt) for name, text in axes.items())
    return replace(Experiment(prompt, parsed), **more)  # type: ignore[arg-type]


def lines(found: tuple[Problem, ...]) -> list[str]:
    return [f"{problem.field}: {problem.text}" for problem in found]


def with_model(model: str, values: Mapping[str, JSON] | None = None) -> Prompt:
    return replace(PROMPT, model=model, parameters=ParameterValues(values or {}))


@pytest.mark.parametrize(
    "axes",
    [
        {"temperature": "0, 0.5, 1, 1.5"},
        {"temperature": "0.5, 0.5"},
        {"model": "a, b", "seed": "1..3"},
        {"messages[0]": "One, Two, One"},
        {"persona": '"", loud'},
        {"connection": "here, there"},
        {"off": "each"},
        {"extra": '{"top_k": 1}, {"top_k": 2}'},
        {"max_tokens": "10, 20"},
    ],
)
def test_what_differs_can_be_sent(axes: dict[str, str]) -> None:
    assert axis_problems(experiment(axes), Building()) == ()


def test_without_an_axis_repeats_are_no_problem() -> None:
    assert axis_problems(Experiment(PROMPT, repeats=5), Building()) == ()


def test_a_parameter_that_the_model_does_not_take_is_told_once_with_its_rule() -> None:
    problems = axis_problems(experiment({"temperature": "0, 0.5, 1"}, with_model("thinker")), Building())
    assert lines(problems) == [
        "temperature: temperature is not sent: thinker takes it only at reasoning_effort none, and it is low: "
        "vary something else"
    ]
    assert not problems[0].can_send


def test_one_value_that_is_not_sent_is_a_problem_beside_one_that_is() -> None:
    (problem,) = axis_problems(experiment({"temperature": "0.5, 1"}, with_model("picky")), Building())
    assert problem.text == "temperature is not sent: picky takes only 1: vary something else"
    (one,) = axis_problems(experiment({"temperature": "0.5"}, with_model("picky")), Building())
    assert one.text == "temperature is not sent: picky takes only 1: take it away"
    assert axis_problems(experiment({"temperature": "1, 1"}, with_model("picky")), Building()) == ()


def test_one_of_two_models_may_refuse_the_other_axis() -> None:
    problems = axis_problems(experiment({"model": "free, thinker", "stop": "a, b"}), Building())
    assert lines(problems) == ["stop: stop is not sent: thinker does not take it: vary something else"]


def test_what_a_host_refused_before_is_not_varied() -> None:
    lessons = Lessons(refused=frozenset({("free", "seed")}))
    (problem,) = axis_problems(experiment({"seed": "1, 2"}), Building(lessons))
    assert problem.text == "seed is not sent: refused by this host before, for free: vary something else"


def test_sent_anyway_is_sent() -> None:
    varied = experiment({"temperature": "0, 1"}, with_model("thinker"))
    assert axis_problems(varied, Building(anyway=True)) == ()


def test_a_limit_under_its_other_name_is_sent() -> None:
    varied = experiment({"max_tokens": "10, 20"}, with_model("picky"))
    assert axis_problems(varied, Building()) == ()


@pytest.mark.parametrize(
    ("axes", "prompt", "said"),
    [
        (
            {"temperature": "0, 1"},
            with_model("free", {"extra": {"temperature": 0.3}}),
            "temperature: temperature 0 and temperature 1 make the same request: extra takes the place of temperature",
        ),
        (
            {"messages[2]": "a, b"},
            PROMPT,
            'messages[2]: messages[2] "a" and messages[2] "b" make the same request: messages[2] is off: turn it on',
        ),
        (
            {"off": "none, 2"},
            PROMPT,
            "off: all messages and without messages[2] make the same request: messages[2] is off already, or not sent",
        ),
        (
            {"persona": '"", mute'},
            PROMPT,
            "persona: no persona and persona mute make the same request: the persona changes nothing that is sent",
        ),
        (
            {"model": '"", free'},
            PROMPT,
            "model: the default model and free make the same request: both ask the same model",
        ),
        (
            {"messages[0]": "Be {{what}}, Be hello"},
            PROMPT,
            'messages[0]: messages[0] "Be {{what}}" and messages[0] "Be hello" make the same request: '
            "messages[0] is off already, or not sent",
        ),
    ],
)
def test_two_values_that_make_one_request_are_told(axes: dict[str, str], prompt: Prompt, said: str) -> None:
    problems = axis_problems(experiment(axes, prompt), Building())
    assert lines(problems) == [said]
    assert not problems[0].can_send


def test_models_that_a_connection_lacks_are_one_model() -> None:
    (problem,) = axis_problems(experiment({"model": "a, b, c"}), Building(models=("free",)))
    assert problem.text == "a and b make the same request: free is asked: this connection has no b"


def test_a_turn_past_the_limit_changes_nothing() -> None:
    turns = (Message(Role.USER, "1"), Message(Role.ASSISTANT, "2"), Message(Role.USER, "3"))
    prompt = Prompt(messages=turns, send=SendLimit(last_turns=1))
    (problem,) = axis_problems(experiment({"messages[0]": "a, b"}, prompt), Building())
    assert "2 earlier messages are not sent" in problem.text


def test_a_value_out_of_range_is_named_with_its_column() -> None:
    problems = axis_problems(experiment({"temperature": "1, 3, 4"}), Building())
    assert lines(problems) == [
        "temperature: temperature 3: temperature must be from 0 to 2, not 3",
        "temperature: temperature 4: temperature must be from 0 to 2, not 4",
    ]
    assert all(problem.can_send for problem in problems)


def test_what_is_wrong_with_every_column_is_told_as_it_is() -> None:
    prompt = replace(PROMPT, messages=())
    problems = axis_problems(experiment({"temperature": "0, 1"}, prompt), Building())
    assert lines(problems) == ["messages: there is no message to send: write one"]


def test_a_persona_that_is_not_there_is_told_for_what_it_is() -> None:
    problems = axis_problems(experiment({"persona": '"", gone'}), Building())
    assert lines(problems) == ["persona: persona gone: there is no persona gone: choose another or take it off"]


def test_a_connection_that_is_not_there_is_a_problem() -> None:
    problems = axis_problems(experiment({"connection": "here, nowhere"}), Building())
    assert problems == (Problem("connection", "there is no connection nowhere: choose another", can_send=False),)


def test_a_problem_of_many_columns_is_told_once() -> None:
    problems = axis_problems(experiment({"model": "a, b", "temperature": "3, 1"}), Building())
    assert lines(problems) == [
        "temperature: a · temperature 3 and 1 more: temperature must be from 0 to 2, not 3",
    ]


# -- cases -----------------------------------------------------------------------------------------------------------


def test_cases_that_no_message_uses_are_told() -> None:
    problems = axis_problems(experiment({}, cases=({"id": "1"}, {"id": "2"})), Building())
    assert lines(problems) == ["cases: all 2 cases make the same request: no message that is sent has {{id}}"]


def test_cases_may_be_alike_in_part_and_may_stand_twice() -> None:
    cases = ({"what": "a", "id": "1"}, {"what": "a", "id": "2"}, {"what": "b", "id": "3"})
    assert axis_problems(experiment({}, cases=cases), Building()) == ()
    assert axis_problems(experiment({}, cases=({"what": "a"}, {"what": "a"})), Building()) == ()


def test_a_case_that_lacks_a_value_is_named() -> None:
    prompt = replace(PROMPT, variables=())
    cases = ({"what": "a"}, {"id": "2"}, {"id": "3"})
    problems = axis_problems(experiment({"temperature": "0, 1"}, prompt, cases=cases), Building())
    assert [problem.text.split(":")[0] for problem in problems] == ["case 2 and 1 more"]
    assert "{{what}} has no value" in problems[0].text


def test_it_is_built_for_columns_and_cases_and_not_for_their_product() -> None:
    building = Building()
    cases = tuple({"what": str(number)} for number in range(20))
    axis_problems(experiment({"seed": "1..10"}, cases=cases, repeats=3), building)
    assert building.built == 30


# -- notes -----------------------------------------------------------------------------------------------------------


def test_a_parameter_that_goes_with_one_column_alone_is_noted() -> None:
    prompt = with_model("thinker", {"temperature": 0.7})
    notes = axis_notes(experiment({"reasoning_effort": "none, low, low"}, prompt), Building())
    assert [note.text for note in notes] == [
        "reasoning_effort low and 1 more: temperature is not sent: "
        "thinker takes it only at reasoning_effort none, and it is low"
    ]
    assert axis_notes(experiment({"seed": "1, 2"}, prompt), Building()) == ()


@given(experiments)
@settings(max_examples=60)
def test_whatever_the_experiment_every_line_is_one_line_and_told_once(experiment: Experiment) -> None:
    problems = axis_problems(experiment, Building())
    assert len(set(problems)) == len(problems)
    assert all(problem.text.isprintable() and problem.field.isprintable() for problem in problems)
    twice = replace(experiment, repeats=experiment.repeats + 1)
    assert axis_problems(twice, Building()) == problems
