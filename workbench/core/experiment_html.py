"""An experiment as one HTML page that stands alone: no script, nothing from elsewhere, everything foreign escaped.

The page forbids itself whatever it does not need (Content-Security-Policy), so that even markup that came through
would load nothing and run nothing. Additions and deletions of a diff have a sign, a line and a colour.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from workbench.core.axis_text import axis_text
from workbench.core.json_text import unseen_escaped
from workbench.core.one_line import one_line
from workbench.core.report_charts import charts
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
from workbench.core.report_style import STYLE
from workbench.core.usage import money_text
from workbench.core.visible import marked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.core.experiment_report import CellReport, ColumnReport, ExperimentReport

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LONGEST_DIFF = 200_000
"""Characters of the two texts together: what is longer nobody reads word by word, and the page would double."""

_SHOWN = 300
"""Characters of an axis' values in the head of the page."""


def to_html(report: ExperimentReport) -> str:
    """The page, to be written as UTF-8."""
    title = _text(report.title or "Comparison")
    names = report.labels
    body = [
        f"<header><h1>{title}</h1>{_facts(report)}</header>",
        f'<p class="verdict">{_text(report.verdict)}</p>' if report.verdict else "",
        "".join(f'<p class="facts">{_text(note)}</p>' for note in report.notes),
        _figures(report, names),
        _pairs(report),
        _judged(report, names),
        _request(report),
        f'<section class="charts" aria-label="Charts">{"".join(charts(report))}</section>',
        *(_case(report, names, case) for case in range(report.experiment.case_count)),
        "<footer>Made by prompt-workbench. This page holds no script and loads nothing.</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body>{_lines(body)}</body></html>\n"
    )


def _text(text: str) -> str:
    """Foreign text within an element or a quoted attribute."""
    return escape(marked(text))


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _facts(report: ExperimentReport) -> str:
    varied = [f"{axis.name}: {one_line(axis_text(axis), _SHOWN)}" for axis in report.experiment.axes]
    parts = [
        *varied,
        report.experiment.size_text,
        f"{report.sent_requests:,} requests sent",
        money_text(report.cost_usd),
        report.state,
        report.made,
    ]
    return f'<p class="facts">{" · ".join(_text(part) for part in parts if part)}</p>'


def _figures(report: ExperimentReport, names: tuple[str, ...]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in figure_names(report))
    rows = [
        f'<tr><th scope="row">{_text(first)}{_baseline_mark(report, column)}</th>'
        f"{''.join(f'<td>{_text(cell)}</td>' for cell in rest)}</tr>"
        for column, (first, *rest) in (
            (column, column_figures(name, column)) for name, column in zip(names, report.columns, strict=True)
        )
    ]
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{_lines(rows)}</tbody></table></div>'


def _pairs(report: ExperimentReport) -> str:
    rows = pair_figures(report)
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in PAIRS)
    body = _lines(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        '<details class="request"><summary>the settings two by two</summary><div class="wide"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _judged(report: ExperimentReport, names: tuple[str, ...]) -> str:
    """How often each column won in blind judgements, and the notes on them."""
    if not report.judgements:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in JUDGED)
    rows = [
        f'<tr><th scope="row">{_text(first)}</th>{"".join(f"<td>{_text(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in (win_figures(name, rate) for name, rate in zip(names, report.win_rates, strict=True))
    ]
    notes = "".join(f'<p class="facts">{_text(text)}</p>' for text in judging_notes(report))
    return (
        f'<section><h2>judged blind</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{_lines(rows)}</tbody></table></div>{notes}</section>"
    )


def _baseline_mark(report: ExperimentReport, column: ColumnReport) -> str:
    return (
        ' <small class="mark">baseline</small>' if column.index == report.baseline and len(report.columns) > 1 else ""
    )


def _request(report: ExperimentReport) -> str:
    """What was sent for the first cell: every other differs in its setting and its case alone."""
    body = dict(report.request)
    if not body:
        return ""
    messages = body.pop("messages", None)
    shown = "".join(f"<h4>{_text(role)}</h4><pre>{_text(content)}</pre>" for role, content in message_texts(messages))
    rest = unseen_escaped(json.dumps(body, ensure_ascii=False, indent=2))
    return (
        f'<details class="request"><summary>what is sent, for the first answer</summary>{shown}'
        f"<h4>parameters</h4><pre>{_text(rest)}</pre></details>"
    )


# -- the answers, side by side ---------------------------------------------------------------------------------------


def _case(report: ExperimentReport, names: tuple[str, ...], case: int) -> str:
    """The columns of one case."""
    title = ""
    if report.experiment.cases:
        values = report.experiment.cases[case].items()
        shown = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in values)
        title = f"<h2>case {case + 1}</h2><dl>{shown}</dl>"
    columns = [
        _column(report, name, column, report.cells_of(column, case))
        for name, column in zip(names, report.columns, strict=True)
    ]
    return f'<section>{title}<div class="columns">{_lines(columns)}</div></section>'


def _column(report: ExperimentReport, name: str, column: ColumnReport, cells: tuple[CellReport, ...]) -> str:
    return (
        f'<article aria-label="{_text(name)}"><h3>{_text(name)}{_baseline_mark(report, column)}</h3>'
        f"{_lines(_cell(report, cell) for cell in cells)}</article>"
    )


def _cell(report: ExperimentReport, cell: CellReport) -> str:
    """One answer; the first repeat stands open."""
    state = "good" if not cell.failed else "bad"
    is_open = " open" if cell.cell.repeat == 0 else ""
    parts = [
        f'<details class="cell {state}"{is_open}><summary>repeat {cell.cell.repeat + 1} · {_text(facts_text(cell))}'
        "</summary>",
        *(f'<pre dir="auto">{_text(text)}</pre>' for text in cell.texts if text),
        f'<p class="error">{_text(cell.error)}</p>' if cell.error else "",
        _checks(cell),
        _difference(report, cell),
        "</details>",
    ]
    return _lines(parts)


def _checks(cell: CellReport) -> str:
    return (
        f'<ul class="checks">{"".join(f"<li>{_text(line)}</li>" for line in checks_text(cell))}</ul>'
        if cell.checks
        else ""
    )


def _difference(report: ExperimentReport, cell: CellReport) -> str:
    """The words in which it differs from the baseline's answer to the same case, of the same repeat."""
    if cell.cell.column == report.baseline or not cell.text:
        return ""
    base = report.baseline_of(cell.cell)
    if base is None or not base.text:
        return ""
    if len(base.text) + len(cell.text) > _LONGEST_DIFF:
        return '<p class="facts">Too long to compare word by word.</p>'
    if base.text == cell.text:
        return '<p class="facts">The same as the baseline, word for word.</p>'
    return (
        "<details><summary>words against the baseline</summary>"
        f'<pre dir="auto">{_marked_words(base.text, cell.text)}</pre></details>'
    )


def _marked_words(before: str, after: str) -> str:
    """The second text with what it adds to the first, and what of the first it lacks."""
    from workbench.core.compare.diff import diff

    # Made visible first: what stands for a character may depend on its neighbours, in another piece.
    old, new = marked(before), marked(after)
    parts = []
    for op in diff(old, new):
        lost, added = escape(old[op.a_start : op.a_end]), escape(new[op.b_start : op.b_end])
        if op.kind == "equal":
            parts.append(added)
            continue
        parts += [f"<del>{lost}</del>"] if lost else []
        parts += [f"<ins>{added}</ins>"] if added else []
    return "".join(parts)
