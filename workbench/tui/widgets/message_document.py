"""The text of a message as the editor holds it: exact, and laid out on the grid of cells.

Textual's own Document takes U+2028, VT, FF, NEL and the like for line breaks and loses them, and its wrapping splits
emoji and takes a second per key in a line of 100,000 characters. These two stand in their places.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset

from workbench.core.invisible import BLANKS, SPACES
from workbench.tui.display import visible
from workbench.tui.graphemes import clusters
from workbench.tui.line_cells import LineCells, measure, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class ExactDocument(Document):
    """A document whose only line break is the line feed: `text` is what was loaded, character for character."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._lines = text.split("\n")
        self._text: str | None = text

    @property
    def text(self) -> str:
        # TextArea asks for the whole text several times a key and once per drawn row.
        if self._text is None:
            self._text = "\n".join(self._lines)
        return self._text

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Put `text` in place of what lies between `start` and `end`, in either order."""
        (top, left), (bottom, right) = sorted((start, end))
        replaced = self.get_text_range(start, end)
        after = self._lines[bottom][right:] if bottom < len(self._lines) else ""
        inserted = (self._lines[top][:left] + text).split("\n")
        end_location = (top + len(inserted) - 1, len(inserted[-1]))
        inserted[-1] += after
        self._lines[top : bottom + 1] = inserted
        self._text = None
        return EditResult(end_location, replaced)

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two locations, in either order."""
        (top, left), (bottom, right) = sorted((start, end))
        if top == bottom:
            return self._lines[top][left:right]
        # A range may end below the last line: TextArea deletes a line "up to column 0 of the next".
        last = [self._lines[bottom][:right]] if bottom < len(self._lines) else []
        return "\n".join([self._lines[top][left:], *self._lines[top + 1 : bottom], *last])


def location_of(text: str, offset: int) -> Location:
    """The line and the column of a character, both from 0."""
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset), offset - line_start


def offset_of(text: str, location: Location) -> int:
    """The character at a line and a column."""
    line, column = location
    start = 0
    for _ in range(line):
        start = text.index("\n", start) + 1
    return start + column


def shown(line: str) -> str:
    """`line` as it is drawn while it is edited: one code point for each of its own, so that positions stay.

    What `visible` would mark with several characters becomes U+FFFD here. Tabs stay: `measure` gives them width.
    """
    if line.isprintable() and visible(line) == line:
        return line
    return "\t".join("".join(map(_shown_cluster, clusters(part))) for part in line.split("\t"))


def _shown_cluster(cluster: str) -> str:
    if visible(cluster) == cluster:
        return cluster
    # A carriage return alone is a line break to `visible`; here it is a character like another.
    marks = ("\u240d" if char == "\r" else visible(char) for char in cluster)
    return "".join(mark if len(mark) == 1 else "\ufffd" for mark in marks)


TAB_MARK, BLANK_MARK, SPACE_MARK = "→", "·", "⍽"
"""What stands for a tab, for a blank at the end of a line, and for an unusual space, where they are marked."""


@cache
def _marked() -> re.Pattern[str]:
    return re.compile(f"[\t{SPACES}]")


class WrappedLine:
    """One line of the document: what is drawn for it, its cells, and where its rows begin."""

    __slots__ = ("_marks", "breaks", "cells", "text")

    def __init__(self, line: str, width: int) -> None:
        self.text = shown(line)
        self.cells: LineCells = measure(self.text)
        self.breaks = wrap(self.text, self.cells, width)
        self._marks: tuple[tuple[int, str], ...] | None = None

    @property
    def marks(self) -> tuple[tuple[int, str], ...]:
        """What can't be told from a space where it stands, and the mark for it, in order."""
        if self._marks is None:
            self._marks = () if self._has_none else tuple(_marks_of(self.text))
        return self._marks

    @property
    def _has_none(self) -> bool:
        return self.text.isascii() and "\t" not in self.text and not self.text.endswith(" ")

    def span(self, row: int) -> tuple[int, int]:
        """Where the row begins and ends, as indices into the line."""
        start = self.breaks[row - 1] if row else 0
        return start, self.breaks[row] if row < len(self.breaks) else len(self.text)

    def cells_between(self, start: int, end: int) -> int:
        return self.cells.cell_at(end) - self.cells.cell_at(start)

    def pieces(self, start: int, end: int, marked_until: int) -> Iterator[tuple[str, bool]]:
        """As `drawn`, in pieces of which the marks, up to an index into the line, say that they are some."""
        marks = self.marks
        at = start
        for place in range(bisect_left(marks, (start, "")), bisect_left(marks, (min(end, marked_until), ""))):
            index, mark = marks[place]
            if index > at:
                yield self.drawn(at, index), False
            yield mark + " " * (self.cells_between(index, index + 1) - 1), True
            at = index + 1
        if at < end:
            yield self.drawn(at, end), False

    def drawn(self, start: int, end: int) -> str:
        """The text between two indices, its tabs as spaces."""
        part = self.text[start:end]
        if "\t" not in part:
            return part
        return "".join(
            " " * self.cells_between(index, index + 1) if char == "\t" else char
            for index, char in enumerate(part, start)
        )


