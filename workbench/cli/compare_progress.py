"""The progress of a grid in one line of the terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import StatusLine
from workbench.cli.table import width
from workbench.core.events import State
from workbench.core.one_line import one_line
from workbench.core.usage import money_text, seconds_text
from workbench.grid.events import CellEnded, CellNotSent, CellStarted, HostHeld

if TYPE_CHECKING:
    from workbench.core.experiment import Cell
    from workbench.core.grid_values import Spent
    from workbench.grid.events import GridEvent

_EVERY = 0.1
"""Seconds between two redrawings, at least: a line that changes faster is not read, it flickers."""
_BAR = 20
"""Cells of the bar."""
_LEAST_BAR = 6


class Progress:
    """Counts what the grid says; `draw` shows it."""

    def __init__(self, planned: int) -> None:
        self._line = StatusLine()
        self._planned = planned
        self._began = time.monotonic()
        self._drawn = 0.0
        self._running: set[Cell] = set()
        self._ended = self._failed = 0
        self._held_until = 0.0
        self._held = ""

    def take(self, event: GridEvent) -> None:
        match event:
            case CellStarted(cell=cell):
                self._running.add(cell)
            case CellEnded(cell=cell, outcome=outcome):
                self._running.discard(cell)
                self._ended += 1
                self._failed += outcome.state is not State.COMPLETE
            case CellNotSent(cell=cell):
                self._running.discard(cell)
            case HostHeld(host=host, seconds=seconds, reason=reason):
                self._held, self._held_until = f"{host}: {reason}", time.monotonic() + seconds
            case _:
                pass

    def draw(self, spent: Spent, *, now: bool = False) -> None:
        """Show where the grid stands, unless that was done a moment ago."""
        if not self._line.is_live:
            return
        time_now = time.monotonic()
        if now or time_now - self._drawn >= _EVERY:
            self._drawn = time_now
            self._line.show(self._text(spent, time_now))

    def say(self, text: str) -> None:
        """Show what goes on after the last request."""
        self._line.show(fitted(text, self._line.columns))

    def clear(self) -> None:
        self._line.clear()

    def _text(self, spent: Spent, now: float) -> str:
        columns = self._line.columns
        count = f"{self._ended}/{self._planned}"
        parts = [f"{len(self._running)} under way"]
        if self._failed:
            parts.append(f"{self._failed} failed")
        elapsed = now - self._began
        parts += [seconds_text(elapsed) if elapsed >= 10 else f"{elapsed:.0f} s", money_text(spent.cost_usd)]
        if self._held_until > now:
            parts.append(f"waiting {self._held_until - now:.0f} s for {one_line(self._held, 60)}")
        text = " · ".join(parts)
        bar = min(_BAR, columns - width(count) - width(text) - 4)
        if bar >= _LEAST_BAR:
            filled = bar * self._ended // max(1, self._planned)
            done, left = ("█", "░") if self._line.is_utf8 else ("#", "-")
            count = f"{done * filled}{left * (bar - filled)} {count}"
        return fitted(f"{count}  {text}", columns)


def fitted(text: str, columns: int) -> str:
    """`text` cut to so many cells of a terminal."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return f"{text}…" if columns > 1 else ""
