"""Names from outside in a message of ours: one line, and everything in it can be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.visible import escaped


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("temperature", "temperature"),
        ("온도 é", "온도 é"),
        ("a\nb\x1b", "a\\nb\\x1b"),
        ("\u202eb\ud800", "\\u202eb\\ud800"),
    ],
)
def test_what_can_not_be_seen_is_written_out(text: str, seen: str) -> None:
    assert escaped(text) == seen


@given(st.text(st.characters()))
def test_whatever_it_is_it_is_one_line_to_print(text: str) -> None:
    assert escaped(text).isprintable()
