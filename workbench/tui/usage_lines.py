"""The usage screen's lines: what was sent in a time as a sum, a chart over its days, and a table."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from workbench.core.ledger import By, LedgerSum, amount_text, requests_text
from workbench.core.usage import UNKNOWN
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, fitted, padded, shortened, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.spending import UsageLook

Line = list[Piece]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_GAP = 2
_LEAST_KEY, _MOST_KEY = 10, 48
_LEAST_CHART = 24
"""Cells of a chart's bars below which there is none."""
_WIDEST_BAR = 6


class Measure(StrEnum):
    """What the bars of the chart are."""

    COST = "cost"
    TOKENS = "tokens"
    REQUESTS = "requests"

    def of(self, each: LedgerSum) -> int:
        if self is Measure.COST:
            return each.cost
        return each.requests if self is Measure.REQUESTS else each.prompt_tokens + each.completion_tokens

    def text(self, value: int) -> str:
        return amount_text(value) if self is Measure.COST else f"{value:,}"


# -- the sum -----------------------------------------------------------------------------------------------------------


def total_line(when: str, whole: LedgerSum, width: int) -> Line:
    """`30 days   132 requests · in 12,345 (1,024 cached) · out 2,345 (12 reasoning) · ~$0.012 + 2 unknown`."""
    if not whole.requests:
        return [Piece(one_line(f"{when}: nothing was sent", width), "dim")]
    tokens = [f"in {whole.prompt_tokens:,}", f"out {whole.completion_tokens:,}"]
    long = [
        f"in {whole.prompt_tokens:,} ({whole.cached_tokens:,} cached)",
        f"out {whole.completion_tokens:,} ({whole.reasoning_tokens:,} reasoning)",
    ]
    many = requests_text(whole.requests)
    for parts in ([many, *long], [many, *tokens], [many], []):
        words = " · ".join(parts)
        line = [Piece(f"{when}  ", "dim"), Piece(whole.cost_text, "cursor"), Piece(f"  {words}")]
        if cell_len("".join(piece.text for piece in line)) <= width:
            return line
    return [Piece(one_line(whole.cost_text, width), "cursor")]


# -- the chart ---------------------------------------------------------------------------------------------------------


