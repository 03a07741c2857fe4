"""What the command line says of budgets: once before a request that no budget can count, and once a budget is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.plan import Plan
    from workbench.runner import Job
    from workbench.services import Services


class BudgetWords:
    """Says each thing once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._said: set[str] = set()
        """The models of which it was said."""

    def before(self, job: Job) -> None:
        """Before a request: that no budget can count it."""
        if self._services.spending.is_unpriced(job.request, job.connection):
            self.unpriced([job.request.model])

    def before_many(self, plan: Plan, unpriced: Sequence[str]) -> None:
        """Before a comparison: that a budget ends it, and that none can count some of its models."""
        if (over := self._services.spending.why_plan_over(plan)) is not None:
            say(f"workbench: {over.reason}: it ends there")
        self.unpriced(unpriced)

    def unpriced(self, models: Sequence[str]) -> None:
        """That no budget can count requests to these models."""
        if models and self._services.spending.has_budget:
            names = ", ".join(models)
            if names not in self._said:
                self._said.add(names)
                say(f"workbench: the price of {names} is not known: your budget does not count it")

    def after(self) -> None:
        """After a request: how much of a budget is used, once that is nearly all."""
        spending = self._services.spending
        for words in spending.news() if spending.has_budget else ():
            say(f"workbench: {words}")
