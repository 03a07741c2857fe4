"""The list that the model picker shows, from a loopback endpoint, past runs and the practice model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fault_server import FaultServer, sse, text_chunk, whole
from workbench.core.connection import Connection
from workbench.core.errors import RunError
from workbench.core.prompt import Message, Prompt, Role
from workbench.model_cards import card_of, list_models, priced_models, recent_models
from workbench.services import Services

LIST = whole({"data": [{"id": "m-1"}, {"id": "gpt-4o"}, {"id": "m-3", "max_model_len": 4096}]})
GOOD = sse(text_chunk("Hello", finish="stop"))
GONE = whole({"error": {"message": "The model `gone` does not exist"}}, 404)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as opened:
        yield opened


async def run(services: Services, server: FaultServer, model: str) -> None:
    prompt = Prompt(model=model, messages=(Message(Role.USER, "hi"),))
    await services.start(services.job(prompt, services.connection(None), source="cli"), lambda _events: None).execute()


async def test_models_asked_lately_come_first_and_a_server_here_costs_nothing(services: Services) -> None:
    async with FaultServer() as server:
        services.environ = {**services.environ, "OPENAI_BASE_URL": server.base_url}
        connection = services.connection(None)
        server.answer_with(lambda seen: LIST if seen.path == "/v1/models" else GONE if b"gone" in seen.body else GOOD)
        for model in ("gpt-4o", "m-3", "gone"):
            await run(services, server, model)
        found = await list_models(services, connection)
        assert [(card.id, card.recent) for card in found.cards] == [("m-3", True), ("gpt-4o", True), ("m-1", False)]
        assert (found.recent, found.cards[0].window, found.cards[1].temperature) == (2, 4096, "yes")
        assert all(card.price is not None and card.price.is_free for card in found.cards)
        assert [card.id for card in recent_models(services, connection).cards] == ["m-3", "gpt-4o"]
        await services.close_endpoints()


async def test_practice_says_what_it_takes(services: Services) -> None:
    found = await list_models(services, services.connection("practice"))
    assert [card.id for card in found.cards] == ["practice", "practice-fast"]
    assert [(card.window, card.images, card.json_schema) for card in found.cards] == [
        (16_384, False, True),
        (65_536, False, True),
    ]
    await services.close_endpoints()


async def test_an_endpoint_without_a_list_raises(services: Services) -> None:
    async with FaultServer() as server:
        services.environ = {**services.environ, "OPENAI_BASE_URL": server.base_url}
        server.reply(*whole("", 404))
        with pytest.raises(RunError):
            await list_models(services, services.connection(None))
        await services.close_endpoints()


def test_prices_are_those_of_the_host_and_never_zero_for_not_knowing(services: Services) -> None:
    services.environ = {**services.environ, "OPENAI_API_KEY": "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"}
    openai = services.connection("openai")
    price = card_of(services, openai, "gpt-4o").price
    assert price is not None
    assert (round(price.prompt, 4), round(price.completion, 4)) == (2.5, 10.0)
    assert card_of(services, openai, "whisper-1").price is None
    assert card_of(services, openai, "nobody-knows").price is None


def test_where_there_is_no_list_the_price_list_has_the_models_that_still_answer(services: Services) -> None:
    openai = Connection("openai", "openai", "https://api.openai.com/v1", "api.openai.com")
    found = {card.id: card for card in priced_models(services, openai)}
    assert {"gpt-5.4-mini", "gpt-5.2"} <= set(found)
    assert not {"gpt-3.5-turbo", "o1", "whisper-1", "text-embedding-3-small", "davinci"} & set(found)
    assert all(card.window and card.price for card in found.values())
    assert priced_models(services, Connection("lab", "endpoint", "https://lab.example/v1", "lab.example")) == ()
