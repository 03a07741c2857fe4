"""What a person should know of a call before answering it: its arguments, readable, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.format_draft import pretty
from workbench.core.json_text import describe, read_json
from workbench.core.json_violations import NotChecked, find_violations
from workbench.core.one_line import one_line
from workbench.core.tools import tool_name, tool_names

if TYPE_CHECKING:
    from workbench.core.json_value import JSON
    from workbench.core.prompt import ToolCall

_MOST_SAID = 3
_SHOWN_NAME = 64


class CallFacts(NamedTuple):
    """`arguments` are indented where they are JSON, else as the model wrote them."""

    name: str
    arguments: str
    faults: tuple[str, ...] = ()


def call_facts(call: ToolCall, tools: JSON) -> CallFacts:
    """What there is to say of a call; `tools` is what was sent. Checks a schema: for a thread."""
    faults: list[str] = []
    if call.name not in tool_names(tools):
        faults.append(f"no tool has the name {describe(one_line(call.name, _SHOWN_NAME))}")
    if not call.arguments.strip():
        return CallFacts(call.name, "", (*faults, *_violations({}, call.name, tools)))
    try:
        value = read_json(call.arguments)
    except InputError as error:
        return CallFacts(call.name, call.arguments, (*faults, f"its arguments are not JSON: {error.message}"))
    if not isinstance(value, dict):
        faults.append(f"its arguments are {describe(value)}, not an object")
    return CallFacts(call.name, pretty(value), (*faults, *_violations(value, call.name, tools)))


def _violations(value: JSON, name: str, tools: JSON) -> tuple[str, ...]:
    """Where the arguments break the function's schema."""
    function = next((tool.get("function") for tool in _objects(tools) if tool_name(tool) == name), None)
    schema = function.get("parameters") if isinstance(function, dict) else None
    if not isinstance(schema, dict):
        return ()
    try:
        found = find_violations(value, schema)
    except NotChecked as error:
        return (str(error),)
    more = (f"and {len(found) - _MOST_SAID} more",) if len(found) > _MOST_SAID else ()
    return (*(violation.line for violation in found[:_MOST_SAID]), *more)


def _objects(tools: JSON) -> list[dict[str, JSON]]:
    return [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
