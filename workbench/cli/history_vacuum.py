"""`workbench history vacuum`: the database written anew, without the room that deleted rows have left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.history_delete import say_deleted
from workbench.core.usage import size_text

if TYPE_CHECKING:
    import argparse

    from workbench.services import Services

_ABOUT = """Write the database anew, without the room that deleted rows have left, and finish deletions that another
process held up. It needs about as much free room as the database takes."""


def add_options(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    """`vacuum`."""
    command = actions.add_parser("vacuum", help="make the file smaller", description=_ABOUT, formatter_class=formatter)
    command.set_defaults(act=vacuum)


def vacuum(options: argparse.Namespace, services: Services) -> int:
    """`history vacuum`. StorageError."""
    deletions = services.deletions
    before = deletions.file_size()
    left = deletions.forget_hidden()
    if left.total or left.waiting:
        say_deleted(left)
    waiting = deletions.write_anew()
    after = deletions.file_size()
    say(f"workbench: history takes {size_text(after)} ({after:,} bytes), before {size_text(before)} ({before:,} bytes)")
    if waiting:
        say(f"workbench: not all was done: {waiting}")
    return ExitCode.RUN_FAILED if waiting else ExitCode.OK
