"""Every state is told apart without colour: by a sign, a word, or a style that stays with NO_COLOR."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.widget import Widget

from tests.support.app import open_bench
from workbench.core.parameters import PARAMETERS
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING, WAITING
from workbench.tui.widgets.choice_line import ChoiceLine, Option
from workbench.tui.widgets.column_bands import ColumnHeads
from workbench.tui.widgets.column_text import ColumnText
from workbench.tui.widgets.draft_bar import bar_pieces
from workbench.tui.widgets.draft_tab import DraftTab, Mark
from workbench.tui.widgets.header import HeaderState, RunState, header_pieces
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import Kind, Notice
from workbench.tui.widgets.output_views import VIEWS, titles
from workbench.tui.widgets.parameter_rows import GivenValue, Row, columns_for, row_pieces
from workbench.tui.widgets.pick_list import Choice, PickList
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.tab_line import TabLine
from workbench.tui.widgets.tokens_view import TokensView

STYLES: dict[type[Widget], tuple[str, ...]] = {
    TokensView: ("row--sure", "row--likely", "row--doubtful", "row--unlikely"),
    StreamView: ("stream-view--dim", "stream-view--match", "stream-view--match-current"),
    ColumnText: ("stream-view--dim", "stream-view--added", "stream-view--removed"),
    ColumnHeads: ("band--plain", "band--gone", "band--came", "band--title-current"),
    KeyLine: ("keys--off", "keys--key"),
}


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield from (kind() for kind in STYLES if kind is not KeyLine)
        yield ChoiceLine((Option("a", "a"), Option("b", "b")), "a")
        yield TabLine(("a", "b"))
        yield PickList((Choice("a", "a"), Choice("b", "b")), highlighted=0)
        yield KeyLine()


def without_colour(style: Style) -> tuple[object, ...]:
    return style.bold, style.italic, style.underline, style.strike, style.reverse


def _all_differ(told: list[object]) -> bool:
    return len(set(told)) == len(told)


def test_states_have_signs_of_their_own() -> None:
    def text(pieces: list[object]) -> str:
        return "".join(getattr(piece, "text", "") for piece in pieces)

    kinds = get_args(Kind)
    assert _all_differ([Notice("x", kind).line for kind in kinds])
    states = [HeaderState(state=state) for state in get_args(RunState)]
    signs = [text([*header_pieces(state, 80)]).split("unnamed")[1].split()[0] for state in states]
    assert _all_differ([*signs])
    tabs = [DraftTab("x", mark=mark) for mark in get_args(Mark)] + [DraftTab("x", changed=True)]
    assert _all_differ([text([*bar_pieces([tab], front, 0, 40)[0]]) for tab in tabs for front in (0, 1)])
    assert _all_differ([COMPLETE, FAILED, STOPPED, STREAMING, WAITING])
    one = next(each for each in PARAMETERS if each.name == "temperature")
    rows = (
        Row(one),
        Row(one, True, "1", 1.0),
        Row(one, reason="not taken"),
        Row(one, given=GivenValue(1, "persona x")),
    )
    assert _all_differ([text([*row_pieces(row, columns_for(60), selected=at)]) for row in rows for at in (True, False)])
    assert _all_differ([titles(view, 80) for view in VIEWS])


async def test_where_there_is_no_sign_a_style_stays_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host()
    async with app.run_test() as pilot:
        assert app.no_color
        for kind, names in STYLES.items():
            widget = app.query(kind).first()
            styles: list[object] = [without_colour(widget.get_component_rich_style(name)) for name in names]
            assert _all_differ(styles), (kind, dict(zip(names, styles, strict=True)))
        line = app.query_one(ChoiceLine)
        before = [(span.style, part) for part in str(line.render()) for span in line.render().spans]
        line.focus()
        await pilot.pause()
        assert "underline" in str([span.style for span in line.render().spans])
        assert "underline" not in str(before)
        assert str(app.query_one(TabLine).render()).startswith("[a]")
        assert app.query_one(PickList).render_line(0).text.startswith("› ")


async def test_the_focused_panel_has_another_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_bench(tmp_path, size=(150, 40)) as bench:
        for panel in ("messages", "parameters", "output"):
            await bench.app.run_action(f"focus_panel('{panel}')", bench.screen)
            await bench.pilot.pause()
            strips = bench.app.screen._compositor.render_strips()
            at = {id: bench.screen.query_one(f"#{id}").region.offset for id in ("messages", "parameters", "output")}
            corners = {id: strips[y].crop(x, x + 1).text for id, (x, y) in at.items()}
            assert corners == {id: "┏" if id == panel else "╭" for id in corners}
