"""Find and replace in the messages of one draft."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.tui.screens.where import Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.find_replace import Place
    from workbench.core.prompt import Message
    from workbench.tui.desk import Desk


class Finding:
    """The messages as the dialog has them, each replacement a step that can be undone; `changed` shows them anew."""

    def __init__(self, desk: Desk, *, ask: Ask, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._changed = changed

    async def find(self, at: tuple[int, int], needle: str) -> Place | None:
        """Let the person find and replace; the place where they left. `at` is the message and the character to begin
        at, `needle` what is looked for at first."""
        from workbench.tui.screens.find_replace import FindReplace

        return await self._ask(FindReplace(self, at, needle=needle))

    def get(self) -> tuple[Message, ...]:
        return self._desk.prompt.messages

    def put(self, messages: tuple[Message, ...]) -> None:
        self._desk.edit(replace(self._desk.prompt, messages=messages))
        self._changed()

    def undo(self) -> str:
        step = self._desk.step(back=True)
        if step is None:
            return "there is nothing to undo"
        self._changed()
        return step.words
