"""Measures of a line: the same characters and the same row ends, in a message and in an answer."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.tui.graphemes import clusters
from workbench.tui.layout.lines import Line
from workbench.tui.layout.wrap import Wrapper
from workbench.tui.line_cells import measure, wrap

PIECES = [
    "a",
    "7",
    "한",
    "日",
    "、",
    "「",
    "」",
    "é",
    "e\u0301",
    "❤️",
    "👨\u200d👩\u200d👧",
    "🇰🇷",
    "👍🏽",
    "1️⃣",
    "\u1112\u1161\u11ab",
]
UNSPACED = st.lists(
    st.sampled_from(["日", "本", "ア", "、", "「", "」", "👍🏽", "🇰🇷", "👨\u200d👩\u200d👧"]), max_size=40
).map("".join)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_a_line_is_measured_by_its_characters(line: str) -> None:
    measured = measure(line)
    assert [line[start:end] for start, end in pairwise(measured.bounds)] == list(clusters(line))
    assert [after - before for before, after in pairwise(measured.cells)] == [cell_len(c) for c in clusters(line)]


@given(UNSPACED, st.integers(6, 30))
def test_an_answer_and_a_message_end_their_rows_alike(line: str, width: int) -> None:
    rows: list[Line] = []
    Wrapper(rows, width).push_line(line)
    starts = [0, *wrap(line, measure(line), width), len(line)]
    assert [row.text for row in rows] == [line[start:end] for start, end in pairwise(starts)]


def test_a_place_inside_a_character_is_moved_to_its_ends() -> None:
    measured = measure("a👍🏽b")
    assert [measured.start_at(index) for index in range(5)] == [0, 1, 1, 3, 4]
    assert [measured.end_at(index) for index in range(5)] == [0, 1, 3, 3, 4]
