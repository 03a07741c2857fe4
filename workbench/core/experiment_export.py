"""An experiment as a file to take elsewhere: JSONL for programs, CSV for a spreadsheet, Markdown for people.

JSONL keeps every answer to the letter, what nobody sees escaped. CSV and Markdown are read by people, with programs
that obey what they find: control characters are made visible in both, a text that a spreadsheet would take for a
formula has an apostrophe before it, and an answer in Markdown stands in a fence longer than any within.
"""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

from workbench.core.json_text import describe, unseen_escaped
from workbench.core.judging import picks
from workbench.core.one_line import one_line
from workbench.core.report_figures import (
    JUDGED,
    PAIRS,
    checks_text,
    column_figures,
    facts_text,
    figure_names,
    judging_notes,
    message_texts,
    pair_figures,
    win_figures,
)
from workbench.core.usage import money_text
from workbench.core.visible import marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.experiment_report import CellReport, ExperimentReport
    from workbench.core.json_value import JSON

_FORMULA = ("=", "+", "-", "@", "\t")
_BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the code page of the country, and Korean is lost."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def to_jsonl(report: ExperimentReport) -> str:
    """A line for each cell: the object of `compare --json`, with request and answer, and the values of its case."""
    lines = []
    for cell, value in zip(report.cells, report.cells_json(), strict=True):
        line = json.dumps({**value, "variables": dict(cell.variables)}, ensure_ascii=False)
        lines.append(unseen_escaped(line) + "\n")
    return "".join(lines)


# -- CSV -------------------------------------------------------------------------------------------------------------


class _Lines:
    """What `csv.writer` needs of a file."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        self.written.append(text)


def to_csv(report: ExperimentReport) -> str:
    """A row for each cell, for a spreadsheet (RFC 4180, with a byte order mark). The answer's own text is in JSONL.

    Where answers were judged blind, the last column says of each whether it was picked.
    """
    axes = [axis.name for axis in report.experiment.axes]
    variables = list(dict.fromkeys(name for case in report.experiment.cases for name in case))
    choices = max((len(cell.choices) for cell in report.cells), default=1) or 1
    head = [
        "column", *axes, "case", *(f"case.{name}" for name in variables), "repeat", "state", "finish_reason",
        "answer", *(f"answer_{number}" for number in range(2, choices + 1)),
        "prompt_tokens", "completion_tokens", "total_tokens", "cost_usd", "first_token_s", "total_s", "attempts",
        "model", "connection", "checks_passed", "checks_failed", "error",
        *(["judged"] if report.judgements else []),
    ]  # fmt: skip
    picked = picks(report.judgements)
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow([_sheet_value(name) for name in head])
    for cell in report.cells:
        judged = [picked.get(cell.cell)] if report.judgements else []
        writer.writerow([_sheet_value(value) for value in (*_row(cell, axes, variables, choices), *judged)])
    return _BYTE_ORDER_MARK + "".join(lines.written)


def _row(cell: CellReport, axes: Sequence[str], variables: Sequence[str], choices: int) -> list[JSON]:
    usage, texts = cell.usage, [*cell.texts, *[""] * choices][:choices]
    failed = [run for run in cell.checks if run.result.passed is False]
    return [
        cell.cell.column + 1, *(cell.setting.get(name) for name in axes),
        cell.cell.case + 1 if cell.variables else None, *(cell.variables.get(name) for name in variables),
        cell.cell.repeat + 1, cell.state, ", ".join(filter(None, cell.finish_reasons)), *texts,
        usage.prompt, usage.completion, usage.total, cell.cost_usd, cell.first_token_s, cell.total_s, cell.attempts,
        cell.run.get("model"), cell.run.get("connection"), sum(run.result.passed is True for run in cell.checks),
        "; ".join(f"{run.check.type}: {run.result.why}" for run in failed), cell.error,
    ]  # fmt: skip


def _sheet_value(value: JSON) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    text = marked(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


# -- Markdown --------------------------------------------------------------------------------------------------------


def to_markdown(report: ExperimentReport) -> str:
    """A page with the table of figures, the verdict, the messages as the first cell sends them, and every answer."""
    lines = [f"# {_inline(report.title or 'Comparison')}", "", _size_line(report), ""]
    if report.verdict:
        lines += [_inline(report.verdict), ""]
    lines += [line for note in report.notes for line in (_inline(note), "")]
    named = list(zip(report.labels, report.columns, strict=True))
    lines += _table(figure_names(report), [column_figures(name, column) for name, column in named])
    if pairs := pair_figures(report):
        lines += _table(PAIRS, pairs)
    lines += _judged(report)
    for role, content in message_texts(report.request.get("messages")):
        lines += [f"## {_inline(role)}", "", *_fenced(content)]
    for name, column in named:
        lines += [f"## {_inline(name)}", ""]
        for cell in column.cells:
            lines += _answer(report, cell)
    return "\n".join(lines)


def _size_line(report: ExperimentReport) -> str:
    parts = [
        report.made,
        report.experiment.size_text,
        f"{report.sent_requests:,} requests sent",
        money_text(report.cost_usd),
        report.state,
    ]
    return _inline(" · ".join(part for part in parts if part))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(_inline(cell) for cell in row)} |" for row in rows),
        "",
    ]


def _judged(report: ExperimentReport) -> list[str]:
    """How often each column won in blind judgements, and the notes on them."""
    if not report.judgements:
        return []
    rows = [win_figures(name, rate) for name, rate in zip(report.labels, report.win_rates, strict=True)]
    notes = [f"- {_inline(text)}" for text in judging_notes(report)]
    return ["## judged blind", "", *_table(JUDGED, rows), *notes, *([""] if notes else [])]


def _answer(report: ExperimentReport, cell: CellReport) -> list[str]:
    place = [f"repeat {cell.cell.repeat + 1}"]
    if cell.variables:
        shown = ", ".join(f"{name} = {describe(value)}" for name, value in cell.variables.items())
        place.insert(0, f"case {cell.cell.case + 1} ({shown})")
    lines = [f"### {_inline(' · '.join(place))}", "", _inline(facts_text(cell)), ""]
    for text in cell.texts:
        lines += _fenced(text)
    if cell.error:
        lines += [_inline(cell.error), ""]
    if cell.checks:
        lines += [f"- {_inline(text)}" for text in checks_text(cell)] + [""]
    return lines


def _fenced(text: str) -> list[str]:
    shown = marked(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return [f"{fence}text", shown, fence, ""]


def _inline(text: str) -> str:
    """Foreign text within a line of Markdown, as it reads."""
    return _MARKDOWN.sub(r"\\\1", marked(one_line(text, len(text) + 1)))
