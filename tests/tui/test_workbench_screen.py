"""The workbench as a whole, on the practice model: write, run, stop, continue, change, come back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.support.app import Bench, open_bench
from workbench.adapters.settings import load_settings
from workbench.core.events import State
from workbench.core.prompt import Message, Role
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.model_field import ModelPicker
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.stream_view import StreamView
from workbench.tui.widgets.trouble import Trouble
from workbench.tui.widgets.usage_meter import UsageMeter
from workbench.tui.widgets.variables_panel import VariablesPanel

SIZES = [(80, 24), (120, 40), (200, 50)]


def outcome_state(bench: Bench) -> State:
    outcome = bench.screen.output.outcome
    assert outcome is not None
    return outcome.state


def shown_text(bench: Bench, view: str) -> str:
    return bench.screen.query_one(f"#{view}", StreamView).source


def notice(bench: Bench) -> str:
    said = bench.screen.query_one(NoticeBar).notice
    return said.text if said is not None else ""


def trouble(bench: Bench) -> str:
    return str(bench.screen.query_one(Trouble).content)


@pytest.mark.parametrize("size", SIZES)
async def test_type_run_and_see_the_answer(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_bench(tmp_path, size=size) as bench:
        assert "not an AI" in notice(bench)
        await bench.press(*"hi")
        await bench.type(" 한국어로 답해 주세요")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.state is State.COMPLETE
        assert outcome.request.body["messages"] == [{"role": "user", "content": "hi 한국어로 답해 주세요"}]
        assert shown_text(bench, "answer") == outcome.answer.choices[0].text
        bench.screen.output.show("Response")
        assert outcome.answer.response == json.loads(shown_text(bench, "response"))
        assert bench.screen.query_one(Header).state.state == "complete"


async def test_the_editor_has_the_focus_and_enter_never_sends(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.press("a", "enter", "b")
        assert bench.screen.messages.messages == (Message(Role.USER, "a\nb"),)
        assert bench.screen.output.outcome is None
        assert not bench.screen.output.running


async def test_an_empty_prompt_is_not_sent_and_says_why(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.attempts == 0
        assert "write something" in trouble(bench)


async def test_stop_keeps_the_text(tmp_path: Path) -> None:
    async with open_bench(tmp_path, model="practice") as bench:
        bench.let_it_run_on()
        await bench.type("count")
        await bench.press("ctrl+j")
        await bench.until(lambda: len(shown_text(bench, "answer")) > 10)
        await bench.press("escape")
        await bench.until(lambda: bench.screen.output.outcome)
        assert outcome_state(bench) is State.CANCELLED
        kept = shown_text(bench, "answer")
        assert kept
        assert bench.screen.messages.messages == (Message(Role.USER, "count"),)
        stored = bench.services.history.recent(1)[0]
        assert stored.state == "cancelled"
        run = bench.services.history.get(stored.id)
        assert run is not None
        assert run.choices[0].text == kept


async def test_run_while_running_sends_one_request(tmp_path: Path) -> None:
    async with open_bench(tmp_path, model="practice") as bench:
        bench.let_it_run_on()
        await bench.type("x")
        await bench.press("ctrl+j")
        await bench.until(lambda: bench.screen.output.running)
        for again in (bench.screen.action_run, bench.screen.action_run, bench.screen.action_regenerate):
            again()  # as keys would, but for the time in which a short answer may end
        assert "still running" in notice(bench)
        await bench.press("escape")
        await bench.until(lambda: bench.screen.output.outcome)
        assert bench.services.database.flush(10)
        assert len(bench.services.history.recent(10)) == 1


async def test_held_run_key_before_anything_started_sends_one_request(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("x")
        for _ in range(5):
            bench.screen.action_run()
        await bench.until(lambda: bench.screen.output.outcome)
        await bench.pilot.pause()
        assert len(bench.services.history.recent(10)) == 1


async def test_a_conversation_and_regenerate(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("first")
        await bench.run_to_end()
        answer = shown_text(bench, "answer")
        await bench.press("ctrl+n")
        assert list(bench.screen.messages.messages) == [
            Message(Role.USER, "first"),
            Message(Role.ASSISTANT, answer),
            Message(Role.USER),
        ]
        assert bench.screen.messages.editing
        await bench.press("ctrl+n")
        assert "already" in notice(bench)
        await bench.press("ctrl+g")
        await bench.until(lambda: len(bench.services.history.recent(10)) == 2)
        await bench.until(lambda: not bench.screen.output.running)
        assert list(bench.screen.messages.messages) == [Message(Role.USER, "first")]
        await bench.press("ctrl+n")
        await bench.type("second")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        sent = outcome.request.body["messages"]
        assert isinstance(sent, list)
        assert [m["role"] for m in sent if isinstance(m, dict)] == ["user", "assistant", "user"]


async def test_temperature_is_sent_when_it_is_set(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("x")
        panel = bench.screen.query_one(ParameterPanel)
        panel.focus()
        panel.select("temperature")
        await bench.press("space", "left", "left")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.request.body["temperature"] == 0.8


async def test_the_request_view_follows_the_edits(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.press("f2", "f2", "f2")
        assert bench.screen.output.view == "Request"
        await bench.type("seen at once")
        await bench.until(lambda: "seen at once" in shown_text(bench, "request"))
        body = json.loads(shown_text(bench, "request"))
        assert body["stream"] is True
        await bench.until(lambda: "include_usage" in trouble(bench))


async def test_variables_are_found_filled_and_missed(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("about {{topic}}")
        panel = bench.screen.query_one(VariablesPanel)
        await bench.until(lambda: panel.display)
        await bench.run_to_end()
        assert "topic" in trouble(bench)
        panel.focus()
        await bench.press("enter", *"seoul", "enter")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.request.body["messages"] == [{"role": "user", "content": "about seoul"}]


async def test_a_refused_value_is_named_and_can_be_sent_anyway(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("x")
        bench.screen._edited(
            bench.screen.desk.prompt.with_parameters(bench.screen.desk.prompt.parameters.set("temperature", 9))
        )
        await bench.run_to_end()
        assert "temperature" in trouble(bench)
        assert "Run anyway" in trouble(bench)
        before = bench.screen.output.outcome
        bench.screen.action_run_anyway()
        await bench.until(lambda: bench.screen.output.outcome not in (None, before))
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.attempts == 1
        assert outcome.error is not None
        assert outcome.error.status == 400


async def test_the_meter_tells_the_endpoints_numbers(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("hello")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.answer.usage is not None
        state = bench.screen.query_one(UsageMeter).usage
        assert state.completion_tokens == outcome.answer.usage["completion_tokens"]
        assert state.free
        assert not state.live


async def test_the_draft_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("keep me 남겨 줘")
    async with open_bench(tmp_path) as bench:
        assert bench.screen.messages.messages == (Message(Role.USER, "keep me 남겨 줘"),)
        assert not isinstance(bench.app.screen, Chooser)


async def test_n_answers_are_shown_one_at_a_time(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("x")
        prompt = bench.screen.desk.prompt
        bench.screen._edited(prompt.with_parameters(prompt.parameters.set("n", 2)))
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        first, second = (choice.text for choice in outcome.answer.choices)
        assert shown_text(bench, "answer") == first
        bench.screen.output.action_next_choice()
        assert shown_text(bench, "answer") == second


async def test_the_model_field_lists_what_the_endpoint_has(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        panel = bench.screen.query_one(ParameterPanel)
        panel.focus()
        panel.select("model")
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, ModelPicker))
        picker = bench.app.screen
        assert isinstance(picker, ModelPicker)
        await bench.until(lambda: len(picker._ids) == 2)
        await bench.press(*"some-model", "enter")
        await bench.until(lambda: bench.screen.desk.prompt.model == "some-model")


async def test_a_hostile_answer_request_and_model_name_do_no_harm(tmp_path: Path) -> None:
    hostile = "[/x] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \x1b[2J {{"
    async with open_bench(tmp_path) as bench:
        await bench.type(hostile)
        bench.screen._edited(bench.screen.desk.prompt)
        bench.screen.say(hostile, "error")
        await bench.press("f2")
        await bench.run_to_end()
        picture = bench.app.export_screenshot()
        assert "\x1b" not in picture
        assert bench.screen.messages.messages[0].content == hostile


async def test_the_palette_has_every_command(tmp_path: Path) -> None:
    from workbench.tui.commands import COMMANDS
    from workbench.tui.palette import WorkbenchCommands

    async with open_bench(tmp_path) as bench:
        provider = WorkbenchCommands(bench.screen)
        found = {command.id for command, _ in provider._runnable()}
        # On screens of their own, whose tests look
        elsewhere = ("compare", "columns", "connect", "settings", "history", "past", "usage")
        assert found == {command.id for command in COMMANDS if command.scope not in elsewhere} - {"palette"}
        for command, node in provider._runnable():
            name = command.action.partition("(")[0]
            assert hasattr(node() if callable(node) else node, f"action_{name}"), command.id


async def test_notices_can_be_read_again(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.screen.say("said [/x] first")
        bench.screen.say("said later")
        await bench.app.run_action("notices")
        await bench.until(lambda: len(bench.app.screen_stack) == 2 and bench.app.screen.query(Static))
        shown = str(bench.app.screen.query_one(Static).content)
        assert shown.index("said later") < shown.index("said [/x] first")


async def test_a_settings_file_is_made_once_and_reads_without_complaint(tmp_path: Path) -> None:
    async with open_bench(tmp_path, model="") as bench:
        await bench.app.run_action("write_settings")
        path = bench.services.paths.settings
        await bench.until(lambda: str(path) in notice(bench))
        assert load_settings(path)[1] == ()
        path.write_text("retries = 5\n")
        await bench.app.run_action("write_settings")
        await bench.app.workers.wait_for_complete()
        assert path.read_text() == "retries = 5\n"


async def test_a_picture_fetches_nothing(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("서울")
        bench.app.action_save_screenshot()
        await bench.app.workers.wait_for_complete()
        [picture] = (tmp_path / "files" / "exports").iterdir()
        text = picture.read_text(encoding="utf-8")
        assert "서울" in text
        assert not re.search(r"url\((?!#)", text)
        assert picture.stat().st_mode & 0o777 == 0o600


async def test_help_opens_and_closes(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(80, 24)) as bench:
        await bench.press("f1")
        await bench.until(lambda: len(bench.app.screen_stack) == 2)
        await bench.press("escape")
        await bench.until(lambda: len(bench.app.screen_stack) == 1)


async def test_any_size_is_survived_with_everything_kept(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("kept")
        for size in [(1, 1), (3, 3), (10, 3), (39, 11), (40, 12), (99, 30), (100, 30), (139, 30), (300, 100)]:
            await bench.pilot.resize_terminal(*size)
            await bench.pilot.pause()
            tiny = size[0] < 40 or size[1] < 12
            assert bench.screen.query_one("#too-small").display == tiny, size
            await bench.pilot.resize_terminal(120, 40)
            await bench.pilot.pause()
            assert bench.screen.messages.messages == (Message(Role.USER, "kept"),), size
