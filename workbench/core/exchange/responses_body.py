"""A body of the Responses API as a prompt for Chat Completions: what both have under other names is carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import shown
from workbench.core.exchange.messages import is_message, read_messages
from workbench.core.exchange.template import is_name
from workbench.core.json_text import describe
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.exchange.template import ReadText
    from workbench.core.json_value import JSON

_SAME = frozenset(
    "temperature top_p store metadata service_tier user parallel_tool_calls prompt_cache_key prompt_cache_retention"
    " safety_identifier stream stop seed frequency_penalty presence_penalty".split()
)
_READ = frozenset({"model", "input", "instructions", "prompt"})
_HELD_THERE = frozenset({"previous_response_id", "conversation"})
_FORMAT_KEYS = ("name", "description", "schema", "strict")
_NO_TEXT = "open it in the dashboard, copy the text of its messages and put that here"


def read_responses(body: Mapping[str, JSON], notes: Notes, text: ReadText) -> Prompt:
    """The prompt of a Responses body. Raises InputError where its text is not in it."""
    hosted = body.get("prompt")
    if isinstance(hosted, dict):
        _say_hosted(hosted, notes)
    messages = (*_instructions(body.get("instructions"), notes, text), *_input(body.get("input"), notes, text))
    if not messages:
        if isinstance(hosted, dict):
            raise InputError(
                f"the text of the hosted prompt {describe(hosted.get('id'))} is not in this request", _NO_TEXT
            )
        raise InputError("the request has no text: its input and instructions are empty")
    model = body.get("model")
    return Prompt(
        model=model if isinstance(model, str) else "",
        messages=messages,
        parameters=responses_parameters(body, notes),
        variables=_hosted_variables(hosted),
    )


def responses_parameters(body: Mapping[str, JSON], notes: Notes) -> ParameterValues:
    """The parameters of a Responses body under the names of Chat Completions; others are left out and said."""
    values: dict[str, JSON] = {}
    for name, value in body.items():
        if name in _READ or value is None:
            continue
        if name in _HELD_THERE:
            notes.say(f"{name}: the earlier turns are kept by the vendor and are not in this request")
        elif name in _SAME:
            values[name] = value
        elif not _renamed(name, value, values, notes):
            notes.say(f"{shown(name)} is of the Responses API and is left out")
    return ParameterValues(values)


def _renamed(name: str, value: JSON, values: dict[str, JSON], notes: Notes) -> bool:
    """Puts what has another name or shape in Chat Completions there; whether it has one."""
    if name == "max_output_tokens":
        values["max_completion_tokens"] = value
    elif name == "top_logprobs":
        values.update({"logprobs": True, "top_logprobs": value})
    elif name == "reasoning" and isinstance(value, dict):
        _part(value, "effort", "reasoning_effort", "reasoning", values, notes)
    elif name == "text" and isinstance(value, dict):
        _text(value, values, notes)
    elif name == "tools" and isinstance(value, list):
        _tools(value, values, notes)
    elif name == "tool_choice":
        function = isinstance(value, dict) and isinstance(value.get("name"), str) and value.get("type") == "function"
        choice: JSON = {"type": "function", "function": {"name": value["name"]}} if function else value  # type: ignore[index,call-overload]
        values[name] = choice
    else:
        return False
    return True


def _part(value: Mapping[str, JSON], key: str, name: str, of: str, values: dict[str, JSON], notes: Notes) -> None:
    for each, item in value.items():
        if each == key and item is not None:
            values[name] = item
        elif item is not None and not (of == "text" and each == "format"):
            notes.say(f"{of}.{shown(each)} is of the Responses API and is left out")


def _text(value: Mapping[str, JSON], values: dict[str, JSON], notes: Notes) -> None:
    _part(value, "verbosity", "verbosity", "text", values, notes)
    wanted = value.get("format")
    if not isinstance(wanted, dict) or wanted.get("type") == "text":
        return
    if wanted.get("type") == "json_schema" and "schema" in wanted:
        schema: dict[str, JSON] = {key: wanted[key] for key in _FORMAT_KEYS if wanted.get(key) is not None}
        values["response_format"] = {"type": "json_schema", "json_schema": schema}
    else:
        values["response_format"] = wanted


def _tools(tools: list[JSON], values: dict[str, JSON], notes: Notes) -> None:
    kept: list[JSON] = []
    for tool in tools:
        if isinstance(tool, dict) and tool.get("type") == "function" and "name" in tool:
            inner: dict[str, JSON] = {key: value for key, value in tool.items() if key != "type"}
            kept.append({"type": "function", "function": inner})
        elif isinstance(tool, dict) and isinstance(tool.get("function"), dict):
            kept.append(tool)
        else:
            kind = tool.get("type") if isinstance(tool, dict) else tool
            notes.say(f"the tool {describe(kind)} is of the Responses API and is left out")
    if kept:
        values["tools"] = kept


def _instructions(value: JSON, notes: Notes, text: ReadText) -> tuple[Message, ...]:
    if isinstance(value, str) and value:
        return (Message(Role.SYSTEM, text(value)),)
    return _input(value, notes, text, "instructions") if isinstance(value, list) else ()


def _input(value: JSON, notes: Notes, text: ReadText, where: str = "input") -> tuple[Message, ...]:
    if isinstance(value, str):
        return (Message(Role.USER, text(value)),) if value else ()
    if not isinstance(value, list):
        return ()
    kept: list[JSON] = []
    for index, item in enumerate(value):
        if isinstance(item, str) or is_message(item):
            kept.append(item)
        else:
            kind = item.get("type") if isinstance(item, dict) else item
            notes.say(f"{where}[{index}] ({describe(kind)}) is not a message and is left out")
    return read_messages(kept, notes, text, where)


def _say_hosted(hosted: Mapping[str, JSON], notes: Notes) -> None:
    notes.say(f"the text of the hosted prompt {describe(hosted.get('id'))} is not in this request: {_NO_TEXT}")


def _hosted_variables(hosted: JSON) -> tuple[Variable, ...]:
    variables = hosted.get("variables") if isinstance(hosted, dict) else None
    if not isinstance(variables, dict):
        return ()
    return tuple(
        Variable(name, default=value) for name, value in variables.items() if isinstance(value, str) and is_name(name)
    )
