"""Prices: the host's own, never a guess, never 0 for not knowing (H65, P40)."""

from __future__ import annotations

import pytest

from workbench.adapters.base_url import parse_base_url
from workbench.adapters.prices import Prices, newest_change, price_list, warm
from workbench.adapters.settings_prices import OwnPrice
from workbench.core.connection import Connection
from workbench.core.json_value import JSON
from workbench.core.money import OWN_PRICE, Certainty, Charge, nano
from workbench.core.usage import UsageFacts

PRICES = Prices()


def at(base_url: str) -> Connection:
    url = parse_base_url(base_url)
    return Connection("x", "endpoint", url.url, url.host)


OPENAI = at("https://api.openai.com/v1")
PRACTICE = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")
USAGE: dict[str, JSON] = {
    "prompt_tokens": 1000,
    "completion_tokens": 100,
    "prompt_tokens_details": {"cached_tokens": 200},
}


def test_openais_prices() -> None:
    warm()
    # 800 x $0.75 + 200 x $0.075 + 100 x $4.50, each a million (model-facts.md).
    assert PRICES.price("gpt-5.4-mini", USAGE, OPENAI) == pytest.approx(0.001065)
    assert PRICES.price("gpt-4o-2024-08-06", USAGE, OPENAI) == pytest.approx(0.00325)


def test_a_long_prompt_costs_the_long_rate() -> None:
    assert PRICES.price("gpt-5.5", {"prompt_tokens": 300_000, "completion_tokens": 1000}, OPENAI) == pytest.approx(
        3.045
    )


def test_what_is_written_to_the_cache_is_paid() -> None:
    usage: dict[str, JSON] = {
        "prompt_tokens": 1000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 500},
    }
    plain = PRICES.price("gpt-5.6-sol", {"prompt_tokens": 1000, "completion_tokens": 0}, OPENAI)
    written = PRICES.price("gpt-5.6-sol", usage, OPENAI)
    assert plain is not None
    assert written == pytest.approx(plain * 1.125)


