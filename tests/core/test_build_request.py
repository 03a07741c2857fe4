"""What is sent for a prompt, and what is said about it."""

from __future__ import annotations

import json
import math
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import prompts
from workbench.core.json_value import JSON
from workbench.core.models import Lessons, ModelRules, ParameterRule
from workbench.core.parameters import BY_NAME, PARAMETERS
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.request import Request, build_request
from workbench.core.request_rules import availability

HELLO = (Message(Role.USER, "Hello"),)


def prompt_with(parameters: dict[str, JSON] | None = None, *messages: Message, model: str = "some-model") -> Prompt:
    return Prompt(model=model, messages=messages or HELLO, parameters=ParameterValues(parameters))


def problems(request: Request) -> dict[str, str]:
    return {problem.field: problem.text for problem in request.problems}


def notes(request: Request) -> dict[str, str]:
    return {note.field: note.text for note in request.notes}


def test_nothing_that_is_not_set_is_sent() -> None:
    request = build_request(prompt_with())
    assert request.body == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert notes(request) == {
        "stream_options": "stream_options.include_usage is added, so that the stream ends with its usage"
    }
    assert request.problems == ()
    assert request.timeout is None


def test_zero_false_and_empty_are_values() -> None:
    values: dict[str, JSON] = {"temperature": 0, "store": False, "user": "", "stop": [], "metadata": {}, "seed": 0}
    body = build_request(prompt_with(values)).body
    assert {name: body[name] for name in values} == values


def test_the_order_of_the_keys_is_the_tables() -> None:
    values: dict[str, JSON] = {"extra": {"top_k": 1}, "user": "u", "seed": 1, "temperature": 1, "logprobs": True}
    body = build_request(prompt_with(values)).body
    order = ["model", "messages", "temperature", "seed", "stream", "stream_options", "logprobs", "user", "top_k"]
    assert list(body) == order


def test_messages_that_are_off_stay_here() -> None:
    request = build_request(
        prompt_with(None, Message(Role.SYSTEM, "a", on=False), Message(Role.USER, "b"), Message(Role.ASSISTANT, "c"))
    )
    assert request.body["messages"] == [{"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ((), "there is no message to send: write one"),
        ((Message(Role.USER, "x", on=False),), "every message is off: turn one on"),
        ((Message(Role.USER, " \n"), Message(Role.SYSTEM, "")), "every message that is on is blank: write something"),
    ],
)
def test_nothing_to_send_is_a_problem(messages: tuple[Message, ...], text: str) -> None:
    request = build_request(Prompt(model="m", messages=messages))
    assert problems(request) == {"messages": text}
    assert request.problems[0].can_send


def test_a_blank_message_among_others_and_only_assistants_are_noted() -> None:
    request = build_request(
        prompt_with(
            {"stream": False},
            Message(Role.USER, "", on=False),
            Message(Role.ASSISTANT, "a"),
            Message(Role.ASSISTANT, " "),
        )
    )
    assert request.problems == ()
    assert notes(request) == {
        "messages[2].content": "this message is blank and is sent as it is",
        "messages": "only assistant messages are sent: there is nothing from a user to answer",
    }


def test_a_model_must_be_named() -> None:
    assert build_request(prompt_with(model=" "), default_model="theirs").model == "theirs"
    assert build_request(prompt_with(model="m x:/😀"), default_model="theirs").model == "m x:/😀"
    request = build_request(prompt_with(model=""))
    assert problems(request) == {"model": "no model is named: choose one"}
    assert not request.problems[0].can_send


