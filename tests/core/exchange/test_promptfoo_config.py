from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.exchange.support import KEY, contents, imported, parse_yaml
from workbench.core.connection import Connection
from workbench.core.exchange.promptfoo_config import to_promptfoo
from workbench.core.json_value import JSON
from workbench.core.parts import NO_PARTS, Format, Parts, Persona
from workbench.core.prompt import Check, Comparison, Message, ParameterValues, Prompt, Role, SendLimit, Variable
from workbench.core.request import build_request
from workbench.core.secret import Secret
from workbench.core.variables import fill, literal
from workbench.core.yaml_text import yaml_text

OPENAI = Connection(
    "openai", "openai", "https://api.openai.com/v1", "api.openai.com", Secret(KEY), "OPENAI_API_KEY in .env"
)
GROQ = Connection(
    "groq", "endpoint", "https://groq.test/v1", "groq.test", Secret(KEY), "GROQ_API_KEY in the environment",
    organization="org", project="p",
)  # fmt: skip
LOCAL = Connection("local", "endpoint", "http://localhost:11434/v1", "localhost:11434")
PRACTICE = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")


def config_of(prompt: Prompt, connection: Connection = OPENAI, parts: Parts = NO_PARTS, **values: str) -> Any:
    text = to_promptfoo(prompt, build_request(prompt, parts=parts, values=values), connection, parts)
    assert KEY not in text
    return parse_yaml(text)


def asking(*texts: str, **fields: Any) -> Prompt:
    return Prompt(model=fields.pop("model", "gpt-4.1"), messages=tuple(Message(Role.USER, t) for t in texts), **fields)


def test_the_whole_file() -> None:
    prompt = Prompt(
        name="뉴스 요약", model="gpt-4.1",
        messages=(Message(Role.SYSTEM, "Be {% kind %}."), Message(Role.USER, "요약: {{ text }}\n\\{{x}}")),
        variables=(Variable("text", default="본문"),),
        parameters=ParameterValues(
            {"temperature": 0, "stop": ["\n"], "logit_bias": {"1": 2}, "max_completion_tokens": 9}
        ),
        checks=(Check("contains", "점심"),),
    )  # fmt: skip
    assert (
        to_promptfoo(prompt, build_request(prompt), GROQ)
        == """\
# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: 뉴스 요약
prompts:
  - |-
    [
      {
        "role": "system",
        "content": "Be {{ '{%' }} kind %}."
      },
      {
        "role": "user",
        "content": "요약: {{text}}\\n{{ '{{' }}x}}"
      }
    ]
providers:
  - id: openai:chat:gpt-4.1
    config:
      omitDefaults: true
      apiBaseUrl: https://groq.test/v1
      apiKeyEnvar: GROQ_API_KEY
      organization: org
      headers: {OpenAI-Project: p}
      temperature: 0
      stop:
        - "\\n"
      passthrough:
        max_completion_tokens: 9
        logit_bias: {"1": 2}
defaultTest:
  assert:
    - {type: contains, value: 점심}
tests:
  - vars: {text: 본문}
"""
    )


def test_where_promptfoo_finds_each_parameter_and_the_key() -> None:
    values: dict[str, JSON] = {
        "temperature": 0.5,
        "max_completion_tokens": 9,
        "reasoning_effort": "none",
        "top_p": 0,
        "n": 2,
    }
    reasoning = config_of(asking("x", model="gpt-5.4-mini", parameters=ParameterValues(values)))["providers"][0]
    assert reasoning["id"] == "openai:chat:gpt-5.4-mini"
    assert reasoning["config"] == {
        "omitDefaults": True, "max_completion_tokens": 9, "reasoning_effort": "none",
        "passthrough": {"temperature": 0.5, "top_p": 0, "n": 2},
    }  # fmt: skip
    local = config_of(asking("x"), LOCAL)["providers"][0]["config"]
    assert local == {"omitDefaults": True, "apiBaseUrl": "http://localhost:11434/v1", "apiKeyRequired": False}
    practice = asking("x", model="practice")
    assert "# the practice model is part of the workbench" in to_promptfoo(practice, build_request(practice), PRACTICE)


def test_parts_are_merged_and_their_variables_kept() -> None:
    parts = Parts(
        Persona("p", messages=(Message(Role.SYSTEM, "I am {{who}}"),)), Format("f", instruction="As {{kind}}.")
    )
    prompt = asking("{{text}}", persona="p", format="f", variables=(Variable("who", default="kim"),))
    config = config_of(prompt, parts=parts, text="본문", kind="JSON")
    assert json.loads(config["prompts"][0]) == [
        {"role": "system", "content": "I am {{who}}\n\nAs {{kind}}."},
        {"role": "user", "content": "{{text}}"},
    ]
    assert config["tests"] == [{"vars": {"who": "kim"}}]
    # Without the parts nobody can tell which message was made of which: it is written as it is sent.
    request = build_request(prompt, parts=parts, values={"text": "{{a}}", "kind": "JSON"})
    sent: Any = parse_yaml(to_promptfoo(prompt, request, OPENAI))
    assert json.loads(sent["prompts"][0])[1]["content"] == "{{ '{{' }}a}}"