def chart_lines(look: UsageLook, measure: Measure, width: int, height: int) -> list[Line]:
    """A bar for each day, or for as many days as it takes, on `height` lines and one for the dates; none where there
    are not two days, or nothing to see."""
    days = _filled(look)
    room = width - 1
    if height < 2 or len(days) < 2:
        return []
    most_text = measure.text(max(map(measure.of, days)))
    room -= cell_len(most_text) + 1
    if room < _LEAST_CHART:
        return []
    together = -(-len(days) // room)
    values = [sum(map(measure.of, days[at : at + together])) for at in range(0, len(days), together)]
    top = max(values)
    if not top:
        return []
    most_text = measure.text(top)
    label = cell_len(most_text)
    step = min(_WIDEST_BAR, max(1, room // len(values)))
    lines: list[Line] = []
    for row in range(height, 0, -1):
        cells = [_bar_cell(value / top * height - (row - 1)) for value in values]
        drawn = "".join(cell * max(1, step - 1) + " " * (step > 1) for cell in cells)
        at_top = most_text if row == height else "0" if row == 1 else ""
        lines.append([Piece(f"{at_top:>{label}} ", "dim"), Piece(drawn, "key")])
    lines.append(_dates(days, together, measure, label, step * len(values), width))
    return lines


def _bar_cell(filled: float) -> str:
    """One cell of a bar that fills so much of it; what is above 0 is seen."""
    if filled <= 0:
        return " "
    return _EIGHTHS[min(8, max(1, round(filled * 8)))]


def _dates(days: Sequence[LedgerSum], together: int, measure: Measure, label: int, bars: int, width: int) -> Line:
    each = f"{measure.value} by day" if together == 1 else f"{measure.value}, {together} days a bar"
    first, last = days[0].key, days[-1].key
    gap = max(2, bars - len(first) - len(last))
    inside = gap >= len(each) + 2
    dates = f"{first}{each if inside else '':^{gap}}{last}{'' if inside else f'  {each}'}"
    return [Piece(" " * (label + 1)), shortened(dates, width - label - 1, "dim")]


def _filled(look: UsageLook) -> list[LedgerSum]:
    """The days from the first to the last, those without a request too."""
    if not look.days:
        return []
    known = {each.key: each for each in look.days}
    day = look.since or date.fromisoformat(look.days[0].key)
    out = []
    while day <= look.until:
        out.append(known.get(day.isoformat(), LedgerSum(day.isoformat())))
        day += timedelta(days=1)
    return out


# -- the table ---------------------------------------------------------------------------------------------------------


class Table(NamedTuple):
    """A table laid out for a width: its head, and how to draw a row."""

    head: Line
    rows: tuple[Line, ...]


def table(by: By, sums: Sequence[LedgerSum], width: int) -> Table:
    """A row for each sum. Where there is no room the remarks go first, then what is in brackets, then the tokens."""
    names = [_key_text(by, each) for each in sums]
    cost = [each.cost_text for each in sums]
    many = [f"{each.requests:,}" for each in sums]
    asked = [f"{each.prompt_tokens:,}" for each in sums]
    answered = [f"{each.completion_tokens:,}" for each in sums]
    long_asked = [f"{each.prompt_tokens:,} ({each.cached_tokens:,})" for each in sums]
    long_answered = [f"{each.completion_tokens:,} ({each.reasoning_tokens:,})" for each in sums]
    count, tokens = ("requests", many), (("in", asked), ("out", answered))
    brackets = (("in (cached)", long_asked), ("out (reasoning)", long_answered))
    money = ("cost", cost)
    kept: tuple[tuple[str, list[str]], ...] = (money,)
    widest = max(map(cell_len, names), default=0)
    for columns in ((count, *brackets, money), (count, *tokens, money), (count, money), (money,)):
        kept = columns
        if _LEAST_KEY + sum(_GAP + _size(column) for column in columns) <= width:
            break
    used = sum(_GAP + _size(column) for column in kept)
    key = max(_LEAST_KEY, min(widest, _MOST_KEY, width - used))
    remarks = width - used - key - _GAP
    head = [fitted(by.value, key, "dim"), *_cells([(column, column[0]) for column in kept], "dim")]
    rows = []
    for place, each in enumerate(sums):
        line = [fitted(names[place], key), *_cells([(column, column[1][place]) for column in kept], "")]
        if remarks >= _LEAST_KEY and each.remarks:
            line.append(Piece(" " * _GAP + one_line(", ".join(each.remarks), remarks), "dim"))
        rows.append(line)
    return Table(padded(head, width), tuple(padded(line, width) for line in rows))


def _key_text(by: By, each: LedgerSum) -> str:
    if by is By.DAY:
        return f"{each.key} {date.fromisoformat(each.key):%a}"
    return each.key or ("no preset" if by is By.PRESET else UNKNOWN)


def _size(column: tuple[str, list[str]]) -> int:
    return max(map(cell_len, (column[0], *column[1])))


def _cells(cells: Sequence[tuple[tuple[str, list[str]], str]], style: str) -> Line:
    return [Piece(" " * (_GAP + _size(column) - cell_len(text)) + text, style) for column, text in cells]


# -- below it ----------------------------------------------------------------------------------------------------------


def foot_lines(look: UsageLook, row: LedgerSum | None, whole: LedgerSum, width: int) -> list[Line]:
    """What else there is to say, the most important first: budgets, the row under the cursor, waste, what was free."""
    texts = _budgets(look, width)
    if row is not None and row.remarks:
        said = ", ".join(row.remarks)
        here = f"{row.counted_here:,} counted here, not reported" if row.counted_here else ""
        texts.append((f"{_key_text(look.by, row)}: {', '.join(filter(None, (said, here)))}", ""))
    if whole.waste:
        texts.append((" · ".join(whole.waste), ""))
    if whole.is_estimate:
        share = f"~ {amount_text(whole.estimated_cost)} of it is an estimate"
        texts.append((f"{share}: stopped, cut or under way, or no tokens were reported", "dim"))
    if whole.unknown:
        texts.append((f"{requests_text(whole.unknown)} at a price that is not known, in no sum", ""))
    texts += [(whole.free_text, "dim")] if whole.free else []
    texts += [] if look.uses else [("no budget is set: budget.day and budget.month in the settings set one", "dim")]
    return [[Piece(text, style)] for said, style in texts for text in wrapped(said, width, 2)]


def _budgets(look: UsageLook, width: int) -> list[tuple[str, str]]:
    """The budgets, on one line where there is room."""
    lines = [use.line for use in look.uses]
    near = any(use.is_near for use in look.uses)
    style = "wrong" if any(use.is_full for use in look.uses) else "number" if near else ""
    together = f"budget {' · '.join(lines)}"
    if not lines or cell_len(together) <= width:
        return [(together, style)] if lines else []
    return [(f"budget {line}", style) for line in lines]
