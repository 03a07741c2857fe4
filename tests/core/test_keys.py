"""What of a key may stand in a text that came from outside."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.keys import hide_key
from workbench.core.secret import Secret

KEY = "sk-proj-Ab3+/dEfGhIjKlMnOpQrStUvWxYz0123456789"


ECHOES = [
    "key {key}!",
    "Incorrect API key provided: {first}****{last}.",
    "Incorrect API key provided: {first}...{last}",
    "{first}…{last}",
    "{first}XXXXXXXX{last}, which is wrong",
    "ends in {last}.",
    "begins with {seven}",
    "url ?key={url}&x=1",
    "basic {base64}",
    "part {middle} of it",
]


@pytest.mark.parametrize("echo", ECHOES)
def test_no_part_of_the_key_stays(echo: str) -> None:
    text = echo.format(
        key=KEY,
        first=KEY[:9],
        last=KEY[-4:],
        seven=KEY[:12],
        url=quote(KEY, safe=""),
        base64=b64encode(b"user:" + KEY.encode()).decode(),
        middle=KEY[20:28],
    )
    hidden = hide_key(text, Secret(KEY))
    assert "[key]" in hidden
    for part in (KEY[-4:], KEY[:9], KEY[20:28], quote(KEY, safe="")[8:24]):
        assert part not in hidden


@settings(max_examples=60)
@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, len(KEY) - 8), st.integers(8, len(KEY)))
def test_no_eight_characters_of_the_key_stay(before: str, after: str, start: int, length: int) -> None:
    hidden = hide_key(before + KEY[start : start + length] + after, Secret(KEY))
    assert not any(KEY[i : i + 8] in hidden for i in range(len(KEY) - 7))


def test_other_text_stays() -> None:
    text = "The model `x` does not exist... (see https://example.com/docs?a=1), use max_completion_tokens ****"
    assert hide_key(text, Secret(KEY)) == text
    assert hide_key(text, None) == text


def test_a_short_key_hides_no_words() -> None:
    assert hide_key("ollama is none of it", Secret("ollama")) == "ollama is none of it"


def test_any_key_that_looks_like_one_is_hidden() -> None:
    assert hide_key("got sk-other1234567890", None) == "got [key]"
