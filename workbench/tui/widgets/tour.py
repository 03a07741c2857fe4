"""Five lines for the very first start: how to run, where to go on from there. They never take the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.tui.commands import COMMANDS
from workbench.tui.keys import key_name

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES: tuple[tuple[str, str], ...] = (
    ("run", "runs the message; the answer streams in"),
    ("jump", "puts a letter on every panel: type it, be there"),
    ("connection", "connects: a key, an endpoint, a local server"),
    ("open", "opens a ready prompt, to run as it is or to change"),
    ("palette", "finds any command by name; this tour, too"),
)
"""A command, and what its key does."""


class Tour(Static):
    """A click posts `Seen`."""

    DEFAULT_CSS = """
    Tour { height: auto; padding: 0 1; color: $text-muted; }
    """

    class Seen(Message):
        """The lines have been read."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        """`keymap`: the user's own keys, by command id."""
        super().__init__(tour_text(keymap))

    def on_click(self) -> None:
        self.post_message(self.Seen())


def tour_text(keymap: Mapping[str, str]) -> Content:
    """The lines; each begins with the key, or with the command's name where the user left it without one."""
    declared = {command.id: command for command in COMMANDS}
    rows = []
    for id, words in LINES:
        first = keymap.get(id, declared[id].keys).partition(",")[0]
        key = key_name(first) if first else declared[id].title
        rows.append(Content.assemble((f"{key:<4}", "$text-accent bold"), " ", words))
    return Content("\n").join(rows)
