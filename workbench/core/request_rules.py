"""The rules of a model and the lessons of a host, applied: may a parameter be sent, and under which name?

The parameter panel asks `availability` the same question that the builder asks, so both give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.counted import counted
from workbench.core.json_clean import clean_text
from workbench.core.json_text import describe
from workbench.core.models import Lessons, ModelRules, ParameterRule
from workbench.core.parameters import BY_NAME, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from workbench.core.findings import Findings
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

TOKEN_LIMITS = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
"""The two names of one limit: each is sent as the other where only the other is taken."""

NEEDS = {"top_logprobs": "logprobs", "tool_choice": "tools", "parallel_tool_calls": "tools"}
"""What is refused unless another parameter goes with it."""

NO_LESSONS = Lessons()
SOON = 60
"""Days before a model's end in which the end is mentioned."""
_TAKEN = ParameterRule()


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides whether a parameter may be sent."""

    model: str
    values: Mapping[str, JSON]
    rules: ModelRules | None
    lessons: Lessons

    def rule(self, name: str) -> ParameterRule:
        return self.rules.parameters.get(name, _TAKEN) if self.rules is not None else _TAKEN

    def effort(self) -> JSON:
        """The reasoning effort that the model will use: what is sent, or its own default; None when not known."""
        extra = self.values.get("extra")
        if isinstance(extra, dict) and "reasoning_effort" in extra:
            return extra["reasoning_effort"]
        if "reasoning_effort" in self.values and not refused_alone("reasoning_effort", self):
            return self.values["reasoning_effort"]
        return self.rule("reasoning_effort").default


def sent_model(prompt: Prompt, default_model: str) -> str:
    """The prompt's model exactly as it is written, or the default where it names none."""
    return clean_text(prompt.model_or(default_model))


def availability(
    parameter_name: str, prompt: Prompt, rules: ModelRules | None, lessons: Lessons = NO_LESSONS, *, model: str = ""
) -> str:
    """Why a parameter would not be sent, in one short line; "" when it would.

    A parameter that is not set is judged as if any value of its range were. `model` is the name that is sent where
    the prompt names none.
    """
    return refusal(parameter_name, Situation(sent_model(prompt, model), prompt.parameters, rules, lessons))


def refusal(name: str, situation: Situation) -> str:
    """As `availability`."""
    if name in TOKEN_LIMITS:
        return "" if sent_as(name, situation) else refused_alone(name, situation)
    needed = NEEDS.get(name, "")
    if needed in situation.values and refused_alone(needed, situation):
        return f"it needs {needed}, which is not sent"
    return refused_alone(name, situation)


def sent_as(name: str, situation: Situation) -> str:
    """The key under which a token limit goes out: its own, its other name, or "" where neither is taken."""
    other = TOKEN_LIMITS[name]
    alone = other not in situation.values
    if situation.lessons.wants_max_tokens:
        return "max_tokens" if alone else name
    if not refused_alone(name, situation):
        return name
    return other if alone and not refused_alone(other, situation) else ""


def refused_alone(name: str, situation: Situation) -> str:
    """Why the parameter itself is refused, whatever becomes of the ones that it needs or may be renamed to."""
    model = situation.model
    if (model, name) in situation.lessons.refused:
        return f"refused by this host before, for {model}"
    rule = situation.rule(name)
    if name in situation.values and _among(situation.values[name], rule.only):
        return ""
    if name != "reasoning_effort" and rule.taken == "at_effort_none" and (effort := situation.effort()) != "none":
        now = f", and it is {effort}" if isinstance(effort, str) else ""
        return f"{model} takes it only at reasoning_effort none{now}"
    if rule.only is not None and BY_NAME[name].kind != "choice" and rule.taken != "at_effort_none":
        return f"{model} takes only {' or '.join(describe(value) for value in rule.only)}"
    return f"{model} does not take it" if rule.taken == "never" else ""


def _among(value: JSON, only: tuple[JSON, ...] | None) -> bool:
    """`in`, but true is not 1."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in only or ())


def choices_for(name: str, rules: ModelRules | None) -> tuple[str, ...]:
    """The choices of a parameter that the model takes; all of the table's where nothing else is known."""
    only = rules.parameters.get(name, _TAKEN).only if rules is not None else None
    return BY_NAME[name].choices if only is None else tuple(value for value in only if isinstance(value, str))


def check_against_rules(name: str, value: JSON, situation: Situation, findings: Findings) -> None:
    """Problems of a value that is in the API's range and out of the model's."""
    rule, model = situation.rule(name), situation.model
    if isinstance(value, str) and value in BY_NAME[name].choices and not _among(value, rule.only or (value,)):
        takes = one_of(choices_for(name, situation.rules))
        findings.problem(name, f"{model} takes {name} {takes}, not {value}")
    most = rule.maximum
    if name in TOKEN_LIMITS and situation.rules is not None:
        most = situation.rules.max_output
    if most is not None and isinstance(value, int | float) and not isinstance(value, bool) and value > most:
        findings.problem(name, f"{model} takes {name} up to {most:,.15g}, not {describe(value)}")


def check_model(model: str, rules: ModelRules | None, today: date | None, findings: Findings) -> None:
    """A model must be named, and must not have been switched off."""
    if not model.strip():
        findings.problem("model", "no model is named: choose one", can_send=False)
    if rules is None or rules.shutdown is None or today is None:
        return
    days = (rules.shutdown - today).days
    if days <= 0:
        findings.problem("model", f"{model} was shut down on {rules.shutdown}: choose another model")
    elif days <= SOON:
        findings.note("model", f"{model} will be shut down on {rules.shutdown}, in {counted(days, 'day')}")
