"""`workbench history`: which room does each of its commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import history_delete, history_export, history_look, history_salvage, history_vacuum
from workbench.cli.diagnostics import say

if TYPE_CHECKING:
    import argparse

_ABOUT = """Every run is kept, here and nowhere else. ID is a run's or a comparison's id, the beginning of one,
or `last` for the newest run."""

_ROOMS = (history_look, history_export, history_delete, history_salvage, history_vacuum)
"""Each adds its commands, with the function that does one as `act`."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The commands of `workbench history` with their options."""
    parser.description = _ABOUT
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for room in _ROOMS:
        room.add_options(actions, parser.formatter_class)


def history(options: argparse.Namespace) -> int:
    """Do what was asked; the exit code comes back. InputError, StorageError."""
    from workbench.services import Services

    with Services.open(os.environ, Path.cwd()) as services:
        for note in services.database.warnings if services.database.trouble is None else ():
            say(f"workbench: {note}")
        code: int = options.act(options, services)
        return code
