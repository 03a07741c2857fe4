"""The lines under the output: what went wrong and what to do, what the builder changed, what it would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from workbench.core.errors import BadRequest, RateLimited, Refused, RunError
from workbench.tui.display import literal
from workbench.tui.keys import own_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from workbench.core.outcome import Outcome
    from workbench.core.request import Note, Problem, Request

LONGEST = 12
"""Lines kept: an endpoint that notes something for every chunk must not fill the pane."""


class Trouble(Static):
    """How the run ended, what came up in it, what is wrong with the prompt. Hidden while it has nothing to say.

    Marks: ✗ an error, ! a problem or an answer that is not the JSON asked for, → what to do, · a note.
    """

    DEFAULT_CSS = """
    Trouble { height: auto; max-height: 40%; display: none; overflow-y: auto; }
    Trouble.-some { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._run: list[Content] = []
        self._json: list[Content] = []
        self._problems: list[Content] = []
        self._notes: list[Content] = []
        self._with_notes = False

    def begin(self) -> None:
        """A run begins: what was said of the one before goes."""
        self._run, self._json = [], []
        self._put()

    def add_note(self, text: str) -> None:
        """A note on the run, below what is there."""
        if len(self._run) < LONGEST:
            self._run.append(_line("·", "$text-muted", text))
            self._put()

    def show_outcome(self, outcome: Outcome) -> None:
        """How the run ended, above the notes that came while it ran."""
        if isinstance(outcome.error, Refused):
            self._problems = _problem_lines(outcome.error.problems)
        else:
            self._run = [*_outcome_lines(outcome), *self._run]
        self._put()

    def show_json(self, lines: Sequence[str]) -> None:
        """What is wrong with an answer that was to be JSON; () takes it away."""
        self._json = [_line("!" if place == 0 else "·", "$text-warning", line) for place, line in enumerate(lines)]
        if lines:
            self._json.append(_line("→", "$text-accent", f"{own_key('view')} shows it in the JSON view"))
        self._put()

    def show_request(self, request: Request, chosen: Collection[str]) -> None:
        """What the builder says of the prompt as it stands. That nothing is written yet is no news.

        A note on one of the `chosen` parameters is always shown: it was set, and something else is sent.
        """
        self._problems = _problem_lines([p for p in request.problems if p.field != "messages"])
        self._problems += [_note_line(note) for note in request.notes if note.field in chosen]
        self._notes = [_note_line(note) for note in request.notes if note.field not in chosen]
        self._put()

    def show_notes(self, shown: bool) -> None:
        """Whether the builder's notes are shown too: they belong beside the request."""
        self._with_notes = shown
        self._put()

    def _put(self) -> None:
        lines = [*self._run, *self._json, *self._problems, *(self._notes if self._with_notes else ())][:LONGEST]
        self.set_class(bool(lines), "-some")
        self.update(Content("\n").join(lines))


def _note_line(note: Note) -> Content:
    return _line("·", "$text-muted", note.text)


def _problem_lines(problems: Sequence[Problem]) -> list[Content]:
    lines = [_line("!", "$text-warning", problem.text) for problem in problems]
    if problems and all(problem.can_send for problem in problems):
        lines.append(
            _line("→", "$text-accent", f"“Run anyway” in the palette ({own_key('palette')}) sends it as it is")
        )
    return lines


def _line(mark: str, style: str, text: str) -> Content:
    return Content.assemble((f"{mark} ", f"bold {style}"), literal(" ".join(text.split())))


def _outcome_lines(outcome: Outcome) -> list[Content]:
    from workbench.core.events import State  # with all the events: no part of the first paint

    error = outcome.error
    if error is None:
        if outcome.state is State.CANCELLED:
            return [
                _line(
                    "■", "$text-muted", f"stopped; the text that came is kept · {own_key('regenerate')} runs it again"
                )
            ]
        return []
    lines = [_line("✗", "$text-error", error.message)]
    if error.hint:
        lines.append(_line("→", "$text-accent", error.hint))
    if droppable(error):
        lines.append(_line("→", "$text-accent", f"{own_key('drop')} leaves out {error.field} and runs again"))
    elif isinstance(error, BadRequest):
        lines.append(
            _line(
                "→", "$text-accent", f"the Request view shows what was sent · {own_key('view')} goes through the views"
            )
        )
    elif outcome.state is State.TRUNCATED:
        lines.append(
            _line(
                "→",
                "$text-accent",
                f"{own_key('continue')} keeps this text and goes on · {own_key('regenerate')} runs it again",
            )
        )
    elif isinstance(error, RateLimited) or error.code == "closed":
        lines.append(_line("→", "$text-accent", f"{own_key('regenerate')} sends it again"))
    # An error object says no more than the message that was taken from it.
    if error.details and not error.details.lstrip().startswith('{"error"'):
        lines.append(_line("·", "$text-muted", error.details[:300]))
    return lines


def droppable(error: RunError | None) -> bool:
    """Whether the endpoint named a parameter that can be left out."""
    return (
        isinstance(error, BadRequest)
        and bool(error.field)
        and error.code in ("unsupported_parameter", "unsupported_value", "unknown_parameter")
    )
