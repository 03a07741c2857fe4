"""The compare screen as a whole, on the practice model: from ctrl+t to the verdict, and what is done with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.app import Bench, open_bench
from workbench.core.events import State
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.screens.compare_setup import CompareSetup
from workbench.tui.screens.judge_blind import JudgeBlind
from workbench.tui.screens.reading import ReadingScreen
from workbench.tui.screens.workbench import WorkbenchScreen
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.compare_columns import CompareColumns
from workbench.tui.widgets.figures_view import FiguresView
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.verdict_bar import VerdictBar


def screen_of(bench: Bench) -> CompareScreen:
    found = next((each for each in bench.app.screen_stack if isinstance(each, CompareScreen)), None)
    assert found is not None
    return found


def said(bench: Bench) -> str:
    notice = screen_of(bench).query_one(NoticeBar).notice
    return notice.text if notice is not None else ""


@asynccontextmanager
async def comparing(
    home: Path, *, size: tuple[int, int] = (120, 40), text: str = "Write about rain.", model: str = "practice-fast"
) -> AsyncIterator[Bench]:
    """The compare screen, just opened from the workbench with what the gate proposes."""
    async with open_bench(home, size=size, model=model) as bench:
        await bench.type(text)
        await bench.press("ctrl+t")
        await bench.until(lambda: isinstance(bench.app.screen, CompareSetup))
        gate = bench.app.screen
        assert isinstance(gate, CompareSetup)
        await bench.pilot.pause(0.2)
        for _ in range(200):
            await bench.press("enter")
            await bench.pilot.pause(0.05)
            if isinstance(bench.app.screen, CompareScreen):
                break
        yield bench


async def ended(bench: Bench) -> CompareScreen:
    screen = screen_of(bench)
    await bench.until(lambda: not screen.desk.running and screen.desk.state is not None, 40)
    await bench.until(lambda: screen.desk.verdict is not None)
    await bench.pilot.pause(0.3)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_ctrl_t_enter_and_four_columns_are_complete(tmp_path: Path, size: tuple[int, int]) -> None:
    async with comparing(tmp_path, size=size) as bench:
        screen = await ended(bench)
        desk = screen.desk
        assert len(desk.labels) == 4
        assert desk.state is not None
        assert desk.state.value == "complete"
        heads = desk.heads()
        assert all(set(head.dots) == {"●"} for head in heads)
        assert heads[0].aggregate == "all the same"
        noise = screen.query_one(VerdictBar).noise
        assert desk.verdict is not None
        assert noise.words == desk.verdict.words
        assert noise.within[0] == 0.0
        assert "complete" in said(bench)
        report = desk.report_of(desk.shown_cell(0))
        assert report is not None
        assert report.state == State.COMPLETE
        assert report.text == desk.cell_view(0).text != ""


async def test_differences_figures_judging_and_export(tmp_path: Path) -> None:
    async with comparing(tmp_path) as bench:
        screen = await ended(bench)
        await bench.press("right", "d")
        columns = screen.query_one(CompareColumns)
        await bench.until(lambda: columns.comparing)
        await bench.press("t")
        figures = screen.query_one(FiguresView)
        await bench.until(lambda: figures.report is not None)
        assert figures.display
        assert not columns.display
        await bench.press("escape")
        await bench.until(lambda: columns.display)
        await judge(bench)
        await export(bench)


async def judge(bench: Bench) -> None:
    """Judge a round with a note, skip one, end; then look at the result."""
    screen = screen_of(bench)
    await bench.press("j")
    await bench.until(lambda: isinstance(bench.app.screen, JudgeBlind))
    modal = bench.app.screen
    assert isinstance(modal, JudgeBlind)
    shown = "\n".join(strip.text for strip in bench.app.screen._compositor.render_strips())
    assert "temperature" not in shown
    await bench.press("n", *"2 good", "enter", "2", "space", "escape")
    await bench.until(lambda: isinstance(bench.app.screen, ReadingScreen))
    first, second = screen.desk.judging.judgements
    assert (first.picked, first.note, second.picked) == (1, "2 good", None)
    await bench.press("escape")
    await bench.until(lambda: bench.app.screen is screen)
    assert bench.services.database.flush(10)
    kept = bench.services.experiments.get(bench.services.experiments.recent(1)[0].id)
    assert kept is not None
    assert kept.judgements == (first, second)


async def export(bench: Bench) -> None:
    await bench.press("e")
    await bench.until(lambda: isinstance(bench.app.screen, Chooser))
    await bench.press("4")
    await bench.until(lambda: said(bench).startswith("saved "))
    path = Path(said(bench).removeprefix("saved "))
    text = await asyncio.to_thread(path.read_text, "utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == screen_of(bench).desk.total
    assert [line["judged"] for line in lines].count(True) >= 1


async def test_stop_all_then_go_on(tmp_path: Path) -> None:
    async with comparing(tmp_path, model="practice") as bench:
        screen = screen_of(bench)
        await bench.until(lambda: any("◐" in head.dots for head in screen.desk.heads()))
        await bench.press("X")
        await bench.until(lambda: not screen.desk.running, 1.0)
        assert screen.desk.state is not None
        assert screen.desk.state.value == "stopped"
        await bench.until(lambda: "^J sends what is left" in said(bench))
        sent = screen.desk.spent.requests
        await bench.press("ctrl+j")
        await bench.until(lambda: screen.desk.running and screen.desk.spent.requests > sent)
        await bench.press("X")
        await bench.until(lambda: not screen.desk.running, 1.0)


async def test_leaving_asks_while_it_runs(tmp_path: Path) -> None:
    async with comparing(tmp_path, model="practice") as bench:
        screen = screen_of(bench)
        await bench.until(lambda: screen.desk.spent.requests > 0)
        await bench.press("escape")
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("enter")
        await bench.until(lambda: bench.app.screen is screen)
        await bench.until(lambda: screen.desk.running)
        await bench.press("escape")
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("1")
        await bench.until(lambda: isinstance(bench.app.screen, WorkbenchScreen), 2.0)
        assert not screen.desk.running
        assert bench.services.database.flush(10)
        assert bench.services.experiments.recent(1)[0].state is not None


async def test_a_setting_and_an_answer_are_taken(tmp_path: Path) -> None:
    async with comparing(tmp_path) as bench:
        screen = await ended(bench)
        await bench.press("right", "p")
        await bench.until(lambda: isinstance(bench.app.screen, WorkbenchScreen))
        assert bench.screen.desk.prompt.parameters.get("temperature") == screen.desk.experiment.axes[0].values[1]
        assert bench.screen.messages.messages[0].content == "Write about rain."


async def test_an_answer_becomes_a_message(tmp_path: Path) -> None:
    async with comparing(tmp_path) as bench:
        screen = await ended(bench)
        text = screen.desk.cell_view(0).text
        await bench.press("a")
        await bench.until(lambda: isinstance(bench.app.screen, WorkbenchScreen))
        await bench.until(lambda: any(each.content == text for each in bench.screen.messages.messages))


async def test_one_again_another_repeat_and_the_palette(tmp_path: Path) -> None:
    async with comparing(tmp_path) as bench:
        screen = await ended(bench)
        total = screen.desk.total
        await bench.press("plus")
        await bench.until(lambda: screen.desk.total == total + 4 and not screen.desk.running)
        sent = screen.desk.spent.requests
        await bench.press("r")
        await bench.until(lambda: screen.desk.spent.requests == sent + 1 and not screen.desk.running)
        await bench.press("R")
        assert said(bench) == "none failed"
        assert set(screen.command_nodes()) == {"app", "compare", "columns"}
