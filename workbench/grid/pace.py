"""When a cell's request may go out: places for so many at a time, one shared back-off per host, and the budget.

A cell that waits for its host gives its place to another, which may ask another host. Once a pause is over the cells
that it held go out one by one until the host answers one of them, so that one refusal does not become many.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.errors import RateLimited, Refused, RunError
from workbench.grid.budget import Budget

if TYPE_CHECKING:
    from workbench.runner import RetryPolicy

SPACING = 1.0
"""Seconds between two requests after a pause, as long as the host has answered neither: a 429 comes at once, and the
first byte of an answer may take a minute."""


class HostPause:
    """One host's back-off. Times are those of one clock, in seconds."""

    def __init__(self) -> None:
        self._until = 0.0
        self._told_until = 0.0
        self._began = float("-inf")
        self._refusals = 0
        """In a row; those of requests that were under way when the pause began are one with its first."""

    def left(self, now: float) -> float:
        """Seconds for which nothing may be sent; 0.0 where a request may go out."""
        return max(0.0, self._until - now) if self._refusals else 0.0

    def ends_in(self, now: float) -> float | None:
        """Seconds until an end that was not told yet, 0.0 where it is past; None where there is none."""
        return max(0.0, self._until - now) if self._refusals and self._told_until < self._until else None

    def tell_end(self, now: float) -> None:
        """Whoever waits is told now that it is over, if it is."""
        if self._until <= now:
            self._told_until = self._until

    def sends(self, now: float) -> bool:
        """A request goes out. True where the next one has to wait for its answer."""
        if self._refusals:
            self._until = now + SPACING
        return self._refusals > 0

    def refused(self, sent_at: float, error: RunError, policy: RetryPolicy, now: float) -> float:
        """A request that went out at `sent_at` was refused. Returns the seconds by which the pause grew, or 0.0."""
        again = self._refusals == 0 or sent_at >= self._began
        wait = policy.shared_wait(error, self._refusals + again)
        if wait is None:
            return 0.0
        if again:
            self._refusals += 1
            self._began = now
            # The spacing after a pause ends with the answer to the request that it was for.
            self._until = now
        before, self._until = self._until, max(self._until, now + wait)
        return self._until - now if self._until > before else 0.0

    def answered(self, sent_at: float) -> bool:
        """A request that went out at `sent_at` is answered. True where that ends the pause."""
        if not self._refusals or sent_at < self._began:
            return False
        self._refusals = 0
        return True


class Pace:
    """What the cells of one grid share."""

    def __init__(self, budget: Budget, on_pause: Callable[[str, float, str], None]) -> None:
        """`on_pause` is told the host, the seconds and the reason of each pause."""
        self.budget = budget
        self.busy = 0
        """Places that are taken."""
        self._on_pause = on_pause
        self._hosts: dict[str, HostPause] = {}
        self._waiting: list[CellPace] = []
        self._ticket = asyncio.Event()

    @property
    def ticket(self) -> asyncio.Event:
        """Set at the next change. Take it before looking at what may be done, then wait for it."""
        return self._ticket

    def wake(self) -> None:
        """Something changed: all who wait look again."""
        self._ticket.set()
        self._ticket = asyncio.Event()

    def is_paused(self, host: str) -> bool:
        return host in self._hosts and self._hosts[host].left(time.monotonic()) > 0

    def next_end(self) -> float | None:
        """Seconds until `pauses_end` has to be called; None where there is no pause.

        0.0 for one that ended in this very moment: a cell that looked a moment before waits for it.
        """
        now = time.monotonic()
        return min((left for pause in self._hosts.values() if (left := pause.ends_in(now)) is not None), default=None)

    def pauses_end(self) -> None:
        """Tell those who wait that a pause is over."""
        now = time.monotonic()
        for pause in self._hosts.values():
            pause.tell_end(now)
        self.wake()

    @property
    def has_room(self) -> bool:
        """Whether another request may be under way."""
        return self.busy < self.budget.limits.concurrency

    @property
    def may_begin(self) -> bool:
        """Whether another cell may begin: cells that have begun go first."""
        return self.has_room and all(self.is_paused(cell.host) for cell in self._waiting)

    async def wait_in(self, cell: CellPace) -> None:
        """Until the next change, as one of those who wait."""
        ticket = self._ticket
        self._waiting.append(cell)
        try:
            await ticket.wait()
        finally:
            self._waiting.remove(cell)

    def sends(self, host: str, *, reserved: bool) -> float:
        """A request goes out now; returns the time."""
        now = time.monotonic()
        self.budget.count(reserved=reserved)
        if host in self._hosts and self._hosts[host].sends(now):
            self.wake()
        return now

    def refused(self, host: str, sent_at: float, error: RunError, policy: RetryPolicy) -> None:
        pause = self._hosts.setdefault(host, HostPause())
        if seconds := pause.refused(sent_at, error, policy, time.monotonic()):
            self._on_pause(host, seconds, error.message)
            self.wake()

    def answered(self, host: str, sent_at: float) -> None:
        if host in self._hosts and self._hosts[host].answered(sent_at):
            self.wake()


class CellPace:
    """One cell before each of its requests (`runner.PacesRequests`). It begins with a place."""

    def __init__(self, pace: Pace, host: str, policy: RetryPolicy) -> None:
        self.host = host
        self.refusal = ""
        """Why the budget let no more of it through, or ""."""
        self._pace = pace
        self._policy = policy
        self._placed = False
        self._reserved = True
        self._sent_at: float | None = None
        self._last = ""
        pace.budget.reserve()
        self._take_place()

    async def before_request(self) -> None:
        pace = self._pace
        while pace.is_paused(self.host) or not (self._placed or pace.has_room):
            self._give_place()
            await pace.wait_in(self)
        if why := pace.budget.why_full(reserved=self._reserved):
            self.refusal = why
            again = f"not asked again after: {self._last}" if self._last else "not sent"
            raise Refused(f"{again} ({why})", "raise the cap to go on")
        self._take_place()
        self._sent_at = pace.sends(self.host, reserved=self._reserved)
        self._reserved = False

    def was_refused(self, error: RunError) -> None:
        self._last = error.message
        if self._sent_at is None:
            return
        if isinstance(error, RateLimited):
            self._pace.refused(self.host, self._sent_at, error, self._policy)
            self._give_place()
        elif error.status is not None:
            self.answered()

    def answered(self) -> None:
        """The answer has begun."""
        if self._sent_at is not None:
            self._pace.answered(self.host, self._sent_at)

    def leave(self) -> None:
        """The cell has ended."""
        if self._reserved:
            self._reserved = False
            self._pace.budget.give_back()
        self._give_place()

    def _take_place(self) -> None:
        if not self._placed:
            self._placed = True
            self._pace.busy += 1

    def _give_place(self) -> None:
        if self._placed:
            self._placed = False
            self._pace.busy -= 1
            self._pace.wake()