@pytest.mark.parametrize("limit", [SendLimit(last_turns=2), SendLimit(tokens=6), SendLimit(last_turns=9)])
def test_only_the_turns_that_are_sent(limit: SendLimit) -> None:
    turns = [Message(role, f"{role[0]}{i} {{{{v}}}}") for i in range(3) for role in (Role.USER, Role.ASSISTANT)]
    messages = [Message(Role.SYSTEM, "s"), *turns, Message(Role.USER, "off", on=False), Message(Role.USER, "q")]
    prompt = Prompt(model="m", messages=tuple(messages), send=limit)
    request = build_request(prompt, values={"v": "x"})
    written: Any = parse_yaml(to_promptfoo(prompt, request, OPENAI))
    sent = json.loads(written["prompts"][0])
    assert [{**m, "content": m["content"].replace("{{v}}", "x")} for m in sent] == request.body["messages"]


def test_variables_cases_and_files() -> None:
    prompt = asking(
        "{{a}} {{b}} {{c}} {{d}}",
        variables=(
            Variable("a", default="A"), Variable("b", value="@notes/글.txt"), Variable("c", value="@/home/kim/x.txt"),
            Variable("d", default="file://etc"), Variable("e", default="@literal"),
        ),
        compare=Comparison({"temperature": [0, 1]}, 5, ({"a": "첫째"}, {"a": "{{b}}"})),
        checks=(Check("max_tokens", 5), Check("schema", {"type": "object"}), Check("not_contains", "{{x}}"),
                Check("max_seconds", 1.5), Check("max_cost", 0.1), Check("json")),
    )  # fmt: skip
    text = to_promptfoo(prompt, build_request(prompt), OPENAI)
    config: Any = parse_yaml(text)
    own = {"b": "file://notes/글.txt", "e": "@literal"}
    assert config["tests"] == [{"vars": {"a": "첫째", **own}}, {"vars": {"a": "{{b}}", **own}}]
    assert config["evaluateOptions"] == {"repeat": 5}
    assert config["defaultTest"]["assert"] == [
        {"type": "is-json", "value": {"type": "object"}}, {"type": "not-contains", "value": "{{ '{{' }}x}}"},
        {"type": "latency", "threshold": 1500}, {"type": "cost", "threshold": 0.1}, {"type": "is-json"},
    ]  # fmt: skip
    said = re.findall(r"^# (.*)$", text, re.MULTILINE)[1:]
    assert [line.split(":")[0] for line in said] == [
        "{{c}} is read from a file", "the value of {{d}} is left out",
        "promptfoo fills {{b}} within the value of {{a}}",
        "the check max_tokens has no counterpart in promptfoo", "the comparison over temperature is not carried over",
    ]  # fmt: skip
    assert "/home" not in text


def test_it_comes_back() -> None:
    prompt = asking(
        "요약 {{text}} \\{{x}} {% if %} {# no #} {{ 1 }}",
        name="뉴스",
        variables=(Variable("text", default="본문\n둘째 줄\n"),),
        checks=(Check("equals", "a"),),
        parameters=ParameterValues({"temperature": 0.5, "top_k": 1}),
    )
    found = imported(to_promptfoo(prompt, build_request(prompt), OPENAI))
    assert [fill(content, {"text": "T"}) for _, content in contents(found)] == [
        "요약 T {{x}} {% if %} {# no #} {{ 1 }}"
    ]
    assert found.prompt.variables == prompt.variables
    assert found.prompt.checks == prompt.checks
    assert found.prompt.name == "뉴스"
    assert found.notes[1:] == ()


@settings(max_examples=50)
@example("\\")
@example("\x1b\n")
@given(st.one_of(st.text(max_size=20), st.text(" \t\n{}%#'\"-:|>가a", max_size=20)))
def test_any_text_is_the_same_in_yaml_and_as_a_template(text: str) -> None:
    value: dict[str, JSON] = {"a": text, "b": [text, {"c": [text]}], text: [[text]], "d": [], "e": {}}
    assert parse_yaml(yaml_text(value)) == value
    blank = " " if text.endswith("\\") else ""  # together a backslash and a variable's braces mean braces
    prompt = asking("{{v}}" + literal(text) + blank + "{{v}}")
    found = imported(to_promptfoo(prompt, build_request(prompt, values={"v": ""}), OPENAI))
    assert [fill(content, {"v": "V"}) for _, content in contents(found)] == [f"V{text}{blank}V"]


def test_a_time_that_is_no_limit_is_left_out_and_said() -> None:
    prompt = asking("a", checks=(Check("max_seconds", 1e308),))
    assert "# the check max_seconds has no counterpart" in to_promptfoo(prompt, build_request(prompt), OPENAI)
