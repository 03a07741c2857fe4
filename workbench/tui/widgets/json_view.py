"""An answer as JSON: its value as a tree to fold, drawn line by line, and above it what is to be said of it.

While the answer arrives the tree shows what there is of it, read anew a few times a second and only while it is seen.
The first lines stay where they are when the rest scrolls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from workbench.tui.commands import bindings
from workbench.tui.widgets.drawing import Piece
from workbench.tui.widgets.json_paint import Painted, arrow_cells, folds, json_text, pieces_of
from workbench.tui.widgets.json_rows import JsonRows, Node, Said, TextMore
from workbench.tui.widgets.json_said import ARRIVING, CHECKING, IDLE, NOTHING_YET, head_lines, headline, said_lines
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence

    from textual import events
    from textual.binding import BindingType

    from workbench.core.json_answer import JsonVerdict
    from workbench.core.json_value import JSON
    from workbench.tui.widgets.json_rows import Path


class JsonView(RowPane):
    """`arriving` shows what has come, `show_verdict` what is to be said of the whole."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("json")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows = JsonRows()
        self._said_above = IDLE
        self._verdict: JsonVerdict | None = None
        self._text = ""
        self._arrived: Callable[[], str] | None = None
        self._wrong: Mapping[Path, str] = {}

    # -- what a caller does ----------------------------------------------------------------------------------------

    @property
    def verdict(self) -> JsonVerdict | None:
        """What is shown of a whole answer; None while it arrives and before."""
        return self._verdict

    def clear(self) -> None:
        """Forget the answer."""
        self._rows.clear()
        self._said_above, self._verdict, self._arrived = IDLE, None, None
        self._cursor, self._following, self._wrong = 0, True, {}
        self.clear_find()
        self.show_rows()

    def arriving(self, source: Callable[[], str]) -> None:
        """More of the answer has come; `source` gives all of it. Cheap: it is read when it is to be drawn."""
        self._arrived = source
        self.more_soon()

    def read_more(self) -> None:
        from workbench.core.json_answer import NoValue, partial_value

        if self._arrived is None:
            return
        value = partial_value(self._arrived())
        if isinstance(value, NoValue):
            self._show_words(NOTHING_YET)
        else:
            self._show_value(value, ARRIVING)

    def show_checking(self) -> None:
        """The answer is whole and is being checked."""
        self._arrived = None
        self._said_above = CHECKING
        self.show_rows()

    def show_verdict(self, verdict: JsonVerdict, text: str = "") -> None:
        """The answer is whole. `text` is what it says, shown around the place where it stops being JSON."""
        from workbench.core.json_answer import NoValue

        self._arrived = None
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
        self._said_above = head
        self._rows.show(value, self._said(), self.text_width)
        self._keep_cursor(path)
        self.show_rows()

    def _show_words(self, head: Said) -> None:
        self._said_above = head
        self._rows.show_words(self._said(), self.text_width)
        self._cursor = 0
        self.show_rows()

    def _said(self) -> list[Said]:
        return [] if self._verdict is None else said_lines(self._verdict, self._text, self.text_width - 2)

    def row_count(self) -> int:
        return len(self._rows.rows)

    def row_pieces(self, row: int) -> list[Piece]:
        return pieces_of(self._rows.rows[row], Painted(self.text_width, self._wrong, self._pattern))

    def head_lines(self) -> Sequence[Sequence[Piece]]:
        said = self._said_above
        lines = head_lines(said, self.text_width - 2)
        return [[Piece("  " * (place > 0)), Piece(line, said.style)] for place, line in enumerate(lines)]

    def grows(self) -> bool:
        return self._arrived is not None

    def lay_out(self) -> None:
        path = self._cursor_path()
        self._rows.rewrap(self._said(), self.text_width)
        self._keep_cursor(path)
        self.on_show()

    def on_show(self) -> None:
        """What came while it was not seen is read now."""
        if self._arrived is not None:
            self.arriving(self._arrived)

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

    def _go_to(self, path: Path) -> None:
        row = self._rows.open_to(path)
        if row is not None:
            self.show_rows()
            self.go(row)

    def action_fold(self) -> None:
        """Fold the value, or go to the one that it stands in."""
        node = self._node()
        if node is None:
            return
        if node.open:
            self._set_open(node, False)
        elif node.parent is not None:
            self.go(self._rows.index(node.parent))

    def action_unfold(self) -> None:
        """Unfold the value, or go on to what is in it."""
        node = self._node()
        if node is None:
            return
        if not node.open and folds(node, self.text_width):
            self._set_open(node, True)
        else:
            self.go(self._cursor + 1)

    def action_open(self) -> None:
        """Unfold or fold; on a line that says what is wrong, go to the place."""
        row = self._rows.rows[self._cursor] if self._cursor < len(self._rows.rows) else None
        node = self._node()
        if isinstance(row, Said):
            if row.path is not None:
                self._go_to(row.path)
        elif isinstance(row, TextMore):
            self._rows.show_more(row.node)
            self.show_rows()
        elif node is not None and (node.open or folds(node, self.text_width)):
            self._set_open(node, not node.open)

    def _set_open(self, node: Node, wanted: bool) -> None:
        self._rows.set_open(node, wanted)
        self.show_rows()
        self.go(self._rows.index(node))

    def action_all(self, wanted: bool) -> None:
        """Fold or unfold everything in the value."""
        node = self._node() or self._rows.root
        if node is not None:
            self._rows.set_all(node, wanted)
            self.show_rows()
            self.go(self._rows.index(node))

    def action_copy_value(self) -> None:
        node = self._node() or self._rows.root
        if node is None:
            self.post_message(self.CopyWanted("", "the value"))
            return
        from workbench.core.json_violations import path_text

        what = f"the value of {path_text(node.path)}" if node.path else "the whole value"
        self.post_message(self.CopyWanted(json_text(node.value, pretty=True), what))

    # -- finding ---------------------------------------------------------------------------------------------------

    def places(self, pattern: re.Pattern[str]) -> Sequence[object]:
        return self._rows.places(pattern)

    def go_to_place(self, place: object) -> None:
        self._go_to(cast("Path", place))

    # -- mouse -----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        if (spot := self.row_at(event)) is None:
            return
        row, cell = spot
        event.stop()
        self.go(row)
        if event.chain == 2 or cell in arrow_cells(self._rows.rows[row], self.text_width):
            self.action_open()
