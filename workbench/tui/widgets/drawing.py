"""Lines put together from pieces: what a drawn widget's `render_line` needs, and nothing that lays out.

A piece is a text and the name of a component class (without the widget's prefix); its width is counted in cells.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from workbench.tui.display import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.style import Style
    from textual.widget import Widget


_WORDS = re.compile(r"\S+ *| +")
_BARS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


class Piece(NamedTuple):
    """`text` holds no line break and nothing a terminal obeys: foreign text goes through `fitted` first."""

    text: str
    style: str = ""


def styles_of(widget: Widget, prefix: str) -> Callable[[str], Style]:
    """The style of a piece from `widget`'s component classes `prefix--name`; `prefix--plain` for a piece without one.

    Each is looked up once: for what is drawn now, not to be kept. A look at a component's style takes 0.02 ms, and one
    at `widget.rich_style` 0.1 ms.
    """
    return cache(lambda name: widget.get_component_rich_style(f"{prefix}--{name or 'plain'}"))


def width_of(pieces: Iterable[Piece]) -> int:
    """Cells that the pieces take."""
    return sum(cell_len(piece.text) for piece in pieces)


def fitted(text: str, width: int, style: str = "") -> Piece:
    """`text` made visible, cut with … where it is longer than `width` cells and padded where it is shorter."""
    shown = one_line(text, width)
    return Piece(shown + " " * (width - cell_len(shown)), style)


def shortened(text: str, width: int, style: str = "") -> Piece:
    """`text` made visible and cut with … where it is longer than `width` cells; not padded."""
    return Piece(one_line(text, width), style)


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """`text` made visible on at most `lines` lines of `width` cells, broken at spaces; … where it was longer."""
    rest = one_line(text, max(0, width) * lines * 2)
    out: list[str] = []
    while rest and len(out) < lines - 1 and cell_len(rest) > width > 0:
        head = set_cell_size(rest, width)
        at = len(head.rstrip()) if rest[len(head) : len(head) + 1] == " " else head.rfind(" ")
        line = head[:at] if at > 0 else head
        out.append(line)
        rest = rest[len(line) :].lstrip()
    return [*out, one_line(rest, width)][: max(0, lines)]


def wrapped_pieces(pieces: Iterable[Piece], width: int, lines: int) -> list[list[Piece]]:
    """The pieces on at most `lines` lines of `width` cells, broken at spaces; … at the end where there were more."""
    out: list[list[Piece]] = [[]]
    room = width
    words = [Piece(word, piece.style) for piece in pieces for word in _WORDS.findall(piece.text)]
    while words and width > 0:
        word = words.pop(0)
        size = cell_len(word.text)
        if cell_len(word.text.rstrip()) <= room:
            out[-1].append(word)
            room -= size
        elif len(out) == lines and room < width:
            last = [*out[-1][:-1], out[-1][-1]._replace(text=out[-1][-1].text.rstrip())] if out[-1] else []
            out[-1] = [*last, Piece("…")] if width_of(last) < width else padded(last, width - 1)
            break
        elif room < width:
            words.insert(0, word)
            out.append([])
            room = width
        else:  # one word that is wider than a line
            head = set_cell_size(word.text, width)
            if not head.rstrip():
                break  # no room for a single wide character
            words.insert(0, Piece(word.text[len(head.rstrip()) :], word.style))
            out[-1].append(Piece(head, word.style))
            room = 0
    return [[*line[:-1], line[-1]._replace(text=line[-1].text.rstrip())] for line in out if line]


def padded(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """The pieces cut or filled to exactly `width` cells; a piece that is cut ends in …."""
    out: list[Piece] = []
    left = width
    for piece in pieces:
        size = cell_len(piece.text)
        if size > left:
            return [*out, fitted(piece.text, left, piece.style)]
        out.append(piece)
        left -= size
    return [*out, Piece(" " * left)]


def strip_of(pieces: Sequence[Piece], width: int, style_of: Callable[[str], Style]) -> Strip:
    """The pieces as one line of exactly `width` cells; what does not fit is cut, never half a wide character."""
    segments: list[Segment] = []
    left = width
    for text, name in pieces:
        size = cell_len(text)
        if size > left:
            text, size = set_cell_size(text, left), left
        if text:
            segments.append(Segment(text, style_of(name)))
        left -= size
        if left <= 0:
            break
    if left > 0:
        segments.append(Segment(" " * left, style_of("")))
    return Strip(segments, width)


def spark(values: Sequence[float | None]) -> str:
    """A bar for each value, the largest at full height; a blank where it is not known. "" where there is no contrast
    to see."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not (most := max(known)):
        return ""
    return "".join(" " if value is None else _BARS[round(value / most * (len(_BARS) - 1))] for value in values)


def bar(share: float, width: int) -> str:
    """`share` (0 to 1) of `width` cells, filled to an eighth of a cell; what is more than 0 is seen."""
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
