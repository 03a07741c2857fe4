"""A prompt with its persona and format: the order of what is sent, and whose parameters win."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import any_text, parameters, variables
from tests.core.strategies import messages as any_message
from workbench.core.json_value import JSON
from workbench.core.merge import Given, Placed, merged_parameters, placed_messages, variable_names, with_instruction
from workbench.core.parts import NO_PARTS, Format, Parts, Persona
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.request import Request, build_request

S, D, U, A = Role.SYSTEM, Role.DEVELOPER, Role.USER, Role.ASSISTANT
PIRATE = Persona(
    "pirate",
    "A pirate",
    messages=(Message(S, "Talk like a pirate."), Message(U, "hi"), Message(A, "arr")),
    parameters=ParameterValues({"temperature": 1.2, "max_completion_tokens": 50}),
)
SCHEMA: dict[str, JSON] = {"type": "json_object"}
JSON_ONLY = Format("json", "JSON object", instruction="Answer with JSON.", response_format=SCHEMA)
HELLO = Message(U, "Hello")


def build(prompt: Prompt, parts: Parts = NO_PARTS) -> Request:
    return build_request(prompt, default_model="m", parts=parts)


def sent(request: Request) -> list[tuple[str, str]]:
    messages = request.body["messages"]
    assert isinstance(messages, list)
    return [(str(each["role"]), str(each["content"])) for each in messages if isinstance(each, dict)]


def notes(request: Request, field: str) -> list[str]:
    return [note.text for note in request.notes if note.field == field]


class TestMessages:
    def test_the_personas_go_first_and_the_prompts_own_stay_as_they_are(self) -> None:
        prompt = Prompt(persona="pirate", messages=(Message(S, "Be brief."), HELLO))
        assert sent(build(prompt, Parts(PIRATE))) == [
            ("system", "Talk like a pirate."),
            ("user", "hi"),
            ("assistant", "arr"),
            ("system", "Be brief."),
            ("user", "Hello"),
        ]

    def test_a_persona_alone_can_be_sent(self) -> None:
        assert build(Prompt(persona="pirate"), Parts(PIRATE)).problems == ()

    def test_each_is_placed_where_it_is_written(self) -> None:
        prompt = Prompt(messages=(Message(U, "off", on=False), HELLO))
        assert placed_messages(prompt, Parts(PIRATE)) == [
            Placed("persona.messages[0]", PIRATE.messages[0]),
            Placed("persona.messages[1]", PIRATE.messages[1]),
            Placed("persona.messages[2]", PIRATE.messages[2]),
            Placed("messages[0]", prompt.messages[0]),
            Placed("messages[1]", HELLO),
        ]

    def test_a_fault_in_a_persona_is_told_at_the_persona(self) -> None:
        persona = Persona("odd", messages=(Message(S, "You are {{who}}"),))
        problems = build(Prompt(persona="odd", messages=(HELLO,)), Parts(persona)).problems
        assert [problem.field for problem in problems] == ["persona.messages[0].content"]
        filled = replace(Prompt(persona="odd", messages=(HELLO,)), variables=(Variable("who", value="Kim"),))
        assert sent(build(filled, Parts(persona)))[0] == ("system", "You are Kim")


class TestInstruction:
    def test_it_joins_the_last_system_message(self) -> None:
        prompt = Prompt(format="json", messages=(Message(S, "Be brief."), HELLO, Message(D, "Be kind."), HELLO))
        request = build(prompt, Parts(PIRATE, JSON_ONLY))
        assert sent(request)[-2:] == [("developer", "Be kind.\n\nAnswer with JSON."), ("user", "Hello")]
        assert notes(request, "format") == ["the format JSON object adds its instruction"]

    def test_one_that_is_off_is_passed_by(self) -> None:
        prompt = Prompt(messages=(Message(S, "first"), Message(S, "off", on=False), HELLO))
        assert sent(build(prompt, Parts(format=JSON_ONLY))) == [
            ("system", "first\n\nAnswer with JSON."),
            ("user", "Hello"),
        ]

    def test_the_personas_is_one_too(self) -> None:
        request = build(Prompt(messages=(HELLO,)), Parts(PIRATE, JSON_ONLY))
        assert sent(request)[0] == ("system", "Talk like a pirate.\n\nAnswer with JSON.")

    def test_with_no_system_message_it_becomes_the_first(self) -> None:
        prompt = Prompt(messages=(Message(S, "off", on=False), HELLO))
        assert sent(build(prompt, Parts(format=JSON_ONLY))) == [("system", "Answer with JSON."), ("user", "Hello")]

    def test_a_blank_system_message_takes_it_alone(self) -> None:
        prompt = Prompt(messages=(Message(S, " \n"), HELLO))
        assert sent(build(prompt, Parts(format=JSON_ONLY)))[0] == ("system", "Answer with JSON.")

    def test_a_format_without_one_changes_no_message(self) -> None:
        placed = placed_messages(Prompt(messages=(HELLO,)), NO_PARTS)
        assert with_instruction(placed, Parts(format=Format("plain"))) is placed
        assert notes(build(Prompt(messages=(HELLO,)), Parts(format=Format("plain"))), "format") == []

    def test_its_variables_are_the_prompts(self) -> None:
        words = Format("count", instruction="Use {{count}} words, {{language}}.")
        prompt = Prompt(
            messages=(Message(S, "{{language}}"), Message(U, "{{text}}"), Message(U, "{{off}}", on=False)),
            variables=tuple(Variable(name, value=name.upper()) for name in ("count", "language", "text")),
        )
        assert variable_names(prompt, Parts(format=words)) == ("language", "count", "text")
        assert sent(build(prompt, Parts(format=words)))[0] == ("system", "LANGUAGE\n\nUse COUNT words, LANGUAGE.")


class TestParameters:
    def test_a_persona_gives_what_the_prompt_does_not_set(self) -> None:
        prompt = Prompt(messages=(HELLO,), parameters=ParameterValues({"temperature": 0}))
        request = build(prompt, Parts(PIRATE))
        assert request.body["temperature"] == 0
        assert request.body["max_completion_tokens"] == 50
        assert notes(request, "temperature") == []
        assert notes(request, "max_completion_tokens") == ["max_completion_tokens is set by the persona A pirate"]

    @pytest.mark.parametrize("own", ["max_tokens", "max_completion_tokens"])
    def test_two_names_of_one_limit_are_one(self, own: str) -> None:
        prompt = Prompt(messages=(HELLO,), parameters=ParameterValues({own: 7}))
        body = build(prompt, Parts(PIRATE)).body
        assert [body[name] for name in ("max_tokens", "max_completion_tokens") if name in body] == [7]

    def test_both_names_of_one_limit_in_a_persona_are_refused_as_in_a_prompt(self) -> None:
        both = ParameterValues({"max_tokens": 5, "max_completion_tokens": 7})
        ours = build(Prompt(messages=(HELLO,), parameters=both))
        theirs = build(Prompt(messages=(HELLO,)), Parts(Persona("p", parameters=both)))
        assert [problem.text for problem in theirs.problems] == [problem.text for problem in ours.problems]
        assert "max_tokens" in theirs.problems[0].text

    def test_zero_false_and_null_of_the_prompt_win_too(self) -> None:
        own: dict[str, JSON] = {"temperature": 0, "store": False, "stop": None, "user": ""}
        theirs: dict[str, JSON] = {"temperature": 1, "store": True, "stop": "x", "user": "u"}
        prompt = Prompt(parameters=ParameterValues(own))
        values, given_ = merged_parameters(prompt, Parts(Persona("p", parameters=ParameterValues(theirs))))
        assert dict(values) == own
        assert given_ == ()

    def test_the_formats_response_format_goes_before_the_personas(self) -> None:
        persona = Persona("p", parameters=ParameterValues({"response_format": {"type": "text"}, "seed": 1}))
        values, given_ = merged_parameters(Prompt(), Parts(persona, JSON_ONLY))
        assert dict(values) == {"response_format": SCHEMA, "seed": 1}
        assert given_ == (Given("response_format", "format", "JSON object"), Given("seed", "persona", "p"))

    def test_the_prompts_own_response_format_goes_before_all(self) -> None:
        prompt = Prompt(messages=(HELLO,), parameters=ParameterValues({"response_format": {"type": "text"}}))
        request = build(prompt, Parts(format=JSON_ONLY))
        assert request.body["response_format"] == {"type": "text"}
        assert notes(request, "response_format") == [
            "the prompt's own response_format is sent, in place of the format's"
        ]

    def test_the_format_is_not_shared_with_the_body(self) -> None:
        request = build(Prompt(messages=(HELLO,)), Parts(format=JSON_ONLY))
        body_format = request.body["response_format"]
        assert isinstance(body_format, dict)
        body_format["type"] = "changed"
        assert SCHEMA == {"type": "json_object"}


def test_a_part_that_is_named_and_missing_is_a_problem_that_names_it() -> None:
    request = build(Prompt(messages=(HELLO,), persona="pirat", format="jsn"))
    assert [(problem.field, problem.text) for problem in request.problems] == [
        ("persona", "there is no persona pirat: choose another or take it off"),
        ("format", "there is no format jsn: choose another or take it off"),
    ]
    assert sent(request) == [("user", "Hello")]


personas = st.builds(
    Persona,
    st.just("p"),
    messages=st.lists(any_message, max_size=3).map(tuple),
    parameters=parameters.map(ParameterValues),
)
prompts = st.builds(
    Prompt,
    messages=st.lists(any_message, max_size=4).map(tuple),
    parameters=parameters.map(ParameterValues),
    variables=st.lists(variables, max_size=3).map(tuple),
)
formats = st.builds(
    Format,
    st.just("f"),
    instruction=st.one_of(st.just(""), any_text),
    response_format=st.one_of(st.none(), st.just(SCHEMA)),
)
some_parts = st.builds(Parts, st.one_of(st.none(), personas), st.one_of(st.none(), formats))


@settings(max_examples=50)
@given(prompts, some_parts)
def test_nothing_of_the_prompts_own_is_lost_or_changed(prompt: Prompt, parts: Parts) -> None:
    placed = with_instruction(placed_messages(prompt, parts), parts)
    own = [message for where, message in placed if where.startswith("messages[")]
    assert [(message.role, message.on) for message in own] == [(m.role, m.on) for m in prompt.messages]
    instruction = parts.format.instruction if parts.format is not None else ""
    changed = [(now, before) for now, before in zip(own, prompt.messages, strict=True) if now.content != before.content]
    assert len(changed) <= 1
    for now, before in changed:
        assert now.content == (f"{before.content}\n\n{instruction}" if before.content.strip() else instruction)
    # The instruction is there exactly once, in a message that is sent; the persona goes before the prompt.
    if instruction:
        assert sum(message.on and message.content.endswith(instruction) for _, message in placed) >= 1
    wheres = [where for where, _ in placed]
    assert wheres == sorted(
        wheres, key=lambda where: ("format", "persona", "messages").index(where.split("[")[0].split(".")[0])
    )

    values, given_ = merged_parameters(prompt, parts)
    assert {name: values[name] for name in prompt.parameters} == dict(prompt.parameters)
    assert list(values)[: len(prompt.parameters)] == list(prompt.parameters)
    assert {each.name for each in given_} == set(values) - set(prompt.parameters)
    assert not {"max_tokens", "max_completion_tokens"} <= set(values) or any(
        {"max_tokens", "max_completion_tokens"} <= set(source)
        for source in (prompt.parameters, parts.persona.parameters if parts.persona is not None else {})
    )


@settings(max_examples=50)
@given(prompts)
def test_without_parts_it_is_the_prompt(prompt: Prompt) -> None:
    assert [message for _, message in with_instruction(placed_messages(prompt, NO_PARTS), NO_PARTS)] == list(
        prompt.messages
    )
    assert merged_parameters(prompt, NO_PARTS) == (prompt.parameters, ())


@settings(max_examples=60)
@given(prompts, some_parts)
def test_every_variable_that_is_asked_for_is_listed(prompt: Prompt, parts: Parts) -> None:
    listed = variable_names(prompt, parts)
    values = dict.fromkeys(listed, "x")
    request = build_request(prompt, default_model="m", parts=parts, values=values)
    assert not [p for p in request.problems if p.field.endswith(".content") and "no value" in p.text]
