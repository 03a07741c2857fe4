"""The gate of `workbench compare`: what would be sent and what it may cost, said before anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.compare_setup import dollars, whole_number
from workbench.cli.diagnostics import say
from workbench.core.errors import InputError
from workbench.core.grid_values import GridLimits
from workbench.core.usage import PRICE_UNKNOWN, money_text

if TYPE_CHECKING:
    import argparse

    from workbench.comparing import Comparing

_MOST_CONCURRENT = 256
"""Requests under way at a time: each has a socket, and a process may have a thousand open files."""


def limits_of(options: argparse.Namespace) -> GridLimits:
    """The limits that the options name. InputError."""
    concurrency = whole_number(options.concurrency, "--concurrency") or GridLimits().concurrency
    if concurrency > _MOST_CONCURRENT:
        raise InputError(f"--concurrency {concurrency:,}: {_MOST_CONCURRENT} are the most", "give a smaller number")
    return GridLimits(
        concurrency=concurrency,
        max_requests=whole_number(options.max_requests, "--max-requests"),
        max_cost_usd=dollars(options.max_cost, "--max-cost"),
    )


def check_cap(comparing: Comparing, limits: GridLimits) -> None:
    """Raises InputError where a cap in dollars is given that nothing could be held to."""
    unpriced = comparing.payment().unpriced
    if limits.max_cost_usd is not None and limits.max_requests is None and unpriced:
        what = f"--max-cost can't be kept: the price of {', '.join(unpriced)} is not known"
        raise InputError(what, "give --max-requests too")


def say_gate(comparing: Comparing, limits: GridLimits) -> None:
    """How many requests, tokens and dollars, and the limits, on standard error."""
    plan = comparing.plan()
    say(f"workbench: {comparing.experiment.size_text}: {plan.requests_text}")
    say(f"workbench: {plan.tokens_text} · {_cost(comparing, plan.cost_text, is_free=plan.free)}")
    caps = []
    if limits.max_requests is not None:
        caps.append(f"{limits.max_requests:,} request{'s' * (limits.max_requests != 1)}")
    if limits.max_cost_usd is not None:
        caps.append(money_text(limits.max_cost_usd) if limits.max_cost_usd else "$0")
    limit = f"it ends at {' or '.join(caps)}" if caps else "no limit is set: --max-cost and --max-requests do"
    say(f"workbench: {limit} · {limits.concurrency} at a time")
    payment = comparing.payment()
    if "practice" in payment.free:
        say(f"workbench: {comparing.services.about_practice}")


def _cost(comparing: Comparing, text: str, *, is_free: bool) -> str:
    payment = comparing.payment()
    # Where no price is known, the models are named and that is all there is to say.
    parts = [] if is_free or text == PRICE_UNKNOWN else [text]
    if payment.free:
        parts.append(f"{', '.join(payment.free)} cost{'s' * (len(payment.free) == 1)} nothing")
    if payment.unpriced:
        parts.append(f"the price of {', '.join(payment.unpriced)} is not known")
    return " · ".join(parts)
