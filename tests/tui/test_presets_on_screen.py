"""Presets on the whole screen: opened, changed, saved, found again, imported, exported; and what is sent of a talk."""

from __future__ import annotations

import json
from pathlib import Path

from textual.widgets import Input, Static

from tests.support.app import Bench, open_bench
from workbench.core.events import State
from workbench.core.prompt import Message, Prompt, Role, SendLimit, Variable
from workbench.tui.screens.import_prompt import ImportEditor, ImportPrompt
from workbench.tui.screens.preset_picker import PresetPicker
from workbench.tui.screens.save_preset import SavePreset
from workbench.tui.screens.send_choice import SendChooser
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.parts_panel import PartsPanel
from workbench.tui.widgets.pick_list import PickList


def said(bench: Bench) -> str:
    return " / ".join(notice.line for notice in bench.screen.query_one(NoticeBar).past)


async def pick(bench: Bench, key: str, typed: str) -> None:
    """Open a picker with `key`, type a part of a name and take the first row."""
    await bench.press(key)
    await bench.until(lambda: isinstance(bench.app.screen, PresetPicker))
    await bench.until(lambda: bench.app.screen.query_one(PickList).choices)
    for letter in typed:
        await bench.press(letter)
    await bench.press("enter")
    await bench.until(lambda: not isinstance(bench.app.screen, PresetPicker))
    await bench.pilot.pause()


async def answer(bench: Bench, row: str) -> None:
    """Answer the question that is asked by the row with this id."""
    await bench.until(lambda: isinstance(bench.app.screen, Chooser))
    rows = bench.app.screen.query_one(PickList).choices
    await bench.press(str([choice.id for choice in rows].index(row) + 1))
    await bench.pilot.pause()


async def save_as(bench: Bench, name: str) -> None:
    """Fill the sheet that asks for a name, and save."""
    await bench.until(lambda: isinstance(bench.app.screen, SavePreset))
    bench.app.screen.query_one("#name", Input).value = name
    await bench.press("enter")
    await bench.until(lambda: not isinstance(bench.app.screen, SavePreset))


