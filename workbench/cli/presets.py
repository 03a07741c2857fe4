"""`workbench presets`: the options of its commands, and which room does each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.options import add_preset_and_message, add_prompt_options
from workbench.core.exchange.exports import SHAPES
from workbench.core.preset import Kind

if TYPE_CHECKING:
    import argparse

    from workbench.services import Services

_ABOUT = """Presets are prompts, personas and formats in small YAML files. Three places, the later wins:
shipped with the program, yours (in the configuration folder), and ./presets of the working folder."""

_CHECK = """Check preset files: every fault as `file:line: what: what to write instead`.
Without PATH all three places are checked; a folder is checked with the folders in it.

exit codes: 0 nothing is wrong (there may be warnings) · 2 something is"""

_IMPORT = """Make a preset of a curl command, a Python call of the SDK, a JSON request body, an OpenAI prompt object,
a promptfoo prompt, or a chat exported as JSON or Markdown. Nothing in it is run. The preset goes to standard output,
what was not understood to standard error."""

_EXPORT = """Write a prompt for use elsewhere. A key is never in it: $OPENAI_API_KEY stands in its place.
Nothing is sent."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The commands of `workbench presets` with their options."""
    parser.description = _ABOUT
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_looking(actions)
    check = actions.add_parser(
        "check", help="check preset files", description=_CHECK, formatter_class=parser.formatter_class
    )
    check.add_argument("paths", nargs="*", metavar="PATH", help="a file or a folder")
    _add_exchange(actions, parser.formatter_class)


def _add_looking(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listing = actions.add_parser("list", help="all presets; those that can't be used with their reason")
    listing.add_argument("--kind", choices=[kind.value for kind in Kind], help="only this kind")
    listing.add_argument("--json", action="store_true", help="print a JSON list")
    show = actions.add_parser("show", help="a preset as it is in its file")
    show.add_argument("name", metavar="NAME", help="a preset's name or file")
    show.add_argument("--json", action="store_true", help="print the request body that it makes")
    path = actions.add_parser("path", help="the three folders, or the file of one preset")
    path.add_argument("name", nargs="?", metavar="NAME", help="a preset's name")
    schema = actions.add_parser("schema", help="the JSON Schema of preset files, for an editor")
    schema.add_argument(
        "--modeline", action="store_true", help="print the first line that makes an editor check a preset file"
    )


def _add_exchange(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    read = actions.add_parser(
        "import", help="make a preset of a request or a chat", description=_IMPORT, formatter_class=formatter
    )
    read.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="what to read; - (or nothing) standard input"
    )
    read.add_argument("--save", metavar="NAME", help="save it under that name; it must be a new one")
    read.add_argument("--project", action="store_true", help="save it into ./presets of the working folder")
    write = actions.add_parser(
        "export", help="a prompt as curl, Python, JSON, Markdown or promptfoo's configuration", description=_EXPORT,
        formatter_class=formatter,
    )  # fmt: skip
    add_preset_and_message(write)
    write.add_argument(
        "--as", dest="shape", choices=list(SHAPES), default="curl", help="what to write; without it, curl"
    )
    write.add_argument("--mask-keys", action="store_true", help="write [key] for what looks like a key in the prompt")
    add_prompt_options(write)


def presets(options: argparse.Namespace) -> int:
    """Do what was asked; the exit code comes back. InputError, StorageError."""
    from workbench.services import Services

    with Services.open(os.environ, Path.cwd()) as services:
        return _done(options, services)


def _done(options: argparse.Namespace, services: Services) -> int:
    match options.action:
        case "check":
            from workbench.cli.preset_check import check

            return check(options.paths, services)
        case "import":
            from workbench.cli.preset_exchange import import_prompt

            return import_prompt(options, services)
        case "export":
            from workbench.cli.preset_exchange import export_prompt

            return export_prompt(options, services)
    from workbench.cli import preset_list

    return preset_list.ACTIONS[options.action](options, services)
