"""Rows of a table: aligned for a terminal, with tabs between the cells for another program."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING

from workbench.core.visible import marked

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_WIDE = "WF"
_GAP = "  "
LEAST = 40
"""Cells of the last column, at least."""


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], columns: int | None, *, right: Collection[int] = ()
) -> str:
    """The rows as lines. `columns` is the terminal's width, or None for tabs between the cells and no head; `right` are
    the columns that stand at the right of their place, but for the last."""
    cells = [[one_row(cell) for cell in row] for row in rows]
    if columns is None:
        return "".join("\t".join(row) + "\n" for row in cells)
    widths = [max(width(row[column]) for row in (head, *cells)) for column in range(len(head) - 1)]
    return "".join(_line(row, widths, columns, right) for row in (head, *cells))


def terminal_columns() -> int | None:
    """The terminal's width, or None where standard output goes to a file or a program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def one_row(text: str) -> str:
    """Foreign text as one line without tabs, what a terminal would obey made visible."""
    return marked(" ".join(text.split()))


def width(text: str) -> int:
    """The cells that a terminal draws `text` in: two for a wide character, none for a mark above another one."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0  # the second and third letter of a decomposed Korean syllable join the first
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _line(row: Sequence[str], widths: Sequence[int], columns: int, right: Collection[int]) -> str:
    """One line; the last cell is cut to what is left of the terminal, the others never. Where too little is left to
    say something, the terminal wraps it."""
    padded = "".join(
        _padded(cell, wide, at_right=place in right) + _GAP
        for place, (cell, wide) in enumerate(zip(row, widths, strict=False))
    )
    return (padded + cut(row[-1], max(columns - width(padded), LEAST))).rstrip() + "\n"


def _padded(cell: str, wide: int, *, at_right: bool) -> str:
    room = " " * (wide - width(cell))
    return room + cell if at_right else cell + room


def cut(text: str, most: int) -> str:
    """One row of text in at most so many cells, with … where something is left out."""
    if width(text) <= most:
        return text
    used = 0
    for place, char in enumerate(text):
        used += _cells(char)
        if used > most - 1:
            return text[:place] + "…"
    return text
