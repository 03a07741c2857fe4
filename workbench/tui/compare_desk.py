"""What lies on the compare screen: the experiment, its grid, what came of each cell, and the verdict. No widget here.

It lives in the app's own loop. What takes its time (verdict, checks, JSON, reports) is worked out in threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.comparing import Comparing
from workbench.comparing_opened import judged_outcomes, whole_runs
from workbench.comparing_results import ComparingResults
from workbench.core.experiment_report import CellReport
from workbench.core.grid_values import GridLimits, GridState, Spent
from workbench.core.usage import seconds_text
from workbench.grid.events import (
    CellEnded,
    CellEvents,
    CellNotSent,
    CellQueued,
    CellStarted,
    GridEnded,
    HostHeld,
)
from workbench.own_thread import in_own_thread
from workbench.tui.compare_board import CompareBoard, merged
from workbench.tui.compare_cells import CellProgress
from workbench.tui.compare_review import CompareReview
from workbench.tui.compare_state import Changes, GridDone, HeadsChanged
from workbench.tui.judging import Judging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.comparing_opened import Opened
    from workbench.core.compare.verdict import Verdict
    from workbench.core.experiment import Cell, Experiment
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Outcome
    from workbench.core.plan import Plan
    from workbench.grid.events import GridEvent
    from workbench.services import Services
    from workbench.tui.compare_state import Change

SEEN_FIRST = 0.1
"""Seconds that the answers of before are on the screen before anything is worked out of them."""

Spawn = Callable[[Coroutine[None, None, None]], object]


class CompareDesk(CompareBoard):
    """The state behind the compare screen. `start` sends the experiment; the rest may be called at any time."""

    def __init__(
        self,
        services: Services,
        experiment: Experiment,
        connection: str,
        *,
        preset: str = "",
        limits: GridLimits | None = None,
        plan: Plan | None = None,
        anyway: bool = False,
        over_budget: bool = False,
        opened: Opened | None = None,
        comparing: Comparing | None = None,
    ) -> None:
        """`connection` is the base's name, `preset` the slug that it is from, `plan` what the gate showed; `opened` is
        the experiment as history has it, of which nothing is sent before it is asked for; `comparing` is one that is
        made already, with all of these. InputError where a column's connection is not there."""
        super().__init__(experiment)
        self.plan = plan
        if opened is not None:
            comparing = opened.comparing
        self.comparing = comparing or Comparing(
            services, experiment, connection=connection, anyway=anyway, preset=preset
        )
        self.comparing.over_budget |= over_budget
        self.opened = opened
        """What history had when it was opened; None for one that was begun here."""
        self.gone_on = opened is None
        """Whether anything of it was sent from here."""
        self._results = ComparingResults(self.comparing)
        record = self.comparing.record(plan, limits)
        self._grid = self.comparing.grid(self._take, record, limits=limits)
        self.judging = Judging(record, opened.stored.judgements if opened is not None else ())
        self.state: GridState | None = None
        """How the grid ended; None before, and while it runs."""
        self._running = False
        self._hit_budget = False
        """Whether a cap or a budget ended it, and nothing was allowed since."""
        self._why = ""
        self._held, self._held_until = "", 0.0
        self._review = CompareReview(self._cells, self.labels, self._results, lambda changes: self._emit(changes))
        self._spawn: Spawn | None = None
        if opened is not None:
            self._put(opened)

    @classmethod
    def of(cls, opened: Opened) -> CompareDesk:
        """The desk of an experiment from history."""
        experiment = opened.stored.experiment
        return cls(opened.comparing.services, experiment, "", limits=opened.limits, opened=opened)

    def _put(self, opened: Opened) -> None:
        """Put what history has onto the board."""
        self._unheard.drop("")
        self.state = opened.stored.summary.state
        self._results.put(opened)
        why = opened.open_words
        for cell, run in opened.runs.items():
            progress = self._cells[cell] = CellProgress()
            report = self._report(cell, str(run["state"]))
            if cell in why:
                progress.cut_off(report, why[cell])
            else:
                progress.end(report)
            self._count(progress, 1)

    # -- what is asked for -------------------------------------------------------------------------------------

    def start(self, emit: Callable[[Changes], None], *, spawn: Spawn) -> None:
        """Send the experiment, or show the one that was opened. `emit` is told what changes on the screen, in batches,
        in the app's loop.

        `emit` shows what it is told before it returns: `TextCame` is added to what stands there. `spawn` runs what is
        to be awaited and raises what goes wrong in it: the screen's `run_worker`, not exclusive, so that the grid
        ends with the screen.
        """
        self._emit, self._spawn = emit, spawn
        if self.opened is not None:
            self._emit([*self._all_cells(), HeadsChanged()])
            spawn(self._look_at(self.opened))
        self._go()

    async def _look_at(self, opened: Opened) -> None:
        """The verdict on what was opened, and which of its answers are the JSON that was asked for."""
        await asyncio.sleep(SEEN_FIRST)
        self._review.add(await in_own_thread(judged_outcomes, opened))
        await self._review.look(self.experiment)

    def stop(self) -> None:
        """Send nothing more and end what runs; the text is kept. It has ended when GridDone comes."""
        self._grid.stop()

    def stop_cell(self, column: int) -> None:
        """End the cell that the column shows, or take it out of the queue."""
        self._grid.stop_cell(self.shown_cell(column))

    def stop_column(self, column: int) -> None:
        """End all cells of a column, those that wait too."""
        self._grid.stop_column(column)

    def run_again(self, column: int) -> bool:
        """Send the cell that the column shows once more; False where it waits or runs already."""
        return self.send([self.shown_cell(column)])

    def send(self, cells: Sequence[Cell]) -> bool:
        """Send these cells, be it once more; False where all of them wait or run already."""
        idle = [cell for cell in cells if cell not in self._grid.waiting and cell not in self._grid.running]
        for cell in idle:
            self.judging.forget(cell.case, cell.repeat)  # of an answer that will be another one
        self._grid.run_again(idle)
        self._go()
        return bool(idle)

    def add_repeat(self) -> None:
        """One more repeat of every column and case. InputError where the experiment would become too large."""
        self._grid.add_repeat()
        self._grown(self._grid.experiment)
        self._emit([HeadsChanged()])
        self._go()

    def resume(self) -> None:
        """Send what was never sent or was stopped."""
        self._grid.resume()
        self._go()

    def allow(self, more: GridLimits, *, anyway: bool, over_budget: bool = False) -> None:
        """What is sent from now on may take so much, on top of what was sent from here; `anyway`: in spite of its
        problems, `over_budget`: in spite of the person's budgets."""
        spent = self._grid.spent
        self._grid.limits = replace(
            more,
            max_requests=None if more.max_requests is None else spent.requests + more.max_requests,
            max_cost_usd=None if more.max_cost_usd is None else spent.known_usd + more.max_cost_usd,
        )
        self.comparing.anyway |= anyway
        self.comparing.over_budget = over_budget
        self._hit_budget = False

    def _go(self) -> None:
        if self._spawn is not None and not self._running and self._grid.waiting:
            self._running, self.state, self._why, self.gone_on = True, None, "", True
            self._spawn(self._execute())

    async def _execute(self) -> None:
        """Send what is queued, with a look at the answers now and then."""
        over = asyncio.Event()
        reviews = asyncio.create_task(self._review.until_over(over, lambda: self.experiment))
        try:
            self.state = await self._grid.execute()
            while self._grid.waiting:  # queued while it ended
                self.state = await self._grid.execute()
        except BaseException:
            reviews.cancel()
            raise
        finally:
            self._running = False
        self.comparing.over_budget = False  # it was said of what has been sent
        over.set()
        self._emit([HeadsChanged(), GridDone(self._why)])
        await reviews

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether anything runs or waits."""
        return self._running

    @property
    def verdict(self) -> Verdict | None:
        """What the complete answers show so far; None before the first look at them."""
        return self._review.verdict

    @property
    def spent(self) -> Spent:
        """Requests, dollars and tokens so far, with those of before it was opened."""
        return self.spent_here if self.opened is None else self.opened.stored.summary.spent.plus(self.spent_here)

    @property
    def spent_here(self) -> Spent:
        """Of that, what was sent from here."""
        return self._grid.spent

    @property
    def left(self) -> GridLimits:
        """The limits of what may still be sent; a cap that is reached stands there as it was."""
        limits, spent = self._grid.limits, self._grid.spent
        requests, dollars = limits.max_requests, limits.max_cost_usd
        return replace(
            limits,
            max_requests=None if requests is None else max(0, requests - spent.requests) or requests,
            max_cost_usd=None if dollars is None else max(0.0, dollars - spent.known_usd) or dollars,
        )

    @property
    def is_capped(self) -> bool:
        """Whether a cap or a budget keeps anything more from being sent."""
        return bool(self._grid.why_full) or self._hit_budget

    @property
    def open_cells(self) -> tuple[Cell, ...]:
        """The cells that were never sent or were stopped, and are not on their way."""
        return self._grid.open_cells

    @property
    def failed_cells(self) -> tuple[Cell, ...]:
        """The cells that failed by themselves."""
        return self._grid.failed_cells

    @property
    def state_line(self) -> str:
        """`running 9/20 · 2 failed · waiting 12 s for api.openai.com: rate limited`. Foreign text at its end."""
        parts = [f"{self._word} {self._ended:,}/{self.total:,}"]
        if self._failed:
            parts.append(f"{self._failed:,} failed")
        if self.opened is not None and not self._running and (still_open := len(self.open_cells)):
            parts.append(f"{still_open:,} open")
        left = self._held_until - time.monotonic()
        if self._running and left > 0:
            parts.append(f"waiting {seconds_text(left)} for {self._held}")
        return " · ".join(parts)

    @property
    def _word(self) -> str:
        if self._running:
            return "running"
        if self.state is not None:
            return self.state.value
        if self.opened is None:
            return "not sent"
        return "running elsewhere" if self.opened.stored.summary.running else "cut off"

    # -- what comes --------------------------------------------------------------------------------------------

    def _take(self, events: Sequence[GridEvent]) -> None:
        changes: list[Change] = []
        for event in events:
            self._results.take(event)
            match event:
                case CellEvents(cell=cell, events=brought):
                    changes += self._take_events(cell, brought)
                case CellQueued(cell=cell):
                    changes += self._step(cell, CellProgress.queue)
                case CellStarted(cell=cell):
                    changes += self._step(cell, CellProgress.begin)
                case CellNotSent(cell=cell, why=why):
                    changes += self._step(cell, partial(CellProgress.drop, why=why))
                case CellEnded(cell=cell, outcome=outcome):
                    changes += self._end(cell, outcome)
                case HostHeld(host=host, seconds=seconds, reason=reason):
                    self._held, self._held_until = f"{host}: {reason}", time.monotonic() + seconds
                    changes.append(HeadsChanged())
                case GridEnded(why=why, held=held):
                    self._why, self._hit_budget = why, held
        if changes:
            self._emit(merged(changes))

    def _end(self, cell: Cell, outcome: Outcome) -> list[Change]:
        report = self._report(cell, outcome.state.value)
        changes = self._step(cell, partial(CellProgress.end, report=report))
        self._review.ended(cell, outcome)
        return changes

    def _report(self, cell: Cell, state: str) -> CellReport:
        experiment = self.experiment
        setting = experiment.columns()[cell.column].setting
        case = experiment.cases[cell.case] if experiment.cases else {}
        return CellReport(cell, setting, state, self._results.runs[cell], case)

    async def report(self, *, whole: bool = False) -> ExperimentReport:
        """All figures of it as it stands: for tables, charts and exports. `whole`: with the requests of what was
        opened. StorageError where those can't be read."""
        await self._results.check()
        state = self.state or (GridState.PARTIAL if self._ended else GridState.STOPPED)
        came = await self._whole_runs() if whole and self.opened is not None and not self.opened.put_together else {}
        made = await self._results.report(
            self.experiment, state, self.spent.requests, baseline=self.baseline.column, instead=came
        )
        return replace(made, judgements=self.judging.judgements)

    async def _whole_runs(self) -> dict[Cell, Mapping[str, JSON]]:
        """What history has of the cells that were opened and not run again since, with all that was left there."""
        assert self.opened is not None
        opened, services = self.opened, self.comparing.services
        found = await in_own_thread(whole_runs, services, opened.stored)
        return {cell: run for cell, run in found.items() if self._results.runs.get(cell) is opened.runs.get(cell)}

    async def choices_of(self, cell: Cell) -> Sequence[Mapping[str, JSON]]:
        """The answers of a cell that has ended, with their logprobs; those of what was opened are read now.
        StorageError."""
        report = self.report_of(cell)
        if report is None or self.opened is None or self.opened.put_together:
            return report.choices if report is not None else ()
        if self._results.runs.get(cell) is not self.opened.runs.get(cell):
            return report.choices if report is not None else ()
        experiments, id = self.comparing.services.experiments, self.opened.stored.id
        found = await in_own_thread(experiments.answers, id, [cell])
        return [choice.to_json() for choice in found.get(cell, ())]
