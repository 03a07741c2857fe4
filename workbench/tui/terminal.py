"""The terminal's own dangers: bytes on stdin that are no UTF-8, and signals that would leave it raw."""

from __future__ import annotations

import asyncio
import codecs
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.drivers import linux_driver

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def tolerate_invalid_input() -> None:
    """Read invalid bytes on stdin as U+FFFD.

    Textual 8.2.8 decodes stdin strictly in its input thread, so two bytes of a mouse report in the old encoding end
    the program (textual#6668). The decoder's maker is the one name to replace; the thread's loop stays Textual's.
    """
    linux_driver.getincrementaldecoder = _lenient  # type: ignore[attr-defined, assignment]


def _lenient(encoding: str) -> Callable[[], Any]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")


def on_signals(leave: Callable[[int], None], stop: Callable[[], None]) -> None:
    """In the running loop: `leave(128 + number)` on SIGTERM and SIGHUP, `stop()` on SIGINT.

    Python's default for each ends the process with the alternate screen, the mouse and raw mode still on.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop)
    for number in EXIT_SIGNALS:
        loop.add_signal_handler(number, leave, 128 + number)
