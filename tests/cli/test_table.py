"""Columns of wide and narrow characters, and what a name may not do to the terminal."""

from __future__ import annotations

import unicodedata

import pytest

from workbench.cli.table import one_row, table, width


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("한글", 4), (unicodedata.normalize("NFD", "한글"), 4), ("é", 1), ("e\u0301", 1), ("ｆ", 2), ("", 0)],
)
def test_the_width_of_a_text(text: str, cells: int) -> None:
    assert width(text) == cells


def test_columns_stand_under_each_other() -> None:
    lines = table(("kind", "name", "title"), [("prompt", "요약", "둘"), ("format", "ab", "one")], 80).splitlines()
    assert lines == [
        "kind    name  title",
        "prompt  요약  둘",
        "format  ab    one",
    ]


def test_the_last_column_is_cut_to_the_terminal() -> None:
    for text, shown in (("a" * 50, "a" * 40 + "…"), ("가" * 50, "가" * 20 + "…"), ("a" * 41, "a" * 41)):
        assert table(("a", "b"), [("x", text)], 44).splitlines()[1] == f"x  {shown}"


def test_the_last_column_keeps_room_to_say_something() -> None:
    told = "line 1: kind: is missing: write kind: prompt"
    line = table(("a", "b"), [("x" * 30, told)], 40).splitlines()[1]
    assert line == f"{'x' * 30}  {told[:39]}…"


def test_another_program_gets_tabs_and_all_of_it() -> None:
    assert table(("a", "b"), [("x\ty", "l1\nl2"), ("", "z" * 300)], None) == f"x y\tl1 l2\n\t{'z' * 300}\n"


def test_nothing_in_a_row_is_obeyed() -> None:
    assert one_row("a\x1b]52;c;aGk=\x07\u202eb\r\nc") == "a␛]52;c;aGk=␇‹U+202E›b c"
