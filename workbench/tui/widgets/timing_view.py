"""Where the time of a run went; while it runs the figures go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events

from workbench.tui.commands import bindings
from workbench.tui.timing_lines import TimingShown, timing_lines
from workbench.tui.widgets.drawing import Piece
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType

_GUTTER = 2


class TimingView(RowPane):
    """`show` with what says how the run stands."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("timing")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._state: Callable[[], TimingShown] = TimingShown
        self._lines: list[list[Piece]] = []

    def show(self, state: Callable[[], TimingShown]) -> None:
        """The run whose `state` this tells, now and as it goes on."""
        self._state = state
        self.read_more()

    def read_more(self) -> None:
        shown = self._state()
        self._lines = timing_lines(shown, self.text_width - _GUTTER)
        self.show_rows()
        if shown.running:
            self.more_soon()  # the clock goes on, also where nothing comes

    def lay_out(self) -> None:
        self._lines = timing_lines(self._state(), self.text_width - _GUTTER)

    def row_count(self) -> int:
        return len(self._lines)

    def row_pieces(self, row: int) -> list[Piece]:
        line = self._lines[row]
        if self._pattern is None or not self._pattern.search(_text(line)):
            return line
        return [Piece(text, "match") for text, _ in line]

    @property
    def source(self) -> str:
        return "\n".join(_text(line).rstrip() for line in self._lines)

    def action_copy_timing(self) -> None:
        self.post_message(self.CopyWanted(self.source, "the timing"))

    def places(self, pattern: re.Pattern[str]) -> Sequence[object]:
        return [row for row, line in enumerate(self._lines) if pattern.search(_text(line))]

    def go_to_place(self, place: object) -> None:
        assert isinstance(place, int)
        self.go(place)

    def on_click(self, event: events.Click) -> None:
        if (spot := self.row_at(event)) is not None:
            event.stop()
            self.go(spot[0])


def _text(line: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in line)
