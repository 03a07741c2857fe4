from __future__ import annotations

import itertools
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.find_replace import MOST_CHARACTERS, Place, Search, places, replaced
from workbench.core.pattern import BadPattern
from workbench.core.prompt import Message, Role

ODD = "\u2028\x0b\x0c\x85\r\n\u200b\u202e\x00\ufeff"


def endless() -> float:
    return 60.0


def messages(*texts: str) -> tuple[Message, ...]:
    return tuple(Message(Role.USER, text, on=index % 2 == 0) for index, text in enumerate(texts))


def found(search: Search, *texts: str) -> list[str]:
    """What is found, as it stands in the messages."""
    return [texts[place.message][place.start : place.end] for place in places(messages(*texts), search, endless)]


def after(search: Search, by: str, *texts: str) -> list[str]:
    return [message.content for message in replaced(messages(*texts), search, by, endless).messages]


def test_a_text_is_found_in_all_messages_in_any_case_or_as_it_is() -> None:
    assert found(Search("the"), "The other", "", "THE the") == ["The", "the", "THE", "the"]
    assert found(Search("the", exact_case=True), "The other", "", "THE the") == ["the", "the"]
    assert found(Search(""), "abc") == []
    assert found(Search(".*"), "a.*b") == [".*"]
    assert found(Search("aa"), "aaaaa") == ["aa", "aa"]


@pytest.mark.parametrize("needle", ["한글", unicodedata.normalize("NFD", "한글")])
def test_korean_is_found_composed_and_decomposed_and_only_what_is_found_changes(needle: str) -> None:
    apart = unicodedata.normalize("NFD", "한글 파일")
    assert found(Search(needle), "한글 파일", apart) == ["한글", unicodedata.normalize("NFD", "한글")]
    assert after(Search(needle), "X", "한글 파일", apart) == ["X 파일", "X" + unicodedata.normalize("NFD", " 파일")]
    assert found(Search("하"), unicodedata.normalize("NFD", "한")) == [], "no match ends inside a letter"


def test_a_pattern_has_groups_lines_and_case() -> None:
    assert found(Search(r"^\w+", regex=True), "one two\nthree", "four") == ["one", "three", "four"]
    assert after(Search(r"(\w+) (?P<b>\w+)", regex=True), r"\g<b> \1\n", "a b, c d") == ["b a\n, d c\n"]
    assert after(Search(r"(\w+)"), r"\1", "(\\w+) x") == ["\\1 x"], "as a text nothing stands for anything"
    assert after(Search("^", regex=True), "> ", "a\nb") == ["> a\n> b"]
    assert after(Search("x*", regex=True), "-", "axxb") == ["-a-b-"]
    assert found(Search("A", exact_case=True, regex=True), "aA") == ["A"]


@pytest.mark.parametrize(
    ("needle", "by", "said"),
    [
        ("(", "", "is no pattern"),
        ("a{1000}" * 500, "", "repeats too much"),
        ("(a)", r"\2", "the replacement can't be used: no such group"),
        ("a", "\\", "the replacement can't be used: bad escape"),
        ("a", r"\g<x", "the replacement can't be used"),
    ],
)
def test_a_bad_pattern_or_replacement_is_said(needle: str, by: str, said: str) -> None:
    with pytest.raises(BadPattern, match=re.escape(said)):
        replaced(messages("aaa"), Search(needle, regex=True), by, endless)


def test_a_pattern_that_takes_years_is_given_up() -> None:
    with pytest.raises(BadPattern, match="takes too long"):
        places(messages("a" * 10_000 + "b"), Search("^(a|aa)+$", regex=True), lambda: 0.05)
    clock = itertools.count(0.03, -0.01)
    with pytest.raises(BadPattern, match="takes too long"):
        places(messages("aaaa"), Search("a", regex=True), lambda: next(clock))


def test_one_place_alone_is_replaced_and_the_next_is_behind_it() -> None:
    texts = messages("a b a", "a")
    done = replaced(texts, Search("a"), "long", endless, only=Place(0, 4, 5))
    assert [message.content for message in done.messages] == ["a b long", "a"]
    assert (done.many, done.behind) == (1, (0, 8))
    assert replaced(texts, Search("a"), "x", endless, only=Place(0, 1, 2)).many == 0, "there is none any more"
    lookbehind = replaced(messages("xa ya"), Search("(?<=y)a", regex=True), "b", endless, only=Place(0, 4, 5))
    assert lookbehind.messages[0].content == "xa yb"


def test_a_message_does_not_grow_beyond_all_measure() -> None:
    with pytest.raises(InputError, match="would grow to"):
        replaced(messages("a" * 10_000), Search("a"), "x" * (MOST_CHARACTERS // 5_000), endless)


@given(
    st.lists(
        st.text(st.sampled_from(list("abA가 " + ODD + unicodedata.normalize("NFD", "한"))), max_size=20), max_size=4
    ),
    st.text(st.sampled_from("abA가\u200b"), min_size=1, max_size=2),
    st.text(st.sampled_from("xy\u2028"), max_size=2),
    st.booleans(),
)
@settings(max_examples=80)
def test_nothing_else_changes_and_what_is_found_is_what_is_replaced(
    texts: list[str], needle: str, by: str, exact: bool
) -> None:
    search = Search(needle, exact)
    before = messages(*texts)
    there = places(before, search, endless)
    done = replaced(before, search, by, endless)
    assert done.many == len(there)
    rebuilt = list(texts)
    for place in reversed(there):
        rebuilt[place.message] = rebuilt[place.message][: place.start] + by + rebuilt[place.message][place.end :]
    assert [message.content for message in done.messages] == rebuilt
    assert [(m.role, m.on) for m in done.messages] == [(m.role, m.on) for m in before]
