"""A list to choose from, drawn line by line: any number of rows cost what the visible ones do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, fitted, padded, shortened, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip


_MOST_LABEL = 48
_LEAST_DETAIL = 12
"""Cells beside the label below which the detail is left out."""
_FAIR_DETAIL = 20
"""Cells that one long label leaves the details of all rows, where there is room for both."""
_ROOM_FOR_BOTH = 50
_LEAST_BESIDE_NOTE = 16
"""Cells for the label below which the note is left out."""


class Choice(NamedTuple):
    """One row: `id` is what choosing it gives; the rest is shown.

    `mark` is one cell before the label; a list in which some rows have one gives every row `" "` or a sign.
    `note` is a word or two at the right end.
    """

    id: str
    label: str
    detail: str = ""
    mark: str = ""
    note: str = ""


class PickList(ScrollView, can_focus=False):
    """Shows the choices and which one is highlighted; its screen moves the highlight and decides what choosing does."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"pick--plain", "pick--cursor", "pick--detail", "pick--mark", "pick--row"}
    DEFAULT_CSS = """
    PickList {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .pick--cursor { color: $text-accent; text-style: bold; }
        & > .pick--detail { color: $text-muted; }
        & > .pick--mark { color: $text-warning; }
        & > .pick--row { background: $boost; text-style: bold; }
    }
    """

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(
        self, choices: Sequence[Choice] = (), *, highlighted: int | None = None, numbered: bool = False
    ) -> None:
        super().__init__()
        self._numbered = numbered
        self._choices: tuple[Choice, ...] = ()
        self._highlighted: int | None = None
        self._label_width = 0
        self._fixed_width: int | None = None
        self.set_choices(choices, highlighted)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    @property
    def highlighted(self) -> Choice | None:
        return None if self._highlighted is None else self._choices[self._highlighted]

    def set_choices(
        self, choices: Sequence[Choice], highlighted: int | None = None, *, label_width: int | None = None
    ) -> None:
        """Show these rows in place of the ones before. With `label_width` the details begin that many cells and two
        after the labels' left end, as columns of a table do."""
        self._choices = tuple(choices)
        self._fixed_width = label_width
        self._highlighted = highlighted if highlighted is not None and highlighted < len(self._choices) else None
        self._label_width = max((_label_width(choice.label) for choice in self._choices), default=0)
        self.virtual_size = Size(0, len(self._choices))
        self.refresh()
        self._bring_into_view()

    def move(self, delta: int, *, leave: bool = False) -> None:
        """Move the highlight; with `leave`, above the first row there is no highlight at all."""
        if not self._choices:
            return
        now = self._highlighted
        if now is None:
            to: int | None = 0 if delta > 0 else None
        elif now + delta < 0 and leave:
            to = None
        else:
            to = min(len(self._choices) - 1, max(0, now + delta))
        self._highlighted = to
        self.refresh()
        self._bring_into_view()

    def highlight(self, index: int) -> None:
        """Highlight the row with this number; IndexError where there is none."""
        self._highlighted = range(len(self._choices))[index]
        self.refresh()
        self._bring_into_view()

    def _bring_into_view(self) -> None:
        height = self.size.height
        if self._highlighted is None:
            self.scroll_to(y=0, animate=False)
        elif height and not self.scroll_offset.y <= self._highlighted < self.scroll_offset.y + height:
            above = self._highlighted < self.scroll_offset.y
            self.scroll_to(y=self._highlighted if above else self._highlighted - height + 1, animate=False)

    def on_resize(self) -> None:
        self._bring_into_view()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = y + self.scroll_offset.y
        if line >= len(self._choices):
            return strip_of([], width, styles_of(self, "pick"))
        here = line == self._highlighted
        return strip_of(self._pieces(line, here, width), width, self._row_style if here else styles_of(self, "pick"))

    def _pieces(self, line: int, here: bool, width: int) -> list[Piece]:
        choice = self._choices[line]
        number = f"{line + 1} " if self._numbered and line < 9 else ""
        lead = [Piece("› " if here else "  ", "cursor"), Piece(number, "detail")]
        if choice.mark:
            lead.append(Piece(f"{choice.mark} ", "mark"))
        room = width - width_of(lead)
        note = shortened(choice.note, room, "detail")
        beside = room - width_of([note]) - 2
        if not choice.note or beside < _LEAST_BESIDE_NOTE:
            return [*lead, *self._words(choice, room)]
        return [*padded([*lead, *self._words(choice, beside)], width - width_of([note]) - 1), note]

    def _words(self, choice: Choice, room: int) -> list[Piece]:
        label = min(self._label_width, room if room < _ROOM_FOR_BOTH else room - _FAIR_DETAIL - 2)
        if self._fixed_width is not None:
            label = min(self._fixed_width, room)
        if not choice.detail or room - label < _LEAST_DETAIL:
            return [shortened(choice.label, room)]
        return [fitted(choice.label, label), Piece("  "), shortened(choice.detail, room - label - 2, "detail")]

    def _row_style(self, name: str) -> Style:
        row = self.get_component_rich_style("pick--row")
        return styles_of(self, "pick")(name) + Style(bgcolor=row.bgcolor) if name else row

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        line = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= line < len(self._choices):
            event.stop()
            self._highlighted = line
            self.refresh()
            self.post_message(self.Picked(self._choices[line]))


@lru_cache(8192)
def _label_width(label: str) -> int:
    """Cells of a label. Kept: a list of thousands is shown again, filtered, at every key."""
    return cell_len(one_line(label, _MOST_LABEL))
