"""What `workbench compare` prints of a report: the table and the verdict to stdout, what failed to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.table import table, terminal_columns
from workbench.core.checks import check_words
from workbench.core.counted import counted
from workbench.core.events import State
from workbench.core.experiment_report import NOT_SENT
from workbench.core.grid_values import GridState
from workbench.core.report_figures import column_figures, figure_names
from workbench.core.usage import money_text

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.core.experiment_report import CellReport, ExperimentReport

_SHOWN = 10
"""Lines of one kind: of a thousand cells that failed for one reason nobody reads more."""
_PIPED = 10_000


def print_report(report: ExperimentReport, output: Output) -> None:
    """The table of the columns and the verdict. BrokenPipeError, StorageError."""
    rows = [column_figures(label, column) for label, column in zip(report.labels, report.columns, strict=True)]
    columns = terminal_columns() or _PIPED
    output.text(table(figure_names(report), rows, columns))
    if report.verdict:
        output.text(f"\n{report.verdict}\n")


def say_ending(report: ExperimentReport, why: str, id: str) -> None:
    """How it ended, and `why` not whole; the cells that did not come through, and the checks that failed. `id` is what
    it is called in history, "" where it is not there."""
    sent = f"{counted(report.sent_requests, 'request')} sent"
    parts = [f"{report.state}: {sent}", money_text(report.cost_usd), why]
    say(f"workbench: {' · '.join(filter(None, parts))}")
    unsent = sum(cell.state == NOT_SENT for cell in report.cells)
    if unsent:
        say(f"workbench: {unsent:,} of {report.planned_requests:,} were not sent")
    told = (NOT_SENT, State.CANCELLED)  # nobody needs to be told what they stopped themselves
    failed = [cell for cell in report.cells if cell.failed and cell.state not in told]
    for cell in failed[:_SHOWN]:
        say(f"workbench: {_place(report, cell)}: {_what(cell)}")
    if len(failed) > _SHOWN:
        say(f"workbench: and {len(failed) - _SHOWN:,} more: --json or --out tells all")
    if id and any(cell.state in told for cell in report.cells):
        say(f"workbench: what is left is sent by: workbench compare --resume {id}")
    for line in (*report.notes, *_failed_checks(report)[:_SHOWN]):
        say(f"workbench: {line}")


def _place(report: ExperimentReport, cell: CellReport) -> str:
    parts = [report.labels[cell.cell.column]]
    if report.experiment.cases:
        parts.append(f"case {cell.cell.case + 1}")
    if report.experiment.repeats > 1:
        parts.append(f"repeat {cell.cell.repeat + 1}")
    return ", ".join(parts)


def _what(cell: CellReport) -> str:
    if cell.is_complete:
        return "stopped by a content filter"
    return f"{cell.state}: {cell.error}" if cell.error else cell.state


def _failed_checks(report: ExperimentReport) -> list[str]:
    """A line for each check that some answer fails: in which columns, and how often."""
    lines = []
    for place, check in enumerate(report.experiment.prompt.checks):
        tallies = [
            (label, column.checks[place].tally) for label, column in zip(report.labels, report.columns, strict=True)
        ]
        failed = [f"{label} ({each.failed} of {each.failed + each.passed})" for label, each in tallies if each.failed]
        if failed:
            lines.append(f"check {check_words(check)} fails: {', '.join(failed)}")
    return lines


def exit_code(report: ExperimentReport) -> ExitCode:
    """How it counts for the exit code; a cap that was reached before what failed on the way to it."""
    if report.state == GridState.BUDGET:
        return ExitCode.BUDGET
    kinds = [cell.error_kind for cell in report.cells if cell.failed]
    if "internal" in kinds:
        return ExitCode.BUG
    if kinds and set(kinds) == {"refused"} and len(kinds) == len(report.cells):
        return ExitCode.BAD_INPUT
    checks = any(count.tally.failed for column in report.columns for count in column.checks)
    return ExitCode.RUN_FAILED if kinds or checks else ExitCode.OK
