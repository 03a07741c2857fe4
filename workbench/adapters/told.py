"""What the writer has to say of the disk, and who listens. Whoever listens is called from the writer's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias, TypeVar

T = TypeVar("T")
OnTrouble: TypeAlias = Callable[[str | None], object]
OnWarning: TypeAlias = Callable[[str], object]


class Told:
    """The trouble that there is now, and the warnings so far."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        """Why nothing is saved, or that something was lost; None while all is well."""
        self.saves = True
        """Whether what is done now is being saved."""
        self.warnings: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._watchers: list[OnTrouble] = []
        self._listeners: list[OnWarning] = []

    def watch(self, on_trouble: OnTrouble) -> None:
        """Call it whenever the trouble changes; at once where there is some already."""
        with self._lock:
            self._watchers.append(on_trouble)
            if self.trouble is not None:
                on_trouble(self.trouble)

    def listen(self, on_warning: OnWarning) -> None:
        """Call it with each warning that comes from now on."""
        with self._lock:
            self._listeners.append(on_warning)

    def tell(self, trouble: str | None, *, saves: bool) -> None:
        """This is the trouble now."""
        with self._lock:
            self.saves = saves
            if trouble != self.trouble:
                self.trouble = trouble
                _call_each(self._watchers, trouble)

    def warn(self, *warnings: str) -> None:
        """These are to be said once."""
        with self._lock:
            self.warnings += warnings
            for warning in warnings:
                _call_each(self._listeners, warning)


def _call_each(watchers: list[Callable[[T], object]], value: T) -> None:
    for watcher in tuple(watchers):
        try:
            watcher(value)
        except Exception:  # its screen is gone, perhaps; saving goes on whatever a watcher does
            watchers.remove(watcher)
