"""JSON of a parameter while it is being written: what is to be said of it, where to start, a bare schema wrapped."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.errors import InputError
from workbench.core.findings import Findings
from workbench.core.json_places import line_of, lines_of
from workbench.core.json_schema_check import check_schema
from workbench.core.json_schema_keywords import TYPES
from workbench.core.json_schema_strict import check_strict
from workbench.core.json_text import NotJsonText, read_json, unseen_escaped
from workbench.core.parameters import BY_NAME, wrong_type
from workbench.core.request_checks import check_inside
from workbench.core.tools import (
    as_tools,
    example_tool,
    is_bare,
    plain_tool,
    tool_choices,
    tool_name,
    tool_names,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.findings import Problem
    from workbench.core.json_value import JSON

_SCHEMA_WORDS = ("properties", "$schema", "$defs", "definitions", "items", "anyOf", "allOf", "oneOf", "$ref")
_NO_NAME = re.compile("[^A-Za-z0-9_-]+")
_LONGEST_NAME = 64
_PREFIXES = ("response_format.json_schema.", "response_format.")


class Draft(NamedTuple):
    """What is to be said of a text as it stands; `place` is the line and column, from 1, where it stops being JSON."""

    state: Literal["empty", "broken", "wrong", "bare", "good"]
    lines: tuple[str, ...] = ()
    place: tuple[int, int] | None = None


class Template(NamedTuple):
    """Something to start from."""

    title: str
    help: str
    value: JSON


def _strict_schema() -> dict[str, JSON]:
    item: dict[str, JSON] = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "score": {"type": ["number", "null"]}},
        "required": ["name", "score"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "summary": {"type": "string", "description": "What this field is for"},
            "items": {"type": "array", "items": item},
        },
        "required": ["summary", "items"],
        "additionalProperties": False,
    }


def format_templates() -> tuple[Template, ...]:
    """What a response format may start from; each is taken as it stands."""
    described: JSON = {"name": "answer", "strict": True, "schema": _strict_schema()}
    return (
        Template("JSON schema, strict", "fields, a list of objects, one that may be null", _schema_format(described)),
        Template("JSON object", "any JSON; a message must say the word JSON", {"type": "json_object"}),
        Template("Text", "what the model writes anyway", {"type": "text"}),
    )


def templates_for(name: str, tools: JSON) -> tuple[Template, ...]:
    """What a JSON parameter may start from; `tools` are those that the prompt has."""
    if name == "response_format":
        return format_templates()
    if name == "tools":
        return (
            Template("One function, strict", "arguments checked by the endpoint", [example_tool()]),
            Template("Two functions", "one of them without arguments", [example_tool(), plain_tool()]),
        )
    if name == "tool_choice":
        helps = ("the model decides", "no call", "at least one call", *[""] * len(tool_names(tools)))
        choices = tool_choices(tools)
        return tuple(
            Template(each if isinstance(each, str) else tool_name(each), help or "this one is called", each)
            for each, help in zip(choices, helps, strict=True)
        )
    return ()


def draft_of(name: str, text: str) -> Draft:
    """What is to be said of `text` as the value of the JSON parameter `name`."""
    if not text.strip():
        return Draft("empty")
    try:
        value = read_json(text)
    except NotJsonText as error:
        return Draft("broken", (f"not JSON yet: {error.message}",), (error.fault.line, error.fault.column))
    except InputError as error:
        return Draft("broken", (f"not JSON yet: {error.message}",))
    if name == "response_format" and can_wrap(value):
        return Draft("bare", ("this is a schema without what goes around it in response_format",))
    if name == "tools" and is_bare(value):
        return Draft("bare", ("a function stands here without what goes around it in tools",))
    if wrong := wrong_type(BY_NAME[name], value):
        return Draft("wrong", (f"{name} {wrong}",))
    findings = Findings()
    check_inside(name, value, findings)
    if findings.problems:
        lines = lines_of(text, name)
        return Draft("wrong", tuple(_at_line(problem, lines) for problem in findings.problems))
    return Draft("good", (_good(name, value), *(_short(note.text) for note in findings.notes)))


def _at_line(problem: Problem, lines: dict[str, int]) -> str:
    line = line_of(lines, problem.field)
    return (
        f"line {line}: {_short(problem.text)}" if line is not None and max(lines.values()) > 1 else _short(problem.text)
    )


def _short(text: str) -> str:
    """A finding without the beginning that all paths in this text share."""
    for prefix in _PREFIXES:
        text = text.replace(prefix, "")
    return text


def _good(name: str, value: JSON) -> str:
    if name == "tools" and (names := tool_names(value)):
        return f"valid: {', '.join(names)}"
    described = value.get("json_schema") if name == "response_format" and isinstance(value, dict) else None
    if not isinstance(described, dict):
        return "valid"
    return f"valid: the schema {described.get('name')}" + (", strict" if described.get("strict") is True else "")


# -- wrapping ----------------------------------------------------------------------------------------------------


def can_wrap(value: JSON) -> bool:
    """Whether this is a JSON Schema, or one with its name, where a whole response format belongs."""
    if not isinstance(value, dict) or "json_schema" in value:
        return False
    return _is_named(value) or value.get("type") in TYPES or any(word in value for word in _SCHEMA_WORDS)


def wrapped(value: Mapping[str, JSON]) -> dict[str, JSON]:
    """The response format around a schema. It is strict where the schema keeps the rules of strict."""
    if _is_named(value):
        return _schema_format(dict(value))
    title = value.get("title")
    name = _NO_NAME.sub("_", title).strip("_") if isinstance(title, str) else ""
    findings = Findings()
    strict = check_schema(value, "schema", findings)
    if strict:
        check_strict(value, "schema", findings)
    return _schema_format(
        {"name": name[:_LONGEST_NAME] or "answer", "strict": not findings.problems, "schema": dict(value)}
    )


def _is_named(value: Mapping[str, JSON]) -> bool:
    return isinstance(value.get("schema"), dict) and "type" not in value


def _schema_format(described: JSON) -> dict[str, JSON]:
    return {"type": "json_schema", "json_schema": described}


def tidy(name: str, text: str) -> str:
    """The text indented, a bare schema wrapped. Raises InputError for what is no JSON."""
    value = read_json(text)
    if name == "response_format" and isinstance(value, dict) and can_wrap(value):
        value = wrapped(value)
    if name == "tools" and is_bare(value):
        value = as_tools(value)
    return pretty(value)


def pretty(value: JSON) -> str:
    """JSON as a person edits it: indented, and what hides or acts is escaped."""
    return unseen_escaped(json.dumps(value, ensure_ascii=False, indent=2))
