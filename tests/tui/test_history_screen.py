"""The history screen: found as one types, opened as it was, and nothing jumps when more comes."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from tests.support.app import open_bench
from tests.support.storage import a_prompt, a_request, an_outcome
from workbench.adapters.history_rows import RunSummary
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.past_runs import PastRuns
from workbench.tui.display import install
from workbench.tui.history_words import Marks, row_pieces, texts
from workbench.tui.screens.history import HistoryScreen
from workbench.tui.screens.history_finding import FindingScreen, Taken
from workbench.tui.screens.open_history import OpenHistory
from workbench.tui.widgets.drawing import width_of
from workbench.tui.widgets.history_list import HistoryList
from workbench.tui.widgets.run_preview import RunPreview

FIRST = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_run(number: int, begins: str = "안녕 hello") -> RunSummary:
    at = FIRST + timedelta(minutes=number)
    return RunSummary(
        f"20261120-{number:06}", at, at, State.COMPLETE, "tui", "인사", "", "openai", "api.example", "m-1", "",
        {"temperature": 0.5}, 1, "", 5, 0, 5, 0, 10, 0.01, 0.1, 0.1, 1.0, None, begins, "", "", False,
    )  # fmt: skip


class Host(App[None]):
    CSS = "HistoryList { height: 10; }"

    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.list = HistoryList()
        self.wanted = 0

    def compose(self) -> ComposeResult:
        yield self.list

    def on_history_list_more_wanted(self) -> None:
        self.wanted += 1


async def test_what_comes_above_moves_nothing() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        rows = app.list
        rows.set_rows([a_run(number) for number in range(300, 0, -1)])
        rows.go(30)
        await pilot.pause()
        before, top = rows.current, rows.scroll_offset.y
        rows.put_above([a_run(number) for number in range(303, 300, -1)])
        await pilot.pause()
        assert rows.current is before
        assert rows.scroll_offset.y == top + 3
        rows.renew({before.id: a_run(270, "other")} if before is not None else {})
        assert rows.current == a_run(270, "other")
        asked = app.wanted
        rows.action_last()
        await pilot.pause()
        assert app.wanted > asked


def test_a_row_fits_at_every_width() -> None:
    for width in (20, 40, 57, 80, 110, 190):
        pieces = row_pieces(a_run(1, "한글 " * 100), Marks(marked=True), width, date(2026, 11, 21))
        assert width_of(pieces[:-1]) <= max(width, 30)
        assert "20 Nov" in "".join(piece.text for piece in pieces)


async def test_a_search_that_ends_after_the_screen_was_left_shows_nothing() -> None:
    app = SimpleNamespace(screen_stack=list[Any]())
    screen: Any = SimpleNamespace(app=app)
    with pytest.raises(asyncio.CancelledError):  # or else it looked for what is gone, and the program ended
        await FindingScreen._aside(screen, len, "found")
    app.screen_stack.append(screen)
    assert await FindingScreen._aside(screen, len, "found") == 5


async def test_a_run_is_found_and_opened_as_it_was(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        words = Prompt(
            messages=(Message(Role.USER, "어제의 {{what}}"),),
            parameters=ParameterValues({"max_completion_tokens": 6}),
            variables=(Variable("what", value="질문"),),
        )
        bench.app.desk.edit(words)
        bench.screen.moved()
        await bench.run_to_end()
        answer = bench.screen.output.answer_source
        connection = bench.services.connection(None)
        for number in range(3):
            record = await bench.services.history.begin(
                prompt=a_prompt(f"other {number}"), request=a_request(), connection=connection
            )
            await record.end(an_outcome(f"another answer {number}"))
        await bench.press("ctrl+r")
        await bench.until(lambda: isinstance(bench.app.screen, HistoryScreen) and bench.app.screen.list.rows)
        screen = bench.app.screen
        assert isinstance(screen, HistoryScreen)
        assert len(screen.list.rows) == 4
        await bench.press("tab")
        assert "/ to the search" in str(screen.query_one(".box").border_subtitle)
        await bench.press("down", "s", "d")
        await bench.until(lambda: len(screen.list.deleted_ids) == 1)
        screen.query_one(Input).focus()
        screen.query_one(Input).value = "질"
        await bench.until(lambda: len(screen.list.rows) == 1)
        await bench.until(lambda: "질문" in screen.query_one(RunPreview)._view.source)
        await bench.press("enter")
        await bench.until(lambda: bench.app.screen is bench.screen and bench.screen.output.outcome is not None)
        assert bench.app.desk.prompt == words
        assert bench.screen.output.answer_source == answer
        await bench.until(lambda: _count(bench.services) == 3)
        await bench.press("ctrl+g")
        await bench.until(lambda: _count(bench.services) == 4)
        newest = PastRuns(bench.services).named("last")
        assert newest.prompt == words


@pytest.mark.parametrize(("host", "sent"), [("api.example", 1), ("elsewhere.example", 0), (None, 0)])
async def test_run_again_sends_at_once_only_where_it_went_before(host: str | None, sent: int) -> None:
    run, told, asked = a_run(1), [], []

    def connection(name: str, model: str) -> object:
        if host is None:
            raise InputError(f"there is no connection {name}")
        return SimpleNamespace(name=name, host=host)

    async def put(prompt: Prompt, source: object) -> Any:
        return SimpleNamespace(desk=SimpleNamespace(connection=SimpleNamespace(name="practice")), said="")

    stored = SimpleNamespace(summary=run, prompt=Prompt())
    room = SimpleNamespace(show_run=lambda stored: None, running=SimpleNamespace(again=lambda: asked.append(1)))
    services: Any = SimpleNamespace(history=SimpleNamespace(get=lambda id: stored), connection=connection)
    stubs: Any = {
        "ask": None,
        "compare": None,
        "show": None,
        "changed": lambda desk: None,
        "room_of": lambda desk: room,
    }
    opening = OpenHistory(services, say=lambda text, kind: told.append((text, kind)), put=put, **stubs)
    await opening._open(Taken((run.id,), again=True))
    assert len(asked) == sent
    [(text, kind)] = told
    assert (kind, "is not sent yet" in text) == (("success", False) if sent else ("warning", True))


def _count(services: object) -> int:
    from workbench.services import Services

    assert isinstance(services, Services)
    with services.database.read() as connection:
        return int(connection.execute("SELECT count(*) FROM runs WHERE state IS NOT NULL").fetchone()[0])


def test_a_preview_reads_the_first_megabyte(tmp_path: Path) -> None:
    from tests.support.storage import paths_in
    from workbench.adapters.database import Database
    from workbench.adapters.history_preview import FIRST as MOST
    from workbench.adapters.history_preview import more_of, preview

    database = Database.open(paths_in(tmp_path))
    database.write_now("INSERT INTO bodies (run, prompt, request) VALUES (?, ?, ?)", ("x", '{"messages": []}', "{}"))
    long = "한" * (MOST + 10)
    database.write_now("INSERT INTO answers VALUES ('x', 0, 'stop', ?, '', '', '[]', NULL)", (long,))
    read = preview(database, "x")
    database.close()
    assert read is not None
    assert (len(read.answers[0].text), read.answers[0].length) == (MOST, MOST + 10)
    assert "the first of" in texts(read)
    assert more_of(database, "x", 0, MOST) == "한" * 10
    assert preview(database, "y") is None
