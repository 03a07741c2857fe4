"""What a model might have written at a place: the right token is found, and nonsense is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.logprobs import entry
from workbench.core.json_value import JSON
from workbench.core.token_choices import choices_at, choices_text
from workbench.core.token_probabilities import quoted


def test_the_token_at_a_place_and_what_it_might_have_been() -> None:
    logprobs: JSON = {"content": [entry("The"), entry(" cat", 0.62, {" cow": 0.04, " dog": 0.21}), entry(" sat")]}
    found = choices_at(logprobs, "The cat sat", 4)
    assert found is not None
    assert choices_text(found) == 'here the model wrote " cat" 62 %; it might have been " dog" 21 %, " cow" 4.0 %'


def test_a_character_in_two_tokens_is_counted_by_its_bytes() -> None:
    han = "한".encode()
    logprobs: JSON = {"content": [entry(han[:2], 0.5, {"국": 0.25}), entry(han[2:], 0.8), entry("국", 0.9)]}
    found = choices_at(logprobs, "한국", 1)
    assert found is not None
    assert choices_text(found) == 'here the model wrote "국" 90 %'
    whole = choices_at(logprobs, "한국", 0)
    assert whole is not None
    assert choices_text(whole) == 'here the model wrote "한" 40 %; it might have been "국" 25 %'


@pytest.mark.parametrize(
    "logprobs",
    [
        None, 3, {"content": None}, {"content": [None]}, {"content": [{"token": 3}]},
        {"content": [{"token": "abc", "logprob": float("nan")}]}, {"content": [{"token": "abc", "logprob": "x"}]},
    ],
)  # fmt: skip
def test_what_tells_nothing_is_no_answer(logprobs: JSON) -> None:
    assert choices_at(logprobs, "abc", 1) is None


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=8), st.data())
def test_each_character_is_in_its_token(tokens: list[str], data: st.DataObject) -> None:
    text = "".join(tokens)
    at = data.draw(st.integers(0, len(text) - 1))
    found = choices_at({"content": [entry(token) for token in tokens]}, text, at)
    ends = [sum(map(len, tokens[: place + 1])) for place in range(len(tokens))]
    assert found is not None
    assert found.written == quoted(tokens[next(place for place, end in enumerate(ends) if at < end)])
