"""The report of an experiment, from what came of its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from workbench.core.checks import tally
from workbench.core.column_labels import column_labels
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import verdict
from workbench.core.experiment_report import NOT_SENT, CellReport, CheckCount, CheckRun, ColumnReport, ExperimentReport
from workbench.core.parameters import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.axes import Axis
    from workbench.core.checks import CheckResult
    from workbench.core.compare.spread import Spread
    from workbench.core.experiment import Cell, Column, Experiment
    from workbench.core.grid_values import GridState
    from workbench.core.json_value import JSON
    from workbench.core.judging import Judgement
    from workbench.core.outcome import Outcome

_UNTESTED = "The answers were not compared."
_UNORDERED = ("seed",)
"""Numbers that are names: 2 is not more than 1."""
_LEVELS = ("reasoning_effort", "verbosity")
"""Choices that are levels; the table has them from the least to the most."""


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


def report_of(
    results: Results,
    *,
    baseline: int = 0,
    title: str = "",
    made: str = "",
    tested: bool = True,
    judgements: tuple[Judgement, ...] = (),
) -> ExperimentReport:
    """All figures of it. `made` says when it was run.

    Takes its time, a second and more with many repeats: for a thread. Without `tested` it takes none, and has no
    figures that compare answers.
    """
    by_column: dict[int, list[CellReport]] = {}
    for cell in sorted(results.experiment.cells()):
        by_column.setdefault(cell.column, []).append(_cell(results, cell))
    answers = [_texts(results.experiment, cells) for cells in by_column.values()]
    sent = [each for cells in by_column.values() for each in cells if each.state != NOT_SENT]
    found = (
        verdict(
            column_labels(results.experiment),
            answers,
            order=order_of(results.experiment),
            incomplete=sum(not each.is_complete for each in sent),
        )
        if tested
        else None
    )
    columns = tuple(
        _column(
            results, column, tuple(by_column[column.index]), found.findings.spreads[column.index] if found else None
        )
        for column in results.experiment.columns()
    )
    return ExperimentReport(
        experiment=results.experiment,
        state=results.state.value,
        columns=columns,
        sent_requests=results.sent_requests,
        verdict=found.words if found else _UNTESTED,
        findings=found.to_json() if found else _no_findings(),
        notes=found.notes if found else (),
        baseline=baseline,
        title=title or results.experiment.prompt.name,
        made=made,
        judgements=judgements,
    )


def _no_findings() -> dict[str, JSON]:
    untested: dict[str, JSON] = {"p_value": None, "smallest_possible_p": None}
    return {
        "comparisons": [],
        "tests": {"content": dict(untested), "variety": dict(untested)},
        "verdict": _UNTESTED,
    }


def order_of(experiment: Experiment) -> Order | None:
    """The axis along which variety may grow: the first one whose values have an order; None where none has."""
    for place, axis in enumerate(experiment.axes):
        if (values := _ordered_values(axis)) is None or len(set(values)) < 2:
            continue
        later = prod(len(other.values) for other in experiment.axes[place + 1 :])
        columns = [experiment.place(column) for column in range(experiment.column_count)]
        positions = tuple(values[index // later % len(values)] for index in columns)
        # What the other axis has in a column: all that is left of its index.
        groups = tuple(index // (later * len(values)) * later + index % later for index in columns)
        return Order(axis.name, positions, groups if len(experiment.axes) > 1 else ())
    return None


def _ordered_values(axis: Axis) -> list[float] | None:
    parameter = BY_NAME.get(axis.name)
    if parameter is None or axis.name in _UNORDERED:
        return None
    if axis.name in _LEVELS:
        return [parameter.choices.index(v) for v in axis.values if isinstance(v, str)] if _known(axis) else None
    if parameter.kind not in ("number", "integer"):
        return None
    return [float(v) for v in axis.values if isinstance(v, int | float)]


def _known(axis: Axis) -> bool:
    return all(value in BY_NAME[axis.name].choices for value in axis.values)


def _texts(experiment: Experiment, cells: list[CellReport]) -> list[list[str]]:
    """The complete answers of a column, by case."""
    texts: list[list[str]] = [[] for _ in range(experiment.case_count)]
    for each in cells:
        if each.is_complete:
            texts[each.cell.case].append(each.text)
    return texts


def _column(results: Results, column: Column, cells: tuple[CellReport, ...], spread: Spread | None) -> ColumnReport:
    checks = tuple(
        CheckCount(check, tally(cell.checks[place].result for cell in cells if cell.checks))
        for place, check in enumerate(results.experiment.prompt.checks)
    )
    return ColumnReport(
        column.index,
        column.setting,
        cells,
        distinct=spread.distinct if spread and spread.runs else None,
        identical_share=spread.identical_share if spread else None,
        distance_within=spread.distance_within if spread else None,
        checks=checks,
    )


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
