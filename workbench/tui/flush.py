"""One shared clock for everything that streams: one dirty pane per tick, in turn, and no tick when nothing is dirty.

Drawing all panes in one tick is what a key press then waits for; one at a time, with a rest after each, keeps the
wait short however many panes stream.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from textual.app import App

PERIOD = 1 / 20
"""Seconds between two flushes of one pane, at least."""
_LEAST_GAP = 1 / 30
"""Seconds between two flushes of any panes, at least: each one is a paint, and a key waits for it."""
_REST = 3.0
"""After a flush that took c seconds the clock rests this many times c."""


class Flushable(Protocol):
    """Something that draws what has arrived since its last flush."""

    def flush(self) -> bool: ...


class Flusher:
    """Flushes the panes that asked for it. One belongs to each app; `Flusher.of(app)` is the way to it."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: dict[Flushable, None] = {}
        self._last: WeakKeyDictionary[Flushable, float] = WeakKeyDictionary()
        self._ticking = False
        self._next = 0.0
        self._due = 0.0

    @staticmethod
    def of(app: App[Any]) -> Flusher:
        """The flusher of an app, made when first asked for."""
        flusher = _FLUSHERS.get(app)
        if flusher is None:
            flusher = _FLUSHERS[app] = Flusher(app)
        return flusher

    def request(self, pane: Flushable) -> None:
        """`pane` has something to draw. Cheap: it is called for every piece of text."""
        if pane not in self._waiting:
            self._waiting[pane] = None
            if not self._ticking:
                self._schedule()

    def forget(self, pane: Flushable) -> None:
        """`pane` is gone."""
        self._waiting.pop(pane, None)

    @property
    def idle(self) -> bool:
        """True when no timer runs."""
        return not self._ticking

    def _schedule(self) -> None:
        """Set the clock for the pane that has waited longest since its last flush."""
        now = monotonic()
        due = min(self._last.get(pane, 0.0) for pane in self._waiting) + PERIOD
        delay = max(0.001, self._next - now, due - now)
        self._due = now + delay
        self._ticking = True
        self._app.set_timer(delay, self._tick, name="flush")

    def _tick(self) -> None:
        if not self._waiting:
            self._ticking = False
            return
        pane = min(self._waiting, key=lambda waiting: self._last.get(waiting, 0.0))
        del self._waiting[pane]
        start = monotonic()
        try:
            pane.flush()
        finally:
            end = monotonic()
            self._last[pane] = end
            # A tick that comes late says that painting, which is not seen here, keeps the program busy.
            self._next = end + max(_LEAST_GAP, _REST * (end - start), start - self._due)
            self._ticking = False  # only now: what the pane itself asked for, the rest of a long text, waits as well
            if self._waiting:
                self._schedule()


_FLUSHERS: WeakKeyDictionary[App[Any], Flusher] = WeakKeyDictionary()
