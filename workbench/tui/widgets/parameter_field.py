"""The one-line field that opens in a row of the parameter panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

if TYPE_CHECKING:
    from textual import events


class ParameterField(Input):
    """An Input one line high, without a border. Enter submits, escape cancels, leaving it says `Left`."""

    DEFAULT_CSS = """
    ParameterField, ParameterField:focus {
        position: absolute;
        height: 1;
        border: none;
        padding: 0;
        background: $surface-lighten-2;
        background-tint: $foreground 0%;
        &.-wrong { background: $error 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=True, key_display="esc"),
        Binding("enter", "submit", "Accept", show=True),
    ]

    class Cancelled(Message):
        """Escape: the value is to stay as it was."""

    class Left(Message):
        """The focus went elsewhere while the field was open."""

        def __init__(self, field: ParameterField) -> None:
            super().__init__()
            self.field = field

    def __init__(self, text: str, *, select: bool, placeholder: str) -> None:
        # Selected here and not when the focus comes: a key may come before it.
        super().__init__(text, placeholder=placeholder, select_on_focus=False)
        self.selection = Selection(0 if select else len(text), len(text))
        # A blinking cursor is the only thing on the screen that would move by itself.
        self.cursor_blink = False

    def type_in(self, text: str) -> None:
        """Insert `text` as if it had been typed here."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)

    def action_cancel(self) -> None:
        self.post_message(self.Cancelled())

    def on_blur(self, event: events.Blur) -> None:
        # The terminal's window losing the focus is no answer of the person's.
        if self.app.app_focus:
            self.post_message(self.Left(self))
