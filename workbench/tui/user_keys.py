"""The keys of the settings file, judged: what can't be used is named, and the command keeps its own."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from workbench.tui.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.tui.commands import Command

_SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
"""What a terminal sends for them."""
_OF_TEXT = {f"ctrl+{letter}" for letter in "acdekuvwx"}
_STEPS = {"ctrl+z": "undo", "ctrl+y": "redo"}
"""In every field these are a step back and on again: only the commands that are the same may have them."""
_MOVES_FOCUS = {"tab", "shift+tab"}
_MODIFIERS = {"ctrl", "shift", "alt", "super"}
_NAMES = {key.value.rpartition("+")[2] for key in Keys if "<" not in key.value} | set(KEY_NAME_REPLACEMENTS.values())
FILE = "settings.toml"
_OWN = ": its own key is used"
_EVERYWHERE = ("app", "workbench")
"""Scopes whose keys hold at the same time."""


def judged(
    keymap: Mapping[str, str], place: Callable[[str], str] = lambda path: FILE
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a keymap (command id -> key names, comma separated) can be used, and a line for each entry that can't;
    `place` tells where in the settings file an entry stands."""
    commands = {command.id: command for command in COMMANDS}
    good: dict[str, str] = {}
    notes: list[str] = []
    for id, keys in keymap.items():
        fault = (
            _fault(commands[id], keys) if id in commands else f"no such command{_nearest(id, list(commands))}: ignored"
        )
        if fault:
            notes.append(f"{place(f'keymap.{id}')}: keymap.{id}: {fault}")
        else:
            good[id] = keys
    while (clash := _clash(good, commands)) is not None:
        id, key, other = clash
        notes.append(f"{place(f'keymap.{id}')}: keymap.{id}: {key} is the key of {other}{_OWN}")
        del good[id]
    return good, tuple(notes)


def key_fault(keymap: Mapping[str, str], id: str, keys: str) -> str:
    """What would be wrong with these keys for a command beside those that the keymap gives; "" for nothing."""
    good, notes = judged({**{other: its for other, its in keymap.items() if other != id}, id: keys})
    said = next((note for note in reversed(notes) if f": keymap.{id}: " in note), "") if id not in good else ""
    return said.partition(f"keymap.{id}: ")[2].removesuffix(_OWN)


def _fault(command: Command, keys: str) -> str:
    """What is wrong with the keys of one command, "" for nothing."""
    if not keys:
        return f"expected a key such as f11{_OWN}"
    for key in keys.split(","):
        if key in _SAME_AS:
            return f"{key} is {_SAME_AS[key]} for a terminal{_OWN}"
        if key in _OF_TEXT or (key in _STEPS and command.id != _STEPS[key]):
            return f"{key} edits text{_OWN}"
        if key in _MOVES_FOCUS:
            return f"{key} goes from one panel to the other{_OWN}"
        if not _is_key(key):
            return f"no key is called '{key[:30]}'{_OWN}"
        if command.priority and not _is_out_of_text(key):
            return f"{key} is typed in a text, and this command's key holds there too{_OWN}"
    if command.scope in _EVERYWHERE and all(map(_is_typed, keys.split(","))):
        return f"{keys} would be typed, or is a key of the focused panel: give it one with ctrl or alt, or f11{_OWN}"
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


def _is_out_of_text(key: str) -> bool:
    """Whether no field makes anything of it."""
    *modifiers, name = key.split("+")
    return bool({"ctrl", "alt", "super"} & set(modifiers)) or (name[:1] == "f" and name[1:].isdigit())


def _is_typed(key: str) -> bool:
    """Whether it is a character: "r", and "slash" for "/"."""
    if len(key) == 1 or key == "space" or key in KEY_NAME_REPLACEMENTS.values():
        return True
    try:
        return bool(unicodedata.lookup(key.replace("_", " ")))
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
