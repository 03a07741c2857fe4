"""Drafts in tabs on the whole screen: each with its own text, output and run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.app import Bench, open_bench
from tests.test_runner import Endpoint
from tests.test_runner import text as chunk
from workbench.core.errors import RunError
from workbench.core.json_value import JSON
from workbench.core.prompt import Message, Role
from workbench.core.wire import Chunks, Opened, Received
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.draft_bar import DraftBar
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.output_pane import OutputPane
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.variables_panel import VariablesPanel


def bar(bench: Bench) -> str:
    shown = [widget for widget in bench.screen.query(DraftBar) if widget.display]
    return shown[0].render_line(0).text.rstrip() if shown else ""


def text(bench: Bench) -> str:
    return bench.screen.messages.messages[0].content


def answer(bench: Bench) -> str:
    return bench.screen.output.answer_source


def said(bench: Bench) -> str:
    return " / ".join(notice.line for notice in bench.screen.query_one(NoticeBar).past)


async def test_a_run_goes_on_behind_and_is_there_when_one_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.get_running_loop().create_future()
    endpoint = Endpoint(
        [Opened(200, ""), Chunks((chunk("하나 "),)), gate, Chunks((chunk("둘", "stop"),), done=True)],
        [Opened(200, ""), Chunks((chunk("other", "stop"),), done=True)],
    )
    async with open_bench(tmp_path) as bench:
        monkeypatch.setattr(bench.services, "endpoint", lambda _: endpoint)
        assert bar(bench) == ""
        await bench.type("the first 첫째")
        await bench.press("ctrl+j")
        await bench.until(lambda: answer(bench) == "하나 ")
        first = bench.screen.output
        await bench.press("alt+n", *"second", "alt+1", "!", "alt+2", "?")
        assert bar(bench) == " 1 the first 첫째! ● ▶ [2 second? ●] +", "one key after the other, each where it belongs"
        assert bench.screen.messages.editing
        assert (answer(bench), bench.screen.query_one(Header).state.state) == ("", "ready")
        gate.set_result(None)
        await bench.until(lambda: first.outcome)
        await bench.pilot.pause()
        assert bar(bench) == " 1 the first 첫째! ● ✓ [2 second? ●] +"
        await bench.run_to_end()
        assert answer(bench) == "other"
        await bench.press("ctrl+pageup")
        assert bench.screen.output is first
        assert text(bench) == "the first 첫째!"
        assert (answer(bench), bench.screen.query_one(Header).state.state) == ("하나 둘", "complete")
        assert bar(bench) == "[1 the first 첫째! ●] 2 second? ●  +"
    async with open_bench(tmp_path) as bench:
        assert bar(bench) == "[1 the first 첫째! ●] 2 second? ●  +"
        await bench.until(lambda: answer(bench) == "하나 둘")
        assert bench.screen.query_one(Header).state.state == "complete"
        await bench.press("ctrl+n")
        contents = [message.content for message in bench.screen.messages.messages]
        assert contents == ["the first 첫째!", "하나 둘", ""]
        await bench.press("ctrl+pagedown")
        await bench.until(lambda: answer(bench) == "other")
        await bench.press("ctrl+g")
        await bench.until(lambda: len(bench.services.history.recent(10)) == 3)


async def test_many_drafts_share_a_few_panes_and_each_keeps_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(number: int) -> list[Received | RunError | asyncio.Future[None]]:
        thought: JSON = {"choices": [{"index": 0, "delta": {"reasoning_content": f"thought {number}"}}]}
        return [Opened(200, ""), Chunks((thought, chunk(f"answer {number}", "stop")), done=True)]

    endpoint = Endpoint(*(script(number) for number in range(7)))
    async with open_bench(tmp_path) as bench:
        monkeypatch.setattr(bench.services, "endpoint", lambda _: endpoint)
        for number in range(7):
            if number:
                await bench.press("alt+n")
            await bench.type(f"draft {number}")
            await bench.run_to_end()
        bench.screen.output.show("Timing")
        assert len(bench.screen.query(OutputPane)) <= 5
        for number in range(7):
            await bench.press("ctrl+pagedown")
            assert (text(bench), answer(bench)) == (f"draft {number}", f"answer {number}")
            reasoning = bench.screen.output.query_one("#reasoning", StreamView)
            assert (reasoning.source, reasoning.display) == (f"thought {number}", number < 6)
            assert bench.screen.query_one(Header).state.state == "complete"
        assert bench.screen.output.view == "Timing"
        assert len(bench.screen.query(OutputPane)) <= 5
        assert len(bench.services.history.recent(10)) == 7


async def test_panels_go_with_their_draft_also_what_is_just_being_typed(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("about {{topic}}")
        panel, variables = bench.screen.query_one(ParameterPanel), bench.screen.query_one(VariablesPanel)
        await bench.until(lambda: variables.display)
        variables.focus()
        await bench.press("enter", *"seoul", "alt+n", *"plain")
        assert not variables.display
        first, second = bench.app.drafts.tabs
        assert first.desk is not None
        await bench.until(lambda: first.desk is not None and first.desk.prompt.variables)
        assert first.desk.prompt.variables[0].value == "seoul"
        panel.focus()
        panel.select("temperature")
        await bench.press("space", "enter", "home", "shift+end", *"0.25", "alt+1")
        assert second.desk is not None
        assert second.desk.prompt.parameters == {"temperature": 0.25}
        assert panel.parameters == {}
        await bench.until(lambda: variables.display and [row.value for row in variables.rows] == ["seoul"])
        await bench.press("alt+2")
        panel.focus()
        await bench.press("enter", "home", "shift+end", *"abc", "alt+1")
        assert bench.app.drafts.front is second, "what can't be read is not thrown away"
        assert "can't be read" in said(bench)
        await bench.press("escape", "alt+1")
        assert bench.app.drafts.front is first


async def test_closing_reopening_branching_and_choosing(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(80, 24)) as bench:
        await bench.type("first")
        await bench.run_to_end()
        output = answer(bench)
        await bench.press("alt+n", *"second", "alt+1", "alt+w")
        assert (text(bench), bar(bench)) == ("second", "")
        await bench.press("alt+u")
        assert text(bench) == "first"
        await bench.until(lambda: answer(bench) == output)
        await bench.press("ctrl+n", "escape", "up", "b")
        await bench.pilot.pause()
        assert [m.role for m in bench.screen.messages.messages] == [Role.USER, Role.ASSISTANT, Role.USER]
        assert bench.screen.messages.editing
        assert len(bench.app.drafts.tabs) == 3
        await bench.app.run_action("go_to_draft", bench.screen)
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("3")
        await bench.until(lambda: text(bench) == "second")
        tabs = bench.screen.query_one(DraftBar)
        await bench.pilot.click(DraftBar, offset=(3, 0))
        assert bench.app.drafts.front is bench.app.drafts.tabs[0]
        await bench.pilot.click(DraftBar, offset=(tabs.render_line(0).text.index("second"), 0), button=2)
        await bench.until(lambda: len(bench.app.drafts.tabs) == 2)
        await bench.press("alt+9")
        assert "there is no draft 9" in said(bench)
        await bench.press("alt+w", "alt+w", "alt+w")
        assert bench.screen.messages.messages == (Message(Role.USER),)
        assert "nothing to close" in said(bench)


async def test_after_a_crash_all_are_offered_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("one")
        await bench.press("alt+n", *"two")
        assert bench.services.database.flush(10)
        monkeypatch.setattr(bench.app.drafts, "save", lambda: None)  # as a kill
    async with open_bench(tmp_path) as bench:
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("enter")
        await bench.until(lambda: bar(bench) == " 1 one ● [2 two ●] +")
        assert text(bench) == "two"
        await bench.press("x")
        assert text(bench) in ("xtwo", "twox")
