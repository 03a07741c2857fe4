"""Cutting text into rows by cell width, a piece at a time: a row that is full is never looked at again."""

from __future__ import annotations

import re
from bisect import bisect_right

from rich.cells import get_character_cell_size

from workbench.tui.layout.lines import NO_MARGIN, Line, Margin, Spans, cut_spans, shifted
from workbench.tui.line_cells import may_break, may_break_inside, measure

_COMPLEX = re.compile("[\u200d\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")

_LONGEST_GAP = 256
"""Spaces that may vanish between two rows; a longer run is shown, so that an endless one is not held back."""
_MOST_MARKS = 512
"""Bounds the code points of a row, so that endless combining marks on one letter cost no more than other text."""


class _Widths(dict[str, int]):
    def __missing__(self, char: str) -> int:
        width = get_character_cell_size(char)
        self[char] = width
        return width


_WIDTHS = _Widths()


def is_complex(text: str) -> bool:
    """True where a character may be made of several that have a width of their own."""
    return not text.isascii() and _COMPLEX.search(text) is not None


def fit(text: str, start: int, room: int) -> int:
    """The index after the last character from `start` that fits in `room` cells; at least one character is taken."""
    stop = start + max(room, 1)
    piece = text[start : stop + 1]
    if piece.isascii():
        return min(stop, len(text))
    return _fit_complex(text, start, room) if _COMPLEX.search(text, start, stop + 1) else _fit_simple(text, start, room)


def _fit_simple(text: str, start: int, room: int) -> int:
    used = 0
    widths = _WIDTHS
    most = min(len(text), start + room * 16 + _MOST_MARKS)
    for index in range(start, most):
        width = widths[text[index]]
        used += width
        if used > room and index > start and width:
            # A zero-width character after the last one that fits could start an emoji sequence further on.
            if _COMPLEX.match(text[index]):
                return _fit_complex(text, start, room)
            return index
    return most


def _fit_complex(text: str, start: int, room: int) -> int:
    reach = room + 16
    while True:
        bounds, cells = measure(text[start : start + reach])
        past = max(bisect_right(cells, room), 2)
        if start + reach >= len(text):
            return start + bounds[past - 1] if past < len(cells) else len(text)
        # The last cluster may go on behind the window.
        if past < len(cells) - 1:
            return start + bounds[past - 1]
        reach *= 2


def break_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a row that could hold text[start:end] ends, and where the next one starts; between them only spaces."""
    cut = end
    if text[end] != " ":
        space = text.rfind(" ", start, end)
        row = text[start:end]
        if not row.isascii() and may_break_inside(text, start, end + 1):
            for index in range(end, max(start, space + 1), -1):
                if _WIDTHS[text[index]] and may_break(text[index - 1], text[index]):
                    return index, index
        if space < 0 or not row[: space - start].strip(" "):
            return end, end
        cut = space
    after = cut
    while after < len(text) and text[after] == " " and after - cut < _LONGEST_GAP:
        after += 1
    while cut > start and text[cut - 1] == " ":
        cut -= 1
    return (cut, after) if cut > start else (end, end)


class Wrapper:
    """Wraps one block into `out`. What is pushed may come in any pieces: the rows are the same."""

    __slots__ = (
        "_at",
        "_joint",
        "_look",
        "_margin",
        "_pending",
        "_rest",
        "_spans",
        "_width",
        "_words",
        "out",
        "source",
    )

    def __init__(
        self,
        out: list[Line],
        width: int,
        *,
        first: Margin = NO_MARGIN,
        rest: Margin = NO_MARGIN,
        look: int = 0,
        words: bool = True,
        source: int = 0,
    ) -> None:
        self.out = out
        self.source = source
        self._width = width
        self._margin = first
        self._rest = rest
        self._look = look
        self._words = words
        self._pending = ""
        self._spans: Spans = ()
        self._joint: str | None = None
        self._at = 0

    def twin(self, out: list[Line]) -> Wrapper:
        """A copy that writes elsewhere, for laying out what may still change."""
        other = Wrapper(
            out,
            self._width,
            first=self._margin,
            rest=self._rest,
            look=self._look,
            words=self._words,
            source=self.source,
        )
        other._pending, other._spans, other._joint, other._at = self._pending, self._spans, self._joint, self._at
        return other

    def push(self, text: str, spans: Spans = ()) -> None:
        """More of the current line; there is no line break in it."""
        if self._pending:
            spans = self._spans + shifted(spans, len(self._pending))
            text = self._pending + text
        self._pending, self._spans = self._fill(text, spans)

    def end_line(self) -> None:
        """The current line is over, also when nothing was pushed."""
        text, spans = self._pending, self._spans
        if self._words and self._joint is not None:
            text = text.rstrip(" ")
        if text or self._joint is None:
            # Spaces that push held back because a word might have followed them are cut off here.
            end = fit(text, 0, self._room())
            self._emit(text[:end], cut_spans(spans, 0, end) if spans else ())
        self._pending, self._spans, self._joint, self._at = "", (), None, 0
        self.source += 1

    def push_line(self, text: str, spans: Spans = ()) -> None:
        self.push(text, spans)
        self.end_line()

    def _fill(self, text: str, spans: Spans) -> tuple[str, Spans]:
        start = 0
        while (end := fit(text, start, self._room())) < len(text):
            cut, after = break_at(text, start, end) if self._words else (end, end)
            if after >= len(text):
                break
            self._emit(text[start:cut], cut_spans(spans, start, cut) if spans else ())
            self._at += after - start
            self._joint = text[cut:after]
            start = after
        return text[start:], cut_spans(spans, start, len(text)) if spans and start else spans

    def _room(self) -> int:
        room = self._width - len(self._margin.text)
        return room if room > 1 else max(1, self._width)

    def _emit(self, text: str, spans: Spans) -> None:
        margin = self._margin if self._width - len(self._margin.text) > 1 else NO_MARGIN
        lead = len(margin.text) if self._joint is not None else margin.lead
        shown = margin.spans + shifted(spans, len(margin.text)) if margin.text else spans
        self.out.append(Line(margin.text + text, shown, self._look, self._joint, lead, self.source, self._at))
        self._margin = self._rest
