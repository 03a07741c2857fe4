"""What is known of a prompt's tokens, drawn line by line and scrolled by its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.scroll_view import ScrollView

from workbench.tui.economy_lines import Line, economy_lines
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of, wrapped

if TYPE_CHECKING:
    from textual.strip import Strip

    from workbench.token_economy import TokenEconomy

_LEAST_PARTS = 3
"""Messages that are listed one by one on the lowest screen; the sentences are to be in sight too."""
WAITING = "reading the last runs of this prompt ..."


class EconomyView(ScrollView, can_focus=False):
    """Shows what `show` was given; before that, that it is being read."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"economy--{name}" for name in ("plain", "label", "value", "name", "bar", "words")
    }
    DEFAULT_CSS = """
    EconomyView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .economy--label { color: $text-muted; }
        & > .economy--value { color: $foreground; text-style: bold; }
        & > .economy--name { color: $foreground; }
        & > .economy--bar { color: $text-accent; }
        & > .economy--words { color: $foreground; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: TokenEconomy | None = None
        self._said = WAITING
        self._lines: list[Line] = []

    def show(self, known: TokenEconomy) -> None:
        self._known = known
        self._lay()

    def say(self, text: str) -> None:
        """Show this text in its place."""
        self._known, self._said = None, text
        self._lay()

    @property
    def line_count(self) -> int:
        """How many lines there are to be seen at this width."""
        return len(self._lines)

    def _lay(self) -> None:
        width = self.size.width - 1  # a cell beside the scrollbar
        if width <= 0:
            return
        if self._known is not None:
            self._lines = economy_lines(self._known, width, max(_LEAST_PARTS, self.app.size.height // 5))
        else:
            self._lines = [[Piece(text, "label")] for text in wrapped(self._said, width, 4)]
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self._lay()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        pieces = self._lines[row] if row < len(self._lines) else []
        return strip_of(pieces, self.size.width, styles_of(self, "economy"))
