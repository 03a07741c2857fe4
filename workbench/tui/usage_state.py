"""What the meter shows of a run: the endpoint's own numbers where it gave them, else estimates that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.turns import sent_words
from workbench.core.usage import UsageFacts, tokens_per_second, tokens_text
from workbench.tui.widgets.usage_meter import UsageState

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome
    from workbench.tui.desk import Desk
    from workbench.tui.live import Live


def usage_state(desk: Desk, live: Live, outcome: Outcome | None) -> UsageState:
    """The meter's state: of the run that ended, of the one that goes on, or of the prompt before any run."""
    told = _of_run(desk, live, outcome)
    return told._replace(sending=_sending(desk), budget=desk.services.spending.near_words)


def _sending(desk: Desk) -> str:
    limit = desk.prompt.send
    if not limit:
        return ""
    saved = f" · saves {tokens_text(desk.unsent_tokens, exact=False)} tokens" if desk.unsent_tokens else ""
    return sent_words(limit) + saved


def _of_run(desk: Desk, live: Live, outcome: Outcome | None) -> UsageState:
    if outcome is not None:
        return _ended(desk, outcome)
    if live.stage == "ready":
        return _before(desk)
    return _running(desk, live)


def _before(desk: Desk) -> UsageState:
    services, connection, tokens = desk.services, desk.connection, desk.prompt_tokens
    return UsageState(
        prompt_tokens=tokens,
        prompt_exact=desk.prompt_is_exact,
        window=desk.window,
        cost_usd=services.price_estimate(desk.model, tokens, 0, connection) if tokens is not None else None,
        session=desk.session,
        free=services.costs_nothing(connection, desk.model),
        own_price=services.prices.is_own(desk.model, connection),
        estimated=True,
        before=True,
    )


def _running(desk: Desk, live: Live) -> UsageState:
    completion = round(live.tokens)
    prompt = desk.prompt_tokens or 0
    connection = desk.shown.connection if desk.shown is not None else desk.connection
    model = desk.shown.request.model if desk.shown is not None else desk.model
    return UsageState(
        prompt_tokens=prompt,
        prompt_exact=desk.prompt_is_exact,
        completion_tokens=completion,
        window=desk.window,
        cost_usd=desk.services.price_estimate(model, prompt, completion, connection),
        session=desk.session,
        free=desk.services.costs_nothing(connection, model),
        own_price=desk.services.prices.is_own(model, connection),
        tokens_per_s=tokens_per_second(completion, live.first_token, live.elapsed),
        first_token_s=live.first_token,
        total_s=live.elapsed,
        attempts=live.attempts,
        live=True,
    )


def _ended(desk: Desk, outcome: Outcome) -> UsageState:
    facts = UsageFacts.from_usage(outcome.answer.usage)
    estimated = facts.completion is None and bool(outcome.answer.choices)
    completion = desk.estimate_of(outcome) if estimated else facts.completion
    timings = outcome.timings
    connection = desk.shown.connection if desk.shown is not None else desk.connection
    model = outcome.request.model or desk.model
    cost, exact = desk.cost_of(outcome)
    return UsageState(
        prompt_tokens=desk.prompt_tokens if facts.prompt is None else facts.prompt,
        cached_tokens=facts.cached,
        completion_tokens=completion,
        reasoning_tokens=facts.reasoning,
        total_tokens=facts.total,
        window=desk.window,
        cost_usd=cost,
        session=desk.session,
        free=desk.services.costs_nothing(connection, model),
        own_price=desk.services.prices.is_own(model, connection),
        tokens_per_s=tokens_per_second(completion, timings.first_token_s, timings.total_s),
        first_token_s=timings.first_token_s,
        total_s=timings.total_s,
        attempts=outcome.attempts,
        estimated=estimated or not exact,
    )
