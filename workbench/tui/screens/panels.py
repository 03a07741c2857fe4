"""How the workbench's panels stand at each size: all of them side by side, or one at a time with tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.panel_sizes import PanelSizes
from workbench.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.geometry import Region, Size
    from textual.screen import Screen
    from textual.widget import Widget

    from workbench.tui.panel_sizes import Layout
    from workbench.tui.screens.panel_moves import Border

PANELS = {"Prompt": "messages", "Parameters": "parameters", "Output": "output"}
"""The id of each tab's panel."""


class Panels:
    """Places the panels of a screen with the classes that `app.tcss` lays it out by."""

    def __init__(self, screen: Screen[None], sizes: PanelSizes) -> None:
        self._screen = screen
        self.sizes = sizes
        self._had_focus: Widget | None = None
        """What had the focus before the terminal was too small for any panel: what is not seen loses it."""

    @property
    def layout(self) -> Layout:
        """How they stand now."""
        return layout_of(self._screen.size.width)

    @property
    def desk_region(self) -> Region:
        """All that the panels have."""
        return self._screen.query_one("#desk").region

    @property
    def _tabs(self) -> TabLine:
        return self._screen.query_one("#panels", TabLine)

    def place(self, size: Size) -> None:
        """Lay the panels out for this size of the terminal."""
        classes = layout_classes(size, PANELS[self._tabs.current])
        if classes["-tiny"] and self._screen.focused is not None:
            self._had_focus = self._screen.focused
        self._screen.update_classes(classes, animate=False)
        self._give_sizes(layout_of(size.width))
        if not classes["-tiny"] and self._had_focus is not None:
            self._screen.call_after_refresh(self._focus_again, self._had_focus)
            self._had_focus = None

    def _focus_again(self, widget: Widget) -> None:
        if self._screen.focused is None and widget.is_attached:
            widget.focus()

    def resize(self, sizes: PanelSizes) -> None:
        """Give the panels these sizes."""
        self.sizes = sizes
        self._give_sizes(self.layout)

    def _give_sizes(self, layout: Layout) -> None:
        """The style sheet has the program's own."""
        rules = {"grid_columns": self.sizes.columns(layout), "grid_rows": self.sizes.rows(layout)}
        desk = self._screen.query_one("#desk")
        for rule, value in rules.items():
            if value:
                setattr(desk.styles, rule, value)
            elif desk.styles.has_rule(rule):
                desk.styles.clear_rule(rule)
                for panel in desk.children:
                    panel.refresh(layout=True)  # which has the desk forget where its panels stood

    def border_at(self, x: int, y: int) -> Border | None:
        """The border between two panels at that cell of the screen; each of them has a cell of it."""
        layout, desk = self.layout, self.desk_region
        if layout == "narrow" or not desk.contains(x, y):
            return None
        output, parameters = (self._screen.query_one(f"#{id}").region for id in ("output", "parameters"))
        if x in (output.x - 1, output.x):
            return "first"
        if layout == "wide":
            return "second" if x in (parameters.x - 1, parameters.x) else None
        return "rows" if y in (parameters.y - 1, parameters.y) and x < output.x else None

    def panel_of(self, widget: DOMNode | None) -> str:
        """The id of the panel that a widget is in; of the messages where it is in none."""
        around = {node.id for node in widget.ancestors_with_self} if widget is not None else set()
        return next((id for id in ("parameters", "output") if id in around), "messages")

    def show(self, id: str) -> bool:
        """Bring a panel to the front. Whether that hides the others: a narrow terminal shows one, wider ones all."""
        self._tabs.current = next(title for title, panel in PANELS.items() if panel == id)
        self.place(self._screen.size)
        return self._screen.has_class("-narrow")

    def show_around(self, widget: DOMNode) -> None:
        """Bring the panel that the widget is in to the front, where it is in one."""
        around = {node.id for node in widget.ancestors_with_self if node.id is not None}
        for id in around.intersection(PANELS.values()):
            self.show(id)


def layout_of(width: int) -> Layout:
    """How the panels stand at so many columns."""
    return "narrow" if width < 100 else "normal" if width < 140 else "wide"


def layout_classes(size: Size, panel: str) -> dict[str, bool]:
    """The classes for a size and the id of the panel in front. Each change of one styles the whole screen anew."""
    layout = layout_of(size.width)
    narrow = layout == "narrow"
    return {
        "-tiny": size.width < 40 or size.height < 12,
        "-low": size.height < 18,
        "-narrow": narrow,
        "-normal": layout == "normal",
        "-wide": layout == "wide",
        **{f"-on-{id}": narrow and id == panel for id in PANELS.values()},
    }
