"""Every event of an answer as it came over the wire, with its time since the request was sent.

The rows are read from the bytes when they are drawn: twenty thousand events cost what is seen of them. Nothing of them
reaches the screen but through `display`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events

from workbench.core.raw_events import RawEvents, brought, data_of
from workbench.core.secret import mask_for
from workbench.tui.commands import bindings
from workbench.tui.display import one_line, visible
from workbench.tui.keys import own_key
from workbench.tui.line_cells import measure, wrap
from workbench.tui.raw_chart import chart_lines, time_text
from workbench.tui.widgets.drawing import Piece, fitted, shortened, wrapped
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType

    from workbench.core.trace import Trace

_GUTTER = 2
_NUMBER, _TIME, _GAP = 6, 10, 12
_MOST_BROUGHT = 28
_NARROW = 50
"""Cells below which a row has no column for what an event brought."""
_LOOKED_AT = 1200
"""Characters of an event that are looked at for its one row."""
_MOST_SHOWN = 20_000
"""Characters of an event that are laid out below the rows."""
LONG_GAP = 5.0
"""A gap is long from so many times the typical one on."""
_LEAST_LONG = 0.1
"""And from so many seconds on."""


class RawShown(NamedTuple):
    """What there is to show of one run."""

    trace: Trace | None = None
    """None before any run, and where `past`."""
    running: bool = False
    total: float = 0.0
    """Seconds since the request was sent, or that the run took."""
    past: bool = False
    """A run from history: its bytes were kept as long as it was shown."""


_NOTHING_YET = "no answer yet: every event of it is shown here, with its time"
_PAST = "the events of an earlier run are not in history: its answer and its figures are. {} sends its request again"
_MOST_WORDS = 4


class RawView(RowPane):
    """`show` with what says how the run stands; `more_soon` when more has come. The first rows are the request's own:
    a line for each attempt, and the headers."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--gap"}
    DEFAULT_CSS = """
    RawView {
        & > .row--gap { color: $text-warning; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("raw")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = RawShown()
        self._events: RawEvents | None = None
        self._mask: Callable[[str], str] = mask_for(None)
        self._state: Callable[[], RawShown] = RawShown
        self._said: list[str] = []
        self._typical = 0.0
        self._chart: list[list[Piece]] = []
        self._whole: tuple[int, list[str]] = (-1, [])

    # -- what a caller does ----------------------------------------------------------------------------------------

    def show(self, state: Callable[[], RawShown], mask: Callable[[str], str] | None = None) -> None:
        """The run whose `state` this tells. `mask` takes the key out of what an endpoint may send back."""
        self._state, self._mask = state, mask or mask_for(None)
        self.read_more()

    def read_more(self) -> None:
        self._shown = self._state()
        trace = self._shown.trace
        if trace is None:
            self._events = None
            self._say()
        elif self._events is None or self._events.log is not trace.raw:  # another run, or another attempt
            self._events = RawEvents(trace.raw)
            self._cursor, self._following = len(trace.attempts) + 1, True
            self.clear_find()
        if self._events is not None and trace is not None:
            self._events.read()
            self._said = said_lines(trace)
        self._forget_laid()
        if self._following and self.grows():
            self._cursor = max(0, self.row_count() - 1)
        self.show_rows()

    def _say(self) -> None:
        """Why there are no events."""
        self._said = wrapped(
            _PAST.format(own_key("regenerate")) if self._shown.past else _NOTHING_YET,
            self.text_width - _GUTTER,
            _MOST_WORDS,
        )

    def _forget_laid(self) -> None:
        self._chart = []
        self._whole = (-1, [])

    @property
    def source(self) -> str:
        """All bytes of the answer, as text."""
        trace = self._shown.trace
        return self._mask(trace.raw.data.decode("utf-8", "replace")) if trace is not None else ""

    def event_text(self, index: int) -> str:
        """One event as it came, without the key."""
        return self._mask(self._events.text(index)) if self._events is not None else ""

    # -- laying out ------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many events there are."""
        return len(self._events) if self._events is not None else 0

    def lay_out(self) -> None:
        self._forget_laid()
        if self._shown.trace is None:
            self._say()

    def grows(self) -> bool:
        return self._shown.running

    def row_count(self) -> int:
        return len(self._said) + self.count

    def head_lines(self) -> Sequence[Sequence[Piece]]:
        if self._events is None or not self.count:
            return ()
        if not self._chart:
            times = self._events.times()
            gaps = sorted(now - before for before, now in pairwise(times))
            self._typical = gaps[len(gaps) // 2] if gaps else 0.0
            left_out = self._events.log.left_out
            what = "events" if self._events.are_events else "reads"
            total = max(self._shown.total, times[-1])
            self._chart = chart_lines(times, total, what, left_out, self.text_width, self.size.height)
        return self._chart

    def foot_lines(self) -> Sequence[Sequence[Piece]]:
        index = self._cursor - len(self._said)
        if not self.count:
            return ()
        title = self._foot_title(index)
        rule = [Piece("─ ", "dim"), Piece(title, "key"), Piece(" " + "─" * self.text_width, "dim")]
        lines = self._lines_of(index)
        room = self.foot_room(len(lines) + 1)
        if len(lines) + 1 > room > 1:
            more = len(lines) - room + 2
            rest = f"… {more} more line{'s' * (more != 1)}: enter shows more, y copies all of it"
            return [rule, *([Piece(line)] for line in lines[: room - 2]), [Piece(rest, "dim")]]
        return [rule, *([Piece(line)] for line in lines)][:room]

    def _foot_title(self, index: int) -> str:
        if index < 0 or self._events is None:
            return "the request" if self._cursor else "the run"
        words = "event" if self._events.are_events else "read"
        size = len(self._events.raw(index))
        return one_line(
            f"{words} {index + 1:,} of {self.count:,} · {time_text(self._events.at(index))} · {size:,} bytes",
            self.text_width - 4,
        )

    def _lines_of(self, index: int) -> list[str]:
        """The event under the cursor, all of it, wrapped; laid out once."""
        if self._whole[0] != self._cursor:
            text = self.event_text(index) if index >= 0 else self._said[self._cursor]
            lines: list[str] = []
            for line in visible(text[:_MOST_SHOWN]).split("\n"):
                edges = [0, *wrap(line, measure(line), self.text_width), len(line)]
                lines += [line[start:end] for start, end in pairwise(edges)]
            if len(text) > _MOST_SHOWN:
                lines.append(f"… {len(text) - _MOST_SHOWN:,} characters more: y copies all of it")
            self._whole = (self._cursor, lines)
        return self._whole[1]

    def row_pieces(self, row: int) -> list[Piece]:
        width = self.text_width - _GUTTER
        index = row - len(self._said)
        if index < 0 or self._events is None:
            return [shortened(self._said[row], width, "dim")]
        gap = self._events.gap(index)
        long = self.is_long(index)
        pieces = [
            fitted(f"{index + 1:,}".rjust(_NUMBER - 1), _NUMBER, "dim"),
            fitted(time_text(self._events.at(index)).rjust(_TIME - 1), _TIME, "number"),
            fitted(f"{'▲' if long else ' '}{f'+{time_text(gap)}':>{_GAP - 3}}", _GAP, "gap" if long else "dim"),
        ]
        text = self.event_text(index)
        room = width - _NUMBER - _TIME - _GAP
        if width >= _NARROW and self._events.are_events:
            column = min(_MOST_BROUGHT, room // 2)
            pieces += [fitted(brought(text[:_MOST_SHOWN]), column - 1, self._found("string", text)), Piece(" ")]
            room -= column
        shown = data_of(text[:_LOOKED_AT]) if text.startswith("data:") else text[:_LOOKED_AT]
        return [*pieces, shortened(shown, room, "dim")]

    def _found(self, style: str, text: str) -> str:
        return "match" if self._pattern is not None and self._pattern.search(text) else style

    def is_long(self, index: int) -> bool:
        """Whether the event came late after the one before."""
        if self._events is None or not index:
            return False
        return self._events.gap(index) >= max(_LEAST_LONG, LONG_GAP * self._typical)

    # -- the cursor ------------------------------------------------------------------------------------------------

    def go(self, row: int) -> None:
        super().go(row)
        self.show_rows()
        self.reveal(self._cursor)

    def action_gap(self, direction: int) -> None:
        """The next event that came late, or the one before."""
        here = self._cursor - len(self._said)
        order = range(here + 1, self.count) if direction > 0 else range(here - 1, 0, -1)
        for index in order:
            if index > 0 and self.is_long(index):
                self.go(index + len(self._said))
                return

    def action_copy_event(self) -> None:
        index = self._cursor - len(self._said)
        if self._shown.trace is None:
            self.post_message(self.CopyWanted("", "the event"))
        elif index < 0:
            self.post_message(self.CopyWanted(self._said[self._cursor], "the line"))
        else:
            self.post_message(self.CopyWanted(self.event_text(index), f"event {index + 1}"))

    # -- finding ---------------------------------------------------------------------------------------------------

    def places(self, pattern: re.Pattern[str]) -> Sequence[object]:
        said = [row for row, text in enumerate(self._said) if pattern.search(text)]
        # What is escaped in the bytes is found as it is read: "한" also where it stands as \ud55c.
        return said + [
            index + len(self._said)
            for index in range(self.count)
            if pattern.search(text := self.event_text(index)) or ("\\u" in text and pattern.search(brought(text)))
        ]

    def first_place(self, direction: int) -> int:
        after = [at for at, row in enumerate(self._places) if isinstance(row, int) and row >= self._cursor]
        return after[0] if after and direction >= 0 else super().first_place(direction)

    def go_to_place(self, place: object) -> None:
        assert isinstance(place, int)
        self.go(place)

    # -- mouse -----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        if (spot := self.row_at(event)) is not None:
            event.stop()
            self.go(spot[0])
        elif self.is_in_foot(event):
            event.stop()
            self.action_unfold_foot()


def said_lines(trace: Trace) -> list[str]:
    """The rows before the events: each attempt, what it came to, and the headers of the answer."""
    lines = []
    for attempt in trace.attempts:
        if attempt.why:
            lines.append(f"{attempt.why.rstrip('.')}; waited {time_text(attempt.waited_s or 0.0)}")
        lines.append(f"attempt {attempt.number} sent" if len(trace.attempts) > 1 else "sent")
    if trace.status is not None:
        headers = " · ".join(f"{name}: {value}" for name, value in trace.headers.items())
        when = time_text(trace.first_byte_s or 0.0)
        lines.append(f"{when} · status {trace.status}{' · ' if headers else ''}{headers}")
    return lines
