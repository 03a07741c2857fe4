"""The history screen: every run and comparison, newest first; what is typed finds them as one types."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import on, work
from textual.containers import Container, Vertical
from textual.widgets import Input, Static

from workbench.core.errors import InputError, StorageError, WorkbenchError
from workbench.core.history_query import HistoryQuery, parsed
from workbench.own_thread import in_own_thread
from workbench.past_runs import RunSummary
from workbench.tui.commands import bindings
from workbench.tui.display import literal
from workbench.tui.keys import own_key
from workbench.tui.screens.framed_screen import ListScreen
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

_PAGE = 100
_SOON = 0.15
"""Seconds after which a search shows what it has, and goes on."""
_FRESH = 2.0
"""Seconds between two looks at what other windows have added."""
_REST = 0.04
"""Seconds without a move of the cursor before the texts under it are read."""
_LIMIT_OF_WAITING = 2_000
"""Runs that are not indexed, above which a search is slower for it."""


class Taken(NamedTuple):
    """What is to be opened: a run or a comparison by its id, or several runs side by side."""

    ids: tuple[str, ...]
    is_comparison: bool = False
    again: bool = False
    """It is run at once."""


class HistoryScreen(ListScreen[Taken | None]):
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
        super().__init__()
        self._past = past
        self._query = HistoryQuery()
        self._reached: str | None = None
        """Where the rows that were read end; None where there are no more."""
        self._read = False
        """Whether the first rows are there."""
        self._reading_more = False
        self._waiting = 0
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
                yield RunPreview(self._past)
            yield NoticeBar()
        yield KeyLine()

    def on_mount(self) -> None:
        self.lay_out(self.app.size)
        self._field.focus()
        self._search()
        self.set_interval(_FRESH, self._look_for_newer)
        self._look_at_index()

    def on_descendant_focus(self) -> None:
        in_list = self.list.has_focus
        self.query_one(".box").border_subtitle = _hint("/ to the search" if in_list else "tab to the list")

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out(event.size)

    def is_low(self, size: Size) -> bool:
        return super().is_low(size) and size.width < self.BESIDE

    def command_nodes(self) -> Mapping[str, DOMNode]:
        return {"app": self.app, "history": self, "past": self.list}

    @property
    def list(self) -> HistoryList:
        return self.query_one(HistoryList)

    @property
    def _field(self) -> Input:
        return self.query_one(Input)

    # -- finding -----------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            query = parsed(event.value, date.today())
        except InputError as error:
            self._tell(error.line, wrong=True)  # what was found before stays until it can be understood
            return
        if query != self._query:
            self._query = query
            self._search()
        else:
            self._tell()

    @work(exclusive=True, group="search")
    async def _search(self) -> None:
        """Show what fits; what is found after a moment follows below it."""
        query = self._query
        try:
            found = await in_own_thread(self._past.rows, query, limit=_PAGE, seconds=_SOON)
            self._read, self._reached = True, found.reached
            self.list.set_rows(found.rows, found.found)
            self._tell()
            while self._reached is not None and len(self.list.rows) < _PAGE:
                found = await in_own_thread(
                    self._past.rows, query, before=self._reached, limit=_PAGE, seconds=2 * _SOON
                )
                self._reached = found.reached
                self.list.append(found.rows, found.found)
                self._tell()
        except StorageError as error:
            self._tell(error.line, wrong=True)

    def on_history_list_more_wanted(self) -> None:
        if self._read and self._reached is not None and not self._reading_more:
            self._reading_more = True
            self._read_more()

    @work(group="more")
    async def _read_more(self) -> None:
        query, before = self._query, self._reached
        try:
            if before is not None:
                found = await in_own_thread(self._past.rows, query, before=before, limit=_PAGE, seconds=2 * _SOON)
                if query == self._query and before == self._reached:
                    self._reached = found.reached
                    self.list.append(found.rows, found.found)
                    self._tell()
        except StorageError as error:
            self.say(error.line, "error")
        finally:
            self._reading_more = False

    @work(exclusive=True, group="newer")
    async def _look_for_newer(self) -> None:
        """What was begun since, here or in another window, comes above; what has ended says so."""
        if not self._read or not self.is_current:
            return
        query, rows = self._query, self.list.rows
        newest = rows[0].id if rows else ""
        try:
            newer = await in_own_thread(self._past.rows, query, after=newest, limit=_PAGE, seconds=_SOON)
            now = await in_own_thread(self._past.now, rows[:_PAGE])
        except StorageError:
            return  # the disk's trouble is told in the workbench; the next look may be better
        if query == self._query and newest == (self.list.rows[0].id if self.list.rows else ""):
            self.list.put_above(newer.rows, newer.found)
        self.list.renew(now)
        if self._waiting > _LIMIT_OF_WAITING:
            self._look_at_index()
        if newer.rows or now:
            self._tell()
            self._show_texts()

    @work(exclusive=True, group="waiting")
    async def _look_at_index(self) -> None:
        with suppress(StorageError):  # what can't be read is told of the rows
            self._waiting = await in_own_thread(self._past.index.waiting)
            self._tell()

    def _tell(self, text: str = "", *, wrong: bool = False) -> None:
        line = self.query_one("#told", Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text or self._count_words()))

    def _count_words(self) -> str:
        rows = self.list.rows
        if not self._read:
            return "reading history ..."
        if not rows:
            searching = " so far" if self._reached is not None else ""
            asked = self._query != HistoryQuery()
            nothing = f"nothing was run yet: {own_key('run')} in the workbench runs"
            return f"nothing has that in it{searching}" if asked else nothing
        more = " so far: more below" if self._reached is not None else ""
        words = [f"{len(rows):,} {'in history' if self._query == HistoryQuery() else 'found'}{more}"]
        if self.list.marked_ids:
            words.append(f"{len(self.list.marked_ids):,} marked")
        if self._waiting > _LIMIT_OF_WAITING:
            words.append(f"{self._waiting:,} are not indexed yet: searching them takes longer")
        return " · ".join(words)

    # -- the texts beside ----------------------------------------------------------------------------------------

    @on(HistoryList.Moved)
    def _show_texts(self) -> None:
        self.query_one(RunPreview).show(self.list.current, self._query.text, after=_REST)

    def action_read_on(self, direction: int) -> None:
        self.query_one(RunPreview).read_on(direction)

    # -- keys --------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self._field.focus()

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
            self._tell()
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
                await in_own_thread(self._past.search.comparison_of, row.id) if isinstance(row, RunSummary) else row.id
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
            self._show_texts()

    @work(exclusive=True, group="move")
    async def action_note(self) -> None:
        row = self._usable
        if isinstance(row, RunSummary) and (noted := await self._moves.annotate(row)) is not None:
            self.list.renew({row.id: noted})
            self._show_texts()

    def action_delete(self) -> None:
        row = self._usable
        if row is not None and self._moves.delete(row):
            self.list.deleted_ids.add(row.id)
            self.list.marked_ids.discard(row.id)
            self.list.action_select(1)
            self._tell()

    def action_undelete(self) -> None:
        """Bring back the row under the cursor, or the one that was deleted last."""
        row = self.list.current
        back = self._moves.undelete(row.id if row is not None and row.id in self.list.deleted_ids else "")
        if back:
            self.list.deleted_ids.discard(back)
            self.list.refresh()
            if all(row.id != back for row in self.list.rows):
                self._search()

    @work(exclusive=True, group="move")
    async def action_filter(self) -> None:
        """Choose a filter in place of typing it."""
        try:
            word = await self._moves.choose_filter()
        except WorkbenchError as error:
            self.say(error.line, "error")
            return
        if word:
            field = self._field
            field.value = f"{field.value.rstrip()} {word}".lstrip() + ("" if word[-1] in ":>" else " ")
            field.cursor_position = len(field.value)
            field.focus()


def _hint(way: str) -> str:
    return f"enter opens · {way} · shift+↑↓ scrolls the text"
