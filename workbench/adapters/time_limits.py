"""The time limits of one attempt: which of them comes first, and what to say when it is reached."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, TypeVar

from workbench.core.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from workbench.core.wire import Limits

_T = TypeVar("_T")

_HINTS = {
    "first_byte": "run again, or raise the first-byte limit in the settings; the request may have been billed",
    "idle": "what came is kept; run again, or raise the idle limit in the settings",
    "total": "what came is kept; raise the timeout to wait longer",
}


class TimeLimits:
    """Counts from its making. A limit of 0 (and a total of None) is none.

    Until content comes the first-byte limit goes on, also after the headers: a model that reasons in silence sends
    them at once, and its first word a minute later.
    """

    def __init__(self, limits: Limits, host: str, *, total: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._host = host
        self._began = self._loop.time()
        self._total = total or None
        self._end = None if self._total is None else self._began + self._total
        self._next = self._began + (limits.first_byte or math.inf)
        self._which = "first_byte"
        self._idle = limits.idle or math.inf
        self._left = self._began

    def opened(self) -> None:
        """The headers are here."""
        until = self._loop.time() + self._idle
        if until > self._next:
            self._next, self._which = until, "idle"

    def progressed(self) -> None:
        """Some of the answer came."""
        self._next, self._which = self._loop.time() + self._idle, "idle"

    async def hold(self, wait: Awaitable[_T]) -> _T:
        """`wait`, ended by the first limit that is reached. Raises TimedOut."""
        # Only the total counts the time in which nobody waited: a reader that was slow is not the server's silence.
        now = self._loop.time()
        self._next += now - self._left
        limit = asyncio.timeout_at(self._next if self._end is None else min(self._next, self._end))
        try:
            async with limit:
                result = await wait
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._reached() from None
        self._left = self._loop.time()
        return result

    def _reached(self) -> TimedOut:
        which, seconds = self._which, getattr(self._limits, self._which)
        if self._end is not None and self._end <= self._next:
            which, seconds = "total", self._total
        what = {
            "first_byte": f"no answer from {self._host} within {seconds:g} s",
            "idle": f"nothing more from {self._host} for {seconds:g} s",
            "total": f"{self._host} did not finish within {seconds:g} s",
        }[which]
        return TimedOut(f"{what} (the {which.replace('_', '-')} limit)", _HINTS[which], code=which)
