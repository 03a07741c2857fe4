"""One conversation of `workbench chat`: its turns, what is remembered of them, its commands and how it ends."""

from __future__ import annotations

import asyncio
import signal
import threading
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.cli.answer_printer import AnswerPrinter, exit_code
from workbench.cli.budget_words import BudgetWords
from workbench.cli.chat_input import read_turn, standard_lines
from workbench.cli.chat_memory import SessionUsage, begun
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.output import Output
from workbench.cli.signals import Interrupted, Signals
from workbench.core.errors import ChangedOnDisk, InputError, StorageError
from workbench.core.events import State
from workbench.core.one_line import one_line

if TYPE_CHECKING:
    import argparse

    from workbench.cli.options import StartedPrompt
    from workbench.core.money import Charge
    from workbench.core.outcome import Outcome
    from workbench.runner import Job, Run
    from workbench.services import Services

EXIT_WORDS = frozenset(["exit", "quit", "bye", "종료"])
_SHOWN = 60
"""Characters of a turn that a message shows."""

_HELP = """\
/undo        takes the last turn back, question and answer
/save NAME   saves the conversation as a preset of yours
/usage       what this chat has used so far
//text       sends /text
a line that ends with \\ goes on in the next one; a paste of several lines is one turn
{{name}} is filled with --var name=...; \\{{ is sent as two braces
ctrl-c       stops an answer and keeps it; clears the line; twice on an empty line ends the chat
exit, quit, bye, 종료 or ctrl-d ends the chat"""


