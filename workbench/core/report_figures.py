"""The figures of a report as people read them, the same on a terminal, in Markdown and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.experiment_report import number
from workbench.core.json_text import as_text
from workbench.core.usage import UNKNOWN, money_text, seconds_text, tokens_text

if TYPE_CHECKING:
    from workbench.core.experiment_report import CellReport, ColumnReport, ExperimentReport
    from workbench.core.json_value import JSON
    from workbench.core.judging import WinRate

FIGURES = ("setting", "runs", "distinct", "identical", "distance", "tokens", "cost", "checks")
"""The last one stands only where there are checks."""

PAIRS = ("setting", "and", "distance", "p", "smallest possible p", "differs")
_MOST_PAIRS = 45
"""Those of ten columns."""


def figure_names(report: ExperimentReport) -> tuple[str, ...]:
    """The head over the rows of `column_figures`."""
    return FIGURES if report.experiment.prompt.checks else FIGURES[:-1]


def column_figures(name: str, column: ColumnReport) -> tuple[str, ...]:
    """A row under `figure_names`. `name` is the setting's."""
    planned = len(column.cells)
    return (
        name,
        str(column.runs) if column.runs == planned else f"{column.runs} of {planned}",
        UNKNOWN if column.distinct is None else str(column.distinct),
        percent(column.identical_share),
        distance_text(column.distance_within),
        tokens_text(column.tokens),
        money_text(column.cost_usd),
        *((passed_text(column),) if column.checks else ()),
    )


def pair_figures(report: ExperimentReport) -> list[tuple[str, ...]]:
    """A row under PAIRS for each two columns; of many, only those with the baseline."""
    labels = report.labels
    rows: list[tuple[str, ...]] = []
    pairs = report.findings.get("comparisons")
    found = [pair for pair in pairs if isinstance(pair, dict)] if isinstance(pairs, list) else []
    for pair in found:
        a, b = pair.get("a"), pair.get("b")
        if not isinstance(a, int) or not isinstance(b, int):
            continue
        if len(found) > _MOST_PAIRS and report.baseline not in (a, b):
            continue
        differs = pair.get("differs")
        told = UNKNOWN if differs is None else "yes" if differs else "not shown"
        p_values = (p_text(pair.get("p_value")), p_text(pair.get("smallest_possible_p")))
        rows.append((labels[a], labels[b], distance_text(number(pair.get("distance_between"))), *p_values, told))
    return rows


def p_text(value: JSON) -> str:
    """`0.048`, `<0.001`; `—` for None."""
    p = number(value)
    return UNKNOWN if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"


def percent(share: float | None) -> str:
    """`67 %`; `—` for None. Only all of them are 100 %, and only none is 0 %."""
    if share is None:
        return UNKNOWN
    shown = round(share * 100)
    return f"{min(99, max(1, shown)) if 0 < share < 1 else shown} %"


def distance_text(distance: float | None) -> str:
    """`0.18`; `—` for None. What is not 0 is not shown as 0.00."""
    if distance is None:
        return UNKNOWN
    return "<0.01" if 0 < distance < 0.005 else f"{distance:.2f}"


def passed_text(column: ColumnReport) -> str:
    """`8 of 10 passed, 1 not judged`: all checks of the column's answers together."""
    passed = sum(count.tally.passed for count in column.checks)
    failed = sum(count.tally.failed for count in column.checks)
    unjudged = sum(count.tally.not_judged for count in column.checks)
    told = f"{passed} of {passed + failed} passed" if passed + failed else "none judged"
    return f"{told}, {unjudged} not judged" if unjudged and passed + failed else told


JUDGED = ("setting", "picked", "of", "win rate", "95 %")


def win_figures(name: str, rate: WinRate) -> tuple[str, ...]:
    """A row under JUDGED: how often a column's answer was picked blind, and Wilson's interval for the rate."""
    interval = f"{percent(rate.low)} to {percent(rate.high)}" if rate.rounds else UNKNOWN
    return name, str(rate.wins), str(rate.rounds), percent(rate.rate), interval


def judging_notes(report: ExperimentReport) -> list[str]:
    """What was noted on rounds, and how many were skipped, a line each."""
    skipped = sum(each.picked is None for each in report.judgements)
    lines = [f"{skipped} of {len(report.judgements)} rounds skipped"] if skipped else []
    for each in report.judgements:
        if each.note:
            place = f"case {each.case + 1}, repeat {each.repeat + 1}" if report.experiment.cases else ""
            lines.append(f"{place or f'repeat {each.repeat + 1}'}: {each.note}")
    return lines


def facts_text(cell: CellReport) -> str:
    """`complete · stop · in 859 · out 142 · $0.00014 · 1.4 s`: what is known of a cell, in one line."""
    usage = cell.usage
    parts = [cell.state.replace("_", " "), *dict.fromkeys(filter(None, cell.finish_reasons))]
    if usage.prompt is not None or usage.completion is not None:
        parts += [f"in {tokens_text(usage.prompt)}", f"out {tokens_text(usage.completion)}"]
    if cell.attempts:
        parts += [money_text(cell.cost_usd), seconds_text(cell.total_s)]
    if cell.attempts > 1:
        parts.append(f"{cell.attempts} attempts")
    return " · ".join(parts)


def checks_text(cell: CellReport) -> list[str]:
    """A line for each check: `passed: contains "점심"`, `failed: took 212 tokens, more than 200`."""
    return [
        run.result.why if run.result.passed is None else f"{run.result.state}: {run.result.why}" for run in cell.checks
    ]


def message_texts(messages: JSON) -> list[tuple[str, str]]:
    """(role, text) of each message of a request; what is no text, as `extra` can make it, is shown as JSON."""
    shown = []
    for message in messages if isinstance(messages, list) else ():
        item = message if isinstance(message, dict) else {"content": message}
        content = item.get("content")
        shown.append((as_text(item.get("role") or "message"), as_text("" if content is None else content)))
    return shown
