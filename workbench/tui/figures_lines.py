"""The figures of a comparison as lines to draw: a table, the pairs, what was judged, and charts of dots.

A chart has a row for each column, with the range of its runs and a dot at their mean, all on one scale: what differs
is seen without a second axis, and every value stands beside its row as a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from workbench.core.compare.findings import differs
from workbench.core.compare.verdict_words import p_words
from workbench.core.report_charts import charted
from workbench.core.report_figures import (
    JUDGED,
    column_figures,
    distance_text,
    figure_names,
    judging_notes,
    win_figures,
)
from workbench.core.usage import UNKNOWN
from workbench.tui.column_names import names_in
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, fitted, padded, wrapped

if TYPE_CHECKING:
    from workbench.core.compare.pairs import Comparison
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.report_charts import Chart

Line = list[Piece]

_GAP = 2
_LONGEST_LABEL = 32
_LEAST_LABEL = 10
_WIDE = 130
"""Cells from which on two charts stand side by side."""
_LEAST_PLOT = 12
"""Cells of a plot below which the number stands alone."""
_MOST_PLOT = 60
_AND = " and "
_BASELINE = (" · baseline", "= ")
"""Behind the label of the column that the others are compared with; before it where it has no room, as over answers."""
_MOST_PAIRS = 60
"""Pairs that are listed one by one."""


def figures_lines(report: ExperimentReport, comparisons: Sequence[Comparison], width: int) -> list[Line]:
    """All of it in lines of `width` cells at most. `comparisons` are those of the verdict."""
    lines = [[Piece(text, "words")] for text in wrapped(report.verdict, width, 8)]
    for note in report.notes:
        lines += [[Piece(text, "label")] for text in wrapped(note, width, 4)]
    lines.append([])
    names = _names(report, min(_LONGEST_LABEL, max(_LEAST_LABEL, width // 3)))
    rows = [column_figures(name, column) for name, column in zip(names, report.columns, strict=True)]
    lines += _table(figure_names(report), rows, width)
    lines += _section("between", _pairs(report, comparisons, width))
    if report.judgements:
        # Judged blind, the baseline is one among them.
        plain = names_in(report.labels, report.brief_labels, max(map(cell_len, names)))
        judged = [win_figures(name, rate) for name, rate in zip(plain, report.win_rates, strict=True)]
        notes: list[Line] = [[Piece(one_line(text, width), "label")] for text in judging_notes(report)]
        lines += _section("judged blind", [*_table(JUDGED, judged, width), *notes])
    return lines + _charts(report, width)


def _section(title: str, lines: list[Line]) -> list[Line]:
    return [[], [Piece(title, "title")], *lines] if lines else []


def _names(report: ExperimentReport, room: int) -> list[str]:
    """The labels in at most `room` cells, with a word at the baseline's."""
    if len(report.columns) < 2 or report.baseline >= len(report.columns):
        return names_in(report.labels, report.brief_labels, room)
    behind, before = _BASELINE
    if cell_len(report.labels[report.baseline]) + len(behind) <= room:
        names = names_in(report.labels, report.brief_labels, room)
        names[report.baseline] += behind
    else:
        names = names_in(report.labels, report.brief_labels, room - len(before))
        names[report.baseline] = before + names[report.baseline]
    return names


