"""A JSON value as YAML that is pleasant to read: one item a line, texts of several lines as blocks.

For files that other programs read; presets are written by adapters/presets. Everything that is not a plain word is
written as JSON, which YAML reads the same way.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.json_text import unseen_escaped

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

_WORD = re.compile(r"[A-Za-z_][\w-]*(?:[:./][\w-]+)*", re.ASCII)
_NOT_WORDS = frozenset("true false null yes no on off y n nan inf".split())
_BLOCK = re.compile(r"[^\x00-\x09\x0b-\x1f]*\S[^\x00-\x09\x0b-\x1f]*")


def yaml_text(value: JSON) -> str:
    """The value as a YAML document."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: JSON) -> list[str]:
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for name, item in value.items():
            lines += _under(f"{_scalar(name)}:", item, nested=isinstance(item, dict | list))
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = _block(item) if isinstance(item, str) else _lines(item)
            lines += [f"- {first}", *(f"  {line}" if line else "" for line in rest)]
        return lines
    return _block(value) if isinstance(value, str) else [json.dumps(value)]


def _under(key: str, item: JSON, *, nested: bool) -> list[str]:
    lines = _block(item) if isinstance(item, str) else _lines(item)
    if nested and item:
        return [key, *(f"  {line}" if line else "" for line in lines)]
    return [f"{key} {lines[0]}", *(f"  {line}" if line else "" for line in lines[1:])]


def _block(text: str) -> list[str]:
    """A text of several lines as a block that keeps each of them, where YAML can; else as one line."""
    if "\n" not in text or not _is_block(text):
        return [_scalar(text)]
    body = text.removesuffix("\n")
    return ["|" if body != text else "|-", *body.split("\n")]


def _is_block(text: str) -> bool:
    """Whether a text is the same as a block: nothing unseen, no blank ends, and a first line that begins the text."""
    if _BLOCK.fullmatch(text) is None or unseen_escaped(text) != text or text.endswith("\n\n"):
        return False
    return text[0] not in " \t\n" and not any("\ud800" <= character <= "\udfff" for character in text)


def _scalar(text: str) -> str:
    if _WORD.fullmatch(text) and text.lower() not in _NOT_WORDS:
        return text
    return unseen_escaped(json.dumps(text, ensure_ascii=False))
