"""The persona and the format that a prompt names, on a row each above its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.commands import bindings
from workbench.tui.widgets.drawing import Piece, padded, shortened, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Size

Part = Literal["persona", "format"]

_LABEL = len("persona ")
_LEAST_WORDS = 8
"""Cells beside the name below which its first words are left out."""


class PartRow(NamedTuple):
    """One part. `words` are the first of its text; `wrong` is why it can't be used, in one line, or "".

    `tokens` is what it adds to the request; None where that is not known, and not `exact` where it is estimated.
    """

    part: Part
    name: str
    words: str = ""
    tokens: int | None = None
    wrong: str = ""
    exact: bool = True


class PartsPanel(Widget, can_focus=True):
    """Shows the parts, posts what is wanted of them and keeps nothing itself. Without a row it takes no room."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings("parts")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"part--{name}" for name in ("plain", "label", "name", "dim", "warning", "cursor", "row")
    }
    DEFAULT_CSS = """
    PartsPanel {
        display: none;
        height: auto;
        padding: 0 1;
        &.-some { display: block; }
        & > .part--label { color: $text-muted; }
        & > .part--name { color: $foreground; text-style: bold; }
        & > .part--dim { color: $text-muted; }
        & > .part--warning { color: $text-warning; }
        & > .part--cursor { color: $accent; text-style: bold; }
        & > .part--row { background: $boost; }
    }
    """

    class Wanted(Message):
        """Another of this part is to be chosen."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    class TakeOff(Message):
        """The prompt is to name none of this part any more."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: tuple[PartRow, ...] = ()
        self._selected = 0

    def show(self, rows: tuple[PartRow, ...]) -> None:
        """Show these rows; the selected part stays selected."""
        if rows == self._rows:
            return
        before = self.selected
        resized = len(rows) != len(self._rows)
        self._rows = rows
        parts = [row.part for row in rows]
        self._selected = parts.index(before.part) if before is not None and before.part in parts else 0
        if not rows and self.has_focus:
            self.screen.focus_next()  # a hidden widget would leave the keys to nobody
        self.set_class(bool(rows), "-some")
        self.refresh(layout=resized)

    @property
    def rows(self) -> tuple[PartRow, ...]:
        return self._rows

    @property
    def selected(self) -> PartRow | None:
        """The selected row; None where there is none."""
        return self._rows[self._selected] if self._rows else None

    # -- actions and mouse -------------------------------------------------------------------------------------

    def action_select(self, delta: int) -> None:
        self._selected = max(0, min(len(self._rows) - 1, self._selected + delta))
        self.refresh()

    def action_choose(self) -> None:
        if self.selected is not None:
            self.post_message(self.Wanted(self.selected.part))

    def action_take_off(self) -> None:
        if self.selected is not None:
            self.post_message(self.TakeOff(self.selected.part))

    def on_click(self, event: events.Click) -> None:
        """Choose another for the row that was clicked."""
        offset = event.get_content_offset(self)
        if event.button == 1 and offset is not None and offset.y < len(self._rows):
            event.stop()
            self._selected = offset.y
            self.refresh()
            self.action_choose()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # -- drawing -----------------------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row for each part."""
        return len(self._rows)

    def render_line(self, y: int) -> Strip:
        # Its own padding is drawn by Textual around the content.
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        here = self.has_focus and y == self._selected
        return strip_of(
            _pieces(self._rows[y], here, width), width, self._row_style if here else styles_of(self, "part")
        )

    def _row_style(self, name: str) -> Style:
        row = self.get_component_rich_style("part--row")
        return styles_of(self, "part")(name) + Style(bgcolor=row.bgcolor)


def _pieces(row: PartRow, here: bool, width: int) -> list[Piece]:
    left = [
        Piece("›" if here else " ", "cursor"),
        Piece("! " if row.wrong else "  ", "warning"),
        Piece(row.part.ljust(_LABEL), "label"),
    ]
    count = "" if row.tokens is None or row.wrong else f"{'' if row.exact else '~'}{row.tokens:,} tok"
    right = [Piece(f"  {count} ", "dim")] if count else []
    room = width - width_of(left) - width_of(right)
    name = shortened(row.name, room, "name")
    rest = room - width_of([name]) - 2
    if row.wrong:
        left += [name, Piece("  "), shortened(row.wrong, max(0, rest), "warning")]
    elif rest >= _LEAST_WORDS and row.words:
        left += [name, Piece("  "), shortened(row.words, rest, "dim")]
    else:
        left.append(name)
    return [*padded(left, width - width_of(right)), *right]
