"""One cell of a comparison as the screen knows it: on its way, or ended; and in words what cells have in common."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.words import same_form
from workbench.core.events import ReasoningDelta, RefusalDelta, Retrying, Sent, State, TextDelta, ToolCallDelta
from workbench.core.usage import money_text, seconds_text, tokens_text
from workbench.tui.answer_text import AnswerText
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.core.events import Event
    from workbench.core.experiment_report import CellReport

BETWEEN = "  "
"""Stands between the facts of a footer."""
_STATE_WORDS = {"truncated": "cut", "error": "failed", "cancelled": "stopped"}
_DOTS = {"complete": COMPLETE, "truncated": FAILED, "error": FAILED, "cancelled": STOPPED}
_USUAL_END = ("", "stop")


class Brought(NamedTuple):
    """A piece of the answer, and whether anything but that piece is to be shown."""

    text: str
    other: bool


class CellProgress:
    """A cell from its place in the queue to its end, and again when it is run again.

    `report` is what came of it; while it is sent once more there is none. `take` is what its run says.
    """

    __slots__ = ("_answer", "_cut", "_note", "_sent_at", "_stage", "_thinking", "_tokens", "judged", "report")

    def __init__(self) -> None:
        self.report: CellReport | None = None
        self.judged: tuple[str, ...] = ()
        """Words on the answer that ended: its JSON, its checks."""
        self._stage = "waiting"
        """waiting, running, not_sent, or ended."""
        self._answer: AnswerText | None = None
        self._sent_at = 0.0
        self._tokens = 0.0
        """About how many have come, where the endpoint does not say."""
        self._thinking = False
        self._note = ""
        self._cut = False
        """What came of it is all that a program which ended had: it is open still."""

    # -- on its way --------------------------------------------------------------------------------------------

    def queue(self) -> None:
        """It waits for its turn."""
        self._stage, self._note = "waiting", ""

    def begin(self) -> None:
        """Its turn has come."""
        self._stage, self._note, self._thinking = "running", "", False
        self._sent_at = time.monotonic()

    def drop(self, why: str) -> None:
        """It is not sent; what came of it before stands."""
        self._stage = "ended" if self.report is not None else "not_sent"
        self._answer, self._note = None, why

    def end(self, report: CellReport) -> None:
        """It has ended this way."""
        self.report, self._stage, self._note = report, "ended", ""
        self._tokens = self._answer.tokens if self._answer is not None else 0.0
        self._answer = None
        self._cut = False
        self.judged = ()

    def cut_off(self, report: CellReport, why: str) -> None:
        """This is what had come when its program ended; it has not ended itself."""
        self.end(report)
        self._cut, self._note = True, why

    def take(self, events: Sequence[Event]) -> Brought:
        """What one read of the network brought."""
        pieces: list[str] = []
        other = False
        for event in events:
            match event:
                case TextDelta(choice=choice, text=text) if self._answer is not None:
                    other |= self._thinking or not self._answer.choices
                    self._thinking = False
                    self._answer.add_text(choice, text)
                    if choice == 0:
                        pieces.append(text)
                case ReasoningDelta(choice=choice, text=text) if self._answer is not None:
                    other |= not self._answer.choices
                    self._thinking |= not self._answer.choices
                    self._answer.add_reasoning(choice, text)
                case RefusalDelta() | ToolCallDelta() if self._answer is not None:
                    self._answer.add_other(event)
                    other = True
                case Sent(attempt=attempt):
                    self._send(attempt)
                    other = True
                case Retrying(after=after, attempt=attempt, reason=reason):
                    self._note = f"{reason.rstrip('.')}: attempt {attempt} in {seconds_text(after)}"
                    other = True
                case _:
                    pass
        return Brought("".join(pieces), other)

    def _send(self, attempt: int) -> None:
        self._note, self._sent_at = "", time.monotonic()
        if attempt == 1:
            self.report, self.judged, self._cut = None, (), False
            self._answer = AnswerText()

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The answer so far: of several choices the first; in place of one without text what it refuses or calls."""
        if self._answer is not None:
            return self._answer.text(0) or self._answer.others(0)
        return self.report.text if self.report is not None else ""

    @property
    def running(self) -> bool:
        return self._stage == "running"

    @property
    def ended(self) -> bool:
        """Whether something came of it that stands, be it an error."""
        return self._stage == "ended" and not self._cut

    @property
    def done(self) -> bool:
        """Whether there is nothing more to send: it came to an end by itself, be it with an error."""
        return self.ended and self.state != State.CANCELLED

    @property
    def failed(self) -> bool:
        """Whether it failed by itself; one that was stopped did not."""
        return self.ended and self.report is not None and self.report.state in (State.ERROR, State.TRUNCATED)

    @property
    def complete_text(self) -> str | None:
        """The answer where it is complete: only those are compared."""
        complete = self.ended and self.report is not None and self.report.is_complete
        return self.text if complete else None

    @property
    def state(self) -> str:
        """As `CellView.state` has it."""
        if self._stage == "running":
            return "streaming" if self._answer is not None and self._answer.choices else "waiting"
        if self._stage == "ended" and self.report is not None:
            return self.report.state
        return self._stage

    @property
    def dot(self) -> str:
        if self._stage == "running":
            return STREAMING
        if self._stage == "not_sent" or (self._cut and self._stage == "ended"):
            return STOPPED
        return _DOTS.get(self.state, WAITING)

    @property
    def error(self) -> str:
        """Why it ended as it did, or what it waits for; one line of foreign text, or ""."""
        if self._note:
            return f"not sent: {self._note}" if self._stage == "not_sent" else self._note
        return self.report.error if self.ended and self.report is not None else ""

    @property
    def footer(self) -> str:
        if self._stage == "running":
            return self._running_footer()
        if self._stage == "ended" and self.report is not None:
            return self._ended_footer(self.report)
        return self._stage.replace("_", " ")

    def _running_footer(self) -> str:
        word = "thinking" if self._thinking else self.state
        parts = [word, seconds_text(time.monotonic() - self._sent_at)]
        if self._answer is not None and self._answer.tokens >= 1:
            parts.insert(1, _tokens(round(self._answer.tokens), exact=False))
        return BETWEEN.join(parts)

    def _ended_footer(self, report: CellReport) -> str:
        parts = [_STATE_WORDS.get(report.state, "")]
        counted = report.usage.completion
        if counted is not None:
            parts.append(_tokens(counted))
        elif self._tokens >= 1:
            parts.append(_tokens(round(self._tokens), exact=False))
        if report.attempts:
            parts += [seconds_text(report.total_s), money_text(report.cost_usd)]
        parts += [reason for reason in dict.fromkeys(report.finish_reasons) if reason not in _USUAL_END]
        if len(report.choices) > 1:
            parts.append(f"choice 1 of {len(report.choices)}")
        return BETWEEN.join(filter(None, [*parts, *self.judged]))


def _tokens(count: int, *, exact: bool = True) -> str:
    return f"{tokens_text(count, exact=exact)} tok"


def in_common(texts: Iterable[str | None]) -> str:
    """What the complete answers have in common: `all the same`, `3 of 4 the same`, `3 distinct`; "" before two."""
    counts = Counter(same_form(text) for text in texts if text is not None)
    runs = counts.total()
    if runs < 2:
        return ""
    if len(counts) == 1:
        return "all the same"
    most = max(counts.values())
    return f"{most} of {runs} the same" if 2 * most > runs else f"{len(counts)} distinct"
