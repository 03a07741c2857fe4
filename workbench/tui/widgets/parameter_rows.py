"""One row of the parameter panel as pieces of text, for any width: what `render_line` draws and the mouse looks up.

› ✓ temperature        0.7     ────────●──────────  0 … 2
^ ^ ^                  ^       ^                    ^
| | name               value   bar                  range
| mark: ✓ sent, · not sent, ! refused by this model or not right
the selected row
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.cells import cell_len

from workbench.core.parameters import PARAMETERS, Parameter, check_value
from workbench.core.tools import tool_words
from workbench.tui.widgets.drawing import Piece, fitted, shortened
from workbench.tui.widgets.parameter_values import (
    fraction_of,
    is_number,
    is_ranged,
    range_text,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

NAME_X = 3
SENT, NOT_SENT, WRONG = "✓", "·", "!"
_LONGEST = max(len(parameter.name) for parameter in PARAMETERS)
_WIDEST_RANGE = max(cell_len(range_text(parameter)) for parameter in PARAMETERS if is_ranged(parameter))
_LEAST_VALUE = 16
"""Cells kept for the value before the names are cut: "not sent (auto)"."""
_LEAST_BAR, _MOST_BAR = 8, 32

Place = Literal["mark", "name", "value", "bar"]


class Columns(NamedTuple):
    """Where the parts of every row stand, in cells from the left; `bar` is 0 where there is no room for bars."""

    width: int
    name: int
    value_x: int
    number: int
    bar_x: int
    bar: int
    range_x: int
    """0 where there is no room for the range."""


def columns_for(width: int) -> Columns:
    """The columns of a panel whose rows are `width` cells wide."""
    gap = 2 if width >= 50 else 1
    name = max(4, min(_LONGEST, width - NAME_X - gap - min(_LEAST_VALUE, (width - NAME_X - gap) // 2)))
    value_x = NAME_X + name + gap
    number = 7 if width >= 50 else 5
    bar_x = value_x + number + 1
    bar = min(_MOST_BAR, width - bar_x - 2 - _WIDEST_RANGE)
    if bar >= _LEAST_BAR:
        return Columns(width, name, value_x, number, bar_x, bar, bar_x + bar + 2)
    bar = min(_MOST_BAR, width - bar_x)
    return Columns(width, name, value_x, number, bar_x, bar if bar >= _LEAST_BAR else 0, 0)


class GivenValue(NamedTuple):
    """A value that the prompt does not set itself: it comes from a part, such as `persona Concise summariser`."""

    value: JSON
    source: str


class Row(NamedTuple):
    """What one row says. `text` is the value on one line, "" where `sent` is False."""

    parameter: Parameter
    sent: bool = False
    text: str = ""
    number: float | None = None
    reason: str = ""
    """Why the model does not get it, or ""."""
    problem: str = ""
    """What is wrong with the value, or ""."""
    given: GivenValue | None = None
    """What a part sends in place of the value that the prompt does not set."""

    @property
    def mark(self) -> str:
        if self.reason or self.problem:
            return WRONG
        return SENT if self.sent or self.given is not None else NOT_SENT

    def has_bar(self, columns: Columns) -> bool:
        """True when the row shows a bar that the mouse can move."""
        plain = self.sent and not self.reason and not self.problem and self.number is not None
        return plain and is_ranged(self.parameter) and columns.bar > 0 and cell_len(self.text) <= columns.number


def row_of(
    parameter: Parameter,
    values: Mapping[str, JSON],
    reason: str = "",
    problem: str = "",
    given: GivenValue | None = None,
) -> Row:
    """The row of `parameter` for these values; where no problem is given the parameter table itself is asked."""
    if parameter.name not in values:
        return Row(parameter, reason=reason, problem=problem, given=given)
    value = values[parameter.name]
    number = float(value) if is_number(value) else None
    text = tool_words(parameter.name, value) or value_text(value)
    return Row(parameter, True, text, number, reason, problem or check_value(parameter, value))


def place_at(x: int, row: Row, columns: Columns) -> Place:
    """The part of the row at cell `x`."""
    if x < NAME_X:
        return "mark"
    if x < columns.value_x:
        return "name"
    if row.has_bar(columns) and columns.bar_x - 1 <= x <= columns.bar_x + columns.bar:
        return "bar"
    return "value"


def bar_fraction(x: int, columns: Columns) -> float:
    """How far along the bar the cell `x` is; outside of the bar its nearer end."""
    return min(1.0, max(0.0, (x - columns.bar_x) / max(1, columns.bar - 1)))


def row_pieces(row: Row, columns: Columns, *, selected: bool = False) -> list[Piece]:
    """The row, left to right; the caller cuts it at the panel's width."""
    mark = {SENT: "sent", NOT_SENT: "dim", WRONG: "warning"}[row.mark]
    live = row.sent and not row.reason
    pieces = [
        Piece("›" if selected else " ", "cursor"),
        Piece(row.mark + " ", mark),
        fitted(row.parameter.name, columns.name, "name" if live else "dim"),
        Piece(" " * (columns.value_x - NAME_X - columns.name)),
    ]
    room = columns.width - columns.value_x
    if room <= 0:
        return pieces
    return [*pieces, *_value_pieces(row, columns, room)]


