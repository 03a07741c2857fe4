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
from workbench.core.drift.report import DriftState
from workbench.core.errors import ErrorKind, StorageError
from workbench.core.grid_values import GridState, Spent
from workbench.drift_results import DriftResults

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.cli.check import Task
    from workbench.core.drift.report import DriftReport
    from workbench.core.grid_values import GridLimits
    from workbench.grid.events import GridEvent
    from workbench.services import Services


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
            self._print([DriftResults(task.check, ()).report(dry=True) for task in self._tasks])
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
        results = DriftResults(task.check, task.cells)
        if not task.cells:
            return results.report()
        comparing, sent, state = task.check.comparing, Spent(), GridState.STOPPED
        kept = ComparingResults(comparing)

        def take(event: GridEvent) -> None:
            kept.take(event)
            results.take(event)

        if not self._run.signal:
            limits = self._limits.after(self._run.spent)
            record = comparing.record(task.plan, limits)
            grid = comparing.grid(self._run.taker(take), record, limits=limits, cells=task.cells)
            state, sent = await self._run.execute(grid), grid.spent
        self._states.add(state)
        await kept.check(lambda: bool(self._run.signal))
        came = kept.results(comparing.experiment, state, sent.requests, with_unsent=False)
        asked = report_now(came, tested=False)
        self._kinds += [cell.error_kind for cell in results.without_answer(asked)]
        report = results.report(asked, sent)
        report = await self._run.worked_out(partial(results.compared, report, asked), instead=lambda: report)
        return self._written(task, report)

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
