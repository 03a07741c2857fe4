"""The line on top of a comparison: what is compared, what it was said to take and has taken, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.widget import Widget

from workbench.tui.widgets.drawing import Piece, shortened, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from textual.strip import Strip

_BAR = 20
"""Cells of the progress bar where there is room for it."""
_LEAST_TITLE = 12


class CompareFacts(NamedTuple):
    """What the line says. `title`, `varied` and the end of `state` are foreign text."""

    title: str = ""
    varied: str = ""
    """`temperature 0 · 0.5 × 5`."""
    planned: str = ""
    """`20 requests  ~$0.017 to $0.051`."""
    spent: str = ""
    state: str = ""
    """`running 9/20 · 2 failed`."""
    share: float = 0.0
    """Of the cells, how many have ended: 0 to 1."""
    live: bool = False
    failed: bool = False


class CompareHeader(Widget):
    """One drawn line, drawn again only when it says something else."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"compare--{name}" for name in ("plain", "brand", "name", "dim", "live", "good", "warning", "bar", "rest")
    }
    DEFAULT_CSS = """
    CompareHeader {
        dock: top;
        height: 1;
        background: $panel;
        & > .compare--brand { color: $text-muted; text-style: bold; }
        & > .compare--name { color: $foreground; text-style: bold; }
        & > .compare--dim { color: $text-muted; }
        & > .compare--live { color: $text-accent; text-style: bold; }
        & > .compare--good { color: $text-success; }
        & > .compare--warning { color: $text-warning; }
        & > .compare--bar { color: $text-accent; }
        & > .compare--rest { color: $foreground 25%; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._facts = CompareFacts()

    @property
    def facts(self) -> CompareFacts:
        return self._facts

    def show(self, facts: CompareFacts) -> None:
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return strip_of(header_pieces(self._facts, width), width, styles_of(self, "compare"))


def header_pieces(facts: CompareFacts, width: int) -> list[Piece]:
    """The line for `width` cells: the state stays longest, then the title, then what is varied, spent, planned."""
    style = "live" if facts.live else "warning" if facts.failed else "good"
    state = shortened(facts.state, max(0, width - 2), style)
    right = [Piece(" "), state, Piece(" ")]
    left = [Piece(" compare ", "brand")]
    room = width - width_of(left) - width_of(right)
    if room < _LEAST_TITLE:
        return [Piece(" "), state] if width_of(right) + 10 > width else [*left, *right]
    title = shortened(facts.title, min(40, room - 1), "name")
    left += [Piece(" "), title]
    room -= 1 + cell_len(title.text)
    varied = shortened(facts.varied, room - 3) if room >= 3 + _LEAST_TITLE else Piece("")
    room -= cell_len(varied.text) + 3 if varied.text else 0
    left += [Piece("   "), varied] if varied.text else []
    middle: list[Piece] = []
    for text in (facts.spent, facts.planned):
        if text and cell_len(text) + 3 <= room:
            middle = [Piece(text, "dim"), Piece("   "), *middle]
            room -= cell_len(text) + 3
    if facts.live and room >= _BAR + 3:
        done = round(facts.share * _BAR)
        middle += [Piece("━" * done, "bar"), Piece("─" * (_BAR - done), "rest"), Piece("  ")]
        room -= _BAR + 2
    return [*left, Piece(" " * max(0, room)), *middle, *right]
