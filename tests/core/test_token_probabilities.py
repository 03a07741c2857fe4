"""Tokens from logprobs: bytes joined to whole characters, names, candidates, perplexity, and nonsense left out."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.logprobs import by_bytes, entry
from workbench.core.json_value import JSON
from workbench.core.token_probabilities import (
    TokenText,
    name_of,
    percent,
    perplexity,
    quoted,
    token_entries,
)


def whole(*entries: JSON) -> TokenText:
    tokens = TokenText(entries)
    tokens.finish()
    return tokens


def test_a_syllable_in_three_tokens_is_one_unit() -> None:
    han, guk = "한".encode(), "국".encode()
    tokens = whole(entry("The "), entry(han[:1], 0.5), entry(han[1:2], 0.8), entry(han[2:], 0.5), entry(guk, 0.9))
    assert [(unit.first, unit.end, unit.text) for unit in tokens.units] == [(0, 1, "The "), (1, 4, "한"), (4, 5, "국")]
    assert tokens.units[1].logprob == pytest.approx(log(0.5 * 0.8 * 0.5))
    assert [tokens.unit_at(token) for token in range(5)] == [0, 1, 1, 1, 2]
    assert [tokens.bytes_before(token) for token in range(5)] == [b"", b"", han[:1], han[:2], b""]


def test_an_alternative_within_a_character_says_what_it_would_have_made_of_it() -> None:
    han = "한".encode()
    tokens = whole(entry(han[:2], 0.9), entry(han[2:], 0.7, {b"\x98": 0.2, b"\xff": 0.05}))
    assert [name for _, name in tokens.names(1)] == ['9c = "한"', '98 = "하"', "ff"]
    assert [name for _, name in tokens.names(0)] == ["ed 95 …"]


def test_a_token_may_end_one_character_and_begin_the_next() -> None:
    text = "한국".encode()
    tokens = whole(entry(text[:2]), entry(text[2:5]), entry(text[5:]), entry("!"))
    assert [unit.text for unit in tokens.units] == ["한국", "!"]


def test_what_is_cut_in_a_character_is_shown_at_the_end_and_not_before() -> None:
    tokens = TokenText([entry("a"), entry("한".encode()[:2])])
    assert tokens.text == "a"
    tokens.finish()
    tokens.finish()
    assert tokens.text == "a\udced\udc95"
    assert len(tokens.units) == 2


@settings(max_examples=60)
@given(st.text(max_size=12), st.data())
def test_any_cut_of_the_bytes_gives_the_text_again(text: str, data: st.DataObject) -> None:
    text = text.encode("utf-8", "replace").decode()
    raw = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=8)) | {0, len(raw)})
    pieces = [raw[start:end] for start, end in pairwise(cuts)]
    tokens = whole(*(entry(piece) for piece in pieces))
    assert tokens.text == text
    assert [unit.first for unit in tokens.units] == [0, *(unit.end for unit in tokens.units[:-1])][: len(tokens.units)]
    assert sum(unit.end - unit.first for unit in tokens.units) == len(pieces)


def test_the_candidates_are_sorted_and_have_the_chosen_one_once() -> None:
    told = entry(" cat", 0.2, {" dog": 0.5, " cow": 0.01})
    shown = [(name, percent(candidate.probability)) for candidate, name in whole(told).names(0)]
    assert shown == [('" dog"', "50 %"), ('" cat"', "20 %"), ('" cow"', "1.0 %")]


def test_a_chosen_token_that_is_not_among_the_likeliest_is_listed_last() -> None:
    told: JSON = {"token": "x", "logprob": -9999.0, "top_logprobs": [{"token": "y", "logprob": -0.1}]}
    tokens = whole(told)
    assert [(name, percent(each.probability)) for each, name in tokens.names(0)] == [
        ('"y"', "90 %"),
        ('"x"', "<0.01 %"),
    ]
    assert perplexity(tokens.tokens) is None, "-9999 is no measurement"


def test_perplexity() -> None:
    assert perplexity([]) is None
    assert perplexity(whole(entry("a", 1.0), entry("b", 1.0)).tokens) == pytest.approx(1.0)
    tokens = whole(entry("a", 0.5), entry("b", 0.125), entry("c", None))
    assert perplexity(tokens.tokens) == pytest.approx(exp(-(log(0.5) + log(0.125)) / 2))


@pytest.mark.parametrize(
    "odd",
    [
        None, 3, "text", [], {}, {"token": 3}, {"token": None, "bytes": ["a"]}, {"bytes": [300]}, {"bytes": [True]},
    ],
)  # fmt: skip
def test_what_is_no_token_is_left_out(odd: JSON) -> None:
    assert whole(entry("a"), odd, entry("b")).text == "ab"


@pytest.mark.parametrize("logprob", [None, "x", float("nan"), float("inf"), True, 10**400, -(10**400)])
def test_a_token_without_a_number_has_no_probability(logprob: JSON) -> None:
    tokens = whole({"token": "a", "logprob": logprob, "top_logprobs": "none"})
    assert (tokens.text, tokens.units[0].logprob) == ("a", None)
    assert percent(tokens.tokens[0].chosen.probability) == "—"


def test_bytes_that_are_none_leave_the_name() -> None:
    assert whole({"token": "한", "logprob": -1.0, "bytes": None}).text == "한"
    assert whole({"token": "한", "logprob": -1.0, "bytes": [1, 2, "x"]}).text == "한"


def test_the_tokens_of_a_refusal_where_there_is_no_content() -> None:
    refused: list[JSON] = [entry("No")]
    assert token_entries({"content": None, "refusal": refused}) is refused
    assert token_entries({"content": [entry("a")], "refusal": refused}) == [entry("a")]
    assert token_entries("x") == ()
    assert token_entries({"content": "x"}) == ()


def test_names() -> None:
    assert name_of(b" cat\n") == '" cat\\n"'
    assert name_of("\u202e\x1b".encode()) == '"\\u202e\\u001b"'
    assert name_of(b"\xff") == "ff"
    assert name_of(b"") == '""'
    assert len(quoted("a" * 1_000_000)) < 60


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.9999, ">99.9 %"), (0.995, "99.5 %"), (0.62, "62 %"), (0.05, "5.0 %"), (0.0004, "0.04 %"),
     (0.0, "<0.01 %"), (None, "—")],
)  # fmt: skip
def test_percent(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_bytes_one_by_one() -> None:
    assert whole(*by_bytes("오늘 점심")).text == "오늘 점심"
