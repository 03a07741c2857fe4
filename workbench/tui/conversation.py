"""Taking an answer into the messages, and taking it back: pure moves on a prompt."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.prompt import Message, Prompt, Role, ToolCall
from workbench.core.variables import literal

if TYPE_CHECKING:
    from collections.abc import Collection

_NUMBER = re.compile(r"\s+\d+$")


class Taken(NamedTuple):
    """What `with_answer` made of `before`; kept so that "regenerate" can go back there."""

    before: Prompt
    after: Prompt


def with_answer(prompt: Prompt, answer: str, calls: tuple[ToolCall, ...] = (), answers: tuple[str, ...] = ()) -> Taken:
    """The prompt with the answer as an assistant message and an empty user message after it; where it asks for calls
    of functions, a tool message for each of them, with `answers` or empty.

    What looks like a variable in the answer, or in what a function returned, is text and is sent as it was written.
    """
    kept = prompt.messages
    while kept and kept[-1].role is Role.USER and not kept[-1].content.strip() and not kept[-1].images:
        kept = kept[:-1]  # an empty message that waits for the next turn is not a turn
    said = Message(Role.ASSISTANT, literal(answer), calls=calls)
    messages = (*kept, said, *_next_turn(said, answers))
    return Taken(prompt, replace(prompt, messages=messages))


def _next_turn(said: Message, answers: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """The messages to go on with after this one of the assistant, empty where nothing is known of them."""
    texts = answers or ("",) * len(said.calls)
    asked = zip(said.calls, texts, strict=True)
    return tuple(Message(Role.TOOL, literal(text), call_id=call.id) for call, text in asked) or (Message(Role.USER),)


def before_answer(prompt: Prompt, taken: Taken | None) -> Prompt | None:
    """The prompt as it was before the answer was taken, where nothing has been typed since; else None."""
    if taken is None or prompt.messages != taken.after.messages:
        return None
    return replace(prompt, messages=taken.before.messages)


def branched(prompt: Prompt, index: int) -> Prompt:
    """The conversation up to and with message `index`, to go on differently: where that is an answer, with an empty
    user message after it, or the tool messages that it asks for."""
    kept = prompt.messages[: index + 1]
    if kept and kept[-1].role not in (Role.USER, Role.TOOL):
        kept = (*kept, *_next_turn(kept[-1]))
    return replace(prompt, messages=kept or starting_prompt().messages)


def copied_name(name: str, taken: Collection[str]) -> str:
    """A name for a copy of a prompt: the name with the first free number; none where there is none."""
    if not name:
        return ""
    base = _NUMBER.sub("", name) or name
    return next(each for number in count(2) if (each := f"{base} {number}") not in taken)


def starting_prompt() -> Prompt:
    """What an empty workbench holds: one user message to type into."""
    return Prompt(messages=(Message(Role.USER),))


def where_to_go_on(prompt: Prompt) -> int:
    """The index of the user's last message, where one goes on; at the end of a list with answers to calls, the first
    of them that is empty; else of the last one; 0 in an empty list."""
    if prompt.messages and prompt.messages[-1].role is Role.TOOL:
        return _first_open_answer(prompt.messages)
    users = [index for index, message in enumerate(prompt.messages) if message.role is Role.USER]
    return users[-1] if users else max(0, len(prompt.messages) - 1)


def _first_open_answer(messages: tuple[Message, ...]) -> int:
    start = len(messages)
    while start and messages[start - 1].role is Role.TOOL:
        start -= 1
    return next((i for i in range(start, len(messages)) if not messages[i].content.strip()), len(messages) - 1)
