"""Searching what is laid out: literal, in any case, composed and decomposed letters alike, across soft wraps."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from workbench.core.finding import pattern_of
from workbench.tui.layout.document import Document
from workbench.tui.layout.lines import Line


class Match(NamedTuple):
    """Where a match stands: (row, column) of its first code point and of the one after its last."""

    start: tuple[int, int]
    end: tuple[int, int]


class Finder:
    """The matches of one needle in a document that may grow. `matches` are in reading order."""

    def __init__(self, needle: str) -> None:
        self.needle = needle
        self.matches: list[Match] = []
        self._pattern = pattern_of(needle)
        self._document: Document | None = None
        self._searched = 0
        """Rows searched for good: they are settled, and the next one starts a line."""
        self._kept = 0
        self._by_row: dict[int, list[tuple[int, int, int]]] = {}

    def update(self, document: Document) -> None:
        """Search what is new since the last call, or all of another document."""
        if document is not self._document:
            self._document, self._searched, self._kept, self.matches = document, 0, 0, []
        del self.matches[self._kept :]
        stop = len(document.settled)
        while stop > self._searched and not _starts_line(document, stop):
            stop -= 1
        if stop > self._searched:
            self._search(document, self._searched, stop)
            self._searched, self._kept = stop, len(self.matches)
        self._search(document, self._searched, len(document))
        self._by_row.clear()

    def in_row(self, row: int, line: Line) -> list[tuple[int, int, int]]:
        """(start, end, index of the match) for the matches that touch a row."""
        if row not in self._by_row:
            found = []
            index = bisect_right(self.matches, (row, -1), key=lambda match: match.end)
            while index < len(self.matches) and self.matches[index].start[0] <= row:
                start, end = self.matches[index]
                begin = start[1] if start[0] == row else line.lead
                found.append((begin, end[1] if end[0] == row else len(line.text), index))
                index += 1
            self._by_row[row] = found
        return self._by_row[row]

    def nearest(self, row: int, direction: int) -> int:
        """The index of the first match at or after `row` (direction 1) or of the last one before it (-1); wraps."""
        after = bisect_right(self.matches, (row, -1), key=lambda match: match.start)
        if direction < 0:
            return (after - 1) % len(self.matches)
        return after % len(self.matches)

    def _search(self, document: Document, first: int, stop: int) -> None:
        if self._pattern is None or first >= stop:
            return
        parts: list[str] = []
        offsets: list[int] = []
        length = 0
        for row in range(first, stop):
            line = document.row(row)
            joint = "" if row == first else "\n" if line.joint is None else line.joint
            offsets.append(length + len(joint))
            parts.append(joint + line.text[line.lead :])
            length += len(parts[-1])
        for match in self._pattern.finditer("".join(parts)):
            if match.end() > match.start():
                begin = _locate(document, first, offsets, match.start())
                # The end is taken from the last code point: the one after it may stand in the next row.
                row, column = _locate(document, first, offsets, match.end() - 1)
                self.matches.append(Match(begin, (row, column + 1)))


def _locate(document: Document, first: int, offsets: list[int], position: int) -> tuple[int, int]:
    index = bisect_right(offsets, position) - 1
    line = document.row(first + index)
    return first + index, min(line.lead + position - offsets[index], len(line.text))


def _starts_line(document: Document, row: int) -> bool:
    return row >= len(document) or document.row(row).joint is None
