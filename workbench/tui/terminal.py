"""The terminal's own dangers: bytes on stdin that are no UTF-8, keys that are read as others, and signals."""

from __future__ import annotations

import asyncio
import codecs
import signal
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.drivers import linux_driver

from workbench.tui.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EXIT_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def tolerate_invalid_input() -> None:
    """Read invalid bytes on stdin as U+FFFD.

    Textual 8.2.8 decodes stdin strictly in its input thread, so two bytes of a mouse report in the old encoding end
    the program (textual#6668). The decoder's maker is the one name to replace; the thread's loop stays Textual's.
    """
    linux_driver.getincrementaldecoder = _lenient  # type: ignore[attr-defined, assignment]


def _lenient(encoding: str) -> Callable[[], Any]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")


def read_alt_keys(own: Iterable[str] = ()) -> None:
    """Read what a terminal sends for the commands' keys of alt and a letter or digit (ESC before it) as them, at once;
    `own` are the person's, as the settings have them.

    Textual 8.2.8 takes a digit for what a Mac types with its option key (ESC 1 for "¡"). For a letter it waits 0.1 s
    whether more comes, and types "^n" where the same key comes again in that time. Other letters stay as they are read:
    someone may have pressed escape and the letter.
    """
    all_keys = [*(command.keys for command in COMMANDS), *own]
    found = {key for keys in all_keys for key in keys.split(",") if key.startswith("alt+") and len(key) == 5}
    # What Textual takes has to be a member of an enumeration.
    keys = Enum("AltKey", {key: key for key in sorted(found)})  # type: ignore[misc]
    _KEYS.update({f"\x1b{key.value[-1]}": (key,) for key in keys})


_KEYS: dict[str, Any] = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]


def on_signals(leave: Callable[[int], None], stop: Callable[[], None]) -> None:
    """In the running loop: `leave(128 + number)` on SIGTERM and SIGHUP, `stop()` on SIGINT.

    Python's default for each ends the process with the alternate screen, the mouse and raw mode still on.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop)
    for number in EXIT_SIGNALS:
        loop.add_signal_handler(number, leave, 128 + number)
