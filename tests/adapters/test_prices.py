"""Prices: the host's own, never a guess, never 0 for not knowing (H65, P40)."""

from __future__ import annotations

import pytest

from workbench.adapters.base_url import parse_base_url
from workbench.adapters.prices import costs_nothing, price, price_estimate, warm
from workbench.core.connection import Connection
from workbench.core.json_value import JSON


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
    assert price("gpt-5.4-mini", USAGE, OPENAI) == pytest.approx(0.001065)
    assert price("gpt-4o-2024-08-06", USAGE, OPENAI) == pytest.approx(0.00325)


def test_a_long_prompt_costs_the_long_rate() -> None:
    assert price("gpt-5.5", {"prompt_tokens": 300_000, "completion_tokens": 1000}, OPENAI) == pytest.approx(3.045)


def test_what_is_written_to_the_cache_is_paid() -> None:
    usage: dict[str, JSON] = {
        "prompt_tokens": 1000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 500},
    }
    plain = price("gpt-5.6-sol", {"prompt_tokens": 1000, "completion_tokens": 0}, OPENAI)
    written = price("gpt-5.6-sol", usage, OPENAI)
    assert plain is not None
    assert written == pytest.approx(plain * 1.125)


@pytest.mark.parametrize("model", ["gpt-6.2-sol", "no-such-model", "practice", "", "ft:gpt-4o-mini:acme::x"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert price(model, USAGE, OPENAI) is None
    assert price_estimate(model, 10, 10, OPENAI) is None


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
    assert price("gpt-5.4-mini", usage, OPENAI) is None


def test_more_cached_than_asked_is_all_cached() -> None:
    usage: dict[str, JSON] = {
        "prompt_tokens": 100,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 500, "cache_write_tokens": 500},
    }
    assert price("gpt-5.4-mini", usage, OPENAI) == pytest.approx(100 * 0.075 / 1e6)


def test_tiers() -> None:
    standard = price("gpt-5.4-mini", USAGE, OPENAI)
    assert standard is not None
    assert price("gpt-5.4-mini", USAGE, OPENAI, "flex") == pytest.approx(standard / 2)
    assert price("gpt-5.4-mini", USAGE, OPENAI, "priority") == pytest.approx(standard * 2)
    for tier in (None, "", "auto", "default"):
        assert price("gpt-5.4-mini", USAGE, OPENAI, tier) == pytest.approx(standard)


@pytest.mark.parametrize("tier", ["scale", "nonsense"])
def test_a_tier_without_a_price_is_not_the_standard_price(tier: str) -> None:
    assert price("gpt-5.4-mini", USAGE, OPENAI, tier) is None


def test_gpt_4o_has_no_flex() -> None:
    assert price("gpt-4o", USAGE, OPENAI, "flex") is None


def test_another_vendor_has_its_own_prices() -> None:
    assert price("deepseek-chat", USAGE, at("https://api.deepseek.com/v1")) != price("deepseek-chat", USAGE, OPENAI)
    assert price("deepseek-chat", USAGE, at("https://api.deepseek.com/v1"))
    assert price("gpt-4o", USAGE, at("https://api.groq.com/openai/v1")) is None
    azure = at("https://mine.openai.azure.com/openai/v1")
    assert price("gpt-4o", USAGE, azure) == pytest.approx(0.00325)
    assert price("gpt-4o", USAGE, azure, "priority") is None


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
    assert price("gpt-4o", USAGE, at(base_url)) is None


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:11434/v1", "http://localhost:1234", "http://[::1]:8080/v1"])
def test_this_machine_costs_nothing(base_url: str) -> None:
    assert costs_nothing(at(base_url))
    assert price("llama3", USAGE, at(base_url)) == 0.0
    assert price("llama3", None, at(base_url)) == 0.0


def test_practice_costs_nothing() -> None:
    assert price("practice", None, PRACTICE) == 0.0
    assert price_estimate("practice", 10, 10, PRACTICE) == 0.0


def test_a_live_number_is_the_price_of_so_many_tokens() -> None:
    usage: dict[str, JSON] = {"prompt_tokens": 1000, "completion_tokens": 100}
    assert price_estimate("gpt-5.4-mini", 1000, 100, OPENAI) == price("gpt-5.4-mini", usage, OPENAI)
    assert price_estimate("gpt-5.4-mini", -5, 0, OPENAI) == 0.0
