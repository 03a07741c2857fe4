"""One column of a comparison: what differs in its border, the dots of its repeats, the shown answer, its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from workbench.tui.display import literal, one_line
from workbench.tui.widgets.column_dots import ColumnDots
from workbench.tui.widgets.column_text import ColumnText

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from workbench.tui.compare_state import CellView, ColumnHead
    from workbench.tui.layout.word_diff import Marked

LEAST_WIDTH = 24
_BORDER = 6
"""Cells of the border line that no title takes."""
_BASELINE = (" · baseline", " · base")
"""Behind the label of the column that the others are compared with; where neither fits, a = before it."""
_BETWEEN = "  "
"""Stands between the figures of a footer."""
_GROWING = ("waiting", "streaming")
"""The states of an answer that may still grow."""
_WRONG = ("error", "truncated")


class CompareColumn(Vertical):
    """Shows one answer. `index` is its place among all columns."""

    class Clicked(Message):
        """The column is to be the current one."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    DEFAULT_CSS = """
    CompareColumn {
        width: 1fr;
        height: 1fr;
        padding: 0 0 0 1;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        ColumnText { height: 1fr; }
        .column-note { display: none; height: auto; max-height: 40%; padding: 0 1 0 0; color: $text-muted; }
        .column-note.-some { display: block; }
        .column-note.-wrong { color: $text-error; }
        &.-current { border: round $accent; border-title-color: $text-accent; border-title-style: bold; }
        &.-away { display: none; }
    }
    """

    def __init__(self, index: int, head: ColumnHead) -> None:
        super().__init__()
        self.index = index
        self.head = head
        self.text = ColumnText()
        self._dots = ColumnDots()
        self._note = Static(classes="column-note", markup=False)
        self._footer = head.footer
        self._growing = False
        self._said = self._notes = ""
        """Why the answer ended as it did; and that with the figures that the border has no room for."""
        self._difference = ""
        self._titles = ("", "")

    def compose(self) -> ComposeResult:
        yield self._dots
        yield self.text
        yield self._note

    def on_mount(self) -> None:
        self._draw()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_head(self, head: ColumnHead) -> None:
        """Draw what of it is new."""
        self.head = head
        self._footer = head.footer
        self._draw()

    def show_cell(self, view: CellView) -> None:
        """Show an answer whole."""
        self._footer = view.footer
        self.text.show_answer(view.text, ended=view.state not in _GROWING)
        self._growing = view.state in _GROWING
        self._said = view.error
        self._note.set_class(view.state in _WRONG, "-wrong")
        self._draw()

    def set_current(self, current: bool) -> None:
        """Mark the column that the keys are for."""
        self.set_class(current, "-current")
        self._draw()

    def show_difference(self, marked: Marked | None, compared: bool) -> None:
        """Say beside the dots how much differs, in place of what the repeats have in common."""
        self._difference = _difference_words(marked, self._growing) if compared else ""
        self._draw()

    def _draw(self) -> None:
        self._dots.show(self.head.dots, self.head.shown, self._difference or self.head.aggregate)
        room = self.outer_size.width - _BORDER
        if room <= 0:
            return
        footer, rest = footer_in(self._footer, room, cut=self._growing)
        notes = "\n".join(filter(None, (self._said, rest)))
        if notes != self._notes:
            self._notes = notes
            self._note.set_class(bool(notes), "-some")
            self._note.update(literal(notes))
        titles = (self._title(room), footer)
        if titles != self._titles:
            self._titles = titles
            self.border_title, self.border_subtitle = literal(titles[0]), literal(titles[1])

    def _title(self, room: int) -> str:
        mark = "› " if self.has_class("-current") else ""
        label = visible_line(self.head.label, max(1, room - len(mark)))
        if self.head.baseline:
            forms = [f"{mark}{label}{word}" for word in _BASELINE]
            short = f"{mark}= {visible_line(self.head.label, max(1, room - len(mark) - 2))}"
            return next((form for form in forms if cell_len(form) <= room), short)
        return mark + label

    def on_resize(self) -> None:
        self._draw()

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked(self.index))


def visible_line(label: str, room: int) -> str:
    """A label in at most `room` cells; a long one loses its middle, since it ends with what is varied."""
    whole = one_line(label, max(room, 4 * LEAST_WIDTH))
    if cell_len(whole) <= room:
        return whole
    tail = whole
    while cell_len(tail) > room // 2:
        tail = tail[1:]
    return f"{one_line(whole, max(1, room - cell_len(tail)))}{tail}"


def footer_in(footer: str, room: int, *, cut: bool) -> tuple[str, str]:
    """The figures that fit into `room` cells of the border, and the rest; with `cut` the rest is left out."""
    if cell_len(footer) <= room:
        return footer, ""
    for between, unit in ((" ", " tok"), (" ", " t")):
        short = footer.replace(" tok", unit).replace(_BETWEEN, between)
        if cell_len(short) <= room:
            return short, ""
    parts = footer.split(_BETWEEN)
    count = len(parts) - 1
    while count > 1 and cell_len(" ".join(parts[:count])) > room:
        count -= 1
    return one_line(" ".join(parts[:count]), room), "" if cut else _BETWEEN.join(parts[count:])


def _difference_words(marked: Marked | None, growing: bool) -> str:
    """How much an answer differs from the base; None is one that is too long to be compared."""
    if marked is None:
        return "too long to compare"
    if not marked.changes:
        return "the same so far" if growing else "= baseline"
    if not marked.added and not marked.removed:
        return "only spaces differ"
    return f"+{marked.added:,} -{marked.removed:,} words"
