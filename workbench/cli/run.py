"""`workbench run`: one prompt on the same runner as the screen, without the screen."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.answer_printer import AnswerPrinter, exit_code
from workbench.cli.budget_words import BudgetWords
from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.options import StandardInput, add_preset_and_message, add_prompt_options, how_to_fill, prompt_from
from workbench.cli.output import Output
from workbench.core.errors import InputError
from workbench.services import Services

if TYPE_CHECKING:
    import argparse

    from workbench.cli.options import StartedPrompt
    from workbench.core.prompt import Prompt
    from workbench.runner import Run

_ABOUT = """Run one prompt or preset and stream the answer to standard output; facts about it go to standard error.

exit codes: 0 complete · 1 failed, cut or filtered · 2 refused before sending, or wrong usage ·
4 a budget of yours is used up · 130 stopped with ctrl-c · 141 the reader of the output went away · 143 terminated"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `workbench run`."""
    parser.description = _ABOUT
    add_preset_and_message(parser)
    add_prompt_options(parser)
    parser.add_argument("--no-stream", action="store_true", help="ask for the answer in one piece")
    parser.add_argument("--json", action="store_true", help="print one JSON object that tells all about the run")


def run(options: argparse.Namespace) -> int:
    """Build the prompt from the options, run it, print it; the exit code comes back. InputError: nothing was sent."""
    if options.json and options.raw:
        raise InputError("--json and --raw exclude each other", "JSON has control characters escaped; give one")
    with Services.open(os.environ, Path.cwd()) as services:
        started = prompt_from(options, services, StandardInput())
        if options.no_stream:
            started = started._replace(prompt=_without_stream(started.prompt))
        services.history.sweep()
        for note in (*services.notes, *started.warnings):
            say(f"workbench: {note}")
        return asyncio.run(_Headless(services, options).run(started))


def _without_stream(prompt: Prompt) -> Prompt:
    return prompt.with_parameters(prompt.parameters.set("stream", False))


class _Headless:
    """One run and the signals that end it."""

    def __init__(self, services: Services, options: argparse.Namespace) -> None:
        self._services = services
        self._options = options
        self._printer = AnswerPrinter(Output(raw=options.raw), self._stop, json=options.json)
        self._run: Run | None = None
        self._signal = 0

    async def run(self, started: StartedPrompt) -> int:
        prompt = started.prompt
        connection = self._services.connection(self._options.connection, prompt.model)
        if connection.is_practice:
            say(f"workbench: {self._services.about_practice}")
        anyway, preset = self._options.anyway, started.preset
        job = self._services.job(prompt, connection, source="cli", anyway=anyway, preset=preset)
        if not self._options.json:
            for note in job.request.notes:
                say(f"workbench: {note.text}")
        budget = BudgetWords(self._services)
        budget.before(job)
        self._run = self._services.start(job, self._printer.take)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._interrupt, number)
        outcome = await self._run.execute()
        await self._services.close_endpoints()
        if self._printer.pipe_closed:
            return ExitCode.CLOSED_PIPE
        self._printer.end(outcome, self._services.spending.charge(outcome, connection))
        if exit_code(outcome) == ExitCode.BAD_INPUT and (hint := how_to_fill(prompt, self._services)):
            say(f"workbench: {hint}")
        budget.after()
        if (trouble := self._services.database.trouble) is not None:
            say(f"workbench: {trouble}")
        if self._signal in (signal.SIGTERM, signal.SIGHUP):
            return 128 + self._signal
        return exit_code(outcome)

    def _interrupt(self, number: int) -> None:
        self._signal = number
        self._stop()

    def _stop(self) -> None:
        if self._run is not None:
            self._run.stop()
