"""Presets that are checked or recorded, one after another: their grids, their reports, and the exit code."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.cli.budget_words import BudgetWords
from workbench.cli.check_print import as_json, print_reports, say_ending
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.grid_run import GridRun
from workbench.cli.output import Output
from workbench.comparing_results import ComparingResults, report_now
from workbench.core.column_labels import column_labels
from workbench.core.drift.measure import backend_of, counts
from workbench.core.drift.moved import Moved, moved
from workbench.core.drift.report import DriftReport, DriftState
from workbench.core.drift.retired import Retirement
from workbench.core.errors import ErrorKind, NotFound, StorageError
from workbench.core.grid_values import GridState, Spent
from workbench.grid.events import CellEnded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.cli.check import Task
    from workbench.core.drift.measure import Backend
    from workbench.core.experiment import Cell
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.drift_check import DriftCheck
    from workbench.grid.events import GridEvent
    from workbench.services import Services


class _Came:
    """What came of one preset's cells."""

    def __init__(self, task: Task) -> None:
        self.results = ComparingResults(task.check.comparing)
        self.backends: dict[Cell, Backend] = {}
        self.no_model: set[Cell] = set()
        """Those whose endpoint says that it has no such model."""

    def take(self, event: GridEvent) -> None:
        self.results.take(event)
        if isinstance(event, CellEnded):
            self.backends[event.cell] = backend_of(event.outcome)
            error = event.outcome.error
            if isinstance(error, NotFound) and error.code == NotFound.NO_MODEL:
                self.no_model.add(event.cell)


class CheckRun:
    """All presets of one call, and the signals that end it."""

    def __init__(
        self, services: Services, options: argparse.Namespace, limits: GridLimits, tasks: Sequence[Task]
    ) -> None:
        self._services = services
        self._options = options
        self._limits = limits
        self._tasks = tasks
        self._records = options.record or options.update
        self._run = GridRun(sum(len(task.cells) for task in tasks))
        self._states: set[GridState] = set()
        """How the grids ended."""
        self._kinds: list[str] = []
        """Of the errors of cells."""
        self._unwritten = False
        """A recording could not be written."""

    def run(self) -> int:
        """Ask, compare, write, print; the exit code. BrokenPipeError, StorageError from stdout."""
        if self._options.dry_run:
            self._print([self._report(task, dry=True) for task in self._tasks])
            return ExitCode.OK
        self._services.history.sweep()
        reports = asyncio.run(self._execute())
        if (trouble := self._services.database.trouble) is not None:
            say(f"workbench: {trouble}")
        BudgetWords(self._services).after()
        say_ending(reports, self._run)
        self._print(reports)
        return 128 + self._run.signal if self._run.signal else self._exit_code(reports)

    def _print(self, reports: Sequence[DriftReport]) -> None:
        if self._options.json:
            Output().json(as_json(reports, sum(len(task.cells) for task in self._tasks), self._run.spent))
        else:
            print_reports(reports, Output())

    async def _execute(self) -> list[DriftReport]:
        self._run.listen()
        try:
            return [await self._one(task) for task in self._tasks]
        finally:
            self._run.clear()
            await self._services.close_endpoints()

    async def _one(self, task: Task) -> DriftReport:
        """One preset, from its first request to its file."""
        if not task.cells:
            return self._report(task)
        came, comparing, sent = _Came(task), task.check.comparing, Spent()
        state = GridState.STOPPED
        if not self._run.signal:
            limits = self._limits.after(self._run.spent)
            grid = comparing.grid(
                self._run.taker(came.take), comparing.record(task.plan, limits), limits=limits, cells=task.cells
            )
            state, sent = await self._run.execute(grid), grid.spent
        self._states.add(state)
        await came.results.check(lambda: bool(self._run.signal))
        results = came.results.results(comparing.experiment, state, sent.requests, with_unsent=False)
        asked = report_now(results, tested=False)
        report = self._report(task, asked, came, sent)
        report = await self._run.worked_out(partial(_compared, report, task, asked, came), instead=lambda: report)
        return self._written(task, report)

    def _report(
        self,
        task: Task,
        asked: ExperimentReport | None = None,
        came: _Came | None = None,
        sent: Spent | None = None,
        *,
        dry: bool = False,
    ) -> DriftReport:
        """What is known of a preset before its answers are compared."""
        check, sent = task.check, sent or Spent()
        wanted = set(task.cells)
        without = [cell for cell in asked.cells if cell.cell in wanted and not counts(cell)] if asked else []
        no_model = came.no_model if came else set()
        self._kinds += [cell.error_kind for cell in without]
        ends = {Retirement(_model(check, cell), None, gone=True): None for cell in sorted(no_model)}
        return DriftReport(
            preset=check.slug,
            file=check.path,
            lock=str(check.lock.path),
            labels=column_labels(check.comparing.experiment),
            before=check.lock.recording,
            now=check.asked,
            changes=check.changes,
            retirements=(*check.retirements, *ends),
            missing=tuple(cell for cell in without if cell.cell not in no_model),
            sent_requests=sent.requests,
            cost_usd=sent.cost_usd,
            dry=dry,
        )

    def _written(self, task: Task, report: DriftReport) -> DriftReport:
        """With what came in the file, where that was asked for and is whole; said where it is not."""
        if not self._records:
            return report
        if report.missing or report.moved is None or any(each.day is None for each in report.retirements):
            say(f"workbench: {report.preset}: nothing was recorded, since not all of it was answered")
            return report
        if not report.is_news:
            say(f"workbench: {report.preset}: {report.lock} stays as it is")
            return report
        try:
            task.check.write(report.now)
        except StorageError as error:
            complain(error)
            self._unwritten = True
            return report
        return replace(report, written=True)

    def _exit_code(self, reports: Sequence[DriftReport]) -> int:
        """A cap before what failed on the way to it, that before what moved."""
        if GridState.BUDGET in self._states:
            return ExitCode.BUDGET
        if ErrorKind.INTERNAL in self._kinds:
            return ExitCode.BUG
        if self._kinds and set(self._kinds) == {ErrorKind.REFUSED} and not self._run.spent.requests:
            return ExitCode.BAD_INPUT
        fine = (DriftState.UNCHANGED, DriftState.RECORDED)
        return (
            ExitCode.OK if all(each.state in fine for each in reports) and not self._unwritten else ExitCode.RUN_FAILED
        )


def _compared(report: DriftReport, task: Task, asked: ExperimentReport, came: _Came) -> DriftReport:
    """With the recording of what came, and what moved since the one before."""
    now = task.check.recording(asked, came.backends)
    return replace(report, now=now, moved=moved(report.before, now) if report.before is not None else Moved(()))


def _model(check: DriftCheck, cell: Cell) -> str:
    return check.asked.columns[cell.column].model