class ChatSession:
    """One conversation: its memory, its turns and how it ends."""

    def __init__(
        self,
        services: Services,
        options: argparse.Namespace,
        started: StartedPrompt,
        signals: Signals,
        runner: asyncio.Runner,
    ) -> None:
        self._services = services
        self._options = options
        self._preset = started.preset
        self._warnings = started.warnings
        self._signals = signals
        self._runner = runner
        self._lines = standard_lines(signals)
        self._memory, self._first = begun(started.prompt)
        # Chosen once: a key that is gone later must not send the rest of the conversation somewhere else.
        self._connection = services.connection(options.connection, started.prompt.model).name
        self._printer = AnswerPrinter(Output(raw=options.raw), self._stop_run)
        self._run: Run | None = None
        self._warming: threading.Thread | None = None
        self._usage = SessionUsage()
        self._budget = BudgetWords(services)
        self._noted: set[str] = set()
        self._saved: dict[str, str] = {}
        """The digests of the presets that this chat wrote, by slug: it may write those again."""
        self._trouble: str | None = None
        self._leaving = False
        """Whether the last key at the input line was a ctrl-c that asked to leave."""
        self._code = ExitCode.OK
        """The worst of all turns."""
        self._end: int | None = None
        """How the chat ends, once that is decided."""

    def run(self) -> int:
        """Talk until the end; the exit code."""
        self._greet()
        if self._lines.interactive:
            # The SDK takes half a second to import: the first answer need not wait for it.
            self._warming = threading.Thread(target=self._services.warm, name="warm", daemon=True)
            self._warming.start()
        if self._first:
            say(f"workbench: the preset asks: {one_line(self._first, _SHOWN)}")
            self._turn(self._first)
        while self._end is None:
            self._handle(self._next())
        return self._end

    def _greet(self) -> None:
        connection = self._services.connection(self._connection)
        model = self._services.asked_model(self._memory.prompt, connection)
        what = ", not an AI" if connection.is_practice else ""
        say(f"workbench: chat with {model} at {connection.name}{what}: exit, 종료 or ctrl-d ends it; /help")
        if connection.is_practice:
            say(f"workbench: {self._services.about_practice}")
        for note in (*self._services.notes, *self._warnings):
            say(f"workbench: {note}")

    def _next(self) -> str:
        """The next turn; "" where there is none to take, or where the chat ends."""
        try:
            text = read_turn(self._lines)
        except Interrupted as interrupted:
            self._interrupted(interrupted)
            return ""
        except InputError as error:
            self._refused(error, "")
            return ""
        self._leaving = False
        if text is None:
            self._end = self._code
        return text or ""

    def _interrupted(self, interrupted: Interrupted) -> None:
        """A signal at the input line. Of ctrl-c the first on an empty line only asks: it may have been meant for an
        answer that has just ended."""
        if self._lines.interactive:
            say("")  # the cursor stands in the line that was interrupted
        if interrupted.number != signal.SIGINT or not self._lines.interactive:
            self._end = 128 + interrupted.number
        elif interrupted.typed:
            self._leaving = False
        elif self._leaving:
            self._end = ExitCode.INTERRUPTED
        else:
            self._leaving = True
            say("workbench: ctrl-c again, ctrl-d or exit ends the chat")

    def _handle(self, text: str) -> None:
        word = unicodedata.normalize("NFC", text.strip()).casefold()
        if not word:
            return
        if word in EXIT_WORDS:
            self._end = self._code
        elif text.startswith("/") and not text.startswith("//"):
            self._command(text)
        else:
            self._turn(text.removeprefix("/") if text.startswith("//") else text)

    def _turn(self, text: str) -> None:
        """Send a turn with all that is remembered, and remember it with its answer; or give it back."""
        if self._warming is not None:
            self._warming.join()
        prompt = self._memory.asked(text)
        try:
            connection = self._services.connection(self._connection, prompt.model)
            anyway, preset = self._options.anyway, self._preset
            job = self._services.job(prompt, connection, source="chat", anyway=anyway, preset=preset)
        except InputError as error:
            self._refused(error, _as_typed(text))
            return
        self._tell_new_notes(job)
        self._budget.before(job)
        outcome = self._runner.run(self._answer(job))
        charge = self._services.spending.charge(outcome, connection)
        self._usage = self._usage.plus(outcome, charge)
        self._print(outcome, charge)
        self._remember(text, outcome)
        self._budget.after()
        self._tell_trouble()
        self._decide_end(outcome)

    async def _answer(self, job: Job) -> Outcome:
        loop = asyncio.get_running_loop()
        self._run = run = self._services.start(job, self._printer.take)
        with self._signals.stopping(lambda: loop.call_soon_threadsafe(run.stop)):
            return await run.execute()

    def _stop_run(self) -> None:
        if self._run is not None:
            self._run.stop()

    def _print(self, outcome: Outcome, charge: Charge) -> None:
        if self._printer.pipe_closed:
            return
        try:
            self._printer.end(outcome, charge)
        except BrokenPipeError:
            self._end = ExitCode.CLOSED_PIPE

    def _remember(self, text: str, outcome: Outcome) -> None:
        code = exit_code(outcome)
        choice = outcome.answer.choices[0] if outcome.answer.choices else None
        answer = (choice.text or choice.refusal) if choice is not None else ""
        stopped = outcome.state is State.CANCELLED
        if answer.strip() and (code == ExitCode.OK or stopped):
            self._memory = self._memory.answered(text, answer)
            if stopped:
                say("workbench: stopped; what came is kept as the answer")
            return
        if choice is not None and choice.tool_calls:
            say("workbench: a chat has no room for answers to calls: answer them on the screen, with ctrl+n")
        if not stopped:
            self._code = max(self._code, code)
        self._give_back(_as_typed(text))

    def _refused(self, error: InputError, text: str) -> None:
        """A turn that could not be sent at all, or that is not even text."""
        complain(error)
        self._code = max(self._code, ExitCode.BAD_INPUT)
        self._give_back(text)
        self._end_pipe()

    def _give_back(self, text: str) -> None:
        if not text:
            return
        if self._lines.offer(text):
            say("workbench: taken back: it stands in the next line")
        else:
            say(f"workbench: taken back: {one_line(text, _SHOWN)}")

    def _decide_end(self, outcome: Outcome) -> None:
        if self._printer.pipe_closed:
            self._end = ExitCode.CLOSED_PIPE
        elif self._signals.terminated:
            self._end = 128 + self._signals.terminated
        elif outcome.state is State.CANCELLED and not self._lines.interactive:
            self._end = ExitCode.INTERRUPTED
        elif exit_code(outcome) in (ExitCode.BAD_INPUT, ExitCode.BUDGET):
            self._end_pipe()

    def _end_pipe(self) -> None:
        # What refuses one line of a pipe (a missing persona, a budget that is used up) refuses the next ones too.
        if not self._lines.interactive:
            self._end = self._code

    def _tell_new_notes(self, job: Job) -> None:
        """Each note once: most of them hold for every turn."""
        for note in job.request.notes:
            if note.text not in self._noted:
                self._noted.add(note.text)
                say(f"workbench: {note.text}")

    def _tell_trouble(self) -> None:
        trouble = self._services.database.trouble
        if trouble is not None and trouble != self._trouble:
            say(f"workbench: {trouble}")
        self._trouble = trouble

    def _command(self, text: str) -> None:
        name, _, rest = text.partition(" ")
        match name:
            case "/help":
                for line in _HELP.splitlines():
                    say(line)
            case "/undo":
                self._undo()
            case "/usage":
                say(self._usage.text)
            case "/save":
                self._save(rest.strip())
            case _:
                self._unknown(name, text)

    def _unknown(self, name: str, text: str) -> None:
        error = InputError(f"there is no command {one_line(name, _SHOWN)}", "/help lists them, // sends it as text")
        if not self._lines.interactive:
            self._refused(error, "")
            return
        complain(error)
        self._give_back(text)

    def _undo(self) -> None:
        turn = self._memory.last_turn
        if turn is None:
            say("workbench: there is no turn to take back")
            return
        self._memory = self._memory.undone()
        say(f"workbench: taken back: {one_line(turn, _SHOWN)}")

    def _save(self, name: str) -> None:
        from workbench.core.preset import Kind, Place
        from workbench.core.slug import slug_of

        prompt = self._memory.prompt
        if not name:
            say("workbench: /save needs a name: /save my talk")
            return
        if not prompt.messages:
            say("workbench: there is nothing to save yet")
            return
        slug = slug_of(name)
        try:
            saved = self._services.presets.save(
                Place.USER, Kind.PROMPT, slug, replace(prompt, name=name), known=self._saved.get(slug)
            )
        except (InputError, StorageError) as error:
            # It may be a talk of yesterday, and nothing here asks whether it may go.
            complain(StorageError(error.message, "choose another name") if isinstance(error, ChangedOnDisk) else error)
            self._code = max(self._code, ExitCode.RUN_FAILED)
            return
        self._saved[slug] = saved.digest
        say(f"workbench: saved {saved.path}; `workbench chat {slug}` goes on with it")


def _as_typed(turn: str) -> str:
    """What a person has to type for a turn: of two slashes at the beginning one is sent."""
    return f"/{turn}" if turn.startswith("/") else turn
