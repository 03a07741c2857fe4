"""An experiment on its way, without the screen: the grid, the signals that end it, and what is made of its cells."""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.cli.budget_words import BudgetWords
from workbench.cli.compare_print import exit_code, print_report, say_ending
from workbench.cli.compare_progress import Progress
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.output import Output
from workbench.comparing_results import ComparingResults, report_now
from workbench.core.errors import StorageError
from workbench.core.grid_values import GridState
from workbench.grid.events import GridEnded
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.adapters.new_file import NewFile
    from workbench.cli.compare_resume import Continued
    from workbench.comparing import Comparing
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.core.plan import Plan
    from workbench.core.report_build import Results
    from workbench.grid.events import GridEvent
    from workbench.grid.grid import Grid, KeepsExperiment

_TICK = 0.2
"""Seconds between two looks at the clock, for the time in the progress line."""
_PATIENCE = 0.5
"""Seconds that the statistics still have after a ctrl-c."""


class ComparisonRun:
    """One experiment and the signals that end it."""

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
        self._progress = Progress(comparing.experiment.cell_count if left is None else len(left.cells))
        self._results = ComparingResults(comparing)
        if left is not None:
            self._results.put(left.opened)
        self._why = ""
        self._signal = 0
        self._signalled_at = 0.0
        self._grid: Grid | None = None

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
        say_ending(report, self._why, "" if services.database.trouble is not None else record.id)
        code = exit_code(report)
        if self._out is not None and not self._write(report, self._out):
            code = code or ExitCode.RUN_FAILED
        output = Output(raw=self._options.raw)
        if self._options.json:
            output.json(report.to_json())
        else:
            print_report(report, output)
        return 128 + self._signal if self._signal else code

    async def _execute(self, record: KeepsExperiment) -> ExperimentReport:
        comparing = self._comparing
        self._grid = grid = comparing.grid(self._take, record, limits=self._limits)
        if self._left is not None:
            grid.run_again(self._left.cells)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # what nohup turned off stays off
                loop.add_signal_handler(number, self._interrupt, number)
        ticking = asyncio.create_task(self._tick())
        try:
            state = await grid.execute() if grid.waiting else self._state_before
        finally:
            ticking.cancel()
            self._progress.clear()
        await comparing.services.close_endpoints()
        try:
            await self._results.check(lambda: bool(self._signal))
            shows_unsent = self._options.json or self._out is not None
            sent = self._sent_before + grid.spent.requests
            return await self._reported(
                self._results.results(comparing.experiment, state, sent, with_unsent=shows_unsent)
            )
        finally:
            self._progress.clear()

    def _take(self, events: Sequence[GridEvent]) -> None:
        for event in events:
            self._progress.take(event)
            self._results.take(event)
            if isinstance(event, GridEnded):
                self._why = event.why
        self._draw()

    async def _tick(self) -> None:
        while True:
            self._draw()
            await asyncio.sleep(_TICK)

    def _draw(self) -> None:
        if self._grid is not None:
            self._progress.draw(self._grid.spent)

    def _interrupt(self, number: int) -> None:
        self._signal, self._signalled_at = number, time.monotonic()
        if self._grid is not None:
            self._grid.stop()

    async def _reported(self, results: Results) -> ExperimentReport:
        """The report; without what compares the answers where that takes longer than one who pressed ctrl-c waits."""
        working = asyncio.ensure_future(in_own_thread(report_now, results, baseline=self._baseline))
        while not working.done():
            if (await asyncio.wait({working}, timeout=_TICK))[0]:
                break
            self._progress.say("comparing the answers")
            if self._signal and time.monotonic() - self._signalled_at > _PATIENCE:
                working.cancel()
                return report_now(results, baseline=self._baseline, tested=False)
        return working.result()

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
