"""Taking an answer into the messages, and taking it back: pure moves on a prompt."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.prompt import Message, Prompt, Role
from workbench.core.variables import literal

if TYPE_CHECKING:
    from collections.abc import Collection

_NUMBER = re.compile(r"\s+\d+$")


class Taken(NamedTuple):
    """What `with_answer` made of `before`; kept so that "regenerate" can go back there."""

    before: Prompt
    after: Prompt


def with_answer(prompt: Prompt, answer: str) -> Taken:
    """The prompt with the answer as an assistant message and an empty user message after it.

    What looks like a variable in the answer is text, and is sent as it was written.
    """
    kept = prompt.messages
    while kept and kept[-1].role is Role.USER and not kept[-1].content.strip():
        kept = kept[:-1]  # an empty message that waits for the next turn is not a turn
    messages = (*kept, Message(Role.ASSISTANT, literal(answer)), Message(Role.USER))
    return Taken(prompt, replace(prompt, messages=messages))


def before_answer(prompt: Prompt, taken: Taken | None) -> Prompt | None:
    """The prompt as it was before the answer was taken, where nothing has been typed since; else None."""
    if taken is None or prompt.messages != taken.after.messages:
        return None
    return replace(prompt, messages=taken.before.messages)


def branched(prompt: Prompt, index: int) -> Prompt:
    """The conversation up to and with message `index`, to go on differently: where that is an answer, with an empty
    user message after it."""
    kept = prompt.messages[: index + 1]
    if kept and kept[-1].role is not Role.USER:
        kept = (*kept, Message(Role.USER))
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
    """The index of the user's last message, where one goes on; else of the last one; 0 in an empty list."""
    users = [index for index, message in enumerate(prompt.messages) if message.role is Role.USER]
    return users[-1] if users else max(0, len(prompt.messages) - 1)
