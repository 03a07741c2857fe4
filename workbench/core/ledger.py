"""What requests have used and cost, summed up: by day, model, preset or connection.

A request that nobody bills is counted and said apart; one without a known price adds nothing to a sum and is said too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.counted import counted
from workbench.core.money import OWN_PRICE, Certainty, dollars
from workbench.core.usage import PRICE_UNKNOWN, money_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.core.json_value import JSON
    from workbench.core.money import Charge


class By(StrEnum):
    """What sums are made by. The names are those of `usage --by`."""

    DAY = "day"
    MODEL = "model"
    PRESET = "preset"
    CONNECTION = "connection"


class Counted(StrEnum):
    """Where the tokens of a request are from."""

    REPORTED = "reported"
    HERE = "counted"
    """The endpoint reported none: they were counted here."""
    NOT = ""
    """Refused before anything was done."""


class Went(StrEnum):
    """How a request went, as far as sums tell them apart."""

    UNDER_WAY = "under way"
    COMPLETE = "complete"
    FAILED = "failed"
    """It ended with an error, or was cut."""
    STOPPED = "stopped"
    RETRIED = "retried"
    """It failed and was sent again by itself."""


class LedgerSum(NamedTuple):
    """Requests summed up. Money is in billionths of a US dollar."""

    key: str = ""
    """The day (ISO), model, preset or connection; "" for none, and for a total."""
    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    counted_here: int = 0
    """Requests of which the tokens are an estimate."""
    cost: int = 0
    """Of all whose price is known, estimates too."""
    estimated_cost: int = 0
    """Of that, what is an estimate."""
    unknown: int = 0
    """Requests without a known price."""
    own: int = 0
    """Requests at a price of the person's own."""
    free: int = 0
    free_tokens: int = 0
    """Prompt and completion tokens of those."""
    under_way: int = 0
    failed: int = 0
    failed_cost: int = 0
    stopped: int = 0
    stopped_cost: int = 0
    retried: int = 0
    retried_cost: int = 0

    def plus(self, other: LedgerSum) -> LedgerSum:
        """Both together, under this key."""
        return LedgerSum(self.key, *(mine + its for mine, its in zip(self[1:], other[1:], strict=True)))

    @property
    def is_estimate(self) -> bool:
        return self.estimated_cost > 0

    @property
    def billed(self) -> int:
        """Requests of which the cost is known and somebody bills it."""
        return self.requests - self.free - self.unknown

    @property
    def cost_text(self) -> str:
        """`$0.012`, `~$0.012 + 2 unknown`, `free`, `price unknown`, `$0` where nothing was billed."""
        if not self.requests:
            return "—"
        if not self.billed:
            return PRICE_UNKNOWN if self.unknown else "free"
        known = amount_text(self.cost, exact=not self.is_estimate)
        return f"{known} + {self.unknown:,} unknown" if self.unknown else known

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else there is to say of these requests, a few words each."""
        counts = (
            (self.under_way, "under way"),
            (self.failed, "failed"),
            (self.stopped, "stopped"),
            (self.retried, "sent again"),
            (self.free, "free"),
            (self.own, "at your own price"),
        )
        return tuple(f"{many:,} {words}" for many, words in counts if many)

    @property
    def waste(self) -> tuple[str, ...]:
        """What failed, was stopped or was sent again, and what of the cost that was."""
        parts = (
            ("failed", self.failed, self.failed_cost),
            ("stopped", self.stopped, self.stopped_cost),
            ("sent again", self.retried, self.retried_cost),
        )
        return tuple(
            f"{words}: {requests_text(many)}, {amount_text(cost, exact=not cost)}"
            for words, many, cost in parts
            if many
        )

    @property
    def free_text(self) -> str:
        """`12 requests with 3,456 tokens to practice and to servers on this machine were free`; "" for none."""
        if not self.free:
            return ""
        told = f"{requests_text(self.free)} with {self.free_tokens:,} tokens"
        return f"{told} to practice or a server on this machine: free"

    def to_json(self, by: By | None) -> dict[str, JSON]:
        """The object of `usage --json`; its names are part of the program's interface. `by` None: a total."""
        key: dict[str, JSON] = {} if by is None else {by.value: self.key}
        return {
            **key,
            "requests": self.requests,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "cost_usd": dollars(self.cost) if self.billed or not self.unknown else None,
            "estimated_usd": dollars(self.estimated_cost),
            "unknown_price_requests": self.unknown,
            "own_price_requests": self.own,
            "free_requests": self.free,
            "free_tokens": self.free_tokens,
            "estimated_token_requests": self.counted_here,
            "under_way_requests": self.under_way,
            "failed_requests": self.failed,
            "failed_usd": dollars(self.failed_cost),
            "stopped_requests": self.stopped,
            "stopped_usd": dollars(self.stopped_cost),
            "retried_requests": self.retried,
            "retried_usd": dollars(self.retried_cost),
        }


class LedgerGroup(NamedTuple):
    """Requests of one key that are alike, as they are read."""

    key: str
    went: Went
    certainty: Certainty
    own: bool
    counted_here: bool
    requests: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost: int

    def sum(self) -> LedgerSum:
        many, went = self.requests, self.went
        free = self.certainty is Certainty.FREE
        return LedgerSum(
            self.key,
            many,
            self.prompt_tokens,
            self.cached_tokens,
            self.completion_tokens,
            self.reasoning_tokens,
            many * self.counted_here,
            self.cost,
            self.cost * (self.certainty is Certainty.ESTIMATED),
            many * (self.certainty is Certainty.UNKNOWN),
            many * self.own,
            many * free,
            (self.prompt_tokens + self.completion_tokens) * free,
            many * (went is Went.UNDER_WAY),
            many * (went is Went.FAILED),
            self.cost * (went is Went.FAILED),
            many * (went is Went.STOPPED),
            self.cost * (went is Went.STOPPED),
            many * (went is Went.RETRIED),
            self.cost * (went is Went.RETRIED),
        )


def summed(groups: Iterable[LedgerGroup]) -> tuple[LedgerSum, ...]:
    """One sum for each key, in the order in which the keys come."""
    sums: dict[str, LedgerSum] = {}
    for group in groups:
        sums[group.key] = sums.get(group.key, LedgerSum(group.key)).plus(group.sum())
    return tuple(sums.values())


def total(sums: Iterable[LedgerSum]) -> LedgerSum:
    """All of them together."""
    whole = LedgerSum()
    for each in sums:
        whole = whole.plus(each)
    return whole


def charge_text(charge: Charge) -> str:
    """`$0.00014`, `~$0.00014 own price`, `$0` where nothing was billed, `free`, `price unknown`."""
    if charge.cost is None:
        return PRICE_UNKNOWN
    if charge.certainty is Certainty.FREE:
        return money_text(0)
    told = amount_text(charge.cost, exact=charge.certainty is Certainty.EXACT or not charge.cost)
    return f"{told} {OWN_PRICE}" if charge.price == OWN_PRICE else told


def requests_text(many: int) -> str:
    return counted(many, "request")


def amount_text(cost: int, *, exact: bool = True) -> str:
    """Billionths of a dollar for a person; `$0` where nothing was billed, which is not the same as free."""
    return money_text(dollars(cost), exact=exact) if cost else "$0"
