"""`workbench settings`: where the settings file is, and its schema for an editor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode
from workbench.cli.output import Output

if TYPE_CHECKING:
    import argparse

_ABOUT = """Where the settings file is, and its JSON Schema, with which editors complete, explain and check it.
It is changed on the screen (Settings in the palette), or by hand."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The commands of `workbench settings`."""
    parser.description = _ABOUT
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    path = actions.add_parser("path", help="the settings file")
    path.add_argument("--write", action="store_true", help="write a commented one there, unless there is one")
    schema = actions.add_parser("schema", help="the JSON Schema of the settings file, for an editor")
    schema.add_argument(
        "--modeline", action="store_true", help="print the first line that makes an editor check the file"
    )


def settings(options: argparse.Namespace) -> int:
    """Do what was asked; the exit code comes back. StorageError."""
    from workbench.own_settings import settings_modeline, settings_schema
    from workbench.services import Services

    if options.action == "schema":
        if options.modeline:
            Output().text(f"{settings_modeline()}\n")
        else:
            Output().json(settings_schema())
        return ExitCode.OK
    with Services.open(os.environ, Path.cwd()) as services:
        path = services.write_settings_file() if options.write else services.paths.settings
        Output().text(f"{path}\n")
    return ExitCode.OK