def _value_pieces(row: Row, columns: Columns, room: int) -> list[Piece]:
    if row.reason:
        return _kept_and_why(row.text, row.reason, columns, room, "dim", "warning")
    if row.problem:
        return _kept_and_why(row.text, row.problem, columns, room, "value", "error")
    if not row.sent and row.given is not None:
        return _kept_and_why(value_text(row.given.value), f"from {row.given.source}", columns, room, "value", "dim")
    if not row.sent:
        return [shortened(_not_sent(row.parameter, room), room, "dim")]
    if not row.has_bar(columns):
        return [shortened(row.text, room, "value")]
    bar = bar_pieces(row.parameter, row.number, columns.bar)
    pieces = [fitted(row.text, columns.number, "value"), Piece(" "), *bar]
    if columns.range_x:
        pieces += [Piece("  "), Piece(range_text(row.parameter), "dim")]
    return pieces


def _kept_and_why(text: str, why: str, columns: Columns, room: int, text_style: str, style: str) -> list[Piece]:
    """The value, and beside it what is the matter with it or where it is from."""
    if not text:
        return [shortened(why, room, style)]
    kept = shortened(text, min(room, max(columns.number, room // 3)), text_style)
    gap = max(2, columns.number + 1 - cell_len(kept.text))
    left = room - cell_len(kept.text) - gap
    return [kept] if left < 4 else [kept, Piece(" " * gap), shortened(why, left, style)]


def _not_sent(parameter: Parameter, room: int) -> str:
    word = "not sent" if parameter.where != "client" else "not set"
    if parameter.deprecated:
        word += ", deprecated"
    if parameter.default is None:
        return word
    default = value_text(parameter.default)
    whole = f"{word}  (default {default})"
    return whole if cell_len(whole) <= room else f"{word} ({default})"


def bar_pieces(parameter: Parameter, value: float | None, width: int) -> list[Piece]:
    """`──────●─────` in `width` cells, the part from zero (or the range's lower end) to the knob filled."""
    knob = round(fraction_of(parameter, value) * (width - 1))
    low = parameter.minimum or 0.0
    zero = round(fraction_of(parameter, max(low, 0.0)) * (width - 1))
    start, end = min(zero, knob), max(zero, knob)
    return [
        Piece("─" * start, "bar"),
        Piece("━" * (knob - start), "fill"),
        Piece("●", "fill"),
        Piece("━" * (end - knob), "fill"),
        Piece("─" * (width - 1 - end), "bar"),
    ]
