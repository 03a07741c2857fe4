"""What `workbench check` prints: a table and a verdict for each preset to stdout, what is missing to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say
from workbench.cli.table import table, terminal_columns
from workbench.core.counted import counted
from workbench.core.drift.report import DriftState
from workbench.core.drift.words import HEAD, beside, moved_there, notes, row, verdict
from workbench.core.events import State
from workbench.core.experiment_report import NOT_SENT
from workbench.core.usage import money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.cli.grid_run import GridRun
    from workbench.cli.output import Output
    from workbench.core.drift.report import DriftReport
    from workbench.core.grid_values import Spent
    from workbench.core.json_value import JSON

_SHOWN = 10
_PIPED = 10_000
_WORST_FIRST = (
    DriftState.DRIFT,
    DriftState.CHANGED_HERE,
    DriftState.INCOMPLETE,
    DriftState.UNDECIDED,
    DriftState.NOT_SENT,
    DriftState.RECORDED,
    DriftState.UNCHANGED,
)


def print_reports(reports: Sequence[DriftReport], output: Output) -> None:
    """Each preset with its table, where it was compared, its verdict and its notes. BrokenPipeError, StorageError."""
    columns = terminal_columns() or _PIPED
    for place, report in enumerate(reports):
        state = report.state.value.replace("_", " ")
        output.text(f"{chr(10) * (place > 0)}{report.preset}: {state}\n")
        for line in _verdict(report):
            output.text(f"{line}\n")
        if report.moved is not None and report.moved.columns:
            output.text(table(HEAD, [row(report, column) for column in report.moved.columns], columns))
        for note in notes(report):
            output.text(f"{note}\n")


def _verdict(report: DriftReport) -> list[str]:
    """Of a drift a line for each thing that moved."""
    if report.state is not DriftState.DRIFT or report.before is None:
        return [verdict(report)]
    return [f"Since {report.day}:", *(f"- {each}" for each in moved_there(report)), *beside(report)]


def say_ending(reports: Sequence[DriftReport], run: GridRun) -> None:
    """How much was sent, and which answers are missing."""
    sent = run.spent.requests
    if sent or run.why:
        parts = [f"{counted(sent, 'request')} sent", money_text(run.spent.cost_usd), run.why]
        say(f"workbench: {' · '.join(filter(None, parts))}")
    for report in reports:
        # Nobody needs to be told one by one what they stopped themselves, or what a cap kept back.
        failed = [cell for cell in report.missing if cell.state not in (NOT_SENT, State.CANCELLED)]
        for cell in failed[:_SHOWN]:
            case = f", case {cell.cell.case + 1}" if cell.variables else ""
            where = f"{report.labels[cell.cell.column]}{case}, repeat {cell.cell.repeat + 1}"
            what = "stopped by a content filter" if cell.is_complete else f"{cell.state}: {cell.error}"
            say(f"workbench: {report.preset}: {where}: {what}")
        if len(failed) > _SHOWN:
            say(f"workbench: {report.preset}: and {len(failed) - _SHOWN:,} more")
        if unsent := len(report.missing) - len(failed):
            say(f"workbench: {report.preset}: {unsent:,} were stopped or not sent")


def as_json(reports: Sequence[DriftReport], planned: int, spent: Spent) -> dict[str, JSON]:
    """The object of `check --json`; `state` is the one of its presets that asks most to be looked at."""
    states = {report.state for report in reports}
    return {
        "state": next(state for state in _WORST_FIRST if state in states).value,
        "planned_requests": planned,
        "sent_requests": spent.requests,
        "cost_usd": spent.cost_usd,
        "presets": [{**report.to_json(verdict(report)), "notes": [*notes(report)]} for report in reports],
    }
