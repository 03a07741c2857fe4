"""Answers side by side: as many columns as fit, the others a key away; their keys, their places and their differences.

It knows columns, dots and texts, and nothing of a grid or a service: what is chosen goes up as messages. A column's
widgets are made when it first comes into view, so that a comparison of a thousand columns opens as one of four does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message

from workbench.tui.commands import bindings
from workbench.tui.widgets.column_bands import ColumnBand, ColumnFeet, ColumnHeads
from workbench.tui.widgets.column_frame import GROWING, Framed, difference_words
from workbench.tui.widgets.column_text import ColumnText

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from workbench.tui.compare_state import CellView, ColumnHead

LEAST_WIDTH = 24
"""Cells of a column, its frame included."""
Kind = Literal["info", "success", "warning", "error"]
_NOT_BLIND = (
    "repeat",
    "repeats_by",
    "repeat_by",
    "diff",
    "baseline",
    "first_difference",
    "difference",
    "scroll_by_page",
)
"""What would tell whose an answer is, or takes a key that a judge needs."""


class _Slot:
    """A column: what stands in it, also while it is not in view."""

    __slots__ = ("base", "come", "difference", "footer", "head", "note", "pane", "state")

    def __init__(self, head: ColumnHead) -> None:
        self.head = head
        self.state = "waiting"
        self.footer = head.footer
        self.note = self.difference = ""
        self.base: str | None = None
        """What the answer is compared with."""
        self.come: list[str] = []
        """The answer, while there is no pane that has it."""
        self.pane: ColumnText | None = None

    @property
    def text(self) -> str:
        """The whole answer so far."""
        return self.pane.source if self.pane is not None else "".join(self.come)

    def show(self, view: CellView) -> None:
        """Another answer, or what became of the one that stands here."""
        self.state, self.footer, self.note, self.base = view.state, view.footer, view.error, view.diff_base
        if self.pane is not None:
            self.pane.show_answer(view.text, ended=view.state not in GROWING)
        else:
            self.come = [view.text]

    def make_pane(self) -> ColumnText:
        """The pane of a column that comes into view for the first time."""
        self.pane = ColumnText()
        self.pane.show_answer("".join(self.come), ended=self.state not in GROWING)
        self.come = []
        return self.pane


class CompareColumns(Horizontal, can_focus=True):
    """Columns side by side. Its keys are the commands of the scope "columns"."""

    class CurrentChanged(Message):
        """The keys are for another column now."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    class RepeatChosen(Message):
        """A column is to show another repeat, counted from 0."""

        def __init__(self, column: int, repeat: int) -> None:
            super().__init__()
            self.column = column
            self.repeat = repeat

    class BaselineChosen(Message):
        """The others are to be compared with this column."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    class CaseStep(Message):
        """Another case is to be shown: `step` is 1 for the next, -1 for the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class CopyWanted(Message):
        """A text is to be copied; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class Told(Message):
        """Something to say to the person, in one line."""

        def __init__(self, text: str, kind: Kind = "info") -> None:
            super().__init__()
            self.text = text
            self.kind = kind

    class WentToDifference(Message):
        """A place where a column parts from its base was brought into view: the change of this number, from 0."""

        def __init__(self, column: int, number: int) -> None:
            super().__init__()
            self.column = column
            self.number = number

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("columns"),
        *(Binding(str(number), f"repeat({number})", f"Repeat {number}", show=False) for number in range(1, 10)),
        *(
            Binding(key, f"select('{step}')", title, show=False)
            for key, step, title in (
                ("shift+left", "left", "Select left"),
                ("shift+right", "right", "Select right"),
                ("shift+up", "up", "Select up"),
                ("shift+down", "down", "Select down"),
                ("shift+home", "home", "Select to the start of the row"),
                ("shift+end", "end", "Select to the end of the row"),
            )
        ),
    ]
    DEFAULT_CSS = """
    CompareColumns {
        height: 1fr;
        ColumnText {
            height: 1fr;
            padding: 0 0 0 1;
            border-left: round $foreground 25%;
            border-right: round $foreground 25%;
            &.-current { border-left: round $accent; border-right: round $accent; }
            &.-away { display: none; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heads = ColumnHeads()
        self._feet = ColumnFeet()
        self._slots: list[_Slot] = []
        self._current = 0
        self._first = 0
        """The column that stands leftmost."""
        self._case_words, self._cases = "", 1
        self._zoomed = False
        self._diff = False
        self._markdown = True
        self._change = -1
        """The difference of the current column that was gone to."""
        self._going: int | None = None
        """The column whose first difference is to be gone to when it is known."""
        self.linked = True
        """Whether the columns scroll together."""
        self._blind = False

    def compose(self) -> ComposeResult:
        yield self._heads
        yield self._feet

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

    @property
    def blind(self) -> bool:
        """While answers are judged blind, differences are not shown and the judge's keys do nothing here."""
        return self._blind

    @blind.setter
    def blind(self, blind: bool) -> None:
        self._blind = blind
        if blind and self._diff:
            self._set_diff(False)
        self.refresh_bindings()

    @property
    def comparing(self) -> bool:
        """Whether the columns show what differs from the baseline."""
        return self._diff

    # -- which columns are seen --------------------------------------------------------------------------------------

    def _begin(self, columns: tuple[ColumnHead, ...]) -> None:
        for slot in self._slots:
            if slot.pane is not None:
                slot.pane.remove()
        self._slots = [_Slot(head) for head in columns]
        self._current = self._first = 0
        self._going, self._change = None, -1
        self._place()

    @property
    def _fit(self) -> int:
        """How many columns stand side by side."""
        if self._zoomed or not self._slots:
            return 1
        return max(1, min(len(self._slots), self.size.width // LEAST_WIDTH))

    def _place(self) -> None:
        """Bring the columns in view that belong there, the current one among them."""
        if not self.is_attached or not self.size.width:
            return
        fit = self._fit
        most = max(0, len(self._slots) - fit)
        self._first = min(max(self._first, self._current - fit + 1, 0), self._current, most)
        for index, slot in enumerate(self._slots):
            place = index - self._first
            if slot.pane is None and 0 <= place < fit:
                self._make(index, slot)
            if slot.pane is not None:
                slot.pane.set_class(not 0 <= place < fit, "-away")
                slot.pane.set_class(index == self._current, "-current")
                if 0 <= place < fit:
                    slot.pane.styles.width = self._width(place)
        self._draw_bands()

    def _width(self, place: int) -> int:
        """Cells of the column at this place among those that are seen: together they take all there are."""
        whole, fit = self.size.width, self._fit
        return whole * (place + 1) // fit - whole * place // fit

    def _make(self, index: int, slot: _Slot) -> None:
        pane = slot.make_pane()
        pane.kind = self._kind
        self.mount(pane, before=next((each.pane for each in self._slots[index + 1 :] if each.pane is not None), None))
        self._compare(slot)

    def _seen(self) -> list[_Slot]:
        return self._slots[self._first : self._first + self._fit] if self._slots else []

    def _draw_bands(self) -> None:
        if not self.is_attached or not self.size.width:
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
            )
            for place, slot in enumerate(self._seen())
        )
        self._heads.show(framed)
        self._heads.show_where(self._where_words())
        self._feet.show(framed)

    def _where_words(self) -> str:
        """The case that is shown and, where not all fit, which columns are."""
        count, fit = len(self._slots), self._fit
        parts = [self._case_words] if self._case_words else []
        if self._zoomed and count > 1:
            parts.insert(0, f"column {self._current + 1} of {count}, z shows the others")
        elif fit < count:
            parts.insert(0, f"columns {self._first + 1} to {self._first + fit} of {count}")
        return " · ".join(parts)

    def on_resize(self) -> None:
        self._place()

    def _go_to(self, column: int) -> None:
        column = min(max(0, column), len(self._slots) - 1)
        if column < 0 or column == self._current:
            return
        self._current, self._change = column, -1
        self._place()
        self.post_message(self.CurrentChanged(column))

    # -- differences -------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> Literal["markdown", "plain"]:
        return "markdown" if self._markdown and not self._diff else "plain"

    def _compare(self, slot: _Slot) -> None:
        """Let a column show the answer as it is, or what differs from its base."""
        base = slot.base if self._diff else None
        if base is None:
            slot.difference = ""
        if slot.pane is not None:
            slot.pane.kind = self._kind
            slot.pane.compare_with(base)

    def _set_diff(self, wanted: bool) -> None:
        self._diff, self._change = wanted, -1
        for slot in self._slots:
            self._compare(slot)
        self._draw_bands()

    def on_column_text_compared(self, event: ColumnText.Compared) -> None:
        event.stop()
        for index, slot in enumerate(self._slots):
            if slot.pane is event.view and self._diff and slot.base is not None:
                slot.difference = difference_words(event.marked, slot.state)
                self._draw_bands()
                if self._going == index:
                    self._go_to_difference(index, 0)

    def _go_to_difference(self, column: int, number: int) -> None:
        """Bring a difference into view, here and in the baseline where that shows the text compared with."""
        self._going = None
        slot = self._slots[column]
        marked = slot.pane.marked if slot.pane is not None else None
        if slot.pane is None or marked is None:
            self.post_message(self.Told("these two are too long to be compared word by word"))
            return
        if not marked.changes:
            self.post_message(self.Told("no difference: the same as the baseline, word for word"))
            return
        self._change = number % len(marked.changes)
        change = marked.changes[self._change]
        slot.pane.show_change(self._change)
        for other in self._seen():
            if other is slot or other.pane is None:
                continue
            if other.head.baseline and other.text == slot.base:
                other.pane.show_place(change.base, change.base_length)
            elif self.linked:
                other.pane.follow_leader(slot.pane)
        self.post_message(self.WentToDifference(column, self._change))

    def action_diff(self) -> None:
        """Show what differs from the baseline by words, or the answers as they are."""
        self._going = None
        self._set_diff(not self._diff)
        if self._diff and all(slot.base is None for slot in self._slots):
            self.post_message(self.Told("the differences are shown when the baseline's answer is there"))

    def action_baseline(self) -> None:
        """Compare the others with the current column."""
        if self._slots:
            self.post_message(self.BaselineChosen(self._current))

    def action_first_difference(self) -> None:
        """Go to the first word where the current column parts from the baseline."""
        self._go_by(None)

    def action_difference(self, step: int) -> None:
        """Go to the next difference, or to the one before."""
        self._go_by(step)

    def _go_by(self, step: int | None) -> None:
        slot = self._slots[self._current] if self._slots else None
        if slot is None or slot.pane is None:
            return
        if slot.base is None:
            words = "this is the baseline: go to another column" if slot.head.baseline else "no baseline answer yet"
            self.post_message(self.Told(words))
            return
        if not self._diff:
            self._set_diff(True)
        if slot.pane.marked is None and not slot.pane.too_long:
            self._going = self._current
        else:
            self._go_to_difference(self._current, 0 if step is None or self._change < 0 else self._change + step)

    # -- moving --------------------------------------------------------------------------------------------------------

    def action_column(self, step: int) -> None:
        """The column beside the current one."""
        self._go_to(self._current + step)

    def action_zoom(self) -> None:
        """The current column over the whole width, and back."""
        self._zoomed = not self._zoomed
        self._place()

    def action_repeat(self, number: int) -> None:
        """Show the repeat of this number, from 1."""
        self._choose_repeat(self._current, number - 1)

    def action_repeat_by(self, step: int) -> None:
        """The next repeat, or the one before."""
        if self._slots:
            self._choose_repeat(self._current, self._slots[self._current].head.shown + step)

    def action_repeats_by(self, step: int) -> None:
        """The next repeat in all columns, counted from the current one's."""
        if self._slots:
            wanted = self._slots[self._current].head.shown + step
            for column in range(len(self._slots)):
                self._choose_repeat(column, wanted)

    def _choose_repeat(self, column: int, repeat: int) -> None:
        if column < len(self._slots) and 0 <= repeat < len(self._slots[column].head.dots):
            self.post_message(self.RepeatChosen(column, repeat))

    def action_page(self, step: int) -> None:
        """The next case, or the one before; without cases, a page of the answer."""
        if self._cases > 1:
            self.post_message(self.CaseStep(step))
        else:
            self.action_scroll_by_page(step)

    # -- scrolling -----------------------------------------------------------------------------------------------------

    def _pane(self) -> ColumnText | None:
        return self._slots[self._current].pane if self._slots else None

    def action_scroll_by(self, rows: int) -> None:
        """Scroll the answers by rows."""
        if (pane := self._pane()) is not None:
            pane.scroll_to(y=pane.scroll_offset.y + rows, animate=False, immediate=True)

    def action_scroll_by_page(self, pages: int) -> None:
        """Scroll the answers by pages."""
        if (pane := self._pane()) is not None:
            self.action_scroll_by(pages * max(1, pane.size.height - 1))

    def action_scroll_to(self, end: bool) -> None:
        """Scroll to the beginning, or to the end and follow what comes."""
        pane = self._pane()
        if pane is None:
            return
        if not end:
            pane.scroll_to(y=0, animate=False, immediate=True)
            return
        for each in [slot.pane for slot in self._seen()] if self.linked else [pane]:
            if each is not None:
                each.follow_end()

    def on_column_text_scrolled(self, event: ColumnText.Scrolled) -> None:
        event.stop()
        for slot in self._seen() if self.linked else []:
            if slot.pane is not None and slot.pane is not event.view:
                slot.pane.follow_leader(event.view)

    def action_link(self) -> None:
        """Let the columns scroll together, or each alone."""
        self.linked = not self.linked
        self.post_message(self.Told(f"the columns scroll {'together' if self.linked else 'each alone'}"))

    # -- other keys ----------------------------------------------------------------------------------------------------

    def action_select(self, step: str) -> None:
        """Select in the current answer."""
        if (pane := self._pane()) is not None:
            pane.action_select(step)

    def action_markdown(self) -> None:
        """Show the answers laid out, or as the models wrote them."""
        self._markdown = not self._markdown
        for slot in self._slots:
            if slot.pane is not None:
                slot.pane.kind = self._kind

    def action_copy_answer(self) -> None:
        """Copy what is selected, or else the whole answer."""
        pane = self._pane()
        if pane is None:
            return
        selected = pane.selected_text()
        what = "the selection" if selected else f"the answer of {self._slots[self._current].head.label}"
        self.post_message(self.CopyWanted(selected or pane.source, what))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (self._blind and action in _NOT_BLIND)

    # -- the mouse -----------------------------------------------------------------------------------------------------

    def on_column_text_clicked(self, event: ColumnText.Clicked) -> None:
        event.stop()
        for index, slot in enumerate(self._slots):
            if slot.pane is event.view:
                self._go_to(index)

    @on(ColumnBand.Pressed)
    def _band_pressed(self, event: ColumnBand.Pressed) -> None:
        event.stop()
        self._go_to(self._first + event.place)
        if event.repeat is not None:
            self._choose_repeat(self._current, event.repeat)
