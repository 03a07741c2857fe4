"""An answer as JSON: its value as a tree to fold, drawn line by line, and above it what is to be said of it.

While the answer arrives the tree shows what there is of it, read anew a few times a second and only while it is seen.
The first lines stay where they are when the rest scrolls.
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

from workbench.tui.commands import bindings
from workbench.tui.layout.find import pattern_of
from workbench.tui.widgets.drawing import Piece, padded, strip_of
from workbench.tui.widgets.json_paint import Painted, arrow_cells, folds, json_text, pieces_of
from workbench.tui.widgets.json_rows import JsonRows, Node, Said, TextMore
from workbench.tui.widgets.json_said import ARRIVING, CHECKING, IDLE, NOTHING_YET, head_lines, headline, said_lines

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from textual.binding import BindingType
    from textual.strip import Strip

    from workbench.core.json_answer import JsonVerdict
    from workbench.core.json_value import JSON
    from workbench.tui.widgets.json_rows import Path

PERIOD = 0.2
"""Seconds between two readings of an answer that arrives, at least."""
_REST = 4.0
"""After a reading that took c seconds there is a rest of this many times c."""


class JsonView(ScrollView, can_focus=True):
    """`arriving` shows what has come, `show_verdict` what is to be said of the whole."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"json--{name}"
        for name in ("plain", "key", "string", "number", "dim", "wrong", "good", "match", "cursor", "row")
    }
    DEFAULT_CSS = """
    JsonView {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .json--key { color: $text-primary; }
        & > .json--string { color: $foreground; }
        & > .json--number { color: $text-warning; }
        & > .json--dim { color: $text-muted; }
        & > .json--wrong { color: $text-error; }
        & > .json--good { color: $text-success; }
        & > .json--match { text-style: bold underline; }
        & > .json--cursor { color: $text-accent; text-style: bold; }
        & > .json--row { background: $boost; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("json")

    class CopyWanted(Message):
        """A value is to be copied, as JSON; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows = JsonRows()
        self._head = IDLE
        self._verdict: JsonVerdict | None = None
        self._text = ""
        self._source: Callable[[], str] | None = None
        self._waiting = False
        self._next = 0.0
        self._cursor = 0
        self._following = True
        self._wrong: Mapping[Path, str] = {}
        self._needle = ""
        self._pattern: re.Pattern[str] | None = None
        self._matches: list[Path] = []
        self._match = 0

    # -- what a caller does ----------------------------------------------------------------------------------------

    @property
    def verdict(self) -> JsonVerdict | None:
        """What is shown of a whole answer; None while it arrives and before."""
        return self._verdict

    def clear(self) -> None:
        """Forget the answer."""
        self._rows.clear()
        self._head, self._verdict, self._source = IDLE, None, None
        self._cursor, self._following, self._wrong = 0, True, {}
        self._needle, self._pattern, self._matches = "", None, []
        self._place()

    def arriving(self, source: Callable[[], str]) -> None:
        """More of the answer has come; `source` gives all of it. Cheap: it is read when it is to be drawn."""
        self._source = source
        if not self._waiting and self.is_attached:
            self._waiting = True
            self.set_timer(max(0.001, self._next - monotonic()), self._read_source, name="json")

    def _read_source(self) -> None:
        self._waiting = False
        if self._source is None or not self.is_attached or not self.size.width:
            return
        from workbench.core.json_answer import NoValue, partial_value

        start = monotonic()
        value = partial_value(self._source())
        if isinstance(value, NoValue):
            self._show_words(NOTHING_YET)
        else:
            self._show_value(value, ARRIVING)
        end = monotonic()
        self._next = end + max(PERIOD, _REST * (end - start))

    def show_checking(self) -> None:
        """The answer is whole and is being checked."""
        self._source = None
        self._head = CHECKING
        self._place()

    def show_verdict(self, verdict: JsonVerdict, text: str = "") -> None:
        """The answer is whole. `text` is what it says, shown around the place where it stops being JSON."""
        from workbench.core.json_answer import NoValue

        self._source = None
        self._verdict = verdict
        self._wrong = {violation.path: violation.text for violation in reversed(verdict.violations)}
        self._text = text
        if isinstance(verdict.value, NoValue):
            self._show_words(headline(verdict))
        else:
            self._show_value(verdict.value, headline(verdict))

    @property
    def source(self) -> str:
        """The whole value as JSON; "" where there is none."""
        return "" if self._rows.root is None else json_text(self._rows.root.value, pretty=True)

    # -- laying out ------------------------------------------------------------------------------------------------

    def _show_value(self, value: JSON, head: Said) -> None:
        path = self._cursor_path()
        self._head = head
        self._rows.show(value, self._said(), self._text_width)
        self._keep_cursor(path)
        self._place()

    def _show_words(self, head: Said) -> None:
        self._head = head
        self._rows.show_words(self._said(), self._text_width)
        self._cursor = 0
        self._place()

    def _said(self) -> list[Said]:
        return [] if self._verdict is None else said_lines(self._verdict, self._text, self._text_width - 2)

    def _head_lines(self) -> list[str]:
        return head_lines(self._head, self._text_width - 2)

    @property
    def _text_width(self) -> int:
        return max(8, self.size.width - self.scrollbar_size_vertical)

    @property
    def _page(self) -> int:
        """Rows below the headline."""
        return max(1, self.size.height - len(self._head_lines()))

    def _place(self) -> None:
        """Bring size, scroll position and scrollbar in line with the rows, and draw."""
        width, height = self.size
        if not self.is_attached or not width:
            return
        count = len(self._rows.rows) + len(self._head_lines())
        size = Size(self._text_width, count)
        if (count > height) != self.show_vertical_scrollbar:
            self.virtual_size = size
            self.call_after_refresh(self._draw_bar)
        else:
            # Assigning virtual_size lays out the whole screen, with each piece of an answer.
            self.set_reactive(Widget.virtual_size, size)
        most = max(0, count - height)
        top = most if self._following and self._source is not None else min(self.scroll_offset.y, most)
        self._set_top(top)
        self.refresh()

    def _set_top(self, row: int) -> None:
        self.set_reactive(Widget.scroll_y, float(row))
        self.set_reactive(Widget.scroll_target_y, float(row))
        self._draw_bar()

    def _draw_bar(self) -> None:
        if self.show_vertical_scrollbar:
            bar = self.vertical_scrollbar
            bar.window_virtual_size, bar.window_size = self.virtual_size.height, self.size.height
            bar.position = self.scroll_offset.y

    def on_resize(self) -> None:
        path = self._cursor_path()
        self._rows.rewrap(self._said(), self._text_width)
        self._keep_cursor(path)
        self._place()
        self.on_show()

    def on_show(self) -> None:
        """What came while it was not seen is read now."""
        if self._source is not None:
            self.arriving(self._source)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        head = self._head_lines()
        if y < len(head):
            return strip_of([Piece("  " * (y > 0)), Piece(head[y], self._head.style)], width, self._style)
        row = y - len(head) + self.scroll_offset.y
        if row >= len(self._rows.rows):
            return strip_of([], width, self._style)
        here = row == self._cursor and self.has_focus
        painted = Painted(self._text_width, self._wrong, self._pattern)
        pieces = [Piece("› " if here else "  ", "cursor"), *pieces_of(self._rows.rows[row], painted)]
        return strip_of(padded(pieces, self._text_width), width, self._row_style if here else self._style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"json--{name or 'plain'}")

    def _row_style(self, name: str) -> Style:
        return self._style(name) + Style(bgcolor=self.get_component_rich_style("json--row").bgcolor)

    # -- the cursor ------------------------------------------------------------------------------------------------

    def _node(self) -> Node | None:
        """The value that the cursor stands on, or in whose text."""
        if not self._cursor < len(self._rows.rows):
            return None
        row = self._rows.rows[self._cursor]
        return row if isinstance(row, Node) else None if isinstance(row, Said) else row.node

    def _cursor_path(self) -> Path | None:
        node = self._node()
        return None if node is None else node.path

    def _keep_cursor(self, path: Path | None) -> None:
        row = None if path is None else self._rows.shown_row(path)
        self._cursor = row if row is not None else min(self._cursor, max(0, len(self._rows.rows) - 1))

    def _go(self, row: int) -> None:
        """Put the cursor on a row and bring it into view."""
        self._following = False
        self._cursor = min(max(0, row), max(0, len(self._rows.rows) - 1))
        top = self.scroll_offset.y
        if not top <= self._cursor < top + self._page:
            top = self._cursor if self._cursor < top else self._cursor - self._page + 1
            self._set_top(max(0, top))
        self.refresh()

    def _go_to(self, path: Path) -> None:
        row = self._rows.open_to(path)
        if row is not None:
            self._place()
            self._go(row)

    def action_select(self, delta: int) -> None:
        self._go(self._cursor + delta)

    def action_page(self, pages: int) -> None:
        self._go(self._cursor + pages * max(1, self._page - 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        """The last row; while the answer arrives the view stays at its end again."""
        self._go(len(self._rows.rows) - 1)
        self._following = True

    def action_fold(self) -> None:
        """Fold the value, or go to the one that it stands in."""
        node = self._node()
        if node is None:
            return
        if node.open:
            self._set_open(node, False)
        elif node.parent is not None:
            self._go(self._rows.index(node.parent))

    def action_unfold(self) -> None:
        """Unfold the value, or go on to what is in it."""
        node = self._node()
        if node is None:
            return
        if not node.open and folds(node, self._text_width):
            self._set_open(node, True)
        else:
            self._go(self._cursor + 1)

    def action_open(self) -> None:
        """Unfold or fold; on a line that says what is wrong, go to the place."""
        row = self._rows.rows[self._cursor] if self._cursor < len(self._rows.rows) else None
        node = self._node()
        if isinstance(row, Said):
            if row.path is not None:
                self._go_to(row.path)
        elif isinstance(row, TextMore):
            self._rows.show_more(row.node)
            self._place()
        elif node is not None and (node.open or folds(node, self._text_width)):
            self._set_open(node, not node.open)

    def _set_open(self, node: Node, wanted: bool) -> None:
        self._rows.set_open(node, wanted)
        self._place()
        self._go(self._rows.index(node))

    def action_all(self, wanted: bool) -> None:
        """Fold or unfold everything in the value."""
        node = self._node() or self._rows.root
        if node is not None:
            self._rows.set_all(node, wanted)
            self._place()
            self._go(self._rows.index(node))

    def action_copy_value(self) -> None:
        node = self._node() or self._rows.root
        if node is None:
            self.post_message(self.CopyWanted("", "the value"))
            return
        from workbench.core.json_violations import path_text

        what = f"the value of {path_text(node.path)}" if node.path else "the whole value"
        self.post_message(self.CopyWanted(json_text(node.value, pretty=True), what))

    # -- finding ---------------------------------------------------------------------------------------------------

    def find(self, needle: str, direction: int = 1) -> tuple[int, int]:
        """Go to the next place where a name or a value holds `needle`: (its number from 1, how many)."""
        if needle != self._needle:
            self._needle, self._pattern = needle, pattern_of(needle)
            self._matches = self._rows.places(self._pattern) if self._pattern is not None else []
            self._match = 0 if direction >= 0 else len(self._matches) - 1
        elif self._matches:
            self._match = (self._match + direction) % len(self._matches)
        self.refresh()
        if not self._matches:
            return 0, 0
        self._go_to(self._matches[self._match])
        return self._match + 1, len(self._matches)

    def clear_find(self) -> None:
        """Take the marks of the search away."""
        self._needle, self._pattern, self._matches = "", None, []
        self.refresh()

    # -- mouse and focus -------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        head = len(self._head_lines())
        if offset is None or offset.y < head:
            return
        row = offset.y - head + self.scroll_offset.y
        if row < len(self._rows.rows):
            event.stop()
            self._go(row)
            if event.chain == 2 or offset.x in arrow_cells(self._rows.rows[row], self._text_width):
                self.action_open()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._following = new_value >= self.max_scroll_y
            self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
