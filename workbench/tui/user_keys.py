"""The keys of the settings file, judged: what can't be used is named, and the command keeps its own."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from workbench.tui.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.tui.commands import Command

_SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
"""What a terminal sends for them."""
_OF_TEXT = {f"ctrl+{letter}" for letter in "acdekuvwx"}
_MODIFIERS = {"ctrl", "shift", "alt", "super"}
_NAMES = {key.value.rpartition("+")[2] for key in Keys if "<" not in key.value} | set(KEY_NAME_REPLACEMENTS.values())
_EVERYWHERE = ("app", "workbench")
"""Scopes whose keys hold at the same time."""


def judged(keymap: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a keymap (command id -> key names, comma separated) can be used, and a line for each entry that can't."""
    commands = {command.id: command for command in COMMANDS}
    good: dict[str, str] = {}
    notes: list[str] = []
    for id, keys in keymap.items():
        fault = _fault(keys) if id in commands else f"no such command{_nearest(id, list(commands))}: ignored"
        if fault:
            notes.append(f"settings.toml: keymap.{id}: {fault}")
        else:
            good[id] = keys
    while (clash := _clash(good, commands)) is not None:
        id, key, other = clash
        notes.append(f"settings.toml: keymap.{id}: {key} is the key of {other}: its own key is used")
        del good[id]
    return good, tuple(notes)


def _fault(keys: str) -> str:
    """What is wrong with the keys of one command, "" for nothing."""
    if not keys:
        return "expected a key such as f11: its own key is used"
    for key in keys.split(","):
        if key in _SAME_AS:
            return f"{key} is {_SAME_AS[key]} for a terminal: its own key is used"
        if key in _OF_TEXT:
            return f"{key} edits text: its own key is used"
        if not _is_key(key):
            return f"no key is called '{key[:30]}': its own key is used"
    return ""


def _is_key(key: str) -> bool:
    if len(key) == 1:
        return key.isprintable()
    *modifiers, name = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    if name in _NAMES or (len(name) == 1 and name.isprintable()):
        return True
    try:
        return bool(unicodedata.lookup(name.replace("_", " ")))
    except KeyError:
        return False


def _clash(good: Mapping[str, str], commands: Mapping[str, Command]) -> tuple[str, str, str] | None:
    """The last entry that takes a key from a command whose keys hold at the same time: its id, the key, that one's."""
    for id in reversed(list(good)):
        for key in good[id].split(","):
            for other in commands.values():
                together = other.scope == commands[id].scope or {other.scope, commands[id].scope} <= {*_EVERYWHERE}
                if other.id != id and together and key in good.get(other.id, other.keys).split(","):
                    return id, key, other.id
    return None


def _nearest(id: str, known: list[str]) -> str:
    import difflib  # only for a file with a fault

    close = difflib.get_close_matches(id.lower(), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
