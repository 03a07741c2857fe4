from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import prompts
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, SendLimit, Variable
from workbench.core.prompt_change import Splice, Spot, change_words, splice_between, spot_of

A, B, C = Message(Role.SYSTEM, "a"), Message(Role.USER, "b"), Message(Role.ASSISTANT, "c")
BASE = Prompt(messages=(A, B, C), parameters=ParameterValues({"temperature": 0.7}), variables=(Variable("text"),))


@pytest.mark.parametrize(
    ("after", "words", "spot"),
    [
        (replace(BASE, messages=(A, replace(B, content="bx"), C)), "text of message 2 (user)", Spot(1, 1, 2)),
        (BASE.insert(3, Message(Role.USER)), "message 4 (user) added", Spot(3)),
        (BASE.without(1), "message 2 (user) deleted", Spot(1)),
        (BASE.moved(0, 2), "message 1 moved to 3", Spot(2)),
        (BASE.moved(2, 0), "message 3 moved to 1", Spot(0)),
        (BASE.moved(1, 2), "message 2 moved to 3", Spot(2)),
        (replace(BASE, messages=()), "3 messages deleted", Spot(0)),
        (replace(BASE, messages=(A, replace(B, on=False), C)), "message 2 (user) off", Spot(1)),
        (replace(BASE, messages=(A, replace(B, role=Role.SYSTEM), C)), "message 2 user → system", Spot(1)),
        (replace(BASE, messages=(A, Message(Role.SYSTEM, "x"), C)), "message 2 (system)", Spot(1)),
        (replace(BASE, messages=(B, A, B)), "3 messages changed", Spot(0)),
        (BASE.with_parameters(ParameterValues({"temperature": 0.9})), "temperature 0.7 → 0.9", None),
        (BASE.with_parameters(ParameterValues()), "temperature 0.7 → not sent", None),
        (BASE.with_parameters(ParameterValues({"temperature": 0.7, "top_p": 1})), "top_p not sent → 1", None),
        (BASE.with_parameters(ParameterValues({"n": 2, "top_p": 1})), "3 parameters", None),
        (replace(BASE, model="m"), "model none → m", None),
        (replace(BASE, persona="p" * 50), f"persona none → {'p' * 39}…", None),
        (replace(BASE, variables=(Variable("text", value="x"),)), "{{text}}", None),
        (replace(BASE, variables=(Variable("a"), Variable("b"))), "3 variables", None),
        (replace(BASE, send=SendLimit(last_turns=1)), "how much of the conversation is sent", None),
        (replace(BASE, name="n", checks=()), "the name", None),
        (replace(BASE.without(0), model="m"), "message 1 (system) deleted · model none → m", Spot(0)),
        (BASE, "", None),
    ],
)
def test_a_change_is_named_and_found(after: Prompt, words: str, spot: Spot | None) -> None:
    assert set(change_words(BASE, after).split(" · ")) == set(words.split(" · "))
    assert spot_of(BASE, after) == spot


def test_two_objects_that_differ_inside_are_named_once() -> None:
    one = BASE.with_parameters(ParameterValues({"response_format": {"type": "text"}}))
    other = BASE.with_parameters(ParameterValues({"response_format": {"type": "json_object"}}))
    assert change_words(one, other) == "response_format"


TEXT = st.text(st.sampled_from("ab가\n\u2028"), max_size=12)


@given(TEXT, TEXT)
def test_a_splice_makes_the_one_text_the_other_and_is_as_short_as_can_be(old: str, new: str) -> None:
    at, removed, added = splice_between(old, new)
    assert old[:at] + removed + old[at + len(removed) :] == old
    assert old[:at] + added + old[at + len(removed) :] == new
    if removed and added:
        assert removed[0] != added[0]
        assert removed[-1] != added[-1]


def test_a_splice_of_repeated_letters_stands_behind_them() -> None:
    assert splice_between("aab", "aaab") == Splice(2, "", "a")


@given(prompts, prompts)
@settings(max_examples=40)
def test_every_two_prompts_that_differ_have_words(one: Prompt, other: Prompt) -> None:
    assert bool(change_words(one, other)) == (one != other)
    assert "\n" not in change_words(one, replace(other, name=one.name, description=one.description)) or any(
        "\n" in part
        for part in (one.model, other.model, one.persona, other.persona, one.format, other.format)
        + tuple(v.name for v in (*one.variables, *other.variables))
        + (*one.parameters, *other.parameters)
    )
