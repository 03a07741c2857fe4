"""The part of the workbench's screen that is about which draft is in front."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias, cast

from textual import on, work
from textual.screen import Screen

from workbench.tui.quick_paint import QuickPaint
from workbench.tui.screens.better_counts import BetterCounts
from workbench.tui.screens.draft_stage import DraftStage
from workbench.tui.screens.draft_tabs import DraftTabs
from workbench.tui.screens.where import Answer
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.output_pane import OutputPane

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractContextManager

    from workbench.core.prompt import Prompt
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.desk import Desk
    from workbench.tui.open_drafts import OpenDrafts
    from workbench.tui.preset_source import PresetSource
    from workbench.tui.screens.draft_room import DraftRoom, Opened
    from workbench.tui.widgets.draft_bar import DraftBar
    from workbench.tui.widgets.notice import Kind

    Move: TypeAlias = Callable[[], Coroutine[None, None, None]]


class DraftsScreen(QuickPaint, Screen[None]):
    """`room` is the draft in front, with its `desk` and its `output`. Do not keep them over an await: another may be in
    front by then."""

    def __init__(self, drafts: OpenDrafts) -> None:
        super().__init__()
        self._drafts = drafts
        self._stage = DraftStage(self)
        self.counts = BetterCounts(drafts.session.services, say=self.say, changed=self.show_counts)
        self.tabs: DraftTabs
        """Made when the screen is composed: the first pane is a widget."""

    @property
    def bench(self) -> WorkbenchApp:
        return cast("WorkbenchApp", self.app)

    @property
    def warmed(self) -> asyncio.Event:
        return self.bench.warmed

    @property
    def room(self) -> DraftRoom:
        """The draft in front."""
        return self.tabs.room

    @property
    def desk(self) -> Desk:
        """What lies on the desk of the draft in front."""
        return self.room.desk

    @property
    def output(self) -> OutputPane:
        """The output pane of the draft in front."""
        return self.room.pane

    def make_tabs(self) -> DraftTabs:
        """To be called once, in `compose`."""
        self.tabs = DraftTabs(self._drafts, self, self._stage)
        return self.tabs

    # -- what the screen shows; the workbench has the widgets ----------------------------------------------------

    def moved(self) -> None:
        """Show the prompt in front, and what hangs on it, anew."""
        raise NotImplementedError

    def entered(self) -> None:
        """As `moved`: another draft is in front."""
        raise NotImplementedError

    def go_on(self, *, write: bool = False) -> None:
        """As `moved`, and bring the place where one goes on writing into sight; with the cursor in it where there was
        one, or to `write`."""
        raise NotImplementedError

    def watch_run(self) -> None:
        """A run has begun in front."""
        raise NotImplementedError

    def show_run(self) -> None:
        """Show how the run in front stands."""
        raise NotImplementedError

    def show_counts(self) -> None:
        """Count the tokens of the prompt in front anew, and show them."""
        raise NotImplementedError

    def better_counts(self) -> None:
        """See to it that the counts of what is in front are as good as they can be. The program is warm."""
        desk = self.desk
        if self.counts.is_due(desk):
            improving = self.counts.improve(desk.model, desk.connection, lambda: desk.prompt)
            self.run_worker(improving, group="counts")

    # -- what the rooms ask for ----------------------------------------------------------------------------------

    async def ask(self, question: Screen[Answer], /) -> Answer:
        return await self.app.push_screen_wait(question)

    def say(self, text: str, kind: Kind = "info") -> None:
        """One line for the person, also where another screen lies on this one; `text` may be foreign."""
        self.query_one(NoticeBar).show(text, kind)
        if self.app.screen is not self:
            self.bench.tell(text, kind)

    def copy(self, text: str, what: str) -> None:
        self.bench.copy(text, what, self.say)

    def outside(self) -> AbstractContextManager[None]:
        return self.bench.outside()

    def changed(self, desk: Desk) -> None:
        """A prompt changed otherwise than by a key, or its requests go elsewhere."""
        if desk is self.desk:
            self.moved()
        else:
            self.tabs.refresh()

    def opened(self, desk: Desk) -> None:
        """Another prompt lies on a desk."""
        if desk is self.desk:
            self.go_on()

    async def put(self, prompt: Prompt, source: PresetSource | None) -> Opened | None:
        return await self.tabs.put(prompt, source)

    def room_of(self, desk: Desk) -> DraftRoom | None:
        return self.tabs.room_of(desk)

    def began(self, desk: Desk) -> None:
        """A run has begun in a draft's pane."""
        if desk is self.desk:
            self.watch_run()
        self.tabs.refresh()

    @work(group="recall")
    async def recall(self, room: DraftRoom) -> None:
        """Bring back what belongs to a draft of an earlier session."""
        await self.warmed.wait()
        if note := await room.recall():
            self.say(note, "warning")
        self.tabs.refresh()
        if room is self.room:
            self.show_run()

    @on(OutputPane.Finished)
    def _run_finished(self, event: OutputPane.Finished) -> None:
        self.tabs.ended(event.pane, event.outcome)
        self.show_run()
        self.counts.ran(event.outcome.request.model)
        self.better_counts()
        self.run_worker(self.tell_budget(), group="budget", exclusive=True)

    async def tell_budget(self) -> None:
        """Say when a budget is nearly used up, and show it."""
        await self.room.budget.tell()
        self.show_run()

    def stop_running(self) -> None:
        """End every run and keep its text."""
        self.tabs.stop_all()

    # -- commands ------------------------------------------------------------------------------------------------

    def action_draft(self, move: str) -> None:
        """One of the moves of `DraftTabs`."""
        moves: dict[str, Move] = {
            "new": self.tabs.new,
            "next": partial(self.tabs.step, 1),
            "previous": partial(self.tabs.step, -1),
            "left": partial(self.tabs.move, -1),
            "right": partial(self.tabs.move, 1),
            "duplicate": self.tabs.duplicate,
            "close": self.tabs.close,
            "reopen": self.tabs.reopen,
        }
        self.bench.turns.move(moves[move])

    def action_go_to_draft(self, number: int = 0) -> None:
        """To a draft by its number; with none the person chooses."""
        if number:
            self.bench.turns.move(partial(self.tabs.number, number))
        else:
            self.run_worker(self.tabs.choose(), group="choose", exclusive=True)

    def action_drafts_aside(self) -> None:
        """Let the person open a draft that was put aside."""
        self.run_worker(self.tabs.choose_kept(), group="choose", exclusive=True)

    @on(MessageList.BranchWanted)
    async def _branch_wanted(self, event: MessageList.BranchWanted) -> None:
        await self.tabs.duplicate(event.index)

    # By name: most have one draft, and no tabs.

    async def on_draft_bar_chosen(self, event: DraftBar.Chosen) -> None:
        await self.tabs.number(event.tab + 1)

    async def on_draft_bar_closed(self, event: DraftBar.Closed) -> None:
        await self.tabs.close(event.tab)

    async def on_draft_bar_moved(self, event: DraftBar.Moved) -> None:
        await self.tabs.put_at(event.tab, event.place)

    async def on_draft_bar_wanted(self) -> None:
        await self.tabs.new()
