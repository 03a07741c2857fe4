from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.tui.column_names import name_in
from workbench.tui.compare_state import COMPLETE, FAILED, ColumnHead
from workbench.tui.widgets.column_frame import (
    Framed,
    bottom_line,
    dot_at,
    dots_in,
    dots_line,
    footer_in,
    note_lines,
    top_line,
)
from workbench.tui.widgets.drawing import Piece

HOSTILE = "[/b] \x1b]52;c;aGk=\x07\u202e 가나다 👨‍👩‍👧 "
FIGURES = "142 tok  1.2 s  $0.0009"


def framed(
    label: str = "temperature 0.5",
    *,
    width: int = 30,
    dots: tuple[str, ...] = (COMPLETE,) * 3,
    shown: int = 0,
    baseline: bool = False,
    footer: str = FIGURES,
    note: str = "",
    state: str = "complete",
) -> Framed:
    head = ColumnHead(label, dots, shown, "all the same", baseline, footer)
    return Framed(head, width, False, state, footer, note, "")


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_a_column_says_what_differs_its_repeats_and_its_figures() -> None:
    column = framed()
    assert text(top_line(column)) == "╭─ temperature 0.5 ──────────╮"
    assert text(dots_line(column)) == "│ ●●●  all the same          │"
    assert text(bottom_line(column)) == "╰── 142 tok  1.2 s  $0.0009 ─╯"


def test_the_baseline_is_named_in_what_room_there_is() -> None:
    wide, narrow, least = (text(top_line(framed(baseline=True, width=width))) for width in (40, 28, 24))
    assert "temperature 0.5 · baseline" in wide
    assert "temperature 0.5 · base" in narrow
    assert "= temperature 0.5" in least


def test_the_current_column_is_marked_by_more_than_colour() -> None:
    assert "› temperature 0.5" in text(top_line(framed()._replace(current=True)))


def test_the_shown_dot_is_underlined_and_failures_have_another_shape() -> None:
    column = framed(dots=(COMPLETE, FAILED), shown=1)
    assert [piece.style for piece in dots_line(column) if piece.text in (COMPLETE, FAILED)] == [
        "complete",
        "failed-shown",
    ]


def test_more_dots_than_fit_are_counted() -> None:
    column = framed(dots=(COMPLETE,) * 60, shown=40, width=24)
    line = text(dots_line(column))
    assert "41/60" in line
    assert line.count("…") >= 2
    assert cell_len(line) == 24


def test_a_cell_finds_its_dot() -> None:
    column = framed(dots=(COMPLETE,) * 60, shown=40, width=24)
    fit = dots_in(column.head.dots, 40, 24 - 3 - 8)
    assert dot_at(column, 2) is None
    assert dot_at(column, 3) == fit.first
    assert dot_at(framed(), 2) == 0
    assert dot_at(framed(), 4) == 2
    assert dot_at(framed(), 5) is None


def test_figures_move_together_and_what_does_not_fit_goes_below() -> None:
    assert footer_in(FIGURES, 23) == (FIGURES, "")
    assert footer_in(FIGURES, 21) == ("142 tok 1.2 s $0.0009", "")
    assert footer_in(FIGURES, 19) == ("142 t 1.2 s $0.0009", "")
    assert footer_in(f"{FIGURES}  not valid JSON", 19) == ("142 tok 1.2 s", "$0.0009  not valid JSON")


def test_what_does_not_fit_is_a_note_once_the_answer_has_ended() -> None:
    footer = f"{FIGURES}  not valid JSON"
    assert [text(line) for line in note_lines(framed(footer=footer, width=24))] == [
        "│ $0.0009  not valid   │",
        "│ JSON                 │",
    ]
    assert text(bottom_line(framed(footer=footer, width=24))) == "╰────── 142 tok 1.2 s ─╯"
    assert not note_lines(framed(footer=footer, width=24, state="streaming"))


def test_an_error_is_wrapped_under_the_answer() -> None:
    lines = note_lines(framed(note="the host is not there: check the address", width=24, state="error"))
    assert [text(line).strip("│ ") for line in lines] == ["the host is not", "there: check the", "address"]
    assert any(piece.style == "wrong" for piece in lines[0])


def test_a_long_label_keeps_its_end() -> None:
    shown = name_in("persona concise-summariser, temperature 0.5", "", 19)
    assert shown.startswith("persona")
    assert shown.endswith("0.5")
    assert cell_len(shown) <= 19


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (60, 'temperature 0.5 · messages[0] "Write two lines"'),
        (30, '0.5 · "Write two lines"'),
        (20, '0.5 · "Write two li…'),
        (8, '0.5…nes"'),
    ],
)
def test_of_two_axes_the_names_go_first_and_each_value_keeps_a_piece(room: int, shown: str) -> None:
    label, brief = 'temperature 0.5 · messages[0] "Write two lines"', '0.5 · "Write two lines"'
    assert name_in(label, brief, room) == shown


@given(
    st.text(max_size=40) | st.just(HOSTILE * 3),
    st.integers(24, 60),
    st.integers(1, 70),
    st.booleans(),
    st.text(max_size=50),
    st.text(max_size=80),
)
def test_every_line_is_exactly_as_wide_as_the_column(
    label: str, width: int, repeats: int, baseline: bool, footer: str, note: str
) -> None:
    column = framed(label, width=width, dots=(COMPLETE,) * repeats, baseline=baseline, footer=footer, note=note)
    for line in (top_line(column), dots_line(column), bottom_line(column), *note_lines(column)):
        assert cell_len(text(line)) == width
        assert "\x1b" not in text(line)
        assert "\n" not in text(line)
