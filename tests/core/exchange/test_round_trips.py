"""What is exported comes back and sends the same body; and no text makes an import fail in any way but its own."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.exchange.support import KEY, contents, imported, parse_yaml, says
from tests.core.strategies import prompts
from workbench.core.connection import Connection
from workbench.core.errors import InputError
from workbench.core.exchange import read_any
from workbench.core.exchange.markdown import to_markdown
from workbench.core.exchange.promptfoo_config import to_promptfoo
from workbench.core.export import to_curl, to_json_text, to_python
from workbench.core.images import ImageData
from workbench.core.json_value import JSON
from workbench.core.prompt import Image, Message, ParameterValues, Prompt, Role, ToolCall, Variable
from workbench.core.request import Request, build_request
from workbench.core.secret import Secret
from workbench.core.tools import example_tool

OPENAI = Connection(
    "openai", "openai", "https://api.openai.com/v1", "api.openai.com", Secret(KEY), "OPENAI_API_KEY in .env"
)
EXPORTS: dict[str, Callable[[Prompt, Request], str]] = {
    "json": lambda prompt, request: to_json_text(request),
    "curl": lambda prompt, request: to_curl(request, OPENAI),
    "python": lambda prompt, request: to_python(request, OPENAI),
    "markdown": to_markdown,
}
AWKWARD = (
    'it\'s "q" $HOME `ls` $(x) \\ \\n\n\tEOF\nBODY\n```text\n## user\n**User:** 한국어 😀 \x1b[31m\x00\r\n\u2028\u202e'
    " {{name}} \\{{b}} {{{a}}} '''\"\"\""
)
SCHEMA: JSON = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": {"type": "object"}}}


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
@pytest.mark.parametrize("content", [AWKWARD, "", "\n", " a \n\n", "````\n```", "x" * 70_000 + "가" * 30_000])
def test_an_export_comes_back(export: Callable[[Prompt, Request], str], content: str) -> None:
    values: dict[str, JSON] = {
        "temperature": 0,
        "stop": ["\n", "|"],
        "response_format": SCHEMA,
        "timeout": 9.0,
        "seed": 7,
        "reasoning_effort": "low",
        "user": "12",
        "extra": {"top_k": 40, "x|y": "a`b", "nul": None},
    }
    prompt = Prompt(
        name="점심 | *menu*",
        model="gpt-5.4-mini",
        messages=(
            Message(Role.SYSTEM, content),
            Message(Role.USER, "요약: {{text}} {{missing}}"),
            Message(Role.ASSISTANT, "off", on=False),
            Message(Role.ASSISTANT, content),
        ),
        variables=(Variable("text", default="본문 {{x}}"),),
        parameters=ParameterValues(values),
    )
    request = build_request(prompt)
    text = export(prompt, request)
    assert KEY not in text
    again = build_request(imported(text).prompt)
    assert again.body == request.body
    # The body alone says nothing of the time that it may take.
    assert again.timeout == (None if export is EXPORTS["json"] else request.timeout)


PICTURE = ImageData("data:image/png;base64,iVBORw0KGgo=", "image/png", 8, 640, 480, "d")
WITH_PARTS = Prompt(
    model="m",
    messages=(
        Message(Role.USER, "{{도시}}의 날씨?", images=(Image("a.png", "low", "d"), Image("https://x.test/b.png"))),
        Message(Role.ASSISTANT, "", calls=(ToolCall("c1", "get_weather", '{"city": "서울'), ToolCall("c2", "f", "{}"))),
        Message(Role.TOOL, "맑음 {x}", call_id="c1"),
        Message(Role.TOOL, "", call_id="c2"),
    ),
    variables=(Variable("도시", default="서울"),),
    parameters=ParameterValues({"tools": [example_tool()], "tool_choice": "auto", "parallel_tool_calls": False}),
)


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_images_and_calls_come_back(export: Callable[[Prompt, Request], str]) -> None:
    request = build_request(WITH_PARTS, images={"a.png": PICTURE})
    again = build_request(imported(export(WITH_PARTS, request)).prompt)
    assert not request.problems
    assert again.body == request.body


def test_promptfoo_gets_images_and_calls_and_keeps_variables() -> None:
    request = build_request(WITH_PARTS, images={"a.png": PICTURE})
    config = json.loads(json.dumps(parse_yaml(to_promptfoo(WITH_PARTS, request, OPENAI))))
    user, *rest = json.loads(config["prompts"][0])
    sent = json.loads(json.dumps(request.body["messages"]))
    assert user["content"][0] == {"type": "text", "text": "{{도시}}의 날씨?"}
    assert user["content"][1:] == sent[0]["content"][1:]
    assert rest == sent[1:]
    assert config["providers"][0]["config"]["tools"] == [example_tool()]


@settings(max_examples=40)
@given(prompts)
@example(Prompt(messages=(Message(Role.USER, "a"),), parameters=ParameterValues({"user": ""})))
def test_any_request_comes_back(prompt: Prompt) -> None:
    request = build_request(prompt, anyway=True)
    usual = isinstance(request.body["messages"], list) and request.body["messages"]
    for name, export in EXPORTS.items():
        text = export(prompt, request)
        to_promptfoo(prompt, request, OPENAI)
        try:
            again = build_request(imported(text).prompt, anyway=True).body
        except InputError:
            assert not usual, name
            continue
        if usual and all(isinstance(m, dict) and set(m) == {"role", "content"} for m in request.body["messages"]):  # type: ignore[union-attr]
            assert again["messages"] == request.body["messages"], name


PIECES = st.sampled_from(
    [
        "curl x ",
        "-d '",
        "'",
        '"',
        "\\",
        "\n",
        "$'",
        "<<EOF\n",
        "EOF",
        '^"',
        "{",
        "}",
        "[",
        "]",
        '{"messages": [',
        '"role": "user"',
        '"content": "',
        "{{a}}",
        "{% raw %}",
        "{{ a | b }}",
        ",",
        ":",
        "prompts:",
        " - ",
        "kind: prompt",
        "## User\n",
        "**User:** ",
        "User: ",
        "```",
        "# ",
        "| parameter | value |\n|---|---|\n",
        "| a | b |\n",
        "messages = [",
        "client.chat.completions.create(",
        "messages=",
        "f'",
        "{a!r:>{w}}",
        ".format(",
        "a",
        "*",
        "lambda: ",
        "def f(x=1, *, y):\n  ",
        "class C:\n  ",
        "%",
        "@",
        "=",
        "for a in b:\n  ",
        "with a as b:\n  ",
        '{"mapping": {"a": ',
        '"parent": "a"',
        '{"cells": [{"cell_type": "code", "source": "',
        "null",
        "1e999",
        "\ud800",
        '{"id": "pmpt_1", "messages": ',
        "\x00",
        "\x1b]0;",
        "가",
        "x.append(",
        ")",
        "\t",
    ]
)


@settings(max_examples=125)
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40)))
@example("{}")
@example("\ufeff")
@example("kind: [")
def test_any_text_raises_only_its_own_error(text: str) -> None:
    try:
        found = read_any(text, parse_yaml)
    except InputError as raised:
        line = raised.line
    else:
        build_request(found.prompt)
        line = "".join(found.notes)
    assert "\n" not in line
    assert "\x1b" not in line


BIG = 300_000
HOSTILE = {
    "one word": "a" * BIG,
    "backticks": "`" * BIG,
    "a fence and blanks": "```\n\n```" + " " * BIG + "x",
    "quotes that never close": "curl x -d '" + '"' * BIG,
    "carets": 'curl ^"' + "^" * BIG,
    "slashes": "/" * BIG + "curl",
    "blanks": " " * BIG + "curl",
    "openings": '[{"role": "user", "content": "{{a}} ' + "{{" * (BIG // 2) + '"}]',
    "raw": '[{"role": "user", "content": "{{a}} ' + "{% raw %}" * (BIG // 9) + '"}]',
    "labels": "User:\n" * (BIG // 6),
    "hashes": "#" * BIG,
    "a label and blanks": "User" + " " * BIG + "x",
    "deep lists": "[" * BIG,
    "lines of code": "a = ''\n" + "a = a + 'x'\n" * (BIG // 40) + "c.chat.completions.create(messages=a)",
    "a long sum": "c.chat.completions.create(messages=[" + "+".join(["a"] * (BIG // 10)) + "])",
    "holes": "c.chat.completions.create(messages=[f'" + "{a}" * 9_000 + "'])",
    "calls of calls": "".join(f"def f{i}(x):\n f{i + 1}(x)\n f{i + 1}(x)\n g.create(messages=x)\n" for i in range(500)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_read_in_time(text: str) -> None:
    # The slowest takes 0.7 s, quadratic time would be minutes.
    before = time.process_time()
    with contextlib.suppress(InputError):
        read_any(text, parse_yaml)
    assert time.process_time() - before < 10


def test_a_text_that_is_too_long_or_empty() -> None:
    with pytest.raises(InputError, match="1,000,001 characters"):
        read_any("x" * 1_000_001)
    for text in ("", " \n", "\ufeff\n"):
        with pytest.raises(InputError, match="nothing to import"):
            read_any(text)


@pytest.mark.parametrize("kind", ["prompt", "persona", "format"])
def test_a_preset_is_told_to_be_opened(kind: str) -> None:
    for text in (f"# mine\nkind: {kind}\nname: x\nmessages: []\n", f"name: x\nmessages: []\nkind: '{kind}'\n"):
        with pytest.raises(InputError, match="a preset file") as fault:
            read_any(text, parse_yaml)
        assert "open it as a preset" in fault.value.hint


def test_every_shipped_preset_is_told_to_be_opened() -> None:
    files = list((Path(__file__).parents[3] / "presets").rglob("*.yaml"))
    assert files
    for file in files:
        with pytest.raises(InputError, match="a preset file"):
            read_any(f"# a modeline\n{file.read_text(encoding='utf-8')}", parse_yaml)


def test_the_notes_of_a_hostile_text_are_few_and_clean() -> None:
    body = ", ".join(f'"x{i}\\u001b]52;\\u202e": 1' for i in range(3))
    messages = ", ".join(f'{{"role": "r{i}", "content": "a"}}' for i in range(100))
    found = imported(f'{{"model": "m", "messages": [{messages}], {body}}}')
    assert len(found.notes) == 21
    assert found.notes[-1] == "and 81 more of this kind"
    assert all(note.isprintable() for note in found.notes)


def test_a_key_in_a_text_that_cannot_be_read_is_not_shown() -> None:
    for text in (f'{{"messages": {KEY}', f"curl x -d @{KEY}", f"c.chat.completions.create({KEY})"):
        with pytest.raises(InputError) as fault:
            read_any(text)
        assert KEY not in fault.value.line


BODY = {"model": "m", "messages": [{"role": "user", "content": "a"}]}


@pytest.mark.parametrize("name", ["api_key", "API-Key", "openai_api_key", "headers", "extra_headers", "Authorization"])
@pytest.mark.parametrize("value", [KEY, "short-word", {"Authorization": f"Bearer {KEY}"}])
def test_a_secret_among_the_parameters_is_left_out_and_said(name: str, value: JSON) -> None:
    pair = json.dumps({name: value})[1:-1]
    body = json.dumps(BODY)[:-1] + f", {pair}}}"
    call = 'c.chat.completions.create(messages=[{"role": "user", "content": "a"}], extra_body={' + pair + "})"
    config = {"prompts": ["a"], "providers": [{"id": "openai:m", "config": {"passthrough": {name: value}}}]}
    for text in (body, f"curl x -d '{body}'", call, json.dumps(config)):
        found = imported(text)
        assert not found.prompt.parameters
        assert says(found, "left out", "key was" if "ey" in name else name)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({**BODY, "messages": [{"role": "user", "content": f"use {KEY}!"}]}),
        json.dumps({**BODY, "metadata": {"who": KEY, KEY: "x"}}),
        json.dumps({**BODY, "service": {"inner": [KEY]}}),
        f'a = "{KEY[:9]}" + "{KEY[9:]}"\nc.chat.completions.create(messages=[{{"role": "user", "content": f"{{a}}"}}])',
        f"## User\nuse {KEY}",
        json.dumps({"prompts": ["{{a}}"], "providers": [], "tests": [{"vars": {"a": KEY}}]}),
    ],
)
def test_a_key_in_a_text_is_taken_out_and_said(text: str) -> None:
    found = imported(text)
    assert KEY[9:] not in repr(found)
    assert "[key]" in repr(found.prompt)
    assert says(found, "looks like a key")


@pytest.mark.parametrize(
    "text",
    ["550e8400-e29b-41d4-a716-446655440000", "pk_orders_2024_archive_of_all", "skateboarding champions", "a1" * 30],
)
def test_an_id_in_a_text_stays(text: str) -> None:
    found = imported(json.dumps({**BODY, "messages": [{"role": "user", "content": text}]}))
    assert contents(found) == [("user", text)]
    assert not says(found, "key")
