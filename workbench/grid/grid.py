"""Runs an experiment's cells: breadth first, so many at a time, within a budget, each as a run of its own.

Each repeat is a request: nothing is cached. What a cell comes to touches no other, but for two things that concern all
requests to one host: the pause that it asks for, and a key that it takes from nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from workbench.core.errors import (
    AuthenticationError,
    InternalFault,
    OverBudget,
    Refused,
    RunError,
    StorageError,
    WorkbenchError,
)
from workbench.core.events import Event, FirstByte, Sent, State
from workbench.core.grid_values import GridLimits, GridState, Spent
from workbench.core.outcome import Outcome
from workbench.core.request import Request
from workbench.grid.budget import Budget
from workbench.grid.events import (
    CellEnded,
    CellEvents,
    CellNotSent,
    CellQueued,
    CellStarted,
    GridEnded,
    GridEvent,
    HostHeld,
)
from workbench.grid.pace import CellPace, Pace

if TYPE_CHECKING:
    from workbench.core.experiment import Case, Cell, Column, Experiment
    from workbench.runner import Emit, Job, Run

SOURCE = "compare"
"""The source of every run of a grid in history."""

MakeJob = Callable[["Column", "Case"], "Job"]
StartRun = Callable[["Job", "Emit"], "Run"]
EmitGrid = Callable[[Sequence[GridEvent]], None]


class KeepsExperiment(Protocol):
    """The row of one experiment in history. Only `begin` and `end` wait, and not for long."""

    def begin(self, experiment: Experiment) -> Awaitable[None]:
        """It runs from now on, perhaps again: as it is now, in place of how it was."""

    def cell(self, cell: Cell, run: str, state: State | None = None, note: str = "") -> None:
        """The run of a cell begins (`state` None) or has ended. `note` says why one ended that has no run."""

    def changed(self, experiment: Experiment) -> None:
        """It has become larger while it runs."""

    def end(self, state: GridState) -> Awaitable[None]: ...


class Grid:
    """One experiment on its way. `execute` sends what is queued; at first that is every cell, and none of an
    experiment that was opened again."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        jobs: MakeJob,
        start: StartRun,
        emit: EmitGrid,
        record: KeepsExperiment,
        limits: GridLimits | None = None,
        ended: Mapping[Cell, State] | None = None,
    ) -> None:
        """`jobs` makes the job of a column and a case, when its turn has come; `ended` is what came of cells before, of
        an experiment that is opened again: nothing of it is queued before `resume` or `run_again`."""
        self._experiment = experiment
        self._jobs = jobs
        self._start = start
        self._emit = emit
        self._record = record
        self._budget = Budget(limits or GridLimits())
        self._pace = Pace(self._budget, self._paused)
        self._states: dict[Cell, State] = dict(ended or {})
        self._queue: dict[Cell, None] = {}
        self._runs: dict[Cell, Run | None] = {}
        """The cells under way; None until their job is made."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._faults: list[BaseException] = []
        self._dropped: set[Cell] = set()
        """Under way, and not to be sent if it has not been yet."""
        self._hosts: dict[str, str] = {}
        """By the name of a column's connection, once a job was made for it."""
        self._keys_taken: set[str] = set()
        """Connections, by that name, of which a reply was no 401."""
        self._keys_refused: dict[str, int] = {}
        self._executing = self._stopped = False
        self._why = ""
        self._budget_hit = False
        if ended is None:
            self.resume()

    @property
    def experiment(self) -> Experiment:
        """As it is now: `add_repeat` makes it larger."""
        return self._experiment

    @property
    def limits(self) -> GridLimits:
        return self._budget.limits

    @limits.setter
    def limits(self, limits: GridLimits) -> None:
        """Counts from the next request on."""
        self._budget.limits = limits
        self._pace.wake()

    @property
    def spent(self) -> Spent:
        """What this grid has used up since it was made; what was sent before it was resumed is not in it."""
        return self._budget.spent

    @property
    def why_full(self) -> str:
        """Why its limits let nothing more out, in a few words, or ""."""
        return self._budget.why_full()

    @property
    def states(self) -> Mapping[Cell, State]:
        """How the cells have ended, those of before included."""
        return self._states

    @property
    def waiting(self) -> tuple[Cell, ...]:
        """The cells that wait for their turn, the next one first."""
        return tuple(self._queue)

    @property
    def running(self) -> tuple[Cell, ...]:
        return tuple(self._runs)

    @property
    def failed_cells(self) -> tuple[Cell, ...]:
        """The cells that ended as an error or truncated, in the experiment's order."""
        failed = (State.ERROR, State.TRUNCATED)
        return tuple(cell for cell in self._experiment.cells() if self._states.get(cell) in failed)

    @property
    def open_cells(self) -> tuple[Cell, ...]:
        """The cells that were never sent or were cancelled, and are not on their way, in the experiment's order."""
        left = (State.CANCELLED, None)
        under_way = {*self._queue, *self._runs}
        return tuple(
            cell for cell in self._experiment.cells() if self._states.get(cell) in left and cell not in under_way
        )

    def resume(self) -> None:
        """Queue whatever was never sent or was cancelled. `execute` then sends it."""
        self._enqueue(self.open_cells)

    def run_again(self, cells: Iterable[Cell]) -> None:
        """Queue these cells anew, behind what waits; one that waits or runs is left as it is."""
        self._enqueue(cells)

    def add_repeat(self) -> None:
        """One more repeat of every column and case. InputError where the experiment would become too large."""
        known = set(self._experiment.cells())
        self._experiment = replace(self._experiment, repeats=self._experiment.repeats + 1)
        if self._executing:
            self._record.changed(self._experiment)
        self._enqueue(cell for cell in self._experiment.cells() if cell not in known)

    def stop(self) -> None:
        """Send nothing more and end what runs; its text is kept. Safe to call at any time."""
        self._stopped = True
        self._stop_cells([*self._queue, *self._runs])

    def stop_cell(self, cell: Cell) -> None:
        """End this cell, or take it out of the queue."""
        self._stop_cells([cell])

    def stop_column(self, index: int) -> None:
        """End the cells of a column, those that wait too."""
        self._stop_cells([cell for cell in (*self._queue, *self._runs) if cell.column == index])

    async def execute(self) -> GridState:
        """Send what is queued until nothing is left, and return how it went; failures are in the events, not raised.

        Call it again after `resume`, `run_again` or `add_repeat`; while it runs they take effect by themselves. A
        cancelled caller stops the grid: the cells are ended as `cancelled`, then CancelledError goes on up.
        """
        if self._executing:
            raise RuntimeError("the grid runs already")
        self._executing = True
        self._say_queued(self._queue)
        try:
            with contextlib.suppress(StorageError):  # history reports its own trouble; the grid goes on unsaved
                await self._record.begin(self._experiment)
            await self._work()
        except BaseException:
            await self._give_up()
            raise
        finally:
            state = await self._finish()
        return state

    async def _work(self) -> None:
        while True:
            ticket = self._pace.ticket
            self._obey_budget()
            if self._faults:
                raise self._faults[0]
            if (cell := self._next()) is not None:
                self._begin(cell)
                await asyncio.sleep(0)  # making a job takes its time: the screen is let in between two of them
            elif not self._queue and not self._tasks:
                return
            else:
                await self._wait(ticket)

    async def _wait(self, ticket: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._pace.next_end()):
                await ticket.wait()
        except TimeoutError:
            self._pace.pauses_end()

    async def _give_up(self) -> None:
        """End what runs because the grid can't go on: its caller was cancelled, or a fault of ours."""
        try:
            self.stop()
        finally:
            try:
                if self._tasks:
                    await asyncio.wait(self._tasks)
            finally:
                for task in self._tasks:
                    task.cancel()

    async def _finish(self) -> GridState:
        state = self._state()
        with contextlib.suppress(StorageError):  # history reports its own trouble
            await asyncio.shield(asyncio.ensure_future(self._record.end(state)))
        held, why = self._budget_hit, self._why
        if state is not GridState.COMPLETE:
            why = why or self._unfinished()
        elif not held:  # what was sent once more may have been held back, of cells that are complete
            why = ""
        self._executing = self._stopped = self._budget_hit = False
        self._why = ""
        self._faults.clear()
        self._emit([GridEnded(state, why, held)])
        return state

    def _state(self) -> GridState:
        if not self._unfinished():
            return GridState.COMPLETE
        if self._stopped:
            return GridState.STOPPED
        return GridState.BUDGET if self._budget_hit else GridState.PARTIAL

    def _unfinished(self) -> str:
        """How many cells are not complete, in words; "" where all are."""
        cells = self._experiment.cells()
        left = sum(self._states.get(cell) is not State.COMPLETE for cell in cells)
        return f"{left:,} of {len(cells):,} cells are not complete" if left else ""

    def _enqueue(self, cells: Iterable[Cell]) -> None:
        added = [cell for cell in cells if cell not in self._queue and cell not in self._runs]
        self._queue.update(dict.fromkeys(added))
        if added:
            self._stopped = False
        if self._executing:
            self._say_queued(added)
            self._pace.wake()

    def _say_queued(self, cells: Collection[Cell]) -> None:
        if cells:
            first = len(self._queue) - len(cells) + 1
            self._emit([CellQueued(cell, first + place) for place, cell in enumerate(cells)])

    def _obey_budget(self) -> None:
        if self._queue and (why := self._budget.why_full()):
            self._hit_budget(why)
            self._drop(list(self._queue), why)

    def _hit_budget(self, why: str) -> None:
        self._why, self._budget_hit = why, True

    def _next(self) -> Cell | None:
        """The first that waits and whose host may be asked; None where it is nobody's turn."""
        if not self._queue or not self._pace.may_begin:
            return None
        columns = self._experiment.columns()
        paused = {name for name, host in self._hosts.items() if self._pace.is_paused(host)}
        return next((cell for cell in self._queue if columns[cell.column].connection not in paused), None)

    def _begin(self, cell: Cell) -> None:
        del self._queue[cell]
        self._emit([CellStarted(cell)])
        try:
            job = self._job(cell)
        except WorkbenchError as error:
            self._end_without_run(cell, Refused(error.message, error.hint))
            return
        except Exception as error:
            # The text of an unknown exception may hold anything, a key too: only its type is said.
            fault = InternalFault(f"the cell failed inside the program ({type(error).__name__})", "please report this")
            self._end_without_run(cell, fault)
            return
        self._runs[cell] = None
        pace = CellPace(self._pace, job.connection.host, job.retry)
        task = asyncio.create_task(self._run(cell, replace(job, source=SOURCE, pace=pace), pace), name="cell")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _job(self, cell: Cell) -> Job:
        experiment = self._experiment
        column = experiment.columns()[cell.column]
        job = self._jobs(column, experiment.cases[cell.case] if experiment.cases else {})
        self._hosts[column.connection] = job.connection.host
        return job

    def _end_without_run(self, cell: Cell, error: RunError) -> None:
        outcome = Outcome(State.ERROR, Request({}), error=error, cost_usd=0.0)
        self._states[cell] = outcome.state
        self._record.cell(cell, "", outcome.state, error.line)
        self._emit([CellEnded(cell, outcome, "")])

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(fault)
        self._pace.wake()

    async def _run(self, cell: Cell, job: Job, pace: CellPace) -> None:
        sent = opened = False

        def take(events: Sequence[Event]) -> None:
            nonlocal sent, opened
            if not sent and any(isinstance(event, Sent) for event in events):
                sent = True
                self._states.pop(cell, None)
                self._record.cell(cell, run.id)
            if not opened and any(isinstance(event, FirstByte) for event in events):
                opened = True
                pace.answered()
            self._emit([CellEvents(cell, events)])

        try:
            run = self._start(job, take)
            self._runs[cell] = run
            if cell in self._dropped:
                run.stop()
            outcome = await run.execute()
        finally:
            self._runs.pop(cell, None)
            self._dropped.discard(cell)
            pace.leave()
        self._ended(cell, outcome, run.id, pace)

    def _ended(self, cell: Cell, outcome: Outcome, run: str, pace: CellPace) -> None:
        self._budget.ended(outcome)
        why = pace.refusal
        if isinstance(outcome.error, OverBudget):
            why = f"{outcome.error.reason}: {outcome.error.hint}"
            self._drop(list(self._queue), why)  # it would be refused cell by cell
        if why:
            self._hit_budget(why)
        if not outcome.attempts and (why or outcome.state is State.CANCELLED):
            self._emit([CellNotSent(cell, why or "stopped")])
            return
        self._states[cell] = outcome.state
        self._record.cell(cell, run, outcome.state, outcome.error.line if outcome.error and not run else "")
        self._emit([CellEnded(cell, outcome, run)])
        self._judge_key(cell, pace.host, outcome)

    def _judge_key(self, cell: Cell, host: str, outcome: Outcome) -> None:
        """Send nothing more over a connection of which every first reply was a 401."""
        columns = self._experiment.columns()
        name = columns[cell.column].connection
        if name in self._keys_taken or not outcome.attempts or outcome.state is State.CANCELLED:
            return
        if not isinstance(outcome.error, AuthenticationError):
            self._keys_taken.add(name)
            return
        self._keys_refused[name] = self._keys_refused.get(name, 0) + 1
        same = [each for each in self._queue if columns[each.column].connection == name]
        if same and self._keys_refused[name] >= self.limits.concurrency:
            self._why = f"{host} refused the key of every first request (401): the rest was not sent"
            self._drop(same, self._why)

    def _stop_cells(self, cells: Iterable[Cell]) -> None:
        waiting: list[Cell] = []
        for cell in cells:
            if cell in self._queue:
                waiting.append(cell)
            elif cell in self._runs:
                run = self._runs[cell]
                self._dropped.add(cell)
                if run is not None:
                    run.stop()
        self._drop(waiting, "stopped")

    def _drop(self, cells: Sequence[Cell], why: str) -> None:
        """Take these out of the queue."""
        for cell in cells:
            del self._queue[cell]
        if cells:
            self._emit([CellNotSent(cell, why) for cell in cells])
            self._pace.wake()

    def _paused(self, host: str, seconds: float, reason: str) -> None:
        self._emit([HostHeld(host, seconds, reason)])
