"""The model's rules and the host's lessons, on the builder and on the panel."""

from __future__ import annotations

import pytest

from workbench.core.json_value import JSON
from workbench.core.models import Lessons, ModelRules, ParameterRule, fits, rules_for
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import Request, build_request
from workbench.core.request_rules import availability, choices_for

AT_NONE = ParameterRule("at_effort_none")
NEVER = ParameterRule("never")
RULES = ModelRules(
    "gpt-x",
    {
        "temperature": AT_NONE,
        "tools": AT_NONE,
        "tool_choice": AT_NONE,
        "logprobs": AT_NONE,
        "top_logprobs": ParameterRule("at_effort_none", maximum=5),
        "top_p": ParameterRule("never", only=(1,)),
        "seed": ParameterRule(only=(1, 2)),
        "stop": NEVER,
        "max_tokens": NEVER,
        "presence_penalty": ParameterRule("unknown"),
        "reasoning_effort": ParameterRule(only=("none", "low"), default="low"),
    },
    max_output=100,
)


def prompt_with(values: dict[str, JSON]) -> Prompt:
    parameters = ParameterValues({"stream": False, **values})
    return Prompt(model="gpt-x", messages=(Message(Role.USER, "Hi"),), parameters=parameters)


def built(values: dict[str, JSON], lessons: Lessons | None = None, *, anyway: bool = False) -> Request:
    return build_request(prompt_with(values), rules=RULES, lessons=lessons or Lessons(), anyway=anyway)


def sent(request: Request) -> dict[str, JSON]:
    return {name: value for name, value in request.body.items() if name not in ("model", "messages", "stream")}


def said(request: Request) -> dict[str, str]:
    return {note.field: note.text for note in request.notes}


def test_a_condition_on_the_effort_names_model_condition_and_state() -> None:
    request = built({"temperature": 0.5})
    text = "temperature is not sent: gpt-x takes it only at reasoning_effort none, and it is low"
    assert said(request) == {"temperature": text}
    assert sent(request) == {}
    assert request.problems == ()


@pytest.mark.parametrize("effort", [{"reasoning_effort": "none"}, {"extra": {"reasoning_effort": "none"}}])
def test_the_effort_that_counts_is_the_one_that_is_sent(effort: dict[str, JSON]) -> None:
    assert sent(built({"temperature": 0, **effort}))["temperature"] == 0


def test_an_effort_that_is_not_sent_does_not_count() -> None:
    lessons = Lessons(refused=frozenset({("gpt-x", "reasoning_effort")}))
    assert set(said(built({"temperature": 0, "reasoning_effort": "none"}, lessons))) == {
        "temperature",
        "reasoning_effort",
    }


def test_values_that_pass_a_refusal() -> None:
    assert sent(built({"top_p": 1})) == {"top_p": 1}
    assert sent(built({"top_p": 1.0})) == {"top_p": 1.0}
    assert sent(built({"seed": 2})) == {"seed": 2}
    assert said(built({"top_p": 0.5})) == {"top_p": "top_p is not sent: gpt-x takes only 1"}
    assert said(built({"seed": 3})) == {"seed": "seed is not sent: gpt-x takes only 1 or 2"}
    assert said(built({"top_p": True})) == {"top_p": "top_p is not sent: gpt-x takes only 1"}
    assert said(built({"stop": []})) == {"stop": "stop is not sent: gpt-x does not take it"}


def test_what_is_not_known_is_sent() -> None:
    assert sent(built({"presence_penalty": 1, "frequency_penalty": 1})) == {
        "presence_penalty": 1,
        "frequency_penalty": 1,
    }


def test_a_choice_outside_of_the_models_list_is_a_problem() -> None:
    request = built({"reasoning_effort": "high"})
    assert [(p.field, p.text, p.can_send) for p in request.problems] == [
        ("reasoning_effort", "gpt-x takes reasoning_effort none or low, not high", True)
    ]
    assert sent(request) == {"reasoning_effort": "high"}
    assert choices_for("reasoning_effort", RULES) == ("none", "low")
    assert "xhigh" in choices_for("reasoning_effort", None)


def test_the_models_own_limits_are_problems() -> None:
    request = built({"reasoning_effort": "none", "logprobs": True, "top_logprobs": 6, "max_completion_tokens": 101})
    assert [p.text for p in request.problems] == [
        "gpt-x takes max_completion_tokens up to 100, not 101",
        "gpt-x takes top_logprobs up to 5, not 6",
    ]


