"""The figures of a comparison, to be scrolled: drawn line by line from a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.scroll_view import ScrollView

from workbench.tui.figures_lines import Line, figures_lines
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from workbench.core.compare.pairs import Comparison
    from workbench.core.experiment_report import ExperimentReport

WAITING = "working out the figures ..."


class FiguresView(ScrollView, can_focus=True):
    """Shows what `show` was given last; before that, that it is being worked out."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"figures--{name}"
        for name in ("plain", "label", "value", "name", "here", "title", "words", "dot", "range", "grid")
    }
    DEFAULT_CSS = """
    FiguresView {
        height: 1fr;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        &:focus { border: round $accent; border-title-color: $text-accent; }
        & > .figures--label { color: $text-muted; }
        & > .figures--value, & > .figures--name { color: $foreground; }
        & > .figures--here { color: $text-accent; text-style: bold; }
        & > .figures--title { color: $foreground; text-style: bold; }
        & > .figures--words { color: $foreground; text-style: bold; }
        & > .figures--dot { color: $text-accent; text-style: bold; }
        & > .figures--range { color: $text-accent; }
        & > .figures--grid { color: $foreground 25%; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._report: ExperimentReport | None = None
        self._comparisons: tuple[Comparison, ...] = ()
        self._lines: list[Line] = [[Piece(WAITING, "label")]]
        self._laid_for = 0
        self.border_title = "Figures"
        self.border_subtitle = "t answers"

    @property
    def report(self) -> ExperimentReport | None:
        return self._report

    def show(self, report: ExperimentReport, comparisons: Sequence[Comparison]) -> None:
        """Show this; what is read stays in place."""
        self._report, self._comparisons = report, tuple(comparisons)
        self._lay()

    def _lay(self) -> None:
        width = self.size.width - 1  # a cell beside the scrollbar
        if width <= 0 or self._report is None:
            return
        self._laid_for = width
        self._lines = figures_lines(self._report, self._comparisons, width)
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        if self.size.width - 1 != self._laid_for:
            self._lay()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = y + self.scroll_offset.y
        pieces = self._lines[row] if row < len(self._lines) else []
        return strip_of(pieces, width, styles_of(self, "figures"))
