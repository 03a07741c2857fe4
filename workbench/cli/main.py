"""The command `workbench`: reads the command line and hands over. Neither textual nor openai is imported for help."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.cli.diagnostics import ExitCode, complain
from workbench.core.errors import StorageError, WorkbenchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from workbench.services import Services
    from workbench.tui.launch import Found

_ABOUT = """A full-screen workbench for prompts over the Chat Completions API.
Without a command it opens on the terminal. With no key it uses the built-in practice model:
a text generator for trying the controls, not an AI."""

_MADE_TO_STAY = 20_000
"""Objects between two looks for garbage. A command makes most of its own while it starts, and they stay: looking
through them at every 700th takes a tenth of a short run's processor time."""

_COMMANDS = {
    "open": "open the screen with a preset",
    "run": "run one prompt or preset without the screen",
    "compare": "run a prompt at several settings, side by side",
    "check": "ask what was recorded of a preset again, and say what moved",
    "chat": "talk with the model in a plain terminal",
    "usage": "what was sent and what it cost",
    "presets": "list, show, import and export presets, and check their files",
    "history": "what was run: list, search, show, export, delete",
    "settings": "where the settings file is, and its schema for an editor",
}


def parser(command: str = "") -> argparse.ArgumentParser:
    """The command line: the names of all commands, and the options of the one that is asked for."""
    import argparse  # the screen opens without it

    from workbench.cli.arguments import ArgumentParser

    top = ArgumentParser(prog="workbench", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=f"prompt-workbench {__version__}")
    top.add_argument("--web", action="store_true", help="serve the screen to a browser on this machine")
    top.add_argument("--port", type=int, metavar="N", help="with --web: the port to serve on (default 8000)")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, title in _COMMANDS.items():
        options = commands.add_parser(name, help=title, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == command:
            _add_options(name, options)
    return top


def _add_options(command: str, parser: argparse.ArgumentParser) -> None:
    """A command's module is imported when it is asked for: the others' help does not wait for it."""
    match command:
        case "open":
            parser.add_argument("preset", metavar="PRESET", help="a prompt's, persona's or format's name, or a file")
        case "run":
            from workbench.cli import run

            run.add_options(parser)
        case "compare":
            from workbench.cli import compare

            compare.add_options(parser)
        case "check":
            from workbench.cli import check

            check.add_options(parser)
        case "chat":
            from workbench.cli import chat

            chat.add_options(parser)
        case "usage":
            from workbench.cli import usage

            usage.add_options(parser)
        case "presets":
            from workbench.cli import presets

            presets.add_options(parser)
        case "history":
            from workbench.cli import history

            history.add_options(parser)
        case "settings":
            from workbench.cli import settings

            settings.add_options(parser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code comes back. SystemExit from argparse (help, wrong usage: 2) goes through."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given:
            _check_folder()
            return _open_screen()
        if given[0] in ("run", "compare", "check"):
            gc.set_threshold(_MADE_TO_STAY, *gc.get_threshold()[1:])
        options = _parsed(given)
        _check_folder()
        return _done(options)
    except WorkbenchError as error:
        complain(error)
        return ExitCode.RUN_FAILED if isinstance(error, StorageError) else ExitCode.BAD_INPUT


def _done(options: argparse.Namespace) -> int:
    """Do what was asked for; the exit code comes back. WorkbenchError."""
    match options.command:
        case "open":
            from workbench.cli.opening import found_preset

            return _open_screen(partial(found_preset, options.preset))
        case "run":
            from workbench.cli.run import run

            return run(options)
        case "compare":
            from workbench.cli.compare import compare

            return compare(options)
        case "check":
            from workbench.cli.check import check

            return check(options)
        case "chat":
            from workbench.cli.chat import chat

            return chat(options)
        case "usage":
            from workbench.cli.usage import usage

            return usage(options)
        case "presets":
            from workbench.cli.presets import presets

            return presets(options)
        case "history":
            from workbench.cli.history import history

            return history(options)
        case "settings":
            from workbench.cli.settings import settings

            return settings(options)
    if options.web:
        from workbench.cli import web

        return web.serve(web.PORT if options.port is None else options.port)
    return _open_screen()


def _check_folder() -> None:
    """Raises InputError where the working folder was removed: every path would be relative to nothing."""
    try:
        os.getcwd()
    except OSError as error:
        from workbench.core.errors import InputError

        raise InputError("the working folder is gone or can't be read", "go to another one") from error


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    top = parser(arguments[0])
    # argparse takes all positionals of `nargs="*"` from the first run of them: `run a --json b` leaves b over.
    options, left_over = top.parse_known_args(arguments)
    if left_over and ("words" not in options or any(word.startswith("-") and word != "-" for word in left_over)):
        options.refuse(f"unrecognized arguments: {' '.join(left_over)}")
    if left_over:
        options.words = [*options.words, *left_over]
    return options


def _open_screen(find: Callable[[Services], Found] | None = None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from workbench.core.errors import InputError

        raise InputError("the screen needs a terminal", 'use `workbench run "..."` here')
    # What start-up makes stays to the end; looking through it for garbage costs a tenth of the time to the first
    # paint. The app turns the collector on again once it is loaded.
    gc.disable()
    from workbench.tui.launch import launch

    return launch(find)


def entry(run: Callable[[], int] | None = None) -> None:
    """The console script. Leaves nothing for the interpreter to do that could print or wait."""
    _open_closed_streams()
    code = _guarded(run or main)
    try:
        sys.stdout.flush()
    except OSError as error:
        # The reader is gone, or the disk is full. Without this the interpreter complains while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.CLOSED_PIPE if isinstance(error, BrokenPipeError) else code or ExitCode.RUN_FAILED
    gc.freeze()  # else the interpreter looks through all of it once more, for garbage, before it ends
    sys.exit(code)


def _open_closed_streams() -> None:
    """A standard stream that was closed (`>&-`) is the null device. Else the next file that is opened, the database
    say, would get its number, and what anything prints would go into it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _guarded(run: Callable[[], int]) -> int:
    try:
        return run()
    except BrokenPipeError:
        return ExitCode.CLOSED_PIPE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:
        from workbench.crash import report

        return report(error)


if __name__ == "__main__":
    entry()
