"""The pane that answers stream into: a line-API widget whose cost per token does not depend on what came before.

Keys, with the focus on it: arrows, page and home/end scroll; end follows the stream again; for selecting see
stream_rows.py. A double click selects a word, a triple one a line.
"""

from __future__ import annotations

from time import monotonic

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.widget import Widget

from workbench.tui.flush import Flusher
from workbench.tui.layout.document import Document, Kind
from workbench.tui.layout.find import Finder
from workbench.tui.layout.lines import Line
from workbench.tui.layout.stream_text import StreamText
from workbench.tui.widgets.stream_caret import whole_line_at, word_at
from workbench.tui.widgets.stream_rows import RowsView

_BAR_PERIOD = 1.0
"""Seconds between two drawings of the scrollbar while text streams."""


class StreamView(RowsView):
    """Shows growing text. `kind` is "markdown", "plain" or "json"; with `follow` it sticks to the end of the text."""

    class LinkClicked(Message):
        """A web link was clicked; nothing is opened by itself. `url` is exactly what the text says."""

        def __init__(self, view: StreamView, url: str) -> None:
            super().__init__()
            self.view = view
            self.url = url

        @property
        def control(self) -> StreamView:
            return self.view

    class FollowChanged(Message):
        """The view began or stopped to stick to the end."""

        def __init__(self, view: StreamView, following: bool) -> None:
            super().__init__()
            self.view = view
            self.following = following

        @property
        def control(self) -> StreamView:
            return self.view

    def __init__(
        self,
        text: str = "",
        *,
        kind: Kind = "markdown",
        follow: bool = True,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._text = StreamText(text, kind)
        self._follow = follow
        self._following = follow
        self._dirty = bool(text)
        self._hidden = False
        self._finder: Finder | None = None
        self._match = 0
        self._bar_drawn = 0.0
        self._rows_asked_for = 0
        """Of a view that is as high as its text: more than it has got are not asked for again."""
        self._flusher: Flusher | None = None

    @property
    def document(self) -> Document | None:
        return self._text.document

    # What a caller does

    def append(self, text: str) -> None:
        """More text; it is drawn by the next flush."""
        if text:
            self._text.append(text)
            self._ask()

    def set_text(self, text: str) -> None:
        """Show another text, whole. What was read stays in place where the new text has that line too."""
        if self._text.finished and text == self._text.source:
            return
        self._text.replace(text)
        self._set_following(False)
        self._ask()

    def clear(self) -> None:
        """Forget the text and begin to follow again."""
        self._text.clear()
        self._finder = None
        self._drop_selection()
        self._set_following(True)
        self._forget_strips()
        self._place_view(0)

    def finish(self) -> None:
        """No more text to come: the last layout, now and not at the next turn of the clock."""
        self._text.finished = True
        self._ask()
        self.flush()

    @property
    def source(self) -> str:
        """The whole text, as it was received."""
        return self._text.source

    @property
    def markdown(self) -> bool:
        """True when the text is laid out as Markdown, False when it is shown as written."""
        return self._text.kind == "markdown"

    @markdown.setter
    def markdown(self, value: bool) -> None:
        self.kind = "markdown" if value else "plain"

    @property
    def kind(self) -> Kind:
        """How the text is read; setting it lays the text out again and keeps the place."""
        return self._text.kind

    @kind.setter
    def kind(self, value: Kind) -> None:
        if value != self._text.kind:
            self._text.kind = value
            self._ask()

    @property
    def following(self) -> bool:
        """True while the view sticks to the end."""
        return self._following

    def follow_end(self) -> None:
        """Go to the end and stick to it."""
        self._set_following(True)
        self._place_view(0)

    def find(self, needle: str, direction: int = 1) -> tuple[int, int]:
        """Go to the next match (direction 1), the one before (-1) or stay (0); returns (its number from 1, how many).

        Literal, any case, composed and decomposed letters alike. A new needle starts at what is seen; an empty one
        takes the marks away and returns (0, 0).
        """
        fresh = self._finder is None or self._finder.needle != needle
        total = self.mark(needle)
        if not total:
            return 0, 0
        new = fresh or self._match < 0
        self.show_match(self.nearest_match(direction) if new else (self._match + direction) % total)
        return self._match + 1, total

    def mark(self, needle: str) -> int:
        """Mark all matches, none of them as the current one, and go nowhere; how many there are."""
        self.flush()
        document = self.document
        if not needle or document is None:
            self.clear_find()
            return 0
        if self._finder is None or self._finder.needle != needle:
            self._finder = Finder(needle)
            self._match = -1
        self._finder.update(document)
        self._forget_strips()
        return len(self._finder.matches)

    def nearest_match(self, direction: int) -> int:
        """The index of the first match from what is seen on, or (-1) of the last one before its end."""
        assert self._finder is not None
        return self._finder.nearest(self.scroll_offset.y + (self.size.height if direction < 0 else 0), direction)

    def show_match(self, index: int) -> None:
        """Make this match the current one and bring it into view; -1: none is."""
        assert self._finder is not None
        self._match = index
        self._forget_strips()
        if index >= 0:
            self._show_row(self._finder.matches[index].start[0])

    def clear_find(self) -> None:
        """Take the marks of the search away."""
        self._finder = None
        self._forget_strips()

    # Laying out

    def flush(self) -> bool:
        """Lay out and draw what has arrived; True when something was drawn. The flusher calls it."""
        width, height = self._text_width, self.size.height
        if not self._dirty or self._hidden or width <= 0 or (height <= 0 and not self._fits_text):
            return False
        self._dirty = False
        changed, replaced, more = self._text.lay(width)
        if more:
            self._ask()
        document = self.document
        if document is None:
            return False
        if replaced is not None:
            self._keep_place(replaced, document)
        if self._finder is not None:
            self._finder.update(document)
            self._match = min(self._match, len(self._finder.matches) - 1)
        self._place_view(changed)
        return True

    def _keep_place(self, old: Document, new: Document) -> None:
        """What is read, and what is selected, stays where it is in another layout of the text."""
        self._lines.clear()
        selection = self.text_selection
        if selection is not None and selection.start is not None and selection.end is not None and len(old):
            start = new.find(old.place(selection.start.y, selection.start.x))
            end = new.find(old.place(selection.end.y, selection.end.x))
            self._set_selection(start, end)
        top = self.scroll_offset.y
        if top and not self._following:
            self._set_top(new.find(old.place(top))[0])

    def _ask(self) -> None:
        self._dirty = True
        if self._flusher is not None and not self._hidden:
            self._flusher.request(self)

    def _place_view(self, changed: int) -> None:
        """Bring size, scroll position and scrollbar in line with the document, and repaint from row `changed` on."""
        width, height = self._text_width, self.size.height
        count = len(self.document) if self.document is not None else 0
        before = self.scroll_offset.y
        most = max(0, count - height)
        self._set_rows(width, count)
        top = most if self._following else min(before, most)
        if top != before:
            self._set_top(top)
        if not self._following or self._text.finished or self._bar_is_old(count > height):
            self._draw_bar()
        if top != before:
            self.refresh()
        else:
            first = max(0, changed - top)
            self.refresh(Region(0, first, width, max(1, height - first)))

    def _set_rows(self, width: int, count: int) -> None:
        size, height = Size(width, count), self.size.height
        if self._fits_text and (count < height or count > height >= self._rows_asked_for):
            self._rows_asked_for = count
            self.virtual_size = size
        else:
            # Assigning virtual_size lays out the whole screen, at every flush of every pane.
            self.set_reactive(Widget.virtual_size, size)

    @property
    def _fits_text(self) -> bool:
        """Whether the view is as high as its text, up to a limit."""
        height = self.styles.height
        return height is not None and height.is_auto

    def _set_top(self, row: int) -> None:
        self.set_reactive(Widget.scroll_y, float(row))
        self.set_reactive(Widget.scroll_target_y, float(row))

    def _bar_is_old(self, scrolls: bool) -> bool:
        return self.vertical_scrollbar.scrolls != scrolls or monotonic() - self._bar_drawn >= _BAR_PERIOD

    def _draw_bar(self) -> None:
        self._bar_drawn = monotonic()
        bar = self.vertical_scrollbar
        bar.window_virtual_size = self.virtual_size.height
        bar.window_size = self.size.height
        bar.position = self.scroll_offset.y

    # Following

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._set_following(new_value >= self.max_scroll_y)

    def action_scroll_end(self) -> None:
        self.follow_end()

    def _set_following(self, following: bool) -> None:
        following = following and self._follow
        if following != self._following:
            self._following = following
            self.post_message(self.FollowChanged(self, following))

    def _show_row(self, row: int) -> None:
        """Scroll so that a row is seen, with a little of what is around it."""
        top, height = self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self.scroll_to(y=max(0, row - height // 3), animate=False, force=True)
        self._set_following(False)
        self.refresh()

    def matches_in(self, row: int, line: Line) -> tuple[tuple[int, int, bool], ...]:
        if self._finder is None:
            return ()
        return tuple([(start, end, index == self._match) for start, end, index in self._finder.in_row(row, line)])

    def selection_updated(self, selection: Selection | None) -> None:
        super().selection_updated(selection)
        # What is being selected must not run away.
        self._set_following(selection is None and self.scroll_offset.y >= self.max_scroll_y)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """A link, a word (double) or a line (triple)."""
        event.prevent_default()
        spot = self._spot_of(event)
        document = self.document
        if spot is None or document is None:
            return
        if event.chain == 1:
            url = next((s.url for s in document.spans(document.row(spot[0])) if s.start <= spot[1] < s.end), "")
            if url and not self.selected_text():
                event.stop()
                self.post_message(self.LinkClicked(self, url))
        else:
            start, end = word_at(document, spot) if event.chain == 2 else whole_line_at(document, spot[0])
            self._set_selection(start, end)

    # Coming and going

    def on_mount(self) -> None:
        self._flusher = Flusher.of(self.app)
        if self._dirty:
            self._ask()

    def on_unmount(self) -> None:
        if self._flusher is not None:
            self._flusher.forget(self)

    def on_resize(self) -> None:
        if self.size.width:
            self._ask()

    def on_show(self) -> None:
        self._hidden = False
        if self._dirty:
            self._ask()

    def on_hide(self) -> None:
        self._hidden = True
