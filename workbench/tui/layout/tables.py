"""Tables: the first rows decide the column widths, so that an endless table costs no more per row than a short one."""

from __future__ import annotations

import re
from typing import Literal

from rich.cells import cell_len

from workbench.tui.layout.inline import inline
from workbench.tui.layout.lines import Line, Look, Margin, Span, Spans, shifted
from workbench.tui.layout.wrap import Wrapper

Align = Literal["left", "center", "right"]

MEASURED_ROWS = 50
"""Rows that are measured and laid out again as they come; those after them use the widths found."""
_LEAST_COLUMN = 4
_GAP = " │ "
_DELIMITER = re.compile(r"^ {0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_BAR = re.compile(r"(?<!\\)\|")


def split_row(text: str) -> list[str]:
    """The cells of a row as written, outer bars and spaces around them taken off."""
    text = text.strip(" ")
    cells = _BAR.split(text)
    if cells and text.startswith("|"):
        cells = cells[1:]
    if len(cells) > 1 and not cells[-1].strip(" "):
        cells = cells[:-1]
    return [cell.strip(" ").replace("\\|", "|") for cell in cells]


def aligns_of(header: str, delimiter: str) -> tuple[Align, ...] | None:
    """The alignment of each column, or None when these two lines do not begin a table."""
    if "|" not in header or not ("|" in delimiter or ":" in delimiter) or not _DELIMITER.match(delimiter):
        return None
    marks = split_row(delimiter)
    if len(marks) != len(split_row(header)):
        return None
    return tuple([_align(mark) for mark in marks])


def _align(mark: str) -> Align:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left"


class Table:
    """An open table; rows are given as written."""

    def __init__(
        self, out: list[Line], width: int, margin: tuple[Margin, Margin], aligns: tuple[Align, ...], source: int
    ) -> None:
        self.out = out
        self._width = width
        self._first, self._rest = margin
        self._aligns = aligns
        self._source = source
        self._written: list[str] = []
        self._widths: list[int] | None = None
        self._frozen = False
        self._delimiter = ""

    def twin(self, out: list[Line]) -> Table:
        other = Table(out, self._width, (self._first, self._rest), self._aligns, self._source)
        other._written, other._widths, other._frozen = list(self._written), self._widths, self._frozen
        other._delimiter = self._delimiter
        return other

    def begin(self, header: str, delimiter: str) -> None:
        self._written.append(header)
        self._delimiter = delimiter

    def add(self, row: str) -> None:
        """One more row."""
        if self._frozen:
            self._emit_row(row)
            return
        self._written.append(row)
        if len(self._written) > MEASURED_ROWS:
            self._freeze()

    def close(self) -> None:
        if not self._frozen:
            self._freeze()

    def _freeze(self) -> None:
        self._frozen = True
        self._widths = self._measure()
        header, *rows = self._written
        self._written = []
        self._emit_row(header, look=Look.STRONG)
        if self._widths is None:
            self._emit_row(self._delimiter)
        else:
            rule = "─┼─".join(["─" * width for width in self._widths])
            margin = self._take_margin()
            spans = (*margin.spans, Span(len(margin.text), len(margin.text) + len(rule), Look.DIM))
            self.out.append(Line(margin.text + rule, spans, 0, None, margin.lead, self._source))
            self._source += 1
        for row in rows:
            self._emit_row(row)

    def _take_margin(self) -> Margin:
        margin, self._first = self._first, self._rest
        return margin

    def _cells(self, row: str) -> list[tuple[str, Spans]]:
        """One cell per column: missing ones empty, ones too many kept in the last."""
        cells = split_row(row)
        count = len(self._aligns)
        if len(cells) > count:
            cells = [*cells[: count - 1], " | ".join(cells[count - 1 :])]
        return [inline(cell) for cell in cells] + [("", ())] * (count - len(cells))

    def _measure(self) -> list[int] | None:
        """Cells per column, or None where the columns would be too narrow to read."""
        rows = [self._cells(row) for row in self._written]
        natural = [max(1, *(cell_len(row[column][0]) for row in rows)) for column in range(len(self._aligns))]
        room = self._width - len(self._rest.text) - len(_GAP) * (len(natural) - 1)
        if sum(natural) <= room:
            return natural
        if room < sum(min(width, _LEAST_COLUMN) for width in natural):
            return None
        widths = [0] * len(natural)
        order = sorted(range(len(natural)), key=lambda column: natural[column])
        for done, column in enumerate(order):
            widths[column] = min(natural[column], room // (len(order) - done))
            room -= widths[column]
        return widths

    def _emit_row(self, row: str, look: int = 0) -> None:
        if self._widths is None:
            wrapper = Wrapper(self.out, self._width, first=self._first, rest=self._rest, source=self._source)
            wrapper.push_line(row)
            self._first = self._rest
        else:
            self._emit_cells(row, self._widths, look)
        self._source += 1

    def _emit_cells(self, row: str, widths: list[int], look: int) -> None:
        columns: list[list[Line]] = []
        for (text, spans), width in zip(self._cells(row), widths, strict=True):
            lines: list[Line] = []
            Wrapper(lines, width).push_line(text, spans)
            columns.append(lines)
        for index in range(max(map(len, columns))):
            self._emit_cell_row(
                [lines[index] if index < len(lines) else Line("") for lines in columns], widths, look, index
            )

    def _emit_cell_row(self, cells: list[Line], widths: list[int], look: int, index: int) -> None:
        margin = self._take_margin()
        text, spans = margin.text, list(margin.spans)
        for column, (cell, width, align) in enumerate(zip(cells, widths, self._aligns, strict=True)):
            if column:
                spans.append(Span(len(text), len(text) + len(_GAP), Look.DIM))
                text += _GAP
            blank = width - cell_len(cell.text)
            left = blank if align == "right" else blank // 2 if align == "center" else 0
            text += " " * left
            spans.extend(shifted(cell.spans, len(text)))
            text += cell.text + (" " * (blank - left) if column < len(widths) - 1 else "")
        self.out.append(Line(text, tuple(spans), look, None, margin.lead, self._source, index))
