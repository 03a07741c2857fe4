"""What came back, in one view at a time: the answer as it streams, its JSON, the request, the response object.

Owns the run's worker.
Removing the pane cancels its run: the worker is a child of the pane.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.containers import Vertical
from textual.message import Message

from workbench.core.secret import mask_for
from workbench.tui.commands import bindings
from workbench.tui.live import READY, Live
from workbench.tui.widgets.answer_json import AnswerJson
from workbench.tui.widgets.answer_parts import AnswerParts
from workbench.tui.widgets.find_line import FindLine
from workbench.tui.widgets.output_views import STAYING, VIEWS, View, make_view, state_words, title_places, titles
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from workbench.core.json_value import JSON
    from workbench.core.outcome import Outcome
    from workbench.core.request import Request
    from workbench.runner import Run
    from workbench.tui.jumping import JumpSpot
    from workbench.tui.run_progress import PastRun, RunProgress
    from workbench.tui.timing_lines import TimingShown
    from workbench.tui.widgets.json_view import JsonView
    from workbench.tui.widgets.output_views import LooksAtText
    from workbench.tui.widgets.raw_view import RawShown, RawView
    from workbench.tui.widgets.row_pane import RowPane
    from workbench.tui.widgets.timing_view import TimingView
    from workbench.tui.widgets.tokens_view import TokensShown, TokensView


class OutputPane(Vertical):
    """The views of one run."""

    DEFAULT_CSS = """
    OutputPane {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $accent; border-title-color: $text-accent; }
        StreamView, RowPane { height: 1fr; }
        #reasoning, #calls {
            height: auto; max-height: 40%; display: none;
            border-top: solid $foreground 25%; border-title-color: $text-muted; color: $text-muted;
        }
        #calls { color: $foreground; }
        #calls.-alone { max-height: 100%; height: 1fr; }
        #answer.-none { height: 0; }
        #reasoning.-some, #calls.-some { display: block; }
        #reasoning.-folded { height: 1; }
        .-hidden, #reasoning.-hidden, #calls.-hidden { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("output")

    class Finished(Message):
        """The pane's run ended."""

        def __init__(self, pane: OutputPane, outcome: Outcome) -> None:
            super().__init__()
            self.pane = pane
            self.outcome = outcome

    class CopyWanted(Message):
        """A text is to be copied; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class CodeWanted(Message):
        """A code block of the answer is to be copied."""

    def __init__(self, first: View = "Answer", *, id: str | None = None) -> None:
        """`first` is the view in front, and what a run is shown in if that can be."""
        super().__init__(id=id)
        self.view: View = "Answer"
        self._wanted: View = first
        """The view that was asked for last; a run that has nothing for it is shown as its answer."""
        self.outcome: Outcome | None = None
        self._parts = AnswerParts()
        self._views: dict[View, StreamView | RowPane] = {}
        """Those that were shown; the answer is in `_parts`."""
        self._json = AnswerJson(self, self._judged)
        self._request: Request | None = None
        self._run: Run | None = None
        self._progress: RunProgress | None = None
        self._mask: Callable[[str], str] = mask_for(None)
        """Takes the key of the run's connection out of what its endpoint may send back."""
        self._choice = 0

    def compose(self) -> ComposeResult:
        yield self._parts.text
        yield Trouble(id="trouble")

    def on_mount(self) -> None:
        self._retitle()
        self.call_after_refresh(self._mount_the_rest)

    def _mount_the_rest(self) -> None:
        if self.is_attached:  # or else the program is being left again already
            self._parts.mount_rest(self)
            if self.view != self._wanted:
                self.show(self._wanted)

    def on_resize(self) -> None:
        self._retitle()

    # -- the run -----------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """From `begin` until the run has ended."""
        return self.live().running

    def live(self) -> Live:
        """The run as it stands now."""
        return self._progress.live() if self._progress is not None else READY

    def begin(self) -> RunProgress:
        """Empty the pane for a new run. The run's emit is `take` of what comes back."""
        # The events of a run are no part of the first paint.
        from workbench.tui.run_progress import RunProgress

        self._json.begin()
        self.outcome = None
        self._choice = 0
        self._progress = RunProgress(self)
        self._parts.clear()
        self.query_one(Trouble).begin()
        # Who watches the JSON of one run, or its tokens, wants to see those of the next.
        self.show(self._wanted if self._wanted in STAYING else "Answer")
        return self._progress

    def start(self, run: Run) -> None:
        """Execute the run that `begin` made room for, in the pane's one worker."""
        from workbench.core.json_answer import wanted_json

        self._run = run
        self._mask = mask_for(run.job.connection.key)
        asked = wanted_json(run.job.request.body.get("response_format")) is not None
        plain = self.view == "JSON" and not asked and not self._json.was_unasked
        if plain or (self.view == "Tokens" and run.job.request.body.get("logprobs") is not True):
            wanted = self._wanted
            self.show("Answer")  # it would stay empty
            self._wanted = wanted
        self._show_state()
        if self._progress is not None and self._progress.stop_asked:
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
        if self._progress is not None:
            self._progress.stop_asked = True
        if self._run is not None:
            self._run.stop()

    def empty(self, first: View = "Answer") -> None:
        """Show nothing, as before the first run, with this view in front."""
        self.begin()
        self._progress = self._run = self._request = None
        self.query(FindLine).remove()
        self.show(first)

    def past(self) -> PastRun | None:
        """The run that is shown, for another pane; None where there is none, or it goes on."""
        from workbench.tui.run_progress import PastRun

        if self._progress is None or self.outcome is None:
            return None
        return PastRun(self._progress, self.outcome, self._choice, self.view)

    def show_past(self, past: PastRun) -> None:
        """Show a run that this pane did not see, as if it had just ended."""
        self.begin()
        self._progress, self._choice = past.progress, past.choice
        self._parts.show_choice(past.progress.answer, past.choice)
        for note in past.outcome.notes[len(past.outcome.request.notes) :]:
            self.show_note(note)
        self._end(past.outcome)
        self.show(past.view)

    def _ended(self, outcome: Outcome) -> None:
        if self._progress is not None:
            self._progress.end(outcome)
        self._end(outcome)
        self.post_message(self.Finished(self, outcome))

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._parts.finish()
        self.query_one(Trouble).show_outcome(outcome)
        self._json.judge_if_wanted(outcome, looked_at=self.view == "JSON")
        self._show_state()

    def _judged(self) -> None:
        self._tell_of_json()
        self._show_state()

    def _tell_of_json(self) -> None:
        lines = self._json.trouble_lines(looked_at=self.view == "JSON")
        self.query_one(Trouble).show_json(lines)

    # -- what a run shows ----------------------------------------------------------------------------------------

    def show_text(self, choice: int, text: str) -> None:
        if choice == self._choice:
            self._parts.add_text(text)
            if self.view == "JSON":
                cast("JsonView", self._views["JSON"]).arriving(lambda: self.answer_source)

    def show_reasoning(self, choice: int, text: str) -> None:
        if choice == self._choice:
            self._parts.add_reasoning(text)

    def show_others(self, choice: int) -> None:
        """The refusal and the tool calls, in words, below the answer."""
        if choice == self._choice and self._progress is not None:
            self._parts.show_others(self._progress.answer.others(choice))

    def show_tokens(self, choice: int) -> None:
        """Tokens with their probabilities have come."""
        if choice == self._choice and self.view == "Tokens":
            self._row_pane.more_soon()

    def show_raw(self) -> None:
        """Bytes have come."""
        if self.view == "Raw":
            self._row_pane.more_soon()

    def show_note(self, text: str) -> None:
        self.query_one(Trouble).add_note(text)

    def show_stage(self) -> None:
        self._retitle()
        if self.view in ("Raw", "Timing"):
            self._row_pane.more_soon()

    # -- what is shown -----------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Bring one of the views to the front; the keys go with it where they went to the one before."""
        had_focus = self.shown_view.has_focus or (self.view == "Answer" and self._parts.has_focus)
        self.view = self._wanted = view
        if view not in self._views and view != "Answer":
            self._views[view] = made = make_view(view)
            self.mount(made, after=self._parts.text)
        self._parts.show(view == "Answer")
        for name, widget in self._views.items():
            widget.set_class(name != view, "-hidden")
        for line in self.query(FindLine):
            self.call_after_refresh(line.action_go, 0)
        self.query_one(Trouble).show_notes(view == "Request")
        self._tell_of_json()
        if view == "JSON" and self.outcome is not None:
            self._json.judge_if_wanted(self.outcome, looked_at=True)
        self._show_state()
        if had_focus:
            self.focus_shown()

    def _show_state(self) -> None:
        """Bring the border, and the view that is looked at, up to date; the others wait until they are."""
        self._retitle()
        match self.view:
            case "JSON":
                view = cast("JsonView", self._views["JSON"])
                self._json.show(view, self._choice, lambda: self.answer_source, running=self.running)
            case "Tokens":
                cast("TokensView", self._views["Tokens"]).show(self._tokens_shown())
            case "Raw":
                cast("RawView", self._views["Raw"]).show(self._raw_shown, self._mask)
            case "Timing":
                cast("TimingView", self._views["Timing"]).show(self._timing_shown)
            case "Request":
                cast("StreamView", self._views["Request"]).set_text(_pretty(self._request_body(whole=False)))
            case "Response":
                response = self.outcome.answer.response if self.outcome is not None else None
                cast("StreamView", self._views["Response"]).set_text(_pretty(response) if response is not None else "")

    def _request_body(self, *, whole: bool) -> Mapping[str, JSON]:
        """The body that is sent; on the screen the images in it are told by type and size."""
        from workbench.core.data_url import shortened

        body = dict(self._request.body) if self._request is not None else {}
        return body if whole else cast("dict[str, JSON]", shortened(body))

    def _tokens_shown(self) -> TokensShown:
        from workbench.tui.token_source import tokens_shown

        asked = self._run.job.request if self._run is not None else None
        return tokens_shown(self._progress, asked, self.outcome, self._choice)

    def _raw_shown(self) -> RawShown:
        from workbench.tui.run_looks import raw_shown

        return raw_shown(self._progress, self.outcome)

    def _timing_shown(self) -> TimingShown:
        from workbench.tui.run_looks import timing_shown

        return timing_shown(self._progress, self.outcome)

    def show_next(self) -> None:
        self.show(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def show_request(self, request: Request, chosen: Collection[str]) -> None:
        """The exact JSON, with what the builder has to say about it below."""
        self._request = request
        self.query_one(Trouble).show_request(request, chosen)
        if self.view == "Request":
            self._show_state()

    @property
    def shown_view(self) -> Widget:
        """What is looked at."""
        return self._parts.main if self.view == "Answer" else self._views[self.view]

    @property
    def _row_pane(self) -> RowPane:
        return cast("RowPane", self._views[self.view])

    @property
    def _looking(self) -> LooksAtText:
        return self._parts if self.view == "Answer" else self._views[self.view]

    def bring(self, view: View) -> Widget:
        """Show a view and give its widget."""
        if self.view != view:
            self.show(view)
        return self.shown_view

    def focus_shown(self) -> None:
        self.shown_view.focus()

    @property
    def answer_source(self) -> str:
        """The shown choice's text, as the model wrote it."""
        return self._progress.answer.text(self._choice) if self._progress is not None else ""

    @property
    def answer_to_copy(self) -> tuple[str, str]:
        """The answer's text, or the calls of one that has none, and what that is called."""
        if self.answer_source or not self.answer_calls:
            return self.answer_source, "the answer"
        return json.dumps(self.answer_calls, ensure_ascii=False, indent=2), "the calls"

    @property
    def answer_calls(self) -> tuple[JSON, ...]:
        """The tool calls of the shown choice of a run that has ended."""
        choices = self.outcome.answer.choices if self.outcome is not None else ()
        return next((choice.tool_calls for choice in choices if choice.index == self._choice), ())

    def _retitle(self) -> None:
        self.border_title = titles(self.view, self.outer_size.width - 6)
        choices = self._progress.answer.choices if self._progress is not None else 0
        choice = f" · choice {self._choice + 1} of {choices} (c: next)" if choices > 1 else ""
        words = (state_words(self.live(), self.outcome), self._json.border_words())
        self.border_subtitle = " · ".join(part for part in words if part) + choice

    def jump_spots(self) -> Iterator[JumpSpot]:
        """A letter before the name of each view but the shown one, which has the focus's own."""
        from workbench.tui.jumping import JumpSpot

        x, y, width, _ = self.region
        for view, place in title_places(self.view, self.outer_size.width - 6).items():
            if view != self.view and place < width - 4:
                yield JumpSpot(x + 2 + place, y, partial(self._go_to, view))

    def _go_to(self, view: View) -> None:
        self.bring(view).focus()

    # -- actions -----------------------------------------------------------------------------------------------

    def action_next_choice(self) -> None:
        if self._progress is None:
            return
        answer = self._progress.answer
        self._choice = (self._choice + 1) % max(1, answer.choices)
        self._parts.show_choice(answer, self._choice)
        self._show_state()

    def action_toggle_markdown(self) -> None:
        if self.view != "Answer":
            self.show("Answer")
        self._parts.toggle_markdown()

    def action_toggle_reasoning(self) -> None:
        if self.view != "Answer":
            self.show("Answer")
        self._parts.toggle_reasoning()

    def action_copy_code(self) -> None:
        self.post_message(self.CodeWanted())

    def action_copy_shown(self) -> None:
        """What is selected, or else all of what is shown."""
        shown = self._parts if self.view == "Answer" else self._views[self.view]
        selected = shown.selected_text() if isinstance(shown, AnswerParts | StreamView) else ""
        if selected:
            self.post_message(self.CopyWanted(selected, "the selection"))
        elif self.view == "Answer":
            self.post_message(self.CopyWanted(*self.answer_to_copy))
        elif self.view == "Request":
            self.post_message(self.CopyWanted(_pretty(self._request_body(whole=True)), "the request"))
        else:
            what = "the JSON" if self.view == "JSON" else f"the {self.view.lower()}"
            self.post_message(self.CopyWanted(self._looking.source, what))

    def on_row_pane_copy_wanted(self, event: RowPane.CopyWanted) -> None:
        event.stop()
        self.post_message(self.CopyWanted(event.text, event.what))

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
        if not event.needle:
            for view in (self._parts, *self._views.values()):
                view.clear_find()
            return
        current, total = self._looking.find(event.needle, event.direction)
        self.query_one(FindLine).show_count(current, total)


def _pretty(value: Mapping[str, JSON]) -> str:
    """JSON as "copy request as JSON" gives it too: what hides or acts is escaped, so that it can be pasted."""
    from workbench.core.json_text import unseen_escaped

    return unseen_escaped(json.dumps(value, ensure_ascii=False, indent=2))
