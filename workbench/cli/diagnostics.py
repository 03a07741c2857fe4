"""The only writer of stderr, and the exit codes."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import TYPE_CHECKING

from workbench import crash
from workbench.core.visible import marked

if TYPE_CHECKING:
    from workbench.core.errors import WorkbenchError


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


def say(text: str) -> None:
    """One line for a person. What a server or a file said may be in it, so it goes through the one display path."""
    stream = sys.stderr
    try:
        stream.write(" ".join(marked(text).splitlines()) + "\n")
        stream.flush()
    except (OSError, ValueError):
        return  # stderr is closed: there is nobody to tell


def complain(error: WorkbenchError) -> None:
    """`workbench: what failed: what to do`."""
    say(f"workbench: {error.line}")
