"""The lines over and under the answers of a comparison: one widget for all columns each.

Eight columns of a container and four widgets would be drawn, filtered and cut by Textual at every paint of any of them;
two bands cost a quarter of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from workbench.tui.display import one_line
from workbench.tui.widgets.column_frame import (
    bottom_line,
    differs_lines,
    dot_at,
    dots_line,
    empty_line,
    note_lines,
    top_line,
)
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of
from workbench.tui.widgets.kept_lines import KeptLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from workbench.tui.widgets.column_frame import Framed

_STYLES = ("complete", "live", "failed", "dim")


class ColumnBand(KeptLines, Widget):
    """Draws lines that run over all columns that are seen."""

    class Pressed(Message):
        """A column was clicked: the one at `place` of those that are seen, and the dot of `repeat` if it is one."""

        def __init__(self, place: int, repeat: int | None) -> None:
            super().__init__()
            self.place = place
            self.repeat = repeat

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"band--{name}" for name in ("plain", "frame", "frame-current", "title", "title-current", "footer")),
        *(f"band--{name}" for name in ("note", "wrong", "where", "old", "new", "gone", "came")),
        *(f"band--{name}{shown}" for name in _STYLES for shown in ("", "-shown")),
    }
    DEFAULT_CSS = """
    ColumnBand {
        & > .band--plain, & > .band--title, & > .band--footer, & > .band--note, & > .band--where { color: $text-muted; }
        & > .band--frame { color: $foreground 25%; }
        & > .band--frame-current { color: $accent; }
        & > .band--title-current { color: $text-accent; text-style: bold; }
        & > .band--wrong { color: $text-error; }
        & > .band--old { color: $text-error; }
        & > .band--new { color: $text-success; text-style: bold; }
        & > .band--gone { color: $text-error; text-style: strike; }
        & > .band--came { color: $text-success; text-style: underline; }
        & > .band--complete { color: $text-success; }
        & > .band--live { color: $text-accent; }
        & > .band--failed { color: $text-error; }
        & > .band--dim { color: $text-muted; }
        & > .band--complete-shown { color: $text-success; text-style: bold underline; }
        & > .band--live-shown { color: $text-accent; text-style: bold underline; }
        & > .band--failed-shown { color: $text-error; text-style: bold underline; }
        & > .band--dim-shown { color: $text-muted; text-style: bold underline; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[Framed, ...] = ()

    def show(self, columns: tuple[Framed, ...]) -> None:
        """Draw these, and of those that stood here before only what is new."""
        before, self.columns = self.columns, columns
        if [column.width for column in before] != [column.width for column in columns]:
            self.refresh()
            return
        x = 0
        for old, new in zip(before, columns, strict=True):
            if old != new:
                self.refresh(Region(x, 0, new.width, self.size.height))
            x += new.width

    def _line(self, lines: Sequence[Sequence[Piece]]) -> Strip:
        pieces = [piece for line in lines for piece in line]
        return strip_of(pieces, self.size.width, styles_of(self, "band"))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        x = 0
        for place, column in enumerate(self.columns):
            if x <= event.x < x + column.width:
                self.post_message(self.Pressed(place, self._repeat_at(column, event.x - x, event.y)))
            x += column.width

    def _repeat_at(self, column: Framed, x: int, y: int) -> int | None:
        return None


class ColumnHeads(ColumnBand):
    """Labels and dots; above them a line that says where one is, if there is anything to say, and below them in what
    the settings differ. All columns get as many lines for that as one of them needs."""

    DEFAULT_CSS = """
    ColumnHeads { dock: top; height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._where = ""
        self._rows = 0
        """Lines for what differs."""

    def show_where(self, words: str) -> None:
        """The line above; "" for none."""
        if words != self._where:
            self._where = words
            self._fit()
            self.refresh()

    def show(self, columns: tuple[Framed, ...]) -> None:
        self._rows = max((len(differs_lines(column)) for column in columns), default=0)
        self._fit()
        super().show(columns)

    def _fit(self) -> None:
        height = 2 + bool(self._where) + self._rows
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    @property
    def _dots_row(self) -> int:
        return 1 + bool(self._where)

    def render_line(self, y: int) -> Strip:
        if self._where and y == 0:
            width = self.size.width
            return self._line([[Piece(" "), Piece(one_line(self._where, width - 2), "where")]])
        if y > self._dots_row:
            return self._line([self._differs(column, y - self._dots_row - 1) for column in self.columns])
        return self._line([(dots_line if y == self._dots_row else top_line)(column) for column in self.columns])

    def _differs(self, column: Framed, y: int) -> list[Piece]:
        lines = differs_lines(column)
        return lines[y] if y < len(lines) else empty_line(column)

    def _repeat_at(self, column: Framed, x: int, y: int) -> int | None:
        return dot_at(column, x) if y == self._dots_row else None


class ColumnFeet(ColumnBand):
    """Notes and figures. All columns get as many lines for notes as one of them needs."""

    DEFAULT_CSS = """
    ColumnFeet { dock: bottom; height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows = 1

    def show(self, columns: tuple[Framed, ...]) -> None:
        rows = 1 + max((len(note_lines(column)) for column in columns), default=0)
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows
        super().show(columns)

    def render_line(self, y: int) -> Strip:
        last = self.size.height - 1
        return self._line([bottom_line(column) if y == last else self._note(column, y) for column in self.columns])

    def _note(self, column: Framed, y: int) -> list[Piece]:
        """A note stands at the bottom of its column."""
        lines = note_lines(column)
        at = y - (self.size.height - 1 - len(lines))
        return lines[at] if at >= 0 else empty_line(column)
