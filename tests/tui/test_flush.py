"""The clock of what streams."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from workbench.tui.flush import Flusher

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App


class Clock:
    """Stands for the app: keeps the timers that are set."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def set_timer(self, delay: float, callback: Callable[[], None], *, name: str = "") -> None:
        self.timers.append((delay, callback))


class LongText:
    """Lays out a slice, which takes a while, and asks for the next one at once."""

    def __init__(self, flusher: Flusher) -> None:
        self._flusher = flusher
        self.seconds = 0.0

    def flush(self) -> bool:
        self._flusher.request(self)
        began = time.monotonic()
        while time.monotonic() - began < 0.02:
            pass
        self.seconds = time.monotonic() - began
        return True


def test_the_rest_of_a_long_text_waits_until_keys_had_their_turn() -> None:
    clock = Clock()
    flusher = Flusher(cast("App[Any]", clock))
    pane = LongText(flusher)
    flusher.request(pane)
    for _ in range(3):
        [(_, tick)] = clock.timers  # one clock: two timers would be four after the next slice
        clock.timers.clear()
        tick()
        assert clock.timers[0][0] >= 2 * pane.seconds
    assert not flusher.idle
