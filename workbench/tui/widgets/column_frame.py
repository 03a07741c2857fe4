"""What stands around one answer of a comparison, as pieces of lines: label, dots, figures, and why it ended as it did.

Nothing here is a widget: every line runs over all columns and is drawn by one (``column_bands``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from workbench.tui.column_names import name_in
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING, WAITING
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, padded, shortened, width_of, wrapped, wrapped_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.setting_difference import Difference
    from workbench.tui.compare_state import ColumnHead
    from workbench.tui.layout.word_diff import Marked

GROWING = ("waiting", "streaming")
"""The states of an answer that may still grow."""
NOTE_LINES = 4
DIFFERS_LINES = 3
_WRONG = ("error", "truncated")
_TITLE_EDGES = 5
"""Cells of a border line that no title takes."""
_LONGEST = 500
"""Cells of a footer that are looked at."""
_BASELINE = (" · baseline", " · base")
"""Behind the label of the column that the others are compared with; where neither fits, a = before it."""
_BETWEEN = "  "
"""Stands between the figures of a footer."""
_LEAST_WORDS = 8
"""Cells that the words keep where there are more dots than fit."""
_SIGNS = {"gone": "-", "came": "+"}
"""Before words of a text that changed, as in the answers: colours alone tell nothing."""
_DOTS = {COMPLETE: "complete", STREAMING: "live", WAITING: "dim", FAILED: "failed", STOPPED: "dim"}


class Framed(NamedTuple):
    """One column without its answer. `width` is that of all of it, in cells.

    `difference` says how much the answer differs from the base; `note` why it ended as it did, or what it waits for.
    """

    head: ColumnHead
    width: int
    current: bool
    state: str
    footer: str
    note: str
    difference: str
    differs: tuple[Difference, ...] = ()
    """In what the setting differs from the base's, while that is shown."""


class Dots(NamedTuple):
    """The dots that fit: those from `first` on, and whether more stand before or behind them."""

    first: int
    shown: tuple[str, ...]
    more_before: bool
    more_after: bool


