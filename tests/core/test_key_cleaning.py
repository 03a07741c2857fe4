"""What a key looks like, and that nothing said about one repeats it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.keys import MAX_KEY, clean_key, looks_like_key, mask_keys

CANARY = "sk-canary-7f3a9b2c4d5e6f708192"


@pytest.mark.parametrize(
    "text",
    [CANARY, f"  {CANARY}\n", f'"{CANARY}"', f"'{CANARY}'", f'" {CANARY} "', f"Bearer {CANARY}", f"\t`{CANARY}`\r\n"],
)
def test_what_surrounds_a_key_is_taken_off(text: str) -> None:
    assert clean_key(text) == CANARY


@pytest.mark.parametrize("text", ["", "   ", '""', "''", '"', "\n", "bearer "])
def test_an_empty_key_is_no_key(text: str) -> None:
    assert clean_key(text) == ""


@pytest.mark.parametrize(
    "key", ["none", "not-needed", "EMPTY", "ollama", "lm-studio", "test", "sk-test", "sk-1234", "x-1"]
)
def test_what_people_give_to_local_servers_is_a_key(key: str) -> None:
    assert clean_key(key) == key


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{CANARY}\nX-Evil: 1", "line break"),
        (f"{CANARY}\r\nX-Evil: 1", "line break"),
        (f"{CANARY}é", "non-ASCII"),
        (f"“{CANARY}”", "non-ASCII"),
        (f"{CANARY} {CANARY}", "blank"),
        (f"{CANARY}\x1b[0m", "control"),
        (f"{CANARY}\x00", "control"),
        (f"{CANARY}'{CANARY}", "quote"),
        ("sk-proj-...", "placeholder"),
        ("k" * (MAX_KEY + 1), "longer"),
        ("sk-...", "placeholder"),
        ("sk-xxxxxxxx", "placeholder"),
        ("your-api-key", "placeholder"),
        ("your_api_key_here", "placeholder"),
        ("sk-your-key-here", "placeholder"),
        ("YOUR_OPENAI_API_KEY", "placeholder"),
        ("<key>", "placeholder"),
        ("<your key>", "placeholder"),
        ("$OPENAI_API_KEY", "placeholder"),
        ("${OPENAI_API_KEY}", "placeholder"),
        ("changeme", "placeholder"),
        ("replace-me", "placeholder"),
        ("****", "placeholder"),
    ],
)
def test_what_is_no_key_is_named_and_not_shown(text: str, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        clean_key(text)
    assert fault in caught.value.message
    assert "canary" not in f"{caught.value!r} {caught.value.message} {caught.value.hint}"


@settings(max_examples=80)
@given(st.text(max_size=40))
def test_a_cleaned_key_fits_into_a_header(text: str) -> None:
    try:
        key = clean_key(text)
    except InputError:
        return
    assert key.isascii()
    assert key.isprintable() or key == ""
    assert " " not in key


@pytest.mark.parametrize(
    "text",
    [CANARY, f"x={CANARY}", "gsk_" + "aB3" * 12, "AIzaSyA1b2C3d4E5f6G7h8", "0123abcd4567ef890a1b2c3d4e5f60718293a4b5"],
)
def test_keys_are_recognised(text: str) -> None:
    assert looks_like_key(text)
    assert "[key]" in mask_keys(text)


@pytest.mark.parametrize(
    "text",
    ["", "gpt-5.4-mini", "https://api.example.com/v1", "textual-dark", "EXAMPLE_API_KEY", "ctrl+j,ctrl+enter",
     "sk-test", "mistralai/Mixtral-8x7B-Instruct-v0.1", "antidisestablishmentarianism"],
)  # fmt: skip
def test_ordinary_words_are_no_keys(text: str) -> None:
    assert mask_keys(text) == text
