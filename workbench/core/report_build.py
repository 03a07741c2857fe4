"""The report of an experiment, from what came of its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.core.checks import tally
from workbench.core.experiment_report import NOT_SENT, CellReport, CheckCount, CheckRun, ColumnReport, ExperimentReport
from workbench.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.checks import CheckResult
    from workbench.core.experiment import Cell, Column, Experiment
    from workbench.core.grid_values import GridState
    from workbench.core.json_value import JSON


@dataclass(frozen=True, slots=True)
class Results:
    """What came of an experiment. A cell that has no run was never sent."""

    experiment: Experiment
    state: GridState
    sent_requests: int
    runs: Mapping[Cell, Mapping[str, JSON]]
    """The objects of `run --json`, by cell."""
    checks: Mapping[Cell, tuple[CheckResult, ...]] = field(default_factory=dict)
    """By cell, in the order of the prompt's checks."""
    unsent: Mapping[Cell, Mapping[str, JSON]] = field(default_factory=dict)
    """The objects of cells that were never sent, with the request that each would have made (`unsent_run`)."""


def unsent_run(outcome: Outcome) -> dict[str, JSON]:
    """The object of a cell that was never sent. `outcome` has its request and connection."""
    return {**outcome.to_json(), "state": NOT_SENT}


def report_of(results: Results, *, baseline: int = 0, title: str = "", made: str = "") -> ExperimentReport:
    """All figures of it. Takes its time, a second and more with many repeats: for a thread."""
    columns = tuple(_column(results, column) for column in results.experiment.columns())
    return ExperimentReport(
        experiment=results.experiment,
        state=results.state.value,
        columns=columns,
        sent_requests=results.sent_requests,
        baseline=baseline,
        title=title or results.experiment.prompt.name,
        made=made,
    )


def _column(results: Results, column: Column) -> ColumnReport:
    cells = tuple(_cell(results, cell) for cell in results.experiment.cells() if cell.column == column.index)
    cells = tuple(sorted(cells, key=lambda each: each.cell))
    checks = tuple(
        CheckCount(check, tally(cell.checks[place].result for cell in cells if cell.checks))
        for place, check in enumerate(results.experiment.prompt.checks)
    )
    return ColumnReport(column.index, column.setting, cells, checks=checks)


def _cell(results: Results, cell: Cell) -> CellReport:
    experiment = results.experiment
    run = results.runs.get(cell) or results.unsent.get(cell) or {"state": NOT_SENT}
    return CellReport(
        cell=cell,
        setting=experiment.columns()[cell.column].setting,
        state=str(run.get("state", NOT_SENT)),
        run=run,
        variables=experiment.cases[cell.case] if experiment.cases else {},
        checks=tuple(
            CheckRun(check, result)
            for check, result in zip(experiment.prompt.checks, results.checks.get(cell, ()), strict=False)
        ),
    )
