"""The command `workbench`: reads the command line and hands over. Neither textual nor openai is imported for help."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.cli.diagnostics import ExitCode, complain
from workbench.core.errors import WorkbenchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_ABOUT = """A full-screen workbench for prompts over the Chat Completions API.
Without a command it opens on the terminal. With no key it uses the built-in practice model:
a text generator for trying the controls, not an AI."""

_RUN = """Run one prompt and stream the answer to standard output; facts about it go to standard error.

exit codes: 0 complete · 1 failed, cut or filtered · 2 refused before sending, or wrong usage ·
130 stopped with ctrl-c · 141 the reader of the output went away · 143 terminated"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    import argparse  # the screen opens without it

    top = argparse.ArgumentParser(
        prog="workbench", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"prompt-workbench {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _add_run(
        commands.add_parser(
            "run",
            help="run one prompt without the screen",
            description=_RUN,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )
    return top


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "words",
        nargs="*",
        metavar="[PRESET] [MESSAGE]",
        help="a preset's name or file, and the text to send as a user message; - reads standard input",
    )
    run.add_argument(
        "--message", metavar="TEXT", help="the text to send, never taken for a preset; - reads standard input"
    )
    run.add_argument("--system", metavar="TEXT", help="the system message, in place of the preset's")
    run.add_argument("--model", metavar="M", help="the model; without it, the connection's default")
    run.add_argument("--connection", metavar="NAME", help="practice, openai, or an endpoint of the settings file")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="settings",
        help="a parameter, such as temperature=0.5 or stop='[\"END\"]'; may be given several times",
    )
    run.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="variables",
        help="fills {{NAME}}; NAME=@file reads a file, NAME=@- standard input",
    )
    run.add_argument("--anyway", action="store_true", help="send in spite of the problems that were found")
    run.add_argument("--no-stream", action="store_true", help="ask for the answer in one piece")
    shape = run.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON object that tells all about the run")
    shape.add_argument("--raw", action="store_true", help="print control characters of the answer as they are")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code comes back. SystemExit from argparse (help, wrong usage: 2) goes through."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given:
            return _open_screen()
        options = _parsed(given)
        if options.command == "run":
            from workbench.cli.run import run

            return run(options)
        return _open_screen()
    except WorkbenchError as error:
        complain(error)
        return ExitCode.BAD_INPUT


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    top = parser()
    # argparse takes all positionals of `nargs="*"` from the first run of them: `run a --json b` leaves b over.
    options, left_over = top.parse_known_args(arguments)
    if left_over and (options.command != "run" or any(word.startswith("-") and word != "-" for word in left_over)):
        top.error(f"unrecognized arguments: {' '.join(left_over)}")
    if left_over:
        options.words = [*options.words, *left_over]
    return options


def _open_screen() -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from workbench.core.errors import InputError

        raise InputError("the screen needs a terminal", 'use `workbench run "..."` here')
    # What start-up makes stays to the end; looking through it for garbage costs a tenth of the time to the first
    # paint. The app turns the collector on again once it is loaded.
    gc.disable()
    from workbench.tui.launch import launch

    return launch()


def entry() -> None:
    """The console script. Leaves nothing for the interpreter to do that could print or wait."""
    code = _guarded()
    try:
        sys.stdout.flush()
    except OSError:
        # The reader is gone. Without this the interpreter complains while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.CLOSED_PIPE
    sys.exit(code)


def _guarded() -> int:
    try:
        return main()
    except BrokenPipeError:
        return ExitCode.CLOSED_PIPE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:
        from workbench.crash import report

        return report(error)


if __name__ == "__main__":
    entry()
