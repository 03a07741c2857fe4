"""The conversation about invisible characters of one draft."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.counted import counted
from workbench.core.errors import WorkbenchError
from workbench.tui.keys import own_key
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.tui.desk import Desk


class CleaningMoves:
    """`ask` shows a question, `say` a line, `changed` shows the prompt anew."""

    def __init__(self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed

    async def choose(self, current: int, *, marks: bool) -> bool:
        """Let the person clean the messages; `current` is the one in front. Whether the editor is to mark what can't
        be told apart; `marks` is whether it does."""
        from workbench.tui.screens.invisible import InvisibleCharacters, cleaned

        desk = self._desk
        cleaning = await self._ask(InvisibleCharacters(desk.prompt.messages, current, marks=marks))
        if cleaning is None:
            return marks
        before = desk.prompt.messages
        after = cleaned(before, current, cleaning)
        changed = sum(old != new for old, new in zip(before, after, strict=True))
        if changed:
            desk.edit(replace(desk.prompt, messages=after))
            self._changed()
            self._say(f"{counted(changed, 'message')} cleaned · {own_key('undo')} takes it back", "success")
        return cleaning.marks

    async def remember(self, marks: bool) -> None:
        """Keep whether the editor marks blanks in the settings: it holds at the next start too."""
        from workbench.own_settings import OwnSettings

        try:
            await asyncio.to_thread(
                OwnSettings(self._desk.services).save_named, "mark_blanks", "on" if marks else "off"
            )
        except WorkbenchError as error:
            self._say(f"marked until the end of this session: {error.line}", "warning")
