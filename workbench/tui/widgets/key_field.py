"""The keys of a command, given by pressing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.border_keys import press_named_key
from workbench.tui.display import literal
from workbench.tui.keys import key_name

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

MOST = 9


class KeyField(ModalScreen[str | None], inherit_bindings=False):
    """Ends with the keys that were pressed, comma separated, or with None on escape. Enter, escape and backspace are
    for the field itself: who wants one of them for the command writes it into the file."""

    DEFAULT_CSS = """
    KeyField {
        align: center middle;
        & > .box {
            width: 90%; max-width: 84; height: auto; max-height: 100%;
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            background: $surface; padding: 0 1;
        }
        & Static { height: auto; color: $text-muted; }
        & #pressed { color: $text-accent; text-style: bold; min-height: 1; margin: 1 0; }
        & #wrong { color: $text-error; min-height: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def __init__(self, title: str, own: str, *, fault: Callable[[str], str]) -> None:
        """`own` are the keys that the command has by itself, as a person reads them; `fault` says what is wrong with
        keys, "" for nothing."""
        super().__init__()
        self._heading = title
        self._own = own
        self._fault = fault
        self._pressed: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = literal(self._heading)
            box.border_subtitle = "enter takes them · backspace takes one back · esc leaves"
            yield Static(
                literal(f"Press the key, or one after the other. None: its own, {self._own or 'no key at all'}.")
            )
            yield Static(id="pressed")
            yield Static(id="wrong")

    def on_mount(self) -> None:
        self._show()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.action_leave()
        elif event.key == "enter":
            self._take()
        elif event.key == "backspace":
            self._pressed = self._pressed[:-1]
            self._show()
        elif event.key not in self._pressed and len(self._pressed) < MOST:
            self._pressed.append(event.key)
            self._show()

    def on_click(self, event: events.Click) -> None:
        press_named_key(self, event)

    def _show(self) -> str:
        fault = self._fault(",".join(self._pressed)) if self._pressed else ""
        shown = " ".join(key_name(key) for key in self._pressed)
        self.query_one("#pressed", Static).update(literal(shown or "(its own)"))
        self.query_one("#wrong", Static).update(literal(f"✗ {fault}" if fault else ""))
        return fault

    def _take(self) -> None:
        if not self._show():
            self.dismiss(",".join(self._pressed))

    def action_leave(self) -> None:
        self.dismiss(None)
