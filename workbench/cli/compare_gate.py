"""The gate of `workbench compare`: what would be sent and what it may cost, said before anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.grid_values import GridLimits
from workbench.core.typed_limits import concurrency, dollars, whole_number
from workbench.core.usage import money_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.cli.compare_resume import Continued
    from workbench.comparing import Comparing
    from workbench.core.experiment import Cell
    from workbench.core.plan import Plan


def add_limits(parser: argparse.ArgumentParser) -> None:
    """How far it may go."""
    parser.add_argument("--max-cost", metavar="DOLLARS", help="send nothing more once so much is spent")
    parser.add_argument("--max-requests", metavar="N", help="send no more than so many, retries included")
    parser.add_argument("--concurrency", metavar="N", help="requests under way at a time (default 4)")


def limits_of(options: argparse.Namespace, known: GridLimits) -> GridLimits:
    """The limits that the options name, in place of those that are known. InputError."""
    return GridLimits(
        concurrency=concurrency(options.concurrency or str(known.concurrency), "--concurrency"),
        max_requests=whole_number(options.max_requests, "--max-requests") or known.max_requests,
        max_cost_usd=known.max_cost_usd if options.max_cost is None else dollars(options.max_cost, "--max-cost"),
    )


def check_cap(comparing: Comparing, limits: GridLimits, cells: Sequence[Cell] | None = None) -> None:
    """Raises InputError where a cap in dollars is given that nothing could be held to."""
    if unpriced := comparing.payment(cells).without_cap(limits):
        what = f"--max-cost can't be kept: the price of {', '.join(unpriced)} is not known"
        raise InputError(what, "give --max-requests too")


def say_gate(comparing: Comparing, limits: GridLimits, left: Continued | None = None) -> Plan:
    """How many requests, tokens and dollars, and the limits, on standard error; the plan that this says. `left` is
    what one that goes on sends."""
    cells = left.cells if left is not None else None
    if left is not None and not left.cells:
        say(f"workbench: {left.words}: nothing is sent")
        return comparing.plan(cells)
    plan = say_plan(comparing, comparing.experiment.size_text if left is None else left.words, cells)
    say_limits(limits)
    if "practice" in comparing.payment(cells).free:
        say(f"workbench: {comparing.services.about_practice}")
    return plan


def say_plan(comparing: Comparing, what: str, cells: Sequence[Cell] | None = None) -> Plan:
    """How many requests, tokens and dollars `what` takes; of these cells, or of all."""
    plan, payment = comparing.plan(cells), comparing.payment(cells)
    say(f"workbench: {what}: {plan.requests_text}")
    say(f"workbench: {plan.tokens_text} · {payment.cost_text(plan)}")
    return plan


def say_limits(limits: GridLimits) -> None:
    """Where it would end, and how many requests are under way at a time."""
    caps = []
    if limits.max_requests is not None:
        caps.append(counted(limits.max_requests, "request"))
    if limits.max_cost_usd is not None:
        caps.append(money_text(limits.max_cost_usd) if limits.max_cost_usd else "$0")
    limit = f"it ends at {' or '.join(caps)}" if caps else "no limit is set: --max-cost and --max-requests do"
    say(f"workbench: {limit} · {limits.concurrency} at a time")
