"""How keys are written for a person: `ctrl+j` is `^J`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.tui.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

    from workbench.tui.commands import Command

_NAMES = {
    "escape": "esc",
    "enter": "enter",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "question_mark": "?",
    "equals_sign": "=",
    "underscore": "_",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "delete": "del",
    "backspace": "bksp",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_name(key: str) -> str:
    """One Textual key name as a person reads it."""
    *modifiers, last = key.split("+")
    name = _NAMES.get(last, last.upper() if last.startswith("f") and last[1:].isdigit() else last)
    if modifiers == ["ctrl"]:
        return f"^{name.upper()}" if len(name) == 1 else f"^{name}"
    return "+".join([*modifiers, name])


def key_text(command: Command, keymap: dict[str, str] | None = None) -> str:
    """All keys of a command, with the user's own in place of the declared ones."""
    keys = [key for key in (keymap or {}).get(command.id, command.keys).split(",") if key]
    if command.numbered and len(keys) > 2:
        return f"{key_name(keys[0])} … {key_name(keys[-1])}"
    return " ".join(key_name(key) for key in keys)


def bindings_keymap(keymap: Mapping[str, str]) -> dict[str, str]:
    """The user's keymap with an entry for each binding: a numbered command has one for each of its keys."""
    numbered = [command for command in COMMANDS if command.numbered and command.id in keymap]
    each = {
        f"{command.id}.{number}": key
        for command in numbered
        for number, key in enumerate(keymap[command.id].split(","), 1)
    }
    return {**keymap, **each}


def keymap_of(app: App[Any]) -> dict[str, str]:
    """The user's keymap as the app has it."""
    return dict(app._keymap)


def own_key(id: str) -> str:
    """The first key of a command as a person reads it, as the settings have it; for words that name it."""
    from textual._context import active_app

    try:
        keymap = keymap_of(active_app.get())
    except LookupError:  # no screen is open
        keymap = {}
    keys = keymap.get(id) or next(command.keys for command in COMMANDS if command.id == id)
    return key_name(keys.split(",")[0]) if keys else "the palette"
