"""An experiment on its way, without the screen: the grid, the signals that end it, and what is made of its cells."""

from __future__ import annotations

import asyncio
import signal
import time
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.cli.compare_print import exit_code, print_report, say_ending
from workbench.cli.compare_progress import Progress
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.output import Output
from workbench.core.checks import CheckResult, run_checks
from workbench.core.errors import InputError, StorageError
from workbench.core.events import State
from workbench.core.experiment import Cell
from workbench.core.grid_values import GridState
from workbench.core.outcome import Outcome
from workbench.core.report_build import Results, report_of, unsent_run
from workbench.core.request import Request
from workbench.grid_events import CellEnded, GridEnded
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.adapters.new_file import NewFile
    from workbench.comparing import Comparing
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.core.json_value import JSON
    from workbench.grid import Grid
    from workbench.grid_events import GridEvent

_TICK = 0.2
"""Seconds between two looks at the clock, for the time in the progress line."""
_PATIENCE = 0.5
"""Seconds that the statistics still have after a ctrl-c."""
_STOPPED = CheckResult(None, "not judged: stopped")


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
        self._ended: dict[Cell, Outcome] = {}
        self._why = ""
        self._signal = 0
        self._signalled_at = 0.0
        self._grid: Grid | None = None

    def plan_only(self) -> int:
        """Nothing is sent. With --json: the cells that would be."""
        if self._options.json:
            Output().json(self._report(self._results(GridState.STOPPED, {}), tested=False).to_json())
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
        finally:
            ticking.cancel()
            self._progress.clear()
        await comparing.services.close_endpoints()
        try:
            return await self._reported(self._results(state, await self._checked()))
        finally:
            self._progress.clear()

    def _take(self, events: Sequence[GridEvent]) -> None:
        for event in events:
            self._progress.take(event)
            if isinstance(event, CellEnded):
                self._ended[event.cell] = event.outcome
            elif isinstance(event, GridEnded):
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

    # -- what came -----------------------------------------------------------------------------------------------

    async def _checked(self) -> dict[Cell, tuple[CheckResult, ...]]:
        """The checks on all complete answers; a signal ends that too, and what came is still told."""
        checks = self._comparing.experiment.prompt.checks
        checked: dict[Cell, tuple[CheckResult, ...]] = {}
        for cell, outcome in self._ended.items():
            if not checks or outcome.state is not State.COMPLETE:
                continue
            if self._signal:
                checked[cell] = (_STOPPED,) * len(checks)
            else:
                checked[cell] = await asyncio.to_thread(run_checks, checks, outcome)
        return checked

    async def _reported(self, results: Results) -> ExperimentReport:
        """The report; without what compares the answers where that takes longer than one who pressed ctrl-c waits."""
        working = asyncio.ensure_future(in_own_thread(self._report, results))
        while not working.done():
            if (await asyncio.wait({working}, timeout=_TICK))[0]:
                break
            self._progress.say("comparing the answers")
            if self._signal and time.monotonic() - self._signalled_at > _PATIENCE:
                working.cancel()
                return self._report(results, tested=False)
        return working.result()

    def _results(self, state: GridState, checks: dict[Cell, tuple[CheckResult, ...]]) -> Results:
        experiment = self._comparing.experiment
        shows_unsent = self._options.json or self._out is not None
        return Results(
            experiment=experiment,
            state=state,
            sent_requests=self._grid.spent.requests if self._grid is not None else 0,
            runs={cell: outcome.to_json() for cell, outcome in self._ended.items()},
            checks=checks,
            unsent={
                cell: self._unsent(cell) for cell in experiment.cells() if shows_unsent and cell not in self._ended
            },
        )

    def _report(self, results: Results, *, tested: bool = True) -> ExperimentReport:
        made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        return report_of(results, baseline=self._baseline, made=made, tested=tested)

    def _unsent(self, cell: Cell) -> dict[str, JSON]:
        column = self._comparing.experiment.columns()[cell.column]
        try:
            request = self._comparing.request(cell)
        except InputError:  # what it reads is gone; that it was not sent is all there is to say
            request = Request({})
        connection = self._comparing.connection_of(column).name
        return unsent_run(Outcome(State.CANCELLED, request, connection=connection, cost_usd=0.0))

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
