"""The part of the workbench's screen that is about its panels: which is in front, and how large each is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual import events, on

from workbench.tui.panel_sizes import PanelSizes
from workbench.tui.screens.drafts_screen import DraftsScreen
from workbench.tui.screens.panels import PANELS, Panels
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from workbench.tui.open_drafts import OpenDrafts
    from workbench.tui.screens.panel_moves import PanelMoves


class PanelsScreen(DraftsScreen):
    """Knows the panels by their ids; what is in them is the workbench's."""

    def __init__(self, drafts: OpenDrafts) -> None:
        super().__init__(drafts)
        self.services = drafts.session.services
        self._panels = Panels(self, PanelSizes.of(self.services.settings))

    @cached_property
    def _sizing(self) -> PanelMoves:
        from workbench.tui.screens.panel_moves import PanelMoves

        return PanelMoves(self._panels, self.services, wait=self, say=self.say)

    def settings_changed(self) -> None:
        """The settings are others now."""
        self.query_one(MessageList).marks = self.services.settings.mark_blanks
        self._panels.resize(PanelSizes.of(self.services.settings))

    # -- which is in front -----------------------------------------------------------------------------------------

    def action_next_view(self) -> None:
        self.output.show_next()
        self._show_output()

    def action_focus_panel(self, name: str) -> None:
        async def go() -> None:
            self.go_to_panel(name)

        self.bench.turns.move(go)

    def go_to_panel(self, name: str) -> None:
        """Bring a panel to the front and the keys to it."""
        self._panels.show(name)
        widget = self.output.shown_view if name == "output" else self.query_one(f"#{name}")
        # At once, and not by a message as `focus()` does: the next key of a burst goes where it is.
        self.set_focus(widget)
        if self.focused is not widget:
            widget.focus()  # it is not in sight yet

    def _show_output(self) -> None:
        """Bring the output to the front; where it hides what had the focus, the keys go to it."""
        if self._panels.show("output"):
            self.output.focus_shown()

    @on(TabLine.Chosen)
    def _panel_chosen(self, event: TabLine.Chosen) -> None:
        self.go_to_panel(PANELS[event.name])

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        self._panels.show_around(event.widget)

    def on_resize(self, event: events.Resize) -> None:
        self._panels.place(event.size)

    # -- how large they are ----------------------------------------------------------------------------------------

    def action_panel_width(self, steps: int) -> None:
        self._sizing.wider(self._panels.panel_of(self.focused), steps)

    def action_panel_height(self, steps: int) -> None:
        self._sizing.taller(self._panels.panel_of(self.focused), steps)

    def action_panel_reset(self) -> None:
        self._sizing.reset()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._panels.border_at(event.screen_x, event.screen_y) is None:
            return  # nearly every press: nothing is imported for it
        self._sizing.press(event.screen_x, event.screen_y)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._sizing.drag(event.screen_x, event.screen_y)

    def on_mouse_up(self) -> None:
        if self.app.mouse_captured is self:
            self.release_mouse()
            self._sizing.release()
