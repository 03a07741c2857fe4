"""The turns that a person types or a pipe brings, one line each; a line that ends with a backslash goes on in the next.

On a terminal a line is edited with readline: a paste of several lines is one turn, and a turn that was taken back
stands in the next line, ready to be edited.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Protocol

from workbench.cli.diagnostics import say
from workbench.cli.signals import Interrupted
from workbench.core.errors import InputError
from workbench.core.json_clean import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from workbench.cli.signals import Signals

_PROMPT = "> "
_GOES_ON = "... "
_MOST_BYTES = 20_000_000
"""The longest line that is read from a pipe: well above what any model reads."""


class Lines(Protocol):
    """Where lines come from."""

    @property
    def interactive(self) -> bool:
        """Whether a person types them."""
        ...

    def read(self, prompt: str) -> str | None:
        """The next line without its end; None at the end of input. InputError: it is not text."""
        ...

    def typed(self) -> bool:
        """Whether something stands in the line that is being typed; False where that can't be known."""
        ...

    def offer(self, text: str) -> bool:
        """Put a text that was not sent into the next line; False where that can't be done."""
        ...


def read_turn(lines: Lines) -> str | None:
    """The next turn, maybe blank; None at the end of input. InputError: it is not text. Interrupted: a signal came."""
    parts: list[str] = []
    try:
        while (line := lines.read(_GOES_ON if parts else _PROMPT)) is not None:
            if not _goes_on(line):
                return "\n".join([*parts, line])
            parts.append(line[:-1])
    except Interrupted as interrupted:
        interrupted.typed = bool(parts) or lines.typed()
        raise
    return "\n".join(parts) if parts else None


def _goes_on(line: str) -> bool:
    """Two backslashes at the end are text: LaTeX ends its lines so."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def standard_lines(signals: Signals) -> Lines:
    """The lines of standard input; a signal ends the wait for one."""
    if sys.stdin is not None and sys.stdin.isatty():
        return TerminalLines(signals)
    return PipeLines(signals)


class PipeLines:
    """Lines of a pipe or a file, as UTF-8 whatever the locale."""

    interactive = False

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._number = 0

    def read(self, prompt: str) -> str | None:
        if sys.stdin is None:  # the program was started with it closed
            return None
        with self._signals.waiting():
            data = sys.stdin.buffer.readline(_MOST_BYTES + 1)
        self._number += 1
        where = f"line {self._number} of standard input"
        if len(data) > _MOST_BYTES:
            raise InputError(f"{where} has more than {_MOST_BYTES:,} bytes", "send less text")
        try:
            text = data.decode("utf-8-sig" if self._number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{where} is not UTF-8 at byte {error.start:,}", "send text") from None
        return text.removesuffix("\n").removesuffix("\r") if data else None

    def typed(self) -> bool:
        return False

    def offer(self, text: str) -> bool:
        return False


class TerminalLines:
    """Lines that a person types.

    The prompt and the line are echoed on stderr's terminal where stdout is none, so that `chat > answers.txt` can be
    typed into. Where neither is a terminal there is no prompt and no editing but the terminal's own.
    """

    interactive = True

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._stdout = sys.stdout.isatty()
        self._edits = self._stdout or sys.stderr.isatty()
        self._readline = _readline() if self._edits else None

    def read(self, prompt: str) -> str | None:
        try:
            # The wait is the inner one: a signal that ends it leaves stdout where it was.
            with self._echo_on_terminal(), self._signals.waiting():
                return input(prompt if self._edits else "").rstrip("\n")  # of a paste that ends with a line's end
        except (EOFError, OSError):  # ctrl-d, or a terminal that is gone
            say("")  # what comes next begins in a line of its own
            return None
        except UnicodeDecodeError:
            raise InputError("that line is not text in this terminal's encoding", "type it again") from None
        finally:
            if self._readline is not None:
                self._readline.set_startup_hook(None)

    def typed(self) -> bool:
        return self._readline is not None and bool(self._readline.get_line_buffer())

    def offer(self, text: str) -> bool:
        readline = self._readline
        if readline is None:
            return False
        line = clean_text(text).replace("\0", "")  # what readline takes; a NUL can't be typed either
        readline.set_startup_hook(lambda: readline.insert_text(line))
        return True

    @contextlib.contextmanager
    def _echo_on_terminal(self) -> Iterator[None]:
        if self._stdout or not self._edits:
            yield
            return
        # readline writes to the C library's stdout and to nothing else, so for as long as a line is typed that is
        # the terminal. Nothing of an answer is written meanwhile.
        sys.stdout.flush()
        kept = os.dup(1)
        os.dup2(2, 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _readline() -> ModuleType | None:
    if sys.flags.utf8_mode and os.environ.get("LC_ALL") in ("C", "POSIX"):
        # Python reads UTF-8 here all the same; readline goes by the locale, and would take a letter of Korean for
        # three keys.
        os.environ["LC_ALL"] = "C.UTF-8"
    try:
        import readline
    except ImportError:  # a Python without it, as on Windows
        return None
    if "libedit" not in (readline.__doc__ or ""):
        # Python turns it off, for its own prompt can't take several lines at once.
        readline.parse_and_bind("set enable-bracketed-paste on")
    return readline
