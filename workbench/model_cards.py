"""The cards of an endpoint's models: what it lists, with what the rules, the prices and past runs say of each."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.prices import listed_models
from workbench.core.errors import StorageError
from workbench.core.model_card import ModelCard, PricePair, model_card, ordered
from workbench.core.models import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.connection import Connection
    from workbench.services import Services

_SOME_TOKENS = 1_000
"""Few enough for the plain price: long contexts cost more."""
_PER_MILLION = 1_000_000 / _SOME_TOKENS


class ModelList(NamedTuple):
    """The models of one connection, those asked lately first."""

    cards: tuple[ModelCard, ...]
    recent: int
    """How many were asked lately."""


async def list_models(services: Services, connection: Connection) -> ModelList:
    """Ask the endpoint for its models. RunError."""
    listed = await services.models(connection)
    return await asyncio.to_thread(_cards, services, connection, listed)


def card_of(services: Services, connection: Connection, model: str) -> ModelCard:
    """What is known of a model that may not be in the list."""
    return _card(services, connection, ModelInfo(model), recent=False, listed=False)


def recent_models(services: Services, connection: Connection) -> ModelList:
    """Those asked lately, for an endpoint that gives no list. Reads the database; for a thread."""
    recent = _recent(services, connection)
    cards = [_card(services, connection, ModelInfo(name), recent=True, listed=False) for name in recent]
    return ModelList(tuple(cards), len(cards))


def priced_models(services: Services, connection: Connection) -> tuple[ModelCard, ...]:
    """For an endpoint that gives no list: the models that the price list has for its host and the rules know, but for
    those that are switched off. Reads the list: for a thread."""
    names, today = listed_models(connection.base_url), date.today()
    cards = [_card(services, connection, ModelInfo(name), recent=False, listed=False) for name in names]
    known = [card for card in cards if card.window and card.price is not None]
    return tuple(card for card in known if (days := card.days_left(today)) is None or days > 0)


def _cards(services: Services, connection: Connection, listed: Sequence[ModelInfo]) -> ModelList:
    recent = _recent(services, connection)
    cards = [_card(services, connection, info, recent=info.id in recent, listed=True) for info in listed]
    return ModelList(ordered(cards, recent), sum(card.recent for card in cards))


def _recent(services: Services, connection: Connection) -> tuple[str, ...]:
    with contextlib.suppress(StorageError):  # told by the database's `trouble`; nothing is first then
        return services.history.recent_models(connection.host)
    return ()


def _card(services: Services, connection: Connection, info: ModelInfo, *, recent: bool, listed: bool) -> ModelCard:
    if connection.is_practice:
        price = PricePair(0, 0)
        from workbench.adapters.practice.models import MODELS

        window = services.window(info.id, connection)
        most = MODELS[info.id].max_output if info.id in MODELS else None
        return ModelCard(info.id, window, most, price, "yes", None, True, images=False, recent=recent, listed=listed)
    return model_card(
        info,
        rules=services.rules(info.id, connection),
        lessons=services.lessons.get(connection.host),
        price=_price(services, connection, info.id),
        recent=recent,
        listed=listed,
    )


def _price(services: Services, connection: Connection, model: str) -> PricePair | None:
    prompt = services.price_estimate(model, _SOME_TOKENS, 0, connection)
    completion = services.price_estimate(model, 0, _SOME_TOKENS, connection)
    if prompt is None or completion is None:
        return None
    own = services.prices.is_own(model, connection)
    if not prompt and not completion and not own and not services.costs_nothing(connection, model):
        return None  # a price by the minute or by the image: tokens say nothing of it
    return PricePair(prompt * _PER_MILLION, completion * _PER_MILLION, own)
