"""`workbench run`: one prompt on the same runner as the screen, without the screen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.output import Output
from workbench.core.errors import ErrorKind, InputError, RunError
from workbench.core.events import Event, Noted, Retrying, State, TextDelta
from workbench.core.parameters import parse_value
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.usage import summary_line
from workbench.runner import Run, failed
from workbench.services import Services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.core.outcome import Outcome

_FILE_ENDINGS = (".yaml", ".yml")
_PATH_STARTS = ("./", "../", "/", "~/")


def run(options: argparse.Namespace) -> int:
    """Build the prompt from the options, run it, print it; the exit code comes back. InputError: nothing was sent."""
    prompt = prompt_from(options)
    with Services.open(os.environ, Path.cwd()) as services:
        services.history.sweep()
        for note in services.notes:
            say(f"workbench: {note}")
        return asyncio.run(_Headless(services, options).run(prompt))


def prompt_from(options: argparse.Namespace) -> Prompt:
    """The prompt that the options describe. Reads standard input where a `-` asks for it. InputError."""
    preset, message = split_words(options.words)
    if options.message is not None:
        if message is not None:
            raise InputError("there are two messages: MESSAGE and --message", "give one of them")
        message = options.message
    if preset is not None:
        raise InputError(f"{preset}: this version can't read preset files yet", "give the message itself")
    stdin = _StandardInput()
    messages: list[Message] = []
    if options.system is not None:
        messages.append(Message(Role.SYSTEM, options.system))
    if message is not None:
        messages.append(Message(Role.USER, stdin.read("the message") if message == "-" else message))
    return Prompt(
        model=options.model or "",
        messages=tuple(messages),
        parameters=_parameters(options),
        variables=tuple(_variable(given, stdin) for given in options.variables),
    )


def split_words(words: Sequence[str]) -> tuple[str | None, str | None]:
    """(preset, message) of the positional arguments.

    A word that looks like a file is never sent as a paid message: it is a file, or an error.
    """
    if len(words) > 2:
        raise InputError(f"there are {len(words)} arguments where PRESET and MESSAGE are two", "quote the message")
    if len(words) == 2:
        if not _names_a_file(words[0]):
            raise InputError(f"there is no preset {words[0]!r}", "quote the message if it is one")
        return words[0], words[1]
    if words and _names_a_file(words[0]):
        return words[0], None
    return None, words[0] if words else None


def _names_a_file(word: str) -> bool:
    one_word = len(word.split()) == 1
    try:
        exists = one_word and Path(word).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, an unknown ~user: no file has such a name
        exists = False
    if exists:
        return True
    if one_word and (word.endswith(_FILE_ENDINGS) or word.startswith(_PATH_STARTS)):
        raise InputError(f"{word}: there is no such file", "use --message to send it as text")
    return False


class _StandardInput:
    """Standard input, read at most once and only when asked for."""

    def __init__(self) -> None:
        self._taken_by = ""

    def read(self, taker: str) -> str:
        if self._taken_by:
            raise InputError(f"standard input is asked for twice, by {self._taken_by} and {taker}", "use one -")
        self._taken_by = taker
        try:
            return sys.stdin.buffer.read().decode("utf-8-sig").removesuffix("\n")
        except UnicodeDecodeError as error:
            raise InputError(f"standard input for {taker} is not UTF-8 at byte {error.start}", "send text") from None


def _parameters(options: argparse.Namespace) -> ParameterValues:
    values = ParameterValues()
    for given in options.settings:
        name, equals, text = given.partition("=")
        if not equals:
            raise InputError(f"--set {given}: there is no =", "write it as --set temperature=0.5")
        values = values.set(name.strip(), parse_value(name.strip(), text))
    return values.set("stream", False) if options.no_stream else values


def _variable(given: str, stdin: _StandardInput) -> Variable:
    name, equals, text = given.partition("=")
    if not equals or not name.isidentifier():
        raise InputError(f"--var {given}: not NAME=VALUE", "a name is letters, digits and _, not first a digit")
    if text == "@-":
        # A default is literal text, so that what came in is never taken for another @file.
        return Variable(name, default=stdin.read(f"--var {name}"))
    return Variable(name, value=text)


class _Headless:
    """One run, its output and the signals that end it."""

    def __init__(self, services: Services, options: argparse.Namespace) -> None:
        self._services = services
        self._options = options
        self._output = Output(raw=options.raw)
        self._run: Run | None = None
        self._signal = 0
        self._pipe_closed = False

    async def run(self, prompt: Prompt) -> int:
        connection = self._services.connection(self._options.connection, prompt.model)
        if connection.is_practice:
            say(f"workbench: {self._services.about_practice}")
        job = self._services.job(prompt, connection, source="cli", anyway=self._options.anyway)
        if not self._options.json:
            for note in job.request.notes:
                say(f"workbench: {note.text}")
        self._run = self._services.start(job, self._take)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._interrupt, number)
        outcome = await self._run.execute()
        await self._services.close_endpoints()
        if self._pipe_closed:
            return ExitCode.CLOSED_PIPE
        self._print(outcome)
        return self._exit_code(outcome)

    def _interrupt(self, number: int) -> None:
        self._signal = number
        if self._run is not None:
            self._run.stop()

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case TextDelta(choice=0, text=text) if not self._options.json:
                    self._write(text)
                case Retrying(after=after, attempt=attempt, reason=reason):
                    say(f"workbench: {reason}: attempt {attempt} in {after:.1f} s")
                case Noted(text=text) if not self._options.json:
                    say(f"workbench: {text}")
                case _:
                    pass

    def _write(self, text: str) -> None:
        if self._pipe_closed:
            return
        try:
            self._output.text(text)
        except BrokenPipeError:
            # Nobody reads the answer any more: what is still to come need not be paid for.
            self._pipe_closed = True
            self._interrupt(signal.SIGPIPE)

    def _print(self, outcome: Outcome) -> None:
        if self._options.json:
            self._output.json(outcome.to_json())
        else:
            self._print_other_choices(outcome)
            self._output.end_line()
        if outcome.error is not None:
            complain(outcome.error)
            for problem in getattr(outcome.error, "problems", ()):
                say(f"  {problem.field}: {problem.text}")
        if outcome.attempts:
            say(summary_line(outcome))

    def _print_other_choices(self, outcome: Outcome) -> None:
        choices = outcome.answer.choices
        for choice in choices:
            if choice.index:
                self._output.end_line()
                self._output.text(f"\n--- choice {choice.index + 1} of {len(choices)} ---\n{choice.text}")
            if choice.refusal:
                say(f"workbench: the model refused: {choice.refusal}")

    def _exit_code(self, outcome: Outcome) -> int:
        if self._signal in (signal.SIGTERM, signal.SIGHUP):
            return 128 + self._signal
        if outcome.state is State.CANCELLED:
            return ExitCode.INTERRUPTED
        if isinstance(outcome.error, RunError):
            if outcome.error.kind is ErrorKind.REFUSED:
                return ExitCode.BAD_INPUT
            if outcome.error.kind is ErrorKind.INTERNAL:
                return ExitCode.BUG
        reasons = [choice.finish_reason for choice in outcome.answer.choices]
        return ExitCode.RUN_FAILED if failed(outcome.state, reasons) else ExitCode.OK
