"""The line of identity on top: which prompt, which model at which connection, and what the run is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from textual.message import Message
from textual.widget import Widget

from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, shortened, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip

RunState = Literal["ready", "waiting", "retrying", "streaming", "complete", "truncated", "error", "cancelled"]

Part = Literal["model", "connection"]

_SYMBOLS: dict[RunState, str] = {
    "ready": "●",
    "waiting": "◌",
    "retrying": "↻",
    "streaming": "▶",
    "complete": "✓",
    "truncated": "◐",
    "error": "✗",
    "cancelled": "■",
}
_STYLES: dict[RunState, str] = {
    "ready": "good",
    "waiting": "live",
    "retrying": "warning",
    "streaming": "live",
    "complete": "good",
    "truncated": "warning",
    "error": "error",
    "cancelled": "warning",
}
_BRAND = " workbench  "
_UNSAVED = " ! not saved  "
"""Stands in its place while history takes nothing."""
_CHANGED = "changed"


class HeaderState(NamedTuple):
    """What the header says. An empty `name` is an unnamed prompt."""

    name: str = ""
    changed: bool = False
    model: str = ""
    connection: str = ""
    state: RunState = "ready"
    seconds: float | None = None
    """How long the run has lasted, or None."""
    detail: str = ""
    """A word or two after the state: the error's kind, the wait before the next attempt."""
    saved: bool = True
    """Whether what is done here is kept."""


class Header(Widget):
    """One drawn line. The state keeps its place while its seconds grow."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"header--{name}"
        for name in ("plain", "brand", "name", "changed", "dim", "model", "good", "live", "warning", "error")
    }
    DEFAULT_CSS = """
    Header {
        dock: top;
        height: 1;
        background: $panel;
        & > .header--brand { color: $text-muted; }
        & > .header--name { color: $foreground; text-style: bold; }
        & > .header--changed { color: $text-warning; }
        & > .header--dim { color: $text-muted; }
        & > .header--model { color: $foreground; }
        & > .header--good { color: $text-success; }
        & > .header--live { color: $text-accent; text-style: bold; }
        & > .header--warning { color: $text-warning; }
        & > .header--error { color: $text-error; text-style: bold; }
    }
    """

    class Clicked(Message):
        """A part of the line was clicked that can be changed."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = HeaderState()

    def show(self, state: HeaderState) -> None:
        """Show this; the line is drawn again only when it says something else."""
        if state != self._shown:
            self._shown = state
            self.refresh()

    @property
    def state(self) -> HeaderState:
        return self._shown

    def render_line(self, y: int) -> Strip:
        return strip_of(header_pieces(self._shown, self.size.width), self.size.width, styles_of(self, "header"))

    def on_click(self, event: events.Click) -> None:
        part = part_at(header_pieces(self._shown, self.size.width), event.x)
        if part is not None:
            event.stop()
            self.post_message(self.Clicked(part))


def part_at(pieces: list[Piece], x: int) -> Part | None:
    """What stands at that cell of the line, where it can be changed. The connection's name follows the model's."""
    at = 0
    parts: list[Part] = ["model", "connection"]
    for piece in pieces:
        part = parts.pop(0) if piece.style == "model" and parts else None
        at += cell_len(piece.text)
        if x < at:
            return part
    return None


def header_pieces(state: HeaderState, width: int) -> list[Piece]:
    """The line for `width` cells: the run's state goes last, then the prompt's name, the model, the connection."""
    right = _state_piece(state, width)
    room = width - cell_len(right.text)
    if room < 10:
        return [shortened(right.text.strip(), width, right.style)]
    where = _model_pieces(state, max(0, room - _left_width(state, brand=False)))
    left = _left_pieces(state, room - width_of(where) - (2 if where else 0))
    gap = room - width_of(left) - width_of(where)
    return [*left, Piece(" " * gap), *where, right]


def _state_piece(state: HeaderState, width: int) -> Piece:
    words = [_SYMBOLS[state.state], state.state]
    if state.seconds is not None:
        words.append(f"{state.seconds:.1f} s")
    if state.detail:
        words.append(state.detail)
    slot = 23 if width >= 60 else 20
    text = one_line(" ".join(words), max(20, width // 3))
    return Piece("   " + text + " " * max(1, slot - 3 - cell_len(text)), _STYLES[state.state])


def _left_width(state: HeaderState, *, brand: bool) -> int:
    """What the prompt's name and mark would take, the name at most 24 cells of it."""
    name = min(24, cell_len(one_line(state.name or "unnamed", 24)))
    return (1 if state.saved and not brand else cell_len(_brand(state).text)) + name + (3 if state.changed else 1)


def _model_pieces(state: HeaderState, room: int) -> list[Piece]:
    """`model @ connection`; with little room the model alone, with less nothing."""
    if not state.model or room < 8:
        return []
    model = one_line(state.model, max(8, min(40, room - 2)))
    connection = one_line(state.connection, 24)
    if connection and cell_len(model) + 3 + cell_len(connection) <= room - 2:
        return [Piece(model, "model"), Piece(" @ ", "dim"), Piece(connection, "model")]
    return [Piece(model, "model")]


def _brand(state: HeaderState) -> Piece:
    return Piece(_BRAND, "brand") if state.saved else Piece(_UNSAVED, "error")


def _left_pieces(state: HeaderState, room: int) -> list[Piece]:
    fits = room >= _left_width(state, brand=True) or (not state.saved and room > len(_UNSAVED))
    pieces = [_brand(state)] if fits else [Piece(" ")]
    name = state.name or "unnamed"
    mark = [Piece(" ●", "changed")] if state.changed else []
    left = room - width_of(pieces) - width_of(mark)
    pieces += [shortened(name, max(0, left), "name" if state.name else "dim"), *mark]
    if state.changed and room - width_of(pieces) >= len(_CHANGED) + 3:
        pieces.append(Piece(f" {_CHANGED}", "changed"))
    return pieces
