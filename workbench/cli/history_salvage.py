"""`workbench history salvage`: what can still be read of a damaged database, taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, say
from workbench.core.counted import counted

if TYPE_CHECKING:
    import argparse

    from workbench.services import Services

_ABOUT = """Take over what can still be read of a damaged database that was set aside, or of any other one of this
program, a backup for instance: runs, comparisons and drafts, none of them twice. The file stays as it is.

exit codes: 0 what was found is in history · 1 nothing could be read · 2 no such file"""


def add_options(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    """`salvage`."""
    command = actions.add_parser(
        "salvage", help="take over what a damaged file holds", description=_ABOUT, formatter_class=formatter
    )
    command.add_argument("file", nargs="?", metavar="FILE", help="its path, or its name in the data folder")
    command.set_defaults(act=salvage_file)


def salvage_file(options: argparse.Namespace, services: Services) -> int:
    """`history salvage`. InputError, StorageError."""
    from workbench.clearing_out import salvaged

    found = salvaged(options.file, services)
    kinds = ((found.runs, "run"), (found.experiments, "comparison"), (found.drafts, "draft"))
    new = [counted(count, noun) for count, noun in kinds if count]
    known = f"; {found.known:,} were there already" if found.known else ""
    lost = (
        f"; {found.unreadable:,} {'page or row' if found.unreadable == 1 else 'pages or rows'} could not be read"
        if found.unreadable
        else ""
    )
    say(f"workbench: taken over: {', '.join(new) or 'nothing'}{known}{lost}")
    return ExitCode.OK if new or found.known or not found.unreadable else ExitCode.RUN_FAILED
