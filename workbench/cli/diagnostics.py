"""The only writer of stderr, and the exit codes."""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING

from workbench import crash
from workbench.core.errors import InputError, Refused
from workbench.core.visible import marked

if TYPE_CHECKING:
    from workbench.core.errors import WorkbenchError
    from workbench.core.request import Request


class ExitCode(IntEnum):
    """How the program ends; part of its interface."""

    OK = 0
    RUN_FAILED = 1
    """Some run failed, was cut, or was filtered."""
    BAD_INPUT = 2
    """Wrong usage, a bad file, or refused before sending."""
    BUDGET = 4
    """A limit of cost or requests was reached."""
    BUG = crash.EXIT_CODE
    INTERRUPTED = 130
    CLOSED_PIPE = 141


class StatusLine:
    """One line on a terminal's stderr that is written over in place. Clear it before anything else is said.

    Nothing is written where stderr is no terminal that can do this.
    """

    def __init__(self) -> None:
        self._text = ""
        self.is_live = _is_terminal() and os.environ.get("TERM", "") not in ("", "dumb")

    @property
    def is_utf8(self) -> bool:
        """Whether it takes more than letters: what an encoding lacks is escaped, and a bar of escapes is none."""
        return (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"

    @property
    def columns(self) -> int:
        """The cells that a line may take: one less than the terminal has, so that no terminal breaks it."""
        try:
            return max(1, os.get_terminal_size(sys.stderr.fileno()).columns - 1)
        except (OSError, ValueError):
            return 79

    def show(self, text: str) -> None:
        """Put `text`, which fits into `columns`, in place of what stands there."""
        if not self.is_live or text == self._text:
            return
        self._text = text
        # One write, and the rest of the line is cleared behind the new text: nothing is ever seen empty.
        _write(f"\r{marked(text)}\x1b[K")

    def clear(self) -> None:
        """Take the line away."""
        if self._text:
            self._text = ""
            _write("\r\x1b[K")


def _is_attended() -> bool:
    return sys.stdin.isatty() and _is_terminal()


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except ValueError:
        return False


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # stderr is closed: there is nobody to tell


def say(text: str) -> None:
    """One line for a person. What a server or a file said may be in it, so it goes through the one display path."""
    _write(" ".join(marked(text).splitlines()) + "\n")


def ask(question: str, instead: str) -> bool:
    """Whether the person at the terminal agrees; no answer is none. InputError where there is nobody to ask, with
    what to do `instead`."""
    if not _is_attended():
        raise InputError("this has to be agreed to, and there is no terminal to ask on", instead)
    _write(marked(question))
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def complain(error: WorkbenchError) -> None:
    """`workbench: what failed: what to do`; where there are several faults, a line for each."""
    if isinstance(error, Refused) and error.problems:
        or_else = ", or send it with --anyway" if all(problem.can_send for problem in error.problems) else ""
        say(f"workbench: not sent: mend this{or_else}:")
        for problem in error.problems:
            say(f"  {problem.field}: {problem.text}")
        return
    for line in getattr(error, "lines", ()) or (error.line,):
        say(f"workbench: {line}")


def say_findings(request: Request) -> None:
    """What the builder changed, and what the endpoint would refuse, a line each."""
    for note in request.notes:
        say(f"workbench: {note.text}")
    for problem in request.problems:
        say(f"workbench: {problem.field}: {problem.text}")
