"""What lies on the compare screen: the experiment, its grid, what came of each cell, and the verdict. No widget here.

It lives in the app's own loop. What takes its time (verdict, checks, JSON, reports) is worked out in threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.comparing import Comparing
from workbench.comparing_results import ComparingResults
from workbench.core.axis_text import axis_text
from workbench.core.column_labels import column_labels
from workbench.core.experiment import Cell
from workbench.core.experiment_report import CellReport
from workbench.core.grid_values import GridState
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
from workbench.tui.compare_cells import CellProgress, in_common
from workbench.tui.compare_review import CompareReview
from workbench.tui.compare_state import (
    Baseline,
    CellChanged,
    CellView,
    Changes,
    ColumnHead,
    GridDone,
    HeadsChanged,
    TextCame,
)
from workbench.tui.judging import Judging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.axes import Axis
    from workbench.core.compare.verdict import Verdict
    from workbench.core.experiment import Experiment
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits, Spent
    from workbench.core.outcome import Outcome
    from workbench.core.plan import Plan
    from workbench.core.prompt import Prompt
    from workbench.grid.events import GridEvent
    from workbench.services import Services
    from workbench.tui.compare_state import Change

_NEVER_RUN = CellProgress()
"""What stands for a cell that nothing was heard of yet."""

Spawn = Callable[[Coroutine[None, None, None]], object]


class CompareDesk:
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
    ) -> None:
        """`connection` is the base's name, `preset` the slug that it is from, `plan` what the gate showed.
        InputError where a column's connection is not there."""
        self.plan = plan
        self.comparing = Comparing(services, experiment, connection=connection, anyway=anyway, preset=preset)
        self._results = ComparingResults(self.comparing)
        record = self.comparing.record(plan)
        self._grid = self.comparing.grid(self._take, record, limits=limits)
        self.judging = Judging(record)
        self.labels = column_labels(experiment)
        """Of the columns, in order. Foreign text."""
        self.baseline = Baseline(0, None)
        self.case = 0
        """The case that is shown, from 0."""
        self.state: GridState | None = None
        """How the grid ended; None before, and while it runs."""
        self._shown = [0] * experiment.column_count
        self._cells: dict[Cell, CellProgress] = {}
        self._ended = self._failed = 0
        self._summaries: dict[tuple[int, int], tuple[tuple[str, ...], str]] = {}
        """The dots of a column and case and what its answers have in common, until a cell of it moves on."""
        self._running = False
        self._why = ""
        self._held, self._held_until = "", 0.0
        self._emit: Callable[[Changes], None] = lambda changes: None
        self._review = CompareReview(self._cells, self.labels, self._results, lambda changes: self._emit(changes))
        self._spawn: Spawn | None = None

    # -- what is asked for -------------------------------------------------------------------------------------

    def start(self, emit: Callable[[Changes], None], *, spawn: Spawn) -> None:
        """Send the experiment. `emit` is told what changes on the screen, in batches, in the app's loop.

        `emit` shows what it is told before it returns: `TextCame` is added to what stands there. `spawn` runs what is
        to be awaited and raises what goes wrong in it: the screen's `run_worker`, not exclusive, so that the grid
        ends with the screen.
        """
        self._emit, self._spawn = emit, spawn
        self._go()

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
        return self._run_again([self.shown_cell(column)])

    def run_failed_again(self) -> int:
        """Send the cells that failed once more; how many."""
        failed = self._grid.failed_cells
        self._run_again(failed)
        return len(failed)

    def _run_again(self, cells: Sequence[Cell]) -> bool:
        idle = [cell for cell in cells if cell not in self._grid.waiting and cell not in self._grid.running]
        for cell in idle:
            self.judging.forget(cell.case, cell.repeat)  # of an answer that will be another one
        self._grid.run_again(idle)
        self._go()
        return bool(idle)

    def add_repeat(self) -> None:
        """One more repeat of every column and case. InputError where the experiment would become too large."""
        self._grid.add_repeat()
        self._summaries.clear()
        self._emit([HeadsChanged()])
        self._go()

    def resume(self) -> None:
        """Send what was never sent or was stopped."""
        self._grid.resume()
        self._go()

    def _go(self) -> None:
        if self._spawn is not None and not self._running and self._grid.waiting:
            self._running, self.state, self._why = True, None, ""
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
        over.set()
        self._emit([HeadsChanged(), GridDone(self._why)])
        await reviews

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """As it is now: `add_repeat` makes it larger."""
        return self._grid.experiment

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
        """Requests, dollars and tokens so far."""
        return self._grid.spent

    @property
    def total(self) -> int:
        """Cells, in all."""
        return self.experiment.cell_count

    @property
    def ended(self) -> int:
        """Cells that have ended, be it with an error."""
        return self._ended

    @property
    def failed(self) -> int:
        """Cells that failed by themselves."""
        return self._failed

    @property
    def title(self) -> str:
        """What is compared: the prompt's name. Foreign text."""
        return self.experiment.prompt.name or "untitled"

    @property
    def vary_words(self) -> str:
        """`temperature 0 · 0.5 · 1 · 1.5 × 5`. Foreign text."""
        axes = " and ".join(f"{axis.name} {_values(axis)}" for axis in self.experiment.axes) or "nothing varied"
        return f"{axes} × {self.experiment.repeats}" if self.experiment.repeats > 1 else axes

    @property
    def case_words(self) -> str:
        """`case 2 of 20  text: Good morning`; "" without cases. Foreign text."""
        cases = self.experiment.cases
        if not cases:
            return ""
        values = "  ".join(f"{name}: {text[:200]}" for name, text in cases[self.case].items())
        return f"case {self.case + 1:,} of {len(cases):,}  {values}"

    @property
    def state_line(self) -> str:
        """`running 9/20 · 2 failed · waiting 12 s for api.openai.com: rate limited`. Foreign text at its end."""
        word = "running" if self._running else self.state.value if self.state is not None else "not sent"
        parts = [f"{word} {self._ended:,}/{self.total:,}"]
        if self._failed:
            parts.append(f"{self._failed:,} failed")
        left = self._held_until - time.monotonic()
        if self._running and left > 0:
            parts.append(f"waiting {seconds_text(left)} for {self._held}")
        return " · ".join(parts)

    def heads(self) -> tuple[ColumnHead, ...]:
        """The columns for the case that is shown."""
        return tuple(self._head(column) for column in range(len(self.labels)))

    def _head(self, column: int) -> ColumnHead:
        dots, common = self._summary(column)
        return ColumnHead(
            self.labels[column],
            dots,
            self._shown[column],
            common,
            column == self.baseline.column,
            self._at(self.shown_cell(column)).footer,
        )

    def _summary(self, column: int) -> tuple[tuple[str, ...], str]:
        known = self._summaries.get((column, self.case))
        if known is None:
            cells = [self._at(Cell(column, self.case, repeat)) for repeat in range(self.experiment.repeats)]
            known = tuple(cell.dot for cell in cells), in_common(cell.complete_text for cell in cells)
            self._summaries[column, self.case] = known
        return known

    def cell_view(self, column: int) -> CellView:
        """The answer that a column shows."""
        cell = self._at(self.shown_cell(column))
        return CellView(cell.text, cell.state, cell.error, cell.footer, self._diff_base(column))

    def _diff_base(self, column: int) -> str | None:
        base = self.baseline_cell
        if self.shown_cell(column) == base:
            return None
        cell = self._at(base)
        return cell.text if cell.ended and cell.text else None

    def shown_cell(self, column: int) -> Cell:
        """Which cell a column shows."""
        return Cell(column, self.case, self._shown[column])

    @property
    def baseline_cell(self) -> Cell:
        """Which cell the others are compared with."""
        column, repeat = self.baseline
        return Cell(column, self.case, self._shown[column] if repeat is None else repeat)

    def complete_answers(self) -> dict[Cell, str]:
        """The answers that can be judged."""
        texts = {cell: self._cells[cell].complete_text for cell in sorted(self._cells)}
        return {cell: text for cell, text in texts.items() if text is not None}

    def report_of(self, cell: Cell) -> CellReport | None:
        """All that came of a cell; None before it has ended."""
        return self._at(cell).report

    def prompt_of(self, column: int) -> Prompt:
        """The base with the setting of a column."""
        return self.experiment.columns()[column].prompt

    def _at(self, cell: Cell) -> CellProgress:
        return self._cells.get(cell, _NEVER_RUN)

    # -- what is chosen ----------------------------------------------------------------------------------------

    def show_repeat(self, column: int, repeat: int) -> None:
        """Show another repeat in a column; one that is not there changes nothing."""
        if 0 <= repeat < self.experiment.repeats and repeat != self._shown[column]:
            self._shown[column] = repeat
            follows = self.baseline == Baseline(column, None)
            self._emit([*(self._all_cells() if follows else [CellChanged(column)]), HeadsChanged()])

    def show_case(self, case: int) -> None:
        """Show another case in all columns; the nearest where there is none of that number."""
        case = max(0, min(self.experiment.case_count - 1, case))
        if case != self.case:
            self.case = case
            self._emit([*self._all_cells(), HeadsChanged()])

    def set_baseline(self, column: int) -> None:
        """Compare the others, and the other repeats of this column, with the repeat that the column shows now."""
        self.baseline = Baseline(column, self._shown[column])
        self._emit([*self._all_cells(), HeadsChanged()])

    def _all_cells(self) -> list[Change]:
        return [CellChanged(column) for column in range(len(self.labels))]

    # -- what comes --------------------------------------------------------------------------------------------

    def _take(self, events: Sequence[GridEvent]) -> None:
        changes: list[Change] = []
        for event in events:
            self._results.take(event)
            match event:
                case CellEvents(cell=cell):
                    changes += self._take_events(event)
                case CellQueued(cell=cell) | CellStarted(cell=cell) | CellNotSent(cell=cell) | CellEnded(cell=cell):
                    changes += self._take_step(cell, event)
                case HostHeld(host=host, seconds=seconds, reason=reason):
                    self._held, self._held_until = f"{host}: {reason}", time.monotonic() + seconds
                    changes.append(HeadsChanged())
                case GridEnded(why=why):
                    self._why = why
        if changes:
            self._emit(_merged(changes))

    def _take_events(self, event: CellEvents) -> list[Change]:
        brought = self._cells[event.cell].take(event.events)
        column = event.cell.column
        shown = event.cell == self.shown_cell(column)
        if brought.other:
            return [CellChanged(column), HeadsChanged()] if shown else [HeadsChanged()]
        return [TextCame(column, brought.text)] if shown and brought.text else []

    def _take_step(self, cell: Cell, event: CellQueued | CellStarted | CellNotSent | CellEnded) -> list[Change]:
        progress = self._cells.setdefault(cell, CellProgress())
        self._count(progress, -1)
        match event:
            case CellQueued():
                progress.queue()
            case CellStarted():
                progress.begin()
            case CellNotSent(why=why):
                progress.drop(why)
            case CellEnded(outcome=outcome):
                self._end(cell, progress, outcome)
        self._count(progress, 1)
        self._summaries.pop((cell.column, cell.case), None)
        shown: list[Change] = []
        if cell == self.baseline_cell:
            shown = self._all_cells()
        elif cell == self.shown_cell(cell.column):
            shown = [CellChanged(cell.column)]
        return [*shown, HeadsChanged()]

    def _end(self, cell: Cell, progress: CellProgress, outcome: Outcome) -> None:
        experiment = self.experiment
        setting = experiment.columns()[cell.column].setting
        case = experiment.cases[cell.case] if experiment.cases else {}
        progress.end(CellReport(cell, setting, outcome.state.value, self._results.runs[cell], case))
        self._review.ended(cell, outcome)

    def _count(self, progress: CellProgress, by: int) -> None:
        self._ended += by * progress.ended
        self._failed += by * progress.failed

    async def report(self) -> ExperimentReport:
        """All figures of it as it stands: for tables, charts and exports."""
        await self._results.check()
        state = self.state or (GridState.PARTIAL if self._ended else GridState.STOPPED)
        made = await self._results.report(self.experiment, state, self.spent.requests, baseline=self.baseline.column)
        return replace(made, judgements=self.judging.judgements)


def _merged(changes: list[Change]) -> Changes:
    """Each change once. A cell that is shown anew has its pieces of text already."""
    if len(changes) == 1:
        return changes
    anew = {change.column for change in changes if isinstance(change, CellChanged)}
    pieces = [change for change in changes if isinstance(change, TextCame) and change.column not in anew]
    return [*pieces, *dict.fromkeys(change for change in changes if not isinstance(change, TextCame))]


def _values(axis: Axis) -> str:
    return " · ".join(axis_text(axis._replace(values=(value,))) for value in axis.values)
