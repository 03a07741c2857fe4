"""`tools` and `tool_choice` as a person meets them: names, what may be chosen, and definitions from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

TOOL_CHOICES = ("auto", "none", "required")
_SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema")
"""Where a function's schema stands: in OpenAI's APIs, in Anthropic's, in the Model Context Protocol."""
_FUNCTION_KEYS = ("name", "description", "strict")


def tool_name(tool: JSON) -> str:
    """The name of a function or a custom tool as `tools` and `tool_choice` have it; "" where there is none."""
    inner = tool.get(str(tool.get("type"))) if isinstance(tool, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def tool_names(tools: JSON) -> tuple[str, ...]:
    """The names of what `tools` defines, in order."""
    return tuple(name for tool in tools if (name := tool_name(tool))) if isinstance(tools, list) else ()


def tool_choices(tools: JSON) -> tuple[JSON, ...]:
    """What `tool_choice` may be with these tools: a word, or one of them by name."""
    named: list[JSON] = []
    for tool in tools if isinstance(tools, list) else ():
        if (name := tool_name(tool)) and isinstance(tool, dict):
            kind = str(tool["type"])
            named.append({"type": kind, kind: {"name": name}})
    return (*TOOL_CHOICES, *named)


def next_choice(value: JSON, tools: JSON, steps: int) -> JSON:
    """The choice that is so many steps further, around the ends; the first where `value` is none of them."""
    choices = tool_choices(tools)
    return choices[(choices.index(value) + steps) % len(choices)] if value in choices else choices[0]


def tool_words(name: str, value: JSON) -> str:
    """A value of `tools` or `tool_choice` in a few words; "" where only its JSON says what it is."""
    if name == "tools" and isinstance(value, list):
        names = tool_names(value)
        return ", ".join(names) if names and len(names) == len(value) else ""
    return f"→ {tool_name(value)}" if name == "tool_choice" and tool_name(value) else ""


def is_bare(value: JSON) -> bool:
    """Whether these are functions without what goes around them in `tools`, or one tool outside of a list."""
    if isinstance(value, dict):
        return bool(tool_name(value)) or _bare_function(value) is not None
    return isinstance(value, list) and any(_bare_function(item) is not None for item in value)


def as_tools(value: JSON) -> list[JSON]:
    """The same as `tools` has them: definitions in the form of another API are brought into this one's."""
    items = value if isinstance(value, list) else [value]
    return [_as_tool(item) for item in items]


def _as_tool(item: JSON) -> JSON:
    function = _bare_function(item)
    return {"type": "function", "function": function} if function is not None else item


def _bare_function(item: JSON) -> JSON:
    """The function of a definition that has its name and its schema side by side; None for any other value."""
    if (
        not isinstance(item, dict)
        or not isinstance(item.get("name"), str)
        or item.get("type", "function") != "function"
    ):
        return None
    schema = next((item[key] for key in _SCHEMA_KEYS if isinstance(item.get(key), dict)), None)
    if schema is None and "type" not in item and "description" not in item:
        return None
    function = {key: item[key] for key in _FUNCTION_KEYS if item.get(key) is not None}
    return {**function, "parameters": schema} if schema is not None else function


def example_tool() -> dict[str, JSON]:
    """A function to start from, strict, with one argument that is a choice and one that may be left open."""
    schema: JSON = {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Such as 서울 or Paris"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "day": {"type": ["string", "null"], "description": "YYYY-MM-DD; null for today"},
        },
        "required": ["city", "unit", "day"],
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a day",
            "strict": True,
            "parameters": schema,
        },
    }


def plain_tool() -> dict[str, JSON]:
    """A function that takes nothing."""
    return {"type": "function", "function": {"name": "get_time", "description": "The time now"}}
