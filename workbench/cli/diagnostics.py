"""The only writer of stderr, and the exit codes."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import TYPE_CHECKING

from workbench import crash
from workbench.core.errors import Refused
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


def say(text: str) -> None:
    """One line for a person. What a server or a file said may be in it, so it goes through the one display path."""
    stream = sys.stderr
    try:
        stream.write(" ".join(marked(text).splitlines()) + "\n")
        stream.flush()
    except (OSError, ValueError):
        return  # stderr is closed: there is nobody to tell


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
