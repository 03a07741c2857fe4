"""How keys are written for a person: `ctrl+j` is `^J`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from workbench.tui.commands import Command

_NAMES = {
    "escape": "esc",
    "enter": "enter",
    "slash": "/",
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
    keys = (keymap or {}).get(command.id, command.keys)
    return " ".join(key_name(key) for key in keys.split(",") if key)


def keymap_of(app: App[Any]) -> dict[str, str]:
    """The user's keymap as the app has it."""
    return dict(app._keymap)