class TestVariables:
    prompt = Prompt(
        model="m",
        messages=(Message(Role.SYSTEM, "no variable"), Message(Role.USER, r"{{a}} {{ b }} \{{c}} {{d}}")),
        variables=(Variable("a", default="A"), Variable("b", default="default", value="typed"), Variable("d")),
    )

    def content(self, prompt: Prompt, values: dict[str, str] | None = None) -> str:
        messages = build_request(prompt, values=values).body["messages"]
        assert isinstance(messages, list)
        last = messages[-1]
        assert isinstance(last, dict)
        return str(last["content"])

    def test_defaults_typed_values_and_given_ones(self) -> None:
        assert self.content(self.prompt) == "A typed {{c}} {{d}}"
        assert self.content(self.prompt, {"a": "{{b}}", "b": "", "d": "D"}) == "{{b}}  {{c}} D"

    def test_what_is_unfilled_is_named(self) -> None:
        expected = "{{d}} has no value: give one, or write \\{{ for braces as text"
        assert problems(build_request(self.prompt)) == {"messages[1].content": expected}
        two = Prompt(model="m", messages=(Message(Role.USER, "{{x}}{{y}}{{x}}"),))
        assert problems(build_request(two))["messages[0].content"].startswith("{{x}}, {{y}} have no value")

    def test_a_message_that_is_off_needs_no_value(self) -> None:
        off = prompt_with(None, Message(Role.USER, "{{x}}", on=False), *HELLO)
        assert build_request(off).problems == ()

    def test_a_file_that_was_not_read_is_never_sent_as_its_name(self) -> None:
        prompt = Prompt(
            model="m", messages=(Message(Role.USER, "{{t}}"),), variables=(Variable("t", default="x", value="@a.txt"),)
        )
        request = build_request(prompt)
        assert problems(request) == {"messages[0].content": "{{t}} has no value: @a.txt for {{t}} was not read"}
        assert self.content(prompt, {"t": "read"}) == "read"

    def test_a_result_without_end_is_refused(self) -> None:
        prompt = Prompt(model="m", messages=(Message(Role.USER, "{{a}}" * 30),))
        request = build_request(prompt, values={"a": "x" * 1_000_000})
        assert [problem.can_send for problem in request.problems] == [False]


def test_halves_of_characters_are_joined_or_replaced_with_a_note() -> None:
    request = build_request(prompt_with({"stop": ["\udc00"]}, Message(Role.USER, "\ud83d\ude00 \ud800")))
    assert request.body["messages"] == [{"role": "user", "content": "😀 \ufffd"}]
    assert request.body["stop"] == ["\ufffd"]
    assert {"messages[0].content", "stop[0]"} <= set(notes(request))
    whole = build_request(prompt_with({"stream": False}, Message(Role.USER, "\ud83d\ude00 \ufffd")))
    assert whole.notes == ()


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("temperature", math.nan, "temperature"),
        ("top_p", math.inf, "top_p"),
        ("logit_bias", {"1": -math.inf}, "logit_bias.1"),
        ("extra", {"a": [1, {"b": math.nan}]}, "extra.a[1].b"),
        pytest.param("extra", {"a": 10**5000}, "extra.a", id="endless"),
        ("extra", [], "extra"),
        ("stream", "yes", "stream"),
        ("timeout", -1, "timeout"),
        ("timeout", True, "timeout"),
        ("messages", [], "messages"),
    ],
)
def test_what_no_request_can_hold_can_not_be_sent(name: str, value: JSON, field: str) -> None:
    request = build_request(prompt_with({name: value}), anyway=True)
    assert [(problem.field, problem.can_send) for problem in request.problems] == [(field, False)]
    json.dumps(request.body, allow_nan=False)
    assert request.body["messages"] == [{"role": "user", "content": "Hello"}]


def test_nesting_has_an_end() -> None:
    deep: JSON = 1
    for _ in range(100_000):
        deep = [deep]
    request = build_request(prompt_with({"extra": {"a": deep}}))
    assert not request.problems[0].can_send
    assert "levels deep" in request.problems[0].text


def test_a_value_out_of_range_can_be_sent_anyway() -> None:
    for anyway in (False, True):
        request = build_request(prompt_with({"temperature": 9, "n": "2"}), anyway=anyway)
        assert problems(request) == {
            "temperature": "temperature must be from 0 to 2, not 9",
            "n": 'n must be a whole number, not the text "2": write 2 without quotes',
        }
        assert all(problem.can_send for problem in request.problems)
        assert request.body["temperature"] == 9
        assert request.body["n"] == "2"