def dots_in(dots: Sequence[str], shown: int, width: int) -> Dots:
    """As many of the dots as fit into `width` cells, the shown one among them."""
    if len(dots) <= width:
        return Dots(0, tuple(dots), False, False)
    room = max(1, width - 2)
    first = min(max(0, shown - room // 2), len(dots) - room)
    return Dots(first, tuple(dots[first : first + room]), first > 0, first + room < len(dots))


def dots_of(column: Framed) -> Dots:
    """The dots of a column that fit."""
    return dots_in(column.head.dots, column.head.shown, max(3, column.width - 3 - _LEAST_WORDS))


def dot_at(column: Framed, x: int) -> int | None:
    """The repeat whose dot stands at this cell of the column, or None."""
    fit = dots_of(column)
    at = x - 2 - fit.more_before
    return fit.first + at if 0 <= at < len(fit.shown) else None


# -- lines -------------------------------------------------------------------------------------------------------------


def top_line(column: Framed) -> list[Piece]:
    """The border with the label."""
    frame = _frame(column)
    title = _title(column, column.width - _TITLE_EDGES)
    rest = "─" * max(0, column.width - 5 - cell_len(title))
    named = "title-current" if column.current else "title"
    return [Piece("╭─ ", frame), Piece(title, named), Piece(f" {rest}╮", frame)]


def dots_line(column: Framed) -> list[Piece]:
    """A dot for each repeat, and what the answers have in common or how much this one differs."""
    fit = dots_of(column)
    pieces = [Piece("…")] if fit.more_before else []
    for number, dot in enumerate(fit.shown, fit.first):
        shown = number == column.head.shown and len(column.head.dots) > 1
        pieces.append(Piece(dot, _DOTS.get(dot, "dim") + ("-shown" if shown else "")))
    if fit.more_after:
        pieces.append(Piece("…"))
    if len(fit.shown) < len(column.head.dots):
        pieces.append(Piece(f" {column.head.shown + 1}/{len(column.head.dots)}"))
    words = column.difference or column.head.aggregate
    pieces += [Piece(_BETWEEN), shortened(words, max(0, column.width - 3 - width_of(pieces) - len(_BETWEEN)))]
    return _inside(column, pieces)


def differs_lines(column: Framed) -> list[list[Piece]]:
    """In what the setting differs from the base's, each on lines of its own."""
    most = DIFFERS_LINES if len(column.differs) == 1 else DIFFERS_LINES - 1
    return [
        _inside(column, line)
        for difference in column.differs
        for line in wrapped_pieces(_difference_pieces(difference), column.width - 4, most)
    ]


def _difference_pieces(difference: Difference) -> list[Piece]:
    pieces: list[Piece] = []
    for part in difference:
        text = one_line(part.text, _LONGEST)
        sign = _SIGNS.get(part.kind, "")
        rest = text.lstrip(" ") if sign else text
        pieces += [Piece(text[: len(text) - len(rest)]), Piece(sign + rest, "" if part.kind == "same" else part.kind)]
    return pieces


def note_lines(column: Framed) -> list[list[Piece]]:
    """What is to be said of the answer, under it: why it ended so, and the figures that the border has no room for."""
    room = column.width - 4
    style = "wrong" if column.state in _WRONG else "note"
    lines = [Piece(line, style) for line in wrapped(column.note, room, NOTE_LINES)] if column.note else []
    rest = footer_in(column.footer, column.width - _TITLE_EDGES)[1] if column.state not in GROWING else ""
    if rest:
        lines += [Piece(line, "note") for line in wrapped(rest, room, 2)]
    return [_inside(column, [line]) for line in lines]


def empty_line(column: Framed) -> list[Piece]:
    """A line of the frame with nothing in it."""
    return _inside(column, [])


def bottom_line(column: Framed) -> list[Piece]:
    """The border with the figures."""
    frame = _frame(column)
    footer = footer_in(column.footer, column.width - _TITLE_EDGES)[0]
    if not footer:
        return [Piece(f"╰{'─' * max(0, column.width - 2)}╯", frame)]
    rest = "─" * max(0, column.width - 5 - cell_len(footer))
    return [Piece(f"╰{rest} ", frame), Piece(footer, "footer"), Piece(" ─╯", frame)]


def _inside(column: Framed, pieces: list[Piece]) -> list[Piece]:
    frame = _frame(column)
    return [Piece("│ ", frame), *padded(pieces, max(0, column.width - 3)), Piece("│", frame)]


def _frame(column: Framed) -> str:
    return "frame-current" if column.current else "frame"


# -- words -------------------------------------------------------------------------------------------------------------


def _title(column: Framed, room: int) -> str:
    mark = "› " if column.current else ""
    head = column.head
    label = name_in(head.label, head.brief, max(1, room - len(mark)))
    if not head.baseline:
        return mark + label
    forms = [f"{mark}{label}{word}" for word in _BASELINE]
    short = f"{mark}= {name_in(head.label, head.brief, max(1, room - len(mark) - 2))}"
    return next((form for form in forms if cell_len(form) <= room), short)


def footer_in(footer: str, room: int) -> tuple[str, str]:
    """The figures that fit into `room` cells, closer together where they have to be, and the rest."""
    footer = one_line(footer, _LONGEST)
    if cell_len(footer) <= room:
        return footer, ""
    for unit in (" tok", " t"):
        short = footer.replace(" tok", unit).replace(_BETWEEN, " ")
        if cell_len(short) <= room:
            return short, ""
    parts = footer.split(_BETWEEN)
    count = len(parts) - 1
    while count > 1 and cell_len(" ".join(parts[:count])) > room:
        count -= 1
    return one_line(" ".join(parts[: max(1, count)]), room), _BETWEEN.join(parts[max(1, count) :])


def difference_words(marked: Marked | None, state: str) -> str:
    """How much an answer differs from the base; None is one that is too long to be compared."""
    if marked is None:
        return "too long to compare"
    if not marked.changes:
        return "the same so far" if state in GROWING else "= baseline"
    if not marked.added and not marked.removed:
        return "only spaces differ"
    return f"+{marked.added:,} -{marked.removed:,} words"
