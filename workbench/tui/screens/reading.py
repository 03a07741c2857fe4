"""Something to read and leave: the keys, the notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content


class ReadingScreen(ModalScreen[None]):
    """A box with a text; escape closes it."""

    DEFAULT_CSS = """
    ReadingScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            background: $surface; padding: 0 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "Close", show=False)]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._heading = title
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            yield Static(self._text)
        scroll.border_title = self._heading
        scroll.border_subtitle = "esc closes"
