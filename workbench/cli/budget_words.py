"""What the command line says of budgets: once before a request that no budget can count, and once a budget is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.runner import Job
    from workbench.services import Services


class BudgetWords:
    """Says each thing once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._said: set[str] = set()

    def before(self, job: Job) -> None:
        """Before a request: that no budget can count it."""
        if self._services.spending.is_unpriced(job.request, job.connection):
            self.unpriced([job.request.model])

    def unpriced(self, models: Sequence[str]) -> None:
        """That no budget can count requests to these models."""
        if models and self._services.spending.has_budget:
            names = ", ".join(models)
            self._say(f"unpriced {names}", f"the price of {names} is not known: your budget does not count it")

    def after(self) -> None:
        """After a request: how much of a budget is used, once that is nearly all."""
        spending = self._services.spending
        if not spending.has_budget:
            return
        try:
            uses = spending.uses()
        except StorageError:
            return  # the trouble with history is told by itself
        for use in uses:
            if use.is_near:
                self._say(f"{use.period} {use.is_full}", use.words)

    def _say(self, what: str, words: str) -> None:
        if what not in self._said:
            self._said.add(what)
            say(f"workbench: {words}")
