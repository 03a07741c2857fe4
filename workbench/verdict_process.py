"""What is said of many answers, worked out in a process of its own: in a thread it would hold up every key meanwhile.

`python -m workbench.verdict_process` reads from its standard input a function with its arguments, the answers, and
writes what comes of it to its standard output. Both are pickles, which pass between two processes of one program and
nowhere else; the process gets no key and ends when the one that asked does.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from workbench.core.compare.verdict import Verdict, verdict
from workbench.core.drift.measure import recorded
from workbench.core.drift.moved import moved
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.compare.answers import DistanceCache
    from workbench.core.compare.variety import Order
    from workbench.core.drift.measure import Backend
    from workbench.core.drift.moved import Moved
    from workbench.core.drift.recording import Recording
    from workbench.core.experiment import Cell
    from workbench.core.experiment_report import ExperimentReport

Result = TypeVar("Result")

FEW = 30
"""Answers of which the verdict takes no longer than the start of a process."""
MOST_CHARACTERS = 20_000_000
"""Of all answers together, above which a second copy of them is not made."""
_NICE = 5
"""The screen goes first where there is one processor for both."""
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
"""What of the environment an interpreter needs to start: a key is none of it."""


class Asked(NamedTuple):
    """The arguments of `verdict`."""

    labels: Sequence[str]
    answers: Sequence[Sequence[Sequence[str]]]
    order: Order | None
    incomplete: int

    def work_out(self, cache: DistanceCache | None = None) -> Verdict:
        return verdict(self.labels, self.answers, order=self.order, incomplete=self.incomplete, cache=cache)


async def verdict_aside(asked: Asked, cache: DistanceCache) -> Verdict:
    """The verdict; of few answers, or where no process can be had, from a thread of this one, with `cache`."""
    answers = [text for column in asked.answers for case in column for text in case]
    work = partial(verdict, asked.labels, asked.answers, order=asked.order, incomplete=asked.incomplete)
    return await _aside(work, answers, lambda: asked.work_out(cache))


async def recorded_aside(asked: Recording, report: ExperimentReport, backends: Mapping[Cell, Backend]) -> Recording:
    """What was asked with the answers that came; of few answers, or where no process can be had, from a thread."""
    work = partial(recorded, asked, report, dict(backends))
    return await _aside(work, [cell.text for cell in report.cells], work)


async def moved_aside(before: Recording, now: Recording) -> Moved:
    """What moved between two recordings; of few answers, or where no process can be had, from a thread of this one."""
    answers = [text for side in (before, now) for column in side.columns for case in column.answers for text in case]
    work = partial(moved, before, now)
    return await _aside(work, answers, work)


async def _aside(work: Callable[[], Result], answers: Sequence[str], here: Callable[[], Result]) -> Result:
    """What comes of `work`, which is about these answers; `here` is the same for this process."""
    if len(answers) < FEW or sum(map(len, answers)) > MOST_CHARACTERS:
        return await in_own_thread(here)
    aside = _Aside()
    try:
        return await in_own_thread(partial(aside.work_out, work, here))
    finally:
        aside.stop()


class _Aside:
    """One process and what is asked of it. `stop` may be called from another thread at any time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def work_out(self, work: Callable[[], Result], here: Callable[[], Result]) -> Result:
        try:
            self._process = process = subprocess.Popen(
                command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(os.environ),
                start_new_session=True,  # what the terminal sends to the screen's processes is not for this one
            )
        except OSError:  # no more processes, or an interpreter that is gone
            return here()
        with process:
            if self._stopped:
                process.kill()
            found = _exchange(process, work)
        if self._stopped:
            raise asyncio.CancelledError
        # What went wrong in there is told, if it does so here too, where a report can be made of it.
        return cast("Result", pickle.loads(found)) if process.returncode == 0 and found else here()

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()


def _exchange(process: subprocess.Popen[bytes], work: Callable[[], object]) -> bytes:
    """What it answers; nothing where it ended before that. It reads all before it writes, so that neither waits for the
    other, and no second copy of the answers is made here."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdin:
            pickle.dump(work, process.stdin)
        return process.stdout.read()
    except BrokenPipeError:
        return b""


def command() -> list[str]:
    """How the process is started: with the interpreter of this one, and nothing from the working folder."""
    return [sys.executable, "-P", "-m", "workbench.verdict_process"]


def environment(of: Mapping[str, str]) -> dict[str, str]:
    """What the process gets of the environment."""
    return {name: of[name] for name in _KEPT if name in of}


def main() -> None:
    """Answer what stands in the standard input."""
    os.nice(_NICE)
    work: Callable[[], object] = pickle.load(sys.stdin.buffer)
    pickle.dump(work(), sys.stdout.buffer)


if __name__ == "__main__":
    main()
