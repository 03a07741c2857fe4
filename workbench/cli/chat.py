"""`workbench chat`: a conversation on a plain terminal or over a pipe, on the same runner as the screen."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.chat_session import ChatSession
from workbench.cli.options import StandardInput, add_prompt_options, started_prompt
from workbench.cli.preset_names import named_preset
from workbench.cli.signals import Signals
from workbench.core.one_line import one_line
from workbench.core.prompt import SendLimit
from workbench.services import Services

if TYPE_CHECKING:
    import argparse

_ABOUT = """Chat on the terminal, or with a turn on each line of standard input; answers go to standard output, all else
to standard error. The conversation is remembered and sent with each turn.

It ends at exit, quit, bye, 종료 or the end of input (ctrl-d). ctrl-c stops an answer and keeps what came; at the input
line it clears what is typed, and pressed again on an empty line it ends the chat. /help lists the commands.

exit codes: 0 every turn was answered · 1 some turn failed, was cut or filtered · 2 a turn was refused before sending
(which ends a chat over a pipe), or wrong usage · 130 left with ctrl-c · 141 the reader of the output went away ·
143 terminated"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `workbench chat`."""
    parser.description = _ABOUT
    parser.add_argument("preset", nargs="?", metavar="PRESET", help="a preset's name or file to begin with")
    add_prompt_options(parser)
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--last-turns", type=_count, metavar="N", help="send only the last N turns")
    limit.add_argument("--history-tokens", type=_count, metavar="N", help="send as many turns as fit into N tokens")


def _count(text: str) -> int:
    """A whole number from 1 on, as argparse wants it read."""
    import argparse  # loaded already: it calls this

    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)!r} is not a whole number from 1 on")
    return int(text)


def chat(options: argparse.Namespace) -> int:
    """Talk until the end; the exit code comes back. InputError: the chat could not begin."""
    with Signals() as signals, Services.open(os.environ, Path.cwd()) as services:
        opened = named_preset(options.preset, services) if options.preset is not None else None
        started = started_prompt(options, services, StandardInput("the chat"), opened)
        # What it says of variables that no message names is not said: a turn may still name them.
        warnings = opened.warnings if opened is not None else ()
        prompt = replace(started.prompt, send=_send_limit(options) or started.prompt.send)
        started = started._replace(prompt=prompt, warnings=warnings)
        services.history.sweep()
        with asyncio.Runner() as runner:
            try:
                return ChatSession(services, options, started, signals, runner).run()
            finally:
                runner.run(services.close_endpoints())


def _send_limit(options: argparse.Namespace) -> SendLimit:
    return SendLimit(last_turns=options.last_turns, tokens=options.history_tokens)
