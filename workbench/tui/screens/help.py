"""F1: every key and what it does, from the list of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from workbench.tui.commands import SCOPES, commands_of
from workbench.tui.keys import key_text
from workbench.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from collections.abc import Mapping


_ALSO = (
    ("tab", "The next panel; shift+tab the one before"),
    ("enter", "A new line in a message; it never sends"),
    ("esc", "Out of a message's text, when nothing runs"),
    ("^C", "Copy what is selected"),
)


def help_screen(keymap: Mapping[str, str]) -> ReadingScreen:
    """The screen, with the user's own keys in place of the declared ones."""
    lines: list[Content] = []
    for scope, title in SCOPES.items():
        lines.append(Content.styled(title, "bold"))
        for command in commands_of(scope):
            keys = key_text(command, dict(keymap)) or "(palette)"
            lines.append(_row(keys, command.title, command.help, command.id))
        lines.append(Content(""))
    lines.append(Content.styled("While writing a message", "bold"))
    lines.extend(_row(keys, "", words) for keys, words in _ALSO)
    return ReadingScreen("Keys", Content("\n").join(lines))


def _row(keys: str, title: str, words: str, id: str = "") -> Content:
    """`id` is what the settings file calls the command."""
    text = f"{title}: {words}" if title else words
    return Content.assemble("  ", (keys.ljust(14), "$text-accent"), " ", text, (f"  {id}", "$text-muted"))
