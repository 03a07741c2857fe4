"""What a person lets a day and a month cost, and how much of that is used up.

A budget warns from 80 % on and stops at 100 %: no request goes out that would pass it, unless the person says so.
What has no known price can't be counted, and that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.ledger import amount_text
from workbench.core.money import dollars
from workbench.core.usage import share_text

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

Period = Literal["day", "month"]
NEARLY = 0.8
"""The share from which on a budget warns."""


class BudgetUse(NamedTuple):
    """One budget and what was spent of it. Money is in billionths of a US dollar."""

    period: Period
    limit: int
    spent: int = 0
    is_estimate: bool = False
    """Some of what was spent is an estimate."""
    unknown: int = 0
    """Requests without a known price, which are not in it."""

    @property
    def share(self) -> float:
        return self.spent / self.limit

    @property
    def is_near(self) -> bool:
        """Whether there is something to say of it."""
        return self.share >= NEARLY

    @property
    def is_full(self) -> bool:
        return self.spent >= self.limit

    @property
    def name(self) -> str:
        return f"the {self.period}'s budget"

    @property
    def setting(self) -> str:
        """The setting that changes it."""
        return f"budget.{self.period}"

    @property
    def words(self) -> str:
        """`83 % of the day's budget of $1.00 is used`."""
        told = f"{share_text(self.share)} of {self.name} of {amount_text(self.limit)} is used"
        return f"{told} ({self._unknown})" if self.unknown else told

    @property
    def short(self) -> str:
        """For the meter: `day 83 % of $1.00`."""
        return f"{self.period} {share_text(self.share)} of {amount_text(self.limit)}"

    @property
    def line(self) -> str:
        """`day: ~$0.83 of $1.00 (83 %)`."""
        spent = amount_text(self.spent, exact=not self.is_estimate)
        told = f"{self.period}: {spent} of {amount_text(self.limit)} ({share_text(self.share)})"
        return f"{told}, {self._unknown}" if self.unknown else told

    @property
    def _unknown(self) -> str:
        return f"{self.unknown:,} at an unknown price not counted"

    def why_over(self, expected: int | None) -> str:
        """Why a request that is expected to cost so much (None: not known) may not go out, in a few words; or ""."""
        spent = amount_text(self.spent, exact=not self.is_estimate)
        of = f"{spent} of {amount_text(self.limit)} spent"
        if self.is_full:
            return f"{self.name} is used up: {of}"
        if self.spent + (expected or 0) > self.limit:
            return f"{self.name} would be passed: {of}, this ~{amount_text(expected or 0)}"
        return ""

    def to_json(self) -> dict[str, JSON]:
        """The object of `usage --json`."""
        return {
            "period": self.period,
            "limit_usd": dollars(self.limit),
            "spent_usd": dollars(self.spent),
            "share": self.share,
            "unknown_price_requests": self.unknown,
        }
