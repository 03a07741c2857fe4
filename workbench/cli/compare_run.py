"""An experiment on its way, without the screen, and what is made of its cells."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.cli.budget_words import BudgetWords
from workbench.cli.compare_print import exit_code, print_report, say_ending
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.grid_run import GridRun
from workbench.cli.output import Output
from workbench.comparing_results import ComparingResults, report_now
from workbench.core.errors import StorageError
from workbench.core.grid_values import GridState

if TYPE_CHECKING:
    import argparse

    from workbench.adapters.new_file import NewFile
    from workbench.cli.compare_resume import Continued
    from workbench.comparing import Comparing
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.core.plan import Plan
    from workbench.grid.grid import KeepsExperiment


class ComparisonRun:
    """One experiment, from its first request to its exit code."""

    def __init__(
        self,
        comparing: Comparing,
        options: argparse.Namespace,
        limits: GridLimits,
        baseline: int,
        out: NewFile | None,
        left: Continued | None = None,
    ) -> None:
        """`left` is what is sent of an experiment from history; None sends all of a new one."""
        self._comparing = comparing
        self._options = options
        self._limits = limits
        self._baseline = baseline
        self._out = out
        self._left = left
        self._run = GridRun(comparing.experiment.cell_count if left is None else len(left.cells))
        self._results = ComparingResults(comparing)
        if left is not None:
            self._results.put(left.opened)

    def plan_only(self) -> int:
        """Nothing is sent. With --json: the cells that would be."""
        if self._options.json:
            state, sent = self._state_before, self._sent_before
            results = self._results.results(self._comparing.experiment, state, sent)
            Output().json(self._judged(report_now(results, baseline=self._baseline, tested=False)).to_json())
        return 0

    @property
    def _sent_before(self) -> int:
        """Physical requests of the cells that were there."""
        return self._left.opened.stored.summary.spent.requests if self._left is not None else 0

    @property
    def _state_before(self) -> GridState:
        state = self._left.opened.stored.summary.state if self._left is not None else None
        return state or GridState.STOPPED

    def _judged(self, report: ExperimentReport) -> ExperimentReport:
        """With what was picked blind of it, on the screen."""
        return report if self._left is None else replace(report, judgements=self._left.opened.stored.judgements)

    def run(self, plan: Plan) -> int:
        """Send it, and print what came; the exit code. `plan` is what the gate showed.

        BrokenPipeError, StorageError from stdout.
        """
        services = self._comparing.services
        services.history.sweep()
        record = self._comparing.record(plan, self._limits)
        report = self._judged(asyncio.run(self._execute(record)))
        if services.database.trouble is not None:
            say(f"workbench: {services.database.trouble}")
        BudgetWords(services).after()
        say_ending(report, self._run.why, "" if services.database.trouble is not None else record.id)
        code = exit_code(report)
        if self._out is not None and not self._write(report, self._out):
            code = code or ExitCode.RUN_FAILED
        output = Output(raw=self._options.raw)
        if self._options.json:
            output.json(report.to_json())
        else:
            print_report(report, output)
        return 128 + self._run.signal if self._run.signal else code

    async def _execute(self, record: KeepsExperiment) -> ExperimentReport:
        comparing, run = self._comparing, self._run
        run.listen()
        grid = comparing.grid(run.taker(self._results.take), record, limits=self._limits)
        if self._left is not None:
            grid.run_again(self._left.cells)
        state = await run.execute(grid) if grid.waiting else self._state_before
        await comparing.services.close_endpoints()
        try:
            await self._results.check(lambda: bool(run.signal))
            shows_unsent = self._options.json or self._out is not None
            sent = self._sent_before + grid.spent.requests
            results = self._results.results(comparing.experiment, state, sent, with_unsent=shows_unsent)
            return await run.worked_out(
                partial(report_now, results, baseline=self._baseline),
                instead=partial(report_now, results, baseline=self._baseline, tested=False),
            )
        finally:
            run.clear()

    def _write(self, report: ExperimentReport, out: NewFile) -> bool:
        """Write the file; whether that went well."""
        from workbench.core.experiment_files import file_text

        try:
            out.write(file_text(report, out.path.suffix).encode())
        except StorageError as error:
            complain(error)
            return False
        say(f"workbench: written: {out.path}")
        return True
