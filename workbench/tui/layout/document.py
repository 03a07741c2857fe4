"""Growing text in, rows of a given width out: what is finished is laid out once, only the open end again."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import Literal, NamedTuple

from workbench.tui.display import visible
from workbench.tui.layout.blocks import BlockReader
from workbench.tui.layout.leaves import PIECE
from workbench.tui.layout.lines import Line, Spans
from workbench.tui.layout.plain import PlainReader, json_spans

Kind = Literal["markdown", "plain", "json"]

_LINE_END = re.compile("\r\n?")
_LOOKAHEAD = 64
"""A long line is cut only when this much more of it is there, so that the cut does not depend on how it arrived."""


class Place(NamedTuple):
    """A place in the source that outlives a change of width: line of the source, code points since it began."""

    source: int
    at: int


class Document:
    """The rows of one text. `feed` it in any pieces; after `finish` the rows are those of the whole text."""

    def __init__(self, width: int, kind: Kind = "markdown") -> None:
        self.width = max(1, width)
        self.kind: Kind = kind
        self.settled: list[Line] = []
        """Rows that never change again."""
        self.tail: list[Line] = []
        """Rows of what is still open; made anew by each feed."""
        self._reader: BlockReader | PlainReader = (
            BlockReader(self.settled, self.width)
            if kind == "markdown"
            else PlainReader(self.settled, self.width, json=kind == "json")
        )
        self._rest = ""
        self._in_line = False
        self._source = 0

    def __len__(self) -> int:
        return len(self.settled) + len(self.tail)

    def row(self, index: int) -> Line:
        """A row by its index; raises IndexError outside the document."""
        count = len(self.settled)
        return self.settled[index] if index < count else self.tail[index - count]

    def spans(self, line: Line) -> Spans:
        """The looks of a row; those of short JSON lines are found here, when they are drawn."""
        return json_spans(line.text) if self.kind == "json" and not line.spans and line.joint is None else line.spans

    def feed(self, text: str) -> int:
        """Take more text; returns the first row that may differ from before."""
        changed = len(self.settled)
        before = self.tail
        text = self._rest + text
        # A CR at the end may be half of a CRLF.
        held = text[-1:] if text.endswith("\r") else ""
        if "\r" in text:
            text = _LINE_END.sub("\n", text[: len(text) - len(held)])
        lines = text.split("\n")
        last = lines.pop()
        for line in lines:
            self._take(line, whole=True)
        self._rest = self._take(last, whole=False) + held
        self.tail = self._lay_tail()
        return changed + _common(before, self.settled, changed, self.tail)

    def finish(self) -> None:
        """No more to come: everything is settled."""
        rest = self._rest
        self._rest = ""
        if rest.endswith("\r"):
            self._take(rest[:-1], whole=True)
        elif rest or self._in_line:
            self._take(rest, whole=True)
        self._reader.close()
        self.tail = []

    def _take(self, line: str, *, whole: bool) -> str:
        """Give a line to the reader, a very long one in pieces; returns what is held back of one that still grows."""
        while len(line) > PIECE + _LOOKAHEAD:
            cut = _cut(line)
            self._give(line[:cut], whole=False)
            line = line[cut:]
        if not whole:
            return line
        self._give(line, whole=True)
        return ""

    def _give(self, piece: str, *, whole: bool) -> None:
        shown = visible(piece)
        if self._in_line:
            self._reader.more(shown)
        else:
            self._reader.line(shown, self._source, whole=whole)
        self._in_line = not whole
        self._source += whole

    def _lay_tail(self) -> list[Line]:
        rows: list[Line] = []
        twin = self._reader.twin(rows)
        rest = visible(self._rest.rstrip("\r"))
        if self._in_line:
            twin.more(rest)
        elif rest:
            twin.line(rest, self._source)
        twin.close()
        return rows

    def place(self, row: int, column: int = 0) -> Place:
        """Where in the source a row (and a code point of it) stands."""
        if not len(self):
            return Place(0, 0)
        line = self.row(max(0, min(row, len(self) - 1)))
        return Place(line.source, line.at + max(0, column - line.lead))

    def find(self, place: Place) -> tuple[int, int]:
        """The (row, column) that shows a place of the source now."""
        if not len(self):
            return 0, 0
        settled = bisect_right(self.settled, place, key=_place_of)
        row = settled + bisect_right(self.tail, place, key=_place_of) if settled == len(self.settled) else settled
        row = max(0, row - 1)
        line = self.row(row)
        column = line.lead + max(0, place.at - line.at) if line.source == place.source else line.lead
        return row, min(column, len(line.text))

    def text_between(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """What is shown between two (row, column) places: wrapped rows joined again, bars and wrap indents left out."""
        parts: list[str] = []
        first, last = max(0, start[0]), min(end[0], len(self) - 1)
        for row in range(first, last + 1):
            line = self.row(row)
            begin = max(line.lead, start[1]) if row == start[0] else line.lead
            stop = end[1] if row == end[0] else len(line.text)
            if row > first:
                parts.append("\n" if line.joint is None else line.joint)
            parts.append(line.text[begin : max(begin, stop)])
        return "".join(parts)


def _place_of(line: Line) -> Place:
    return Place(line.source, line.at)


def _common(before: list[Line], settled: list[Line], start: int, tail: list[Line]) -> int:
    """How many rows of the old tail are still the same."""
    count = 0
    for old in before:
        index = start + count
        new = settled[index] if index < len(settled) else None
        if new is None:
            index -= len(settled)
            new = tail[index] if index < len(tail) else None
        if new != old:
            break
        count += 1
    return count


def _cut(line: str) -> int:
    """Where to cut a long line: after a space if there is one, never inside a character."""
    space = line.rfind(" ", PIECE - _LOOKAHEAD * 4, PIECE)
    if space > 0:
        return space + 1
    cut = PIECE
    while cut > PIECE - _LOOKAHEAD and _sticks(line[cut], line[cut - 1]):
        cut -= 1
    return cut


def _sticks(char: str, before: str) -> bool:
    """True when `char` belongs to the character before it."""
    return (
        unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf", "Cs")
        or before == "\u200d"
        or "\u1160" <= char <= "\u11ff"
        or "\U0001f1e6" <= char <= "\U0001f1ff"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
