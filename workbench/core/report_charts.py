"""Charts of a report as inline SVG: each run a dot, the mean of a column a line, a figure against the axis.

Colours are the page's variables, so that they follow light and dark. What is drawn is also in the table of figures.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.axes import OFF
from workbench.core.column_labels import BETWEEN
from workbench.core.report_figures import distance_text
from workbench.core.usage import money_text, seconds_text, tokens_text
from workbench.core.visible import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.experiment_report import CellReport, ColumnReport, ExperimentReport

_HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 190, 14, 34, 62, 30
"""Of a chart, in user units: whole height, and the room around the plot."""
_STEP, _WIDE_STEP = 58, 68
"""Between two columns, and where their labels are long."""
_LEAST_WIDTH = 296
_LEAST_GAP = 30
"""Between two columns where they stand by their value: closer, and their labels overlap."""
_LABEL = 9
"""Characters of a line of a column's label."""
_LINE = 12
"""From one such line to the next."""


class Chart(NamedTuple):
    """One figure of every column. `unit` says a value of it as text."""

    title: str
    unit: Callable[[float], str]
    points: tuple[tuple[float, ...], ...]
    """By column, one for each run that has it; the line goes through their means."""


def charts(report: ExperimentReport) -> tuple[str, ...]:
    """An `<svg>` for each figure that has something to show: spread, length, time, cost."""
    return tuple(_svg(chart, report) for chart in charted(report))


def charted(report: ExperimentReport) -> tuple[Chart, ...]:
    """Spread, length, time and cost by column: those of them that have something to show."""
    columns = report.columns
    found = (
        Chart("distance within", distance_text, tuple(_known([each.distance_within]) for each in columns)),
        Chart("tokens of an answer", lambda value: tokens_text(round(value)), _runs(columns, _completion)),
        Chart("time of an answer", seconds_text, _runs(columns, lambda cell: cell.total_s)),
        Chart("cost of an answer", _money, _runs(columns, lambda cell: cell.cost_usd)),
    )
    return tuple(chart for chart in found if any(value > 0 for part in chart.points for value in part))


def _completion(cell: CellReport) -> float | None:
    return cell.usage.completion


def _runs(
    columns: Sequence[ColumnReport], figure: Callable[[CellReport], float | None]
) -> tuple[tuple[float, ...], ...]:
    return tuple(_known([figure(cell) for cell in column.cells if cell.is_complete]) for column in columns)


def _known(values: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(value for value in values if value is not None)


def _money(value: float) -> str:
    return money_text(value) if value else "$0"


def _svg(chart: Chart, report: ExperimentReport) -> str:
    places, is_ordered = _places(report)
    width = max(_LEAST_WIDTH, round(max(places, default=0)) + _RIGHT)
    top = max(value for part in chart.points for value in part)
    floor = _HEIGHT - _BOTTOM

    def height(value: float) -> float:
        return round(floor - (floor - _TOP) * value / top, 1)

    means = [(x, height(sum(part) / len(part))) for x, part in zip(places, chart.points, strict=True) if part]
    drawn = [_grid(width, [(height(value), chart.unit(value)) for value in (0.0, top / 2, top)])]
    drawn += [_label(x, values, full) for x, (values, full) in zip(places, _labels(report), strict=True)]
    if is_ordered and len(means) > 1:
        drawn.append(f'<polyline class="mean" points="{" ".join(f"{x},{y}" for x, y in means)}"/>')
    for x, part in zip(places, chart.points, strict=True):
        drawn += [f'<circle class="run" cx="{x}" cy="{height(value)}" r="3"/>' for value in part if len(part) > 1]
    drawn += [
        f'<path class="mark" d="M{x - 6} {y}h12"/><circle class="mark" cx="{x}" cy="{y}" r="3.5"/>' for x, y in means
    ]
    told = "; ".join(
        f"{full}: {chart.unit(sum(part) / len(part)) if part else 'none'}"
        for (_, full), part in zip(_labels(report), chart.points, strict=True)
    )
    label = escape(f"{chart.title} by setting: {told}")
    return (
        f"<figure><figcaption>{escape(chart.title)}</figcaption>"
        f'<svg role="img" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" aria-label="{label}">'
        f"{''.join(drawn)}</svg></figure>"
    )


def _grid(width: int, ticks: Sequence[tuple[float, str]]) -> str:
    return "".join(
        f'<path class="grid" d="M{_LEFT} {y}H{width - 8}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
        for y, text in ticks
    )


def _label(x: float, values: Sequence[str], full: str) -> str:
    """The value of each axis on a line of its own, and the whole label where the pointer rests on it."""
    bottom = _HEIGHT - (12 if len(values) == 1 else 6)
    lines = "".join(
        f'<tspan x="{x}" y="{bottom - _LINE * above}">{escape(text)}</tspan>'
        for above, text in zip(reversed(range(len(values))), values, strict=True)
    )
    return f'<text class="tick" text-anchor="middle">{lines}<title>{escape(full)}</title></text>'


def _labels(report: ExperimentReport) -> list[tuple[list[str], str]]:
    """(a short text for each axis, the whole) for each column: the page says what is varied."""
    briefs = (label.split(BETWEEN, len(report.experiment.axes) - 1) for label in report.brief_labels)
    return [
        ([_short(marked(text)) for text in values], marked(whole))
        for values, whole in zip(briefs, report.labels, strict=True)
    ]


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"


def _places(report: ExperimentReport) -> tuple[list[float], bool]:
    """Where each column stands, and whether they have an order, so that a line between them means something."""
    count = len(report.columns)
    is_long = any(len(text) > _LABEL - 2 for texts, _ in _labels(report) for text in texts)
    step = _WIDE_STEP if is_long else _STEP
    even = [round(_LEFT + step * (index + 0.5), 1) for index in range(count)]
    axes = report.experiment.axes
    values = (
        [float(v) for v in axes[0].values if isinstance(v, int | float) and not isinstance(v, bool)] if axes else []
    )
    if len(axes) != 1 or axes[0].name == OFF or len(values) != count or count < 2:
        return even, False
    steps = [after - before for before, after in pairwise(values)]
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return even, False
    unit = (even[-1] - even[0]) / (values[-1] - values[0])
    by_value = [round(even[0] + (value - values[0]) * unit, 1) for value in values]
    fits = all(abs(step * unit) >= _LEAST_GAP for step in steps)
    return (by_value if fits else even), True
