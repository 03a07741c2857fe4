"""What a grid may still send: its caps in requests and in dollars."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.counted import counted
from workbench.core.grid_values import GridLimits, Spent
from workbench.core.usage import money_text

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome


class Budget:
    """Counts each physical request before it goes out, and each known price once a run has ended."""

    def __init__(self, limits: GridLimits) -> None:
        self.limits = limits
        self.spent = Spent()
        self._reserved = 0

    def reserve(self) -> None:
        """Keep one request free for a cell that begins, so that it is not begun in vain."""
        self._reserved += 1

    def give_back(self) -> None:
        """The cell ended before its first request."""
        self._reserved -= 1

    def count(self, *, reserved: bool) -> None:
        """A request goes out."""
        self._reserved -= reserved
        self.spent = replace(self.spent, requests=self.spent.requests + 1)

    def ended(self, outcome: Outcome) -> None:
        self.spent = self.spent.with_outcome(outcome)

    def why_full(self, *, reserved: bool = False) -> str:
        """Why no more may be sent, in a few words, or "". A `reserved` request has its place among the requests."""
        limits, spent = self.limits, self.spent
        # A cap of $0 lets through what costs nothing.
        if limits.max_cost_usd is not None and 0 < spent.known_usd >= limits.max_cost_usd:
            return f"the cap of {money_text(limits.max_cost_usd)} is reached ({money_text(spent.known_usd)} spent)"
        taken = spent.requests + self._reserved
        if not reserved and limits.max_requests is not None and taken >= limits.max_requests:
            return f"the cap of {counted(limits.max_requests, 'request')} is reached"
        return ""
