"""Makes the token counts of the screen better while one works, and tells of the one request that this may take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.connection import Connection
    from workbench.counting import Counting
    from workbench.services import Services
    from workbench.tui.desk import Desk
    from workbench.tui.screens.where import Say

IDLE = 1.0
"""Seconds without an edit before ranks are loaded: that holds every key up for 0.14 s."""
TOLD_BEFORE = 3.0
"""Seconds from the announcement of the request to the request."""
ANNOUNCEMENT = (
    "counts for OpenAI's models become exact with their token table: it is fetched now, once ({} from "
    'openaipublic.blob.core.windows.net); token_table = "local" in the settings keeps to estimates'
)
"""With the size of the file."""


class BetterCounts:
    """`say` says a line, `changed` shows the counts anew. What takes its time is done in a thread, one at a time."""

    def __init__(self, services: Services, *, say: Say, changed: Callable[[], None]) -> None:
        self._services = services
        self._say = say
        self._changed = changed
        self._counting: Counting | None = None
        self._seen: set[tuple[str, str]] = set()
        """Host and model of what was looked at since its last run."""
        self._one_at_a_time = asyncio.Lock()

    def is_due(self, desk: Desk) -> bool:
        """Whether there is something to be done for what the desk's prompt would ask."""
        return not desk.connection.is_practice and _key(desk.model, desk.connection) not in self._seen

    def ran(self, model: str) -> None:
        """A run has ended, in front or behind: its counts may be learned from."""
        self._seen = {key for key in self._seen if key[1] != model}

    async def improve(self, model: str, connection: Connection, typed: Callable[[], object]) -> None:
        """Load what is on this machine and learn from what was counted; then fetch what is missing. What `typed` gives
        is another object after each edit."""
        if _key(model, connection) in self._seen:
            return
        self._seen.add(_key(model, connection))
        async with self._one_at_a_time:
            await _pause(typed)
            counting = await self._made()
            if await in_own_thread(counting.improve, model, connection):
                self._changed()
            encoding = await in_own_thread(counting.missing, model, connection)
            if encoding and await self._fetch(counting, encoding):
                await in_own_thread(counting.improve, model, connection)
                self._changed()

    async def _made(self) -> Counting:
        if self._counting is None:
            self._counting = await in_own_thread(_make, self._services)
        return self._counting

    async def _fetch(self, counting: Counting, encoding: str) -> bool:
        first = not await in_own_thread(counting.is_announced, encoding)
        if first:
            self._say(ANNOUNCEMENT.format(counting.size_of(encoding)), "info")
            await asyncio.sleep(TOLD_BEFORE)
        there, why = await in_own_thread(counting.fetch, encoding)
        if there:
            self._say("the token table is here: counts for OpenAI's models are exact now", "success")
        elif first and why:
            self._say(f"no token table: {why}; counts stay estimates (~), and tomorrow it is tried again", "info")
        return there


async def _pause(typed: Callable[[], object]) -> None:
    """Until nothing was typed for a moment."""
    while True:
        before = typed()
        await asyncio.sleep(IDLE)
        if typed() is before:
            return


def _make(services: Services) -> Counting:
    from workbench.counting import Counting  # with what downloads; not before the first paint

    return Counting(services)


def _key(model: str, connection: Connection) -> tuple[str, str]:
    return connection.host, model
