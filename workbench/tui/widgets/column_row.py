"""Answers side by side: as many columns as fit, and which of them are seen.

A column's pane is made when it first comes into view, so that a comparison of a thousand columns opens as one of four.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.message import Message

from workbench.core.pieces import Pieces
from workbench.tui.widgets.column_bands import ColumnFeet, ColumnHeads
from workbench.tui.widgets.column_frame import GROWING, Framed
from workbench.tui.widgets.column_text import ColumnText
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of
from workbench.tui.widgets.kept_lines import KeptLines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.strip import Strip

    from workbench.tui.compare_state import CellView, ColumnHead

LEAST_WIDTH = 24
"""Cells of a column, its frame included."""


class ColumnSlot:
    """A column: what stands in it, also while it is not in view."""

    __slots__ = ("base", "come", "difference", "footer", "head", "note", "pane", "state")

    def __init__(self, head: ColumnHead) -> None:
        self.head = head
        self.state = "waiting"
        self.footer = head.footer
        self.note = self.difference = ""
        self.base: str | None = None
        """What the answer is compared with."""
        self.come = Pieces()
        """The answer, while there is no pane that has it."""
        self.pane: ColumnText | None = None

    @property
    def text(self) -> str:
        """The whole answer so far."""
        return self.pane.source if self.pane is not None else self.come.whole()

    def show(self, view: CellView) -> None:
        """Another answer, or what became of the one that stands here."""
        self.state, self.footer, self.note, self.base = view.state, view.footer, view.error, view.diff_base
        if self.pane is not None:
            self.pane.show_answer(view.text, ended=view.state not in GROWING)
        else:
            self.come = Pieces(view.text)

    def make_pane(self) -> ColumnText:
        """The pane of a column that comes into view for the first time."""
        self.pane = ColumnText()
        self.pane.show_answer(self.come.whole(), ended=self.state not in GROWING)
        self.come = Pieces()
        return self.pane


class ColumnRow(KeptLines, Horizontal):
    """Draws the columns and knows the current one. What is done with keys is in `CompareColumns`."""

    class CurrentChanged(Message):
        """The keys are for another column now."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"row--{name}" for name in ("plain", "frame", "frame-current")}
    DEFAULT_CSS = """
    ColumnRow {
        height: 1fr;
        & > .row--frame { color: $foreground 25%; }
        & > .row--frame-current { color: $accent; }
        ColumnText {
            height: 1fr;
            padding: 0 0 0 1;
            &.-away { display: none; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heads = ColumnHeads()
        self._feet = ColumnFeet()
        self._slots: list[ColumnSlot] = []
        self._current = 0
        self._first = 0
        """The column that stands leftmost."""
        self._case_words, self._cases = "", 1
        self._zoomed = False
        self._diff = False
        self._markdown = True
        self._room = 0
        """Cells for all columns: before the first layout those of the terminal."""
        self._framed = (0, 0, Size(0, 0))
        """The place of the current column, how many there are, and the size of it all, as the frame was drawn last."""

    def compose(self) -> ComposeResult:
        self._room = self.app.size.width
        yield self._heads
        yield self._feet
        # What is there already is laid out with the rest: panes that come later lay out the whole screen once more.
        for place, slot in enumerate(self._seen()):
            yield self._sized(slot.make_pane(), place)
        self._draw_bands()

    # -- what a caller does ------------------------------------------------------------------------------------------

    def show_columns(self, columns: tuple[ColumnHead, ...]) -> None:
        """Draw the heads; another number of columns is another comparison, and begins empty."""
        if len(columns) != len(self._slots):
            self._begin(columns)
            return
        for slot, head in zip(self._slots, columns, strict=True):
            slot.head, slot.footer = head, head.footer
        self._draw_bands()

    def append(self, column: int, text: str) -> None:
        """More of the answer that a column shows."""
        slot = self._slots[column]
        if slot.pane is not None:
            slot.pane.append(text)
        else:
            slot.come.append(text)

    def show_cell(self, column: int, view: CellView) -> None:
        """Show an answer whole in a column, or what became of the one that stands there."""
        slot = self._slots[column]
        slot.show(view)
        self._compare(slot)
        self._draw_bands()

    def show_case(self, words: str, count: int) -> None:
        """Say which of `count` cases is shown; with more than one, page up and down step through them."""
        self._case_words, self._cases = words, count
        self._draw_bands()

    @property
    def current(self) -> int:
        """The column that the keys are for, from 0."""
        return self._current

    @current.setter
    def current(self, column: int) -> None:
        self._go_to(column)

    # -- which columns are seen --------------------------------------------------------------------------------------

    def _begin(self, columns: tuple[ColumnHead, ...]) -> None:
        for slot in self._slots:
            if slot.pane is not None:
                slot.pane.remove()
        self._slots = [ColumnSlot(head) for head in columns]
        self._current = self._first = 0
        self._place()

    @property
    def _fit(self) -> int:
        """How many columns stand side by side."""
        if self._zoomed or not self._slots:
            return 1
        return max(1, min(len(self._slots), self._room // LEAST_WIDTH))

    def _place(self) -> None:
        """Bring the columns in view that belong there, the current one among them."""
        if not self.is_attached or not self.size.width:
            return
        self._room = self.size.width
        fit = self._fit
        most = max(0, len(self._slots) - fit)
        self._first = min(max(self._first, self._current - fit + 1, 0), self._current, most)
        for index, slot in enumerate(self._slots):
            place = index - self._first
            if slot.pane is None and 0 <= place < fit:
                self._make(index, slot)
            if slot.pane is not None:
                slot.pane.set_class(not 0 <= place < fit, "-away")
                if 0 <= place < fit:
                    self._sized(slot.pane, place)
        self._draw_bands()
        self._draw_frame()

    def _sized(self, pane: ColumnText, place: int) -> ColumnText:
        """A pane as wide as the column at this place, without the cells of the frame."""
        pane.styles.width = self._width(place) - 2
        pane.styles.margin = (0, 2, 0, 1 if place == 0 else 0)
        return pane

    def _width(self, place: int) -> int:
        """Cells of the column at this place among those that are seen: together they take all there are."""
        whole, fit = self._room, self._fit
        return whole * (place + 1) // fit - whole * place // fit

    def _make(self, index: int, slot: ColumnSlot) -> None:
        pane = slot.make_pane()
        pane.kind = self._kind
        self.mount(pane, before=next((each.pane for each in self._slots[index + 1 :] if each.pane is not None), None))
        self._compare(slot)

    def _seen(self) -> list[ColumnSlot]:
        return self._slots[self._first : self._first + self._fit] if self._slots else []

    def _draw_bands(self) -> None:
        if not self.is_attached or not self._room:
            return
        framed = tuple(
            Framed(
                slot.head,
                self._width(place),
                self._first + place == self._current,
                slot.state,
                slot.footer,
                slot.note,
                slot.difference,
                slot.head.differs if self._diff else (),
            )
            for place, slot in enumerate(self._seen())
        )
        self._heads.show(framed)
        self._heads.show_where(self._where_words())
        self._feet.show(framed)

    # -- the frame beside the answers: drawn here, since colours of a pane's own cost 5 ms to change -------------------

    def draw_lines(self, crop: Region) -> list[Strip]:
        # One strip for all lines: Textual cuts it at the edges of the panes, and remembers that on the strip.
        return super().draw_lines(crop._replace(height=1)) * crop.height if crop else []

    def render_line(self, y: int) -> Strip:
        pieces: list[Piece] = []
        for place in range(len(self._seen())):
            style = "frame-current" if self._first + place == self._current else "frame"
            pieces += [Piece("│", style), Piece(" " * max(0, self._width(place) - 2)), Piece("│", style)]
        return strip_of(pieces, self.size.width, styles_of(self, "row"))

    def _draw_frame(self) -> None:
        """Draw the sides of the columns that are, or were, the current one."""
        framed, self._framed = self._framed, (self._current - self._first, self._fit, self.size)
        if framed[1:] != self._framed[1:]:
            self.refresh()
            return
        for place in {framed[0], self._framed[0]} if framed != self._framed else ():
            left, width = self.size.width * place // self._fit, self._width(place)
            self.refresh(*(Region(x, 0, 1, self.size.height) for x in (left, left + width - 1)))

    def _where_words(self) -> str:
        """The case that is shown and, where not all fit, which columns are."""
        count, fit = len(self._slots), self._fit
        parts = [self._case_words] if self._case_words else []
        if self._zoomed and count > 1:
            parts.insert(0, f"column {self._current + 1} of {count}, z shows the others")
        elif fit < count:
            shown = f"columns {self._first + 1} to {self._first + fit}" if fit > 1 else f"column {self._first + 1}"
            parts.insert(0, f"{shown} of {count}")
        return " · ".join(parts)

    def on_resize(self) -> None:
        self._place()

    def _go_to(self, column: int) -> None:
        column = min(max(0, column), len(self._slots) - 1)
        if column < 0 or column == self._current:
            return
        self._current = column
        self._place()
        self.post_message(self.CurrentChanged(column))

    # -- what the panes show ------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> Literal["markdown", "plain"]:
        return "markdown" if self._markdown and not self._diff else "plain"

    def _compare(self, slot: ColumnSlot) -> None:
        """Let a column show the answer as it is, or what differs from its base."""
        base = slot.base if self._diff else None
        if base is None:
            slot.difference = ""
        if slot.pane is not None:
            slot.pane.kind = self._kind
            slot.pane.compare_with(base)

    def _pane(self) -> ColumnText | None:
        return self._slots[self._current].pane if self._slots else None

    def on_column_text_clicked(self, event: ColumnText.Clicked) -> None:
        event.stop()
        for index, slot in enumerate(self._slots):
            if slot.pane is event.view:
                self._go_to(index)
