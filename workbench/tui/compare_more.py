"""The gate before more requests of a comparison: cells that are open, or are sent once more, or a repeat more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.comparing_opened import moved
from workbench.core.errors import InputError, StorageError
from workbench.core.findings import Problem
from workbench.tui.compare_gate import LimitFields, Look, Reading, Setup, budget_problems, cap_problems, few, gate_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.experiment import Cell
    from workbench.core.grid_values import GridLimits
    from workbench.tui.compare_desk import CompareDesk


def limit_fields(limits: GridLimits) -> LimitFields:
    """The fields that say these limits."""
    requests, dollars = limits.max_requests, limits.max_cost_usd
    return LimitFields(
        "" if dollars is None else f"{dollars:g}", "" if requests is None else str(requests), str(limits.concurrency)
    )


class MoreGate:
    """Looks at what sending these cells takes; `look` takes its time: for a thread."""

    saved_cases = 0

    def __init__(self, desk: CompareDesk, cells: Sequence[Cell], what: str) -> None:
        """`what` names the cells: `8 of 20 cells are open`."""
        self._comparing = desk.comparing
        self._opened = desk.opened if not desk.gone_on else None
        self._cells = cells
        self._what = what

    def look(self, fields: LimitFields) -> Look:
        """What these cells would send and cost, held to these limits."""
        reading, comparing = Reading(fields), self._comparing
        limits = reading.limits()
        if reading.wrong:
            return Look(fields, wrong=reading.wrong)
        problems = [*self._held(), *comparing.problems_of(self._cells)]
        try:
            plan, payment = comparing.plan(self._cells), comparing.payment(self._cells)
        except InputError as error:
            told = Problem("connection", error.line, can_send=False)
            return Look(
                fields, Setup(comparing.experiment, limits, None), problems=(*dict.fromkeys([*problems, told]),)
            )
        problems += [*cap_problems(payment, limits), *budget_problems(comparing.services, plan)]
        return Look(
            fields,
            Setup(comparing.experiment, limits, plan),
            gate_lines(self._what, plan, payment, limits),
            few(moved(self._opened, self._cells) if self._opened is not None else ()),
            problems=tuple(problems),
            free=plan.free,
        )

    def _held(self) -> list[Problem]:
        """Why nothing may be sent of what was opened, if it may not."""
        if self._opened is None:
            return []
        try:
            self._comparing.services.experiments.check_free(self._opened.stored)
        except (InputError, StorageError) as error:
            return [Problem("experiment", error.line, can_send=False)]
        return []
