"""Checks on answers that have ended."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import any_json, any_text
from workbench.core.checks import (
    TYPES,
    AnswerFacts,
    CheckResult,
    CheckTally,
    check_words,
    checks_to_json,
    facts_of,
    run_check,
    run_checks,
    tally,
)
from workbench.core.events import State
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice, Outcome, Timings
from workbench.core.prompt import Check
from workbench.core.request import Request

SCHEMA: JSON = {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]}
DECOMPOSED = unicodedata.normalize("NFD", "점심 메뉴")


def ran(kind: str, value: JSON, text: str = "", **facts: object) -> tuple[bool | None, str]:
    return tuple(run_check(Check(kind, value), AnswerFacts(text, **facts)))  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("kind", "value", "text", "passed", "why"),
    [
        ("contains", "b", "abc", True, 'contains "b"'),
        ("contains", "B", "abc", False, 'does not contain "B"'),
        ("contains", "점심", DECOMPOSED, True, 'contains "점심"'),
        ("contains", unicodedata.normalize("NFD", "점심"), "점심", True, 'contains "점심"'),
        ("contains", "x", "", False, 'does not contain "x": the answer is empty'),
        ("not_contains", "x", "abc", True, 'does not contain "x"'),
        ("not_contains", "c", "abc", False, 'contains "c", at character 3'),
        ("not_contains", "x", "", True, 'does not contain "x": the answer is empty'),
        ("equals", "yes", "yes", True, 'is "yes"'),
        ("equals", "yes\n", " yes", True, 'is "yes"'),
        ("equals", "yes", "no", False, 'is "no", not "yes"'),
        ("equals", "yes", "Yes", False, 'is "Yes", not "yes"'),
        ("equals", "yes", "", False, 'is "", not "yes"'),
        ("equals", "one two", "one three", False, 'differs from character 6 on: "hree", not "wo"'),
        ("equals", "one", "one two", False, 'differs from character 4 on: goes on with " two"'),
        ("equals", "one two", "one", False, 'differs from character 4 on: lacks " two"'),
        ("regex", r"^\d+$", "123", True, r'matches "^\\d+$"'),
        ("regex", r"^\d+$", "x", False, r'does not match "^\\d+$"'),
        ("regex", r"(?i)HELLO\b", "well, hello", True, r'matches "(?i)HELLO\\b"'),
        ("regex", "^점심", DECOMPOSED, True, 'matches "^점심"'),
        ("regex", "(", "x", None, 'not judged: "(" is no pattern: '),
        ("regex", "((a{1000}){1000}){1000}", "x", None, "repeats too much"),
        ("json", None, '{"a": 1}', True, "valid JSON"),
        ("json", None, "[1]", True, "valid JSON"),
        ("json", None, "3", True, "valid JSON"),
        ("json", None, "Sure: {}", False, "not JSON"),
        ("json", None, '```json\n{"a": 1}\n```', False, "not JSON alone: it stands in a Markdown fence"),
        ("json", None, '{"a": 1, "a": 2}', False, "a: stands twice in its object"),
        ("json", None, "", False, "not JSON"),
        ("schema", SCHEMA, '{"score": 1}', True, "valid: matches the schema"),
        ("schema", SCHEMA, '{"score": "1"}', False, "score: must be a number, found a text"),
        ("schema", SCHEMA, "{}", False, "the value: lacks score"),
        ("schema", {"$ref": "https://example.com/s"}, "{}", None, "not judged: JSON, but not checked"),
        ("schema", {"pattern": "((a{1000}){1000}){1000}"}, '"x"', None, "repeats too much"),
        ("nonsense", "x", "abc", None, 'not judged: there is no check "nonsense"'),
        ("contains", 3, "abc", None, "not judged: contains needs a text, and has 3"),
        ("schema", "x", "abc", None, "not judged: schema needs a JSON Schema"),
        ("max_tokens", "5", "abc", None, 'not judged: max_tokens needs a number, and has "5"'),
        ("max_cost", True, "abc", None, "needs a number, and has true"),
        ("max_seconds", float("nan"), "abc", None, "needs a number"),
    ],
)
def test_checks_of_the_text(kind: str, value: JSON, text: str, passed: bool | None, why: str) -> None:
    result = run_check(Check(kind, value), AnswerFacts(text))
    assert result.passed is passed
    assert why in result.why
    assert "\n" not in result.why


@pytest.mark.parametrize(
    ("kind", "value", "facts", "passed", "why"),
    [
        ("max_tokens", 10, {"tokens": 10}, True, "took 10 tokens, and 10 is the most"),
        ("max_tokens", 10, {"tokens": 1200}, False, "took 1,200 tokens, more than 10"),
        ("max_tokens", 10, {}, None, "not judged: the endpoint reported no tokens"),
        ("max_tokens", 10, {"tokens": 12, "answers": 3}, None, "not judged: 12 tokens are those of 3 answers together"),
        ("max_tokens", 10, {"tokens": 9, "answers": 3}, True, "took 9 tokens"),
        ("max_tokens", 10**400, {"tokens": 9}, True, "took 9 tokens"),
        ("max_seconds", 2, {"seconds": 1.4}, True, "took 1.4 s, and 2.0 s is the most"),
        ("max_seconds", 2, {"seconds": 2.5}, False, "took 2.5 s, more than 2.0 s"),
        ("max_seconds", 2, {"seconds": 2.01}, False, "took 2.01, more than 2"),
        ("max_seconds", 2, {}, None, "not judged: the time is not known"),
        ("max_cost", 0.01, {"cost_usd": 0.001}, True, "cost $0.0010, and $0.010 is the most"),
        ("max_cost", 0.01, {"cost_usd": 0.5}, False, "cost $0.50, more than $0.010"),
        ("max_cost", 0.01, {"cost_usd": 0.0}, True, "cost nothing, and $0.010 is the most"),
        ("max_cost", 0, {"cost_usd": 0.0}, True, "cost nothing, and $0 is the most"),
        ("max_cost", 0, {"cost_usd": 0.1}, False, "cost $0.10, more than $0"),
        ("max_cost", 0.01, {}, None, "not judged: the price is not known"),
    ],
)
def test_checks_of_what_it_took(
    kind: str, value: JSON, facts: dict[str, object], passed: bool | None, why: str
) -> None:
    result = ran(kind, value, "abc", **facts)
    assert result[0] is passed
    assert why in result[1]


@pytest.mark.parametrize("state", [State.TRUNCATED, State.ERROR, State.CANCELLED])
@pytest.mark.parametrize("kind", TYPES)
def test_an_answer_that_did_not_end_is_not_judged(state: State, kind: str) -> None:
    values: dict[str, JSON] = {"schema": {}, "json": None, "max_tokens": 9, "max_seconds": 9, "max_cost": 9}
    passed, why = ran(kind, values.get(kind, "a"), "a", state=state, tokens=1, seconds=1.0, cost_usd=0.0)
    assert passed is None
    assert why == f"not judged: the run did not complete ({state.value})"


def test_a_refusal_and_a_cut_are_told() -> None:
    assert ran("json", None, "", refusal="No.") == (False, "the model refused: No.")
    assert ran("contains", "x", "", refusal="No.") == (False, 'does not contain "x": the model refused')
    passed, why = ran("json", None, '{"a": ', finish_reason="length")
    assert (passed, "cut by max tokens" in why) == (False, True)


def test_a_pattern_that_goes_astray_is_given_up() -> None:
    begun = time.monotonic()
    passed, why = ran("regex", "^(a|aa)+$", "a" * 10_000 + "b")
    assert passed is None
    assert "takes too long" in why
    assert time.monotonic() - begun < 10


def outcome(*texts: str, **more: object) -> Outcome:
    choices = tuple(Choice(index, text, "stop") for index, text in enumerate(texts))
    usage: dict[str, JSON] = {"prompt_tokens": 5, "completion_tokens": 12}
    values = {"timings": Timings(0.1, 0.2, 1.5), "cost_usd": 0.01, "answer": Answer(choices, usage=usage), **more}
    return Outcome(State.COMPLETE, Request({}), **values)  # type: ignore[arg-type]


def test_the_facts_of_a_run() -> None:
    assert facts_of(outcome("a")) == (AnswerFacts("a", tokens=12, seconds=1.5, cost_usd=0.01),)
    one, two = facts_of(outcome("a", "b"))
    assert (one.text, two.text, one.answers, two.answers) == ("a", "b", 2, 2)
    (none,) = facts_of(outcome(answer=Answer()))
    assert (none.text, none.finish_reason, none.tokens) == ("", None, None)


def test_a_check_passes_where_all_answers_of_a_run_do() -> None:
    checks = [Check("contains", "a"), Check("max_tokens", 12), Check("max_tokens", 3)]
    good, few, many = run_checks(checks, outcome("a", "ab"))
    assert good == CheckResult(True, "all 2 answers pass")
    assert few.passed is True
    assert many.passed is None
    assert run_checks([Check("contains", "a")], outcome("a", "b")) == (
        CheckResult(False, 'answer 2 of 2: does not contain "a"'),
    )
    (unjudged,) = run_checks([Check("regex", "(")], outcome("a", "b"))
    assert unjudged.passed is None
    assert run_checks([Check("contains", "a")], outcome("a")) == (CheckResult(True, 'contains "a"'),)


def test_the_tally_leaves_out_what_was_not_judged() -> None:
    results = [CheckResult(True, ""), CheckResult(False, ""), CheckResult(None, ""), CheckResult(True, "")]
    assert tally(results) == CheckTally(2, 1, 1)
    assert tally(results).rate == pytest.approx(2 / 3)
    assert tally([CheckResult(None, "")]).rate is None
    assert [result.state for result in results[:3]] == ["passed", "failed", "not judged"]


def test_words_and_json() -> None:
    checks = [Check("contains", "점심"), Check("json"), Check("max_tokens", 200), Check("schema", {})]
    assert [check_words(check) for check in checks] == ['contains "점심"', "json", "max_tokens 200", "schema"]
    assert checks_to_json(checks[:2], [CheckResult(True, "a"), CheckResult(None, "b")]) == [
        {"type": "contains", "value": "점심", "passed": True, "why": "a"},
        {"type": "json", "value": None, "passed": None, "why": "b"},
    ]


@given(st.sampled_from([*TYPES, "other"]), any_json, any_text, st.sampled_from(State))
@settings(max_examples=100)
def test_whatever_the_check_it_ends_in_one_line(kind: str, value: JSON, text: str, state: State) -> None:
    result = run_check(Check(kind, value), AnswerFacts(text, state))
    assert result.passed is None or state is State.COMPLETE
    assert len(result.why.splitlines()) == 1
    assert result.why.startswith("not judged: ") is (result.passed is None)


@given(any_text, any_text)
def test_contains_and_not_contains_never_agree(wanted: str, text: str) -> None:
    assert ran("contains", wanted, text)[0] is not ran("not_contains", wanted, text)[0]
    assert ran("equals", text, text)[0] is True
