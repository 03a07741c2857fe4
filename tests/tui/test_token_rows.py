"""Tokens laid out: every cell belongs to its token, no character is cut, and more may come."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.logprobs import by_bytes, entry
from workbench.core.json_value import JSON
from workbench.core.token_probabilities import TokenText
from workbench.tui.layout.token_rows import TokenRows


def laid(width: int, *entries: JSON) -> TokenRows:
    tokens = TokenText(entries)
    tokens.finish()
    rows = TokenRows(width)
    rows.show(tokens.units)
    return rows


def texts(rows: TokenRows) -> list[str]:
    return [row.text for row in rows.rows]


def parts(rows: TokenRows, row: int) -> list[tuple[int, str]]:
    """Each piece of a row by its index, with the text that it has there."""
    line, start, out = rows.rows[row], 0, []
    for place, end in enumerate(line.ends, line.first):
        out.append((place, line.text[start:end]))
        start = end
    return out


def test_a_row_says_which_token_each_part_is() -> None:
    rows = laid(12, entry("The"), entry(" quick"), entry(" brown"), entry(" fox"))
    assert texts(rows) == ["The quick ", "brown fox"]
    assert parts(rows, 0) == [(0, "The"), (1, " quick"), (2, " ")]
    assert parts(rows, 1) == [(2, "brown"), (3, " fox")]
    assert [rows.row_of(token) for token in range(4)] == [0, 0, 1, 1], "a token is where its word is"
    assert [rows.cell_of(token) for token in range(4)] == [0, 3, 0, 5]
    assert rows.piece_at(1, 0) == 2
    assert rows.piece_at(1, 99) == 3


def test_line_breaks_are_seen_and_break_the_line() -> None:
    rows = laid(20, entry("a"), entry("\n\n"), entry("b\nc"), entry(""), entry("\r\n"), entry("d"))
    assert texts(rows) == ["a↵", "↵", "b↵", "c∅↵", "d"]
    assert [rows.row_of(token) for token in range(6)] == [0, 0, 2, 3, 3, 4]


def test_a_syllable_in_three_tokens_is_one_piece() -> None:
    rows = laid(20, *by_bytes("한국"), entry("어"))
    assert texts(rows) == ["한국어"]
    assert [(piece.first, piece.end, piece.text) for piece in rows.pieces] == [(0, 3, "한"), (3, 6, "국"), (6, 7, "어")]
    assert [rows.piece_at(0, cell) for cell in range(6)] == [0, 0, 1, 1, 2, 2]


def test_what_a_person_sees_as_one_character_is_one_piece() -> None:
    syllable = unicodedata.normalize("NFD", "한")
    rows = laid(20, *(entry(jamo) for jamo in syllable), entry("👩"), entry("\u200d"), entry("👦"), entry("x"))
    assert [piece.text for piece in rows.pieces] == [syllable, "👩\u200d👦", "x"]
    assert [(piece.first, piece.end) for piece in rows.pieces] == [(0, 3), (3, 6), (6, 7)]


def test_what_a_terminal_would_obey_is_shown() -> None:
    rows = laid(40, entry("\x1b]52;c;x\x07"), entry("\u202e"), entry(b"\xff"), entry("[b]"))
    assert texts(rows) == ["␛]52;c;x␇‹U+202E›�[b]"]


@settings(max_examples=60)
@given(st.lists(st.text("a \n한é👦\u0301", max_size=6), max_size=14), st.integers(2, 12), st.data())
def test_more_may_come(tokens: list[str], width: int, data: st.DataObject) -> None:
    entries: list[JSON] = [entry(token) for token in tokens]
    at = data.draw(st.integers(0, len(tokens)))
    text = TokenText(entries[:at])
    rows = TokenRows(width)
    rows.show(text.units)
    text.add(entries[at:])
    rows.show(text.units)
    once = laid(width, *entries)
    assert rows.rows == once.rows
    assert rows.pieces == once.pieces
    for index, row in enumerate(rows.rows):
        assert cell_len(row.text) <= max(width, 2) + 1, "a space may hang one cell past the end"
        assert "".join(part for _, part in parts(rows, index)) == row.text
    for token in range(len(tokens)):
        piece = rows.piece_of(token)
        assert rows.pieces[piece].first <= token < rows.pieces[piece].end
        assert piece in [place for place, _ in parts(rows, rows.row_of(token))]


def test_what_is_found_may_go_over_tokens() -> None:
    rows = laid(20, entry("오늘 "), entry("점"), entry("심 "), entry("점심"))
    assert rows.matches(re.compile("점심")) == [(1, 2), (3, 3)]
    assert rows.matches(re.compile("")) == []
