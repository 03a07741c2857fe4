"""The keys that a box names in its lower border ("enter takes it · esc leaves"), pressed by a click on their words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual import events
from textual.content import Content

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

_NAMES = {"enter": "enter", "esc": "escape", "tab": "tab", "space": "space", "backspace": "backspace", "/": "slash"}
_CONTROL = re.compile(r"\^([A-Z])")
_BETWEEN = " · "
_EDGE = 3
"""Cells of the border behind its words: a blank, a line, the corner."""


def press_named_key(screen: Screen[Any], event: events.Click) -> None:
    """Press the key whose words were clicked in the lower border of a box, where there are any."""
    box, _ = screen.get_widget_at(event.screen_x, event.screen_y)
    if event.screen_y == box.region.bottom - 1 and (key := key_at(box, event.screen_x)):
        event.stop()
        press(screen.app, key)


def press(app: App[Any], key: str) -> None:
    """Press a key, wherever this is called: one that a screen sends goes no further than the screen's own widgets."""
    pressed = events.Key(key, None)
    pressed.set_sender(app)
    app.post_message(pressed)


def key_at(box: Widget, x: int) -> str:
    """Textual's name of the key whose words stand in the lower border of a box at that cell of the screen, or ""."""
    words = Content.from_markup(str(box.border_subtitle or "")).plain
    return key_in(words, x - (box.region.right - _EDGE - cell_len(words)))


def key_in(words: str, x: int) -> str:
    """The key that the words at cell `x` are about: the first of its part, or the number itself, or ""."""
    at = 0
    for part in words.split(_BETWEEN):
        if at <= x < at + cell_len(part):
            here = part[: x - at + 1].rpartition(" ")[2]
            return here if here.isdigit() else _key_of(part.partition(" ")[0])
        at += cell_len(part + _BETWEEN)
    return ""


def _key_of(name: str) -> str:
    control = _CONTROL.fullmatch(name)
    if control:
        return f"ctrl+{control[1].lower()}"
    return name if len(name) == 1 and name.isascii() and name.isalpha() else _NAMES.get(name, "")
