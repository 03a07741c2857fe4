"""Making the panels wider and higher: by keys, and by dragging the border between two of them. It is remembered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from workbench.core.errors import WorkbenchError
from workbench.own_settings import OwnSettings
from workbench.tui.panel_sizes import STEP, PanelSizes

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.timer import Timer

    from workbench.services import Services
    from workbench.tui.screens.panels import Panels
    from workbench.tui.screens.where import Say

SAVE_AFTER = 0.5
"""Seconds without another step before the sizes are written."""

Border = Literal["first", "second", "rows"]


class PanelMoves:
    """What the commands about sizes do, and the mouse on a border."""

    def __init__(self, panels: Panels, services: Services, *, wait: MessagePump, say: Say) -> None:
        self._panels = panels
        self._own = OwnSettings(services)
        self._wait = wait
        self._say = say
        self._timer: Timer | None = None
        self._border: Border | None = None

    # -- keys ------------------------------------------------------------------------------------------------------

    def wider(self, panel: str, steps: int) -> None:
        """Make a panel wider, or narrower."""
        self._take(self._panels.sizes.wider(panel, self._panels.layout, STEP * steps), "width")

    def taller(self, panel: str, steps: int) -> None:
        """Make a panel higher, or lower."""
        self._take(self._panels.sizes.taller(panel, self._panels.layout, STEP // 2 * steps), "height")

    def reset(self) -> None:
        """All as the program lays them out."""
        self._take(PanelSizes(), "")
        self._say("the panels are as the program lays them out", "success")

    def _take(self, sizes: PanelSizes, what: str) -> None:
        if sizes == self._panels.sizes:
            if what:
                self._say(self._why_not(what), "info")
            return
        self._panels.resize(sizes)
        self._save_soon()

    def _why_not(self, what: str) -> str:
        if self._panels.layout == "narrow":
            return "one panel is shown at a time: they have sizes from 100 columns on"
        if what == "height" and self._panels.layout == "wide":
            return "all panels have the whole height here"
        return f"no other {what} is possible there"

    # -- the mouse -------------------------------------------------------------------------------------------------

    def press(self, x: int, y: int) -> bool:
        """Whether there is a border to drag at that cell of the screen."""
        self._border = self._panels.border_at(x, y)
        return self._border is not None

    def drag(self, x: int, y: int) -> None:
        """Bring the border that was pressed to that cell."""
        sizes, desk, layout = self._panels.sizes, self._panels.desk_region, self._panels.layout
        if self._border == "first":
            sizes = sizes.with_first_border_at(x - desk.x, desk.width, layout)
        elif self._border == "second":
            sizes = sizes.with_second_border_at(x - desk.x, desk.width)
        elif self._border == "rows":
            sizes = sizes.with_rows(desk.bottom - y)
        if sizes != self._panels.sizes:
            self._panels.resize(sizes)
            self._save_soon()

    def release(self) -> None:
        self._border = None

    # -- remembering -----------------------------------------------------------------------------------------------

    def _save_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._wait.set_timer(SAVE_AFTER, self._save)

    async def _save(self) -> None:
        sizes = self._panels.sizes
        try:
            for name, size in sizes._asdict().items():
                if size != getattr(self._own.settings, name):
                    await asyncio.to_thread(self._own.save_named, f"panels.{name}", str(size))
        except WorkbenchError as error:
            self._say(f"the sizes are not remembered: {error.line}", "warning")
