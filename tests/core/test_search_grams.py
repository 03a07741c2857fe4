"""A text that holds a needle has all that the needle is looked up by, and places come back as they were packed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.search_grams import grams, packed, places_of, unpacked, wanted
from workbench.core.search_text import folded, found_in, prompt_texts

LETTERS = st.text(st.sampled_from("abA 가나각é́\n\U0010ffff"), min_size=1, max_size=12)


@settings(max_examples=80)
@given(LETTERS, LETTERS, LETTERS)
def test_what_holds_the_needle_has_what_it_is_looked_up_by(before: str, needle: str, after: str) -> None:
    needle = folded(needle)
    held, asked = grams(before + needle + after), wanted(needle)
    if asked.all:
        assert set(asked.all) <= held
    else:
        assert any(asked.start <= gram < asked.end for gram in held)


@pytest.mark.parametrize(
    ("needle", "all"), [("a", ()), ("가", ()), ("ab", ()), ("abc", ("abc",)), ("점심", ("점심",)), ("a점", ("a점",))]
)
def test_one_or_two_characters_are_the_beginning_of_others(needle: str, all: tuple[str, ...]) -> None:
    assert wanted(needle) == (all, needle)


@given(st.sets(st.integers(0, 1023), max_size=200))
def test_places_come_back(places: set[int]) -> None:
    ascending = sorted(places)
    data = packed(ascending, 1024)
    assert list(places_of(unpacked(data, 1024))) == ascending[::-1]
    assert len(data) <= 128


def test_case_and_composition_make_no_difference() -> None:
    assert folded(unicodedata.normalize("NFD", "점심 CAFÉ Straße")) == folded("점심 café STRASSE")


def test_what_is_found_is_shown_as_it_is_written() -> None:
    text = "x" * 50 + unicodedata.normalize("NFD", "오늘 점심 MENU?")
    found = found_in(text, folded("점심 menu"))
    assert found == ("x" * 37 + "오늘 ", "점심 MENU", "?")
    assert found_in("Straße", "asse") == ("str", "asse", "")
    assert found_in(text, "nowhere") is None


def test_an_image_is_no_text() -> None:
    picture: dict[str, JSON] = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    sent: dict[str, JSON] = {"messages": [{"content": [{"type": "text", "text": "look"}, picture]}]}
    prompt: dict[str, JSON] = {
        "name": "p",
        "messages": [{"content": "{{x}}"}],
        "variables": [{"name": "x", "value": "rain"}],
    }
    assert list(prompt_texts(prompt, sent)) == ["p", "{{x}}", "rain", "look"]
