"""The one text editor of the message list: a TextArea that keeps every character and moves by whole ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.document._document import EditResult, Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._history import EditHistory
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

from workbench.core.invisible import BLANKS
from workbench.tui.graphemes import next_boundary, previous_boundary
from workbench.tui.widgets.message_document import ExactDocument, WrappedLine, WrappedText

if TYPE_CHECKING:
    from textual import events

PASTE_LIMIT = 200_000
"""Bytes of UTF-8. A larger paste is offered back and not put in: it belongs in a variable or a file."""

_UNDO_STEPS = 2_000
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_SCREEN_KEYS = frozenset({"f6", "f7"})
"""Keys that TextArea takes for selecting; here they are the screen's."""


class MessageEditor(TextArea, inherit_bindings=False):
    """Edits one text. Enter is a new line; every key that is not for editing goes on to the list and the screen.

    It is as tall as its text and the list around it scrolls. `TextArea.Changed` says that the text has changed.
    """

    class LargePaste(Message):
        """A paste of more than PASTE_LIMIT bytes, or one that would make the text that large; nothing was put in."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    COMPONENT_CLASSES: ClassVar[set[str]] = {"message-editor--mark"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(b for b in TextArea.BINDINGS if isinstance(b, Binding) and b.key not in _SCREEN_KEYS),
        Binding("enter,shift+enter", "new_line", "New line", show=False),
        Binding("ctrl+home", "text_start", "Start of the text", show=False),
        Binding("ctrl+end", "text_end", "End of the text", show=False),
        Binding("ctrl+shift+home", "text_start(True)", "Select to the start", show=False),
        Binding("ctrl+shift+end", "text_end(True)", "Select to the end", show=False),
        Binding("ctrl+shift+a,super+a", "select_all", "Select all", show=False),
    ]

    DEFAULT_CSS = """
    MessageEditor {
        height: auto;
        min-height: 1;
        border: none;
        padding: 0 0 0 3;
        background: $surface;
        overflow: hidden hidden;
        &:focus { border: none; }
        &.-off { color: $text-muted; }
        & .message-editor--mark { color: $foreground 45%; }
    }
    """

    def __init__(self, *, id: str | None = None, hint: str = "") -> None:
        # TextArea's own constructor asks for the document already.
        self._wrapped = WrappedText(ExactDocument(""))
        super().__init__(id=id, tab_behavior="focus", highlight_cursor_line=False)
        # Nothing on the screen blinks, and brackets in prose are no pairs.
        self.cursor_blink = False
        self.hint = hint
        self.marks = False
        """Whether tabs, unusual spaces and blanks at the ends of lines are marked."""
        self.history = EditHistory(max_checkpoints=_UNDO_STEPS, checkpoint_timer=2.0, checkpoint_max_characters=100)

    def open(self, text: str, selection: Selection | None, hint: str) -> None:
        """Take up `text` with this selection, or with the cursor at its end; `hint` shows while it is empty."""
        self.hint = hint
        self.history.clear()
        self._set_document(text, None)
        self.selection = selection or Selection.cursor(self.document.end)
        self.record_cursor_width()
        self.refresh(layout=True)

    def paste(self, text: str) -> None:
        """Put `text` in place of the selection: line ends become line feeds, all else stays as it is."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_SURROGATES)
        # UTF-8 takes at most four bytes a character, so the encoding is made only where it can matter.
        if 4 * (len(text) + len(self.text)) > PASTE_LIMIT and _utf8_size(text) + _utf8_size(self.text) > PASTE_LIMIT:
            self.post_message(self.LargePaste(text))
            return
        self._replace_via_keyboard(text, *self.selection)

    # -- the document ------------------------------------------------------------------------------------------

    def _set_document(self, text: str, language: str | None) -> None:
        # Wrapped at the present width; the first layout, or another width, wraps again in get_content_height.
        self.document = ExactDocument(text)
        self.wrapped_document = self._wrapped = WrappedText(self.document, self._wrapped.width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.set_reactive(TextArea.selection, Selection())
        self._refresh_size()

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        """None: TextArea would look through the whole text, character by character, at every move."""
        return None

    def clamp_visitable(self, location: Location) -> Location:
        """The nearest place for the cursor: inside the text, and never inside a character."""
        return self._wrapped.snap(super().clamp_visitable(location))

    def get_cursor_left_location(self) -> Location:
        row, column = self.cursor_location
        if column == 0:
            return (row - 1, len(self.document[row - 1])) if row else (0, 0)
        return row, previous_boundary(self._shown(row), column)

    def get_cursor_right_location(self) -> Location:
        row, column = self.cursor_location
        line = self._shown(row)
        if column >= len(line):
            return (row + 1, 0) if row + 1 < self.document.line_count else (row, column)
        return row, next_boundary(line, column)

    def get_cursor_line_end_location(self) -> Location:
        return self._cluster_start(super().get_cursor_line_end_location())

    def get_cursor_word_left_location(self) -> Location:
        return self._cluster_start(super().get_cursor_word_left_location())

    def _delete_via_keyboard(self, start: Location, end: Location) -> EditResult | None:
        # TextArea's word deletes can begin or end inside a character: the whole of it goes.
        top, bottom = sorted((start, end))
        if bottom[0] < self.document.line_count:
            bottom = self._wrapped.snap(bottom)
        return super()._delete_via_keyboard(self._cluster_start(top), bottom)

    def _shown(self, row: int) -> str:
        return self._wrapped.wrapped_lines[row].text

    def _cluster_start(self, location: Location) -> Location:
        row, column = location
        line = self._shown(row)
        return row, previous_boundary(line, column + 1) if column < len(line) else column

    # -- keys and mouse ----------------------------------------------------------------------------------------

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.paste(event.text)

    def action_paste(self) -> None:
        """Paste what was copied or cut inside the program."""
        self.paste(self.app.clipboard)

    def action_new_line(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    def action_text_start(self, select: bool = False) -> None:
        self.move_cursor((0, 0), select=select)

    def action_text_end(self, select: bool = False) -> None:
        self.move_cursor(self.document.end, select=select)

    def action_cursor_page_up(self) -> None:
        self._move_rows(-self._page)

    def action_cursor_page_down(self) -> None:
        self._move_rows(self._page)

    @property
    def _page(self) -> int:
        return max(1, self._list.size.height - 1)

    def _move_rows(self, rows: int) -> None:
        self.move_cursor(self.navigator.get_location_at_y_offset(self.cursor_location, rows))

    # -- size and place ----------------------------------------------------------------------------------------

    @property
    def _list(self) -> Widget:
        return self.parent if isinstance(self.parent, Widget) else self

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows of the text at `width`, wrapped here so that one layout is enough."""
        if self._wrapped.width != (wrap_width := max(1, width - 1)):
            self._wrapped.wrap(wrap_width)
            self._recompute_cursor_offset()
            self.set_reactive(TextArea.virtual_size, Size(0, self._wrapped.height))
        return self._wrapped.height

    def _rewrap_and_refresh_virtual_size(self) -> None:
        if self._wrapped.width != self.wrap_width:
            self._wrapped.wrap(self.wrap_width)
        self._refresh_size()

    def _refresh_size(self) -> None:
        self.virtual_size = Size(0, self._wrapped.height)

    def _recompute_cursor_offset(self) -> None:
        self._cursor_offset = self._wrapped.location_to_offset(self.cursor_location)

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self.place_terminal_cursor(), immediate=True)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the cursor is on the screen, also right after a scroll that has not been painted."""
        x, y = self._cursor_offset
        left, top, _, _ = self._list.content_region
        own_x, own_y, _, _ = self.virtual_region
        return Offset(left + own_x + self.gutter.left + x, top + own_y + y - self._list.scroll_offset.y)

    def place_terminal_cursor(self) -> None:
        """Put the terminal's own cursor where the caret is: an input method opens its window there."""
        if self.is_mounted and self.screen.focused is self:
            self.app.cursor_position = self.cursor_screen_offset

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Have the list scroll until the cursor is seen, once what the edit changed has been laid out."""
        self._recompute_cursor_offset()
        if self.is_mounted and self.screen.focused is self:
            self.call_after_refresh(self._reveal_cursor)
        return Offset()

    def _reveal_cursor(self) -> None:
        y = self._cursor_offset[1]
        # With the first row its heading comes into view too.
        top = self.virtual_region.y + (y or -1)
        bottom = self.virtual_region.y + y + 1
        self._list.scroll_to_region(Region(0, top, 1, bottom - top), animate=False, force=True, immediate=True)
        self.place_terminal_cursor()

    # -- drawing -----------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        # Past TextArea, which works out a syntax theme here at every paint.
        return ScrollView.render_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """Row `y` of the wrapped text."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self.text:
            return self._draw_hint(width, base) if y == 0 else Strip.blank(width, base)
        if y >= self._wrapped.height:
            return Strip.blank(width, base)
        index, row = self._wrapped.row(y)
        line = self._wrapped.wrapped_lines[index]
        start, end = line.span(row)
        is_last = row == len(line.breaks)
        points = self._styled_points(index, line, start, end, is_last)
        until = self._marked_until(index, line)
        segments: list[Segment] = []
        for (left, style), (right, _) in pairwise(points):
            if left >= len(line.text):
                segments.append(Segment(" ", base + style))
            for text, mark in line.pieces(left, min(right, len(line.text)), until):
                dim = mark and not style  # under the cursor and in a selection it has their colours
                segments.append(Segment(text, base + (self._mark_style if dim else style)))
        return Strip(segments).adjust_cell_length(width, base)

    def _marked_until(self, index: int, line: WrappedLine) -> int:
        """Up to where in a line blanks are marked: not behind the word that is being typed."""
        if not self.marks:
            return 0
        length = len(line.text)
        typing = self._draw_cursor and self.cursor_location == (index, length)
        return len(line.text.rstrip(BLANKS)) if typing else length

    @property
    def _mark_style(self) -> Style:
        return Style(color=self.get_component_rich_style("message-editor--mark").color)

    def _styled_points(
        self, index: int, line: WrappedLine, start: int, end: int, is_last: bool
    ) -> list[tuple[int, Style]]:
        """Where in the row a new style begins, up to its end (one past the text where the cursor or selection goes)."""
        plain = Style.null()
        points: dict[int, Style] = {start: plain}
        top, bottom = sorted(self.selection)
        if top != bottom and top[0] <= index <= bottom[0]:
            selected_from = max(start, top[1] if index == top[0] else 0)
            past_line = index < bottom[0] and is_last
            selected_to = end + 1 if past_line else min(end, bottom[1] if index == bottom[0] else end)
            if selected_from < selected_to:
                points[selected_from] = self.get_component_rich_style("text-area--selection")
                points[selected_to] = plain
        cursor_row, column = self.cursor_location
        if self._draw_cursor and cursor_row == index and start <= column and (column < end or is_last):
            after = column + 1 if column >= len(line.text) else next_boundary(line.text, column)
            points.setdefault(after, points[max(point for point in points if point <= after)])
            points[column] = self.get_component_rich_style("text-area--cursor")
        if max(points) < end:
            points[end] = plain
        return sorted(points.items(), key=lambda point: point[0])

    def _draw_hint(self, width: int, base: Style) -> Strip:
        style = base + self.get_component_rich_style("text-area--placeholder")
        hint = self.hint or " "
        first = base + self.get_component_rich_style("text-area--cursor") if self._draw_cursor else style
        return Strip([Segment(hint[0], first), Segment(hint[1:], style)]).adjust_cell_length(width, base)


def _utf8_size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
