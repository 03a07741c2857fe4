"""Messages in the shape of the API, read into ours; what has no place here is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.exchange.imported import shown
from workbench.core.json_text import describe
from workbench.core.message_parts import function_call
from workbench.core.prompt import Image, Message, Role, ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.exchange.template import ReadText
    from workbench.core.json_value import JSON

ROLES: dict[str, Role] = {
    **{role.value: role for role in Role},
    "human": Role.USER,
    "ai": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "gpt": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT,
    "model": Role.ASSISTANT,
}
_ROLE_KEYS = ("role", "from", "sender", "author")
_TEXT_KEYS = ("content", "text", "value")
_OWN_KEYS = frozenset(
    {*_ROLE_KEYS, *_TEXT_KEYS, "type", "id", "status", "annotations", "refusal", "phase", "tool_calls", "tool_call_id"}
)
_IMAGE_PARTS = ("image_url", "input_image")
_PARTS = {
    "image": "an image",
    "input_audio": "a sound",
    "audio": "a sound",
    "file": "a file",
    "input_file": "a file",
}


def is_message(value: JSON) -> bool:
    """Whether a value looks like a message: an object with a role and a content, whatever these are called."""
    if not isinstance(value, dict):
        return False
    return isinstance(_role_name(value), str) and any(key in value for key in (*_TEXT_KEYS, "tool_calls"))


def read_messages(values: list[JSON], notes: Notes, text: ReadText, where: str = "messages") -> tuple[Message, ...]:
    """The messages, in order. One that can't be sent from here is left out or kept off, and said."""
    read = (_message(value, f"{where}[{index}]", notes, text) for index, value in enumerate(values))
    return tuple(message for message in read if message is not None)


def _message(value: JSON, where: str, notes: Notes, text: ReadText) -> Message | None:
    if isinstance(value, str):
        return Message(Role.USER, text(value))
    if not isinstance(value, dict):
        notes.say(f"{where} is {describe(value)}, not a message, and is left out")
        return None
    name = _role_name(value)
    role = ROLES.get(name.lower()) if isinstance(name, str) else None
    for key in value:
        if key not in _OWN_KEYS:
            notes.say(f"{where}: its {shown(key)} is left out: only role and text are kept")
    content = _content(value, where, notes, text)
    images = _images(value.get("content"), where, notes)
    calls = _calls(value.get("tool_calls"), where, notes)
    if content is None and (images or calls):
        content = ""
    if content is None:
        notes.say(f"{where} has no text and is left out")
        return None
    if role is None:
        notes.say(
            f"{where} has the role {describe(name)}, which is not known here: it is kept as a message that is off"
        )
        return Message(Role.USER, content, on=False)
    call_id = value.get("tool_call_id")
    return Message(role, content, True, images, calls, call_id if isinstance(call_id, str) else "")


def _images(content: JSON, where: str, notes: Notes) -> tuple[Image, ...]:
    """The images among content parts, by their address."""
    images = []
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, dict) or part.get("type") not in _IMAGE_PARTS:
            continue
        inner = part.get("image_url")
        holder = inner if isinstance(inner, dict) else part
        url, detail = inner.get("url") if isinstance(inner, dict) else inner, holder.get("detail")
        if not isinstance(url, str):
            notes.say(f"{where}: an image without an address is left out")
            continue
        image = Image(url, detail if isinstance(detail, str) else "")
        # Anything else would be taken for the path of a file of this person's.
        if image.is_file:
            notes.say(f"{where}: an image is left out: {shown(url)} is no address")
        else:
            images.append(image)
    return tuple(images)


def _calls(value: JSON, where: str, notes: Notes) -> tuple[ToolCall, ...]:
    calls: list[ToolCall] = []
    for call in value if isinstance(value, list) else ():
        if (read := function_call(call)) is not None:
            calls.append(read)
        else:
            notes.say(f"{where}: a call that is no function's is left out")
    return tuple(calls)


def _role_name(value: Mapping[str, JSON]) -> JSON:
    name = next((value[key] for key in _ROLE_KEYS if key in value), None)
    return name.get("role") if isinstance(name, dict) else name


def _content(value: Mapping[str, JSON], where: str, notes: Notes, text: ReadText) -> str | None:
    content = next((value[key] for key in _TEXT_KEYS if key in value), None)
    if content is None and isinstance(value.get("refusal"), str):
        notes.say(f"{where} is a refusal: its text is kept")
        content = value["refusal"]
    if isinstance(content, dict):
        content = content.get("parts", [content])
    if isinstance(content, str):
        return text(content)
    if isinstance(content, list):
        return _joined(content, where, notes, text)
    if content is not None:
        notes.say(f"{where}: its content is {describe(content)}, not text")
    return None


def _joined(parts: list[JSON], where: str, notes: Notes, text: ReadText) -> str | None:
    """The text of content parts, one below the other; None where there is none."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, dict) and part.get("type") in _IMAGE_PARTS:
            continue
        found = part.get("text") if isinstance(part, dict) else part
        if isinstance(found, str):
            texts.append(text(found))
        else:
            kind = part.get("type", part.get("content_type")) if isinstance(part, dict) else None
            what = _PARTS.get(kind) if isinstance(kind, str) else None
            notes.say(f"{where}: {what or f'a part ({describe(kind if kind is not None else part)})'} is left out")
    if len(texts) > 1:
        notes.say(f"{where}: its {len(texts)} text parts are joined into one text, one below the other")
    return "\n".join(texts) if texts else None
