"""What ctrl+t begins with."""

from __future__ import annotations

import pytest

from workbench.core.axes import Axis
from workbench.core.experiment import Experiment
from workbench.core.experiment_problems import axis_problems
from workbench.core.json_value import JSON
from workbench.core.ladder import Ladder, ladder
from workbench.core.models import Lessons, ModelRules, ParameterRule
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import build_request

EFFORTS = ParameterRule(only=("none", "low", "high"), default="low")
AT_NONE = ParameterRule("at_effort_none")


def rules(**parameters: ParameterRule) -> ModelRules:
    return ModelRules("m", parameters)


def proposed(
    found: ModelRules | None = None, values: dict[str, JSON] | None = None, refused: tuple[str, ...] = ()
) -> Ladder:
    prompt = Prompt(parameters=ParameterValues(values or {}))
    return ladder(prompt, found, Lessons(refused=frozenset(("m", name) for name in refused)), "m")


def varied(found: Ladder) -> dict[str, tuple[JSON, ...]]:
    return {each.axis.name: each.axis.values for each in found.alternatives}


def test_a_model_that_nobody_told_us_of_gets_the_usual_ladder() -> None:
    found = proposed()
    assert found.axis == Axis("temperature", (0, 0.5, 1, 1.5))
    assert found.refused == ""
    assert varied(found) == {
        "reasoning_effort": ("low", "medium", "high"),
        "verbosity": ("low", "medium", "high"),
        "seed": (1, 2, 3),
        "model": ("m",),
    }


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (ParameterRule(maximum=1), (0, 0.5, 1)),
        (ParameterRule(maximum=1.0), (0, 0.5, 1)),
        (ParameterRule(maximum=1.2), (0, 0.5, 1, 1.2)),
        (ParameterRule(maximum=2), (0, 0.5, 1, 1.5)),
        (ParameterRule(maximum=5), (0, 0.5, 1, 1.5)),
        (ParameterRule(maximum=0.3), (0, 0.3)),
        (ParameterRule(only=(0.2, 0.8)), (0.2, 0.8)),
        (ParameterRule("unknown"), (0, 0.5, 1, 1.5)),
    ],
)
def test_the_ladder_keeps_within_the_models_range(rule: ParameterRule, values: tuple[JSON, ...]) -> None:
    assert proposed(rules(temperature=rule)).axis == Axis("temperature", values)


@pytest.mark.parametrize(
    ("found", "values", "refused", "said"),
    [
        (rules(temperature=ParameterRule("never")), {}, (), "temperature can't be varied: m does not take it"),
        (rules(temperature=ParameterRule(only=(1,))), {}, (), "temperature can't be varied: m takes only 1"),
        (rules(temperature=ParameterRule(only=(1,))), {"temperature": 1}, (), "m takes only 1"),
        (None, {}, ("temperature",), "temperature can't be varied: refused by this host before, for m"),
        (None, {"extra": {"temperature": 1}}, (), "extra sets temperature, and takes the place of what is varied"),
        (
            rules(temperature=AT_NONE, reasoning_effort=EFFORTS),
            {},
            (),
            "m takes it only at reasoning_effort none, and it is low",
        ),
    ],
)
def test_where_there_is_no_ladder_the_rule_is_told(
    found: ModelRules | None, values: dict[str, JSON], refused: tuple[str, ...], said: str
) -> None:
    ladder = proposed(found, values, refused)
    assert ladder.axis is None
    assert said in ladder.refused


def test_a_model_that_reasons_is_offered_temperature_without_reasoning_first() -> None:
    found = proposed(rules(temperature=AT_NONE, reasoning_effort=EFFORTS))
    first, second = found.alternatives[:2]
    assert first.axis == Axis("temperature", (0, 0.5, 1, 1.5))
    assert dict(first.parameters) == {"reasoning_effort": "none"}
    assert second.axis == Axis("reasoning_effort", ("none", "low", "high"))
    assert not second.parameters


@pytest.mark.parametrize("values", [{"reasoning_effort": "none"}, {"extra": {"reasoning_effort": "none"}}])
def test_at_effort_none_the_ladder_is_there(values: dict[str, JSON]) -> None:
    found = proposed(rules(temperature=AT_NONE, reasoning_effort=EFFORTS), values)
    assert found.axis is not None
    assert not any(each.parameters for each in found.alternatives)


def test_what_is_refused_is_not_offered() -> None:
    found = proposed(
        rules(reasoning_effort=ParameterRule("never"), verbosity=ParameterRule(only=("medium",))), refused=("seed",)
    )
    assert varied(found) == {"model": ("m",)}


def test_another_model_is_offered_where_one_is_known() -> None:
    found = ladder(Prompt(model="a"), None, Lessons(), "m", models=("a", "b", "c"))
    last = found.alternatives[-1]
    assert (last.axis, last.complete) == (Axis("model", ("a", "b")), True)
    alone = ladder(Prompt(), None, Lessons(), "m").alternatives[-1]
    assert (alone.axis, alone.complete) == (Axis("model", ("m",)), False)


@pytest.mark.parametrize(
    "found",
    [
        None,
        rules(temperature=AT_NONE, reasoning_effort=EFFORTS),
        rules(temperature=ParameterRule("never", only=(1,)), reasoning_effort=EFFORTS, seed=ParameterRule("never")),
        rules(temperature=ParameterRule(maximum=1.2), verbosity=ParameterRule("never")),
    ],
)
def test_whatever_is_offered_can_be_sent(found: ModelRules | None) -> None:
    prompt = Prompt(model="m", messages=(Message(Role.USER, "Hi"),))
    offered = ladder(prompt, found, Lessons(), "m")
    bases: list[tuple[Axis, dict[str, JSON]]] = [(offered.axis, {})] if offered.axis else []
    bases += [(each.axis, dict(each.parameters)) for each in offered.alternatives if each.complete]
    assert bases
    for axis, parameters in bases:
        base = prompt.with_parameters(ParameterValues(parameters))
        experiment = Experiment(base, (axis,))
        assert axis_problems(experiment, lambda one, _: build_request(one, rules=found)) == ()
