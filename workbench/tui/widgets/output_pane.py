"""What came back: the answer as it streams, the request it answers, and the response object. Owns the run's worker.

Removing the pane cancels its run: the worker is a child of the pane.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from workbench.core.events import (
    Event,
    FirstByte,
    Noted,
    Queued,
    ReasoningDelta,
    RefusalDelta,
    Retrying,
    Sent,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from workbench.tui.answer_text import AnswerText
from workbench.tui.commands import bindings
from workbench.tui.widgets.find_line import FindLine
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.trouble import Trouble

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome
    from workbench.core.request import Request
    from workbench.runner import Run

View = Literal["Answer", "Request", "Response"]
VIEWS: tuple[View, ...] = ("Answer", "Request", "Response")
Stage = Literal["ready", "waiting", "retrying", "streaming", "complete", "truncated", "error", "cancelled"]


@dataclass(frozen=True, slots=True)
class Live:
    """A run as it stands, for header and meter. Seconds since the attempt was sent."""

    stage: Stage = "ready"
    elapsed: float = 0.0
    first_token: float | None = None
    tokens: float = 0.0
    """About how many tokens of answer and reasoning have come."""
    attempts: int = 0
    retry_in: float | None = None
    usage: dict[str, object] | None = None


class OutputPane(Vertical):
    """Answer, Request and Response of one run."""

    DEFAULT_CSS = """
    OutputPane {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $accent; border-title-color: $text-accent; }
        StreamView { height: 1fr; }
        #reasoning { height: auto; max-height: 40%; color: $text-muted; display: none; }
        #reasoning.-some { display: block; }
        #calls { height: auto; max-height: 40%; display: none; }
        #calls.-some { display: block; }
        .-hidden { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("output")

    class Finished(Message):
        """The run ended."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    class CopyWanted(Message):
        """A text is to be copied; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view: View = "Answer"
        self._views = {
            "reasoning": StreamView(id="reasoning", kind="plain"),
            "answer": StreamView(id="answer"),
            "calls": StreamView(id="calls", kind="plain", follow=False),
            "request": StreamView(id="request", kind="json", follow=False, classes="-hidden"),
            "response": StreamView(id="response", kind="json", follow=False, classes="-hidden"),
        }
        self.outcome: Outcome | None = None
        self._run: Run | None = None
        self._answer = AnswerText()
        self._choice = 0
        self._stage: Stage = "ready"
        self._stop_asked = False
        self._sent_at = 0.0
        self._ended_after = 0.0
        self._first_token: float | None = None
        self._attempts = 0
        self._retry_at: float | None = None
        self._usage: dict[str, object] | None = None
        self._reasoning_open = True

    def compose(self) -> ComposeResult:
        yield self._views["answer"]
        yield Trouble(id="trouble")

    def on_mount(self) -> None:
        self._retitle()
        self.call_after_refresh(self._mount_the_rest)

    def _mount_the_rest(self) -> None:
        """The views that the first paint does not show: styling them would hold it up."""
        if not self.is_attached:
            return  # the program is being left again already
        self.mount(self._views["reasoning"], before=self._views["answer"])
        self.mount_all([self._views[name] for name in ("calls", "request", "response")], after=self._views["answer"])

    # -- the run -----------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """From `begin` until the run has ended."""
        return self._stage in ("waiting", "retrying", "streaming")

    def begin(self) -> None:
        """Empty the pane for a new run."""
        self.outcome = None
        self._answer = AnswerText()
        self._choice = 0
        self._stage = "waiting"
        self._stop_asked = False
        self._sent_at = time.monotonic()
        self._first_token = None
        self._attempts = 0
        self._retry_at = None
        self._usage = None
        for name in ("answer", "reasoning", "calls", "response"):
            self._view(name).clear()
        self._view("reasoning").remove_class("-some")
        self._view("calls").remove_class("-some")
        self.query_one(Trouble).begin()
        self.show("Answer")
        self._retitle()

    def start(self, run: Run) -> None:
        """Execute the run in the pane's one worker. Call `begin()` first and give the run `take` as its emit."""
        self._run = run
        if self._stop_asked:
            run.stop()
        self.run_worker(self._execute(run), group="run", exit_on_error=True)

    async def _execute(self, run: Run) -> None:
        try:
            outcome = await run.execute()
        finally:
            self._run = None
        self._ended(outcome)

    def stop(self) -> None:
        """End the run and keep its text; one that has not started yet will not be sent."""
        self._stop_asked = True
        if self._run is not None:
            self._run.stop()

    def take(self, events: Sequence[Event]) -> None:
        """What the run says, one batch for each read of the network."""
        for event in events:
            match event:
                case TextDelta(choice=choice, text=text):
                    self._answer.add_text(choice, text)
                    self._mark_streaming()
                    if choice == self._choice:
                        self._view("answer").append(text)
                case ReasoningDelta(choice=choice, text=text):
                    self._answer.add_reasoning(choice, text)
                    self._mark_streaming()
                    if choice == self._choice:
                        self._show_reasoning(text)
                case RefusalDelta() | ToolCallDelta():
                    self._answer.add_other(event)
                    self._mark_streaming()
                    self._show_calls()
                case UsageReported(usage=usage):
                    self._usage = dict(usage)
                case Noted(text=text):
                    self.query_one(Trouble).add_note(text)
                case Queued() | Sent() | Retrying() | FirstByte():
                    self._take_progress(event)
                case _:
                    pass

    def _take_progress(self, event: Queued | Sent | Retrying | FirstByte) -> None:
        match event:
            case Sent(attempt=attempt):
                self._attempts = attempt
                self._sent_at = time.monotonic()
                self._retry_at = None
                self._stage = "waiting"
            case Retrying(after=after, attempt=attempt, reason=reason):
                self._retry_at = time.monotonic() + after
                self._stage = "retrying"
                self.query_one(Trouble).add_note(f"{reason}: attempt {attempt} follows; esc ends the wait")
            case _:
                pass
        self._retitle()

    def _mark_streaming(self) -> None:
        if self._first_token is None:
            self._first_token = time.monotonic() - self._sent_at
            self._stage = "streaming"
            self._retitle()

    def _ended(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._stage = outcome.state.value
        self._ended_after = outcome.timings.total_s or 0.0
        self._attempts = outcome.attempts
        for name in ("answer", "reasoning", "calls"):
            self._view(name).finish()
        if outcome.answer.response is not None:
            self._view("response").set_text(json.dumps(outcome.answer.response, ensure_ascii=False, indent=2))
        self.query_one(Trouble).show_outcome(outcome)
        self._retitle()
        self.post_message(self.Finished(outcome))

    def live(self) -> Live:
        """The run as it stands now."""
        now = time.monotonic()
        return Live(
            stage=self._stage,
            elapsed=(now - self._sent_at) if self.running else self._ended_after,
            first_token=self._first_token,
            tokens=self._answer.tokens,
            attempts=self._attempts,
            retry_in=max(0.0, self._retry_at - now) if self._retry_at is not None else None,
            usage=self._usage,
        )

    # -- what is shown -----------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Bring Answer, Request or Response to the front."""
        self.view = view
        for name in VIEWS:
            self._view(name.lower()).set_class(name != view, "-hidden")
        for part in ("reasoning", "calls"):
            self._view(part).set_class(view != "Answer", "-hidden")
        for line in self.query(FindLine):
            line.action_go(0)
        self.query_one(Trouble).show_notes(view == "Request")
        self._retitle()

    def show_next(self) -> None:
        self.show(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def show_request(self, request: Request) -> None:
        """The exact JSON, with what the builder has to say about it below."""
        self._view("request").set_text(json.dumps(request.body, ensure_ascii=False, indent=2))
        self.query_one(Trouble).show_request(request)

    def focus_shown(self) -> None:
        self._view(self.view.lower()).focus()

    @property
    def answer_source(self) -> str:
        """The shown choice's text, as the model wrote it."""
        return self._answer.text(self._choice)

    def _view(self, name: str) -> StreamView:
        return self._views[name]

    def _show_reasoning(self, text: str) -> None:
        view = self._view("reasoning")
        view.add_class("-some")
        view.append(text)

    def _show_calls(self) -> None:
        view = self._view("calls")
        text = self._answer.others(self._choice)
        view.set_class(bool(text), "-some")
        view.set_text(text)

    def _retitle(self) -> None:
        self.border_title = _titles(self.view)
        live = self.live()
        choices = self._answer.choices
        choice = f" · choice {self._choice + 1} of {choices} (c: next)" if choices > 1 else ""
        self.border_subtitle = state_words(live, self.outcome) + choice

    # -- actions -----------------------------------------------------------------------------------------------

    def action_next_choice(self) -> None:
        self._choice = (self._choice + 1) % max(1, self._answer.choices)
        self._view("answer").set_text(self._answer.text(self._choice))
        reasoning = self._answer.reasoning(self._choice)
        self._view("reasoning").set_class(bool(reasoning), "-some")
        self._view("reasoning").set_text(reasoning)
        self._show_calls()
        self._retitle()

    def action_toggle_markdown(self) -> None:
        view = self._view("answer")
        view.markdown = not view.markdown

    def action_toggle_reasoning(self) -> None:
        self._reasoning_open = not self._reasoning_open
        self._view("reasoning").styles.max_height = "40%" if self._reasoning_open else 1

    def action_copy_shown(self) -> None:
        shown = self._view(self.view.lower())
        if selected := shown.selected_text():
            self.post_message(self.CopyWanted(selected, "the selection"))
        elif self.view == "Answer":
            self.post_message(self.CopyWanted(self.answer_source, "the answer"))
        else:
            self.post_message(self.CopyWanted(shown.source, f"the {self.view.lower()}"))

    async def action_find(self) -> None:
        if not self.query(FindLine):
            await self.mount(FindLine(), before=self.query_one(Trouble))
        self.query_one(FindLine).focus_field()

    def action_find_next(self, direction: int) -> None:
        for line in self.query(FindLine):
            line.action_go(direction)

    def action_show(self, view: View) -> None:
        self.show(view)

    def on_find_line_wanted(self, event: FindLine.Wanted) -> None:
        event.stop()
        shown = self._view(self.view.lower())
        if not event.needle:
            for name in VIEWS:
                self._view(name.lower()).clear_find()
            return
        current, total = shown.find(event.needle, event.direction)
        self.query_one(FindLine).show_count(current, total)


def _titles(shown: View) -> str:
    """The views' names for the border, as markup of our own: a click on one shows it."""
    return " │ ".join(
        f"[bold underline]{name}[/]" if name == shown else f"[@click=show('{name}')]{name}[/]" for name in VIEWS
    )


def state_words(live: Live, outcome: Outcome | None) -> str:
    """The state in a few words for the border: `complete · stop · 1.4 s`."""
    if outcome is None:
        return {"ready": "ready", "waiting": "waiting · esc stops", "retrying": "waiting to retry · esc stops"}.get(
            live.stage, "streaming · esc stops"
        )
    reasons = {choice.finish_reason for choice in outcome.answer.choices if choice.finish_reason}
    known = {"length": "cut by max tokens", "content_filter": "filtered"}
    told = [known.get(reason, reason) for reason in sorted(reasons)]
    seconds = f"{outcome.timings.total_s:.1f} s" if outcome.timings.total_s is not None else ""
    return " · ".join(part for part in (outcome.state.value, *told, seconds) if part)
