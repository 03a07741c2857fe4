"""What the screens beside the workbench have in common: one frame, and a list with what is known of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.containers import Container, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from workbench.tui.screens.where import Answer
from workbench.tui.widgets.notice import Kind, NoticeBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content
    from textual.geometry import Size

Chosen = TypeVar("Chosen")


class FramedScreen(Screen[Chosen]):
    """Its one child beside the line of keys, of class `box`, is framed."""

    DEFAULT_CSS = """
    FramedScreen > .box {
        height: 1fr;
        border: round $foreground 25%;
        border-title-color: $text-accent;
        border-subtitle-color: $text-muted;
        padding: 0 1;
    }
    """

    def action_leave(self) -> None:
        self.dismiss(None)


class ListScreen(FramedScreen[Chosen]):
    """Has a `Container` with a list, and beside it, or below where that is too narrow, what is known of a row; under
    them a `NoticeBar`."""

    DEFAULT_CSS = """
    ListScreen {
        & Input, & Input:focus { border: none; height: 1; padding: 0; background: $surface-lighten-2; }
        & Container { height: 1fr; layout: horizontal; }
        & Container.-below { layout: vertical; }
        & Container.-below Details { border: none; border-top: solid $foreground 25%; padding: 0; }
        & NoticeBar { padding: 0; }
        &.-low NoticeBar { max-height: 1; }
    }
    """
    BESIDE: ClassVar[int] = 96
    """Columns from which what is known of a row stands beside the list, and no longer below it."""
    LOW: ClassVar[int] = 16
    """Rows below which what is said has one line."""

    def lay_out(self, size: Size) -> None:
        """Give the parts their places in a terminal of that size."""
        self.set_class(self.is_low(size), "-low")
        self.query_one(Container).set_class(size.width < self.BESIDE, "-below")

    def is_low(self, size: Size) -> bool:
        return size.height < self.LOW

    async def ask(self, question: Screen[Answer], /) -> Answer:
        """Show a question over this screen and wait for its answer. In a worker."""
        return await self.app.push_screen_wait(question)

    def say(self, text: str, kind: Kind = "info") -> None:
        """One line for the person; `text` may be foreign."""
        self.query_one(NoticeBar).show(text, kind)


class Details(VerticalScroll, can_focus=False):
    """What is known of the highlighted row; the keys of the list scroll it."""

    DEFAULT_CSS = """
    Details {
        height: 1fr;
        border-left: solid $foreground 25%;
        padding: 0 0 0 1;
        scrollbar-size-vertical: 1;
        & Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static()

    @property
    def line_width(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width or self.app.size.width

    @property
    def title(self) -> str:
        """The first line that is shown."""
        return str(self.query_one(Static).content).partition("\n")[0].strip()

    def show(self, text: Content | str) -> None:
        self.query_one(Static).update(text)

    def read_on(self, direction: int) -> None:
        """Half a page down, or with -1 up."""
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)
