"""What came of an experiment's cells, kept while its grid runs, and the report that is made of it.

The command line and the compare screen both use this one.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.core.checks import CheckResult, run_checks
from workbench.core.errors import InputError
from workbench.core.events import Sent, State
from workbench.core.outcome import Outcome
from workbench.core.report_build import Results, report_of, unsent_run
from workbench.core.request import Request
from workbench.grid.events import CellEnded, CellEvents
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from workbench.comparing import Comparing
    from workbench.comparing_opened import Opened
    from workbench.core.experiment import Cell, Experiment
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridState
    from workbench.core.json_value import JSON
    from workbench.grid.events import GridEvent

_STOPPED = CheckResult(None, "not judged: stopped")


class ComparingResults:
    """The cells that have ended, and how the preset's checks went on their answers."""

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing
        self._checks = comparing.experiment.prompt.checks
        self.runs: dict[Cell, Mapping[str, JSON]] = {}
        """The objects of `run --json`."""
        self.checks: dict[Cell, tuple[CheckResult, ...]] = {}
        """Of complete answers, in the order of the prompt's checks, once `check` has run."""
        self._unchecked: dict[Cell, Outcome] = {}

    def put(self, opened: Opened) -> None:
        """Keep what history has of an experiment."""
        self.runs.update(opened.runs)
        if self._checks:
            complete = (cell for cell, state in opened.stored.ended.items() if state is State.COMPLETE)
            self._unchecked.update((cell, Outcome.from_json(opened.runs[cell])) for cell in complete)

    def take(self, event: GridEvent) -> None:
        """Keep what a cell came to; a cell whose request goes out again is as if it had never been."""
        match event:
            case CellEnded(cell=cell, outcome=outcome):
                self.runs[cell] = outcome.to_json()
                if self._checks and outcome.state is State.COMPLETE:
                    self._unchecked[cell] = outcome
            case CellEvents(cell=cell, events=events) if any(isinstance(each, Sent) for each in events):
                for kept in (self.runs, self.checks, self._unchecked):
                    kept.pop(cell, None)
            case _:
                pass

    async def check(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Run the checks on the complete answers that have not been checked, in a thread; where `stopped`, the rest
        is not judged."""
        while self._unchecked:
            cell, outcome = self._unchecked.popitem()
            if stopped():
                self.checks[cell] = (_STOPPED,) * len(self._checks)
                continue
            results = await asyncio.to_thread(run_checks, self._checks, outcome)
            if cell in self.runs:  # else it is on its way once more
                self.checks[cell] = results

    def results(
        self, experiment: Experiment, state: GridState, sent_requests: int, *, with_unsent: bool = True
    ) -> Results:
        """What came so far, which later cells don't change. `experiment` may have grown since; `with_unsent`: with the
        requests of the cells that were not sent."""
        runs, checks = dict(self.runs), dict(self.checks)
        unsent = self._all_unsent(experiment, runs) if with_unsent else {}
        return Results(experiment, state, sent_requests, runs, checks, unsent)

    async def report(
        self,
        experiment: Experiment,
        state: GridState,
        sent_requests: int,
        *,
        baseline: int = 0,
        instead: Mapping[Cell, Mapping[str, JSON]] | None = None,
    ) -> ExperimentReport:
        """All figures of it as it stands, worked out in a thread that keeps nobody from leaving. `instead` are the
        objects of some cells with more in them than what is kept here."""
        came = self.results(experiment, state, sent_requests, with_unsent=False)
        runs = {**came.runs, **(instead or {})}

        def work() -> ExperimentReport:
            unsent = self._all_unsent(experiment, came.runs)
            return report_now(replace(came, runs=runs, unsent=unsent), baseline=baseline)

        return await in_own_thread(work)

    def _all_unsent(self, experiment: Experiment, runs: Container[Cell]) -> dict[Cell, Mapping[str, JSON]]:
        return {cell: self._unsent(experiment, cell) for cell in experiment.cells() if cell not in runs}

    def _unsent(self, experiment: Experiment, cell: Cell) -> dict[str, JSON]:
        column = experiment.columns()[cell.column]
        try:
            request = self._comparing.request(cell)
        except InputError:  # what it reads is gone; that it was not sent is all there is to say
            request = Request({})
        connection = self._comparing.connection_of(column).name
        return unsent_run(Outcome(State.CANCELLED, request, connection=connection, cost_usd=0.0))


def report_now(results: Results, *, baseline: int = 0, tested: bool = True) -> ExperimentReport:
    """The report of `results` with the time as it is now; without `tested`, at once and with no figures that compare
    answers."""
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    return report_of(results, baseline=baseline, made=made, tested=tested)
