"""The conversations about cost: before a budget would be passed, once one is nearly used up, and all that was spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    import asyncio

    from workbench.core.errors import OverBudget
    from workbench.runner import Job
    from workbench.services import Services


class BudgetMoves:
    """`ask` shows a question and waits for it, `say` says a line."""

    def __init__(self, services: Services, *, ask: Ask, say: Say) -> None:
        self._services = services
        self._ask = ask
        self._say = say
        self._unpriced: set[str] = set()
        """The models of which it was said that no budget counts them."""

    async def allowed(self, job: Job) -> Job:
        """The job as it may go out: past a budget, once, where the person says so; else as it is, and the budget itself
        refuses it."""
        if not self._services.spending.has_budget:
            return job
        over, unpriced = await in_own_thread(self._look, job)
        model = job.request.model
        if unpriced and model not in self._unpriced:
            self._unpriced.add(model)
            self._say(f"the price of {model} is not known: your budget does not count it", "warning")
        if over is None or not await self._asked(over):
            return job
        return replace(job, budget=None)

    def _look(self, job: Job) -> tuple[OverBudget | None, bool]:
        spending = self._services.spending
        asked = job.request, job.connection
        return spending.why_over(*asked), spending.is_unpriced(*asked)

    async def _asked(self, over: OverBudget) -> bool:
        from workbench.tui.widgets.chooser import yes_or_no

        text = f"{over.reason}.\nTo go on without this question {over.hint}"
        question = yes_or_no("Your budget", text, yes="Send it anyway, this once", no="Do not send it")
        return await self._ask(question) == "yes"

    async def show(self, warmed: asyncio.Event) -> None:
        """What was sent and what it cost, on a screen of its own."""
        from workbench.tui.screens.usage import UsageScreen

        await self._ask(UsageScreen(self._services.spending, warmed))

    async def tell(self) -> None:
        """Say what there is to say of a budget that is nearly used up, each thing once."""
        if self._services.spending.has_budget:
            for line in await in_own_thread(self._services.spending.news):
                self._say(line, "warning")
