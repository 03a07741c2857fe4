"""The history screen: every run and comparison, newest first; what is typed finds them as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.containers import Container, Vertical
from textual.widgets import Input, Static

from workbench.core.errors import StorageError, WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.past_runs import RunSummary
from workbench.tui.commands import bindings
from workbench.tui.keys import own_key
from workbench.tui.screens.history_finding import FindingScreen, Taken
from workbench.tui.screens.history_moves import HistoryMoves
from workbench.tui.widgets.history_list import HistoryList
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.run_preview import RunPreview

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.geometry import Size

    from workbench.past_runs import PastRuns, Row
    from workbench.services import Services
    from workbench.tui.app import WorkbenchApp

_REST = 0.04
"""Seconds without a move of the cursor before the texts under it are read."""


class HistoryScreen(FindingScreen):
    """Ends with what is to be opened, or with None on escape."""

    DEFAULT_CSS = """
    HistoryScreen {
        & #told { height: 1; color: $text-muted; }
        & #told.-wrong { color: $text-warning; }
        & HistoryList { width: 3fr; }
        & RunPreview { width: 2fr; border-left: solid $foreground 25%; padding: 0 0 0 1; }
        & Container.-below HistoryList { width: 1fr; height: 3fr; }
        & Container.-below RunPreview { width: 1fr; height: 2fr; border: none; border-top: solid $foreground 25%;
            padding: 0; }
        &.-low RunPreview { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("history")
    AUTO_FOCUS = ""
    BESIDE = 150
    LOW = 22
    """Rows below which the list alone has the screen, where the texts are not beside it."""

    def __init__(self, services: Services, past: PastRuns) -> None:
        super().__init__(past)
        self._moves = HistoryMoves(services, past, ask=self.ask, say=self.say)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "History"
            box.border_subtitle = _hint("tab to the list")
            field = Input(placeholder="a part of a prompt or an answer · model:gpt-4o cost>0.01 starred")
            field.cursor_blink = False
            yield field
            yield Static("reading history ...", id="told")
            with Container():
                yield HistoryList()
                yield RunPreview(self.past)
            yield NoticeBar()
        yield KeyLine()

    def on_mount(self) -> None:
        self.lay_out(self.app.size)
        self.field.focus()
        self.begin_to_find()

    def on_descendant_focus(self) -> None:
        in_list = self.list.has_focus
        self.query_one(".box").border_subtitle = _hint("/ to the search" if in_list else "tab to the list")

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out(event.size)

    def is_low(self, size: Size) -> bool:
        return super().is_low(size) and size.width < self.BESIDE

    def command_nodes(self) -> Mapping[str, DOMNode]:
        return {"app": self.app, "history": self, "past": self.list}

    # -- the texts beside ----------------------------------------------------------------------------------------

    @on(HistoryList.Moved)
    def show_texts(self) -> None:
        self.query_one(RunPreview).show(self.list.current, self.query_now.text, after=_REST)

    def action_read_on(self, direction: int) -> None:
        self.query_one(RunPreview).read_on(direction)

    # -- keys --------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self.field.focus()

    def action_move(self, delta: int) -> None:
        self.list.action_select(delta)

    def action_page(self, pages: int) -> None:
        self.list.action_page(pages)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()

        async def opened() -> None:
            self.action_open()

        # Once the arrows that came before have moved the cursor: they take a longer way than the field's own keys.
        cast("WorkbenchApp", self.app).turns.move(opened)

    @on(HistoryList.Opened)
    def action_open(self) -> None:
        self._open(again=False)

    def action_run_again(self) -> None:
        self._open(again=True)

    def _open(self, *, again: bool) -> None:
        row = self._usable
        if row is None:
            return
        if isinstance(row, RunSummary):
            self.dismiss(Taken((row.id,), again=again))
        elif again:
            self.say("a comparison is opened with enter, and goes on from its own screen")
        else:
            self.dismiss(Taken((row.id,), is_comparison=True))

    @property
    def _usable(self) -> Row | None:
        """The row under the cursor, unless it is deleted."""
        row = self.list.current
        if row is not None and row.id in self.list.deleted_ids:
            self.say("it is deleted: u brings it back")
            return None
        return row

    def action_mark(self) -> None:
        """Mark the run for comparing, and go to the next one."""
        row = self._usable
        if isinstance(row, RunSummary):
            self.list.marked_ids ^= {row.id}
            self.list.action_select(1)
            self.tell()
        elif row is not None:
            self.say("a comparison is compared already: enter opens it")

    def action_compare(self) -> None:
        """Put the marked runs side by side."""
        marked = self.list.marked_ids
        if len(marked) < 2:
            key = own_key("history.compare")
            self.say(f"mark two runs or more with space in the list; then {key} puts them side by side")
        else:
            self.dismiss(Taken(tuple(sorted(marked))))

    @work(exclusive=True, group="move")
    async def action_comparison(self) -> None:
        """Open the comparison that the run under the cursor belongs to."""
        row = self._usable
        if row is None:
            return
        try:
            found = (
                await in_own_thread(self.past.search.comparison_of, row.id) if isinstance(row, RunSummary) else row.id
            )
        except StorageError as error:
            self.say(error.line, "error")
            return
        if found:
            self.dismiss(Taken((found,), is_comparison=True))
        else:
            self.say("this run belongs to no comparison")

    def action_star(self) -> None:
        row = self._usable
        if isinstance(row, RunSummary):
            self.list.renew({row.id: self._moves.star(row)})
        elif row is not None:
            self.say("only a run can have a star")

    @work(exclusive=True, group="move")
    async def action_rename(self) -> None:
        row = self._usable
        if isinstance(row, RunSummary) and (renamed := await self._moves.rename(row)) is not None:
            self.list.renew({row.id: renamed})
            self.show_texts()

    @work(exclusive=True, group="move")
    async def action_note(self) -> None:
        row = self._usable
        if isinstance(row, RunSummary) and (noted := await self._moves.annotate(row)) is not None:
            self.list.renew({row.id: noted})
            self.show_texts()

    def action_delete(self) -> None:
        row = self._usable
        if row is not None and self._moves.delete(row):
            self.list.deleted_ids.add(row.id)
            self.list.marked_ids.discard(row.id)
            self.list.action_select(1)
            self.tell()

    def action_undelete(self) -> None:
        """Bring back the row under the cursor, or the one that was deleted last."""
        row = self.list.current
        back = self._moves.undelete(row.id if row is not None and row.id in self.list.deleted_ids else "")
        if back:
            self.list.deleted_ids.discard(back)
            self.list.refresh()
            if all(row.id != back for row in self.list.rows):
                self.search()

    @work(exclusive=True, group="move")
    async def action_filter(self) -> None:
        """Choose a filter in place of typing it."""
        try:
            word = await self._moves.choose_filter()
        except WorkbenchError as error:
            self.say(error.line, "error")
            return
        if word:
            field = self.field
            field.value = f"{field.value.rstrip()} {word}".lstrip() + ("" if word[-1] in ":>" else " ")
            field.cursor_position = len(field.value)
            field.focus()


def _hint(way: str) -> str:
    return f"enter opens · {way} · shift+↑↓ scrolls the text"
