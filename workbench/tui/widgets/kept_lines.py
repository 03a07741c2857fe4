"""Widgets that are asked for their lines far more often than they change.

At each paint of any widget Textual asks every widget that the painted region touches for all of its lines, and runs
each through the filters. With eight columns that was half of a paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.geometry import Region
    from textual.strip import Strip
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
    """A scrollbar that is there from the beginning, and not seen while there is nothing to scroll.

    One that comes when the text outgrows its pane lays out the whole screen at that moment: 0.1 s that a key waits for,
    once for each pane.
    """

    @property
    def scrolls(self) -> bool:
        """Whether there is anything to scroll."""
        return self.window_size < self.window_virtual_size

    def render(self) -> RenderableType:
        return super().render() if self.scrolls else ""
