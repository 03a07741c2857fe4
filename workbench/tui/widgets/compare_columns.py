"""The columns of a comparison and their keys: repeats, baseline, differences, scrolling together.

They know dots and texts, and nothing of a grid or a service: what is chosen goes up as messages.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.binding import Binding
from textual.message import Message

from workbench.tui.commands import bindings
from workbench.tui.widgets.column_bands import ColumnBand
from workbench.tui.widgets.column_frame import difference_words
from workbench.tui.widgets.column_row import ColumnRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.binding import BindingType

    from workbench.tui.compare_state import ColumnHead
    from workbench.tui.jumping import JumpSpot
    from workbench.tui.widgets.column_text import ColumnText

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


class CompareColumns(ColumnRow, can_focus=True):
    """Columns side by side. Its keys are the commands of the scope "columns"."""

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._change = -1
        """The difference of the current column that was gone to."""
        self._going: int | None = None
        """The column whose first difference is to be gone to when it is known."""
        self.linked = True
        """Whether the columns scroll together."""
        self._blind = False

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

    def _begin(self, columns: tuple[ColumnHead, ...]) -> None:
        self._going, self._change = None, -1
        super()._begin(columns)

    def _go_to(self, column: int) -> None:
        if column != self._current:
            self._change = -1
        super()._go_to(column)

    # -- differences -------------------------------------------------------------------------------------------------

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

    # -- the mouse, and letters ----------------------------------------------------------------------------------------

    def jump_spots(self) -> Iterator[JumpSpot]:
        """A letter on the head of each column that is seen."""
        from workbench.tui.jumping import JumpSpot

        x, y = self.region.offset
        for place in range(len(self._seen())):
            yield JumpSpot(x, y, partial(self._jump_to, self._first + place))
            x += self._width(place)

    def _jump_to(self, column: int) -> None:
        self._go_to(column)
        self.focus()

    def on_click(self, event: events.Click) -> None:
        """A click into an answer: the keys are for its column."""
        for column, slot in enumerate(self._slots):
            if slot.pane is not None and event.widget is slot.pane:
                self._go_to(column)

    @on(ColumnBand.Pressed)
    def _band_pressed(self, event: ColumnBand.Pressed) -> None:
        event.stop()
        self._go_to(self._first + event.place)
        if event.repeat is not None:
            self._choose_repeat(self._current, event.repeat)
