"""Runs told on a plain terminal: the answer to stdout as it arrives, all that is no answer to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.core.errors import ErrorKind, RunError, StorageError
from workbench.core.events import Event, Noted, Retrying, State, TextDelta
from workbench.core.ledger import charge_text
from workbench.core.message_parts import function_call
from workbench.core.one_line import one_line
from workbench.core.usage import summary_line
from workbench.runner import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.cli.output import Output
    from workbench.core.money import Charge
    from workbench.core.outcome import Outcome


_MOST_CALLS, _CALL_WIDTH = 10, 300


class AnswerPrinter:
    """Prints one run after another. `on_closed_pipe` is called once stdout takes nothing more: stop the run."""

    def __init__(self, output: Output, on_closed_pipe: Callable[[], None], *, json: bool = False) -> None:
        self._output = output
        self._on_closed_pipe = on_closed_pipe
        self._json = json
        self.pipe_closed = False
        self._unwritten: StorageError | None = None

    def take(self, events: Sequence[Event]) -> None:
        """What happens in a run, for `Services.start`."""
        for event in events:
            match event:
                case TextDelta(choice=0, text=text) if not self._json:
                    self._write(text)
                case Retrying(after=after, attempt=attempt, reason=reason):
                    say(f"workbench: {reason}: attempt {attempt} in {after:.1f} s")
                case Noted(text=text) if not self._json:
                    say(f"workbench: {text}")
                case _:
                    pass

    def end(self, outcome: Outcome, charge: Charge) -> None:
        """The rest of a run: further choices, why it failed, what it used and cost. BrokenPipeError: nobody reads
        stdout. StorageError: stdout could not be written."""
        if self._unwritten is not None:
            raise self._unwritten
        if self._json:
            self._output.json(outcome.to_json())
        else:
            self._print_other_choices(outcome)
            self._output.end_line()
        if not _say_verdicts(outcome):
            _say_endings(outcome)
        if outcome.error is not None:
            complain(outcome.error)
        if outcome.attempts:
            say(summary_line(outcome, charge_text(charge)))

    def _write(self, text: str) -> None:
        if self.pipe_closed or self._unwritten is not None:
            return
        # Where nobody gets the answer any more, what is still to come need not be paid for.
        try:
            self._output.text(text)
        except BrokenPipeError:
            self.pipe_closed = True
            self._on_closed_pipe()
        except StorageError as error:
            self._unwritten = error
            self._on_closed_pipe()

    def _print_other_choices(self, outcome: Outcome) -> None:
        choices = outcome.answer.choices
        for choice in choices:
            if choice.index:
                self._output.end_line()
                self._output.text(f"\n--- choice {choice.index + 1} of {len(choices)} ---\n{choice.text}")
            if choice.refusal:
                say(f"workbench: the model refused: {choice.refusal}")


def _say_endings(outcome: Outcome) -> None:
    """Why an answer that came to its end is not all that was asked for."""
    if outcome.state is not State.COMPLETE:
        return
    choices = outcome.answer.choices
    what = "the answer" if len(choices) == 1 else "an answer"
    reasons = {choice.finish_reason for choice in choices}
    if "length" in reasons:
        say(f"workbench: {what} was cut at its limit of tokens")
    if "content_filter" in reasons:
        say(f"workbench: {what} was stopped by a content filter")
    calls = [call for choice in choices for call in choice.tool_calls]
    for call in calls[:_MOST_CALLS]:
        found = function_call(call)
        words = one_line(f"{found.name} {found.arguments}", _CALL_WIDTH) if found is not None else "a custom tool"
        say(f"workbench: the model calls {words}")
    if len(calls) > _MOST_CALLS:
        say(f"workbench: and {len(calls) - _MOST_CALLS} more calls: run --json shows them")
    if not calls and not any(choice.text.strip() or choice.refusal for choice in choices):
        say("workbench: the answer has no text")


def _say_verdicts(outcome: Outcome) -> bool:
    """Where JSON was asked for and an answer is not what was asked for: what is wrong with it, and where. Whether
    something was said."""
    from workbench.core.json_answer import judge, wanted_json

    wanted = wanted_json(outcome.request.body.get("response_format"))
    if wanted is None or outcome.state is not State.COMPLETE:
        return False
    bad = False
    for choice in outcome.answer.choices:
        verdict = judge(choice.text, wanted, finish_reason=choice.finish_reason, refusal=choice.refusal)
        if verdict.bad:
            bad = True
            for line in verdict.lines:
                say(f"workbench: {line}")
    return bad


def exit_code(outcome: Outcome) -> ExitCode:
    """How a run counts for the exit code."""
    if outcome.state is State.CANCELLED:
        return ExitCode.INTERRUPTED
    if isinstance(outcome.error, RunError):
        if outcome.error.kind is ErrorKind.REFUSED:
            return ExitCode.BAD_INPUT
        if outcome.error.kind is ErrorKind.BUDGET:
            return ExitCode.BUDGET
        if outcome.error.kind is ErrorKind.INTERNAL:
            return ExitCode.BUG
    reasons = [choice.finish_reason for choice in outcome.answer.choices]
    return ExitCode.RUN_FAILED if failed(outcome.state, reasons) else ExitCode.OK
