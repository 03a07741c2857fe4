"""Selecting rows of a document with keys: where the moving end of a selection goes."""

from __future__ import annotations

import re
from typing import Literal

from workbench.tui.layout.document import Document
from workbench.tui.line_cells import measure

Step = Literal["left", "right", "up", "down", "page_up", "page_down", "home", "end", "start", "finish"]
Spot = tuple[int, int]
"""(row, code point in the row's text)."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def moved(document: Document, spot: Spot, step: Step, page: int) -> Spot:
    """The spot one step further; stays inside the document, on whole characters, right of what is never copied."""
    last = len(document) - 1
    row, column = min(max(spot[0], 0), last), spot[1]
    match step:
        case "left" | "right":
            return _sideways(document, row, column, step)
        case "up" | "down" | "page_up" | "page_down":
            by = {"up": -1, "down": 1, "page_up": -page, "page_down": page}[step]
            if not 0 <= row + by <= last:
                row, column = (0, 0) if by < 0 else (last, len(document.row(last).text))
            else:
                row += by
        case "home":
            column = 0
        case "end":
            column = len(document.row(row).text)
        case "start":
            row, column = 0, 0
        case "finish":
            row, column = last, len(document.row(last).text)
    line = document.row(row)
    return row, measure(line.text).start_at(min(max(column, line.lead), len(line.text)))


def _sideways(document: Document, row: int, column: int, step: Literal["left", "right"]) -> Spot:
    line = document.row(row)
    if step == "right":
        if column < len(line.text):
            return row, measure(line.text).end_at(column + 1)
        if row + 1 < len(document):
            return row + 1, document.row(row + 1).lead
        return row, column
    if column > line.lead:
        return row, measure(line.text).start_at(column - 1)
    return (row - 1, len(document.row(row - 1).text)) if row else (row, column)


def word_at(document: Document, spot: Spot) -> tuple[Spot, Spot]:
    """The word (or the run of spaces, or the sign) at a spot."""
    row, column = spot
    line = document.row(row)
    for match in _WORD.finditer(line.text, line.lead):
        if match.end() > column:
            return (row, match.start()), (row, match.end())
    return spot, spot


def whole_line_at(document: Document, row: int) -> tuple[Spot, Spot]:
    """The line of the source that a row belongs to, with all rows that it was wrapped into."""
    first = row
    while first and document.row(first).joint is not None:
        first -= 1
    last = row
    while last + 1 < len(document) and document.row(last + 1).joint is not None:
        last += 1
    return (first, document.row(first).lead), (last, len(document.row(last).text))