def test_a_whole_float_is_sent_as_an_integer() -> None:
    assert repr(build_request(prompt_with({"n": 2.0})).body["n"]) == "2"


def test_a_misspelt_parameter_is_a_problem_that_names_the_right_one() -> None:
    request = build_request(prompt_with({"temprature": 1, "xyzzy": 2}))
    assert problems(request) == {
        "temprature": "temprature is not a parameter: did you mean temperature?",
        "xyzzy": "xyzzy is not a parameter: what an endpoint adds of its own goes into extra",
    }
    assert request.body["xyzzy"] == 2


class TestStream:
    def test_off(self) -> None:
        request = build_request(prompt_with({"stream": False}))
        assert request.body["stream"] is False
        assert "stream_options" not in request.body
        assert not request.streams
        assert request.notes == ()

    def test_the_host_refused_usage(self) -> None:
        for anyway in (False, True):
            request = build_request(prompt_with(), lessons=Lessons(no_stream_usage=True), anyway=anyway)
            assert request.streams
            assert "stream_options" not in request.body

    def test_extra_has_the_last_word(self) -> None:
        off = build_request(prompt_with({"extra": {"stream": False}}))
        assert not off.streams
        assert "stream_options" not in off.body
        own = build_request(prompt_with({"extra": {"stream_options": {"include_obfuscation": False}}}))
        assert own.body["stream_options"] == {"include_obfuscation": False}
        assert own.notes == ()
        odd = build_request(prompt_with({"extra": {"stream": "yes"}}))
        assert problems(odd) == {"extra.stream": 'stream must be true or false, not "yes"'}


def test_timeout_stays_here() -> None:
    request = build_request(prompt_with({"timeout": 0.001}))
    assert request.timeout == 0.001
    assert "timeout" not in request.body


def test_extra_is_merged_last_and_says_what_it_replaces() -> None:
    request = build_request(prompt_with({"temperature": 0, "stream": False, "extra": {"temperature": 5, "min_p": 0.1}}))
    assert request.body["temperature"] == 5
    assert request.body["min_p"] == 0.1
    assert notes(request) == {"extra.temperature": "extra takes the place of temperature"}
    assert problems(request) == {"temperature": "temperature must be from 0 to 2, not 5"}


def test_the_prompt_is_not_shared_with_the_body() -> None:
    bias: dict[str, JSON] = {"1": 5}
    request = build_request(prompt_with({"logit_bias": bias}))
    bias["1"] = 6
    assert request.body["logit_bias"] == {"1": 5}


def test_a_shut_down_model_says_when() -> None:
    rules = ModelRules("old", shutdown=date(2026, 12, 11))

    def built(day: date) -> Request:
        return build_request(prompt_with({"stream": False}, model="old"), rules=rules, today=day)

    gone = built(date(2026, 12, 11))
    assert problems(gone) == {"model": "old was shut down on 2026-12-11: choose another model"}
    assert gone.problems[0].can_send
    assert notes(built(date(2026, 12, 10))) == {"model": "old will be shut down on 2026-12-11, in 1 day"}
    assert notes(built(date(2026, 10, 12))) == {"model": "old will be shut down on 2026-12-11, in 60 days"}
    assert built(date(2026, 10, 11)) == Request(gone.body)


def test_system_where_the_family_says_developer() -> None:
    rules = ModelRules("new", instruction_role="developer")
    request = build_request(prompt_with({"stream": False}, Message(Role.SYSTEM, "s"), *HELLO, model="new"), rules=rules)
    assert request.body["messages"] == [{"role": "system", "content": "s"}, {"role": "user", "content": "Hello"}]
    assert list(notes(request)) == ["messages[0].role"]
    assert build_request(prompt_with({"stream": False}, *HELLO, model="new"), rules=rules).notes == ()


