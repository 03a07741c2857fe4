"""Changing the settings file from within the program: one value, one endpoint; comments, order and spaces stay.

A change is read back by the loader before it is written: what would be left with a new fault in it is not written.
"""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from workbench.adapters.files import private_folder, read_limited, storage_error, write_atomic
from workbench.adapters.settings import FILE_NAME, MAX_BYTES, USING_DEFAULTS
from workbench.adapters.settings_read import read_settings
from workbench.adapters.settings_schema import MODELINE, SCHEMA_FILE, json_schema
from workbench.adapters.settings_template import settings_template
from workbench.core.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument

_BOM = "\ufeff"
_TABLE = re.compile(r"^[ \t]*(?:#[ \t]*)?\[", re.MULTILINE)

Value = str | int | float | bool


def set_setting(path: Path, name: str, value: Value) -> None:
    """Give a setting (`default_model`, `limits.idle_s`) this value. A commented line of the template that stands for it
    is put into force in its place. InputError, StorageError."""

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        table, _, key = name.rpartition(".")
        place = document.get(table, {}) if table else document
        if key not in place and (put := _uncommented(text, table, key, value)) is not None:
            return put
        _table(document, *filter(None, [table]))[key] = value
        return tomlkit.dumps(document)

    _change(path, change)


def unset_setting(path: Path, name: str) -> None:
    """Take a setting out, so that the default holds; a line of its own stays as a comment. InputError, StorageError."""

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        table, _, key = name.rpartition(".")
        place = document.get(table, {}) if table else document
        if key not in place:
            return text
        del place[key]
        without = tomlkit.dumps(document)
        line = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=.*$", re.MULTILINE)
        # With a mark in front instead, where that leaves the same settings: each table may have one of that name.
        marked = (f"{text[: at.start()]}# {text[at.start() :].lstrip()}" for at in line.finditer(text))
        plain = document.unwrap()
        return next((other for other in marked if _is_same(other, plain)), without)

    _change(path, change)


def set_keys(path: Path, command: str, keys: str) -> None:
    """Give a command these keys in `[keymap]`, or with "" its own again. InputError, StorageError."""

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        keymap = _table(document, "keymap")
        _drop(keymap, command)
        if keys:
            keymap[command] = keys
        return tomlkit.dumps(document)

    _change(path, change)


def write_template(path: Path) -> None:
    """Write a commented settings file where there is none, and the schema that its first line names beside it.

    StorageError.
    """
    private_folder(path.parent)
    if not path.exists():
        write_atomic(path, settings_template().encode())
    _write_schema(path.parent)


def set_endpoint(path: Path, name: str, facts: Mapping[str, str]) -> None:
    """Add the endpoint `[endpoints.NAME]`, or give one that is there these facts; its other lines stay.

    InputError, StorageError.
    """

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        endpoint = _table(document, "endpoints", name)
        for key, value in facts.items():
            endpoint[key] = value
        return tomlkit.dumps(document)

    _change(path, change)


def remove_endpoint(path: Path, name: str) -> None:
    """Take `[endpoints.NAME]` out, with the comments in it; nothing happens where it is not there.

    InputError, StorageError.
    """

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        endpoints = document.get("endpoints")
        if isinstance(endpoints, MutableMapping) and name in endpoints:
            del endpoints[name]
        return tomlkit.dumps(document)

    _change(path, change)


def _change(path: Path, change: Callable[[str], str]) -> None:
    text = _read(path)
    bare = text.removeprefix(_BOM)
    before = read_settings(bare)[1]
    try:
        changed = change(bare)
    except (TOMLKitError, RecursionError, ValueError) as error:
        said = next(iter(before), f"{FILE_NAME}: it has a form that can't be changed here").removesuffix(USING_DEFAULTS)
        raise InputError(f"{said}; nothing was changed", f"mend {path} first") from error
    if "\r\n" in bare and bare.count("\r\n") == bare.count("\n"):
        changed = re.sub("\r?\n", "\r\n", changed)
    known = {_placeless(fault) for fault in before}
    new = [fault for fault in read_settings(changed)[1] if _placeless(fault) not in known]
    if new:
        raise InputError(f"not saved: {new[0]}", "change it and try again")
    private_folder(path.parent)
    if changed.startswith(MODELINE):
        _write_schema(path.parent)
    write_atomic(path, (_BOM * text.startswith(_BOM) + changed).encode())