@pytest.mark.parametrize("model", ["gpt-6.2-sol", "no-such-model", "practice", "", "ft:gpt-4o-mini:acme::x"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert PRICES.price(model, USAGE, OPENAI) is None
    assert PRICES.estimate(model, 10, 10, OPENAI) is None


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": 10},
        {"completion_tokens": 10},
        {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": 1e30, "completion_tokens": 1},
        {"prompt_tokens": "10", "completion_tokens": 1},
        {"prompt_tokens": None, "completion_tokens": 1},
        {"prompt_tokens": float("nan"), "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
    ],
)
def test_odd_usage_has_no_price(usage: dict[str, JSON] | None) -> None:
    assert PRICES.price("gpt-5.4-mini", usage, OPENAI) is None


def test_more_cached_than_asked_is_all_cached() -> None:
    usage: dict[str, JSON] = {
        "prompt_tokens": 100,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 500, "cache_write_tokens": 500},
    }
    assert PRICES.price("gpt-5.4-mini", usage, OPENAI) == pytest.approx(100 * 0.075 / 1e6)


def test_tiers() -> None:
    standard = PRICES.price("gpt-5.4-mini", USAGE, OPENAI)
    assert standard is not None
    assert PRICES.price("gpt-5.4-mini", USAGE, OPENAI, "flex") == pytest.approx(standard / 2)
    assert PRICES.price("gpt-5.4-mini", USAGE, OPENAI, "priority") == pytest.approx(standard * 2)
    for tier in (None, "", "auto", "default"):
        assert PRICES.price("gpt-5.4-mini", USAGE, OPENAI, tier) == pytest.approx(standard)


@pytest.mark.parametrize("tier", ["scale", "nonsense"])
def test_a_tier_without_a_price_is_not_the_standard_price(tier: str) -> None:
    assert PRICES.price("gpt-5.4-mini", USAGE, OPENAI, tier) is None


def test_gpt_4o_has_no_flex() -> None:
    assert PRICES.price("gpt-4o", USAGE, OPENAI, "flex") is None


def test_another_vendor_has_its_own_prices() -> None:
    assert PRICES.price("deepseek-chat", USAGE, at("https://api.deepseek.com/v1")) != PRICES.price(
        "deepseek-chat", USAGE, OPENAI
    )
    assert PRICES.price("deepseek-chat", USAGE, at("https://api.deepseek.com/v1"))
    assert PRICES.price("gpt-4o", USAGE, at("https://api.groq.com/openai/v1")) is None
    azure = at("https://mine.openai.azure.com/openai/v1")
    assert PRICES.price("gpt-4o", USAGE, azure) == pytest.approx(0.00325)
    assert PRICES.price("gpt-4o", USAGE, azure, "priority") is None


@pytest.mark.parametrize(
    "base_url",
    [
        "https://gateway.example/v1",
        "https://api.openai.com.gateway.example/v1",
        "https://api.openai.community/v1",
        "https://gateway.example/api.openai.com/v1",
        "http://10.0.0.5:8000/v1",
    ],
)
def test_a_host_that_nobody_lists_has_no_prices(base_url: str) -> None:
    assert PRICES.price("gpt-4o", USAGE, at(base_url)) is None


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:11434/v1", "http://localhost:1234", "http://[::1]:8080/v1"])
def test_this_machine_costs_nothing(base_url: str) -> None:
    assert PRICES.costs_nothing(at(base_url))
    assert PRICES.price("llama3", USAGE, at(base_url)) == 0.0
    assert PRICES.price("llama3", None, at(base_url)) == 0.0


def test_practice_costs_nothing() -> None:
    assert PRICES.price("practice", None, PRACTICE) == 0.0
    assert PRICES.estimate("practice", 10, 10, PRACTICE) == 0.0


def test_a_live_number_is_the_price_of_so_many_tokens() -> None:
    usage: dict[str, JSON] = {"prompt_tokens": 1000, "completion_tokens": 100}
    assert PRICES.estimate("gpt-5.4-mini", 1000, 100, OPENAI) == PRICES.price("gpt-5.4-mini", usage, OPENAI)
    assert PRICES.estimate("gpt-5.4-mini", -5, 0, OPENAI) == 0.0


def test_an_own_price_goes_before_all_but_practice() -> None:
    own = Prices({"gpt-5.4-mini": OwnPrice(0.5, 2, 0.05), "llama3": OwnPrice(0.1, 0.1), "practice": OwnPrice(1, 1)})
    facts = UsageFacts(prompt=1000, cached=200, completion=100)
    # 800 x $0.50 + 200 x $0.05 + 100 x $2, each a million.
    assert own.charge("gpt-5.4-mini", facts, OPENAI) == Charge(610_000, Certainty.EXACT, OWN_PRICE)
    assert own.charge("gpt-5.4", facts, OPENAI).price == price_list()
    local = at("http://127.0.0.1:11434/v1")
    # A gateway on this machine may well send a bill; its cached input costs what the rest does.
    assert own.charge("llama3", facts, local) == Charge(110_000, Certainty.EXACT, OWN_PRICE)
    assert not own.costs_nothing(local, "llama3")
    assert own.charge("other", facts, local) == Charge(0, Certainty.FREE)
    assert own.charge("practice", facts, PRACTICE) == Charge(0, Certainty.FREE)
    assert own.charge("nobody's", facts, OPENAI) == Charge(None, Certainty.UNKNOWN)
    assert own.charge("llama3", UsageFacts(prompt=5), local) == Charge(None, Certainty.UNKNOWN, OWN_PRICE)


def test_money_is_whole_billionths_and_never_nothing_for_something() -> None:
    assert [nano(0), nano(1e-12), nano(0.1), nano(1.0000000005)] == [0, 1, 100_000_000, 1_000_000_001]
    assert nano(-1) is nano(float("nan")) is nano(float("inf")) is nano(1e30) is None


def test_the_list_says_when_it_knew_of_a_change() -> None:
    newest = newest_change()
    assert newest is not None
    assert newest.year >= 2026
