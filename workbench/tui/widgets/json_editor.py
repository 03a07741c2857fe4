"""A small editor for a value that is JSON: response_format, tools, logit_bias, metadata, extra."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from workbench.core.errors import InputError
from workbench.core.parameters import Parameter, parse_value
from workbench.tui.display import literal

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from workbench.core.json_value import JSON

_KEYS = "ctrl+s keeps it · esc leaves it as it was"


@dataclass(frozen=True, slots=True)
class Edited:
    """The new value."""

    value: JSON


class JsonEditor(ModalScreen[Edited | None]):
    """Ends with `Edited`, or with None where the value is to stay. Text that is no JSON stays in the editor."""

    DEFAULT_CSS = """
    JsonEditor {
        align: center middle;
        & > Vertical {
            width: 90%;
            max-width: 100;
            height: 80%;
            max-height: 30;
            border: round $accent;
            border-title-color: $text-accent;
            background: $surface;
        }
        & TextArea, & TextArea:focus { border: none; padding: 0 1; height: 1fr; }
        & Static { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        & Static.-wrong { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+j", "accept", "Keep", key_display="^S", priority=True),
        Binding("escape", "leave", "Leave", key_display="esc", priority=True),
    ]

    def __init__(self, parameter: Parameter, value: JSON) -> None:
        super().__init__()
        self._parameter = parameter
        self._start = "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
        self._warned = False
        self._judged: str | None = None
        """The text that the last complaint or warning was about."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._parameter.name
            box.border_subtitle = _KEYS
            # No language: a highlighter would be loaded for a few lines.
            area = TextArea(self._start, soft_wrap=True, show_line_numbers=True)
            area.cursor_blink = False
            yield area
            yield Static(literal(self._parameter.help))

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def on_text_area_changed(self) -> None:
        # A change may be told after the key that was pressed upon it: what was said about this very text stays.
        if self.query_one(TextArea).text == self._judged:
            return
        self._warned, self._judged = False, None
        self._tell(self._parameter.help, wrong=False)

    def _tell(self, text: str, *, wrong: bool) -> None:
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text))

    def action_accept(self) -> None:
        """Keep what stands there; an empty editor changes nothing."""
        text = self.query_one(TextArea).text
        if not text.strip():
            self.dismiss(None)
            return
        try:
            value = parse_value(self._parameter.name, text)
        except InputError as error:
            self._judged = text
            self._tell(f"{error.message}{'; ' + error.hint if error.hint else ''}", wrong=True)
            return
        self.dismiss(Edited(value))

    def action_leave(self) -> None:
        """Leave; what was typed is dropped only when escape is pressed twice."""
        text = self.query_one(TextArea).text
        if text != self._start and not self._warned:
            self._warned, self._judged = True, text
            self._tell("esc once more drops what you typed; ctrl+s keeps it", wrong=True)
            return
        self.dismiss(None)
