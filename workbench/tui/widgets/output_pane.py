"""What came back: the answer as it streams, its JSON, the request it answers, the response object.

Owns the run's worker.
Removing the pane cancels its run: the worker is a child of the pane.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.containers import Vertical
from textual.message import Message

from workbench.tui.commands import bindings
from workbench.tui.live import READY, Live
from workbench.tui.widgets.find_line import FindLine
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from workbench.core.json_answer import JsonVerdict
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Outcome
    from workbench.core.request import Request
    from workbench.runner import Run
    from workbench.tui.run_progress import RunProgress
    from workbench.tui.widgets.json_view import JsonView

View = Literal["Answer", "JSON", "Request", "Response"]
VIEWS: tuple[View, ...] = ("Answer", "JSON", "Request", "Response")


class OutputPane(Vertical):
    """Answer, JSON, Request and Response of one run."""

    DEFAULT_CSS = """
    OutputPane {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $accent; border-title-color: $text-accent; }
        StreamView, JsonView { height: 1fr; }
        #reasoning, #calls {
            height: auto; max-height: 40%; display: none;
            border-top: solid $foreground 25%; border-title-color: $text-muted; color: $text-muted;
        }
        #calls { color: $foreground; }
        #reasoning.-some, #calls.-some { display: block; }
        #reasoning.-folded { height: 1; }
        .-hidden, #reasoning.-hidden, #calls.-hidden { display: none; }
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
        self._json: JsonView | None = None
        """Made after the first paint."""
        self._verdicts: dict[int, JsonVerdict] = {}
        self._judging = False
        self._unasked_json = False
        """Whether the run before gave JSON that its request did not ask for, as instructions in words may do."""
        self.outcome: Outcome | None = None
        self._run: Run | None = None
        self._progress: RunProgress | None = None
        self._choice = 0

    def compose(self) -> ComposeResult:
        yield self._views["answer"]
        yield Trouble(id="trouble")

    def on_mount(self) -> None:
        self._retitle()
        self.call_after_refresh(self._mount_the_rest)

    def _mount_the_rest(self) -> None:
        """The views that the first paint does not show: importing and styling them would hold it up."""
        from workbench.tui.widgets.json_view import JsonView

        self._title_reasoning()
        self._views["calls"].border_title = "refusal and tool calls"
        if not self.is_attached:
            return  # the program is being left again already
        self._json = JsonView(id="json", classes="" if self.view == "JSON" else "-hidden")
        self.mount(self._views["reasoning"], before=self._views["answer"])
        rest = [self._views[name] for name in ("calls", "request", "response")]
        self.mount_all([*rest, self._json], after=self._views["answer"])

    def _title_reasoning(self) -> None:
        view = self._views["reasoning"]
        view.border_title = "reasoning · t unfolds it" if view.has_class("-folded") else "reasoning · t folds it"

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

        self._unasked_json = self._is_unasked_json()
        self.outcome = None
        self._choice = 0
        self._forget_verdicts()
        self._progress = RunProgress(self)
        for name in ("answer", "reasoning", "calls", "response"):
            self._views[name].clear()
        self._views["reasoning"].remove_class("-some")
        self._views["calls"].remove_class("-some")
        self.query_one(Trouble).begin()
        # Who watches the JSON of one run wants to see that of the next.
        self.show("JSON" if self.view == "JSON" else "Answer")
        return self._progress

    def start(self, run: Run) -> None:
        """Execute the run that `begin` made room for, in the pane's one worker."""
        from workbench.core.json_answer import wanted_json

        self._run = run
        wanted = wanted_json(run.job.request.body.get("response_format")) is not None
        if self.view == "JSON" and not wanted and not self._unasked_json:
            self.show("Answer")  # plain words would be an empty tree
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

    def _ended(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if self._progress is not None:
            self._progress.end(outcome)
        for name in ("answer", "reasoning", "calls"):
            self._views[name].finish()
        if outcome.answer.response is not None:
            self._views["response"].set_text(_pretty(outcome.answer.response))
        self.query_one(Trouble).show_outcome(outcome)
        self._judge_if_asked(outcome)
        self._retitle()
        self.post_message(self.Finished(outcome))

    # -- its JSON ------------------------------------------------------------------------------------------------

    @property
    def json_view(self) -> JsonView | None:
        """The tree of the answer's JSON; None before the first paint."""
        return self._json

    def _is_unasked_json(self) -> bool:
        from workbench.tui.json_judge import asked_for_json

        if self.outcome is None or asked_for_json(self.outcome):
            return False
        return any(verdict.state != "none" for verdict in self._verdicts.values())

    def _forget_verdicts(self) -> None:
        self._verdicts = {}
        self._judging = False
        self.workers.cancel_group(self, "judge")
        if self._json is not None:
            self._json.clear()

    def _judge_if_asked(self, outcome: Outcome) -> None:
        """Judge the answer where JSON was asked for, or is being looked at; else when it is first looked at."""
        from workbench.tui.json_judge import asked_for_json

        wanted = asked_for_json(outcome) or (self.view == "JSON" and outcome.answer.choices)
        if wanted and not self._judging and not self._verdicts:
            self._judging = True
            self.run_worker(self._judge(outcome), group="judge", exclusive=True)
        self._show_json()

    async def _judge(self, outcome: Outcome) -> None:
        from workbench.tui.json_judge import verdicts_on

        self._verdicts = await verdicts_on(outcome)
        self._judging = False
        self._tell_of_json()
        self._show_json()
        self._retitle()

    def _tell_of_json(self) -> None:
        """What is wrong with it, below; the JSON view says it of its own answer."""
        from workbench.core.events import State
        from workbench.tui.json_judge import asked_for_json, trouble_lines

        outcome = self.outcome
        said_above = self.view == "JSON" and len(self._verdicts) == 1
        told = outcome is not None and outcome.state is State.COMPLETE and asked_for_json(outcome) and not said_above
        self.query_one(Trouble).show_json(trouble_lines(self._verdicts) if told else ())

    def _show_json(self) -> None:
        """What the JSON view shows of the chosen answer: nothing is read while it is hidden."""
        if self._json is None or self.view != "JSON":
            return
        verdict = self._verdicts.get(self._choice)
        if verdict is not None:
            self._json.show_verdict(verdict, self.answer_source)
        elif self._judging:
            self._json.show_checking()
        elif self.running and self.answer_source:
            self._json.arriving(lambda: self.answer_source)
        else:
            self._json.clear()

    def on_json_view_copy_wanted(self, event: JsonView.CopyWanted) -> None:
        event.stop()
        self.post_message(self.CopyWanted(event.text, event.what))

    # -- what a run shows ----------------------------------------------------------------------------------------

    def show_text(self, choice: int, text: str) -> None:
        if choice == self._choice:
            self._views["answer"].append(text)
            if self.view == "JSON" and self._json is not None:
                self._json.arriving(lambda: self.answer_source)

    def show_reasoning(self, choice: int, text: str) -> None:
        if choice == self._choice:
            self._views["reasoning"].add_class("-some")
            self._views["reasoning"].append(text)

    def show_others(self, choice: int) -> None:
        """The refusal and the tool calls, in words, below the answer."""
        if choice == self._choice and self._progress is not None:
            text = self._progress.answer.others(choice)
            self._views["calls"].set_class(bool(text), "-some")
            self._views["calls"].set_text(text)

    def show_note(self, text: str) -> None:
        self.query_one(Trouble).add_note(text)

    def show_stage(self) -> None:
        self._retitle()

    # -- what is shown -----------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Bring one of the views to the front."""
        self.view = view
        for name in VIEWS:
            if (shown := self._view_of(name)) is not None:
                shown.set_class(name != view, "-hidden")
        for part in ("reasoning", "calls"):
            self._views[part].set_class(view != "Answer", "-hidden")
        for line in self.query(FindLine):
            line.action_go(0)
        self.query_one(Trouble).show_notes(view == "Request")
        self._tell_of_json()
        if view == "JSON" and self.outcome is not None:
            self._judge_if_asked(self.outcome)
        self._show_json()
        self._retitle()

    def _view_of(self, view: View) -> StreamView | JsonView | None:
        return self._json if view == "JSON" else self._views[view.lower()]

    def show_next(self) -> None:
        self.show(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def show_request(self, request: Request, chosen: Collection[str]) -> None:
        """The exact JSON, with what the builder has to say about it below."""
        self._views["request"].set_text(_pretty(request.body))
        self.query_one(Trouble).show_request(request, chosen)

    def focus_shown(self) -> None:
        if (shown := self._view_of(self.view)) is not None:
            shown.focus()

    @property
    def answer_source(self) -> str:
        """The shown choice's text, as the model wrote it."""
        return self._progress.answer.text(self._choice) if self._progress is not None else ""

    def _retitle(self) -> None:
        self.border_title = _titles(self.view)
        choices = self._progress.answer.choices if self._progress is not None else 0
        choice = f" · choice {self._choice + 1} of {choices} (c: next)" if choices > 1 else ""
        self.border_subtitle = (
            " · ".join(part for part in (state_words(self.live(), self.outcome), self._json_words()) if part) + choice
        )

    def _json_words(self) -> str:
        """Whether an answer that was to be JSON is, for the border."""
        from workbench.tui.json_judge import asked_for_json, border_words

        if self.outcome is None or not (self._judging or self._verdicts) or not asked_for_json(self.outcome):
            return ""
        return "checking JSON" if self._judging else border_words(self._verdicts)

    # -- actions -----------------------------------------------------------------------------------------------

    def action_next_choice(self) -> None:
        if self._progress is None:
            return
        answer = self._progress.answer
        self._choice = (self._choice + 1) % max(1, answer.choices)
        self._views["answer"].set_text(answer.text(self._choice))
        reasoning = answer.reasoning(self._choice)
        self._views["reasoning"].set_class(bool(reasoning), "-some")
        self._views["reasoning"].set_text(reasoning)
        self.show_others(self._choice)
        self._show_json()
        self._retitle()

    def action_toggle_markdown(self) -> None:
        view = self._views["answer"]
        view.markdown = not view.markdown

    def action_toggle_reasoning(self) -> None:
        self._views["reasoning"].toggle_class("-folded")
        self._title_reasoning()

    def action_copy_shown(self) -> None:
        shown = self._view_of(self.view)
        if isinstance(shown, StreamView) and (selected := shown.selected_text()):
            self.post_message(self.CopyWanted(selected, "the selection"))
        elif self.view == "Answer" or shown is None:
            self.post_message(self.CopyWanted(self.answer_source, "the answer"))
        else:
            what = "the JSON" if self.view == "JSON" else f"the {self.view.lower()}"
            self.post_message(self.CopyWanted(shown.source, what))

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
        shown = self._view_of(self.view)
        if not event.needle or shown is None:
            for name in VIEWS:
                if (view := self._view_of(name)) is not None:
                    view.clear_find()
            return
        current, total = shown.find(event.needle, event.direction)
        self.query_one(FindLine).show_count(current, total)


def _pretty(value: Mapping[str, JSON]) -> str:
    """JSON as "copy request as JSON" gives it too: what hides or acts is escaped, so that it can be pasted."""
    from workbench.core.json_text import unseen_escaped

    return unseen_escaped(json.dumps(value, ensure_ascii=False, indent=2))


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
