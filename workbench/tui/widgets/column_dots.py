"""One line over an answer: a dot for each repeat, the shown one underlined, and what the answers have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.message import Message
from textual.widget import Widget

from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING, WAITING
from workbench.tui.widgets.drawing import Piece, shortened, strip_of, styles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

_STYLES = {COMPLETE: "complete", STREAMING: "live", WAITING: "dim", FAILED: "failed", STOPPED: "dim"}
_LEAST_WORDS = 8
"""Cells that the words keep where there are more dots than fit."""


class Dots(NamedTuple):
    """The dots that fit: those from `first` on, with a mark where more stand before or behind them."""

    first: int
    shown: tuple[str, ...]
    more_before: bool
    more_after: bool


def dots_in(dots: Sequence[str], shown: int, width: int) -> Dots:
    """As many of the dots as fit into `width` cells, the shown one among them."""
    if len(dots) <= width:
        return Dots(0, tuple(dots), False, False)
    room = max(1, width - 2)
    first = min(max(0, shown - room // 2), len(dots) - room)
    return Dots(first, tuple(dots[first : first + room]), first > 0, first + room < len(dots))


class ColumnDots(Widget):
    """Draws the line; a click on a dot posts `Chosen`."""

    class Chosen(Message):
        """The answer of this repeat is to be shown; counted from 0."""

        def __init__(self, dots: ColumnDots, repeat: int) -> None:
            super().__init__()
            self.dots = dots
            self.repeat = repeat

        @property
        def control(self) -> ColumnDots:
            return self.dots

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "dots--plain",
        "dots--complete",
        "dots--live",
        "dots--failed",
        "dots--dim",
        "dots--complete-shown",
        "dots--live-shown",
        "dots--failed-shown",
        "dots--dim-shown",
    }
    DEFAULT_CSS = """
    ColumnDots {
        height: 1;
        color: $text-muted;
        & > .dots--complete { color: $text-success; }
        & > .dots--live { color: $text-accent; }
        & > .dots--failed { color: $text-error; }
        & > .dots--dim { color: $text-muted; }
        & > .dots--complete-shown { color: $text-success; text-style: bold underline; }
        & > .dots--live-shown { color: $text-accent; text-style: bold underline; }
        & > .dots--failed-shown { color: $text-error; text-style: bold underline; }
        & > .dots--dim-shown { color: $text-muted; text-style: bold underline; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._dots: tuple[str, ...] = ()
        self._shown = 0
        self._words = ""

    def show(self, dots: tuple[str, ...], shown: int, words: str) -> None:
        """Draw these; `words` stand behind the dots."""
        if (dots, shown, words) != (self._dots, self._shown, self._words):
            self._dots, self._shown, self._words = dots, shown, words
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        fit = self._fit()
        pieces = [Piece("…")] if fit.more_before else []
        for number, dot in enumerate(fit.shown, fit.first):
            name = _STYLES.get(dot, "dim")
            pieces.append(Piece(dot, f"{name}-shown" if number == self._shown and len(self._dots) > 1 else name))
        if fit.more_after:
            pieces.append(Piece("…"))
        if len(fit.shown) < len(self._dots):
            pieces.append(Piece(f" {self._shown + 1}/{len(self._dots)}"))
        used = sum(cell_len(piece.text) for piece in pieces)
        words = shortened(self._words, max(0, width - used - 2))
        return strip_of([*pieces, Piece("  "), words], width, styles_of(self, "dots"))

    def _fit(self) -> Dots:
        return dots_in(self._dots, self._shown, max(3, self.size.width - _LEAST_WORDS))

    def on_click(self, event: events.Click) -> None:
        fit = self._fit()
        at = event.x - fit.more_before
        if 0 <= at < len(fit.shown):
            event.stop()
            self.post_message(self.Chosen(self, fit.first + at))
