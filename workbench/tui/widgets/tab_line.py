"""One drawn line of tabs: the shown one is marked by brackets and the accent, not by colour alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events

    from workbench.tui.jumping import JumpSpot


class TabLine(Widget):
    """Names side by side; a click on one posts `Chosen`."""

    DEFAULT_CSS = """
    TabLine { height: 1; width: 1fr; color: $text-muted; }
    """

    current: reactive[str] = reactive("")

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, line: TabLine, name: str) -> None:
            super().__init__()
            self.line = line
            self.name = name

        @property
        def control(self) -> TabLine:
            return self.line

    def __init__(self, names: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names = names
        self.set_reactive(TabLine.current, names[0])

    def render(self) -> Content:
        parts = [
            (f"[{name}]", "$text-accent bold") if name == self.current else (f" {name} ", "") for name in self.names
        ]
        return Content.assemble(*parts)

    def following(self) -> str:
        """The name after the shown one, round and round."""
        return self.names[(self.names.index(self.current) + 1) % len(self.names)]

    def jump_spots(self) -> Iterator[JumpSpot]:
        """A letter on each name."""
        from workbench.tui.jumping import JumpSpot

        x, y = self.content_region.offset
        for name in self.names:
            yield JumpSpot(x, y, partial(self.post_message, self.Chosen(self, name)))
            x += len(name) + 2

    def on_click(self, event: events.Click) -> None:
        start = 0
        for name in self.names:
            start += len(name) + 2
            if event.x < start:
                self.post_message(self.Chosen(self, name))
                return
