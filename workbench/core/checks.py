"""The checks of a preset, run on an answer that has ended: passed, not passed, or not judged, each with its reason.

What is not known is never passed on a guess: without usage there is no verdict on tokens, without a price none on
cost, and an answer that did not come to its end is judged by no check at all.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.events import State
from workbench.core.json_text import describe
from workbench.core.usage import UsageFacts, money_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.core.json_value import JSON
    from workbench.core.outcome import Choice, Outcome
    from workbench.core.prompt import Check

_PATTERN_SECONDS = 1.0
_NO_LIMIT = 10**15
_TEXTS = ("contains", "not_contains", "equals", "regex")
_LIMITS = ("max_tokens", "max_seconds", "max_cost")
TYPES = (*_TEXTS, "json", "schema", *_LIMITS)


class AnswerFacts(NamedTuple):
    """What checks look at: one choice of an answer, and what the whole request used."""

    text: str = ""
    state: State = State.COMPLETE
    finish_reason: str | None = "stop"
    refusal: str = ""
    tokens: int | None = None
    """Completion tokens of the request; None where the endpoint reported none."""
    seconds: float | None = None
    """From sending to the end."""
    cost_usd: float | None = None
    """None where the price is not known; 0.0 where there is nothing to pay."""
    answers: int = 1
    """How many choices the request has: the tokens are those of all of them."""


class CheckResult(NamedTuple):
    """`passed` is None where the check could not be judged. `why` is one line; it may quote the answer."""

    passed: bool | None
    why: str

    @property
    def state(self) -> Literal["passed", "failed", "not judged"]:
        return "not judged" if self.passed is None else "passed" if self.passed else "failed"


class CheckTally(NamedTuple):
    """How one check went over a column's answers."""

    passed: int = 0
    failed: int = 0
    not_judged: int = 0

    @property
    def rate(self) -> float | None:
        """The share that passed of those that were judged; None where none was."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None


def facts_of(outcome: Outcome) -> tuple[AnswerFacts, ...]:
    """What there is to check of a run, a choice at a time; one without text where it has no choice."""
    tokens = UsageFacts.from_usage(outcome.answer.usage).completion
    choices: Sequence[Choice | None] = outcome.answer.choices or (None,)
    return tuple(
        AnswerFacts(
            text=choice.text if choice else "",
            state=outcome.state,
            finish_reason=choice.finish_reason if choice else None,
            refusal=choice.refusal if choice else "",
            tokens=tokens,
            seconds=outcome.timings.total_s,
            cost_usd=outcome.cost_usd,
            answers=len(choices),
        )
        for choice in choices
    )


def run_checks(checks: Iterable[Check], outcome: Outcome) -> tuple[CheckResult, ...]:
    """The result of each check on a run that has ended. Takes up to a second for a pattern: for a thread."""
    facts = facts_of(outcome)
    return tuple(_of_all([run_check(check, each) for each in facts], check.type) for check in checks)


def _of_all(results: list[CheckResult], kind: str) -> CheckResult:
    """One result for all choices: it passes where each does."""
    if len(results) == 1 or kind in _LIMITS:
        return results[0]
    for verdict in (False, None):
        for number, result in enumerate(results, 1):
            if result.passed is verdict:
                return CheckResult(verdict, f"answer {number} of {len(results)}: {result.why}")
    return CheckResult(True, f"all {len(results)} answers pass")


def tally(results: Iterable[CheckResult]) -> CheckTally:
    """Of one check's results over several answers."""
    states = [result.passed for result in results]
    return CheckTally(states.count(True), states.count(False), states.count(None))


def check_words(check: Check) -> str:
    """`contains "점심"`, `max_tokens 200`, `json`: for a heading. Foreign text."""
    return check.type if check.type in ("json", "schema") else f"{check.type} {describe(check.value)}"


def run_check(check: Check, facts: AnswerFacts) -> CheckResult:
    """One check on one answer. Takes up to a second for a pattern, and more for megabytes of JSON: for a thread."""
    if check.type not in TYPES:
        return CheckResult(None, f"not judged: there is no check {describe(check.type)}")
    if wrong := _wrong_value(check):
        return CheckResult(None, f"not judged: {wrong}")
    if facts.state is not State.COMPLETE:
        return CheckResult(None, f"not judged: the run did not complete ({facts.state.value})")
    if check.type in _LIMITS:
        return _run_limit(check, facts)
    if check.type in ("json", "schema"):
        return _run_json(check, facts)
    return _run_text(check, facts)


def _wrong_value(check: Check) -> str:
    value = check.value
    if check.type in _TEXTS and not isinstance(value, str):
        return f"{check.type} needs a text, and has {describe(value)}"
    if check.type == "schema" and not isinstance(value, dict):
        return f"schema needs a JSON Schema, and has {describe(value)}"
    if check.type in _LIMITS and (isinstance(value, bool) or not isinstance(value, int | float) or value != value):
        return f"{check.type} needs a number, and has {describe(value)}"
    return ""


def _limit(value: JSON) -> float:
    # No more than can be written out: a number of 400 digits is no limit either.
    return float(max(0, min(value, _NO_LIMIT))) if isinstance(value, int | float) else 0.0


