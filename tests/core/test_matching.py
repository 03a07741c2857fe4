from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.matching import Searchable, folded, ranked


def row(name: str, slug: str = "", description: str = "") -> Searchable:
    return Searchable((folded(name), folded(slug)), folded(description))


def matching(typed: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are found, the best first."""
    return tuple(names[index] for index in ranked(typed, [row(name) for name in names]))


def test_one_piece_comes_before_scattered_letters() -> None:
    ids = ("g-p-t-mini", "my-gpt-mini", "gpt-mini", "other")
    assert matching("gptmini", ids) == ("gpt-mini", "my-gpt-mini", "g-p-t-mini")
    assert matching("GPT-", ids) == ("gpt-mini", "my-gpt-mini", "g-p-t-mini")
    assert matching("mini", ("other-mini-2", "other-mini")) == ("other-mini", "other-mini-2")
    assert matching("zz", ids) == ()
    assert matching(" ", ids) == ids


@pytest.mark.parametrize("typed", ["요약", "요야", "요ㅇ", "한국", "뉴스"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_korean_is_found_in_either_form_and_while_a_syllable_is_being_typed(typed: str, form: str) -> None:
    name = "한국 뉴스 요약"
    composed, apart = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    wanted = unicodedata.normalize("NFD" if form == "NFD" else "NFC", typed)
    assert matching(wanted, (composed, apart, "날씨")) == (composed, apart)


def test_the_letters_of_a_syllable_are_not_gathered_from_other_syllables() -> None:
    assert matching("요약", ("영어 교육 안녕 약국",)) == ()
    assert matching("한사", ("한국사",)) == ("한국사",)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("STRASSE", "straße"), ("ΣΊΣΥΦΟΣ", "Σίσυφος"), ("abc", "ＡＢＣ"), ("cafe", "Café"), ("ǅ", "dž")],
)
def test_case_and_width_do_not_matter(typed: str, name: str) -> None:
    assert matching(typed, (name,)) == (name,)


def test_every_word_has_to_be_found_and_names_come_before_descriptions() -> None:
    rows = (
        row("Teacher", "teacher", "asks questions about SQL"),
        row("Steady quiet list", "steady-quiet-list"),
        row("SQL helper", "sql-helper", "writes queries"),
        row("Database", "helper-of-sql"),
    )
    assert ranked("sql", rows) == [2, 3, 0, 1]
    assert ranked("helper SQL", rows) == [2, 3]
    assert ranked("queries sql", rows) == [2]
    assert ranked("", rows) == ranked("  ", rows) == [0, 1, 2, 3]
    assert ranked("nowhere", rows) == []


def test_a_description_is_found_in_one_piece_only() -> None:
    assert ranked("rvw", (row("x", "y", "a review"),)) == []
    assert ranked("view", (row("x", "y", "a review"),)) == [0]


# Marks that pile up on a letter are put into an order of their own, so that half a pile is no piece of the whole.
_LETTERS = st.characters(exclude_categories=("Mn", "Mc", "Me"))


@settings(max_examples=60)
@given(st.text(_LETTERS, max_size=30), st.text(_LETTERS, max_size=10), st.text(_LETTERS, max_size=10))
def test_any_piece_of_a_text_finds_it(text: str, before: str, after: str) -> None:
    assert matching(text, (before + text + after, before + unicodedata.normalize("NFD", text) + after)) != ()


def test_a_very_long_text_is_searched_at_its_start() -> None:
    assert folded("가" * 1_000_000).whole == "가" * 1_000
