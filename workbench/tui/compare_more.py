"""The gate before cells of a comparison that is there already: open ones, some once more, a repeat more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.comparing_opened import moved
from workbench.core.errors import InputError, StorageError
from workbench.core.findings import Problem
from workbench.tui.compare_gate import LimitFields, Look, Reading, Setup, budget_problems, cap_problems, few, gate_lines
from workbench.tui.keys import own_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.comparing import Comparing
    from workbench.comparing_opened import Opened
    from workbench.core.experiment import Cell
    from workbench.core.grid_values import GridLimits


def limit_fields(limits: GridLimits) -> LimitFields:
    """The fields that say these limits."""
    requests, dollars = limits.max_requests, limits.max_cost_usd
    return LimitFields(
        "" if dollars is None else f"{dollars:g}", "" if requests is None else str(requests), str(limits.concurrency)
    )


class MoreGate:
    """Looks at what sending these cells takes; `look` takes its time: for a thread."""

    saved_cases = 0

    def __init__(self, comparing: Comparing, cells: Sequence[Cell], what: str, opened: Opened | None = None) -> None:
        """`what` names the cells: `8 of 20 cells are open`; `opened` is the experiment as history has it, where
        nothing of it was sent since."""
        self._comparing = comparing
        self._opened = opened
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
        if self._opened.put_together:
            key = own_key("compare")
            told = f"these are runs that were made one by one: {key} in the workbench compares a prompt anew"
            return [Problem("experiment", told, can_send=False)]
        try:
            self._comparing.services.experiments.check_free(self._opened.stored)
        except (InputError, StorageError) as error:
            return [Problem("experiment", error.line, can_send=False)]
        return []
