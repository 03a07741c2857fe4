"""Signals of a session that waits for input and runs requests by turns.

Handlers of Python's own, not of the event loop: there is no loop while a line is read. A signal ends the wait for
input, stops the run that goes on, or, between the two, is remembered until one of them begins.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupted(BaseException):
    """A signal came while input was waited for. Not an Exception, so that no handler of faults takes it for one."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.typed = False
        """Whether something had been typed into the line."""


class Signals:
    """Use it in a `with`, in the main thread. What was ignored before (nohup) stays ignored."""

    def __init__(self) -> None:
        self.terminated = 0
        """SIGTERM or SIGHUP, once one has come: the session ends."""
        self._pending = 0
        self._waiting = False
        self._stop: Callable[[], object] | None = None
        self._before: dict[int, signal.Handlers | int | Callable[[int, FrameType | None], object] | None] = {}

    def __enter__(self) -> Signals:
        for name in _SIGNALS:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While input is waited for: a signal, also one that came just before, raises Interrupted."""
        self._waiting = True
        try:
            if self._pending:
                number, self._pending = self._pending, 0
                raise Interrupted(number)
            yield
        finally:
            self._waiting = False

    @contextmanager
    def stopping(self, stop: Callable[[], object]) -> Iterator[None]:
        """While a run goes on: a signal, also one that came just before, calls `stop`."""
        self._stop = stop
        try:
            if self._pending:
                self._pending = 0
                stop()
            yield
        finally:
            self._stop = None

    def _take(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            self.terminated = number
        if self._stop is not None:
            self._stop()
        elif self._waiting:
            raise Interrupted(number)
        else:
            self._pending = number
