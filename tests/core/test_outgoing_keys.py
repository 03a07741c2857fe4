"""P45: a key in a message is named before it goes out, and can be taken out of an export."""

from __future__ import annotations

import pytest

from workbench.core.keys import holds_key, without_keys
from workbench.core.parts import Parts, Persona
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.core.request import build_request
from workbench.core.secret import Secret

KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"
OWN = Secret("0f1e2d3c4b5a69788796a5b4c3d2e1f0")


def problems(prompt: Prompt, parts: Parts | None = None, key: Secret | None = None) -> dict[str, str]:
    request = build_request(prompt, parts=parts or Parts(), key=key, default_model="m")
    assert all(problem.can_send for problem in request.problems)
    return {problem.field: problem.text for problem in request.problems}


def test_a_key_in_a_message_is_a_problem_that_names_the_message_and_not_the_key() -> None:
    found = problems(Prompt(messages=(Message(Role.USER, "Hello"), Message(Role.USER, f"curl -H 'Bearer {KEY}'"))))
    assert list(found) == ["messages[1].content"]
    assert found["messages[1].content"].startswith("message 2 holds what looks like a key")
    assert KEY not in str(found)


def test_the_connections_own_key_is_found_whatever_it_looks_like() -> None:
    prompt = Prompt(messages=(Message(Role.USER, f"my key is {OWN.reveal()}"),))
    assert problems(prompt) == {}
    assert list(problems(prompt, key=OWN)) == ["messages[0].content"]
    assert problems(Prompt(messages=(Message(Role.USER, "ollama run"),)), key=Secret("ollama")) == {}


def test_what_a_variable_fills_in_and_what_a_persona_says_count_and_what_is_off_does_not() -> None:
    filled = Prompt(messages=(Message(Role.USER, "{{log}}"),), variables=(Variable("log", value=KEY),))
    assert list(problems(filled)) == ["messages[0].content"]
    persona = Persona("p", "P", messages=(Message(Role.SYSTEM, f"use {KEY}"),))
    said = problems(Prompt(messages=(Message(Role.USER, "Hello"),), persona="p"), Parts(persona))
    assert said["persona.messages[0].content"].startswith("the persona's message 1 holds")
    off = Message(Role.USER, KEY, on=False)
    assert problems(Prompt(messages=(off, Message(Role.USER, "Hello")))) == {}


@pytest.mark.parametrize(
    "text",
    [
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "the sk-learn docs, task-oriented, and pk_orders_2024_archive",
        "sk-...",
    ],
)
def test_what_only_resembles_a_key_is_sent_without_a_word(text: str) -> None:
    assert not holds_key(text)
    assert without_keys(text) == text


def test_an_export_can_have_the_keys_masked() -> None:
    assert without_keys(f'{{"a": "{KEY}", "b": "{OWN.reveal()}"}}', OWN) == '{"a": "[key]", "b": "[key]"}'
