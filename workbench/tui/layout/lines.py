"""The values of the layout: what a row of the screen holds, with looks named and not yet coloured."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple


class Look:
    """How a stretch of text is shown. Looks combine with |; the widget turns a combination into a style of the theme.

    Plain numbers, because an IntFlag's | costs a microsecond and is used for every span.
    """

    NONE = 0
    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    CODE = 8
    CODE_BLOCK = 16
    LINK = 32
    DIM = 64
    QUOTE = 128
    HEADING = 256
    TOP_HEADING = 512
    LOW_HEADING = 1024
    MARKER = 2048
    KEY = 4096
    STRING = 8192
    NUMBER = 16384
    ADDED = 32768
    REMOVED = 65536


class Span(NamedTuple):
    """A look for the code points `start` to `end` of a row's text; `url` is set for http and https links only."""

    start: int
    end: int
    look: int
    url: str = ""


Spans = tuple[Span, ...]


class Line(NamedTuple):
    """One row as shown.

    `joint` is None where the row starts a line of its own; else what stood between this row and the one above
    before they were wrapped. The first `lead` code points are drawn for the layout only and are never copied.
    `source` counts the lines of the source, `at` the code points since that line began.
    """

    text: str
    spans: Spans = ()
    look: int = 0
    joint: str | None = None
    lead: int = 0
    source: int = 0
    at: int = 0


class Margin(NamedTuple):
    """What stands left of a block's rows: list markers, indents, bars. `lead` of it is never copied."""

    text: str = ""
    spans: Spans = ()
    lead: int = 0


NO_MARGIN = Margin()


def shifted(spans: Spans, by: int) -> Spans:
    return tuple([Span(start + by, end + by, look, url) for start, end, look, url in spans]) if by else spans


def cut_spans(spans: Spans, start: int, end: int) -> Spans:
    """The part of `spans` between two code points, counted from `start`. Spans are in order and do not overlap."""
    cut = []
    for index in range(bisect_right(spans, start, key=_end_of), len(spans)):
        begin, stop, look, url = spans[index]
        if begin >= end:
            break
        cut.append(Span(max(begin, start) - start, min(stop, end) - start, look, url))
    return tuple(cut)


_end_of = attrgetter("end")
