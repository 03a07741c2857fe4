"""Splitting into words: nothing lost, and what a reader takes for a word is one."""

from __future__ import annotations

from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.compare.words import keys, split, words

TEXTS = st.text(
    alphabet=st.sampled_from("ab1 한\u1112\u1161漢かไ.,'’-*#`\n\r\t\u0301\u200d\ufe0f👩🇰👍🏽\u2028\x00\ud800"),
    max_size=40,
)


@settings(max_examples=75)
@given(TEXTS | st.text(max_size=40))
def test_joined_they_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text
    assert all(word.start < word.end for word in words(text))
    assert [word.key for word in words(text) if not word.is_break] == [
        normalize("NFC", piece) for piece in split(text) if not piece.isspace()
    ]


PLAIN = st.text(alphabet=st.sampled_from("abZ09_가힣 .,'’\"-—…·*#`{}\n\r\t\x0b\x00\x7f"), max_size=40)


@settings(max_examples=100)
@given(PLAIN)
def test_the_quick_way_for_plain_texts_is_the_same(text: str) -> None:
    """A last character that is not plain takes the other way, and joins with none before it."""
    assert split(f"{text}\n漢") == [*split(f"{text}\n"), "漢"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't stop, 3.14 or 1,000!", "I|don't|stop|,|3.14|or|1,000|!"),
        ("나는 학생입니다. GPT-4는 좋다", "나는|학생입니다|.|GPT|-|4는|좋다"),
        ("漢字かな、テスト。", "漢|字|か|な|、|テ|ス|ト|。"),
        ("ภาษา ดี", "ภ|า|ษ|า|ดี"),
        ("हिन्दी में", "हिन्दी|में"),
        ("**bold** `x_1 == y`", "**|bold|**|`|x_1|==|y|`"),
        ("```py", "```|py"),
        ("## Title -- end", "##|Title|--|end"),
        ("👨\u200d👩\u200d👧 👍🏽👍🏽 🇰🇷🇰🇷 #\ufe0f\u20e3", "👨\u200d👩\u200d👧|👍🏽|👍🏽|🇰🇷|🇰🇷|#\ufe0f\u20e3"),
        ("l’eau ‘quoted’", "l’eau|‘|quoted|’"),
        ("", ""),
    ],
)
def test_what_is_a_word(text: str, expected: str) -> None:
    assert "|".join(keys(text)) == expected


@pytest.mark.parametrize("text", ["한글을 씁니다", "café à la carte", "Ångström ǖ"])
def test_both_unicode_forms_are_the_same_words(text: str) -> None:
    assert normalize("NFD", text) != text
    assert keys(normalize("NFD", text)) == keys(text)


def test_line_breaks_count_between_words_and_spaces_do_not() -> None:
    assert keys("a  b") == keys("a b") != keys("a\nb")
    assert keys("\n a\r\nb\n\n") == ["a", "\n", "b"]
    assert [word.is_break for word in words("a \n b")] == [False, True, False]


@pytest.mark.parametrize("unit", ["-", "🇰", "👨\u200d", "\u0301", "'a", "1.", " ", "\u0600", "ᄀ", "\x00", "-\u0301"])
def test_hostile_repetition_takes_no_time(unit: str) -> None:
    text = unit * 20_000 + "\u0301"
    began = process_time()
    assert "".join(split(text)) == text
    assert process_time() - began < 2  # a pattern that looks back took minutes