# -- texts -----------------------------------------------------------------------------------------------------------


def _run_text(check: Check, facts: AnswerFacts) -> CheckResult:
    wanted, text = _composed(str(check.value)), _composed(facts.text)
    if check.type == "equals":
        return _run_equals(wanted.strip(), text.strip())
    nothing = "" if text else ": the model refused" if facts.refusal else ": the answer is empty"
    if check.type == "regex":
        return _run_pattern(wanted, text, nothing)
    place = text.find(wanted)
    found = f"contains {describe(wanted)}" if place >= 0 else f"does not contain {describe(wanted)}"
    if check.type == "not_contains" and place >= 0:
        return CheckResult(False, f"{found}, at character {place + 1:,}")
    return CheckResult((place >= 0) is (check.type == "contains"), found + nothing)


def _composed(text: str) -> str:
    """Korean and accents may come as letters to be put together, and look the same."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _run_pattern(pattern: str, text: str, nothing: str) -> CheckResult:
    from workbench.core.pattern import BadPattern, search

    try:
        found = search(pattern, text, _PATTERN_SECONDS)
    except BadPattern as fault:
        return CheckResult(None, f"not judged: {fault}")
    return CheckResult(found, f"{'matches' if found else 'does not match'} {describe(pattern)}" + nothing)


def _run_equals(wanted: str, text: str) -> CheckResult:
    """Blanks and line ends around either are no difference: models end with one or not, and so do YAML blocks."""
    if text == wanted:
        return CheckResult(True, f"is {describe(wanted)}")
    if not text or not wanted:
        return CheckResult(False, f"is {describe(text)}, not {describe(wanted)}")
    shorter = min(len(text), len(wanted))
    place = next((at for at in range(shorter) if text[at] != wanted[at]), shorter)
    if place == 0:
        return CheckResult(False, f"is {describe(text)}, not {describe(wanted)}")
    if place == shorter:
        what = f"goes on with {describe(text[place:])}" if len(text) > place else f"lacks {describe(wanted[place:])}"
        return CheckResult(False, f"differs from character {place + 1:,} on: {what}")
    return CheckResult(
        False, f"differs from character {place + 1:,} on: {describe(text[place:])}, not {describe(wanted[place:])}"
    )


# -- JSON ------------------------------------------------------------------------------------------------------------


def _run_json(check: Check, facts: AnswerFacts) -> CheckResult:
    from workbench.core.json_answer import WantedJson, judge

    # Without a schema this asks for JSON of any kind, and not for an object.
    wanted = WantedJson("json_schema", schema=check.value if isinstance(check.value, dict) else None)
    verdict = judge(facts.text, wanted, finish_reason=facts.finish_reason, refusal=facts.refusal)
    if verdict.state == "unchecked":
        return CheckResult(None, f"not judged: {verdict.headline}")
    first = verdict.violations[0].line if verdict.violations else ""
    if verdict.state == "valid":
        return CheckResult(True, verdict.headline)
    return CheckResult(False, f"{verdict.headline}: {first}" if first else verdict.headline)


# -- limits ----------------------------------------------------------------------------------------------------------


def _run_limit(check: Check, facts: AnswerFacts) -> CheckResult:
    most = _limit(check.value)
    if check.type == "max_tokens":
        return _run_tokens(most, facts)
    if check.type == "max_seconds":
        if facts.seconds is None:
            return CheckResult(None, "not judged: the time is not known")
        return _compared(facts.seconds, most, "took", seconds_text(facts.seconds), seconds_text(most))
    if facts.cost_usd is None:
        return CheckResult(None, "not judged: the price is not known")
    cost = "nothing" if facts.cost_usd == 0 else money_text(facts.cost_usd)
    return _compared(facts.cost_usd, most, "cost", cost, money_text(most) if most else "$0")


def _run_tokens(most: float, facts: AnswerFacts) -> CheckResult:
    if facts.tokens is None:
        return CheckResult(None, "not judged: the endpoint reported no tokens")
    shown, limit = f"{facts.tokens:,} tokens", f"{most:,.15g}"
    if facts.answers > 1 and facts.tokens > most:
        return CheckResult(None, f"not judged: {shown} are those of {facts.answers} answers together")
    return _compared(facts.tokens, most, "took", shown, limit)


def _compared(value: float, most: float, verb: str, shown: str, limit: str) -> CheckResult:
    if value <= most:
        return CheckResult(True, f"{verb} {shown}, and {limit} is the most")
    if shown == limit:
        # Rounded they are alike.
        return CheckResult(False, f"{verb} {value:.6g}, more than {most:.15g}")
    return CheckResult(False, f"{verb} {shown}, more than {limit}")


def checks_to_json(checks: Sequence[Check], results: Sequence[CheckResult]) -> list[JSON]:
    """The results for `--json`: `{"type", "value", "passed", "why"}`; `passed` is null where it was not judged."""
    return [
        {"type": check.type, "value": check.value, "passed": result.passed, "why": result.why}
        for check, result in zip(checks, results, strict=True)
    ]
