"""A widget that shows the rows of a document: drawing, and selecting with keys and mouse.

Selecting: shift with arrows, page up/down, home and end; ctrl+shift+home/end to the ends of the text; esc lets go.
Mouse: drag. ctrl+c copies, as everywhere in Textual.
"""

from __future__ import annotations

from typing import ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.css.styles import StylesBase
from textual.geometry import Offset, Region
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from workbench.tui.layout.document import Document
from workbench.tui.layout.lines import Line
from workbench.tui.line_cells import measure
from workbench.tui.widgets.kept_lines import KeptLines, PaneBar
from workbench.tui.widgets.stream_caret import Spot, Step, moved
from workbench.tui.widgets.stream_paint import COMPONENTS, NO_OVERLAY, DrawnLines, Overlay, Painter

_Row = tuple[int, Line | None, Overlay]
"""A row that is drawn: its number, what stands in it and over it; below the last one -1 and None."""


class RowsView(KeptLines, ScrollView, can_focus=True):
    """Draws the rows of `document` from the scroll position on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    DEFAULT_CSS = """
    RowsView {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .stream-view--heading { color: $foreground; text-style: bold; }
        & > .stream-view--code { color: $text-secondary; background: $boost; }
        & > .stream-view--code-block { background: $boost; }
        & > .stream-view--quote { color: $text-muted; }
        & > .stream-view--link { color: $text-accent; text-style: underline; }
        & > .stream-view--dim { color: $text-muted; }
        & > .stream-view--marker { color: $text-muted; }
        & > .stream-view--key { color: $text-primary; }
        & > .stream-view--string { color: $text-secondary; }
        & > .stream-view--number { color: $text-warning; }
        & > .stream-view--added { color: $text-success; text-style: underline; }
        & > .stream-view--removed { color: $text-error; text-style: strike; }
        & > .stream-view--match { text-style: bold underline; }
        & > .stream-view--match-current { text-style: bold reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"select('{step}')", title, show=False)
        for key, step, title in (
            ("shift+left", "left", "Select left"),
            ("shift+right", "right", "Select right"),
            ("shift+up", "up", "Select up"),
            ("shift+down", "down", "Select down"),
            ("shift+pageup", "page_up", "Select a page up"),
            ("shift+pagedown", "page_down", "Select a page down"),
            ("shift+home", "home", "Select to the start of the row"),
            ("shift+end", "end", "Select to the end of the row"),
            ("ctrl+shift+home", "start", "Select to the start of the text"),
            ("ctrl+shift+end", "finish", "Select to the end of the text"),
        )
    ]

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._painter: Painter | None = None
        self._bar: PaneBar | None = None
        self._lines = DrawnLines()
        self._drawing = False
        self._anchor: Spot | None = None
        self._head: Spot | None = None

    @property
    def document(self) -> Document | None:
        """What is shown; None before the first layout."""
        return None

    def selected_text(self) -> str:
        """What is selected, soft wraps joined; empty when nothing is."""
        selection = self.text_selection
        return self._selected(selection) if selection is not None else ""

    def select_all(self) -> None:
        """Select the whole text."""
        if self.document is not None and len(self.document):
            self._set_selection((0, 0), moved(self.document, (0, 0), "finish", 1))

    # Drawing

    @property
    def vertical_scrollbar(self) -> PaneBar:
        if self._bar is None:
            # As Textual makes its own; it offers no way to choose another kind.
            self._vertical_scrollbar = self._bar = PaneBar()
            self._bar.display = False
            self.app._start_widget(self, self._bar)
        return self._bar

    def draw_lines(self, crop: Region) -> list[Strip]:
        """The lines of the crop: those of rows that look as before are the same strips, only the others are made."""
        self._lines.begin((crop.x, crop.width, self.size, self.background_colors), crop.height)
        rows = self._rows(crop)
        found = [None if row is None else self._lines.find(*row) for row in rows]
        strips: list[Strip] = []
        while (first := len(strips)) < len(rows):
            known = found[first]
            if known is not None:
                strips.append(known)
                continue
            last = next((at for at in range(first, len(rows)) if found[at] is not None), len(rows))
            strips += self._draw_anew(Region(crop.x, crop.y + first, crop.width, last - first), rows[first:last])
        return strips

    def _rows(self, crop: Region) -> list[_Row | None]:
        """What stands in each line of the crop; None for a line of the frame."""
        document, selection = self.document, self.text_selection
        top, height, first = self.gutter.top, self.size.height, self.scroll_offset.y
        count = len(document) if document is not None else 0
        rows: list[_Row | None] = []
        for y in range(crop.y - top, crop.bottom - top):
            row = first + y
            if not 0 <= y < height:
                rows.append(None)
            elif document is None or not 0 <= row < count:
                rows.append((-1, None, NO_OVERLAY))
            else:
                line = document.row(row)
                rows.append((row, line, self._overlay(row, line, selection)))
        return rows

    def _draw_anew(self, crop: Region, rows: list[_Row | None]) -> list[Strip]:
        # Else a line that Textual remembers could be kept for another look: it hears of a selection later than we do.
        self._styles_cache.set_dirty(crop)
        self._drawing = True
        try:
            strips = super().draw_lines(crop)
        finally:
            self._drawing = False
        for row, strip in zip(rows, strips, strict=True):
            if row is not None:
                self._lines.keep(*row, strip)
        return strips

    def render_line(self, y: int) -> Strip:
        width = self._text_width
        document = self.document
        row = self.scroll_offset.y + y
        if document is None or not 0 <= row < len(document):
            return Strip.blank(width, self.rich_style)
        line = document.row(row)
        painter = self._painter or self._new_painter()
        overlay = self._overlay(row, line, self.text_selection)
        strip = painter.strip(line, document.spans(line), width, overlay)
        # Where the mouse is, Textual asks for a line of its own; one that is drawn needs no offsets, which cost as much
        # as the rest of it.
        return strip if self._drawing else strip.apply_offsets(0, row)

    def _overlay(self, row: int, line: Line, selection: Selection | None) -> Overlay:
        selected = None
        if selection is not None and (span := selection.get_span(row)) is not None:
            start, end = span
            selected = _whole(line.text, start, len(line.text) if end < 0 else end)
        matches = self.matches_in(row, line)
        return Overlay(selected, matches) if selected is not None or matches else NO_OVERLAY

    def matches_in(self, row: int, line: Line) -> tuple[tuple[int, int, bool], ...]:
        """The places of a row to mark: start, end, and whether it is the current one."""
        return ()

    def _new_painter(self) -> Painter:
        def component(name: str) -> StylesBase:
            return self.get_component_styles(f"stream-view--{name}")

        self._lines.clear()
        self._painter = Painter(self.visual_style, component, self.screen.get_component_styles("screen--selection"))
        return self._painter

    def _forget_strips(self) -> None:
        self._painter = None
        self._lines.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter = None
        self._lines.clear()

    @property
    def _text_width(self) -> int:
        """Cells for text: the last column is the scrollbar's, also while there is nothing to scroll."""
        return max(0, self.size.width - self.scrollbar_size_vertical)

    # Selecting

    @property
    def allow_select(self) -> bool:
        return True

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return self._selected(selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        if selection is None:
            self._anchor = self._head = None
        self.refresh()

    def action_select(self, step: str) -> None:
        """Move the end of the selection; the first time it begins at the top of what is seen, or at its end."""
        document = self.document
        if document is None or not len(document):
            return
        page = max(1, self.size.height - 1)
        if self._anchor is None or self._head is None:
            self._anchor = self._head = self._first_spot(document, step)
        head = moved(document, self._head, cast(Step, step), page)
        anchor = self._anchor
        self._set_selection(anchor, head)
        top, height = self.scroll_offset.y, self.size.height
        if head[0] < top:
            self.scroll_to(y=head[0], animate=False, force=True)
        elif head[0] >= top + height:
            self.scroll_to(y=head[0] - height + 1, animate=False, force=True)

    def _first_spot(self, document: Document, step: str) -> Spot:
        selection = self.text_selection
        if selection is not None and selection.start is not None and selection.end is not None:
            self._anchor = (selection.start.y, selection.start.x)
            return selection.end.y, selection.end.x
        top = self.scroll_offset.y
        if step in ("left", "up", "page_up", "home", "start"):
            row = min(len(document), top + self.size.height) - 1
            return row, len(document.row(row).text)
        return top, document.row(top).lead

    def _set_selection(self, anchor: Spot, head: Spot) -> None:
        first, last = sorted((anchor, head))
        self.screen.selections = {self: Selection(Offset(first[1], first[0]), Offset(last[1], last[0]))}
        self._anchor, self._head = anchor, head

    def _drop_selection(self) -> None:
        if self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()

    def _selected(self, selection: Selection) -> str:
        document = self.document
        if document is None or not len(document):
            return ""
        last = len(document) - 1
        start = (0, 0) if selection.start is None else (selection.start.y, selection.start.x)
        end = (last, len(document.row(last).text)) if selection.end is None else (selection.end.y, selection.end.x)
        if 0 <= start[0] <= last:
            start = (start[0], _whole(document.row(start[0]).text, start[1], start[1])[0])
        if 0 <= end[0] <= last:
            end = (end[0], _whole(document.row(end[0]).text, end[1], end[1])[1])
        return document.text_between(start, end)

    def _spot_of(self, event: events.MouseEvent) -> Spot | None:
        offset = event.get_content_offset(self)
        document = self.document
        if offset is None or document is None:
            return None
        row = self.scroll_offset.y + offset.y
        if not 0 <= row < len(document):
            return None
        column = measure(document.row(row).text).index_at(max(0, offset.x))
        return (row, column) if column < len(document.row(row).text) else None


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The range, widened to whole characters; behind the text it ends with it."""
    cells = measure(text)
    return cells.start_at(min(max(0, start), len(text))), cells.end_at(min(max(0, end), len(text)))