RULES = st.sampled_from(
    [
        None,
        ModelRules("gpt-5.5", {name: ParameterRule("at_effort_none", maximum=3) for name in BY_NAME}, max_output=5),
        ModelRules(
            "m", {name: ParameterRule("never", only=(1, "none")) for name in BY_NAME}, shutdown=date(2026, 1, 1)
        ),
    ]
)
LESSONS = st.builds(
    Lessons,
    st.booleans(),
    st.booleans(),
    st.frozensets(st.tuples(st.sampled_from(["gpt-5.5", "local"]), st.sampled_from(sorted(BY_NAME))), max_size=3),
)


@settings(max_examples=75)
@given(prompts, RULES, LESSONS, st.booleans())
def test_any_prompt_makes_a_body_that_is_json(
    prompt: Prompt, rules: ModelRules | None, lessons: Lessons, anyway: bool
) -> None:
    request = build_request(prompt, rules=rules, lessons=lessons, anyway=anyway, today=date(2026, 11, 22))
    text = json.dumps(request.body, allow_nan=False, ensure_ascii=False)
    text.encode()
    assert json.loads(text) == request.body
    extra = prompt.parameters.get("extra")
    added = set(extra) if isinstance(extra, dict) else set()
    allowed = {"model", "messages", "stream", "stream_options", *prompt.parameters}
    if "max_tokens" in allowed or "max_completion_tokens" in allowed:
        allowed |= {"max_tokens", "max_completion_tokens"}
    cleaned = {name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for name in allowed | added}
    assert set(request.body) <= cleaned
    assert "timeout" in added or "timeout" not in request.body
    said = [note.text for note in request.notes] + [problem.text for problem in request.problems]
    assert all(text and "\n" not in text for text in said)
    if anyway:
        left_out = {problem.field.split(".")[0].split("[")[0] for problem in request.problems if not problem.can_send}
        sendable = {name for name in prompt.parameters if BY_NAME.get(name) and BY_NAME[name].where == "body"}
        assert sendable - left_out <= set(request.body)


@settings(max_examples=75)
@given(prompts, RULES, LESSONS)
def test_the_panel_and_the_builder_agree(prompt: Prompt, rules: ModelRules | None, lessons: Lessons) -> None:
    request = build_request(prompt, rules=rules, lessons=lessons, today=date(2026, 11, 22))
    said = {note.field: note.text for note in request.notes if "is not sent" in note.text}
    for parameter in PARAMETERS:
        if parameter.where == "body" and parameter.name in prompt.parameters:
            reason = availability(parameter.name, prompt, rules, lessons)
            assert (parameter.name in said) == bool(reason)
            assert not reason.isprintable() or said.get(parameter.name, "").endswith(reason)


@pytest.mark.parametrize("name", BY_NAME)
def test_each_parameter_alone_is_sent_or_kept(name: str) -> None:
    values: dict[str, JSON] = {
        "number": 1,
        "integer": 1,
        "boolean": True,
        "text": "x",
        "texts": ["x"],
        "choice": BY_NAME[name].choices[0] if BY_NAME[name].choices else None,
        "json": {"type": "text"} if name == "response_format" else {},
    }
    value: JSON = [] if name == "tools" else values[BY_NAME[name].kind]
    body = build_request(prompt_with({name: value})).body
    if BY_NAME[name].where == "body":
        assert body[name] == value
    else:
        assert set(body) == {"model", "messages", "stream", "stream_options"}


def test_sixty_messages_take_under_a_millisecond() -> None:
    words = "문장과 문장 " * 100
    prompt = Prompt(
        model="m",
        messages=tuple(Message(Role.USER, f"{words} {{{{x}}}}") for _ in range(60)),
        parameters=ParameterValues({"temperature": 0.7, "stop": ["a"], "extra": {"top_k": 40}}),
    )
    best = math.inf
    for _ in range(50):
        begin = time.perf_counter()
        build_request(prompt, values={"x": "y"})
        best = min(best, time.perf_counter() - begin)
    # The aim is 1 ms; the margin is for a machine that is busy with the rest of the suite.
    assert best < 0.004