def _write_schema(folder: Path) -> None:
    """For editors, as it is now: the program may have learned a setting since."""
    text = f"{json.dumps(json_schema(), indent=2)}\n".encode()
    path = folder / SCHEMA_FILE
    try:
        known = path.read_bytes()
    except OSError:
        known = b""
    if text != known:
        write_atomic(path, text)


def _is_same(text: str, plain: dict[str, Any]) -> bool:
    """Whether a text is TOML with these values."""
    try:
        return bool(tomlkit.parse(text).unwrap() == plain)
    except TOMLKitError:
        return False


def _drop(table: MutableMapping[str, Any], id: str) -> None:
    """Take a command's keys out: TOML reads `message.edit = "e"` as a table in a table."""
    if id in table:
        del table[id]
        return
    for name in [name for name in table if id.startswith(f"{name}.")]:
        if isinstance(inner := table[name], MutableMapping):
            _drop(inner, id.removeprefix(f"{name}."))
            if not inner:
                del table[name]


def _placeless(fault: str) -> str:
    """A fault without its line, which moves with what is written above it."""
    return re.sub(rf"^{re.escape(FILE_NAME)}:\d+", FILE_NAME, fault)


def _read(path: Path) -> str:
    """The file's text, or a template where there is none."""
    try:
        if not path.exists():
            return settings_template()
    except OSError as error:
        raise storage_error(error, path, "{} can't be read") from error
    data = read_limited(path, path.parent, MAX_BYTES, shown=str(path), taker="the settings").data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise StorageError(f"{path} is not UTF-8 text", "save it as UTF-8") from error


def _uncommented(text: str, table: str, key: str, value: Value) -> str | None:
    """The text with the template's line `# key = ...` of that table in force; None where there is none."""
    start = 0
    if table:
        heading = re.search(rf"^#?[ \t]*\[{re.escape(table)}\][ \t]*$", text, re.MULTILINE)
        if heading is None:
            return None
        start = heading.end()
    end = following.start() if (following := _TABLE.search(text, start)) is not None else len(text)
    line = re.compile(rf"^#[ \t]*({re.escape(key)}[ \t]*=.*)$", re.MULTILINE).search(text, start, end)
    if line is None or not _is_toml(line[1]):
        return None
    written = tomlkit.item(value).as_string()
    changed = f"{text[: line.start()]}{key} = {written}{text[line.end() :]}"
    if table:  # its heading may be commented out too
        changed = re.sub(rf"^#[ \t]*\[{re.escape(table)}\]", f"[{table}]", changed, count=1, flags=re.MULTILINE)
    return changed


def _is_toml(line: str) -> bool:
    """Whether it is a setting commented out, and not a sentence with an equals sign in it."""
    try:
        return bool(tomlkit.parse(line))
    except TOMLKitError:
        return False


def _table(document: TOMLDocument, *names: str) -> MutableMapping[str, Any]:
    """The table of that name, made where it is missing. InputError where something else stands there."""
    place: MutableMapping[str, Any] = document
    for depth, name in enumerate(names):
        if name not in place:
            inline = isinstance(place, InlineTable)
            place[name] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=depth + 1 < len(names))
        found = place[name]
        if not isinstance(found, MutableMapping):
            raise InputError(f"{FILE_NAME}: {'.'.join(names[: depth + 1])} is no [table]", "write it as one")
        place = found
    return place
