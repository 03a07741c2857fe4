"""`workbench compare --resume`: an experiment from history, looked at again, and what is left of it sent."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.comparing_opened import moved, open_experiment
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.typed_limits import whole_number

if TYPE_CHECKING:
    import argparse

    from workbench.comparing_opened import Opened
    from workbench.core.experiment import Cell, Experiment
    from workbench.services import Services

_SWEEP_SECONDS = 5.0
_OF_A_NEW_ONE = {
    "words": "preset or message",
    "message": "--message",
    "vary": "--vary",
    "cases": "--cases",
    "system": "--system",
    "persona": "--persona",
    "format": "--format",
    "model": "--model",
    "connection": "--connection",
    "settings": "--set",
    "variables": "--var",
    "no_stream": "--no-stream",
}
"""What only a new experiment takes: one that goes on is as it was."""


class Continued(NamedTuple):
    """An experiment from history, and the cells of it that are to be sent; () only shows it."""

    opened: Opened
    cells: tuple[Cell, ...]

    @property
    def words(self) -> str:
        """`4 of 12 cells are left`."""
        total = self.opened.comparing.experiment.cell_count
        return f"{len(self.cells):,} of {total:,} cells are left" if self.cells else f"all {total:,} cells were sent"

    @property
    def notes(self) -> tuple[str, ...]:
        """Where what is left would be asked elsewhere than what is there."""
        return moved(self.opened, self.cells)


def add_resume_options(parser: argparse.ArgumentParser) -> None:
    """`--resume` and `--failed`."""
    parser.add_argument(
        "--resume",
        metavar="ID",
        help="go on with an experiment from history, `last` for the newest: send what never was or was stopped, and "
        "print all of it; takes --repeats, --failed and the caps, --json, --out and --dry-run",
    )
    parser.add_argument("--failed", action="store_true", help="with --resume: send what failed once more")


def continued(options: argparse.Namespace, services: Services) -> Continued:
    """The experiment that `--resume` names, and what is to be sent of it. InputError, StorageError."""
    for name, told in _OF_A_NEW_ONE.items():
        if getattr(options, name):
            raise InputError(f"--resume goes on with an experiment as it was, and takes no {told}", "leave one away")
    with suppress(TimeoutError):  # a disk so slow is told by itself
        services.history.sweep().result(_SWEEP_SECONDS)  # what a killed process had is in order then
    opened = open_experiment(services, options.resume, whole=True)
    comparing = opened.comparing
    comparing.anyway |= options.anyway
    if repeats := whole_number(options.repeats, "--repeats"):
        comparing.experiment = _repeated(opened, repeats)
    cells = _left(opened, failed=options.failed)
    if cells:
        services.experiments.check_free(opened.stored)
    return Continued(opened, cells)


def _repeated(opened: Opened, repeats: int) -> Experiment:
    """The experiment with so many repeats. InputError."""
    experiment = opened.stored.experiment
    if repeats < experiment.repeats:
        raise InputError(f"--repeats {repeats}: it has {experiment.repeats} already", "give more, or leave it away")
    return replace(experiment, repeats=repeats)


def _left(opened: Opened, *, failed: bool) -> tuple[Cell, ...]:
    """The cells that never came to an end by themselves; with `failed`, those that failed too."""
    again = {State.CANCELLED, None, *((State.ERROR, State.TRUNCATED) if failed else ())}
    ended = opened.stored.ended
    return tuple(cell for cell in opened.comparing.experiment.cells() if ended.get(cell) in again)
