"""What ctrl+t begins with: temperatures that the model takes, or why it takes none; and what else can be varied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.axes import Axis
from workbench.core.models import Lessons
from workbench.core.parameters import BY_NAME
from workbench.core.prompt import ParameterValues
from workbench.core.request_rules import Situation, choices_for, refusal, sent_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.json_value import JSON
    from workbench.core.models import ModelRules
    from workbench.core.prompt import Prompt

TEMPERATURES: tuple[float, ...] = (0, 0.5, 1, 1.5)
SEEDS = (1, 2, 3)
_MOST_STEPS = 5
_EFFORTS = ("low", "medium", "high")
"""Offered where the model's own are not known; not every one takes the others."""
_NONE = "none"


class Alternative(NamedTuple):
    """Something that can be varied. `text` says in one line what it shows."""

    axis: Axis
    text: str
    parameters: Mapping[str, JSON] = ParameterValues()
    """To be set in the base prompt with it."""
    complete: bool = True
    """False where the person has to add a value: another model's name."""


class Ladder(NamedTuple):
    """`axis` is the temperature ladder; None where the model does not take it, and `refused` says why in one line."""

    axis: Axis | None
    refused: str
    alternatives: tuple[Alternative, ...]


def ladder(
    prompt: Prompt, rules: ModelRules | None, lessons: Lessons, model: str, *, models: Sequence[str] = ()
) -> Ladder:
    """The experiment that is proposed for a prompt.

    rules    of the model that is asked (`rules_for`); None where nothing is known of it
    lessons  what the host refused before
    model    the connection's default, asked where the prompt names none
    models   others that the connection has, if that is known: the first of them is offered beside the prompt's
    """
    offered = _Offered(prompt, rules, lessons, sent_model(prompt, model))
    axis, refused = _temperatures(offered)
    alternatives = [
        *_at_no_effort(offered, refused),
        *_choices(offered, "reasoning_effort", "how much thinking the task needs"),
        *_choices(offered, "verbosity", "shorter and longer answers"),
        *_seeds(offered),
        _models(offered, models),
    ]
    return Ladder(axis, refused, tuple(alternatives))


class _Offered(NamedTuple):
    """The prompt and all that decides what its model takes."""

    prompt: Prompt
    rules: ModelRules | None
    lessons: Lessons
    model: str

    def refusal(self, name: str, value: JSON, also: Mapping[str, JSON] | None = None) -> str:
        """Why this value would not be sent, or ""."""
        extra = self.prompt.parameters.get("extra")
        if isinstance(extra, dict) and name in extra:
            return f"extra sets {name}, and takes the place of what is varied"
        values = {**self.prompt.parameters, **(also or {}), name: value}
        return refusal(name, Situation(self.model, values, self.rules, self.lessons))

    def taken(self, name: str, values: Sequence[JSON], also: Mapping[str, JSON] | None = None) -> tuple[JSON, ...]:
        return tuple(value for value in values if not self.refusal(name, value, also))


def _temperatures(offered: _Offered, also: Mapping[str, JSON] | None = None) -> tuple[Axis | None, str]:
    """The ladder, or why there is none."""
    steps = _steps(offered.rules)
    taken = offered.taken("temperature", steps, also)
    if len(taken) > 1:
        return Axis("temperature", taken), ""
    why = next(filter(None, (offered.refusal("temperature", step, also) for step in steps)), "")
    return None, f"temperature can't be varied: {why}"


def _steps(rules: ModelRules | None) -> tuple[JSON, ...]:
    """The ladder within the model's range; where that ends lower, with its end as the last step."""
    rule = rules.parameters.get("temperature") if rules is not None else None
    if rule is not None and rule.only is not None and len(rule.only) > 1:
        return rule.only[:_MOST_STEPS]
    highest = BY_NAME["temperature"].maximum or 2
    most = highest if rule is None or rule.maximum is None else min(rule.maximum, highest)
    steps: list[JSON] = [step for step in TEMPERATURES if step <= most]
    if most < TEMPERATURES[-1] and most not in steps:
        steps.append(int(most) if most == int(most) else most)
    return tuple(steps)


# -- what else -------------------------------------------------------------------------------------------------------


def _at_no_effort(offered: _Offered, refused: str) -> list[Alternative]:
    """Models that reason take a temperature only while they do not."""
    if not refused or offered.refusal("reasoning_effort", _NONE):
        return []
    if offered.rules is None or _NONE not in choices_for("reasoning_effort", offered.rules):
        return []
    without: dict[str, JSON] = {"reasoning_effort": _NONE}
    axis, _ = _temperatures(offered, without)
    if axis is None:
        return []
    return [Alternative(axis, "temperature, with reasoning_effort none: the model does not think first", without)]


def _choices(offered: _Offered, name: str, text: str) -> list[Alternative]:
    told = offered.rules is not None and name in offered.rules.parameters
    values = _EFFORTS if name == "reasoning_effort" and not told else choices_for(name, offered.rules)
    taken = offered.taken(name, values)
    return [Alternative(Axis(name, taken), f"{name}: {text}")] if len(taken) > 1 else []


def _seeds(offered: _Offered) -> list[Alternative]:
    taken = offered.taken("seed", SEEDS)
    text = "seed: how much answers differ when nothing else does"
    return [Alternative(Axis("seed", taken), text)] if len(taken) > 1 else []


def _models(offered: _Offered, models: Sequence[str]) -> Alternative:
    other = next((model for model in models if model != offered.model), "")
    values = [model for model in (offered.model, other) if model.strip()]
    text = "model: the same prompt to another one"
    return Alternative(Axis("model", tuple(values)), text, complete=len(values) > 1)
