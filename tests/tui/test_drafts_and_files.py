"""Drafts of prompts that have a file: nothing is lost that the file does not have. And what a small screen shows."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from tests.support.app import Bench, open_bench
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.tui.screens.preset_picker import PresetPicker
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.pick_list import PickList
from workbench.tui.widgets.variables_panel import VariablesPanel


def write_preset(home: Path, folder: str, name: str, text: str) -> Path:
    path = home / folder / "presets" / "prompts" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"kind: prompt\nmessages:\n  - {{role: user, content: {text}}}\n")
    return path


async def open_preset(bench: Bench, typed: str) -> None:
    await bench.press("ctrl+l")
    await bench.until(lambda: isinstance(bench.app.screen, PresetPicker))
    await bench.until(lambda: bench.app.screen.query_one(PickList).choices)
    bench.app.screen.query_one(Input).value = typed
    await bench.pilot.pause()
    await bench.press("enter")
    await bench.until(lambda: not isinstance(bench.app.screen, PresetPicker))
    await bench.pilot.pause()


async def test_a_draft_taken_up_again_is_measured_against_its_file_and_never_lost(tmp_path: Path) -> None:
    write_preset(tmp_path, "files", "mine", "from-the-file")
    async with open_bench(tmp_path) as bench:
        await open_preset(bench, "mine")
        await bench.type(" and-more")
        await bench.press("alt+w")
        assert bench.services.database.flush()
        bench.screen.action_drafts_aside()
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("1")
        await bench.until(lambda: not isinstance(bench.app.screen, Chooser))
        await bench.until(lambda: bench.app.desk.opened.messages[0].content == "from-the-file")
        assert bench.screen.query_one(Header).state.changed
        assert "and-more" in bench.screen.messages.messages[0].content


async def test_what_a_draft_has_is_kept_also_before_its_file_was_read(tmp_path: Path) -> None:
    write_preset(tmp_path, "files", "mine", "from-the-file")
    async with open_bench(tmp_path) as bench:
        await open_preset(bench, "mine")
        await bench.type(" and-more")
        await bench.press("alt+w")
        assert bench.services.database.flush()
        [draft] = bench.services.drafts.kept()
        tab = bench.app.drafts.readable(draft)
        assert tab.desk is not None
        assert tab.desk.unsaved, "it may have more than its file"


async def test_a_file_of_the_same_name_elsewhere_is_not_taken_for_the_one_that_was_opened(tmp_path: Path) -> None:
    write_preset(tmp_path, "files", "mine", "yours")
    async with open_bench(tmp_path) as bench:
        await open_preset(bench, "mine")
    write_preset(tmp_path, "work", "mine", "of-the-project")
    async with open_bench(tmp_path) as bench:
        await bench.until(lambda: bench.screen.query_one(Header).state.name == bench.app.desk.prompt.name)
        assert not bench.app.desk.changed
        assert not any("changed on the disk" in notice.text for notice in bench.screen.query_one(NoticeBar).past)


async def test_a_value_that_names_no_file_is_marked(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        prompt = Prompt(messages=(Message(Role.USER, "{{a}}"),), variables=(Variable("a", value="@gone.txt"),))
        bench.app.desk.open(prompt)
        bench.screen.moved()
        await bench.pilot.pause()
        assert bench.screen.query_one(VariablesPanel).render_line(0).text.startswith(" ! a")


async def test_a_run_in_a_narrow_terminal_gives_the_keys_to_the_answer_it_shows(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(80, 24)) as bench:
        await bench.type("hi")
        await bench.run_to_end()
        assert bench.screen.output.has_focus_within
        await bench.press("f3")
        assert not bench.screen.output.has_focus_within


async def test_the_smallest_screen_keeps_rows_for_messages_and_for_the_answer(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(40, 12)) as bench:
        bench.app.desk.open(Prompt(messages=(Message(Role.USER, "{{a}} {{b}} {{c}} {{d}} {{e}}"),)))
        bench.screen.moved()
        await bench.pilot.pause()
        assert bench.screen.messages.size.height >= 2
        await bench.press("f6")
        await bench.pilot.pause()
        assert bench.screen.output.size.height >= 3
