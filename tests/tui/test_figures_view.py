"""The figures of a comparison: every number of the report is there, at any width, and nothing a terminal obeys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.core.reports import HOSTILE, KOREAN, outcome, report
from workbench.core.axes import Axis
from workbench.core.compare.pairs import Comparison
from workbench.core.experiment_report import ExperimentReport
from workbench.core.judging import Judgement
from workbench.tui.figures_lines import figures_lines
from workbench.tui.widgets.drawing import width_of
from workbench.tui.widgets.figures_view import WAITING, FiguresView

PAIRS = (Comparison(0, 1, 0.44, 0.03, 0.01), Comparison(0, 2, None, None, None), Comparison(1, 2, 0.2, 0.4, 0.01))


def a_report() -> ExperimentReport:
    columns = [
        [outcome(KOREAN, tokens=10), outcome(KOREAN, tokens=20)],
        [outcome("a b c", tokens=40), outcome("a b d", tokens=60)],
        [outcome("x", tokens=100)],
    ]
    return report(columns)


def text(made: ExperimentReport, width: int) -> str:
    lines = figures_lines(made, PAIRS, width)
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def test_the_table_the_pairs_and_the_charts() -> None:
    shown = text(a_report(), 110)
    row = next(line for line in shown.splitlines() if line.startswith("temperature 0.5"))
    assert row.split() == ["temperature", "0.5", "2", "2", "0", "%", "0.33", "120", "$0.0020"]
    assert "1 of 2" in shown
    assert "temperature 0.0 and temperature 0.5   0.44  p = 0.03     differs" in shown.replace("  differs", "  differs")
    assert "—" in next(line for line in shown.splitlines() if "temperature 0.0 and temperature 1.0" in line)
    for title in ("distance within", "tokens of an answer", "time of an answer", "cost of an answer"):
        assert title in shown


def test_a_row_of_a_chart_has_the_range_the_mean_and_its_number() -> None:
    shown = text(a_report(), 60).split("tokens of an answer")[1].split("time of")[0].strip("\n").splitlines()
    first, second, third, scale, *_ = shown
    assert (first.split()[-1], second.split()[-1], third.split()[-1]) == ("15", "50", "100")
    assert first.index("●") < second.index("●") < third.index("●")
    assert "├" in first
    assert "┤" in second
    assert "├" not in third
    assert scale.split() == ["0", "100"]


def test_judgements_are_told_with_their_interval() -> None:
    shown = text(replace(a_report(), judgements=(Judgement(0, 0, ((1,), (0,)), 0, "clearer"),)), 100)
    assert "judged blind" in shown
    assert "100 %  21 % to 100 %" in shown
    assert "repeat 1: clearer" in shown


@pytest.mark.parametrize("width", [20, 38, 78, 129, 130, 196])
def test_nothing_is_wider_than_its_place(width: int) -> None:
    hostile = report([[HOSTILE, "a"], ["b", "c"]], axis=Axis("messages[0]", (HOSTILE, "말" * 40)))
    for made in (a_report(), hostile):
        for line in figures_lines(made, PAIRS[:1], width):
            assert width_of(line) <= max(width, 44)
            assert all(piece.text.isprintable() for piece in line)


def test_nothing_came() -> None:
    lines = figures_lines(report([[], ["a"]]), (), 80)
    assert any("0 of 1" in piece.text for line in lines for piece in line)


async def test_the_view_waits_then_shows_and_keeps_its_place() -> None:
    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield FiguresView()

    async with Host().run_test(size=(80, 14)) as pilot:
        view = pilot.app.query_one(FiguresView)
        assert WAITING in view.render_line(0).text
        view.show(a_report(), PAIRS)
        await pilot.pause()
        view.focus()
        await pilot.press("pagedown")
        await pilot.wait_for_animation()
        top = view.scroll_offset.y
        assert top > 0
        view.show(a_report(), PAIRS[:2])
        await pilot.pause()
        assert view.scroll_offset.y == top
        await pilot.resize_terminal(140, 14)
        await pilot.pause()
        assert view.virtual_size.height == len(figures_lines(a_report(), PAIRS[:2], view.size.width - 1))
