"""The rows of history: read a page at a time as one comes near the end, and shown without anything that jumps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from workbench.tui.commands import bindings
from workbench.tui.history_words import Marks, has_title, row_pieces
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.binding import BindingType

    from workbench.core.search_text import Found
    from workbench.past_runs import Row
    from workbench.tui.widgets.drawing import Piece

_NEAR = 60
"""Rows before the last one at which more are wanted."""


class HistoryList(RowPane):
    """Its screen gives it the rows and decides what is done with one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("past")
    DEFAULT_CSS = """
    HistoryList {
        height: 1fr;
        width: 1fr;
        & > .row--plain { color: $foreground; }
    }
    """

    class Moved(Message):
        """The cursor is on another row."""

    class MoreWanted(Message):
        """The cursor has come near the last row that was read."""

    class Opened(Message):
        """The row under the cursor was clicked, as it was before: it is to be opened."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._found: dict[str, Found] = {}
        self._today = date.today()
        self._titled = False
        """Whether some row of the first ones has a title."""
        self.marked_ids: set[str] = set()
        self.deleted_ids: set[str] = set()

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def set_rows(self, rows: Sequence[Row], found: Mapping[str, Found] | None = None) -> None:
        """Show these in place of the ones before, from the first on; `found` is where in them a text stands."""
        self._found = dict(found or {})
        self._today = date.today()
        self._titled = any(has_title(row) for row in rows)
        self._rows = list(rows)
        self._cursor = 0
        self._following = False
        self.set_top(0)
        self.show_rows()
        self.post_message(self.Moved())

    def append(self, rows: Sequence[Row], found: Mapping[str, Found] | None = None) -> None:
        """Older rows."""
        self._found.update(found or {})
        first = not self._rows
        self._rows.extend(rows)
        self.show_rows()
        if first and rows:
            self.post_message(self.Moved())

    def put_above(self, rows: Sequence[Row], found: Mapping[str, Found] | None = None) -> None:
        """Newer rows: what is seen stays where it is, and the cursor on its row."""
        if not self._rows:
            self.set_rows(rows, found)
            return
        self._found.update(found or {})
        self._rows[:0] = rows
        self._cursor += len(rows)
        top = self.scroll_offset.y + len(rows)
        self.show_rows()
        self.set_top(min(top, max(0, len(self._rows) - self.size.height)))

    def renew(self, rows: Mapping[str, Row]) -> None:
        """These, by id, as they are now."""
        if rows:
            self._rows = [rows.get(row.id, row) for row in self._rows]
            self.refresh()

    # -- for RowPane -----------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        return len(self._rows)

    def row_pieces(self, row: int) -> list[Piece]:
        shown = self._rows[row]
        marks = Marks(
            shown.id in self.marked_ids, shown.id in self.deleted_ids, self._found.get(shown.id), self._titled
        )
        return row_pieces(shown, marks, self.text_width - 2, self._today)

    def marked(self, row: int) -> bool:
        return row == self._cursor  # also while one types above it

    def go(self, row: int) -> None:
        before = self._cursor
        super().go(row)
        if self._cursor != before:
            self.post_message(self.Moved())
        if self._cursor >= len(self._rows) - _NEAR:
            self.post_message(self.MoreWanted())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value + self.size.height >= len(self._rows) - _NEAR:
            self.post_message(self.MoreWanted())

    def on_click(self, event: events.Click) -> None:
        at = self.row_at(event)
        if at is None:
            return
        event.stop()
        if at[0] == self._cursor and event.chain > 1:
            self.post_message(self.Opened())
        else:
            self.go(at[0])
