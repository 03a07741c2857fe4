"""The JSON of a parameter while it is written: its faults, its templates, and a schema without its wrapper."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from tests.core.strategies import shaped_json
from workbench.core.errors import InputError
from workbench.core.format_draft import (
    Template,
    can_wrap,
    draft_of,
    format_templates,
    pretty,
    templates_for,
    tidy,
    wrapped,
)
from workbench.core.json_clean import clean_text
from workbench.core.json_value import JSON
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import build_request
from workbench.core.tools import example_tool, plain_tool

GOOD: dict[str, JSON] = {
    "title": "Film review!",
    "type": "object",
    "properties": {"score": {"type": "number"}},
    "required": ["score"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("template", format_templates(), ids=lambda template: template.title)
def test_a_template_is_taken_as_it_stands(template: Template) -> None:
    draft = draft_of("response_format", pretty(template.value))
    assert draft.state == "good"
    assert len(draft.lines) == 1


@pytest.mark.parametrize("name", ["tools", "tool_choice"])
def test_templates_of_tools_are_taken_too(name: str) -> None:
    tools: JSON = [example_tool(), plain_tool()]
    for template in templates_for(name, tools):
        assert draft_of(name, pretty(template.value)).state == "good"
        assert not build_request(with_tools(tools, {name: template.value})).problems


def with_tools(tools: JSON, values: dict[str, JSON]) -> Prompt:
    return Prompt(
        "", "", "m", messages=(Message(Role.USER, "x"),), parameters=ParameterValues({"tools": tools, **values})
    )


def test_what_is_wrong_in_tools_is_told_with_its_line() -> None:
    tool = example_tool()
    tool["function"]["parameters"]["properties"]["city"]["type"] = "strin"  # type: ignore[call-overload,index]
    tool["function"]["name"] = "날씨"  # type: ignore[call-overload,index]
    text = pretty([tool])
    lines = text.split("\n")
    name, kind = (next(i for i, line in enumerate(lines, 1) if word in line) for word in ("날씨", 'strin"'))
    first, second = draft_of("tools", text).lines
    assert first.startswith(f"line {name}: tools[0].function.name must be 1 to 64")
    assert second.startswith(f"line {kind}: tools[0].function.parameters.properties.city.type must be string")


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False},  # Responses
        {"name": "f", "input_schema": {"type": "object"}, "strict": False},  # Anthropic
        {"name": "f", "inputSchema": {"type": "object"}, "strict": False, "annotations": {}},  # MCP
    ],
)
def test_functions_in_another_form_are_brought_into_the_form_of_tools(item: JSON) -> None:
    wanted = [{"type": "function", "function": {"name": "f", "strict": False, "parameters": {"type": "object"}}}]
    for value in (item, [item], wanted[0]):
        assert draft_of("tools", json.dumps(value)).state == "bare"
        assert json.loads(tidy("tools", json.dumps(value))) == wanted
    assert draft_of("tools", json.dumps(wanted)).lines == ("valid: f",)


def test_the_schema_is_named_when_all_is_well() -> None:
    text = json.dumps({"type": "json_schema", "json_schema": {"name": "review", "strict": True, "schema": GOOD}})
    assert draft_of("response_format", text).lines == ("valid: the schema review, strict",)


@pytest.mark.parametrize(
    ("name", "text", "state", "line", "place"),
    [
        ("response_format", " \n", "empty", None, None),
        (
            "response_format",
            '{"type":\n oops}',
            "broken",
            "not JSON yet: line 2, column 2: a value is expected",
            (2, 2),
        ),
        ("response_format", '{"a": NaN}', "broken", "not JSON yet: NaN is not a JSON number", None),
        ("response_format", "[1]", "wrong", "response_format must be a JSON object", None),
        ("response_format", '{"type": "json"}', "wrong", "must be text, json_object or json_schema", None),
        (
            "response_format",
            '{"type": "json_schema", "json_schema": {"name": "a b", "schema": {"type": "text"}}}',
            "wrong",
            "name must be 1 to 64",
            None,
        ),
        ("metadata", '{"a": 1}', "wrong", "metadata.a must be a text, not 1", None),
        ("tools", "[]", "wrong", "tools is an empty list", None),
        ("metadata", '{"a": "b"}', "good", "valid", None),
    ],
)
def test_what_is_said(name: str, text: str, state: str, line: str | None, place: tuple[int, int] | None) -> None:
    draft = draft_of(name, text)
    assert draft.state == state
    assert draft.place == place
    assert (line is None) == (not draft.lines)
    if line is not None:
        assert draft.lines[0].startswith(line)


def test_paths_are_told_without_what_they_share() -> None:
    schema: JSON = {"type": "object", "properties": {"a": {"type": "text"}}}
    value: JSON = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    (line,) = draft_of("response_format", json.dumps(value)).lines
    assert line.startswith("schema.properties.a.type must be")


@pytest.mark.parametrize("bare", [GOOD, {"$defs": {}}, {"name": "n", "schema": GOOD}, {"type": "array", "items": {}}])
def test_a_bare_schema_is_seen(bare: JSON) -> None:
    assert draft_of("response_format", json.dumps(bare)).state == "bare"


@pytest.mark.parametrize("other", [{}, [], "x", {"type": "text"}, {"type": "json_object"}, {"json_schema": GOOD}])
def test_other_json_is_no_bare_schema(other: JSON) -> None:
    assert not can_wrap(other)


def test_it_is_wrapped_with_a_name_and_strict_where_it_keeps_the_rules() -> None:
    described: JSON = {"name": "Film_review", "strict": True, "schema": GOOD}
    assert wrapped(GOOD) == {"type": "json_schema", "json_schema": described}
    loose = wrapped({"type": "object", "properties": {}})["json_schema"]
    assert isinstance(loose, dict)
    assert (loose["name"], loose["strict"]) == ("answer", False)
    named: dict[str, JSON] = {"name": "n", "strict": True, "schema": GOOD}
    assert wrapped(named) == {"type": "json_schema", "json_schema": named}


def test_tidy_indents_and_wraps_only_a_response_format() -> None:
    assert json.loads(tidy("response_format", json.dumps(GOOD))) == wrapped(GOOD)
    assert json.loads(tidy("metadata", '{"items":"x"}')) == {"items": "x"}
    assert tidy("metadata", '{"a":"\\u202e한"}') == '{\n  "a": "\\u202e한"\n}'
    with pytest.raises(InputError):
        tidy("response_format", "{")


@settings(max_examples=60)
@given(shaped_json)
def test_any_json_is_judged_and_tidied(value: JSON) -> None:
    try:
        text = clean_text(json.dumps(value, allow_nan=False))
    except ValueError:
        return
    assert draft_of("response_format", text).state != "empty"
    assert json.loads(tidy("metadata", text)) == json.loads(text)
    if can_wrap(value) and isinstance(value, dict):
        assert draft_of("response_format", json.dumps(wrapped(value))).state in ("good", "wrong")
