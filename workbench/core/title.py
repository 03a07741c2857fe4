"""What a prompt is called where there is little room for it: its name, or else the words that it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.prompt import Role

if TYPE_CHECKING:
    from workbench.core.prompt import Prompt

_LONGEST = 80


def title_of(prompt: Prompt) -> str:
    """Its name; without one the first words of a user's message, else of any; "" where nothing is written."""
    if name := _words(prompt.name):
        return name
    users_first = sorted(prompt.messages, key=lambda message: message.role is not Role.USER)
    return next((words for message in users_first if (words := _words(message.content))), "")


def _words(text: str) -> str:
    # A prompt may be megabytes long, and this is asked at every key.
    return " ".join(text[:1_000].split())[:_LONGEST].strip() or " ".join(text.split(maxsplit=1)[:1])[:_LONGEST]
