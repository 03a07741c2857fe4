"""The compare screen as a whole, on the practice model: from ctrl+t to the verdict, and what is done with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.app import Bench, open_bench
from workbench.core.events import State
from workbench.tui.palette import WorkbenchCommands
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.screens.compare_setup import CompareSetup
from workbench.tui.screens.judge_blind import JudgeBlind
from workbench.tui.screens.reading import ReadingScreen
from workbench.tui.screens.workbench import WorkbenchScreen
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.column_text import ColumnText
from workbench.tui.widgets.compare_columns import CompareColumns
from workbench.tui.widgets.figures_view import FiguresView
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.stream_view import StreamView
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
        if model == "practice":
            bench.let_it_run_on()
        await bench.type(text)
        await bench.press("ctrl+t")
        await bench.until(lambda: isinstance(bench.app.screen, CompareSetup))
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        yield bench


async def ended(bench: Bench) -> CompareScreen:
    screen = screen_of(bench)
    await bench.until(lambda: not screen.desk.running and screen.desk.state is not None, 40)

    def is_told() -> bool:
        """The last verdict is shown, which has all answers."""
        found, noise = screen.desk.verdict, screen.query_one(VerdictBar).noise
        whole = found is not None and all(each.runs == repeats for each in found.findings.spreads)
        return whole and found is not None and noise.words == found.words and "complete" in said(bench)

    repeats = screen.desk.experiment.repeats * screen.desk.experiment.case_count
    await bench.until(is_told, 40)
    return screen


SIZES = [(80, 24), (200, 50), (30, 8)]


async def test_from_ctrl_t_to_a_verdict_and_what_is_done_with_it(tmp_path: Path) -> None:
    async with comparing(tmp_path) as bench:
        screen = await ended(bench)
        complete(bench)
        palette(screen)
        await differences_and_figures(bench)
        await judge(bench)
        await export(bench)
        await link(bench)
        await again(bench)
        await sizes(bench)
        text = screen.desk.cell_view(0).text
        await bench.press("a")
        await bench.until(lambda: isinstance(bench.app.screen, WorkbenchScreen))
        await bench.until(lambda: any(each.content == text for each in bench.screen.messages.messages))


def complete(bench: Bench) -> None:
    """Four columns have all their answers, and the words under them are the verdict's."""
    screen = screen_of(bench)
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


def palette(screen: CompareScreen) -> None:
    """Everything that a key does here is in the palette too."""
    runnable = WorkbenchCommands(screen)._runnable()
    assert {command.scope for command, _ in runnable} == {"app", "compare", "columns"}
    for command, node in runnable:
        assert hasattr(node, f"action_{command.action.partition('(')[0]}"), command.id


async def differences_and_figures(bench: Bench) -> None:
    screen = screen_of(bench)
    columns, figures = screen.query_one(CompareColumns), screen.query_one(FiguresView)
    await bench.press("right", "d")
    await bench.until(lambda: columns.comparing)
    await bench.press("left", "d", "t")
    await bench.until(lambda: figures.report is not None)
    assert figures.display
    assert not columns.display
    await bench.press("escape")
    await bench.until(lambda: columns.display and not figures.display)


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


async def link(bench: Bench) -> None:
    """A link in an answer is opened after a yes, as on the workbench."""
    opened: list[str] = []
    bench.app.open_url = lambda url, **_: opened.append(url)  # type: ignore[method-assign]
    pane = screen_of(bench).query(ColumnText).first()
    for answer in ("escape", "1"):
        pane.post_message(StreamView.LinkClicked(pane, "https://example.org/[a]"))
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        assert opened == []
        await bench.press(answer)
        await bench.until(lambda: bench.app.screen is screen_of(bench))
    await bench.until(lambda: opened == ["https://example.org/[a]"])


async def again(bench: Bench) -> None:
    """A repeat more of every column, one cell once more, none that failed."""
    desk = screen_of(bench).desk
    total, judged = desk.total, len(desk.judging.judgements)
    await bench.press("plus")
    await bench.until(lambda: desk.total == total + 4 and not desk.running)
    sent = desk.spent.requests
    await bench.press("r")
    await bench.until(lambda: desk.spent.requests == sent + 1 and not desk.running)
    assert len(desk.judging.judgements) == judged - 1  # what was picked was another answer
    await bench.press("R")
    assert said(bench) == "none failed"
    await bench.press("ctrl+j")
    assert said(bench).startswith("everything was sent")


async def sizes(bench: Bench) -> None:
    """Every line is there at each size, and none is wider than the screen."""
    screen = screen_of(bench)
    for width, height in SIZES:
        await bench.pilot.resize_terminal(width, height)
        await bench.pilot.pause()
        rows = [strip.text for strip in screen._compositor.render_strips()]
        assert len(rows) == height
        if width < 40:
            assert rows[0].startswith("needs 40 x 12")
        else:
            assert rows[0].startswith(" compare")
            assert "complete 16/16" in rows[0]
            assert any("The variety" in row or "The content" in row or "every answer" in row for row in rows)
    await bench.pilot.resize_terminal(120, 40)
    # In a terminal too small for anything the focus was lost: the keys are the columns' again.
    await bench.until(lambda: isinstance(bench.app.focused, CompareColumns))


async def test_stopping_going_on_and_leaving(tmp_path: Path) -> None:
    async with comparing(tmp_path, model="practice") as bench:
        screen = screen_of(bench)
        desk = screen.desk
        await bench.until(lambda: any("◐" in head.dots for head in desk.heads()))
        await bench.press("X")
        await bench.until(lambda: not desk.running, 1.0)
        assert desk.state is not None
        assert desk.state.value == "stopped"
        await bench.until(lambda: "^J sends what is left" in said(bench))
        sent = desk.spent.requests
        await bench.press("ctrl+j")
        await bench.until(lambda: desk.running and desk.spent.requests > sent)
        await leave(bench, "escape", "enter")
        await bench.until(lambda: bench.app.screen is screen)
        await bench.until(lambda: desk.running)
        await leave(bench, "p", "1")
        await bench.until(lambda: isinstance(bench.app.screen, WorkbenchScreen), 2.0)
        assert not desk.running
        assert bench.services.database.flush(10)
        assert bench.services.experiments.recent(1)[0].state is not None
        await bench.until(lambda: bench.screen.desk.prompt.parameters.get("temperature") == 0)
        assert bench.screen.messages.messages[0].content == "Write about rain."


async def leave(bench: Bench, key: str, answer: str) -> None:
    """Press a key that leaves while it runs, and answer the question."""
    await bench.press(key)
    await bench.until(lambda: isinstance(bench.app.screen, Chooser))
    await bench.press(answer)