def test_what_needs_a_dropped_parameter_is_dropped_with_it() -> None:
    lessons = Lessons(refused=frozenset({("gpt-x", "tools"), ("other", "n")}))
    tool: JSON = {"type": "function", "function": {"name": "f"}}
    request = built({"reasoning_effort": "none", "tools": [tool], "parallel_tool_calls": True, "n": 2}, lessons)
    assert sent(request) == {"reasoning_effort": "none", "n": 2}
    assert said(request) == {
        "tools": "tools is not sent: refused by this host before, for gpt-x",
        "parallel_tool_calls": "parallel_tool_calls is not sent: it needs tools, which is not sent",
    }


class TestTokenLimits:
    def test_renamed_where_the_model_refuses_the_old_name(self) -> None:
        request = built({"max_tokens": 9})
        assert sent(request) == {"max_completion_tokens": 9}
        assert said(request) == {"max_tokens": "max_tokens is sent as max_completion_tokens: gpt-x does not take it"}

    def test_renamed_where_the_host_wants_the_old_name(self) -> None:
        lessons = Lessons(wants_max_tokens=True)
        for name in ("max_completion_tokens", "max_tokens"):
            assert sent(built({name: 9}, lessons)) == {"max_tokens": 9}
        text = "max_completion_tokens is sent as max_tokens: this host wants that name"
        assert said(built({"max_completion_tokens": 9}, lessons)) == {"max_completion_tokens": text}

    def test_renamed_where_the_host_refused_one_for_the_model(self) -> None:
        lessons = Lessons(refused=frozenset({("m", "max_completion_tokens")}))
        prompt = Prompt(model="m", messages=(Message(Role.USER, "Hi"),))
        prompt = prompt.with_parameters(ParameterValues({"max_completion_tokens": 5}))
        assert build_request(prompt, lessons=lessons).body["max_tokens"] == 5
        assert availability("max_completion_tokens", prompt, None, lessons) == ""
        both = Lessons(refused=frozenset({("m", "max_completion_tokens"), ("m", "max_tokens")}))
        assert "max_tokens" not in build_request(prompt, lessons=both).body
        assert availability("max_completion_tokens", prompt, None, both) == "refused by this host before, for m"

    def test_both_are_a_problem(self) -> None:
        for lessons in (Lessons(), Lessons(wants_max_tokens=True)):
            request = build_request(prompt_with({"max_tokens": 1, "max_completion_tokens": 2}), lessons=lessons)
            assert [p.field for p in request.problems] == ["max_tokens"]
            assert sent(request) == {"max_tokens": 1, "max_completion_tokens": 2}


def test_anyway_drops_and_renames_nothing() -> None:
    values: dict[str, JSON] = {"temperature": 0.5, "stop": ["x"], "max_tokens": 500, "reasoning_effort": "high"}
    lessons = Lessons(wants_max_tokens=True, refused=frozenset({("gpt-x", "stop")}))
    request = built(values, lessons, anyway=True)
    assert sent(request) == values
    assert request.notes == ()
    assert request.problems == ()


def test_the_panel_says_it_of_what_is_not_set_too() -> None:
    prompt = prompt_with({})
    assert availability("temperature", prompt, RULES) == "gpt-x takes it only at reasoning_effort none, and it is low"
    assert availability("seed", prompt, RULES) == "gpt-x takes only 1 or 2"
    assert availability("n", prompt, RULES) == ""
    assert availability("temperature", prompt, None) == ""
    nameless = Prompt()
    lessons = Lessons(refused=frozenset({("theirs", "n")}))
    assert availability("n", nameless, None, lessons, model="theirs") == "refused by this host before, for theirs"
    assert availability("n", nameless, None, lessons) == ""


@pytest.mark.parametrize(
    ("pattern", "model", "fit"),
    [
        ("gpt-5", "gpt-5", True),
        ("gpt-5", "gpt-5-2025-08-07", True),
        ("gpt-5", "gpt-5-mini", False),
        ("gpt-5", "gpt-5.9", False),
        ("gpt-5", "gpt-5-2025-08-07-x", False),
        ("gpt-4o-mini", "ft:gpt-4o-mini-2024-07-18:org::id", True),
        ("gpt-5", "ft:", False),
        ("*-chat-latest", "gpt-5-chat-latest", True),
        ("gpt-5", "GPT-5", False),
        ("gpt-5", "", False),
    ],
)
def test_which_rules_fit_a_model(pattern: str, model: str, fit: bool) -> None:
    assert fits(pattern, model) is fit
    rules = ModelRules(pattern)
    assert rules_for(model, (ModelRules("other"), rules, ModelRules("*"))) == (rules if fit else ModelRules("*"))
    assert rules_for(model, ()) is None
