"""The answer in one column: a `StreamView` that can also show the words in which it differs from another answer."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual.app import App
from textual.message import Message

from workbench.tui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

    from workbench.tui.layout.document import Document, Place
    from workbench.tui.layout.lines import Line
    from workbench.tui.layout.word_diff import Marked

_PERIOD = 0.5
"""Seconds between two comparisons of an answer that streams, at least."""
_SHORT = 20_000
"""Characters that are laid out in a few milliseconds."""
_REST = 4.0
"""After one that took c seconds the next of the same column waits this many times c."""
_SHARED_REST = 2.0
"""And the next of any column waits this many times c."""
_TURNS: WeakKeyDictionary[App[Any], asyncio.Lock] = WeakKeyDictionary()
"""Held by the column of an app that is being compared."""


class ColumnText(StreamView, can_focus=False):
    """Shows one answer. The keys are those of the columns around it: it never has the focus."""

    class Scrolled(Message):
        """A person scrolled the view: `row` is the first one that is seen."""

        def __init__(self, view: ColumnText, row: int) -> None:
            super().__init__()
            self.view = view
            self.row = row

        @property
        def control(self) -> ColumnText:
            return self.view

    class Clicked(Message):
        """The view was clicked."""

        def __init__(self, view: ColumnText) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> ColumnText:
            return self.view

    class Compared(Message):
        """What differs is shown; `marked` is None where the texts are too long, and the answer is shown as it is."""

        def __init__(self, view: ColumnText, marked: Marked | None) -> None:
            super().__init__()
            self.view = view
            self.marked = marked

        @property
        def control(self) -> ColumnText:
            return self.view

    def __init__(self) -> None:
        super().__init__()
        self._base: str | None = None
        self._marked: Marked | None = None
        self._spot: tuple[int, int, int] | None = None
        """The place that was jumped to: row, start and end."""
        self._version = 0
        """Counts what makes a comparison under way worthless."""
        self._comparing = False
        self._too_long = False
        self._next = 0.0
        self._timer: Timer | None = None

    @property
    def document(self) -> Document | None:
        return self._marked.document if self._marked is not None else super().document

    @property
    def marked(self) -> Marked | None:
        """What differs; None while nothing is compared."""
        return self._marked

    @property
    def too_long(self) -> bool:
        """True where the texts are too long to be compared."""
        return self._too_long

    @property
    def streaming(self) -> bool:
        """True while more is to come."""
        return not self._text.finished

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_answer(self, text: str, *, ended: bool) -> None:
        """Show an answer. One that goes on or ends with the text that stands here moves nothing."""
        source = self.source
        if ended and not self.streaming and text == source:
            return
        goes_on = text.startswith(source) and (self.streaming or not source)
        if not goes_on:
            self._forget_comparison()
        if ended and not (goes_on and source):
            self.set_text(text)
            self._flush_short()
            return
        if not goes_on:
            self.clear()
            source = ""
        self.append(text[len(source) :])
        if ended:
            self._next = 0.0
            self.finish()

    def compare_with(self, base: str | None) -> None:
        """Show the words in which the answer differs from `base`; None shows it as it is."""
        if base == self._base:
            return
        if base is None or self._base is None:
            self._forget_comparison()
            self._drop_selection()
            if not self.streaming:
                # With what is gone in it the text is longer: it is read from where it was, not from its end.
                self._set_following(False)
        self._base = base
        self._version += 1
        self._too_long = False
        self._forget_strips()
        self._ask()

    def _forget_comparison(self) -> None:
        self._marked, self._spot = None, None
        self._version += 1
        self._next = 0.0
        self._too_long = False

    # -- comparing ---------------------------------------------------------------------------------------------------

    def flush(self) -> bool:
        if self._base is None or self._too_long:
            return super().flush()
        if not self._dirty or self._hidden or self._comparing or self._text_width <= 0 or self.size.height <= 0:
            return False
        if (wait := self._next - monotonic()) > 0:
            if self._timer is None:
                self._timer = self.set_timer(wait, self._due, name="compare")
            return False
        self._dirty = False
        self._comparing = True
        self.run_worker(self._compare(self._base, self._text_width, self._version), group="compare")
        return False

    def _due(self) -> None:
        self._timer = None
        self._ask()

    async def _compare(self, base: str, width: int, version: int) -> None:
        """In a thread: a long answer takes half a second, and keys go on being answered. One column after the other,
        with a rest between: threads that compare all of them at once would leave the screen no time."""
        from workbench.tui.layout.word_diff import mark_differences

        try:
            async with _TURNS.setdefault(self.app, asyncio.Lock()):
                begun = monotonic()
                source, streaming = self.source, self.streaming
                marked = await asyncio.to_thread(mark_differences, base, source, width, streaming=streaming)
                took = monotonic() - begun
                self._comparing = False
                self._next = begun + took + max(_PERIOD, _REST * took) if self.streaming else 0.0
                if version != self._version:
                    self._ask()
                else:
                    self._show_marked(marked)
                    if self._dirty:
                        self._ask()
                if self.streaming:
                    await asyncio.sleep(_SHARED_REST * took)
        except BaseException:
            self._comparing = False
            raise

    def _show_marked(self, marked: Marked | None) -> None:
        self._marked, self._spot = marked, None
        self._too_long = marked is None
        self._forget_strips()
        if marked is None:
            self._ask()
        else:
            self._place_view(0)
        self.post_message(self.Compared(self, marked))

    # -- going to places -----------------------------------------------------------------------------------------------

    def show_change(self, index: int) -> None:
        """Go to one of the places that differ, and mark it."""
        if self._marked is not None and 0 <= index < len(self._marked.changes):
            change = self._marked.changes[index]
            self._show_spot(change.row, change.start, change.end)

    def show_place(self, place: Place, length: int) -> None:
        """Go to a place of the source, shown as written, and mark `length` code points of it."""
        self.flush()
        document = super().document
        if document is not None and len(document) and self._marked is None:
            row, start = document.find(place)
            self._show_spot(row, start, min(start + length, len(document.row(row).text)))

    def _show_spot(self, row: int, start: int, end: int) -> None:
        self._spot = (row, start, end)
        top, height = self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            # Not scrolled: the other columns stay where they are.
            self._set_top(min(max(0, row - height // 3), self.max_scroll_y))
            self._draw_bar()
        self._set_following(False)
        self._forget_strips()

    def matches_in(self, row: int, line: Line) -> tuple[tuple[int, int, bool], ...]:
        if self._spot is not None and self._spot[0] == row:
            return ((self._spot[1], self._spot[2], True),)
        return super().matches_in(row, line)

    # -- scrolling with others ---------------------------------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled(self, round(new_value)))

    def follow_leader(self, leader: ColumnText) -> None:
        """Show the rows that another view shows, or the end of the text where that one does."""
        if leader.following:
            self.follow_end()
            return
        self._set_following(False)
        row = min(leader.scroll_offset.y, self.max_scroll_y)
        if row != self.scroll_offset.y:
            self._set_top(row)
            self._draw_bar()
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        # StreamView's own handler runs too.
        self.post_message(self.Clicked(self))

    def on_resize(self) -> None:
        # The rows are others now. StreamView's own handler runs too.
        self._spot = None
        self._flush_short()

    def _flush_short(self) -> None:
        """Lay out a short answer at once: the flusher takes one column a turn, and all of them came by one key."""
        if not self.streaming and len(self.source) <= _SHORT:
            self.flush()
