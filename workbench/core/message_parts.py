"""What a message has beside its text: images, calls of functions, and the call that a function's answer belongs to."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from workbench.core.json_clean import clean_text
from workbench.core.json_text import describe
from workbench.core.one_line import one_line
from workbench.core.prompt import Role, ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.findings import Findings
    from workbench.core.images import ImageData
    from workbench.core.json_value import JSON
    from workbench.core.merge import Placed
    from workbench.core.prompt import Image, Message

_SHOWN = 60


def text_of(content: JSON) -> str:
    """The text of a message's content as the API has it: the text itself, or that of its parts, one below the other."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def function_call(value: JSON) -> ToolCall | None:
    """One of an answer's `tool_calls`; None for what is no call of a function, such as that of a custom tool."""
    function = value.get("function") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    arguments = function.get("arguments")
    return ToolCall(str(value.get("id") or ""), str(function["name"]), arguments if isinstance(arguments, str) else "")


def function_calls(values: Sequence[JSON]) -> tuple[ToolCall, ...]:
    """The calls of functions among an answer's `tool_calls`, each with an id of its own: some local servers send none,
    or the same for all."""
    calls: dict[str, ToolCall] = {}
    for place, value in enumerate(values, 1):
        if (call := function_call(value)) is not None:
            free = (f"call_{number}" for number in count(place))
            id = call.id if call.id and call.id not in calls else next(each for each in free if each not in calls)
            calls[id] = call._replace(id=id)
    return tuple(calls.values())


def open_calls(messages: Sequence[Message]) -> tuple[tuple[int, ToolCall], ...]:
    """The calls that the conversation waits for: those of its last tool messages, each with the index of the message
    that answers it. () unless one of these is empty."""
    start = len(messages)
    while start and messages[start - 1].role is Role.TOOL:
        start -= 1
    asked = {call.id: call for call in messages[start - 1].calls} if start else {}
    found = tuple(
        (index, asked[message.call_id])
        for index, message in enumerate(messages[start:], start)
        if message.on and message.call_id in asked
    )
    return found if any(not messages[index].content.strip() for index, _ in found) else ()


def calls_text(message: Message) -> str:
    """The names and arguments of its calls, for counting; "" where it asks for none."""
    return "".join(f"\n{call.name}{call.arguments}" for call in message.calls)


def has_parts(message: Message) -> bool:
    """Whether it says something without any text."""
    return bool(message.images or message.calls)


def sent_message(message: Message, content: str, images: Mapping[str, ImageData]) -> dict[str, JSON]:
    """The message as it is sent, with `content` in place of its text. An image that was not read is left out."""
    sent: dict[str, JSON] = {"role": message.role.value, "content": content}
    shown = [_image_part(image, url) for image in message.images if (url := _url(image, images))]
    if shown:
        parts: list[JSON] = [{"type": "text", "text": content}] if content else []
        sent["content"] = [*parts, *shown]
    if message.calls:
        sent["content"] = content or None
        sent["tool_calls"] = [
            {
                "id": clean_text(call.id),
                "type": "function",
                "function": {"name": clean_text(call.name), "arguments": clean_text(call.arguments)},
            }
            for call in message.calls
        ]
    if message.role is Role.TOOL:
        sent["tool_call_id"] = clean_text(message.call_id)
    return sent


def _image_part(image: Image, url: str) -> JSON:
    detail: dict[str, JSON] = {"detail": clean_text(image.detail)} if image.detail else {}
    return {"type": "image_url", "image_url": {"url": url, **detail}}


def _url(image: Image, images: Mapping[str, ImageData]) -> str:
    if not image.is_file:
        return clean_text(image.source)
    data = images.get(image.source)
    return data.url if data else ""


def check_calls(placed: Sequence[Placed], findings: Findings) -> None:
    """Adds a problem for every call without an answer and every answer without its call, as the API refuses them."""
    open_calls: dict[str, str] = {}
    asked_at = ""
    for each in placed:
        message = each.message
        if message.calls and message.role is not Role.ASSISTANT:
            findings.problem(each.where, f"only assistant messages ask for calls, not {message.role.value}")
        if message.role is Role.TOOL:
            if message.call_id not in open_calls:
                what = describe(message.call_id) if message.call_id else "no call"
                findings.problem(each.where, f"this answers {what}: no assistant message right before asks for it")
            open_calls.pop(message.call_id, None)
            continue
        _check_answered(open_calls, asked_at, findings)
        open_calls = {call.id: call.name for call in message.calls}
        asked_at = each.where
    _check_answered(open_calls, asked_at, findings)


def _check_answered(open_calls: Mapping[str, str], where: str, findings: Findings) -> None:
    if open_calls:
        names = ", ".join(one_line(name or id, _SHOWN) for id, name in open_calls.items())
        findings.problem(where, f"{names} has no answer: give one in a tool message after it, or turn it off")
