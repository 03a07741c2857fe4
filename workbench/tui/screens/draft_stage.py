"""One draft at a time on the workbench's widgets: what was typed goes with the draft that is left, and comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.tui.conversation import where_to_go_on
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.output_pane import OutputPane
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.parts_panel import PartsPanel
from workbench.tui.widgets.variables_panel import VariablesPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.screen import Screen

    from workbench.tui.screens.draft_room import DraftRoom
    from workbench.tui.widgets.draft_bar import DraftBar
    from workbench.tui.widgets.draft_tab import DraftTab
    from workbench.tui.widgets.output_views import View


class DraftStage:
    """The widgets of the workbench's screen, as far as they hold what belongs to a draft."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._bar: DraftBar | None = None

    async def add_pane(self, first: View) -> OutputPane:
        """Another output pane, not shown yet, with this view in front."""
        pane = OutputPane(first)
        pane.display = False
        await self._screen.query_one("#output").mount(pane, before="#usage")
        return pane

    def take_typed(self, room: DraftRoom) -> None:
        """Put what was typed until now into the draft's prompt: the last keys may be on their way yet."""
        messages = self._screen.query_one(MessageList).messages
        room.desk.edit(replace(room.desk.prompt, messages=messages))

    def leave(self, room: DraftRoom) -> bool:
        """Take what was typed into the draft, and its messages off the screen. False, and said, where what stands in an
        open field can't be taken."""
        panel = self._screen.query_one(ParameterPanel)
        if not panel.leave():
            return False
        self._screen.query_one(VariablesPanel).leave()
        self.take_typed(room)
        # A parameter that was turned in the same moment too.
        room.desk.edit(room.desk.prompt.with_parameters(panel.parameters))
        messages = self._screen.query_one(MessageList)
        room.was_editing = messages.editing
        room.held = messages.leave()
        return True

    def enter(self, room: DraftRoom, before: DraftRoom, *, focus: bool) -> None:
        """Show this draft in the place of the one before; `focus` puts it into the same panel."""
        in_output = before.pane.has_focus_within
        for pane in self._screen.query(OutputPane):
            pane.display = pane is room.pane
        prompt = room.desk.prompt
        messages = self._screen.query_one(MessageList)
        messages.enter(room.held, prompt.messages, where_to_go_on(prompt))
        self._screen.query_one(PartsPanel).show(room.derived.parts if room.derived is not None else ())
        if not focus:
            return
        if in_output:
            room.pane.focus_shown()
        elif before.was_editing:
            messages.focus_message(messages.current, edit=True)

    def bar(self, tabs: Sequence[DraftTab], front: int) -> DraftBar | None:
        """The line of tabs for the first paint; none where there is one draft alone."""
        if len(tabs) > 1:
            # Most have one draft.
            from workbench.tui.widgets.draft_bar import DraftBar

            self._bar = DraftBar(tabs, front)
        return self._bar

    def show_bar(self, tabs: Sequence[DraftTab], front: int) -> None:
        """Show the tabs, where there is more than one draft."""
        if self._bar is None and (bar := self.bar(tabs, front)) is not None:
            self._screen.mount(bar, before="#panels")
        if self._bar is not None:
            self._bar.set_class(len(tabs) == 1, "-alone")
            self._bar.show(tabs, front)

    def show_front(self, tab: DraftTab) -> None:
        """What the tab in front says now."""
        if self._bar is not None:
            self._bar.show_front(tab)
