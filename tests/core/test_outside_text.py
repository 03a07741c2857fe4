from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.outside_text import TakenBack, as_bytes, taken_back

ODD = "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg\ri\r\nj\x00\ufeff\u200b\u202e 한\u1112\u1161\u11ab\t "
TEXT = st.text(st.one_of(st.sampled_from(list(ODD + "\n")), st.characters(codec="utf-8")), max_size=40)


@given(TEXT)
def test_what_an_editor_leaves_alone_comes_back_byte_for_byte(text: str) -> None:
    assert taken_back(text, text.encode()) == TakenBack(text, line_end=False)
    if not text.endswith("\n"):
        windows = "\r\n" in text and "\n" not in text.replace("\r\n", "") and not text.endswith("\r")
        for end in ("\n", "\r\n") if windows else ("\n",):
            assert taken_back(text, (text + end).encode()) == TakenBack(text, line_end=True), "as vim and nano save it"


@pytest.mark.parametrize(
    ("given_text", "saved", "text"),
    [
        ("", "hi\n", "hi"),
        ("", "\n", ""),
        ("a", "b\n\n", "b\n"),
        ("a\n", "b\n", "b\n"),
        ("a\n", "b", "b"),
        ("a\n", "b\n\n", "b\n\n"),
        ("a\r\nb", "a\r\nb\r\n", "a\r\nb"),
        ("a\r\nb", "a\r\nb\n", "a\r\nb"),
        ("a\r\nb\r", "a\r\nb\r\n", "a\r\nb\r"),
        ("a\r\nb\nc", "a\r\nb\nc\r\n", "a\r\nb\nc\r"),
        ("a\r", "a\r\n", "a\r"),
    ],
)
def test_one_line_end_is_left_off_where_the_text_had_none(given_text: str, saved: str, text: str) -> None:
    assert taken_back(given_text, saved.encode()).text == text


def test_what_is_no_utf_8_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"not UTF-8 text, at byte 2 \(0xE9\): the text is as it was"):
        taken_back("", "ab\xe9".encode("latin-1"))
    with pytest.raises(InputError, match="half of a character"):
        as_bytes("ab\ud83d")
