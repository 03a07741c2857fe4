"""One row of a JSON tree as pieces to draw: name, value, how much is inside, what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from workbench.core.json_text import unseen_escaped
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, shortened, width_of
from workbench.tui.widgets.json_rows import Node, Row, Said, TextLine, TextMore, indent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON
    from workbench.tui.widgets.json_rows import Path

_LOOKED_AT = 400
"""Characters of a text looked at for its one row: no terminal line is longer."""
_PREVIEWED = 8
"""Names or values told of what is folded."""
_LEAST_FAULT = 16


class Painted(NamedTuple):
    """What stays the same from row to row."""

    width: int
    wrong: Mapping[Path, str]
    """What is wrong, by path."""
    needle: re.Pattern[str] | None = None
    """What is being found."""


def json_text(value: JSON, *, pretty: bool = False) -> str:
    """JSON that can be pasted: what hides or acts is escaped."""
    return unseen_escaped(json.dumps(value, ensure_ascii=False, indent=2 if pretty else None))


def pieces_of(row: Row, painted: Painted) -> list[Piece]:
    """The row without its first two cells, which belong to the cursor."""
    room = painted.width - 2
    if isinstance(row, Said):
        return [shortened(row.text, room, row.style)]
    if isinstance(row, TextLine):
        left = indent(row.node, painted.width) + 2
        return [Piece(" " * left), Piece("│ ", "dim"), Piece(row.text, _found("string", row.text, painted.needle))]
    if isinstance(row, TextMore):
        rest = len(str(row.node.value)) - row.node.shown
        left = indent(row.node, painted.width) + 2
        return [Piece(" " * left), Piece(f"… {rest:,} characters more: enter shows them", "dim")]
    return _node_pieces(row, painted, room)


def arrow_cells(row: Row, width: int) -> range:
    """Where a click folds: the cells of the arrow, counted from the row's start."""
    if not isinstance(row, Node):
        return range(0)
    start = 2 + indent(row, width)
    return range(start, start + 2)


def folds(node: Node, width: int) -> bool:
    """Whether there is anything to unfold: values inside, or a text that has no room in its row."""
    if not isinstance(node.value, str):
        return node.holds
    if node.open or len(node.value) > width or "\n" in node.value:
        return True
    return cell_len(_quoted(node.value)) > width - 4 - indent(node, width) - width_of(_key(node, None))


def _node_pieces(node: Node, painted: Painted, room: int) -> list[Piece]:
    mark = ("▾ " if node.open else "▸ ") if folds(node, painted.width) else "  "
    pieces = [Piece(" " * indent(node, painted.width)), Piece(mark, "dim"), *_key(node, painted.needle)]
    left = room - width_of(pieces)
    fault = painted.wrong.get(node.path, "") if painted.wrong else ""
    if not fault:
        return [*pieces, *_value(node, left, painted.needle)]
    value = _value(node, max(left // 2, left - cell_len(fault) - 4, min(left, _LEAST_FAULT)), painted.needle)
    return [*pieces, *value, shortened(f"  ✗ {fault}", max(0, left - width_of(value)), "wrong")]


def _key(node: Node, needle: re.Pattern[str] | None) -> list[Piece]:
    if node.key is None:
        return []
    if isinstance(node.key, int):
        return [Piece(f"[{node.key}] ", "dim")]
    plain = node.key.isprintable() and node.key == node.key.strip() and node.key and '"' not in node.key
    shown = one_line(node.key if plain else _quoted(node.key), 60)
    return [Piece(shown, _found("key", node.key, needle)), Piece(": ", "dim")]


def _value(node: Node, room: int, needle: re.Pattern[str] | None) -> list[Piece]:
    value = node.value
    if isinstance(value, str):
        if node.open:
            return [shortened(f"text, {len(value):,} characters", room, "dim")]
        return [shortened(_quoted(value), room, _found("string", value, needle))]
    if not isinstance(value, dict | list):
        text = json.dumps(value)
        return [shortened(text, room, _found("number", text, needle))]
    if not value:
        return [Piece("{}" if isinstance(value, dict) else "[]", "dim")]
    size = f"{len(value):,} name{'s' * (len(value) > 1)}" if isinstance(value, dict) else f"list of {len(value):,}"
    size = f"object, {size}" if node.key is None and isinstance(value, dict) else size
    if node.open:
        return [shortened(size, room, "dim")]
    return [shortened(f"{size}  {_preview(value)}", room, "dim")]


def _preview(value: dict[str, JSON] | list[JSON]) -> str:
    if isinstance(value, dict):
        shown = [one_line(name, 24) for name in list(value)[:_PREVIEWED]]
    else:
        shown = [_short(item) for item in value[:_PREVIEWED]]
    return ", ".join(shown) + (", …" if len(value) > len(shown) else "")


def _short(value: JSON) -> str:
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    return one_line(_quoted(value) if isinstance(value, str) else json.dumps(value), 24)


def _quoted(text: str) -> str:
    return json_text(text[:_LOOKED_AT]) if len(text) <= _LOOKED_AT else json_text(text[:_LOOKED_AT])[:-1] + "…"


def _found(style: str, text: str, needle: re.Pattern[str] | None) -> str:
    return "match" if needle is not None and needle.search(text) else style
