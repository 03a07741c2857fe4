"""A prompt as a JSON value and back, for drafts and history; nothing is lost.

Lone surrogates stay in the strings: `json.dumps` writes them escaped, as it does by default, and `json.loads` brings
them back. NaN in a parameter goes the way of Python's json. A key that is missing has its default, so that what an
older version wrote can be read; a key that is not known is refused, so that nothing is dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

T = TypeVar("T")

_PROMPT = ("name", "model", "messages", "parameters", "variables")
_MESSAGE = ("role", "content", "on")
_VARIABLE = ("name", "description", "default", "value")


def prompt_to_json(prompt: Prompt) -> dict[str, JSON]:
    """The prompt as a JSON object; `prompt_from_json` gives an equal prompt back."""
    return {
        "name": prompt.name,
        "model": prompt.model,
        "messages": [{"role": m.role.value, "content": m.content, "on": m.on} for m in prompt.messages],
        "parameters": dict(prompt.parameters),
        "variables": [
            {"name": v.name, "description": v.description, "default": v.default, "value": v.value}
            for v in prompt.variables
        ],
    }


def prompt_from_json(value: JSON) -> Prompt:
    """The prompt that a JSON object describes. Raises InputError with the path of what is wrong."""
    top = _object(value, "prompt", _PROMPT)
    messages = _get(top, "prompt", "messages", list, [])
    variables = _get(top, "prompt", "variables", list, [])
    return Prompt(
        name=_get(top, "prompt", "name", str, ""),
        model=_get(top, "prompt", "model", str, ""),
        messages=tuple(_message(item, f"messages[{i}]") for i, item in enumerate(messages)),
        parameters=ParameterValues(_get(top, "prompt", "parameters", dict, {})),
        variables=tuple(_variable(item, f"variables[{i}]") for i, item in enumerate(variables)),
    )


def _message(value: JSON, path: str) -> Message:
    item = _object(value, path, _MESSAGE)
    role = _get(item, path, "role", str, "")
    if role not in list(Role):
        raise InputError(f"{path}.role must be system, developer, user or assistant, not {describe(role)}")
    return Message(Role(role), _get(item, path, "content", str, ""), _get(item, path, "on", bool, True))


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
