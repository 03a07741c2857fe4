"""One value typed into one line, with what is wrong with it said below before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ValueField(Dialog[str | None]):
    """Ends with the text, or with None on escape; `fault` says what is wrong with one, "" for nothing."""

    DEFAULT_CSS = """
    ValueField {
        & > .box { max-width: 84; height: auto; max-height: 100%; }
        & Static { height: auto; color: $text-muted; }
        & #wrong { color: $text-error; min-height: 1; }
    }
    """

    def __init__(self, title: str, text: str, *, hint: str, about: str, fault: Callable[[str], str]) -> None:
        """`hint` stands in the field while it is empty, `about` above it."""
        super().__init__()
        self._heading = title
        self._first = text
        self._hint = hint
        self._about = about
        self._fault = fault

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = literal(self._heading)
            box.border_subtitle = "enter takes it · esc leaves"
            yield Static(literal(self._about))
            field = Input(self._first, placeholder=self._hint)
            field.cursor_blink = False
            yield field
            yield Static(id="wrong")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.value)

    def _tell(self, text: str) -> str:
        fault = self._fault(text)
        self.query_one("#wrong", Static).update(literal(f"✗ {fault}" if fault else ""))
        return fault

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._tell(event.value):
            self.dismiss(event.value)
