"""What a model's card says, from the endpoint's list, the rules and what the host refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.model_list import parse_models
from workbench.adapters.model_rules import load_rulebook
from workbench.core.json_value import JSON
from workbench.core.model_card import ModelCard, PricePair, about, model_card, model_columns, ordered
from workbench.core.models import Lessons, ModelInfo, rules_for

TODAY = date(2026, 11, 23)
RULES = load_rulebook()


def card(model: str, info: ModelInfo | None = None, *, refused: tuple[str, ...] = ()) -> ModelCard:
    lessons = Lessons(refused=frozenset((model, parameter) for parameter in refused))
    return model_card(info or ModelInfo(model), rules=rules_for(model, RULES), lessons=lessons)


@pytest.mark.parametrize(
    ("model", "temperature", "efforts", "images"),
    [
        ("gpt-4.1-mini", "yes", (), True),
        ("gpt-5.4-mini", "yes", ("none", "low", "medium", "high", "xhigh"), True),
        ("gpt-5.5", "at effort none", ("none", "low", "medium", "high", "xhigh"), True),
        ("o3", "1 alone", ("low", "medium", "high"), True),
        ("my-own-model", "unknown", None, None),
        ("gpt-4", "unknown", None, None),
    ],
)
def test_the_rules_say_what_it_takes(
    model: str, temperature: str, efforts: tuple[str, ...] | None, images: bool | None
) -> None:
    found = card(model)
    assert (found.temperature, found.efforts, found.images) == (temperature, efforts, images)
    assert found.json_schema is (True if efforts is not None else None)


def test_what_the_endpoint_says_goes_before_the_rules_and_what_it_refused_before_both() -> None:
    listed: JSON = {
        "data": [
            {
                "id": "gpt-5.4-mini",
                "context_length": 1000,
                "shutdown_date": "2027-02-01",
                "architecture": {"input_modalities": ["text"]},
                "supported_parameters": ["temperature", "reasoning", "response_format"],
            }
        ]
    }
    [info] = parse_models(listed) or ()
    said = card("gpt-5.4-mini", info)
    assert (said.window, said.images, said.shutdown) == (1000, False, date(2027, 2, 1))
    assert (said.temperature, said.json_schema) == ("yes", True)
    assert said.efforts
    refused = card("gpt-5.4-mini", info, refused=("temperature", "reasoning_effort", "response_format"))
    assert (refused.temperature, refused.efforts, refused.json_schema) == ("no", (), False)
    assert "refused here: reasoning_effort, response_format, temperature" in about(refused, TODAY)


@pytest.mark.parametrize(
    ("fields", "images"),
    [
        ({"architecture": {"input_modalities": ["text", "image"]}}, True),
        ({"capabilities": ["completion", "multimodal"]}, True),
        ({"capabilities": ["completion"]}, False),
        ({"capabilities": {"vision": True}}, None),
        ({"architecture": None, "supported_parameters": "all"}, None),
    ],
)
def test_what_a_list_says_of_images(fields: dict[str, JSON], images: bool | None) -> None:
    [info] = parse_models([{"id": "m", **fields}]) or ()
    assert (info.images, info.takes) == (images, None)


def test_it_reads_as_one_line() -> None:
    full = card("gpt-4o")._replace(price=PricePair(2.5, 10))
    assert about(full, TODAY) == (
        "window 128,000 · answers up to 16,384 · $2.50 in, $10.00 out per million tokens · temperature · no effort · "
        "JSON schema · images · ends 2027-01-14, in 52 days"
    )
    assert about(ModelCard("m", price=PricePair(0, 0), shutdown=date(2026, 1, 1)), TODAY) == (
        "costs nothing · switched off on 2026-01-01"
    )
    assert about(ModelCard("m", shutdown=date(2028, 1, 1)), TODAY) == "ends 2028-01-01"
    assert about(ModelCard("m"), TODAY) == ""


def test_those_asked_lately_come_first_in_their_order() -> None:
    cards = [ModelCard(name) for name in ("a", "b", "c", "d")]
    assert [each.id for each in ordered(cards, ["d", "gone", "b"])] == ["d", "b", "a", "c"]


known = st.builds(
    ModelCard,
    id=st.text("ab-", min_size=1, max_size=5),
    window=st.none() | st.integers(1, 20_000_000),
    price=st.none() | st.builds(PricePair, st.floats(0, 900), st.floats(0, 900)),
    temperature=st.sampled_from(["yes", "at effort none", "1 alone", "no", "unknown"]),
    efforts=st.none() | st.just(()) | st.just(("low", "high")),
    json_schema=st.none() | st.booleans(),
    images=st.none() | st.booleans(),
    shutdown=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)


@settings(max_examples=60)
@given(cards=st.lists(known, max_size=6), room=st.integers(0, 80))
def test_columns_fit_the_room(cards: list[ModelCard], room: int) -> None:
    heading, rows = model_columns(cards, room)
    assert len(rows) == len(cards)
    assert all(len(row) <= room for row in (heading, *rows))
    if room >= 60 and any(each.shutdown for each in cards):
        assert "ends" in heading
