"""Draws the cards of the messages that are not being edited, line by line, from what their layout cached."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.display import one_line
from workbench.tui.line_cells import measure
from workbench.tui.widgets.message_card import INDENT, MARKS

if TYPE_CHECKING:
    from textual import events

    from workbench.tui.widgets.message_entries import Entries, Entry

Part = Literal["mark", "role", "card", "add", "nothing"]

ADD_TEXT = "+ message"
_BAR = "▌"


class Slice(NamedTuple):
    """Which part of the list a drawing shows: cards `first` up to `last`, what comes before them and after.

    `tail` is the card whose text is in the editor above: what it has beside its text comes first, and a gap. `end` is
    "heading" for the heading of card `last` (its text is in the editor below), "add" for the last row of the list.
    """

    first: int
    last: int
    tail: int | None
    end: Literal["heading", "add"]


class DrawnMessages(Widget):
    """Some of the list's cards. Posts `Pressed` for what the mouse hit; knows nothing of the editor."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "message--system",
        "message--developer",
        "message--user",
        "message--assistant",
        "message--tool",
        "message--dim",
        "message--bar",
        "message--add",
    }

    DEFAULT_CSS = """
    DrawnMessages {
        height: auto;
        color: $foreground;
        & .message--system { color: $text-secondary; text-style: bold; }
        & .message--developer { color: $text-warning; text-style: bold; }
        & .message--user { color: $text-primary; text-style: bold; }
        & .message--assistant { color: $text-success; text-style: bold; }
        & .message--tool { color: $text-accent; text-style: bold; }
        & .message--dim { color: $text-muted; }
        & .message--bar { color: $accent; }
        & .message--add { color: $text-accent; }
    }
    """

    class Pressed(Message):
        """The mouse was clicked on `part` of card `index`; on its text, at character `offset` of the message."""

        def __init__(self, part: Part, index: int, offset: int | None) -> None:
            super().__init__()
            self.part = part
            self.index = index
            self.offset = offset

    def __init__(self, entries: Entries, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries = entries
        self._slice = Slice(0, 0, tail=None, end="add")
        self._marked: int | None = None
        self._starts: list[int] = [0]
        self._width = 0

    def show(self, part: Slice, marked: int | None) -> None:
        """Draw `part`, with the bar of the current card at `marked`; lays out again when the height changes."""
        self._slice, self._marked = part, marked
        before = self._starts
        if self._width:
            self._arrange(self._width)
        self.refresh(layout=not self._width or self._starts[-1] != before[-1])

    def card_region(self, index: int) -> Region:
        """Where card `index` stands in this widget."""
        at = index - self._slice.first
        return Region(0, self._starts[at], 1, self._starts[at + 1] - self._starts[at])

    # -- layout ------------------------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows of the cards at `width`."""
        self._arrange(width)
        return self._height

    @property
    def _height(self) -> int:
        return self._starts[-1] + 1

    def _arrange(self, width: int) -> None:
        self._width = width
        text_width = self._text_width
        cards = range(self._slice.first, self._slice.last)
        heights = (self._entries[i].body(text_width).height + len(self._entries.part_lines(i)) + 2 for i in cards)
        self._starts = list(accumulate(heights, initial=self._tail_height))

    @property
    def _tail_height(self) -> int:
        tail = self._slice.tail
        return 0 if tail is None else len(self._entries.part_lines(tail)) + 1

    @property
    def _text_width(self) -> int:
        # As in the editor, a cell at the end of the row is left for the cursor.
        return max(1, self._width - INDENT - 1)

    def _card_at(self, y: int) -> tuple[int, int]:
        """The card that row `y` belongs to (the one after the last for the last row), and the row within it."""
        at = bisect_right(self._starts, y) - 1
        return self._slice.first + at, y - self._starts[max(0, at)]

    # -- drawing -----------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        if y >= self._height:
            return Strip.blank(self._width, base)
        index, row = self._card_at(y)
        if y < self._starts[0]:
            segments = self._part_row(self._slice.tail, y)
        elif index >= self._slice.last:
            segments = self._add_row() if self._slice.end == "add" else self._heading(index)
        elif row == 0:
            segments = self._heading(index)
        else:
            segments = self._text_row(index, row - 1)
        strip = Strip([Segment(text, base + style) for text, style in segments if text])
        return strip.adjust_cell_length(self._width, base)

    def _bar(self, index: int) -> tuple[str, Style]:
        return (_BAR, self._style("bar")) if index == self._marked else (" ", Style.null())

    def _heading(self, index: int) -> list[tuple[str, Style]]:
        entry = self._entries[index]
        role, on = entry.message.role, entry.message.on
        style = self._style(role.value if on else "dim")
        left = [self._bar(index), (MARKS[role][not on], style), (" ", style), (role.value, style)]
        if not on:
            left.append(("  off", self._style("dim")))
        used = sum(cell_len(text) for text, _ in left)
        tokens = entry.count_text()
        hidden = f"{entry.invisible:,} invisible" if entry.invisible else ""
        both = "  ".join(filter(None, (hidden, tokens)))
        count = both if self._width - used - len(both) - 1 > 0 else tokens
        gap = self._width - used - len(count) - 1
        if count and gap > 0:
            left += [(" " * gap, style), (count, self._style("dim"))]
        return left

    def _text_row(self, index: int, row: int) -> list[tuple[str, Style]]:
        entry = self._entries[index]
        body = entry.body(self._text_width)
        if row >= body.height:
            return self._part_row(index, row - body.height)
        dim = self._style("dim")
        lead = [self._bar(index), (" " * (INDENT - 1), dim)]
        if row == len(body.rows):
            return [*lead, (set_cell_size(body.note, self._text_width), dim)]
        start, end = body.rows[row]
        text = body.text[start:end]
        style = Style.null() if entry.message.on else dim
        if body.note and not body.note_below:
            return [*lead, (f"{text.rstrip()} " if text else "", style), (body.note, dim)]
        return [*lead, (text, style)]

    def _part_row(self, index: int | None, row: int) -> list[tuple[str, Style]]:
        lines = self._entries.part_lines(index) if index is not None else ()
        if index is None or row >= len(lines):
            return []
        dim = self._style("dim")
        return [self._bar(index), (" " * (INDENT - 1), dim), (one_line(lines[row], self._text_width), dim)]

    def _add_row(self) -> list[tuple[str, Style]]:
        return [(" ", Style.null()), (ADD_TEXT, self._style("add"))]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"message--{name}")

    # -- mouse -------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Say what was hit."""
        event.stop()
        self.post_message(self._hit(event.x, event.y))

    def _hit(self, x: int, y: int) -> Pressed:
        if y < self._starts[0] or y >= self._height:
            return self.Pressed("nothing", 0, None)
        index, row = self._card_at(y)
        if index >= self._slice.last and self._slice.end == "add":
            return self.Pressed("add" if x <= len(ADD_TEXT) else "nothing", index, None)
        entry = self._entries[index]
        if row == 0:
            return self.Pressed(_part_of_heading(entry, x), index, None)
        return self.Pressed("card", index, self._offset(entry, x - INDENT, row - 1))

    def _offset(self, entry: Entry, cell: int, row: int) -> int | None:
        """The character of the message under `cell` of row `row`; None where the drawing is not the message's text."""
        body = entry.body(self._text_width)
        if not body.exact or row >= len(body.rows):
            return None
        start, end = body.rows[row]
        return start + measure(body.text[start:end]).index_at(max(0, cell))


def _part_of_heading(entry: Entry, x: int) -> Part:
    role_start = INDENT
    if x < role_start:
        return "mark"
    return "role" if x < role_start + len(entry.message.role.value) else "card"
