"""What a grid is held to, what it has used up, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.core.usage import UsageFacts

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome


class GridState(StrEnum):
    """How a grid ended. The names are part of `compare --json`."""

    COMPLETE = "complete"
    """Every cell is complete."""
    PARTIAL = "partial"
    """Some cell failed, or was stopped by itself."""
    STOPPED = "stopped"
    BUDGET = "budget"
    """A cap was reached before all was sent."""


@dataclass(frozen=True, slots=True)
class GridLimits:
    """The limits of a grid. How often a request is retried is the job's own matter (`runner.RetryPolicy`)."""

    concurrency: int = 4
    """Requests under way at the same time."""
    max_requests: int | None = None
    """Physical requests, retries included. None: as many as there are."""
    max_cost_usd: float | None = None
    """US dollars of all whose price is known; nothing is sent past it, and what is under way ends. None: no cap."""

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError("at least one request must be under way at a time")

    def after(self, spent: Spent) -> GridLimits:
        """What is left of them once so much was spent."""
        requests = None if self.max_requests is None else max(0, self.max_requests - spent.requests)
        dollars = None if self.max_cost_usd is None else max(0.0, self.max_cost_usd - spent.known_usd)
        return replace(self, max_requests=requests, max_cost_usd=dollars)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a grid has used up so far."""

    requests: int = 0
    """Physical requests that went out."""
    known_usd: float = 0.0
    """US dollars of all whose price is known."""
    unpriced: int = 0
    """Physical requests of runs whose price is not known; what they cost comes on top."""
    tokens: int = 0
    """As the endpoints reported them."""

    @property
    def cost_usd(self) -> float | None:
        """None where nothing of it has a known price: not knowing is never $0."""
        return None if self.unpriced and not self.known_usd else self.known_usd

    def plus(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(
            self.requests + other.requests,
            self.known_usd + other.known_usd,
            self.unpriced + other.unpriced,
            self.tokens + other.tokens,
        )

    def with_outcome(self, outcome: Outcome) -> Spent:
        """With what a run that has ended cost; its requests were counted as they went out."""
        tokens = self.tokens + (UsageFacts.from_usage(outcome.answer.usage).total or 0)
        if outcome.cost_usd is None:
            return replace(self, tokens=tokens, unpriced=self.unpriced + outcome.attempts)
        return replace(self, tokens=tokens, known_usd=self.known_usd + outcome.cost_usd)
