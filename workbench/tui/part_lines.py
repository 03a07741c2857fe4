"""What a message's card says of what it has beside its text; nothing here draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.images import DETAILS
from workbench.core.one_line import one_line
from workbench.core.prompt import Role
from workbench.core.usage import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.core.images import ImageData
    from workbench.core.parts import Parts
    from workbench.core.prompt import Image, Message, Prompt, ToolCall

_NAME = 48
_ARGUMENTS = 200
"""Characters; the card cuts what is still too long for it."""


def image_files(prompt: Prompt, parts: Parts) -> Iterator[Image]:
    """The images of the prompt and its persona that are files, those of messages that are off too."""
    persona = parts.persona.messages if parts.persona is not None else ()
    for message in (*persona, *prompt.messages):
        yield from (image for image in message.images if image.is_file)


def image_name(image: Image) -> str:
    """A file's name, or an address, short and on one line."""
    if image.source.lower().startswith("data:"):
        from workbench.core.data_url import shown_url

        return one_line(shown_url(image.source, 0), _NAME)
    name = image.source.replace("\\", "/").rstrip("/").rpartition("/")[2] if image.is_file else image.source
    return one_line(name, _NAME)


def short_name(name: str) -> str:
    """A function's name, short and on one line; it may be what a model made up."""
    return one_line(name, _NAME)


def file_facts(data: ImageData, model: str, detail: str) -> str:
    """`png 800x600 · 1.2 MB · ~765 tok`; `? tok` where the model's way of counting is not known."""
    from workbench.core.image_tokens import image_tokens

    tokens = image_tokens(model, data.width, data.height, detail)
    return f"{data.facts} · {size_text(data.size)}" + (f" · ~{tokens:,} tok" if tokens is not None else " · ? tok")


def image_line(image: Image, facts: str) -> str:
    """`▣ cat.png · png 800x600 · 1.2 MB · ~765 tok · low`."""
    inside = image.source.lower().startswith("data:")
    facts = facts or ("" if image.is_file or inside else "by address")
    return "▣ " + " · ".join(filter(None, (image_name(image), facts, one_line(image.detail, _NAME))))


def next_detail(detail: str) -> str:
    """What follows when a person steps through how closely a model looks at an image; "" sends none."""
    steps = ("", *DETAILS)
    return steps[(steps.index(detail) + 1) % len(steps)] if detail in steps else ""


def call_line(call: ToolCall) -> str:
    """`→ get_weather {"city": "Seoul"}`."""
    return f"→ {_call_words(call)}"


def answer_line(call_id: str, call: ToolCall | None) -> str:
    """Which call a tool message answers; without one, the id that it names."""
    if call is not None:
        return f"↳ answers {_call_words(call)}"
    return f"↳ answers {one_line(call_id, _NAME)}: no call right before has this id" if call_id else "↳ answers no call"


def answered_call(messages: Sequence[Message], index: int) -> ToolCall | None:
    """The call that tool message `index` answers: one of the assistant's message before the tool messages."""
    at = index
    while at >= 0 and (messages[at].role is Role.TOOL or not messages[at].on):
        at -= 1
    calls = messages[at].calls if at >= 0 else ()
    return next((call for call in calls if call.id == messages[index].call_id), None)


def _call_words(call: ToolCall) -> str:
    return f"{one_line(call.name, _NAME)} {one_line(call.arguments, _ARGUMENTS)}".rstrip()
