from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from workbench.tui.widgets.drawing import Piece, fitted, padded, strip_of, width_of, wrapped, wrapped_pieces

TEXTS = st.text(alphabet=st.sampled_from("ab 가나\u0301👩\x1b[/]\n\t"), max_size=40)


@given(TEXTS, st.integers(0, 30))
@settings(max_examples=60)
def test_fitted_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    piece = fitted(text, width)
    assert cell_len(piece.text) == width
    assert "\x1b" not in piece.text
    assert "\n" not in piece.text


@given(st.lists(TEXTS, max_size=4), st.integers(0, 30))
@settings(max_examples=60)
def test_padded_and_strip_fill_the_width(texts: list[str], width: int) -> None:
    pieces = [fitted(text, cell_len(text.replace("\x1b", "?"))) for text in texts]
    assert width_of(padded(pieces, width)) == width
    strip = strip_of(pieces, width, lambda name: Style())
    assert sum(cell_len(segment.text) for segment in strip) == width


def test_a_wide_character_is_never_halved() -> None:
    strip = strip_of([Piece("가나다")], 5, lambda name: Style())
    assert strip.text == "가나 "


def test_wrapped_breaks_at_spaces_and_says_that_there_is_more() -> None:
    assert wrapped("one two three four", 9, 2) == ["one two", "three fo…"]
    assert wrapped("one two", 9, 2) == ["one two"]
    assert wrapped("정부가 이르면 내년부터 점심을", 14, 2) == ["정부가 이르면", "내년부터 점심…"]
    assert wrapped("anything", 0, 2) == [""]
    assert wrapped("anything", 5, 0) == []


def lines_of(pieces: list[Piece], width: int, lines: int) -> list[str]:
    found = wrapped_pieces(pieces, width, lines)
    assert all(width_of(line) <= width for line in found)
    return ["".join(piece.text for piece in line) for line in found]


def test_pieces_are_wrapped_at_spaces_and_keep_their_styles() -> None:
    pieces = [
        Piece("messages[0] in "),
        Piece("-two", "gone"),
        Piece(" "),
        Piece("+three little", "came"),
        Piece(" words"),
    ]
    assert lines_of(pieces, 18, 3) == ["messages[0] in", "-two +three little", "words"]
    assert [(p.text.strip(), p.style) for p in wrapped_pieces(pieces, 18, 3)[1] if p.text.strip()] == [
        ("-two", "gone"),
        ("+three", "came"),
        ("little", "came"),
    ]
    assert lines_of(pieces, 18, 2) == ["messages[0] in", "-two +three litt…"]
    assert lines_of([Piece("한글로 쓴 아주긴낱말하나")], 8, 3) == ["한글로", "쓴", "아주긴…"]
    assert wrapped_pieces([], 9, 3) == []
    assert wrapped_pieces([Piece("한")], 1, 3) == []
