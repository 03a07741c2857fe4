"""What pydantic found, in plain words: its own never reach the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from workbench.adapters.presets.fault_lines import FaultLines, found, shown
from workbench.adapters.presets.files import CheckType, RoleName
from workbench.adapters.presets.unknown_keys import near_word, unknown_key

if TYPE_CHECKING:
    from pydantic import ValidationError

    from workbench.adapters.yaml_file import YamlPath
    from workbench.core.preset import Kind

_ROLES = get_args(RoleName)
_CHECKS = get_args(CheckType)
_NO = ("no", "off", "n")
_LISTS = {
    "messages": "begin each message with - role: and content:",
    "checks": "begin each check with - type: and value:",
    "cases": "write rows such as - {text: ...}",
}
_MAPPINGS = {
    "parameters": "write each as name: value below it",
    "variables": 'write each as name: {default: "..."} below it',
    "response_format": "write type: json_object, or another type, below it",
    "vary": "write name: [value, value] below it",
    "cases": "write a row such as {text: ...}",
    "messages": "write a message as - role: and content:",
    "checks": "write a check as - type: and value:",
    "send": "write {last_turns: 4} or {tokens: 2000}",
    "compare": "write vary: and what is varied below it",
}
_NO_FILES = "a preset opens no file: write rows such as - {text: ...}, or give the file when it is run"


def add_faults(error: ValidationError, kind: Kind, cut: frozenset[YamlPath], faults: FaultLines) -> None:
    """Each error at its place. `cut` are the paths whose whole text is a comment in YAML."""
    for one in error.errors(include_url=False, include_context=False):
        path: YamlPath = one["loc"]
        if path in cut and one["input"] is None:
            faults.add(path, "found nothing: what begins with # is a comment", "put the text in quotes")
        elif one["type"] == "extra_forbidden":
            faults.add(path, *unknown_key(path, kind))
        else:
            faults.add(path, *_words(one["type"], path, one["input"]))


def _words(kind: str, path: YamlPath, value: Any) -> tuple[str, str]:
    if kind == "missing":
        return "is missing", f"write one of {', '.join(_ROLES if path[-1] == 'role' else _CHECKS)}"
    if kind == "literal_error":
        return _choice(path, value)
    if kind == "string_type":
        return _no_text(path, value)
    if kind == "bool_type":
        return found(value), f"write {'false' if str(value).lower() in _NO else 'true or false'}, without quotes"
    if kind == "list_type":
        return found(value), _NO_FILES if path[-1] == "cases" and isinstance(value, str) else _last(_LISTS, path)
    if kind in ("int_type", "greater_than_equal"):
        return found(value), "write a whole number from 1 on"
    return found(value), _mapping(path, value)


def _choice(path: YamlPath, value: Any) -> tuple[str, str]:
    what, known = ("role", _ROLES) if path[-1] == "role" else ("check", _CHECKS)
    if not isinstance(value, str):
        return found(value), f"write one of {', '.join(known)}"
    near = near_word(value, known)
    return f"unknown {what} {shown(value)}", f"did you mean {near}?" if near else f"write one of {', '.join(known)}"


def _no_text(path: YamlPath, value: Any) -> tuple[str, str]:
    if value is None:
        return found(value), 'leave the key out, or write "" for an empty text'
    if isinstance(value, bool | int | float):
        return found(value), "put it in quotes: a text is meant here"
    if path[-1] == "content" and isinstance(value, list):
        return found(value), "write one text; a | block has several lines"
    return found(value), "write a text"


def _mapping(path: YamlPath, value: Any) -> str:
    if path[0] == "variables" and len(path) > 1:
        name = shown(str(path[-1]))
        return f'write {name}: {{default: "..."}}, or {name}: {{}} where it has none'
    return _last(_MAPPINGS, path)


def _last(table: dict[str, str], path: YamlPath) -> str:
    """The entry of the last key in the path that has one."""
    return next((table[part] for part in reversed(path) if isinstance(part, str) and part in table), "")
