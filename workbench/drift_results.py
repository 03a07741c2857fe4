"""What came of a preset's cells while they are asked again, and the report that is made of it.

The command line and the screen both use this one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.column_labels import column_labels
from workbench.core.drift.measure import backend_of, counts
from workbench.core.drift.moved import Moved, moved
from workbench.core.drift.report import DriftReport
from workbench.core.drift.retired import Retirement
from workbench.core.errors import NotFound
from workbench.core.grid_values import Spent
from workbench.grid.events import CellEnded
from workbench.own_thread import in_own_thread
from workbench.verdict_process import moved_aside, recorded_aside

if TYPE_CHECKING:
    from collections.abc import Collection

    from workbench.core.drift.measure import Backend
    from workbench.core.experiment import Cell
    from workbench.core.experiment_report import CellReport, ExperimentReport
    from workbench.drift_check import DriftCheck
    from workbench.grid.events import GridEvent


class DriftResults:
    """Who answered, and what is made of the answers."""

    def __init__(self, check: DriftCheck, cells: Collection[Cell]) -> None:
        """`cells` are those that are asked."""
        self._check = check
        self._cells = frozenset(cells)
        self._backends: dict[Cell, Backend] = {}
        self._no_model: set[Cell] = set()
        """Those whose endpoint says that it has no such model."""

    def take(self, event: GridEvent) -> None:
        """Keep who answered; the answers are kept by `ComparingResults`."""
        if isinstance(event, CellEnded):
            self._backends[event.cell] = backend_of(event.outcome)
            error = event.outcome.error
            is_gone = isinstance(error, NotFound) and error.code == NotFound.NO_MODEL
            (self._no_model.add if is_gone else self._no_model.discard)(event.cell)

    def without_answer(self, asked: ExperimentReport) -> list[CellReport]:
        """The cells that were asked and have no whole answer."""
        return [cell for cell in asked.cells if cell.cell in self._cells and not counts(cell)]

    def report(
        self, asked: ExperimentReport | None = None, sent: Spent | None = None, *, dry: bool = False
    ) -> DriftReport:
        """What is known before the answers are compared; `asked` need not be tested, None where nothing was asked."""
        check, sent = self._check, sent or Spent()
        models = dict.fromkeys(check.asked.columns[cell.column].model for cell in sorted(self._no_model))
        without = self.without_answer(asked) if asked is not None else []
        return DriftReport(
            preset=check.slug,
            file=check.path,
            lock=str(check.lock.path),
            labels=column_labels(check.comparing.experiment),
            before=check.lock.recording,
            day=check.recorded_on,
            now=check.asked,
            changes=check.changes,
            retirements=(*check.retirements, *(Retirement(model, None, gone=True) for model in models)),
            missing=tuple(cell for cell in without if cell.cell not in self._no_model),
            sent_requests=sent.requests,
            cost_usd=sent.cost_usd,
            dry=dry,
        )

    def compared(self, report: DriftReport, asked: ExperimentReport) -> DriftReport:
        """With the recording of what came, and what moved since the one before. Takes a second and more: for a
        thread."""
        now = self._check.recording(asked, self._backends)
        return replace(report, now=now, moved=moved(report.before, now) if report.before is not None else Moved(()))

    async def compared_aside(self, report: DriftReport, asked: ExperimentReport) -> DriftReport:
        """The same for a screen, which it holds up as little as may be."""
        came = await recorded_aside(self._check.asked, asked, self._backends)
        now = await in_own_thread(self._check.to_write, came)
        found = await moved_aside(report.before, now) if report.before is not None else Moved(())
        return replace(report, now=now, moved=found)
