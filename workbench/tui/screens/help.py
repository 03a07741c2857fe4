"""F1: every key and what it does, from the list of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.commands import SCOPES, commands_of
from workbench.tui.keys import key_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

_ALSO = (
    ("tab", "The next panel; shift+tab the one before"),
    ("enter", "A new line in a message; it never sends"),
    ("esc", "Out of a message's text, when nothing runs"),
    ("^C", "Copy what is selected"),
)


class HelpScreen(ModalScreen[None]):
    """A list to read and leave."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            border: round $border; background: $surface; padding: 0 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "Close", show=False)]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap_shown = dict(keymap)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            yield Static(self._text())
        scroll.border_title = "Keys"
        scroll.border_subtitle = "esc closes · ^P finds any command by name"

    def _text(self) -> Content:
        lines: list[Content] = []
        for scope, title in SCOPES.items():
            lines.append(Content.styled(title, "bold"))
            for command in commands_of(scope):
                keys = key_text(command, self._keymap_shown) or "(palette)"
                lines.append(_row(keys, command.title, command.help))
            lines.append(Content(""))
        lines.append(Content.styled("While writing a message", "bold"))
        lines.extend(_row(keys, "", words) for keys, words in _ALSO)
        return Content("\n").join(lines)


def _row(keys: str, title: str, words: str) -> Content:
    text = f"{title}: {words}" if title else words
    return Content.assemble("  ", (keys.ljust(14), "$text-accent"), " ", text)
