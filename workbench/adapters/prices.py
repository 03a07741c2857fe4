"""What a run costs: US dollars, or None where that is not known. Never 0 for not knowing.

A price of the person's own, from the settings, goes before all others. Else prices are genai-prices' for the host that
is asked: OpenAI's for api.openai.com, another vendor's for its own host, none for a host that nobody lists. The
practice model costs nothing, and so does a server on this machine that has no price of the person's own.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.adapters.base_url import OPENAI_HOST, is_this_machine
from workbench.core.money import OWN_PRICE, Certainty, Charge, dollars, nano
from workbench.core.usage import UsageFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from genai_prices.types import ModelInfo, Provider

    from workbench.adapters.settings_prices import OwnPrice
    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON

_STANDARD_TIERS = ("", "auto", "default")
_MILLION = 1_000_000


class Prices:
    """The prices that hold now. `own` are the person's, by model."""

    def __init__(self, own: Mapping[str, OwnPrice] | None = None) -> None:
        self._own = own or {}

    def price(
        self, model: str, usage: Mapping[str, JSON] | None, connection: Connection, service_tier: str | None = None
    ) -> float | None:
        """US dollars of a usage object as Chat Completions reports it; None where it or the price is not known."""
        return dollars(self.charge(model, UsageFacts.from_usage(usage), connection, service_tier or "").cost)

    def estimate(
        self,
        model: str,
        prompt_tokens: int,
        completion_tokens: int,
        connection: Connection,
        service_tier: str | None = None,
    ) -> float | None:
        """US dollars of so many tokens, none of them cached: for a live number, shown with `~`. Cheap enough per
        frame."""
        facts = UsageFacts(prompt=max(0, prompt_tokens), completion=max(0, completion_tokens))
        return dollars(self.charge(model, facts, connection, service_tier or "").cost)

    def charge(self, model: str, facts: UsageFacts, connection: Connection, service_tier: str = "") -> Charge:
        """What these tokens cost, and by whose price."""
        if self.costs_nothing(connection, model):
            return Charge(0, Certainty.FREE, "")
        own = self._own.get(model)
        source = OWN_PRICE if own is not None else ""
        if facts.prompt is None or facts.completion is None:
            return Charge(None, Certainty.UNKNOWN, source)
        if own is not None:
            return Charge(nano(_own_price(own, facts)), Certainty.EXACT, OWN_PRICE)
        found = _list_price(model, facts, connection, service_tier)
        if found is None:
            return Charge(None, Certainty.UNKNOWN, "")
        return Charge(nano(found), Certainty.EXACT, price_list())

    def costs_nothing(self, connection: Connection, model: str = "") -> bool:
        """Whether nobody sends a bill: the practice model, and a server on this machine that has no own price."""
        if connection.is_practice:
            return True
        host = re.sub(r":\d+$", "", connection.host)
        return model not in self._own and is_this_machine(host)

    def is_ready(self, model: str, connection: Connection) -> bool:
        """Whether a price is at hand: a first look into the list takes 0.3 s of the processor."""
        return self.costs_nothing(connection, model) or model in self._own or _entry.cache_info().currsize > 0

    def is_own(self, model: str, connection: Connection) -> bool:
        """Whether the person's own price is used."""
        return model in self._own and not connection.is_practice


def warm() -> None:
    """Import genai-prices and its data (0.3 s), for a thread."""
    _entry("https://" + OPENAI_HOST, "gpt-5.4-mini", "")


@lru_cache(maxsize=1)
def price_list() -> str:
    """The list that prices are from, with its version: `genai-prices 0.2.3`."""
    from importlib.metadata import version

    return f"genai-prices {version('genai-prices')}"


@lru_cache(maxsize=1)
def newest_change() -> date | None:
    """The day of the last change of a price that the list knows of; the list itself has no date. Reads all of it: for
    a thread."""
    return max((day for day in _change_days() if day <= datetime.now(UTC).date()), default=None)


def _change_days() -> Iterator[date]:
    from genai_prices.data_snapshot import get_snapshot

    for provider in get_snapshot().providers:
        for model in provider.models:
            conditional = model.prices if isinstance(model.prices, list) else ()
            for each in (*conditional, *(model.price_variants or ())):
                day = getattr(each.constraint, "start_date", None)
                if day is not None:
                    yield day


def listed_models(base_url: str) -> tuple[str, ...]:
    """The models that the price list has for a host, of any kind and age."""
    provider = _provider(base_url)
    return tuple(model.id for model in provider.models) if provider is not None else ()


def _own_price(own: OwnPrice, facts: UsageFacts) -> Decimal:
    cached = facts.cached or 0
    cached_price = own.input if own.cached_input is None else own.cached_input
    parts = (
        (facts.prompt or 0) - cached,
        own.input,
        cached,
        cached_price,
        facts.completion or 0,
        own.output,
    )
    tokens, each = parts[::2], parts[1::2]
    return sum((Decimal(n) * Decimal(str(p)) for n, p in zip(tokens, each, strict=True)), Decimal()) / _MILLION


def _list_price(model: str, facts: UsageFacts, connection: Connection, service_tier: str) -> Decimal | None:
    """US dollars by the list. Both counts of `facts` are known."""
    prompt = facts.prompt or 0
    entry = _entry(connection.base_url, model, service_tier)
    if entry is None:
        return None
    from genai_prices import Usage  # imported with `_entry`; not before the first paint

    provider, info = entry
    counts: dict[str, Any] = {
        "input_tokens": prompt,
        "cache_read_tokens": facts.cached,
        # Read and written are parts of the same prompt.
        "cache_write_tokens": min(facts.cache_written or 0, prompt - (facts.cached or 0)) or None,
        "output_tokens": facts.completion,
    }
    try:
        result = info.calc_price(
            Usage(**counts), provider, price_context={"service_tier": service_tier} if service_tier else None
        )
    except (LookupError, ValueError, ArithmeticError):
        return None
    return result.total_price


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