# -- tables ----------------------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Line]:
    """The rows under their head, the first column to the left, the others to the right; the last ones go where there
    is no room, the label is cut before."""
    sizes = [max(cell_len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    label = max(_LEAST_LABEL, min(_LONGEST_LABEL, sizes[0]))
    kept, used = [], _LEAST_LABEL
    for place, size in enumerate(sizes[1:], 1):
        if used + _GAP + size > width:
            break
        kept.append(place)
        used += _GAP + size
    label = min(label, _LEAST_LABEL + max(0, width - used))
    lines = [_row(head, kept, sizes, label, "label", "label")]
    return lines + [_row(row, kept, sizes, label, "name", "value") for row in rows]


def _row(row: Sequence[str], kept: Sequence[int], sizes: Sequence[int], label: int, first: str, rest: str) -> Line:
    pieces = [fitted(row[0], label, first)]
    for place in kept:
        text = row[place]
        pieces += [
            Piece(" " * (_GAP + sizes[place] - cell_len(text))),
            Piece(text, "label" if text == UNKNOWN else rest),
        ]
    return pieces


def _pairs(report: ExperimentReport, comparisons: Sequence[Comparison], width: int) -> list[Line]:
    """A row for each two columns, as long as there are not too many to read."""
    if not comparisons or len(comparisons) > _MOST_PAIRS:
        many = f"{len(comparisons)} pairs; the export has them all" if comparisons else ""
        return [[Piece(one_line(many, width), "label")]] if many else []
    most = min(width - 32, 2 * _LONGEST_LABEL)
    names = names_in(report.labels, report.brief_labels, max(_LEAST_LABEL, (most - len(_AND)) // 2))
    rows = [
        (
            f"{names[pair.a]}{_AND}{names[pair.b]}",
            distance_text(pair.distance_between),
            UNKNOWN if pair.p_value is None else p_words(pair.p_value),
            {True: "differs", False: "", None: ""}[differs(pair.p_value)],
        )
        for pair in comparisons
    ]
    name = max(_LEAST_LABEL, min(most, max(cell_len(row[0]) for row in rows)))
    return [
        padded(
            [
                fitted(row[0], name, "name"),
                Piece(f"  {row[1]:>5}", "value"),
                Piece(f"  {row[2]:<11}", "label"),
                Piece(f"  {row[3]}", "here"),
            ],
            width,
        )
        for row in rows
    ]


# -- charts ----------------------------------------------------------------------------------------------------------


def _charts(report: ExperimentReport, width: int) -> list[Line]:
    charts = charted(report)
    if width < _WIDE:
        return [line for chart in charts for line in ([], *_chart(chart, report, width))]
    half = (width - 2 * _GAP) // 2
    lines: list[Line] = []
    for left, right in zip(charts[::2], [*charts[1::2], None], strict=False):
        lines.append([])
        beside = _chart(right, report, half) if right is not None else []
        for place, line in enumerate(_chart(left, report, half)):
            other = beside[place] if place < len(beside) else []
            lines.append([*padded(line, half), Piece(" " * 2 * _GAP), *other])
    return lines


def _chart(chart: Chart, report: ExperimentReport, width: int) -> list[Line]:
    labels = names_in(report.labels, report.brief_labels, max(_LEAST_LABEL, min(_LONGEST_LABEL, width // 3)))
    top = max(value for part in chart.points for value in part)
    texts = [chart.unit(sum(part) / len(part)) if part else UNKNOWN for part in chart.points]
    value = max(map(cell_len, texts))
    name = max(_LEAST_LABEL, *map(cell_len, labels))
    plot = min(_MOST_PLOT, width - name - value - 2 * _GAP)
    lines: list[Line] = [[Piece(one_line(chart.title, width), "title")]]
    for label, part, text in zip(labels, chart.points, texts, strict=True):
        drawn = _dots(part, top, plot) if plot >= _LEAST_PLOT else []
        between = [Piece(" " * _GAP), *drawn] if drawn else []
        number = Piece(" " * (_GAP + value - cell_len(text)) + text, "value" if part else "label")
        lines.append([fitted(label, name, "name"), *between, number])
    if plot >= _LEAST_PLOT:
        lines.append(_scale(chart, top, name + _GAP, plot))
    return lines


def _scale(chart: Chart, top: float, indent: int, plot: int) -> Line:
    least, most = chart.unit(0.0), chart.unit(top)
    gap = max(1, plot - cell_len(least) - cell_len(most))
    return [Piece(" " * indent), Piece(least + " " * gap + most, "label")]


def _dots(values: Sequence[float], top: float, width: int) -> Line:
    """`├──●───┤` from the least to the most of the values, on a line of `width` cells from 0 to `top`."""
    if not values:
        return [Piece("·" * width, "grid")]
    low, mean, high = (
        round(max(0.0, value) / top * (width - 1)) for value in (min(values), sum(values) / len(values), max(values))
    )
    cells = ["·"] * width
    cells[low : high + 1] = "─" * (high + 1 - low)
    if low < high:
        cells[low], cells[high] = "├", "┤"
    line = "".join(cells)
    return [
        piece
        for piece in (
            Piece(line[:low], "grid"),
            Piece(line[low:mean], "range"),
            Piece("●", "dot"),
            Piece(line[mean + 1 : high + 1], "range"),
            Piece(line[high + 1 :], "grid"),
        )
        if piece.text
    ]
