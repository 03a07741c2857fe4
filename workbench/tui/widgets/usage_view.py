"""What was sent and what it cost: the sum and a chart above, a row for each day, model, preset or connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.ledger import LedgerSum, total
from workbench.tui.usage_lines import Measure, Table, chart_lines, foot_lines, table, total_line
from workbench.tui.widgets.drawing import Piece
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.spending import UsageLook

_TALLEST = 10
_LOW = 14
"""Rows of the pane below which there is no chart."""


class UsageView(RowPane):
    """Shows what `show` was given last; before that, that it is being read."""

    DEFAULT_CSS = """
    UsageView { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._look: UsageLook | None = None
        self._when = ""
        self._whole = LedgerSum()
        self._said = "reading the ledger ..."
        self._table = Table([], ())
        self.measure = Measure.COST

    def show(self, look: UsageLook, when: str) -> None:
        """Show this; `when` names its time."""
        again = self._look is not None and self._look.by is look.by
        self._look, self._when, self._whole = look, when, total(look.sums)
        self._cursor = self._cursor if again else 0
        self.set_top(0) if not again else None
        self.lay_out()
        self.show_rows()

    def say(self, text: str) -> None:
        """Why there is nothing to show."""
        self._look, self._said = None, text
        self._table = Table([], ())
        self.show_rows()

    def show_measure(self, measure: Measure) -> None:
        """What the bars are from now on."""
        self.measure = measure
        self.show_rows()

    # -- what RowPane asks -----------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        if self._look is not None:
            self._table = table(self._look.by, self._look.sums, self.text_width - 2)

    def row_count(self) -> int:
        return len(self._table.rows)

    def row_pieces(self, row: int) -> list[Piece]:
        return self._table.rows[row]

    def head_lines(self) -> Sequence[Sequence[Piece]]:
        if self._look is None:
            return [[Piece(self._said, "dim")]]
        width, height = self.text_width, self.size.height
        lines = [total_line(self._when, self._whole, width)]
        if height >= _LOW:
            chart = chart_lines(self._look, self.measure, width - 2, min(_TALLEST, (height - 8) // 3))
            lines += [[], *([Piece("  "), *line] for line in chart)] if chart else []
        if self._table.rows:
            lines += [*([[]] if height >= _LOW else []), [Piece("  "), *self._table.head]]
        return lines

    def foot_lines(self) -> Sequence[Sequence[Piece]]:
        if self._look is None:
            return ()
        rows = self._look.sums
        row = rows[self._cursor] if self._cursor < len(rows) else None
        lines = foot_lines(self._look, row, self._whole, self.text_width)
        room = min(self.foot_room(len(lines) + 1), max(0, self.size.height - len(self.head_lines()) - 2))
        return [[], *lines][:room] if room > 1 else ()

    def go(self, row: int) -> None:
        super().go(row)
        self.show_rows()  # what is said below the rows is about the one under the cursor
