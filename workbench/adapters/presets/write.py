"""A preset as the text of its file: keys in a fixed order, only what is set, no value that was given for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind
from workbench.core.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.core.json_value import JSON
    from workbench.core.preset import Preset
    from workbench.core.prompt import CannedReply, Comparison, Image, Message, SendLimit, Variable

_OPENED = frozenset(["messages", "variables", "parameters", "replies", "compare"])


def preset_yaml(value: Preset, *, modeline: str = "") -> str:
    """The file's text, with LF line ends; `read_preset` gives an equal value back.

    Not written: values of variables (they belong to a run), the slug (the file's name). Lone surrogates become U+FFFD,
    as when they are sent. `modeline` is the comment that goes first. Raises InputError for a value that no JSON and so
    no request can hold, with its path.
    """
    text = yaml_text(as_plain(value), opened=_OPENED)
    return f"{modeline}\n{text}" if modeline else text


def kind_of(value: Preset) -> Kind:
    """The kind of file that keeps such a value."""
    if isinstance(value, Persona):
        return Kind.PERSONA
    return Kind.FORMAT if isinstance(value, Format) else Kind.PROMPT


def as_plain(value: Preset) -> dict[str, JSON]:
    """What the file says, as plain values."""
    result: dict[str, JSON] = {"kind": kind_of(value).value, "name": value.name, "description": value.description}
    if isinstance(value, Format):
        response = None if value.response_format is None else dict(value.response_format)
        return {**_set(result), **_set({"instruction": value.instruction}), **_given("response_format", response)}
    parameters: dict[str, JSON] = dict(value.parameters)
    messages: list[JSON] = [_message(message) for message in value.messages]
    if isinstance(value, Persona):
        return _set({**result, "messages": messages, "parameters": parameters})
    return _set(
        {
            **result,
            "model": value.model,
            "persona": value.persona,
            "format": value.format,
            "messages": messages,
            "variables": _variables(value.variables),
            "parameters": parameters,
            "replies": _replies(value.replies),
            "send": _send(value.send),
            "checks": [{"type": check.type, **_given("value", check.value)} for check in value.checks],
        }
    ) | _given("compare", None if value.compare is None else _comparison(value.compare))


def _set(values: dict[str, JSON]) -> dict[str, JSON]:
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def _given(name: str, value: JSON) -> dict[str, JSON]:
    return {} if value is None else {name: value}


def _message(message: Message) -> JSON:
    written: dict[str, JSON] = {"role": message.role.value, "content": message.content}
    if not message.on:
        written["enabled"] = False
    images: list[JSON] = [_image(image) for image in message.images]
    calls: list[JSON] = [dict(call._asdict()) for call in message.calls]
    return written | _set({"images": images, "calls": calls, "call_id": message.call_id})


def _image(image: Image) -> JSON:
    return {"source": image.source, **_set({"detail": image.detail, "digest": image.digest})}


def _variables(variables: Iterable[Variable]) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for variable in variables:
        if variable.name in result:
            raise InputError(f"two variables have the name {describe(variable.name)}", "give one of them another name")
        result[variable.name] = {
            **_set({"description": variable.description}),
            **_given("default", variable.default),
        }
    return result


def _replies(replies: Iterable[CannedReply]) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for reply in replies:
        if reply.name in result:
            raise InputError(f"two canned replies are for {describe(reply.name)}", "take one of them away")
        result[reply.name] = reply.text
    return result


def _send(send: SendLimit) -> dict[str, JSON]:
    return {**_given("last_turns", send.last_turns), **_given("tokens", send.tokens)}


def _comparison(comparison: Comparison) -> dict[str, JSON]:
    written = _set({"vary": dict(comparison.vary)})
    if comparison.repeats != 1:
        written["repeats"] = comparison.repeats
    return written | _set({"cases": [dict(case) for case in comparison.cases]})
