"""What takes tokens in a prompt besides the texts of its messages: tools, a schema, calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.message_parts import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

_SPOKEN = ("role", "content")


class Spoken(NamedTuple):
    """A message as it is sent: its text, and as JSON whatever else there is to it, images by their address; or ""."""

    role: str
    text: str
    more: str = ""


def spoken(request: Mapping[str, JSON]) -> tuple[Spoken, ...]:
    """The messages of a request, in order; what `extra` put in their place may be anything and is left out."""
    return tuple(
        Spoken(str(each.get("role", "")), text_of(each.get("content")), _more(each)) for each in _messages(request)
    )


def _more(message: Mapping[str, JSON]) -> str:
    content = message.get("content")
    rest: dict[str, JSON] = {name: value for name, value in message.items() if name not in _SPOKEN}
    parts = [part for part in _parts(content) if part.get("type") != "text"]
    if parts:
        rest["parts"] = list(parts)
    return _text(rest) if rest else ""


def counted_beside(request: Mapping[str, JSON]) -> dict[str, str]:
    """By what it is: the JSON of it, which about as many tokens are made of as the endpoint counts for it."""
    found: dict[str, str] = {}
    for name in ("tools", "functions"):
        if request.get(name):
            found["tools"] = _text(request[name])
    format = request.get("response_format")
    schema = format.get("json_schema") if isinstance(format, dict) else None
    if schema:
        found["schema"] = _text(schema)
    calls: list[JSON] = [made for message in _messages(request) if (made := message.get("tool_calls"))]
    if calls:
        found["calls"] = _text(calls)
    return found


def _messages(request: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    messages = request.get("messages")
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def _parts(content: JSON) -> list[dict[str, JSON]]:
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _text(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
