"""Rows of the layout as strips in the colours of the theme; each is made once and kept while it is shown."""

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

_LEAST_KEPT = 32
"""Strips kept, at least. Textual hangs caches on each, and a full collection that walks over them holds a key up."""

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


class Painter:
    """Turns rows into strips. `base` is the widget's own style; `component` finds the styles of a component class."""

    def __init__(self, base: Style, component: Callable[[str], StylesBase], selection: StylesBase) -> None:
        self._base = base
        self._component = component
        self._selection = own_style(selection)
        self._match = own_style(component("match"))
        self._current_match = own_style(component("match-current"))
        self._styles: dict[int, Style] = {}
        self._strips: dict[tuple[int, int], tuple[Line, Overlay, Strip]] = {}
        self.kept = _LEAST_KEPT

    def keep(self, rows: int) -> None:
        """Remember no more than some more than the `rows` that are shown at once."""
        self.kept = max(_LEAST_KEPT, rows * 5 // 4)

    def strip(self, row: int, line: Line, spans: Spans, width: int, overlay: Overlay = NO_OVERLAY) -> Strip:
        """The strip of a row, `width` cells wide, with the offsets that Textual's selection needs."""
        kept = self._strips.get((row, width))
        if kept is not None and kept[1] == overlay and kept[0] == line:
            return kept[2]
        while kept is None and len(self._strips) >= self.kept:
            # The oldest: what scrolls by is not seen again soon.
            del self._strips[next(iter(self._strips))]
        strip = Strip(self._segments(line, spans, overlay)).apply_offsets(0, row)
        strip = strip.adjust_cell_length(width, self.fill(line.look))
        self._strips[row, width] = (line, overlay, strip)
        return strip

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
