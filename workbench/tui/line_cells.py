"""One line of text on the grid of terminal cells: where its characters stand, between which a row may end.

A message that is drawn and the same message in the editor are wrapped here, so that nothing moves when the cursor
goes into it; `layout/wrap.py` cuts a growing answer into rows with the same measures. Positions in a line are code
point indices; cells are counted from the line's start.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, get_character_cell_size

from workbench.tui.display import TAB_STOP
from workbench.tui.graphemes import is_plain, next_boundary, plain_until

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def _breaks_anywhere() -> re.Pattern[str]:
    """Scripts written without spaces: lines of them break between any two characters. Hangul has spaces and is kept
    whole where it can be, as Koreans set it."""
    return re.compile(
        "[\u2e80-\u303f\u3041-\u30ff\u31c0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60"
        "\U00020000-\U0003fffd]"
    )


_NO_ROW_START = frozenset(
    "、。，．！？：；）］｝」』】〉》〕ー々ゝヽぁぃぅぇぉっゃゅょァィゥェォッャュョ・…‥,.!?:;)]}%"
)
_NO_ROW_END = frozenset("「『（［｛【〈《〔([{+")
"""A plus stays with the letter after it, as a prefix does (UAX #14, LB 23a)."""


class LineCells(NamedTuple):
    """`bounds[i]` is where cluster i begins, `cells[i]` the cell it begins at; both end with the line's end."""

    bounds: Sequence[int]
    cells: Sequence[int]

    def cell_at(self, index: int) -> int:
        """The cell of the cluster that `index` lies in."""
        return self.cells[bisect_right(self.bounds, index) - 1]

    def start_at(self, index: int) -> int:
        """Where the cluster that `index` lies in begins."""
        return self.bounds[bisect_right(self.bounds, index) - 1]

    def end_at(self, index: int) -> int:
        """The nearest cluster boundary at or after `index`."""
        return self.bounds[bisect_left(self.bounds, index)]

    def index_at(self, cell: int) -> int:
        """Where the cluster that covers `cell` begins; the line's end past it."""
        return self.bounds[bisect_right(self.cells, cell) - 1] if cell < self.cells[-1] else self.bounds[-1]


def measure(line: str) -> LineCells:
    """The cells of `line` (no line break in it); a tab reaches to the next tab stop from the line's start."""
    if line.isascii() and line.isprintable():
        return LineCells(range(len(line) + 1), range(len(line) + 1))
    if is_plain(line):
        return LineCells(range(len(line) + 1), list(accumulate(map(get_character_cell_size, line), initial=0)))
    bounds, cells = [0], [0]
    while (start := bounds[-1]) < len(line):
        end = plain_until(line, start)
        if end > start:
            bounds.extend(range(start + 1, end + 1))
            cells.extend(accumulate(map(get_character_cell_size, line[start:end]), initial=cells.pop()))
            continue
        end = next_boundary(line, start)
        cluster = line[start:end]
        width = TAB_STOP - cells[-1] % TAB_STOP if cluster == "\t" else cell_len(cluster)
        bounds.append(end)
        cells.append(cells[-1] + width)
    return LineCells(bounds, cells)


def wrap(line: str, measured: LineCells, width: int) -> list[int]:
    """Where the rows after the first begin, so that each takes at most `width` cells (no wrapping at 0).

    A row ends after a space where there is one; that space may hang one cell past `width`, where an editor keeps a
    cell for its cursor. Never inside a cluster: one that is wider than the row has it alone.
    """
    bounds, cells = measured
    breaks: list[int] = []
    if width <= 0 or cells[-1] <= width:
        return breaks
    first = 0
    while cells[-1] - cells[first] > width:
        last = max(first + 1, bisect_right(cells, cells[first] + width) - 1)
        if last == len(bounds) - 1:
            break
        first = _break_before(line, bounds, first, last)
        if bounds[first] >= len(line):
            break
        breaks.append(bounds[first])
    return breaks


def _break_before(line: str, bounds: Sequence[int], first: int, last: int) -> int:
    """The cluster to begin the next row with, when the row from `first` has room up to `last`."""
    if line[bounds[last]] in " \u3000":
        return last + 1
    start, end = bounds[first], bounds[last]
    space = max(line.rfind(mark, start, end) for mark in " \t\u3000")
    if may_break_inside(line, max(start, space), end + 1):
        for cluster in range(last, first, -1):
            before = line[bounds[cluster] - 1]
            if before in " \t\u3000" or may_break(before, line[bounds[cluster]]):
                return cluster
    return bisect_right(bounds, space) if space >= start else last


def may_break_inside(text: str, start: int, end: int) -> bool:
    """True where `text[start:end]` holds a character that lines break beside without a space."""
    return _breaks_anywhere().search(text, start, end) is not None


def may_break(before: str, after: str) -> bool:
    """True where a row may end between two characters that no space parts; both are the code points at the joint."""
    if after in _NO_ROW_START or before in _NO_ROW_END:
        return False
    return _breaks_anywhere().match(before) is not None or _breaks_anywhere().match(after) is not None


def row_of(breaks: Sequence[int], index: int) -> int:
    """The row that `index` stands on, given what `wrap` returned."""
    return bisect_right(breaks, index)
