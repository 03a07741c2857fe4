"""An experiment on its way, without the screen: the grid, the signals that end it, and what is made of its cells."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from workbench.cli.compare_print import exit_code, print_report, say_ending
from workbench.cli.compare_progress import Progress
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.output import Output
from workbench.comparing_results import ComparingResults
from workbench.core.errors import StorageError
from workbench.core.grid_values import GridState
from workbench.grid_events import GridEnded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.adapters.new_file import NewFile
    from workbench.comparing import Comparing
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.grid import Grid
    from workbench.grid_events import GridEvent

_TICK = 0.2
"""Seconds between two looks at the clock, for the time in the progress line."""


class ComparisonRun:
    """One experiment and the signals that end it."""

    def __init__(
        self,
        comparing: Comparing,
        options: argparse.Namespace,
        limits: GridLimits,
        baseline: int,
        out: NewFile | None,
    ) -> None:
        self._comparing = comparing
        self._options = options
        self._limits = limits
        self._baseline = baseline
        self._out = out
        self._progress = Progress(comparing.experiment.cell_count)
        self._results = ComparingResults(comparing)
        self._why = ""
        self._signal = 0
        self._grid: Grid | None = None

    def plan_only(self) -> int:
        """Nothing is sent. With --json: the cells that would be."""
        if self._options.json:
            report = self._results.nothing_sent(GridState.STOPPED, baseline=self._baseline)
            Output().json(report.to_json())
        return 0

    def run(self) -> int:
        """Send it, and print what came; the exit code. BrokenPipeError, StorageError from stdout."""
        services = self._comparing.services
        services.history.sweep()
        report = asyncio.run(self._execute())
        if services.database.trouble is not None:
            say(f"workbench: {services.database.trouble}")
        say_ending(report, self._why)
        code = exit_code(report)
        if self._out is not None and not self._write(report, self._out):
            code = code or ExitCode.RUN_FAILED
        output = Output(raw=self._options.raw)
        if self._options.json:
            output.json(report.to_json())
        else:
            print_report(report, output)
        return 128 + self._signal if self._signal else code

    async def _execute(self) -> ExperimentReport:
        comparing = self._comparing
        self._grid = grid = comparing.grid(self._take, comparing.record(), limits=self._limits)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # what nohup turned off stays off
                loop.add_signal_handler(number, self._interrupt, number)
        ticking = asyncio.create_task(self._tick())
        try:
            state = await grid.execute()
            await comparing.services.close_endpoints()
            await self._results.check(lambda: bool(self._signal))
            return await self._results.report(comparing.experiment, state, grid.spent.requests, baseline=self._baseline)
        finally:
            ticking.cancel()
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
        self._signal = number
        if self._grid is not None:
            self._grid.stop()

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
