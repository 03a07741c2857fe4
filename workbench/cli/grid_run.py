"""Grids on their way without the screen: their progress in a line, the signals that end them, and the wait for what is
worked out of their answers."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING, TypeVar

from workbench.cli.compare_progress import Progress
from workbench.core.grid_values import Spent
from workbench.grid.events import GridEnded
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.grid_values import GridState
    from workbench.grid.events import GridEvent
    from workbench.grid.grid import EmitGrid, Grid

_Made = TypeVar("_Made")

_TICK = 0.2
"""Seconds between two looks at the clock, for the time in the progress line."""
_PATIENCE = 0.5
"""Seconds that the statistics still have after a ctrl-c."""


class GridRun:
    """One grid, or one after another."""

    def __init__(self, planned: int) -> None:
        """`planned` are the cells of all of them."""
        self.signal = 0
        """The last one that came."""
        self.why = ""
        """Why the last grid did not end whole."""
        self.spent = Spent()
        """What the grids that have ended used up."""
        self._signalled_at = 0.0
        self._progress = Progress(planned)
        self._grid: Grid | None = None

    def listen(self) -> None:
        """Let signals end what runs. In the event loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # what nohup turned off stays off
                loop.add_signal_handler(number, self._interrupt, number)

    def taker(self, take: Callable[[GridEvent], None]) -> EmitGrid:
        """What a grid is to be made with, so that `take` gets each event and the progress line shows it."""

        def emit(events: Sequence[GridEvent]) -> None:
            for event in events:
                self._progress.take(event)
                take(event)
                if isinstance(event, GridEnded):
                    self.why = event.why
            self._draw()

        return emit

    async def execute(self, grid: Grid) -> GridState:
        """Send what it has queued. After a signal came nothing is sent."""
        self._grid = grid
        if self.signal:
            grid.stop()
        ticking = asyncio.create_task(self._tick())
        try:
            return await grid.execute()
        finally:
            ticking.cancel()
            self.spent, self._grid = self.spent.plus(grid.spent), None
            self._progress.clear()

    async def worked_out(self, work: Callable[[], _Made], *, instead: Callable[[], _Made]) -> _Made:
        """What `work` gives, in a thread; `instead` where that takes longer than one who pressed ctrl-c waits."""
        working = asyncio.ensure_future(in_own_thread(work))
        while not working.done():
            if (await asyncio.wait({working}, timeout=_TICK))[0]:
                break
            self._progress.say("comparing the answers")
            if self.signal and time.monotonic() - self._signalled_at > _PATIENCE:
                working.cancel()
                return instead()
        return working.result()

    def clear(self) -> None:
        """Take the progress line away."""
        self._progress.clear()

    async def _tick(self) -> None:
        while True:
            self._draw()
            await asyncio.sleep(_TICK)

    def _draw(self) -> None:
        if self._grid is not None:
            self._progress.draw(self.spent.plus(self._grid.spent))

    def _interrupt(self, number: int) -> None:
        self.signal, self._signalled_at = number, time.monotonic()
        if self._grid is not None:
            self._grid.stop()
