"""`tools` and `tool_choice`, checked as the API checks them, and what they make the answer be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.adapters.practice import faults
from workbench.adapters.practice.faults import ApiFault
from workbench.adapters.practice.format_checks import check_name
from workbench.adapters.practice.schema_checks import check_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

_MOST_TOOLS = 128
_MODES = ("none", "auto", "required")


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    custom: bool = False
    """A custom tool takes text; a function takes an object."""


@dataclass(frozen=True, slots=True)
class ToolPlan:
    """`callable` is what the answer must call one of; empty: it need not call any."""

    callable: tuple[Tool, ...] = ()
    named: bool = False
    """One tool was named: the API then ends with `stop`, not with `tool_calls`."""
    offered: tuple[Tool, ...] = ()
    """What the answer may call."""
    parallel: bool = True
    """It may call several."""

    def asked_for(self, text: str) -> tuple[Tool, ...]:
        """The tools whose names stand in a text, in the order of the request: this model understands nothing else."""
        found = tuple(tool for tool in self.offered if _names(tool.name, text))
        return found if self.parallel else found[:1]


def _names(name: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])", text) is not None


def check_tools(sent: Mapping[str, JSON]) -> ToolPlan:
    """What to call.

    Raises:
        ApiFault: the API would refuse it.
    """
    tools = _tools(sent.get("tools"))
    choice = sent.get("tool_choice")
    parallel = sent.get("parallel_tool_calls")
    for key, value in (("tool_choice", choice), ("parallel_tool_calls", parallel)):
        if value is not None and not tools:
            text = f"Invalid value for '{key}': '{key}' is only allowed when 'tools' are specified."
            raise ApiFault(text, key)
    if parallel is not None and not isinstance(parallel, bool):
        raise faults.invalid_type("parallel_tool_calls", "a boolean", parallel)
    if choice is None or isinstance(choice, str):
        if choice is not None and choice not in _MODES:
            raise faults.invalid_value("tool_choice", choice, _MODES)
        offered = () if choice == "none" else tools
        return ToolPlan(tools if choice == "required" else (), offered=offered, parallel=parallel is not False)
    if not isinstance(choice, dict):
        modes = faults.any_of(_MODES, "or")
        raise faults.invalid_type("tool_choice", f"one of one of {modes} or object", choice)
    if choice.get("type") == "allowed_tools":
        return _allowed(choice, tools, parallel is not False)
    return ToolPlan((_named(choice, tools, "tool_choice"),), named=True)


def _tools(value: JSON) -> tuple[Tool, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise faults.invalid_type("tools", "an array of objects", value)
    if not value:
        raise faults.empty_array("tools")
    if len(value) > _MOST_TOOLS:
        raise faults.array_too_long("tools", _MOST_TOOLS, len(value))
    return tuple(_tool(item, f"tools[{position}]") for position, item in enumerate(value))


def _tool(item: JSON, where: str) -> Tool:
    if not isinstance(item, dict):
        raise faults.invalid_type(where, "an object", item)
    kind = item.get("type")
    if kind is None:
        raise faults.missing(f"{where}.type")
    if kind not in ("function", "custom"):
        raise faults.invalid_value(f"{where}.type", kind, ("function", "custom"))
    inner = item.get(kind)
    if inner is None:
        raise faults.missing(f"{where}.{kind}")
    if not isinstance(inner, dict):
        raise faults.invalid_type(f"{where}.{kind}", "an object", inner)
    name = check_name(inner, f"{where}.{kind}")
    if kind == "custom":
        return Tool(name, custom=True)
    parameters = inner.get("parameters")
    if parameters is None or parameters == {}:
        return Tool(name, {"type": "object", "properties": {}, "additionalProperties": False})
    param = f"{where}.function.parameters"
    if not isinstance(parameters, dict):
        raise faults.invalid_type(param, "an object", parameters)
    strict = inner.get("strict") is True
    check_schema(parameters, strict=strict, of=f"function '{name}'", param=param, code="invalid_function_parameters")
    return Tool(name, parameters)


def _named(choice: Mapping[str, JSON], tools: tuple[Tool, ...], where: str) -> Tool:
    kind = "custom" if choice.get("type") == "custom" else "function"
    inner = choice.get(kind)
    if not isinstance(inner, dict):
        raise faults.missing(f"{where}.{kind}")
    name = inner.get("name")
    if not isinstance(name, str):
        raise faults.missing(f"{where}.{kind}.name")
    for tool in tools:
        if tool.name == name:
            return tool
    text = f"Invalid value for 'tool_choice': no function named '{name}' was specified in the 'tools' parameter."
    raise ApiFault(text, "tool_choice")


def _allowed(choice: Mapping[str, JSON], tools: tuple[Tool, ...], parallel: bool) -> ToolPlan:
    inner = choice.get("allowed_tools")
    if not isinstance(inner, dict):
        raise faults.missing("tool_choice.allowed_tools")
    listed = inner.get("tools")
    if not isinstance(listed, list):
        raise faults.missing("tool_choice.allowed_tools.tools")
    where = "tool_choice.allowed_tools.tools"
    allowed = tuple(
        _named(item, tools, f"{where}[{position}]") for position, item in enumerate(listed) if isinstance(item, dict)
    )
    return ToolPlan(allowed if inner.get("mode") == "required" else (), offered=allowed, parallel=parallel)
