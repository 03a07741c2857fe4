"""Find in what is shown: one line to type in, the number of matches beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class FindLine(Horizontal):
    """Posts `Wanted` at each change and at each step; `show_count` tells what was found."""

    DEFAULT_CSS = """
    FindLine {
        height: 1;
        & > Input, & > Input:focus { width: 1fr; border: none; height: 1; padding: 0; background: $surface; }
        & > Static { width: auto; min-width: 14; color: $text-muted; text-align: right; }
        & > #find-moves { min-width: 6; color: $text-accent; }
        & > #find-label { min-width: 6; text-align: left; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close find"),
        Binding("down", "go(1)", "Next match", show=False),
        Binding("up", "go(-1)", "Match before", show=False),
    ]

    class Wanted(Message):
        """Find `needle`, going `direction` (1 on, -1 back, 0 from here); an empty needle ends the finding."""

        def __init__(self, needle: str, direction: int) -> None:
            super().__init__()
            self.needle = needle
            self.direction = direction

    def compose(self) -> ComposeResult:
        yield Static("find  ", id="find-label", markup=False)
        yield Input()
        yield Static("", id="find-count", markup=False)
        yield Static(" ↑ ↓ ✕", id="find-moves", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    async def on_click(self, event: events.Click) -> None:
        """The mouse goes on, back, and out."""
        if event.widget is not None and event.widget.id == "find-moves":
            event.stop()
            await self.run_action(("go(-1)", "go(1)", "close")[min(2, event.x // 2)])

    def focus_field(self) -> None:
        self.query_one(Input).focus()

    def show_count(self, current: int, total: int) -> None:
        """The `current`th of `total` matches is shown."""
        self.query_one("#find-count", Static).update(f"{current} of {total}" if total else "not found")

    def action_go(self, direction: int) -> None:
        self.post_message(self.Wanted(self.query_one(Input).value, direction))

    async def action_close(self) -> None:
        self.post_message(self.Wanted("", 0))
        await self.remove()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.action_go(0)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go(1)
