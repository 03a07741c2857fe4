"""The `messages` of a request, checked as the API checks them."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.adapters.practice import faults
from workbench.adapters.practice.faults import ApiFault
from workbench.core.json_value import JSON

_ROLES = ("system", "assistant", "user", "function", "tool", "developer")

Message = Mapping[str, JSON]


def check_messages(value: JSON) -> tuple[Message, ...]:
    """The messages.

    Raises:
        ApiFault: one of them is wrong, or a tool call and its answer do not meet.
    """
    if not isinstance(value, list):
        raise faults.invalid_type("messages", "an array of objects", value)
    if not value:
        raise faults.empty_array("messages")
    messages = tuple(_message(item, position) for position, item in enumerate(value))
    _check_calls(messages)
    return messages


def _message(item: JSON, position: int) -> Message:
    where = f"messages[{position}]"
    if not isinstance(item, dict):
        raise faults.invalid_type(where, "an object", item)
    role = item.get("role")
    if role is None:
        raise faults.missing(f"{where}.role")
    if not isinstance(role, str):
        raise faults.invalid_type(f"{where}.role", f"one of {faults.any_of(_ROLES, 'or')}", role)
    if role not in _ROLES:
        raise faults.invalid_value(f"{where}.role", role, _ROLES)
    name = item.get("name")
    if name is not None and not isinstance(name, str):
        raise faults.invalid_type(f"{where}.name", "a string", name)
    if role == "tool" and not isinstance(item.get("tool_call_id"), str):
        raise faults.missing(f"{where}.tool_call_id")
    _content(item, role, position)
    return item


def _content(item: Message, role: str, position: int) -> None:
    content = item.get("content")
    where = f"messages[{position}].content"
    if content is None:
        if role == "assistant" and (item.get("tool_calls") or item.get("function_call") or item.get("refusal")):
            return
        if role == "developer":
            raise faults.missing(where)
        text = "Invalid value for 'content': expected a string, got null."
        raise ApiFault(text, f"messages.[{position}].content")
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise faults.invalid_type(where, "one of a string or array of objects", content)
    if not content:
        raise faults.empty_array(where)
    for index, part in enumerate(content):
        _part(part, f"{where}[{index}]", f"messages.[{position}].content.[{index}].type")


def _part(part: JSON, where: str, type_param: str) -> None:
    if not isinstance(part, dict):
        raise faults.invalid_type(where, "an object", part)
    kind = part.get("type")
    if kind is None:
        raise faults.missing(f"{where}.type")
    if kind in ("image_url", "input_audio", "file"):
        # What the API says for a model that reads text alone.
        text = f"Invalid content type. {kind} is only supported by certain models."
        raise ApiFault(text, type_param)
    if kind not in ("text", "refusal"):
        supported = ("text", "image_url", "input_audio", "refusal", "audio", "file")
        raise faults.invalid_value(f"{where}.type", kind, supported)
    text_of_part = part.get(kind)
    if text_of_part is None:
        raise faults.missing(f"{where}.{kind}")
    if not isinstance(text_of_part, str):
        raise faults.invalid_type(f"{where}.{kind}", "a string", text_of_part)


def _check_calls(messages: tuple[Message, ...]) -> None:
    """Each tool call is answered by the messages right after it, and no answer comes without a call."""
    open_calls: list[str] = []
    answered = True
    for position, message in enumerate(messages):
        if message["role"] == "tool":
            if answered and not open_calls:
                text = (
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
                    "with 'tool_calls'."
                )
                raise ApiFault(text, f"messages.[{position}].role")
            call_id = str(message["tool_call_id"])
            open_calls = [known for known in open_calls if known != call_id]
            continue
        _must_be_answered(open_calls, position)
        open_calls = _call_ids(message, position)
        answered = not open_calls
    _must_be_answered(open_calls, len(messages))


def _must_be_answered(open_calls: list[str], position: int) -> None:
    if open_calls:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_calls)}"
        )
        raise ApiFault(text, f"messages.[{position}].role")


def _call_ids(message: Message, position: int) -> list[str]:
    calls = message.get("tool_calls")
    where = f"messages[{position}].tool_calls"
    if calls is None:
        return []
    if not isinstance(calls, list):
        raise faults.invalid_type(where, "an array of objects", calls)
    if not calls:
        raise faults.empty_array(where)
    found = []
    for index, call in enumerate(calls):
        if not isinstance(call, dict):
            raise faults.invalid_type(f"{where}[{index}]", "an object", call)
        if not isinstance(call.get("id"), str):
            raise faults.missing(f"{where}[{index}].id")
        found.append(str(call["id"]))
    return found
