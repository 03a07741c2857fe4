"""The looks at the answers of a comparison while they come: the verdict, whether they are the JSON that was asked for,
and which checks fail. All of it is worked out in threads, a verdict on many answers in a process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from workbench.core.compare.answers import DistanceCache
from workbench.core.report_build import order_of
from workbench.tui.compare_state import CellChanged, Changes, HeadsChanged, VerdictChanged
from workbench.tui.json_judge import asked_for_json, border_words, verdicts_on
from workbench.verdict_process import Asked, verdict_aside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.comparing_results import ComparingResults
    from workbench.core.checks import CheckResult
    from workbench.core.compare.verdict import Verdict
    from workbench.core.experiment import Cell, Experiment
    from workbench.core.outcome import Outcome
    from workbench.tui.compare_cells import CellProgress

BETWEEN_VERDICTS = 0.5
"""Seconds between two verdicts at least: what changes more often is not read."""
_REST = 2.0
"""A verdict that took long is worked out anew after so many times what it took: the keys come first."""
_MOST_LIVE = 400
"""Cells above which the verdict waits for the end: its work grows with their square."""


class CompareReview:
    """Looks at the cells that have ended. `until_over` is to run beside the grid."""

    def __init__(
        self,
        cells: Mapping[Cell, CellProgress],
        labels: Sequence[str],
        results: ComparingResults,
        emit: Callable[[Changes], None],
    ) -> None:
        """`cells` are the desk's own, as they change."""
        self.verdict: Verdict | None = None
        """None before the first look."""
        self._cells = cells
        self._labels = labels
        self._results = results
        self._emit = emit
        self._distances = DistanceCache()
        self._news: dict[Cell, Outcome] = {}
        """What ended since the last look."""
        self._looking = asyncio.Lock()

    def ended(self, cell: Cell, outcome: Outcome) -> None:
        """A cell has ended: the next look sees it."""
        self._news[cell] = outcome

    def add(self, outcomes: Mapping[Cell, Outcome]) -> None:
        """These ended before anyone looked, but for those that are on their way once more."""
        self._news |= {
            cell: each for cell, each in outcomes.items() if self._cells[cell].ended and cell not in self._news
        }

    async def until_over(self, over: asyncio.Event, experiment: Callable[[], Experiment]) -> None:
        """Look whenever some have ended, until the grid is `over`, and then a last time."""
        rest = BETWEEN_VERDICTS
        while not over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await over.wait()
            began = time.monotonic()
            if over.is_set() or len(self._cells) <= _MOST_LIVE:
                await self.look(experiment())
            rest = max(BETWEEN_VERDICTS, _REST * (time.monotonic() - began))
        await self.look(experiment())  # what ended during the last look

    async def look(self, experiment: Experiment) -> None:
        """Look at those that have ended since the last time."""
        async with self._looking:
            news, self._news = self._news, {}
            if not news:
                return
            # Of many answers it takes long, and nobody is kept from typing or leaving by it.
            self.verdict = await verdict_aside(self._asked(experiment), self._distances)
            self._emit([VerdictChanged()])
            await self._judge(news)

    def _asked(self, experiment: Experiment) -> Asked:
        """What the verdict is on: the answers as they are now."""
        answers: list[list[list[str]]] = [[[] for _ in range(experiment.case_count)] for _ in self._labels]
        incomplete = 0
        for cell in sorted(self._cells):
            text = self._cells[cell].complete_text
            if text is not None:
                answers[cell.column][cell.case].append(text)
            else:
                incomplete += self._cells[cell].ended
        return Asked(self._labels, answers, order_of(experiment), incomplete)

    async def _judge(self, news: Mapping[Cell, Outcome]) -> None:
        await self._results.check()
        changes: dict[CellChanged | HeadsChanged, None] = {}
        for cell, outcome in news.items():
            json = border_words(await verdicts_on(outcome)) if asked_for_json(outcome) else ""
            judged = tuple(filter(None, (json, _failed(self._results.checks.get(cell, ())))))
            progress = self._cells[cell]
            if judged and progress.ended and cell not in self._news:  # else it is on its way once more
                progress.judged = judged
                changes |= dict.fromkeys((CellChanged(cell.column), HeadsChanged()))
        if changes:
            self._emit(tuple(changes))


def _failed(results: Sequence[CheckResult]) -> str:
    failed = sum(result.passed is False for result in results)
    return f"{failed} check{'s fail' if failed != 1 else ' fails'}" if failed else ""
