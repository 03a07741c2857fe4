"""What a grid says while it runs, as frozen values.

A cell is `CellQueued`; then `CellNotSent`, or `CellStarted`, its run's events and one `CellEnded`. One that began and
was stopped before its first request ends as `CellNotSent` too. Run again, it begins anew. `GridEnded` is the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbench.core.events import Event
from workbench.core.experiment import Cell
from workbench.core.grid_values import GridState
from workbench.core.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CellQueued:
    """Waits for its turn; `position` counts from 1, the next one."""

    cell: Cell
    position: int


@dataclass(frozen=True, slots=True)
class CellStarted:
    cell: Cell


@dataclass(frozen=True, slots=True)
class CellEvents:
    """What one read of the network brought to a cell's run; never empty."""

    cell: Cell
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class CellEnded:
    """`run` is the run's id in history, or "" where it has no row there: it was refused, or the disk took none."""

    cell: Cell
    outcome: Outcome
    run: str


@dataclass(frozen=True, slots=True)
class CellNotSent:
    """Left the queue without a request; `why` is a few words."""

    cell: Cell
    why: str


@dataclass(frozen=True, slots=True)
class HostHeld:
    """The host asked for a pause: nothing is sent to it for so many seconds."""

    host: str
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class GridEnded:
    """`why` says in a line what kept it from being complete, or ""; `held` is whether a cap or a budget did."""

    state: GridState
    why: str = ""
    held: bool = False


GridEvent: TypeAlias = CellQueued | CellStarted | CellEvents | CellEnded | CellNotSent | HostHeld | GridEnded
