"""How the workbench's panels stand at each size: all of them side by side, or one at a time with tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.geometry import Size
    from textual.screen import Screen

PANELS = {"Prompt": "messages", "Parameters": "parameters", "Output": "output"}
"""The id of each tab's panel."""


class Panels:
    """Places the panels of a screen with the classes that `app.tcss` lays it out by."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen

    @property
    def _tabs(self) -> TabLine:
        return self._screen.query_one("#panels", TabLine)

    def place(self, size: Size) -> None:
        """Lay the panels out for this size of the terminal."""
        classes = layout_classes(size, PANELS[self._tabs.current])
        self._screen.update_classes(classes, animate=False)

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


def layout_classes(size: Size, panel: str) -> dict[str, bool]:
    """The classes for a size and the id of the panel in front. Each change of one styles the whole screen anew."""
    narrow = size.width < 100
    return {
        "-tiny": size.width < 40 or size.height < 12,
        "-low": size.height < 18,
        "-narrow": narrow,
        "-normal": 100 <= size.width < 140,
        "-wide": size.width >= 140,
        **{f"-on-{id}": narrow and id == panel for id in PANELS.values()},
    }
