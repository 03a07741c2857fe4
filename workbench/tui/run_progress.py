"""What a run says, put where it is shown: text to the pane's views, the rest into `Live`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbench.core.events import (
    Event,
    FirstByte,
    Noted,
    ReasoningDelta,
    RefusalDelta,
    Retrying,
    Sent,
    TextDelta,
    TokenProbabilities,
    ToolCallDelta,
)
from workbench.core.trace import Trace
from workbench.core.wire import RawPiece
from workbench.tui.answer_text import AnswerText
from workbench.tui.live import Live, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.outcome import Outcome
    from workbench.tui.widgets.output_views import View


class ShowsRun(Protocol):
    """Where it is shown."""

    def show_text(self, choice: int, text: str) -> None: ...
    def show_reasoning(self, choice: int, text: str) -> None: ...
    def show_others(self, choice: int) -> None: ...
    def show_tokens(self, choice: int) -> None: ...
    def show_raw(self) -> None: ...
    def show_note(self, text: str) -> None: ...
    def show_stage(self) -> None: ...


class PastRun(NamedTuple):
    """A run that has ended, to be shown in a pane that did not see it."""

    progress: RunProgress
    outcome: Outcome
    choice: int = 0
    view: View = "Answer"


def past_run(outcome: Outcome) -> PastRun:
    """A run of an earlier session: its answer, without the record of how it came."""
    from workbench.core.replay import events_of

    progress = RunProgress(_Nowhere())
    progress.take(events_of(outcome.answer))
    progress.end(outcome)
    return PastRun(progress, outcome)


class _Nowhere:
    """Shows nothing."""

    def _pass(self, *_: object) -> None:
        pass

    show_text = show_reasoning = show_others = show_tokens = show_raw = show_note = show_stage = _pass


class RunProgress:
    """One run from the key that began it to its end. `take` is the run's emit."""

    def __init__(self, pane: ShowsRun) -> None:
        self.answer = AnswerText()
        self.stop_asked = False
        self._pane = pane
        self._stage: Stage = "waiting"
        self._sent_at = time.monotonic()
        self.trace = Trace(self._sent_at)
        self._took = 0.0
        self._attempts = 0
        self._retry_at = 0.0

    def take(self, events: Sequence[Event]) -> None:
        """What the run says, one batch for each read of the network."""
        for event in events:
            match event:
                case RawPiece(data=data):
                    self.trace.received(data, time.monotonic())
                    self._pane.show_raw()
                case TextDelta(choice=choice, text=text):
                    self.answer.add_text(choice, text)
                    self._streams()
                    self._pane.show_text(choice, text)
                case ReasoningDelta(choice=choice, text=text):
                    self.answer.add_reasoning(choice, text)
                    self._streams()
                    self._pane.show_reasoning(choice, text)
                case RefusalDelta() | ToolCallDelta():
                    self.answer.add_other(event)
                    self._streams()
                    self._pane.show_others(event.choice)
                case TokenProbabilities(choice=choice, tokens=tokens):
                    self.answer.add_tokens(choice, tokens)
                    self._pane.show_tokens(choice)
                case Noted(text=text):
                    self._pane.show_note(text)
                case FirstByte(status=status, headers=headers):
                    self.trace.opened(status, headers, time.monotonic())
                case Sent() | Retrying():
                    self._take_attempt(event)
                case _:
                    pass

    def _take_attempt(self, event: Sent | Retrying) -> None:
        match event:
            case Sent(attempt=attempt):
                self._attempts = attempt
                self._sent_at = time.monotonic()
                self.trace.sent(attempt, self._sent_at)
                self._stage = "waiting"
            case Retrying(after=after, attempt=attempt, reason=reason):
                now = time.monotonic()
                self._retry_at = now + after
                self.trace.retrying(reason, now)
                self._stage = "retrying"
                self._pane.show_note(f"{reason.rstrip('.')}: attempt {attempt} follows; esc ends the wait")
        self._pane.show_stage()

    def _streams(self) -> None:
        if self.trace.first_token_s is None:
            self.trace.token(time.monotonic())
            self._stage = "streaming"
            self._pane.show_stage()

    def end(self, outcome: Outcome) -> None:
        """The run ended this way."""
        self.trace.ended(time.monotonic())
        self._stage = outcome.state.value
        self._took = outcome.timings.total_s or 0.0
        self._attempts = outcome.attempts

    def live(self) -> Live:
        """The run as it stands now."""
        now = time.monotonic()
        retrying = self._stage == "retrying"
        live = Live(
            stage=self._stage,
            elapsed=now - self._sent_at,
            first_token=self.trace.first_token_s,
            tokens=self.answer.tokens,
            attempts=self._attempts,
            retry_in=max(0.0, self._retry_at - now) if retrying else None,
        )
        return live if live.running else Live(live.stage, self._took, live.first_token, live.tokens, live.attempts)
