"""Where the parts of a JSON text stand: findings name a part by its path, people by its line."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_STEP = re.compile(r"\[(\d{1,9})\]|\.?([^.\[\]]+)")
_TOKEN = re.compile(r"[\s,:]*(?:([\[{])|([\]}])|(\"(?:[^\"\\]|\\.)*+\")|([^\s,:\[\]{}\"]+))")


class _Open(NamedTuple):
    """A list or an object that is not closed yet, and the path of it."""

    path: str
    is_list: bool


def path_of(field: str) -> tuple[str | int, ...]:
    """`tools[0].function.name` as its steps."""
    return tuple(int(found[1]) if found[1] else found[2] for found in _STEP.finditer(field))


def lines_of(text: str, root: str) -> dict[str, int]:
    """The line, from 1, on which each part of a JSON text begins, by its path: `root`, `root[0].name`, ... An object's
    member begins with its name. The text is JSON."""
    lines: dict[str, int] = {}
    opened: list[_Open] = []
    counts: list[int] = []
    """How many items each open list has so far."""
    name: str | None = None
    line = 1
    place = after = 0
    while (token := _TOKEN.match(text, place)) is not None:
        start, place = token.start(token.lastindex or 0), token.end()
        line += text.count("\n", after, start)
        after = start
        if token[2]:
            opened.pop()
            counts.pop()
            continue
        if opened and not opened[-1].is_list and name is None:
            name = str(json.loads(token[3] or '""'))
            lines[f"{opened[-1].path}.{name}"] = line
            continue
        path = root
        if opened and opened[-1].is_list:
            path = f"{opened[-1].path}[{counts[-1]}]"
            counts[-1] += 1
        elif opened:
            path = f"{opened[-1].path}.{name}"
        lines.setdefault(path, line)
        name = None
        if token[1]:
            opened.append(_Open(path, token[1] == "["))
            counts.append(0)
    return lines


def line_of(lines: dict[str, int], field: str) -> int | None:
    """The line of the part that a finding names, or of the nearest part around it."""
    while field:
        if field in lines:
            return lines[field]
        field = field[: max(field.rfind("."), field.rfind("["), 0)]
    return None