async def test_a_prompt_is_made_saved_found_and_run(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("Say it of {{text}}")
        await pick(bench, "ctrl+b", "editor")
        await pick(bench, "f12", "bullets")
        assert (bench.app.desk.prompt.persona, bench.app.desk.prompt.format) == ("editor", "bullets")
        assert bench.screen.messages.messages == (Message(Role.USER, "Say it of {{text}}"),)
        await bench.until(
            lambda: [row.part for row in bench.screen.query_one(PartsPanel).rows] == ["persona", "format"]
        )
        await bench.press("ctrl+s")
        await save_as(bench, "제 글 다듬기")
        path = tmp_path / "files" / "presets" / "prompts" / "제-글-다듬기.yaml"
        await bench.until(path.exists)
        await bench.until(lambda: not bench.screen.query_one(Header).state.changed)
        assert "persona: editor" in path.read_text()
    async with open_bench(tmp_path) as bench:
        await bench.until(lambda: bench.screen.query_one(Header).state.name == "제 글 다듬기")
        await pick(bench, "ctrl+l", "capitals")
        assert bench.app.desk.prompt.name != "제 글 다듬기"
        await pick(bench, "ctrl+l", "다듬")
        assert bench.app.desk.prompt.name == "제 글 다듬기"
        assert len(bench.app.drafts.tabs) == 2, "it was open already"
        bench.app.desk.set_variable("text", "a river")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.state is State.COMPLETE
        messages = outcome.request.body["messages"]
        assert isinstance(messages, list)
        assert messages[-1] == {"role": "user", "content": "Say it of a river"}
        assert len(messages) == 2
        assert bench.app.desk.last is not None
        assert bench.app.desk.last.preset == "제-글-다듬기"


async def test_a_part_is_taken_off_and_the_text_stays(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("mine")
        await pick(bench, "ctrl+b", "pirate")
        await bench.until(lambda: bench.screen.query_one(PartsPanel).display)
        bench.screen.query_one(PartsPanel).focus()
        await bench.press("delete")
        await bench.until(lambda: not bench.app.desk.prompt.persona)
        await bench.until(lambda: not bench.screen.query_one(PartsPanel).display)
        assert bench.app.desk.prompt.messages == (Message(Role.USER, "mine"),)


async def test_what_was_written_stays_open_when_another_is_opened(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("unsaved words")
        await pick(bench, "ctrl+l", "capitals")
        assert "in a draft of its own" in said(bench)
        assert [tab.title for tab in bench.app.drafts.tabs] == ["unsaved words", bench.app.desk.prompt.name]
        await bench.press("alt+1")
        assert bench.screen.messages.messages == (Message(Role.USER, "unsaved words"),)


async def test_a_file_that_changed_on_the_disk_is_asked_about(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("first")
        await bench.press("ctrl+s")
        await save_as(bench, "one")
        path = tmp_path / "files" / "presets" / "prompts" / "one.yaml"
        await bench.until(path.exists)
        await bench.until(lambda: "saved" in said(bench))
        theirs = path.read_text().replace("first", "theirs")
        path.write_text(theirs)
        await bench.type(" and mine")
        await bench.press("ctrl+s")
        await answer(bench, "both")
        await bench.until(lambda: isinstance(bench.app.screen, SavePreset))
        assert bench.app.screen.query_one("#name", Input).value == "one 2", "a name that writes over nothing"
        await save_as(bench, "two")
        other = path.with_name("two.yaml")
        await bench.until(other.exists)
        assert path.read_text() == theirs
        assert "first and mine" in other.read_text()


async def test_keeping_theirs_opens_the_file(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("first")
        await bench.press("ctrl+s")
        await save_as(bench, "one")
        path = tmp_path / "files" / "presets" / "prompts" / "one.yaml"
        await bench.until(lambda: "saved" in said(bench))
        path.write_text(path.read_text().replace("first", "theirs"))
        await bench.type(" mine")
        await bench.press("ctrl+s")
        await answer(bench, "theirs")
        await bench.until(lambda: bench.screen.messages.messages[0].content == "theirs")
        assert not bench.app.desk.changed
        assert len(bench.app.drafts.tabs) == 1
        assert bench.services.database.flush()
        [mine] = bench.services.drafts.kept()
        assert "first mine" in json.dumps(mine.content.prompt_json)


async def test_comments_are_not_lost_without_a_word(tmp_path: Path) -> None:
    folder = tmp_path / "files" / "presets" / "prompts"
    folder.mkdir(parents=True)
    path = folder / "noted.yaml"
    path.write_text("kind: prompt\n# why it is so\nmessages:\n  - {role: user, content: hi}\n")
    before = path.read_text()
    async with open_bench(tmp_path) as bench:
        await pick(bench, "ctrl+l", "noted")
        await bench.type("!")
        await bench.press("ctrl+s")
        await answer(bench, "save-as")
        await save_as(bench, "copy")
        await bench.until((folder / "copy.yaml").exists)
        assert path.read_text() == before


async def test_values_stay_out_of_the_file_unless_asked_for(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.app.desk.open(Prompt(messages=(Message(Role.USER, "{{a}}"),), variables=(Variable("a", value="seen"),)))
        bench.screen.moved()
        await bench.press("ctrl+s")
        await save_as(bench, "plain")
        path = tmp_path / "files" / "presets" / "prompts" / "plain.yaml"
        await bench.until(path.exists)
        assert "seen" not in path.read_text()
        assert bench.app.desk.prompt.variables[0].value == "seen"


async def test_a_curl_command_becomes_a_prompt(tmp_path: Path) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "안녕"}], "temperature": 0}
    async with open_bench(tmp_path) as bench:
        await bench.app.run_action("ask('import')", bench.screen)
        await bench.until(lambda: isinstance(bench.app.screen, ImportPrompt))
        text = f"curl https://api.openai.com/v1/chat/completions -H 'Authorization: Bearer k' -d '{json.dumps(body)}'"
        await bench.until(lambda: isinstance(bench.app.focused, ImportEditor))
        bench.app.screen.query_one(ImportEditor).insert(text)
        await bench.until(lambda: "1 message" in str(bench.app.screen.query_one("#verdict", Static).render()))
        await bench.press("ctrl+s")
        await bench.until(lambda: bench.app.desk.prompt.messages == (Message(Role.USER, "안녕"),))
        assert bench.app.desk.prompt.parameters == {"temperature": 0}
        assert "a key was left out" in said(bench)


async def test_the_prompt_is_exported_to_a_file(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("out")
        await bench.app.run_action("ask('export')", bench.screen)
        await answer(bench, "markdown")
        await bench.until(lambda: list((tmp_path / "files" / "exports").glob("*.md")))
        await bench.app.run_action("ask('export')", bench.screen)
        await answer(bench, "markdown")
        await bench.until(lambda: len(list((tmp_path / "files" / "exports").glob("*.md"))) == 2)


TALK = (
    Message(Role.USER, "one"),
    Message(Role.ASSISTANT, "first answer"),
    Message(Role.USER, "two"),
    Message(Role.ASSISTANT, "second answer"),
    Message(Role.USER, "three"),
)


async def test_only_the_last_turns_are_sent(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.app.desk.open(Prompt(messages=TALK))
        bench.screen.moved()
        await bench.app.run_action("ask('sending')", bench.screen)
        await bench.until(lambda: isinstance(bench.app.screen, SendChooser))
        await bench.press(*"2", "enter")
        await bench.until(lambda: bench.app.desk.prompt.send == SendLimit(2))
        await bench.until(lambda: "the last 2 turns are sent" in str(bench.screen.query_one("#usage").border_subtitle))
        await bench.run_to_end()
        assert bench.screen.output.outcome is not None
        messages = bench.screen.output.outcome.request.body["messages"]
        assert isinstance(messages, list)
        sent = [message["content"] for message in messages if isinstance(message, dict)]
        assert sent == ["two", "second answer", "three"]


async def test_the_older_turns_are_summarised_after_a_yes(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        bench.app.desk.open(Prompt(messages=TALK))
        bench.screen.moved()
        await bench.app.run_action("ask('sending')", bench.screen)
        await bench.until(lambda: isinstance(bench.app.screen, SendChooser))
        options = bench.app.screen.query_one(PickList).choices
        at = next(i for i, choice in enumerate(options) if ", 2 in a summary" in choice.label)
        await bench.press(*["down"] * at, "enter")
        await answer(bench, "yes")
        await bench.until(lambda: len(bench.app.desk.prompt.messages) == len(TALK) + 1)
        messages = bench.app.desk.prompt.messages
        assert [message.on for message in messages] == [True, False, False, False, False, True]
        assert "Summary" in messages[0].content
        assert bench.app.desk.last is None
        await bench.press("ctrl+n")
        assert bench.app.desk.prompt.messages == messages
