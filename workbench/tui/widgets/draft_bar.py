"""The open drafts, a tab for each on one drawn line: number, name, and what goes on in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.message import Message
from textual.widget import Widget

from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.strip import Strip

    from workbench.tui.jumping import JumpSpot
    from workbench.tui.widgets.draft_tab import DraftTab, Mark

_MARKS: dict[Mark, str] = {"running": "▶", "answered": "✓", "failed": "✗"}
_CHANGED = "●"
_UNNAMED = "unnamed"
_NUMBERED = 9
"""Tabs with a number: alt and the number goes there."""
_NAME_MOST = 24
"""Cells of a name, where there is room for all of them."""
_NAME_LEAST = 10
"""Cells of a name before tabs are left out instead."""
_BEFORE, _AFTER, _NEW = "‹", "›", " + "


class Placed(NamedTuple):
    """A part of the line from cell `start` up to `end`: the tab of this number from 0 on, or None, a new one."""

    start: int
    end: int
    tab: int | None


class DraftBar(Widget):
    """One line. A click on a tab posts `Chosen`, with the middle button `Closed`; on + at the end, `Wanted`.

    Where not all tabs find room, the one in front is always among those that do, and ‹ › with how many are left out
    lead on.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"drafts--{name}" for name in ("plain", "tab", "front", "changed", "running", "answered", "failed", "more")
    }
    DEFAULT_CSS = """
    DraftBar {
        height: 1;
        background: $surface;
        &.-alone { display: none; }
        & > .drafts--tab { color: $text-muted; }
        & > .drafts--front { color: $text-accent; text-style: bold; }
        & > .drafts--changed { color: $text-warning; }
        & > .drafts--running { color: $text-accent; text-style: bold; }
        & > .drafts--answered { color: $text-success; }
        & > .drafts--failed { color: $text-error; text-style: bold; }
        & > .drafts--more { color: $text-muted; }
    }
    """

    class Chosen(Message):
        """A tab, counted from 0 on, was clicked."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    class Closed(Message):
        """A tab is to be closed."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    class Moved(Message):
        """A tab was dragged to the place of another one."""

        def __init__(self, tab: int, place: int) -> None:
            super().__init__()
            self.tab = tab
            self.place = place

    class Wanted(Message):
        """Another draft is wanted."""

    def __init__(self, tabs: Sequence[DraftTab] = (), front: int = 0, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs = tuple(tabs)
        self._front = front
        self._first = 0
        self._placed: list[Placed] = []
        self._pressed: int | None = None
        """The tab that the mouse holds."""

    @property
    def tabs(self) -> tuple[DraftTab, ...]:
        return self._tabs

    @property
    def front(self) -> int:
        """The index of the tab in front."""
        return self._front

    def show(self, tabs: Sequence[DraftTab], front: int) -> None:
        """Show these; the line is drawn again only when it says something else."""
        if (tuple(tabs), front) != (self._tabs, self._front):
            self._tabs, self._front = tuple(tabs), front
            self.refresh()

    def show_front(self, tab: DraftTab) -> None:
        """The tab in front says this now."""
        if self._tabs and self._tabs[self._front] != tab:
            self._tabs = (*self._tabs[: self._front], tab, *self._tabs[self._front + 1 :])
            self.refresh()

    def render_line(self, y: int) -> Strip:
        pieces, self._placed, self._first = bar_pieces(self._tabs, self._front, self._first, self.size.width)
        return strip_of(pieces, self.size.width, styles_of(self, "drafts"))

    def jump_spots(self) -> Iterator[JumpSpot]:
        """A letter on each tab that finds room."""
        from workbench.tui.jumping import JumpSpot

        left, y = self.region.offset
        for start, _, tab in self._placed:
            if tab is not None:
                yield JumpSpot(left + start, y, partial(self.post_message, self.Chosen(tab)))

    def _part_at(self, x: int) -> Placed | None:
        return next((part for part in self._placed if part.start <= x < part.end), None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        part = self._part_at(event.x)
        self._pressed = part.tab if part is not None and event.button == 1 else None

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """A tab that is let go over another one takes its place; the click that follows brings it to the front."""
        part, pressed = self._part_at(event.x), self._pressed
        self._pressed = None
        if part is not None and part.tab is not None and pressed is not None and part.tab != pressed:
            self.post_message(self.Moved(pressed, part.tab))

    def on_click(self, event: events.Click) -> None:
        part = self._part_at(event.x)
        if part is None:
            return
        event.stop()
        if part.tab is None:
            self.post_message(self.Wanted())
        elif event.button == 2:
            self.post_message(self.Closed(part.tab))
        else:
            self.post_message(self.Chosen(part.tab))


def bar_pieces(tabs: Sequence[DraftTab], front: int, first: int, width: int) -> tuple[list[Piece], list[Placed], int]:
    """The line for `width` cells, where its parts are, and the first tab in it; `first` was the first one before."""
    if not tabs:
        return [], [], 0
    shown, most = _window(tabs, front, first, width)
    before, after = shown.start, len(tabs) - shown.stop
    pieces: list[Piece] = []
    placed: list[Placed] = []
    at = 0

    def put(new: list[Piece], index: int | None) -> None:
        nonlocal at
        pieces.extend(new)
        placed.append(Placed(at, at + width_of(new), index))
        at = placed[-1].end

    if before:
        put([Piece(f"{_BEFORE}{before} ", "more")], before - 1)
    for index in shown:
        put(_tab_pieces(index, tabs[index], index == front, most), index)
    if after:
        put([Piece(f" {after}{_AFTER}", "more")], shown.stop)
    if at + len(_NEW) <= width:
        put([Piece(_NEW, "more")], None)
    return pieces, placed, shown.start


def _window(tabs: Sequence[DraftTab], front: int, first: int, width: int) -> tuple[range, int]:
    """Which tabs are shown, and how many cells of their names: names get shorter before tabs are left out."""
    for most in (_NAME_MOST, 18, 14, _NAME_LEAST):
        if sum(_tab_width(i, tab, most) for i, tab in enumerate(tabs)) + len(_NEW) <= width:
            return range(len(tabs)), most
    room = max(1, width - 2 * (2 + len(str(len(tabs)))))
    most = max(1, min(_NAME_LEAST, room - 8))
    start = min(first, front)
    while start < front and sum(_tab_width(i, tabs[i], most) for i in range(start, front + 1)) > room:
        start += 1
    stop, used = start, 0
    while stop < len(tabs) and (stop <= front or used + _tab_width(stop, tabs[stop], most) <= room):
        used += _tab_width(stop, tabs[stop], most)
        stop += 1
    while start > 0 and used + _tab_width(start - 1, tabs[start - 1], most) <= room:
        start -= 1
        used += _tab_width(start, tabs[start], most)
    return range(start, stop), most


def _tab_width(index: int, tab: DraftTab, most: int) -> int:
    return width_of(_tab_pieces(index, tab, True, most))


def _tab_pieces(index: int, tab: DraftTab, front: bool, most: int) -> list[Piece]:
    """`[2 summarise ●]` in front, ` 2 summarise ● ` behind: told apart by more than colour."""
    opening, closing = "[]" if front else "  "
    style = "front" if front else "tab"
    number = f"{index + 1} " if index < _NUMBERED else ""
    pieces = [Piece(f"{opening}{number}{one_line(tab.title or _UNNAMED, most)}", style)]
    if tab.changed:
        pieces.append(Piece(f" {_CHANGED}", "changed"))
    if tab.mark:
        pieces.append(Piece(f" {_MARKS[tab.mark]}", tab.mark))
    return [*pieces, Piece(closing, style)]
