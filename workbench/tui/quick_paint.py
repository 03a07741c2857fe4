"""How a screen is painted on which text streams while a person types: little at a time, and soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._compositor import Compositor

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.timer import Timer
    from textual.widget import Widget

    _Screen = Widget
else:
    # No widget of its own: Textual looks for the styles of a class along the first of its bases that is one.
    _Screen = object

_PERIOD = 1 / 120
"""Seconds between two paints, at least. After a paint Textual waits for one to two periods before the next, whatever
asks for it: with its own 1/60 a key that came just behind a piece of text was not seen for 33 ms."""


class QuickPaint(_Screen):
    """For a screen, before its other bases."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compositor: Compositor = TightCompositor()
        self._paint_timer: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        if self._paint_timer is None:
            # As Textual makes its own; the pace of that one is also that of every animation.
            self._paint_timer = self.set_interval(_PERIOD, self._on_timer_update, name="screen_update", pause=True)
        return self._paint_timer

    if TYPE_CHECKING:

        def _on_timer_update(self) -> None: ...


class TightCompositor(Compositor):
    """Asks those widgets for their lines that are painted.

    Textual's asks each widget for all of its lines, and cuts them, whose clip the painted region touches, and the clip
    is that of the container: with eight panes in one row each paint of one of them cut the lines of all eight.
    """

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        """Widgets with their region and that part of it that is seen."""
        known = self._visible_widgets
        if known is None:
            found = super().visible_widgets
            known = {widget: (region, clip.intersection(region)) for widget, (region, clip) in found.items()}
            self._visible_widgets = known
        return known
