"""Rows of the layout as strips in the colours of the theme, and the lines that were drawn of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.css.styles import StylesBase
from textual.strip import Strip
from textual.style import Style

from workbench.tui.layout.lines import Line, Look, Spans
from workbench.tui.layout.wrap import is_complex
from workbench.tui.line_cells import measure

_ATTRIBUTES = (
    (Look.STRONG, Style(bold=True)),
    (Look.EMPHASIS, Style(italic=True)),
    (Look.STRIKE, Style(strike=True)),
    (Look.LOW_HEADING, Style(italic=True)),
    (Look.TOP_HEADING, Style(underline=True)),
)
_COMPONENTS = (
    (Look.QUOTE, "quote"),
    (Look.HEADING, "heading"),
    (Look.CODE_BLOCK, "code-block"),
    (Look.CODE, "code"),
    (Look.KEY, "key"),
    (Look.STRING, "string"),
    (Look.NUMBER, "number"),
    (Look.LINK, "link"),
    (Look.DIM, "dim"),
    (Look.MARKER, "marker"),
    (Look.ADDED, "added"),
    (Look.REMOVED, "removed"),
)
COMPONENTS = frozenset(f"stream-view--{name}" for _, name in _COMPONENTS) | {
    "stream-view--match",
    "stream-view--match-current",
}


class Overlay(NamedTuple):
    """What is drawn over a row: the selected range and the matches (start, end, is the current one)."""

    selected: tuple[int, int] | None = None
    matches: tuple[tuple[int, int, bool], ...] = ()


NO_OVERLAY = Overlay()


class DrawnLine(NamedTuple):
    """What a row looked like when it was drawn; `line` is None below the last row."""

    line: Line | None
    overlay: Overlay
    strip: Strip
    """Over the whole width of the widget, its frame included."""


class DrawnLines:
    """The lines that are shown, by row: what scrolls is drawn again as the same strips.

    Textual hangs on a strip what it made of it (filtered, cut, as the terminal takes it), which costs ten times the
    strip. Little more than what is shown is kept: a full collection walks over all those caches and holds a key up.
    """

    def __init__(self) -> None:
        self._frame: object = None
        self._lines: dict[int, DrawnLine] = {}

    def begin(self, frame: object, rows: int) -> None:
        """A drawing of `rows` rows; those of another `frame` (place, size, colours) are worth nothing."""
        if frame != self._frame:
            self.clear()
            self._frame = frame
        while len(self._lines) > rows * 5 // 4:
            del self._lines[next(iter(self._lines))]

    def clear(self) -> None:
        """All are to be drawn anew."""
        self._lines.clear()

    def find(self, row: int, line: Line | None, overlay: Overlay) -> Strip | None:
        """The strip of a row that looks as it did when it was drawn."""
        drawn = self._lines.get(row)
        return drawn.strip if drawn is not None and drawn.line == line and drawn.overlay == overlay else None

    def keep(self, row: int, line: Line | None, overlay: Overlay, strip: Strip) -> None:
        """A row was drawn."""
        self._lines.pop(row, None)  # the oldest stand first
        self._lines[row] = DrawnLine(line, overlay, strip)


class Painter:
    """Turns rows into strips. `base` is the widget's own style; `component` finds the styles of a component class."""

    def __init__(self, base: Style, component: Callable[[str], StylesBase], selection: StylesBase) -> None:
        self._base = base
        self._component = component
        self._selection = own_style(selection)
        self._match = own_style(component("match"))
        self._current_match = own_style(component("match-current"))
        self._styles: dict[int, Style] = {}

    def strip(self, line: Line, spans: Spans, width: int, overlay: Overlay = NO_OVERLAY) -> Strip:
        """The strip of a row, `width` cells wide."""
        return Strip(self._segments(line, spans, overlay)).adjust_cell_length(width, self.fill(line.look))

    def fill(self, look: int = 0) -> RichStyle:
        """The style of the empty rest of a row."""
        return self._style(look & Look.CODE_BLOCK).rich_style

    def _segments(self, line: Line, spans: Spans, overlay: Overlay) -> list[Segment]:
        text = line.text
        if overlay is NO_OVERLAY and not spans and not is_complex(text):
            return [Segment(text, self._style(line.look).rich_style)] if text else []
        edges = _edges(text, spans, overlay)
        segments, at = [], 0
        for start, end in pairwise(edges):
            while at < len(spans) and spans[at].end <= start:
                at += 1
            look = spans[at].look if at < len(spans) and spans[at].start <= start else 0
            style = self._style(_combined(line.look, look))
            segments.append(Segment(text[start:end], self._overlaid(style, start, line, overlay).rich_style))
        return segments

    def _overlaid(self, style: Style, start: int, line: Line, overlay: Overlay) -> Style:
        for begin, end, current in overlay.matches:
            if begin <= start < end:
                style += self._current_match if current else self._match
        selected = overlay.selected
        if selected is not None and max(selected[0], line.lead) <= start < selected[1]:
            style += self._selection
        return style

    def _style(self, look: int) -> Style:
        style = self._styles.get(look)
        if style is None:
            style = self._base
            for flag, name in _COMPONENTS:
                if look & flag:
                    style += own_style(self._component(name))
            for flag, attribute in _ATTRIBUTES:
                if look & flag:
                    style += attribute
            self._styles[look] = style
        return style


def own_style(styles: StylesBase) -> Style:
    """Only what the rules of a component say themselves, so that looks can be laid over each other."""
    color = None
    if styles.has_rule("auto_color") and styles.auto_color:
        color = Color(0, 0, 0, styles.color.a, auto=True)
    elif styles.has_rule("color"):
        color = styles.color
    text = styles.text_style
    return Style(
        styles.background if styles.has_rule("background") else None,
        color,
        bold=text.bold,
        italic=text.italic,
        underline=text.underline,
        reverse=text.reverse,
        strike=text.strike,
    )


def _combined(base: int, look: int) -> int:
    # Bars and markers keep their own look whatever block they stand in, but not its fill.
    return look | (base & Look.CODE_BLOCK) if look & Look.MARKER else base | look


def _edges(text: str, spans: Spans, overlay: Overlay) -> Sequence[int]:
    """Where the style may change; an emoji of several code points is a piece of its own, so that a click finds it."""
    edges = {0, len(text)}
    for start, end, _, _ in spans:
        edges.update((start, end))
    for start, end, _ in overlay.matches:
        edges.update((start, end))
    if overlay.selected is not None:
        edges.update(overlay.selected)
    if is_complex(text):
        for start, end in pairwise(measure(text).bounds):
            if end - start > 1:
                edges.update((start, end))
    return sorted(edge for edge in edges if 0 <= edge <= len(text))
