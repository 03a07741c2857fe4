"""The tokens of an answer as rows of text: which cells belong to which token.

A character is never cut: tokens that share one, or share what a person sees as one (an emoji of several code points, a
syllable of separate jamo), are a piece together.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.tui.display import visible
from workbench.tui.graphemes import is_plain, next_boundary, previous_boundary
from workbench.tui.line_cells import measure, wrap

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from workbench.core.token_probabilities import Unit

LINE_BREAK = "↵"
"""Shown where a token breaks the line."""
_EMPTY = "∅"
"""Shown for a token without any text."""


class TokenPiece(NamedTuple):
    """Tokens that are shown together: from `first` on, up to `end`. `least` is the logprob of the least likely one."""

    first: int
    end: int
    text: str
    """Visible; it may hold line breaks."""
    least: float | None


class TokenRow(NamedTuple):
    """A row of the screen: for each piece in it where it ends in `text`."""

    text: str
    first: int
    """The index of the piece that it begins with."""
    ends: tuple[int, ...]


class TokenRows:
    """The rows of one answer at one width; more units may come."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.pieces: list[TokenPiece] = []
        self.rows: list[TokenRow] = []
        self._settled_pieces = self._settled_rows = self._settled_units = 0
        """What stands before the last line break: it changes no more."""

    def show(self, units: Sequence[Unit]) -> None:
        """Lay out the units that have come; `units` begins with those of the last call."""
        del self.pieces[self._settled_pieces :], self.rows[self._settled_rows :]
        pieces = list(_pieces(units[self._settled_units :]))
        line: list[tuple[int, str]] = []
        start = self._settled_pieces
        self.pieces += pieces
        for place, piece in enumerate(pieces, start):
            head, *rest = (piece.text or _EMPTY).replace("\n", f"{LINE_BREAK}\n").split("\n")
            line.append((place, head))
            for part in rest:
                self.rows += self._line_rows(line)
                line = [(place, part)] if part else []
            if rest and not line:
                self._settled_pieces, self._settled_rows = place + 1, len(self.rows)
                self._settled_units = bisect_right(units, piece.end - 1, key=lambda unit: unit.first)
        if line:
            self.rows += self._line_rows(line)

    def _line_rows(self, line: list[tuple[int, str]]) -> Iterator[TokenRow]:
        """The rows of one line of the text, given the parts of the pieces in it."""
        text = "".join(part for _, part in line)
        ends: list[int] = []
        for _, part in line:
            ends.append((ends[-1] if ends else 0) + len(part))
        measured = measure(text)
        at = 0
        for start, end in pairwise([0, *wrap(text, measured, self.width), len(text)]):
            last = bisect_right(ends, end - 1)
            inside = tuple(min(edge, end) - start for edge in ends[at : last + 1])
            yield TokenRow(text[start:end], line[at][0], inside)
            # A piece that goes on in the next row begins that one too.
            at = last if last < len(ends) and ends[last] > end else last + 1

    def row_of(self, token: int) -> int:
        """The row that a token is shown in, or begins in; the space before its word may hang in the row above."""
        piece = self.piece_of(token)
        row = max(0, bisect_right(self.rows, piece, key=lambda row: row.first) - 1)
        while row and self.rows[row].first == piece and self._begins_above(row - 1, piece):
            row -= 1
        return row

    def _begins_above(self, row: int, piece: int) -> bool:
        """Whether more than a space of the piece ends this row."""
        above = self.rows[row]
        place = piece - above.first
        if place >= len(above.ends):
            return False
        return bool(above.text[above.ends[place - 1] if place else 0 :].strip())

    def piece_of(self, token: int) -> int:
        """The index of the piece that a token is in."""
        return max(0, bisect_right(self.pieces, token, key=lambda piece: piece.first) - 1)

    def piece_at(self, row: int, cell: int) -> int:
        """The index of the piece at a cell; the last one of the row for a cell behind it."""
        line = self.rows[row]
        column = measure(line.text).index_at(max(0, cell))
        return line.first + min(bisect_right(line.ends, column), len(line.ends) - 1)

    def cell_of(self, token: int) -> int:
        """The cell of its row where a token begins."""
        row = self.row_of(token)
        line, piece = self.rows[row], self.piece_of(token)
        place = piece - line.first
        start = line.ends[place - 1] if place > 0 else 0
        return measure(line.text).cell_at(start)

    def matches(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """What the pattern finds: the indexes of the first and the last piece of each place."""
        ends: list[int] = []
        for piece in self.pieces:
            ends.append((ends[-1] if ends else 0) + len(piece.text))
        text = "".join(piece.text for piece in self.pieces)
        return [
            (bisect_right(ends, match.start()), bisect_right(ends, match.end() - 1))
            for match in pattern.finditer(text)
            if match.end() > match.start()
        ]


def _pieces(units: Sequence[Unit]) -> Iterator[TokenPiece]:
    """The units, joined where two of them hold parts of what is seen as one character."""
    held: Unit | None = None
    for unit in units:
        if held is None:
            held = unit
        elif _are_one(held.text, unit.text):
            least = None if held.least is None or unit.least is None else min(held.least, unit.least)
            held = held._replace(end=unit.end, text=held.text + unit.text, least=least)
        else:
            yield _piece(held)
            held = unit
    if held is not None:
        yield _piece(held)


def _piece(unit: Unit) -> TokenPiece:
    return TokenPiece(unit.first, unit.end, visible(unit.text), unit.least)


def _are_one(before: str, after: str) -> bool:
    if not before or not after or is_plain(before[-1] + after[0]):
        return False
    start = previous_boundary(before, len(before))
    return next_boundary(before[start:] + after[:1], 0) > len(before) - start
