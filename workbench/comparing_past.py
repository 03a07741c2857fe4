"""Runs of before side by side: as an experiment that was opened, of which nothing is sent and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.adapters.experiments import ExperimentSummary, RunBody, StoredCell, StoredExperiment
from workbench.adapters.ids import new_id
from workbench.comparing import Comparing
from workbench.comparing_opened import Opened, run_json
from workbench.core.connection import PRACTICE
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.grid_values import GridLimits, GridState, Spent
from workbench.core.runs_together import PastRequest, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.adapters.history_rows import StoredRun
    from workbench.core.json_value import JSON
    from workbench.services import Services


def open_runs(services: Services, ids: Sequence[str]) -> Opened:
    """These runs as one experiment, the oldest first. InputError where they are no versions of one prompt;
    StorageError. They may be long: call it in a thread."""
    runs = [run for id in sorted(ids) if (run := services.history.get(id)) is not None]
    if len(runs) < 2:
        raise InputError("fewer than two of these runs are in history", "mark others")
    if any(run.state is None for run in runs):
        raise InputError("one of these runs is still going on", "wait for its end")
    found = together([PastRequest(run.prompt, run.summary.model, run.summary.connection) for run in runs])
    cells = tuple(StoredCell(cell, run.state, run.summary, "") for cell, run in zip(found.cells, runs, strict=True))
    experiment = found.experiment
    first = runs[0].summary
    summary = ExperimentSummary(
        new_id(), first.began_at, runs[-1].summary.ended_at,
        GridState.COMPLETE if len(runs) == experiment.cell_count else GridState.PARTIAL,
        first.prompt_name, first.preset, experiment.cell_count,
        sum(run.state is State.COMPLETE for run in runs), running=False,
        axes=experiment.axes, repeats=experiment.repeats, cases=len(experiment.cases),
        failed=sum(run.state is not State.COMPLETE for run in runs), spent=_spent(runs),
    )  # fmt: skip
    stored = StoredExperiment(summary, experiment, {}, cells)
    came = {each.cell: _came(each, run) for each, run in zip(cells, runs, strict=True)}
    comparing = Comparing(services, experiment, connection=first.connection, preset=first.preset, stored=stored)
    return Opened(comparing, stored, came, GridLimits(), put_together=True)


def _spent(runs: Sequence[StoredRun]) -> Spent:
    told = [run.summary for run in runs]
    return Spent(
        sum(each.attempts for each in told),
        sum(each.cost_usd or 0.0 for each in told),
        sum(each.attempts for each in told if each.cost_usd is None and each.connection != PRACTICE),
        sum(each.total_tokens or 0 for each in told),
    )


def _came(cell: StoredCell, run: StoredRun) -> dict[str, JSON]:
    usage = dict(run.usage) if run.usage is not None else None
    error = dict(run.error) if run.error is not None else None
    return run_json(cell, run.summary, run.choices, error, RunBody(dict(run.request), usage, list(run.notes)))