def _marks_of(text: str) -> Iterator[tuple[int, str]]:
    kept = len(text.rstrip(BLANKS))
    for match in _marked().finditer(text, 0, kept):
        yield match.start(), TAB_MARK if match.group() == "\t" else SPACE_MARK
    for index in range(kept, len(text)):
        yield index, TAB_MARK if text[index] == "\t" else BLANK_MARK


class WrappedText(WrappedDocument):
    """TextArea's view of the wrapped document, over `WrappedLine`s. Only the lines that an edit touched are redone."""

    def __init__(self, document: Document, width: int = 0) -> None:
        self.wrapped_lines: list[WrappedLine] = []
        self.first_rows: list[int] = [0]
        super().__init__(document, width)

    @property
    def width(self) -> int:
        """The width the text is wrapped at, in cells; 0 before the first layout."""
        return self._width

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Lay out every line for `width` cells."""
        self._width = width
        self._lay_out(0, len(self.wrapped_lines), self.document.lines)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Lay out again what an edit touched; `document` has been edited already."""
        first = min(start[0], old_end[0])
        last_old = max(start[0], old_end[0])
        last_new = max(start[0], new_end[0])
        self._lay_out(first, last_old + 1, self.document.lines[first : last_new + 1])

    def _lay_out(self, first: int, last: int, lines: Iterable[str]) -> None:
        self.wrapped_lines[first:last] = [WrappedLine(line, self._width) for line in lines]
        heights = (len(line.breaks) + 1 for line in self.wrapped_lines)
        self.first_rows = list(accumulate(heights, initial=0))

    @property
    def wrapped(self) -> bool:
        return self.height == len(self.wrapped_lines)

    @property
    def lines(self) -> list[list[str]]:
        return [self.get_sections(index) for index in range(len(self.wrapped_lines))]

    @property
    def height(self) -> int:
        return self.first_rows[-1]

    def row(self, y: int) -> tuple[int, int]:
        """The line that row `y` belongs to, and which of its rows it is; past the end, the last row."""
        y = max(0, min(y, self.height - 1))
        line = bisect_right(self.first_rows, y) - 1
        return line, y - self.first_rows[line]

    def get_offsets(self, line_index: int) -> list[int]:
        return self.wrapped_lines[line_index].breaks

    def get_tab_widths(self, line_index: int) -> list[int]:
        line = self.wrapped_lines[line_index]
        return [line.cells_between(index, index + 1) for index, char in enumerate(line.text) if char == "\t"]

    def get_sections(self, line_index: int) -> list[str]:
        line = self.wrapped_lines[line_index]
        spans = map(line.span, range(len(line.breaks) + 1))
        return [line.text[start:end] for start, end in spans]

    def get_target_document_column(self, line_index: int, x_offset: int, y_offset: int) -> int:
        """The index into the line of cell `x_offset` in its row `y_offset` (negative: from its last row)."""
        line = self.wrapped_lines[line_index]
        rows = len(line.breaks) + 1
        row = y_offset if y_offset >= 0 else rows + y_offset
        start, end = line.span(row)
        column = line.cells.index_at(line.cells.cell_at(start) + x_offset)
        if row == rows - 1:
            return min(column, end)
        # The end of a row that goes on below is the start of the next row: stay before its last character.
        last = line.cells.bounds[bisect_right(line.cells.bounds, end - 1) - 1]
        return max(start, min(column, last))

    def offset_to_location(self, offset: Offset) -> Location:
        x, y = offset
        line, row = self.row(y)
        return line, self.get_target_document_column(line, max(0, x), row)

    def location_to_offset(self, location: Location) -> Offset:
        index = max(0, min(location[0], len(self.wrapped_lines) - 1))
        line = self.wrapped_lines[index]
        column = min(location[1], len(line.text))
        row = bisect_right(line.breaks, column)
        return Offset(line.cells_between(line.span(row)[0], column), self.first_rows[index] + row)

    def snap(self, location: Location) -> Location:
        """The location, moved on to the next place where a cursor can stand if it lies inside a character."""
        row, column = location
        line = self.wrapped_lines[row]
        return row, line.cells.end_at(min(column, len(line.text)))
