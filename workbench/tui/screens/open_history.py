"""The conversation that opens what was run before: back into the workbench, or a comparison on its screen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.errors import InputError, WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.tui.keys import own_key
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from workbench.adapters.history_rows import StoredRun
    from workbench.core.prompt import Prompt
    from workbench.services import Services
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.desk import Desk
    from workbench.tui.preset_source import PresetSource
    from workbench.tui.screens.draft_room import DraftRoom, Opened
    from workbench.tui.screens.history import HistoryScreen
    from workbench.tui.screens.history_finding import Taken


class OpenHistory:
    """`ask` shows a screen and waits for it, `say` a line; `put` opens a prompt in a draft of its own, `room_of` is
    what the screen has for it; `compare` opens a comparison by its id, `show` one that is read."""

    def __init__(
        self,
        services: Services,
        *,
        ask: Ask,
        say: Say,
        put: Callable[[Prompt, PresetSource | None], Awaitable[Opened | None]],
        room_of: Callable[[Desk], DraftRoom | None],
        changed: Callable[[Desk], None],
        compare: Callable[[str], Awaitable[None]],
        show: Callable[[CompareDesk], Awaitable[None]],
    ) -> None:
        self._services = services
        self._ask = ask
        self._say = say
        self._put = put
        self._room_of = room_of
        self._changed = changed
        self._compare = compare
        self._show = show
        self._forgetting: set[asyncio.Task[None]] = set()

    async def choose(self, warmed: asyncio.Event) -> None:
        """From the list to what is opened, once `warmed` is set; looking needs nothing that is loaded with that."""
        taken = await self._ask(await in_own_thread(self._screen))
        if taken is not None:
            await warmed.wait()
            try:
                await self._open(taken)
            except WorkbenchError as error:
                self._say(error.line, "error")
        await self._forget_deleted()  # last: of a large history the whole file is written anew

    def _screen(self) -> HistoryScreen:
        # In a thread: the modules are read from the disk the first time.
        from workbench.past_runs import PastRuns
        from workbench.tui.screens.history import HistoryScreen

        return HistoryScreen(self._services, PastRuns(self._services))

    async def _forget_deleted(self) -> None:
        try:
            deleted = await in_own_thread(self._services.deletions.forget_hidden)
        except WorkbenchError as error:
            self._say(f"deleted, and not yet gone from the disk: {error.line}", "warning")
            return
        for note in deleted.notes:
            self._say(note, "warning")
        if deleted.waiting:
            self._say(f"deleted; a trace is left for now: {deleted.waiting}", "warning")

    async def _open(self, taken: Taken) -> None:
        if taken.is_comparison:
            await self._compare(taken.ids[0])
            return
        if len(taken.ids) > 1:
            await self._side_by_side(taken.ids)
            return
        stored = await in_own_thread(self._services.history.get, taken.ids[0])
        if stored is None:
            self._say("it is not in history any more", "warning")
            return
        opened = await self._put(stored.prompt, None)
        if opened is None:
            return
        note = self._go_on_with(opened.desk, stored)
        room = self._room_of(opened.desk)
        if room is not None:
            room.show_run(stored)
        self._changed(opened.desk)
        when = f"{stored.summary.began_at.astimezone():%d %b, %H:%M}"
        if taken.again and room is not None and not note:
            room.running.again()
        elif taken.again and note:  # what was sent to one host is not sent to another before that was read
            note += f", and is not sent yet: {own_key('regenerate')} sends it there"
        self._say(f"the run of {when} is in the prompt{opened.said}{note}", "warning" if note else "success")

    async def _side_by_side(self, ids: Sequence[str]) -> None:
        from workbench.comparing_past import open_runs

        opened = await in_own_thread(open_runs, self._services, ids)
        from workbench.tui.compare_desk import CompareDesk

        await self._show(CompareDesk.of(opened))

    def _go_on_with(self, desk: Desk, stored: StoredRun) -> str:
        """Send where it was sent; what is to be said of it, or ""."""
        name, host = stored.summary.connection, stored.summary.host
        try:
            desk.connection = self._services.connection(name, stored.prompt.model)
        except InputError:
            return f" · there is no connection {name} now: it goes to {desk.connection.name}"
        if desk.connection.host != host:
            return f" · it went to {host}: {name} is {desk.connection.host} now"
        return ""
