"""One host's back-off, by a clock of the test's own, and what is left of a budget."""

from __future__ import annotations

import pytest

from workbench.core.errors import QuotaExceeded, RateLimited, RunError, ServerError
from workbench.core.events import State
from workbench.core.grid_values import GridLimits, Spent
from workbench.core.outcome import Answer, Outcome
from workbench.core.request import Request
from workbench.grid.budget import Budget
from workbench.grid.pace import SPACING, HostPause
from workbench.runner import RetryPolicy

POLICY = RetryPolicy(retries=2, first_wait=0.5, longest_wait=8.0, longest_asked_wait=60.0)
SLOW_DOWN = RateLimited("slow down", status=429)


def asked(seconds: float) -> RateLimited:
    return RateLimited("slow down", status=429, retry_after=seconds)


def test_a_host_that_refused_nothing_is_free() -> None:
    pause = HostPause()
    assert pause.left(0.0) == 0.0
    assert not pause.sends(0.0)
    assert pause.left(0.0) == 0.0


def test_a_pause_is_as_long_as_asked_and_no_shorter_than_our_own() -> None:
    pause = HostPause()
    assert pause.refused(0.0, asked(7.0), POLICY, 1.0) == 7.0
    assert pause.left(3.0) == 5.0
    assert pause.left(8.0) == 0.0
    assert HostPause().refused(0.0, asked(0.0), POLICY, 1.0) == 0.5


def test_it_grows_with_each_refusal_after_a_pause_up_to_the_longest() -> None:
    pause, now, waits = HostPause(), 0.0, []
    for _ in range(7):
        pause.sends(now)
        waits.append(pause.refused(now, SLOW_DOWN, POLICY, now))
        now += waits[-1]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_what_was_under_way_when_it_began_is_one_refusal_with_it() -> None:
    pause = HostPause()
    pause.refused(0.0, SLOW_DOWN, POLICY, 1.0)
    assert pause.refused(0.1, SLOW_DOWN, POLICY, 1.0) == 0.0
    assert pause.refused(0.2, asked(3.0), POLICY, 1.25) == 3.0
    assert pause.left(1.25) == 3.0
    assert pause.refused(4.25, SLOW_DOWN, POLICY, 4.5) == 1.0


def test_after_it_one_goes_first_and_its_answer_frees_the_others() -> None:
    pause = HostPause()
    pause.refused(0.0, SLOW_DOWN, POLICY, 0.0)
    assert pause.left(0.5) == 0.0
    assert pause.sends(0.5)
    assert pause.left(0.5) == SPACING
    assert not pause.answered(-1.0)  # of a request from before the pause: says nothing
    assert pause.left(0.5) == SPACING
    assert pause.answered(0.5)
    assert pause.left(0.5) == 0.0
    assert not pause.sends(0.6)
    assert pause.refused(0.6, SLOW_DOWN, POLICY, 0.7) == 0.5  # it begins anew


def test_an_end_is_told_also_when_it_passed_before_anyone_looked() -> None:
    pause = HostPause()
    assert pause.ends_in(0.0) is None
    pause.refused(0.0, SLOW_DOWN, POLICY, 0.0)
    assert pause.ends_in(0.2) == 0.3
    pause.tell_end(0.2)
    assert pause.ends_in(0.75) == 0.0
    pause.tell_end(0.75)
    assert pause.ends_in(0.75) is None
    pause.sends(1.0)
    assert pause.ends_in(1.0) == SPACING


@pytest.mark.parametrize("error", [ServerError("down", status=503), QuotaExceeded("no money"), asked(86400.0)])
def test_what_is_no_word_about_other_requests_pauses_nothing(error: RunError) -> None:
    pause = HostPause()
    assert pause.refused(0.0, error, POLICY, 0.0) == 0.0
    assert pause.left(0.0) == 0.0


def outcome(cost: float | None, total: int | None = None, attempts: int = 1) -> Outcome:
    usage = None if total is None else {"prompt_tokens": 1, "completion_tokens": total - 1, "total_tokens": total}
    return Outcome(State.COMPLETE, Request({}), Answer(usage=usage), attempts=attempts, cost_usd=cost)


def test_a_reserved_request_is_one_that_others_can_t_have() -> None:
    budget = Budget(GridLimits(max_requests=2))
    budget.reserve()
    assert budget.why_full() == ""
    budget.reserve()
    assert budget.why_full() == "the cap of 2 requests is reached"
    assert budget.why_full(reserved=True) == ""
    budget.give_back()
    assert budget.why_full() == ""
    budget.count(reserved=True)
    budget.count(reserved=False)
    assert budget.spent.requests == 2
    assert budget.why_full() != ""


def test_what_is_known_counts_and_what_is_not_is_said() -> None:
    budget = Budget(GridLimits(max_cost_usd=0.03))
    budget.ended(outcome(None, 7, attempts=3))
    assert budget.spent.cost_usd is None
    assert (budget.spent.unpriced, budget.spent.tokens) == (3, 7)
    budget.ended(outcome(0.02, 5))
    assert budget.spent == Spent(known_usd=0.02, unpriced=3, tokens=12)
    assert budget.why_full() == ""
    budget.ended(outcome(0.02))
    assert budget.why_full(reserved=True) == "the cap of $0.030 is reached ($0.040 spent)"


def test_what_is_free_never_reaches_a_cap_of_nothing() -> None:
    budget = Budget(GridLimits(max_cost_usd=0.0))
    budget.ended(outcome(0.0))
    assert budget.spent.cost_usd == 0.0
    assert budget.why_full() == ""


def test_a_grid_without_places_is_refused() -> None:
    with pytest.raises(ValueError):
        GridLimits(concurrency=0)
