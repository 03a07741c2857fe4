"""What a run costs, from genai-prices: US dollars, or None where that is not known. Never 0 for not knowing.

Prices are those of the host that is asked: OpenAI's for api.openai.com, another vendor's for its own host, none for
a host that nobody lists. The practice model and a server on this machine cost nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.adapters.base_url import OPENAI_HOST, is_this_machine
from workbench.core.usage import UsageFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genai_prices.types import ModelInfo, Provider

    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON

_STANDARD_TIERS = ("", "auto", "default")


def price(
    model: str, usage: Mapping[str, JSON] | None, connection: Connection, service_tier: str | None = None
) -> float | None:
    """US dollars of a usage object as Chat Completions reports it; None where it or the price is not known."""
    facts = UsageFacts.from_usage(usage)
    return _price(model, facts, connection, service_tier or "")


def price_estimate(
    model: str,
    prompt_tokens: int,
    completion_tokens: int,
    connection: Connection,
    service_tier: str | None = None,
) -> float | None:
    """US dollars of so many tokens, none of them cached: for a live number, shown with `~`. Cheap enough per frame."""
    facts = UsageFacts(prompt=max(0, prompt_tokens), completion=max(0, completion_tokens))
    return _price(model, facts, connection, service_tier or "")


def costs_nothing(connection: Connection) -> bool:
    """Whether nobody sends a bill: the practice model, and a server on this machine."""
    host = re.sub(r":\d+$", "", connection.host)
    return connection.is_practice or is_this_machine(host)


def warm() -> None:
    """Import genai-prices and its data (0.3 s), for a thread."""
    _entry("https://" + OPENAI_HOST, "gpt-5.4-mini", "")


def _price(model: str, facts: UsageFacts, connection: Connection, service_tier: str) -> float | None:
    if costs_nothing(connection):
        return 0.0
    if facts.prompt is None or facts.completion is None:
        return None
    entry = _entry(connection.base_url, model, service_tier)
    if entry is None:
        return None
    from genai_prices import Usage  # imported with `_entry`; not before the first paint

    provider, info = entry
    counts: dict[str, Any] = {
        "input_tokens": facts.prompt,
        "cache_read_tokens": facts.cached,
        # Read and written are parts of the same prompt.
        "cache_write_tokens": min(facts.cache_written or 0, facts.prompt - (facts.cached or 0)) or None,
        "output_tokens": facts.completion,
    }
    try:
        result = info.calc_price(
            Usage(**counts), provider, price_context={"service_tier": service_tier} if service_tier else None
        )
    except (LookupError, ValueError, ArithmeticError):
        return None
    return float(result.total_price)


@lru_cache(maxsize=256)
def _entry(base_url: str, model: str, service_tier: str) -> tuple[Provider, ModelInfo] | None:
    """The price list's entry for a model at a host, or None; None too where it has no price for the service tier."""
    from genai_prices.data_snapshot import get_snapshot  # 1.6 MB of data

    provider = _provider(base_url)
    if provider is None or not model:
        return None
    try:
        _, info = get_snapshot().find_provider_model(model, provider, None, None)
    except (LookupError, ValueError):
        return None
    if service_tier not in _STANDARD_TIERS and not _has_tier(provider, info, service_tier):
        return None
    return provider, info


def _provider(base_url: str) -> Provider | None:
    from genai_prices.data_snapshot import get_snapshot

    for provider in get_snapshot().providers:
        found = re.match(provider.api_pattern, base_url)
        if found and _ends_a_host(base_url, found.end()):
            return provider
    return None


def _ends_a_host(url: str, end: int) -> bool:
    """Whether a match that ends there is the whole host: `api.openai.com` is no part of `api.openai.com.example`."""
    rest = url[end:]
    if url[end - 1] == ".":
        # A pattern that leaves the last part of the name open.
        return re.match(r"[a-z]+(/|$)", rest) is not None
    return not rest or rest[0] in "/:" or url[end - 1] == "/"


def _has_tier(provider: Provider, info: ModelInfo, service_tier: str) -> bool:
    """genai-prices answers with the standard price where it knows none for the tier, and for a borrowed model."""
    if not any(info is model for model in provider.models):
        return False
    now = datetime.now(UTC)
    return any(
        variant.when == {"service_tier": service_tier}
        and (variant.constraint is None or variant.constraint.active(now))
        for variant in info.price_variants or ()
    )
