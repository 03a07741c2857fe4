"""Widgets that are asked for their lines far more often than they change.

At each paint Textual asks every widget that the painted region touches for all of its lines, and runs each through the
filters. With eight columns that was half of a paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.segment import Segment
    from textual.geometry import Region
    from textual.widget import Widget as _Drawn
else:
    # No widget of its own: Textual looks for the styles of a class along the first of its bases that is one.
    _Drawn = object


class KeptLines(_Drawn):
    """For a widget, before its other bases: keeps the lines that were drawn last, until something of it changes."""

    _drawn: tuple[Region, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._drawn is None or self._drawn[0] != crop:
            self._drawn = (crop, self.draw_lines(crop))
        return self._drawn[1]

    def draw_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are now."""
        return super().render_lines(crop)

    def _set_dirty(self, *regions: Region) -> None:
        self._drawn = None
        super()._set_dirty(*regions)


class PaneBar(KeptLines, ScrollBar):
    """A vertical scrollbar of one cell, there from the beginning, and not seen while there is nothing to scroll.

    One that comes when the text outgrows its pane lays out the whole screen at that moment: 0.1 s that a key waits for,
    once for each pane.
    """

    def __init__(self) -> None:
        super().__init__(name="vertical")
        self._cells: dict[Segment, Strip] = {}
        """Its lines are of four kinds or five: one strip for each, filtered. Else they are half of a pane's paint."""

    @property
    def scrolls(self) -> bool:
        """Whether there is anything to scroll."""
        return self.window_size < self.window_virtual_size

    def render(self) -> RenderableType:
        return super().render() if self.scrolls else ""

    def draw_lines(self, crop: Region) -> list[Strip]:
        bar = self.render()
        if not isinstance(bar, ScrollBarRender):
            return super().draw_lines(crop)
        style = self.app.console.get_style(bar.style)
        assert style.color is not None  # `render` sets both
        assert style.bgcolor is not None
        drawn = bar.render_bar(
            self.size.height,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            back_color=style.bgcolor,
            bar_color=style.color,
        )
        return [self._strip(segment) for segment in list(drawn.segments)[crop.y : crop.bottom]]

    def _strip(self, segment: Segment) -> Strip:
        strip = self._cells.get(segment)
        if strip is None:
            strip = Strip([segment], 1)
            background = self.background_colors[1]
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, background)
            self._cells[segment] = strip
        return strip

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cells.clear()
