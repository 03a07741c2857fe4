"""A pane of rows that are drawn one by one: lines that stay above and below, a cursor, and finding in the rows.

Nothing is made for a row before it is drawn, so twenty thousand of them cost what is seen. A view says how many rows
there are, what stands in one, and where a text is found.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.widget import Widget

from workbench.core.finding import pattern_of
from workbench.tui.widgets.drawing import Piece, padded, strip_of

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from textual.strip import Strip

PERIOD = 0.2
"""Seconds between two readings of what arrives, at least."""
_REST = 4.0
"""After a reading that took c seconds there is a rest of this many times c."""
_NARROWEST = 8
"""Cells that rows are laid out for at least: narrower ones are cut."""
_LOW, _TALL = 0.34, 0.7
"""The share of the height that the lines below the rows take at most: as they are, and unfolded."""
_LEAST_FOOT = 3


class RowPane(ScrollView, can_focus=True):
    """The lines of `head` and `foot` stay where they are when the rows between them scroll."""

    ALLOW_SELECT = False
    MARKS_ROW: ClassVar[bool] = True
    """The whole row under the cursor is marked."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"row--{name}"
        for name in ("plain", "key", "string", "number", "dim", "wrong", "good", "match", "cursor", "under-cursor")
    }
    DEFAULT_CSS = """
    RowPane {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .row--key { color: $text-primary; }
        & > .row--string { color: $foreground; }
        & > .row--number { color: $text-warning; }
        & > .row--dim { color: $text-muted; }
        & > .row--wrong { color: $text-error; }
        & > .row--good { color: $text-success; }
        & > .row--match { text-style: bold underline; }
        & > .row--cursor { color: $text-accent; text-style: bold; }
        & > .row--under-cursor { background: $boost; }
    }
    """

    class CopyWanted(Message):
        """A text is to be copied; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head: Sequence[Sequence[Piece]] = ()
        self._foot: Sequence[Sequence[Piece]] = ()
        self._cursor = 0
        self._tall = False
        """The lines below the rows are unfolded."""
        self._waiting = False
        self._next_reading = 0.0
        self._following = True
        """At the end of what grows, until the cursor goes elsewhere."""
        self._needle = ""
        self._pattern: re.Pattern[str] | None = None
        self._places: Sequence[object] = ()
        self._place = 0

    # -- what a view says ------------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """All that the view shows, as text to copy; "" where there is nothing."""
        return ""

    def row_count(self) -> int:
        """How many rows there are between head and foot."""
        return 0

    def row_pieces(self, row: int) -> list[Piece]:
        """A row without its first two cells, which belong to the cursor."""
        raise NotImplementedError

    def marked(self, row: int) -> bool:
        """Whether the row is the one under the cursor, and to be seen as that."""
        return row == self._cursor and self.has_focus

    def head_lines(self) -> Sequence[Sequence[Piece]]:
        """The lines above the rows."""
        return ()

    def foot_lines(self) -> Sequence[Sequence[Piece]]:
        """The lines below the rows."""
        return ()

    def grows(self) -> bool:
        """Whether more rows are to come, so that a view at its end stays there."""
        return False

    def read_more(self) -> None:
        """Take in what has arrived since the last time, and draw."""

    def lay_out(self) -> None:
        """The width has changed."""

    def places(self, pattern: re.Pattern[str]) -> Sequence[object]:
        """Where the pattern is found, in reading order."""
        return ()

    def go_to_place(self, place: object) -> None:
        """Put the cursor on one of `places`."""
        raise NotImplementedError

    def first_place(self, direction: int) -> int:
        """The index in what `places` gave to begin with."""
        return 0 if direction >= 0 else len(self._places) - 1

    # -- what arrives ----------------------------------------------------------------------------------------------

    def more_soon(self) -> None:
        """More has come, and is read when it is to be drawn. Cheap: it is called for every piece."""
        if not self._waiting and self.is_attached:
            self._waiting = True
            self.set_timer(max(0.001, self._next_reading - monotonic()), self._read_more, name="read-more")

    def _read_more(self) -> None:
        self._waiting = False
        if not self.is_attached or not self.size.width or not self.display:
            return
        start = monotonic()
        self.read_more()
        end = monotonic()
        self._next_reading = end + max(PERIOD, _REST * (end - start))

    # -- laying out ------------------------------------------------------------------------------------------------

    @property
    def text_width(self) -> int:
        """Cells for a line: the column of the scrollbar is kept free."""
        return max(_NARROWEST, self.size.width - self.scrollbar_size_vertical)

    @property
    def page(self) -> int:
        """Rows seen at once."""
        return max(1, self.size.height - len(self._head) - len(self._foot))

    def foot_room(self, wanted: int) -> int:
        """Lines below the rows, given how many they would like to be."""
        height = self.size.height
        room = int(height * (_TALL if self._tall else _LOW))
        return min(wanted, max(_LEAST_FOOT, room), max(0, height - 2))

    def action_unfold_foot(self) -> None:
        """More room for the lines below the rows, or less again."""
        self._tall = not self._tall
        self.show_rows()
        self.reveal(self._cursor)

    def show_rows(self) -> None:
        """Bring size, scroll position and scrollbar in line with what there is, and draw."""
        width, height = self.size
        if not self.is_attached or not width:
            return
        self._head, self._foot = self.head_lines(), self.foot_lines()
        count = self.row_count() + len(self._head) + len(self._foot)
        self._cursor = min(self._cursor, max(0, self.row_count() - 1))
        size = Size(self.text_width, count)
        if (count > height) != self.show_vertical_scrollbar:
            self.virtual_size = size
            self.call_after_refresh(self._draw_bar)
        else:
            # Assigning virtual_size lays out the whole screen, with each piece of an answer.
            self.set_reactive(Widget.virtual_size, size)
        most = max(0, count - height)
        self.set_top(most if self._following and self.grows() else min(self.scroll_offset.y, most))
        self.refresh()

    def set_top(self, row: int) -> None:
        """Scroll so that this row is the first one seen."""
        self.set_reactive(Widget.scroll_y, float(row))
        self.set_reactive(Widget.scroll_target_y, float(row))
        self._draw_bar()

    def _draw_bar(self) -> None:
        if self.show_vertical_scrollbar:
            bar = self.vertical_scrollbar
            bar.window_virtual_size, bar.window_size = self.virtual_size.height, self.size.height
            bar.position = self.scroll_offset.y

    def on_resize(self) -> None:
        self.lay_out()
        self.show_rows()

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if y < len(self._head):
            return strip_of(self._head[y], width, self.style_of)
        below = height - len(self._foot)
        if self._foot and y >= below:
            return strip_of(self._foot[y - below], width, self.style_of)
        row = y - len(self._head) + self.scroll_offset.y
        if row >= self.row_count():
            return strip_of([], width, self.style_of)
        here = self.marked(row)
        pieces = [Piece("› " if here else "  ", "cursor"), *self.row_pieces(row)]
        style_of = self._style_under_cursor if here and self.MARKS_ROW else self.style_of
        return strip_of(padded(pieces, self.text_width), width, style_of)

    def style_of(self, name: str) -> Style:
        """The style of a piece."""
        return self.get_component_rich_style(f"row--{name or 'plain'}")

    def _style_under_cursor(self, name: str) -> Style:
        return self.style_of(name) + Style(bgcolor=self.get_component_rich_style("row--under-cursor").bgcolor)

    # -- the cursor ------------------------------------------------------------------------------------------------

    def go(self, row: int) -> None:
        """Put the cursor on a row and bring it into view."""
        self._following = False
        self._cursor = min(max(0, row), max(0, self.row_count() - 1))
        self.reveal(self._cursor)

    def reveal(self, row: int) -> None:
        """Scroll as little as brings a row into view."""
        top = self.scroll_offset.y
        if not top <= row < top + self.page:
            self.set_top(max(0, row if row < top else row - self.page + 1))
        self.refresh()

    def action_select(self, delta: int) -> None:
        self.go(self._cursor + delta)

    def action_page(self, pages: int) -> None:
        self.go(self._cursor + pages * max(1, self.page - 1))

    def action_first(self) -> None:
        self.go(0)

    def action_last(self) -> None:
        """The last row; while more arrives the view stays at its end again."""
        self.go(self.row_count() - 1)
        self._following = True

    # -- finding ---------------------------------------------------------------------------------------------------

    def find(self, needle: str, direction: int = 1) -> tuple[int, int]:
        """Go to the next place that holds `needle`: (its number from 1, how many). Literal, in any case."""
        if needle != self._needle:
            self._needle, self._pattern = needle, pattern_of(needle)
            self._places = self.places(self._pattern) if self._pattern is not None else ()
            self._place = self.first_place(direction)
        elif self._places:
            self._place = (self._place + direction) % len(self._places)
        self.refresh()
        if not self._places:
            return 0, 0
        self.go_to_place(self._places[self._place])
        return self._place + 1, len(self._places)

    def clear_find(self) -> None:
        """Take the marks of the search away."""
        self._needle, self._pattern, self._places = "", None, ()
        self.refresh()

    # -- mouse and focus -------------------------------------------------------------------------------------------

    def row_at(self, event: events.MouseEvent) -> tuple[int, int] | None:
        """The row and the cell in it under the mouse; None over head, foot and nothing."""
        offset = event.get_content_offset(self)
        if offset is None or not len(self._head) <= offset.y < self.size.height - len(self._foot):
            return None
        row = offset.y - len(self._head) + self.scroll_offset.y
        return (row, offset.x) if row < self.row_count() else None

    def is_in_foot(self, event: events.MouseEvent) -> bool:
        """Whether the mouse is over the lines below the rows."""
        offset = event.get_content_offset(self)
        return offset is not None and bool(self._foot) and offset.y >= self.size.height - len(self._foot)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._following = new_value >= self.max_scroll_y
            self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
