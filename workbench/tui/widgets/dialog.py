"""What the questions and choosers have in common: a box over the screen, and esc that leaves without an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Ends with its answer, or on escape with None. Its one child, of class `box`, is framed; its fields are flat."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .box {
            width: 90%;
            border: round $accent;
            border-title-color: $text-accent;
            border-subtitle-color: $text-muted;
            background: $surface;
            padding: 0 1;
        }
        & Input, & Input:focus { border: none; height: 1; padding: 0; background: $surface-lighten-2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", key_display="esc"),
        # The app's own, which Textual keeps from what lies over a screen; with their ids, so with the user's keys.
        Binding("f1", "app.help", "Help", show=False, id="help"),
        Binding("ctrl+o", "app.jump", "Jump", show=False, id="jump"),
    ]

    def after_typing(self, act: Callable[[], object]) -> None:
        """Do `act` once all fields have taken every key that came before this one.

        A priority binding is run by the app while the keys before it may still wait in the queues of their fields: a
        name that is typed and entered in one burst would be taken with its end cut off. Where an earlier key of the
        burst has ended the dialog, nothing is done.
        """
        waiting: set[Widget] = {self.focused or self, *self.query("Input")}

        def taken(field: Widget) -> None:
            waiting.discard(field)
            if not waiting and self.is_current:
                act()

        for field in tuple(waiting):
            field.call_later(taken, field)

    def on_click(self, event: events.Click) -> None:
        from workbench.tui.border_keys import press_named_key

        press_named_key(self, event)

    def action_leave(self) -> None:
        self.dismiss(None)
