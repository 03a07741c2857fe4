"""Drafts that were left or put aside: offering the one of a crash, choosing among the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.tui.screens.questions import draft_chooser, draft_question
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.tui.desk import Desk


class DraftMoves:
    """The conversation about drafts. `ask` shows a question, `say` a line, `changed` shows the prompt anew."""

    def __init__(self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed

    async def offer(self) -> None:
        """Offer the draft of a session that ended without closing, where there is one."""
        if self._desk.offered is None:
            return
        if await self._ask(draft_question(self._desk.offered)) == "open":
            self._desk.accept_offered()
            self._changed()
        else:
            self._desk.discard_offered()

    async def choose(self) -> None:
        """Let the person open one that was put aside."""
        kept = await asyncio.to_thread(self._desk.services.drafts.kept)
        if not kept:
            self._say("no draft was put aside", "info")
            return
        chosen = await self._ask(draft_chooser(kept))
        draft = next((draft for draft in kept if draft.draft_id == chosen), None)
        if draft is None:
            return
        if not self._desk.take_up(draft):
            self._say("this draft can't be read; it is kept in the database", "error")
            return
        self._changed()
        if note := await self._desk.recall_source():
            self._say(note, "warning")
        self._changed()
