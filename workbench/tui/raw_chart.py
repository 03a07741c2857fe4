"""How an answer came over time, as two rows of small bars: how many events, and how long the waits between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len

from workbench.core.raw_events import buckets
from workbench.core.usage import size_text
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, spark

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABEL = 6
_LEAST_BARS, _MOST_BARS = 8, 60
_LOW = 12
"""Rows of the pane below which there is no room for a chart."""


def time_text(seconds: float) -> str:
    """`0.045 s`, `12.340 s`, `3 m 05.1 s`: to the millisecond, as long as that counts."""
    if seconds < 99.9995:
        return f"{max(0.0, seconds):.3f} s"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} m {rest:04.1f} s"


def chart_lines(
    times: Sequence[float], total: float, what: str, left_out: int, width: int, height: int
) -> list[list[Piece]]:
    """A line of figures and, where there is room and something to compare, the two rows of bars. `times` are those of
    the `what` (events), `total` is how long it all took; seconds."""
    count = len(times)
    name = what if count != 1 else what.removesuffix("s")
    figures = f"{count:,} {name} in {time_text(total)}"
    if left_out:
        figures += f" · {size_text(left_out)} after them are not kept"
    lines = [[Piece(one_line(figures, width))]]
    if count < 3 or height < _LOW or total <= 0:
        return lines
    gaps = [(now - before, index) for index, (before, now) in enumerate(pairwise(times), 2)]
    longest, late = max(gaps)
    words = (f"{_rate(times)} {what} a second", f"longest {time_text(longest)}, before {late:,}")
    room = min(_MOST_BARS, width - _LABEL - 2 - max(map(cell_len, words)))
    if room < _LEAST_BARS:
        return [*lines, *([Piece(one_line(each, width), "dim")] for each in words)]
    rates, waits = buckets(times, total, room)
    for label, values, said in (("rate", rates, words[0]), ("gap", waits, words[1])):
        bars = spark([value or None for value in values]) or " " * room
        lines.append([Piece(f"{label:<{_LABEL}}", "dim"), Piece(bars, "key"), Piece(f"  {said}", "dim")])
    return lines


def _rate(times: Sequence[float]) -> str:
    """From the first to the last of them."""
    took = times[-1] - times[0]
    rate = (len(times) - 1) / took if took > 0 else float(len(times))
    return f"{rate:,.0f}" if rate >= 9.95 else f"{rate:.1f}"
