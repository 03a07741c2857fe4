from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME, PARAMETERS
from workbench.tui.widgets.drawing import width_of
from workbench.tui.widgets.parameter_rows import (
    GivenValue,
    bar_fraction,
    bar_pieces,
    columns_for,
    place_at,
    row_of,
    row_pieces,
)

NO_VALUES: dict[str, JSON] = {}


def text_of(name: str, values: dict[str, JSON], width: int, reason: str = "", problem: str = "") -> str:
    row = row_of(BY_NAME[name], values, reason, problem)
    return "".join(piece.text for piece in row_pieces(row, columns_for(width)))


@given(st.integers(0, 140))
@settings(max_examples=60)
def test_no_row_is_wider_than_the_panel(width: int) -> None:
    columns = columns_for(max(1, width))
    values: dict[str, JSON] = {p.name: "가" * 60 for p in PARAMETERS}
    for parameter in PARAMETERS:
        for row in (
            row_of(parameter, NO_VALUES),
            row_of(parameter, values),
            row_of(parameter, values, reason="no " * 50),
            row_of(parameter, {parameter.name: parameter.default}),
        ):
            # Below ten cells the panel cuts the row itself.
            assert width_of(row_pieces(row, columns)) <= max(width, 12)


def test_states_are_told_by_marks_and_words() -> None:
    assert text_of("temperature", {"temperature": 0.7}, 60).startswith(" ✓ temperature")
    assert "not sent  (default 1)" in text_of("temperature", NO_VALUES, 60)
    assert "not set  (default true)" in text_of("stream", NO_VALUES, 60)
    refused = text_of("logprobs", {"logprobs": True}, 90, reason="refused by gpt-5.5")
    assert refused.startswith(" ! logprobs")
    assert "true" in refused
    assert "refused by gpt-5.5" in refused
    assert "not 9" in text_of("temperature", {"temperature": 9}, 90)
    assert "someone's words" in text_of("temperature", {"temperature": 1}, 90, problem="someone's words")


def test_a_value_of_a_part_is_sent_and_says_where_it_is_from() -> None:
    given = GivenValue(0.3, "persona Editor")
    row = row_of(BY_NAME["temperature"], NO_VALUES, given=given)
    text = "".join(piece.text for piece in row_pieces(row, columns_for(90)))
    assert text.startswith(" ✓ temperature")
    assert "0.3" in text
    assert "from persona Editor" in text
    own = row_of(BY_NAME["temperature"], {"temperature": 1}, given=given)
    assert "Editor" not in "".join(piece.text for piece in row_pieces(own, columns_for(90)))


def test_zero_is_a_value() -> None:
    row = text_of("temperature", {"temperature": 0}, 60)
    assert row.startswith(" ✓ temperature")
    assert "not sent" not in row


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    row = text_of("user", {"user": "a\x1b]52;c;x\x07[/red]\u202eb\nc"}, 90)
    assert "␛]52;c;x␇[/red]‹U+202E›b c" in row


@pytest.mark.parametrize(
    ("width", "bar", "ranged"), [(37, True, False), (57, True, True), (99, True, True), (24, False, False)]
)
def test_bar_and_range_come_with_the_room_for_them(width: int, bar: bool, ranged: bool) -> None:
    row = text_of("temperature", {"temperature": 0.7}, width)
    assert ("●" in row) is bar
    assert ("0 … 2" in row) is ranged
    assert "0.7" in row


def test_the_bar_is_filled_from_zero() -> None:
    penalty = BY_NAME["frequency_penalty"]
    assert "".join(piece.text for piece in bar_pieces(penalty, 1, 9)) == "────━━●──"
    assert "".join(piece.text for piece in bar_pieces(penalty, -1, 9)) == "──●━━────"
    assert "".join(piece.text for piece in bar_pieces(BY_NAME["temperature"], 2, 9)) == "━━━━━━━━●"


def test_the_mouse_finds_the_parts() -> None:
    columns = columns_for(60)
    sent, unsent = row_of(BY_NAME["temperature"], {"temperature": 1}), row_of(BY_NAME["temperature"], NO_VALUES)
    assert place_at(1, sent, columns) == "mark"
    assert place_at(5, sent, columns) == "name"
    assert place_at(columns.value_x, sent, columns) == "value"
    assert place_at(columns.bar_x, sent, columns) == "bar"
    assert place_at(columns.bar_x, unsent, columns) == "value"
    assert bar_fraction(columns.bar_x, columns) == 0
    assert bar_fraction(columns.bar_x + columns.bar - 1, columns) == 1
    assert bar_fraction(0, columns) == 0
    assert bar_fraction(500, columns) == 1
