"""What lies on the compare screen while a preset is asked again: the answers of now, held against the recorded ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.comparing_results import report_now
from workbench.core.drift.asked import by_setting
from workbench.core.drift.words import notes, verdict
from workbench.core.grid_values import GridState
from workbench.drift_results import DriftResults
from workbench.tui.compare_desk import CompareDesk
from workbench.tui.compare_state import VerdictChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.compare.verdict import Verdict
    from workbench.core.drift.report import DriftReport
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.grid_values import GridLimits
    from workbench.core.plan import Plan
    from workbench.drift_check import DriftCheck
    from workbench.grid.events import GridEvent
    from workbench.tui.compare_state import ColumnHead


class DriftDesk(CompareDesk):
    """The comparison that was recorded, sent once more. Once it has ended its verdict says what moved; until a column
    is made the baseline, differences are those from the recorded answers."""

    def __init__(self, check: DriftCheck, *, limits: GridLimits, plan: Plan | None) -> None:
        """`plan` is what the gate showed."""
        comparing = check.comparing
        super().__init__(comparing.services, comparing.experiment, "", limits=limits, plan=plan, comparing=comparing)
        self._drift = DriftResults(check, comparing.experiment.cells())
        self._told: DriftReport | None = None
        """What moved, once everything was asked."""
        self._own_baseline = False
        recorded = by_setting(check.lock.recording) if check.lock.recording is not None else {}
        self._recorded = [recorded[key].answers if key in recorded else () for key in by_setting(check.asked)]

    @property
    def verdict(self) -> Verdict | None:
        """What moved; before that is known, what the answers of now show among themselves."""
        found = super().verdict
        if found is None or self._told is None:
            return found
        return found._replace(words=verdict(self._told), notes=notes(self._told))

    async def report(self, *, whole: bool = False) -> ExperimentReport:
        """As of any comparison, with the words of what moved."""
        made = await super().report(whole=whole)
        return made if self._told is None else replace(made, verdict=verdict(self._told), notes=notes(self._told))

    def set_baseline(self, column: int) -> None:
        """Compare with this column from now on, and with what was recorded no more."""
        self._own_baseline = True
        super().set_baseline(column)

    def _head(self, column: int) -> ColumnHead:
        head = super()._head(column)
        # Each column is held against its own recorded answers: none of them is the others' baseline.
        return head if self._own_baseline else head._replace(baseline=False, differs=())

    def _diff_base(self, column: int) -> str | None:
        if self._own_baseline:
            return super()._diff_base(column)
        cell = self.shown_cell(column)
        answers = self._recorded[column]
        texts: Sequence[str] = answers[cell.case] if cell.case < len(answers) else ()
        if not texts:
            return None
        # Which of several is nobody's to say; the same text where it is there.
        text = self._at(cell).text
        return text if text in texts else texts[cell.repeat % len(texts)]

    def _take(self, events: Sequence[GridEvent]) -> None:
        for event in events:
            self._drift.take(event)
        super()._take(events)

    async def _execute(self) -> None:
        self._told = None
        await super()._execute()
        await self._results.check()
        state, sent = self.state or GridState.STOPPED, self.spent_here
        came = self._results.results(self.experiment, state, sent.requests, with_unsent=False)
        asked = report_now(came, tested=False)
        report = self._drift.report(asked, sent)
        self._told = await self._drift.compared_aside(report, asked)
        self._emit([VerdictChanged()])
