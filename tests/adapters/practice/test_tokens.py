from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from workbench.adapters.practice import END_OF_TEXT, count_tokens, split_tokens, token_id


@given(st.text())
def test_the_tokens_are_the_text(text: str) -> None:
    tokens = split_tokens(text)
    assert "".join(tokens) == text
    assert count_tokens(text) == len(tokens)
    assert all(tokens)


def test_words_marks_and_scripts() -> None:
    assert split_tokens("Hello there, world.\n\n```x```") == [
        "Hello",
        " there",
        ",",
        " world",
        ".",
        "\n\n",
        "```",
        "x",
        "```",
    ]
    assert split_tokens("안녕하세요 여러분") == ["안녕하세요", " 여러분"]
    assert split_tokens("日本語") == ["日本", "語"]
    assert split_tokens("a    b") == ["a", "   ", " b"]


def test_a_long_word_is_several_tokens() -> None:
    assert count_tokens("x" * 200) == 10


def test_ids_are_stable_and_know_no_space() -> None:
    assert token_id(" coffee") == token_id("coffee") == 1401235891
    assert token_id("커피") != token_id("coffee")
    assert token_id("<|endoftext|>") == END_OF_TEXT
    assert token_id(" ") > 0


def test_counting_needs_neither_training_nor_the_http_library() -> None:
    code = (
        "import sys; from workbench.adapters.practice import ABOUT, count_tokens; assert count_tokens('a b') == 2; "
        "assert not {'httpx2', 'openai', 'jsonschema', 'pydoc_data.topics'} & set(sys.modules); "
        "assert 'not an AI' in ABOUT"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
