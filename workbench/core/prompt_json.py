"""A prompt as a JSON value and back, for drafts and history; nothing is lost.

Lone surrogates stay in the strings: `json.dumps` writes them escaped, as it does by default, and `json.loads` brings
them back. NaN in a parameter goes the way of Python's json. A key that is missing has its default, so that what an
older version wrote can be read; a key that is not known is refused, so that nothing is dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.prompt import (
    CannedReply,
    Check,
    Comparison,
    Image,
    Message,
    ParameterValues,
    Prompt,
    Role,
    SendLimit,
    ToolCall,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

T = TypeVar("T")

_PROMPT = (
    "name",
    "description",
    "model",
    "persona",
    "format",
    "messages",
    "parameters",
    "variables",
    "send",
    "checks",
    "compare",
    "replies",
)
_MESSAGE = ("role", "content", "on", "images", "calls", "call_id")
_IMAGE = ("source", "detail", "digest")
_CALL = ("id", "name", "arguments")
_VARIABLE = ("name", "description", "default", "value")
_SEND = ("last_turns", "tokens")
_REPLY = ("name", "text")
_CHECK = ("type", "value")
_COMPARE = ("vary", "repeats", "cases")


def prompt_to_json(prompt: Prompt) -> dict[str, JSON]:
    """The prompt as a JSON object; `prompt_from_json` gives an equal prompt back."""
    return {
        "name": prompt.name,
        "description": prompt.description,
        "model": prompt.model,
        "persona": prompt.persona,
        "format": prompt.format,
        "messages": [_message_to_json(message) for message in prompt.messages],
        "parameters": dict(prompt.parameters),
        "variables": [
            {"name": v.name, "description": v.description, "default": v.default, "value": v.value}
            for v in prompt.variables
        ],
        "send": {"last_turns": prompt.send.last_turns, "tokens": prompt.send.tokens},
        "checks": [{"type": check.type, "value": check.value} for check in prompt.checks],
        "compare": None if prompt.compare is None else _comparison_to_json(prompt.compare),
        **({"replies": [dict(reply._asdict()) for reply in prompt.replies]} if prompt.replies else {}),
    }


def _message_to_json(message: Message) -> dict[str, JSON]:
    """Only what it has: most messages are text alone."""
    value: dict[str, JSON] = {"role": message.role.value, "content": message.content, "on": message.on}
    if message.images:
        value["images"] = [dict(image._asdict()) for image in message.images]
    if message.calls:
        value["calls"] = [dict(call._asdict()) for call in message.calls]
    if message.call_id:
        value["call_id"] = message.call_id
    return value


def _comparison_to_json(comparison: Comparison) -> dict[str, JSON]:
    return {
        "vary": dict(comparison.vary),
        "repeats": comparison.repeats,
        "cases": [dict(case) for case in comparison.cases],
    }


def prompt_from_json(value: JSON) -> Prompt:
    """The prompt that a JSON object describes. Raises InputError with the path of what is wrong."""
    top = _object(value, "prompt", _PROMPT)
    messages = _get(top, "prompt", "messages", list, [])
    variables = _get(top, "prompt", "variables", list, [])
    checks = _get(top, "prompt", "checks", list, [])
    replies = _get(top, "prompt", "replies", list, [])
    return Prompt(
        name=_get(top, "prompt", "name", str, ""),
        description=_get(top, "prompt", "description", str, ""),
        model=_get(top, "prompt", "model", str, ""),
        persona=_get(top, "prompt", "persona", str, ""),
        format=_get(top, "prompt", "format", str, ""),
        messages=tuple(_message(item, f"messages[{i}]") for i, item in enumerate(messages)),
        parameters=ParameterValues(_get(top, "prompt", "parameters", dict, {})),
        variables=tuple(_variable(item, f"variables[{i}]") for i, item in enumerate(variables)),
        send=_send(top.get("send", {})),
        checks=tuple(_check(item, f"checks[{i}]") for i, item in enumerate(checks)),
        compare=None if top.get("compare") is None else _comparison(top["compare"]),
        replies=tuple(_reply(item, f"replies[{i}]") for i, item in enumerate(replies)),
    )


def _message(value: JSON, path: str) -> Message:
    item = _object(value, path, _MESSAGE)
    role = _get(item, path, "role", str, "")
    if role not in list(Role):
        raise InputError(f"{path}.role must be system, developer, user, assistant or tool, not {describe(role)}")
    images = _get(item, path, "images", list, [])
    calls = _get(item, path, "calls", list, [])
    return Message(
        Role(role),
        _get(item, path, "content", str, ""),
        _get(item, path, "on", bool, True),
        tuple(_image(image, f"{path}.images[{i}]") for i, image in enumerate(images)),
        tuple(_call(call, f"{path}.calls[{i}]") for i, call in enumerate(calls)),
        _get(item, path, "call_id", str, ""),
    )


def _reply(value: JSON, path: str) -> CannedReply:
    item = _object(value, path, _REPLY)
    return CannedReply(*(_get(item, path, key, str, "") for key in _REPLY))


def _image(value: JSON, path: str) -> Image:
    item = _object(value, path, _IMAGE)
    return Image(*(_get(item, path, key, str, "") for key in _IMAGE))


def _call(value: JSON, path: str) -> ToolCall:
    item = _object(value, path, _CALL)
    return ToolCall(*(_get(item, path, key, str, "") for key in _CALL))


def _variable(value: JSON, path: str) -> Variable:
    item = _object(value, path, _VARIABLE)
    if "name" not in item:
        raise InputError(f"{path} has no name")
    return Variable(
        _get(item, path, "name", str, ""),
        _get(item, path, "description", str, ""),
        None if item.get("default") is None else _get(item, path, "default", str, ""),
        None if item.get("value") is None else _get(item, path, "value", str, ""),
    )


def _send(value: JSON) -> SendLimit:
    item = _object(value, "send", _SEND)
    return SendLimit(_optional_count(item, "send", "last_turns"), _optional_count(item, "send", "tokens"))


def _optional_count(item: Mapping[str, JSON], path: str, key: str) -> int | None:
    value = item.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise InputError(f"{path}.{key} must be a whole number from 1 on, not {describe(value)}")
    return value


def _check(value: JSON, path: str) -> Check:
    item = _object(value, path, _CHECK)
    return Check(_get(item, path, "type", str, ""), item.get("value"))


def _comparison(value: JSON) -> Comparison:
    item = _object(value, "compare", _COMPARE)
    cases = _get(item, "compare", "cases", list, [])
    return Comparison(
        _get(item, "compare", "vary", dict, {}),
        _optional_count(item, "compare", "repeats") or 1,
        tuple(_case(case, f"compare.cases[{i}]") for i, case in enumerate(cases)),
    )


def _case(value: JSON, path: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InputError(f"{path} must be an object, not {describe(value)}")
    return {name: _get(value, path, name, str, "") for name in value}


def _object(value: JSON, path: str, keys: tuple[str, ...]) -> Mapping[str, JSON]:
    if not isinstance(value, dict):
        raise InputError(f"{path} must be an object, not {describe(value)}")
    for key in value:
        if key not in keys:
            raise InputError(f"{path} has the unknown key {describe(key)}", f"known are {', '.join(keys)}")
    return value


def _get(item: Mapping[str, JSON], path: str, key: str, kind: type[T], default: T) -> T:
    value = item.get(key, default)
    if not isinstance(value, kind):
        names = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}
        raise InputError(f"{path}.{key} must be {names[kind]}, not {describe(value)}")
    return value
