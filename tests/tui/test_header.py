from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from workbench.tui.widgets.drawing import width_of
from workbench.tui.widgets.header import Header, HeaderState, RunState, header_pieces, part_at

STREAMING = HeaderState("summarise-ko", True, "gpt-5.4-mini", "openai", "streaming", 2.1)


def text(state: HeaderState, width: int) -> str:
    return "".join(piece.text for piece in header_pieces(state, width))


def test_the_line_holds_name_mark_model_connection_and_state() -> None:
    line = text(STREAMING, 120)
    for part in ("workbench", "summarise-ko ● changed", "gpt-5.4-mini @ openai", "▶ streaming 2.1 s"):
        assert part in line


@pytest.mark.parametrize("width", [36, 50, 80, 120])
def test_what_matters_most_stays_when_it_gets_narrow(width: int) -> None:
    line = text(STREAMING, width)
    assert "▶ streaming 2.1 s" in line
    assert "summarise" in line
    assert "●" in line, "the changed mark is never cut away before the name"


@pytest.mark.parametrize("width", [40, 60, 120])
def test_that_nothing_is_saved_is_said_at_any_width(width: int) -> None:
    unsaved = STREAMING._replace(saved=False, name="summarise-korean-news-and-more", model="a-model-of-a-long-name")
    assert text(unsaved, width).startswith(" ! not saved  ")
    assert "▶ streaming 2.1 s" in text(unsaved, width)


@pytest.mark.parametrize("width", [80, 120])
def test_the_state_keeps_its_place_while_the_seconds_grow(width: int) -> None:
    places = {text(STREAMING._replace(seconds=seconds), width).index("▶") for seconds in (0.0, 9.9, 10.0, 99.9, 100.0)}
    assert len(places) == 1


def test_each_state_has_a_symbol_of_its_own() -> None:
    states: tuple[RunState, ...] = get_args(RunState)
    symbols = {text(HeaderState(state=state), 60).split(state)[0].split()[-1] for state in states}
    assert len(symbols) == len(states)


def test_an_unnamed_prompt_is_called_so() -> None:
    assert "unnamed" in text(HeaderState(), 80)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40), st.text(max_size=60), st.integers(1, 200))
@settings(max_examples=60)
def test_any_text_fills_exactly_the_line(name: str, model: str, connection: str, detail: str, width: int) -> None:
    state = HeaderState(name, True, model, connection, "error", 3.0, detail)
    pieces = header_pieces(state, width)
    assert width_of(pieces) <= width
    assert not set("".join(piece.text for piece in pieces)) & set("\x00\x07\n\r\x1b\x7f\x9b\u202e")


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Header()


@pytest.mark.parametrize("size", [(80, 24), (10, 1), (1, 1)])
async def test_it_is_drawn_literally_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        header = app.query_one(Header)
        header.show(HeaderState("[/x]\x1b]0;t\x07", False, "[@click=app.quit]m", "c", "error", None, "authentication"))
        await pilot.pause()
        line = header.render_line(0).text
        assert len(line) >= size[0] - 1
        assert "\x1b" not in line
        if size[0] == 80:
            assert "[/x]␛]0;t␇" in line
            assert "✗ error authentication" in line


def test_the_cells_of_model_and_connection_are_told_apart() -> None:
    pieces = header_pieces(HeaderState(name="p", model="gpt-5.4-mini", connection="연결"), 80)
    line = "".join(piece.text for piece in pieces)
    at = line.index("gpt-5.4-mini")
    assert [part_at(pieces, x) for x in (0, at - 1, at, at + 11, at + 12)] == [None, None, "model", "model", None]
    start = at + len("gpt-5.4-mini @ ")
    assert [part_at(pieces, x) for x in (start, start + 3, start + 4)] == ["connection", "connection", None]
    assert part_at(header_pieces(HeaderState(), 80), 40) is None
