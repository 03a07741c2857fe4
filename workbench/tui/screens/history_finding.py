"""The part of the history screen that finds: as one types, a page further, and what is new meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from textual import work
from textual.widgets import Input, Static

from workbench.core.errors import InputError, StorageError
from workbench.core.history_query import HistoryQuery, parsed
from workbench.own_thread import in_own_thread
from workbench.tui.display import literal
from workbench.tui.keys import own_key
from workbench.tui.screens.framed_screen import ListScreen
from workbench.tui.widgets.history_list import HistoryList

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.past_runs import PastRuns, Rows

P = ParamSpec("P")
T = TypeVar("T")

_PAGE = 100
_SOON = 0.15
"""Seconds after which a search shows what it has, and goes on."""
_FRESH = 2.0
"""Seconds between two looks at what other windows have added."""
_LATE = timedelta(seconds=10)
"""A run may be on the disk so much later than its id says."""
_LIMIT_OF_WAITING = 2_000
"""Runs that are not indexed, above which a search is slower for it."""


class Taken(NamedTuple):
    """What is to be opened: a run or a comparison by its id, or several runs side by side."""

    ids: tuple[str, ...]
    is_comparison: bool = False
    again: bool = False
    """It is run at once."""


class FindingScreen(ListScreen[Taken | None]):
    """To be given a field, a `HistoryList` and a line `#told`, and `begin_to_find` once they are there."""

    def __init__(self, past: PastRuns) -> None:
        super().__init__()
        self.past = past
        self.query_now = HistoryQuery()
        """What is looked for."""
        self._reached: str | None = None
        """Where the rows that were read end; None where there are no more."""
        self._read = False
        """Whether the first rows are there."""
        self._reading_more = False
        self._looked = ""
        """Runs with an id below this were there when it was looked for newer ones."""
        self._waiting = 0

    @property
    def list(self) -> HistoryList:
        return self.query_one(HistoryList)

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def show_texts(self) -> None:
        """Show the texts of the row under the cursor, as it is now."""
        raise NotImplementedError

    def begin_to_find(self) -> None:
        """Show all, and what comes."""
        self.search()
        self.set_interval(_FRESH, self._look_for_newer)
        self._look_at_index()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            query = parsed(event.value, date.today())
        except InputError as error:
            self.tell(error.line, wrong=True)  # what was found before stays until it can be understood
            return
        if query != self.query_now:
            self.query_now = query
            self.search()
        else:
            self.tell()

    @work(exclusive=True, group="search")
    async def search(self) -> None:
        """Show what fits; what is found after a moment follows below it."""
        query = self.query_now
        looked = _now()
        try:
            found = await self._aside(self.past.rows, query, limit=_PAGE, seconds=_SOON)
            self._read, self._reached, self._looked = True, found.reached, looked
            self.list.set_rows(found.rows, found.found)
            self.tell()
            while self._reached is not None and len(self.list.rows) < _PAGE:
                await self._read_on(query, self._reached)
        except StorageError as error:
            self.tell(error.line, wrong=True)

    def on_history_list_more_wanted(self) -> None:
        if self._read and self._reached is not None and not self._reading_more:
            self._reading_more = True
            self._read_more()

    @work(group="more")
    async def _read_more(self) -> None:
        try:
            if self._reached is not None:
                await self._read_on(self.query_now, self._reached)
        except StorageError as error:
            self.say(error.line, "error")
        finally:
            self._reading_more = False

    async def _read_on(self, query: HistoryQuery, before: str) -> None:
        """Show what follows, unless that was done, or something else is looked for, by then."""
        found = await self._aside(self.past.rows, query, before=before, limit=_PAGE, seconds=2 * _SOON)
        if query == self.query_now and before == self._reached:
            self._reached = found.reached
            self.list.append(found.rows, found.found)
            self.tell()

    @work(exclusive=True, group="newer")
    async def _look_for_newer(self) -> None:
        """What was begun since, here or in another window, comes above; what has ended says so."""
        if not self._read or not self.is_current:
            return
        query, looked = self.query_now, _now()
        try:
            newer = await self._aside(self._newer, query, self._looked)
            now = await self._aside(self.past.now, self.list.rows[:_PAGE])
        except StorageError:
            return  # the disk's trouble is told in the workbench; the next look may be better
        if query != self.query_now:
            return
        self._looked = looked
        known = {row.id for row in self.list.rows}
        new = [row for row in newer.rows if row.id not in known]
        if new:
            self.list.put_above(new, newer.found)
        self.list.renew(now)
        if self._waiting > _LIMIT_OF_WAITING:
            self._look_at_index()
        if new or now:
            self.tell()
            self.show_texts()

    def _newer(self, query: HistoryQuery, after: str) -> Rows:
        """All that is newer: there may be a comparison of thousands of runs among it."""
        found = self.past.rows(query, after=after, limit=_PAGE)
        while found.reached is not None:
            more = self.past.rows(query, after=after, before=found.reached, limit=_PAGE)
            found = found._replace(
                rows=(*found.rows, *more.rows), reached=more.reached, found={**found.found, **more.found}
            )
        return found

    @work(exclusive=True, group="waiting")
    async def _look_at_index(self) -> None:
        with suppress(StorageError):  # what can't be read is told of the rows
            self._waiting = await self._aside(self.past.index.waiting)
            self.tell()

    async def _aside(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What a thread found; the work that waited for it ends here where the screen was left meanwhile."""
        found = await in_own_thread(work, *args, **named)
        if self not in self.app.screen_stack:
            raise asyncio.CancelledError
        return found

    def tell(self, text: str = "", *, wrong: bool = False) -> None:
        """A line about what was found, or `text`, which may be foreign."""
        line = self.query_one("#told", Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text or self._count_words()))

    def _count_words(self) -> str:
        rows = self.list.rows
        if not self._read:
            return "reading history ..."
        if not rows:
            searching = " so far" if self._reached is not None else ""
            asked = self.query_now != HistoryQuery()
            nothing = f"nothing was run yet: {own_key('run')} in the workbench runs"
            return f"nothing has that in it{searching}" if asked else nothing
        more = " so far: more below" if self._reached is not None else ""
        words = [f"{len(rows):,} {'in history' if self.query_now == HistoryQuery() else 'found'}{more}"]
        if self.list.marked_ids:
            words.append(f"{len(self.list.marked_ids):,} marked")
        if self._waiting > _LIMIT_OF_WAITING:
            words.append(f"{self._waiting:,} are not indexed yet: searching them takes longer")
        return " · ".join(words)


def _now() -> str:
    """Below the id of every run that is stored from now on (ids.py)."""
    return f"{datetime.now(UTC) - _LATE:%Y%m%d-%H%M%S%f}"
