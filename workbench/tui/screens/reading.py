"""Something to read and leave: the keys, the notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class ReadingScreen(ModalScreen[None]):
    """A box with a text; escape closes it."""

    DEFAULT_CSS = """
    ReadingScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            background: $surface; padding: 0 1;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("f1", "dismiss", "Close", show=False, id="help"),
    ]

    def __init__(self, title: str, text: Content | Callable[[int], Content]) -> None:
        """`text` is told the width where its lines depend on it."""
        super().__init__()
        self._heading = title
        self._text = text
        self._width = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            yield Static(self._text if isinstance(self._text, Content) else "")
        scroll.border_title = self._heading
        scroll.border_subtitle = "esc closes"

    def on_mount(self) -> None:
        self._lay_out(self.app.size.width)

    def on_resize(self) -> None:
        self._lay_out(self.size.width)

    def on_click(self, event: events.Click) -> None:
        from workbench.tui.border_keys import press_named_key

        press_named_key(self, event)

    def _lay_out(self, width: int) -> None:
        # The box has a border, a cell on each side of the text, and a scrollbar where the text is long.
        width = min(84, width) - 5
        if width != self._width and not isinstance(self._text, Content):
            self._width = width
            self.query_one(Static).update(self._text(width))
