"""Money that is added up: whole billionths of a US dollar, so that a sum of 100,000 requests is exact.

A price list goes down to a few billionths for a token; a float of dollars is for showing one figure, never for a sum.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

NANO = 1_000_000_000
"""Billionths of a dollar in a dollar."""
_MOST = 1_000_000 * NANO
"""One request that costs more than a million dollars is a fault of some figure; sums stay in 64 bits."""


class Certainty(StrEnum):
    """How well a cost is known. The names are part of `usage --json`."""

    EXACT = "exact"
    """From the tokens that the endpoint reported."""
    ESTIMATED = "estimated"
    """From tokens counted here; shown with `~`."""
    UNKNOWN = "unknown"
    """No price is known. Never counted as 0."""
    FREE = "free"
    """Nobody sends a bill: the practice model, a server on this machine."""


OWN_PRICE = "own price"
"""What a price of the person's own is called."""


class Charge(NamedTuple):
    """What a request costs, in billionths of a US dollar; None where that is not known."""

    cost: int | None
    certainty: Certainty
    price: str = ""
    """Whose price it is: `genai-prices 0.2.3`, `own price`, or "" for none."""

    def estimated(self) -> Charge:
        """The same of tokens that were counted here."""
        return self._replace(certainty=Certainty.ESTIMATED) if self.certainty is Certainty.EXACT else self


NOTHING = Charge(0, Certainty.EXACT)
"""A request that was refused before anything was done: nothing is billed."""


def nano(amount: Decimal | float) -> int | None:
    """Dollars as whole billionths. What is above 0 stays above 0; None for what can't be an amount."""
    value = (amount if isinstance(amount, Decimal) else Decimal(str(amount))) * NANO
    if not value.is_finite() or not 0 <= value <= _MOST:
        return None
    return max(int(value.to_integral_value(ROUND_HALF_UP)), int(value > 0))


def dollars(amount: int | None) -> float | None:
    """Billionths as dollars, to show them."""
    return None if amount is None else amount / NANO
