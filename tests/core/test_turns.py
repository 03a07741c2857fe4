"""Turns of a conversation: what they are, and which of them a limit keeps from being sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import messages as any_message
from workbench.core.parts import Format, Parts, Persona
from workbench.core.prompt import SEND_ALL, Message, Prompt, Role, SendLimit, Variable
from workbench.core.request import Request, build_request
from workbench.core.turns import left_out, sent_words, turns_of

_ROLES = {"s": Role.SYSTEM, "d": Role.DEVELOPER, "u": Role.USER, "a": Role.ASSISTANT}


def talk(words: str) -> tuple[Message, ...]:
    """`s u a -u`: a message for each letter; `-` is one that is off. The content is the place and the letter."""
    return tuple(
        Message(_ROLES[word[-1]], f"{place}{word[-1]}", not word.startswith("-"))
        for place, word in enumerate(words.split())
    )


def texts(request: Request) -> list[str]:
    messages = request.body["messages"]
    assert isinstance(messages, list)
    return [str(message["content"]) for message in messages if isinstance(message, dict)]


def said(request: Request, field: str) -> list[str]:
    return [note.text for note in request.notes if note.field == field]


def send(words: str, limit: SendLimit, **more: int) -> Request:
    """The request of a talk; each message counts as 10 tokens unless `more` says otherwise by its content."""
    return build_request(
        Prompt(messages=talk(words), send=limit), default_model="m", count_tokens=lambda text: more.get(f"t{text}", 10)
    )


@pytest.mark.parametrize(
    ("words", "turns"),
    [
        ("", []),
        ("s a", []),
        ("u a u a", [[0, 1], [2, 3]]),
        ("s a u a a u", [[2, 3, 4], [5]]),
        ("u s a d u", [[0, 2], [4]]),
        ("u -u a -a u", [[0, 2], [4]]),
        ("u u u", [[0], [1], [2]]),
    ],
)
def test_what_is_a_turn(words: str, turns: list[list[int]]) -> None:
    assert turns_of(talk(words)) == turns


@pytest.mark.parametrize(
    ("words", "count", "sent"),
    [
        ("s u a u a u", 1, ["0s", "5u"]),
        ("s u a u a u", 2, ["0s", "3u", "4a", "5u"]),
        ("s u a u a u", 3, ["0s", "1u", "2a", "3u", "4a", "5u"]),
        ("s u a u a u", 99, ["0s", "1u", "2a", "3u", "4a", "5u"]),
        ("a u a u", 1, ["0a", "3u"]),  # what stands before the first turn is always sent
        ("u a s u a d u", 1, ["2s", "5d", "6u"]),  # and instructions wherever they stand
        ("u a u -a -u", 1, ["2u"]),
    ],
)
def test_the_last_turns(words: str, count: int, sent: list[str]) -> None:
    assert texts(send(words, SendLimit(last_turns=count))) == sent


@pytest.mark.parametrize(
    ("most", "sent"),
    [
        (1, ["0s", "5u"]),  # the last turn is sent, whatever it takes
        (29, ["0s", "5u"]),
        (30, ["0s", "3u", "4a", "5u"]),
        (49, ["0s", "3u", "4a", "5u"]),
        (50, ["0s", "1u", "2a", "3u", "4a", "5u"]),
    ],
)
def test_as_many_turns_as_fit(most: int, sent: list[str]) -> None:
    assert texts(send("s u a u a u", SendLimit(tokens=most))) == sent


def test_a_turn_that_does_not_fit_ends_the_search_for_older_ones() -> None:
    # A conversation with a hole in it would be another conversation.
    assert texts(send("u a u a u", SendLimit(tokens=45), t3a=100)) == ["4u"]


def test_the_budget_counts_what_is_sent_for_a_variable() -> None:
    prompt = Prompt(
        messages=(Message(Role.USER, "{{text}}"), Message(Role.ASSISTANT, "a"), Message(Role.USER, "b")),
        variables=(Variable("text", value="x" * 100),),
    )
    for tokens, count in ((101, 1), (102, 3)):
        request = build_request(
            Prompt(messages=prompt.messages, variables=prompt.variables, send=SendLimit(None, tokens))
        )
        assert len(texts(request)) == count


def test_what_is_left_out_is_said_once_with_the_limit() -> None:
    assert said(send("u a u a u", SendLimit(last_turns=2)), "messages") == [
        "2 earlier messages are not sent: the last 2 turns are sent"
    ]
    assert said(send("u u", SendLimit(tokens=3_000), t0u=5_000), "messages") == [
        "1 earlier message is not sent: as many turns as fit into 3,000 tokens are sent"
    ]
    assert said(send("u a u", SendLimit(last_turns=2)), "messages") == []
    assert said(send("u a u", SEND_ALL), "messages") == []


def test_a_variable_of_a_turn_that_is_not_sent_needs_no_value() -> None:
    messages = (Message(Role.USER, "{{gone}}"), Message(Role.USER, "here"))
    assert build_request(Prompt(messages=messages), default_model="m").problems
    limited = Prompt(messages=messages, send=SendLimit(last_turns=1))
    assert build_request(limited, default_model="m").problems == ()


def test_what_a_persona_brings_is_no_turn_of_the_conversation() -> None:
    persona = Persona("shots", messages=talk("s u a u a"))
    prompt = Prompt(messages=talk("u a u"), persona="shots", send=SendLimit(last_turns=1))
    request = build_request(prompt, default_model="m", parts=Parts(persona))
    assert texts(request) == ["0s", "1u", "2a", "3u", "4a", "2u"]


def test_an_instruction_joins_a_message_that_is_sent() -> None:
    prompt = Prompt(messages=talk("u a u"), format="short", send=SendLimit(last_turns=1))
    request = build_request(prompt, default_model="m", parts=Parts(format=Format("short", instruction="Be short.")))
    assert texts(request) == ["Be short.", "2u"]


class TestTheNextTurn:
    def test_a_blank_one_is_a_problem(self) -> None:
        for blank, word in (("", "empty"), (" \n", "blank")):
            messages = (*talk("u a"), Message(Role.USER, blank))
            problems = build_request(Prompt(messages=messages), default_model="m").problems
            assert [(problem.field, problem.can_send) for problem in problems] == [("messages[2].content", True)]
            assert f"the next turn is {word}" in problems[0].text

    def test_a_blank_one_that_is_off_is_none(self) -> None:
        messages = (*talk("u a"), Message(Role.USER, "", on=False))
        assert build_request(Prompt(messages=messages), default_model="m").problems == ()

    def test_a_variable_may_fill_it(self) -> None:
        messages = (*talk("u a"), Message(Role.USER, "{{text}}"))
        filled = build_request(Prompt(messages=messages), default_model="m", values={"text": "more"})
        assert filled.problems == ()
        blank = build_request(Prompt(messages=messages), default_model="m", values={"text": ""})
        assert ["the next turn is empty" in problem.text for problem in blank.problems] == [True]

    def test_a_blank_turn_before_it_is_noted_and_sent(self) -> None:
        messages = (Message(Role.USER, ""), *talk("a u"))
        request = build_request(Prompt(messages=messages), default_model="m")
        assert request.problems == ()
        assert said(request, "messages[0].content") == ["this message is empty and is sent as it is"]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (SEND_ALL, "all turns are sent"),
        (SendLimit(last_turns=1), "only the last turn is sent"),
        (SendLimit(last_turns=4), "the last 4 turns are sent"),
        (SendLimit(tokens=3_000), "as many turns as fit into 3,000 tokens are sent"),
    ],
)
def test_a_limit_in_words(limit: SendLimit, words: str) -> None:
    assert sent_words(limit) == words


limits = st.one_of(
    st.builds(SendLimit, st.integers(1, 6), st.none()), st.builds(SendLimit, st.none(), st.integers(1, 60))
)


@settings(max_examples=75)
@given(st.lists(any_message, max_size=10), limits, st.integers(1, 9))
def test_only_whole_older_turns_are_left_out(messages: list[Message], limit: SendLimit, each: int) -> None:
    turns = turns_of(messages)
    out = left_out(messages, limit, lambda _: each)
    kept = [turn for turn in turns if not set(turn) & out]
    assert out == {index for turn in turns[: len(turns) - len(kept)] for index in turn}
    assert kept == turns[len(turns) - len(kept) :]
    assert all(messages[index].on and messages[index].role in (Role.USER, Role.ASSISTANT, Role.TOOL) for index in out)
    if turns:
        assert kept, "the last turn is always sent"
    size = each * sum(len(turn) for turn in kept)
    if limit.tokens is not None and len(kept) > 1:
        assert size <= limit.tokens
    if limit.tokens is not None and len(kept) < len(turns):
        assert size + each * len(turns[-len(kept) - 1]) > limit.tokens
    if limit.last_turns is not None:
        assert len(kept) == min(len(turns), limit.last_turns)


@settings(max_examples=50)
@given(st.lists(any_message, max_size=10), st.integers(1, 60))
def test_a_larger_limit_sends_no_less(messages: list[Message], tokens: int) -> None:
    small = left_out(messages, SendLimit(tokens=tokens), lambda _: 7)
    assert left_out(messages, SendLimit(tokens=tokens + 7), lambda _: 7) <= small
    assert left_out(messages, SEND_ALL, lambda _: 7) == frozenset()
