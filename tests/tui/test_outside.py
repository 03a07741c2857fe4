"""F4 on the whole workbench: a text in the person's own editor, and large texts that come back or are pasted."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.support.app import Bench, open_bench
from workbench.core.prompt import Message, Role, Variable
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.message_editor import PASTE_LIMIT
from workbench.tui.widgets.message_entries import EDIT_LIMIT
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.variables_panel import VariablesPanel

ODD = "a\u2028b\x0bc\x0cd\x85e\rf\r\ng\u200b 한 \t"


def editor(tmp_path: Path) -> dict[str, str]:
    """An editor that does what stands in the file `do` of the working folder."""
    path = tmp_path / "ed"
    path.write_text("#!/bin/sh\n. ./do\n")
    path.chmod(0o700)
    return {"EDITOR": str(path), "PATH": "/usr/bin:/bin"}


async def f4(bench: Bench, monkeypatch: pytest.MonkeyPatch, do: str) -> str:
    """What is said when the editor that did this is back."""
    monkeypatch.setattr(bench.app, "suspend", nullcontext)
    (bench.services.folder / "do").write_text(do)
    bar = bench.screen.query_one(NoticeBar)
    bar.dismiss()
    await bench.press("f4")
    await bench.until(lambda: bar.notice)
    await bench.pilot.pause()
    assert bar.notice is not None
    return bar.notice.text


def variables(bench: Bench) -> list[Variable]:
    return list(bench.app.desk.prompt.variables)


async def answer(bench: Bench, key: str) -> None:
    await bench.until(lambda: isinstance(bench.app.screen, Chooser))
    await bench.press(key)
    await bench.until(lambda: not isinstance(bench.app.screen, Chooser))
    await bench.pilot.pause()


async def test_a_message_goes_out_and_comes_back_while_the_answer_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(tmp_path, environ=editor(tmp_path)) as bench:
        desk = bench.app.desk
        desk.edit(desk.prompt.insert(1, Message(Role.USER, ODD, on=False)))
        bench.screen.moved()
        bench.screen.messages.focus_message(1, edit=True)
        before = desk.prompt
        assert await f4(bench, monkeypatch, 'printf "\\n" >> "$1"') == "ed was back at once with nothing changed: " + (
            "one with a window of its own needs --wait, or -w"
        )
        assert desk.prompt == before
        assert "ended with status 2" in await f4(bench, monkeypatch, 'printf more >> "$1"; exit 2')
        assert desk.prompt == before

        bench.screen.messages.focus_message(0, edit=True)
        await bench.type("run this")
        steps = len(desk.history)
        await bench.press("ctrl+j")
        said = await f4(bench, monkeypatch, 'printf " and more 더\\n" >> "$1"')
        assert said == "taken back from ed: 19 characters · without the line end that editors put at the end"
        assert bench.screen.messages.messages == (
            Message(Role.USER, "run this and more 더"),
            Message(Role.USER, ODD, on=False),
        )
        assert len(desk.history) == steps + 1
        await bench.until(lambda: bench.screen.output.outcome)
        assert bench.screen.output.answer_source
        await bench.press("ctrl+z")
        assert bench.screen.messages.messages[0].content == "run this"


async def test_a_large_result_is_offered_a_place_of_its_own_and_f4_opens_it_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(tmp_path, environ=editor(tmp_path)) as bench:
        desk = bench.app.desk
        await bench.type("short")
        large = f'head -c {PASTE_LIMIT + 1} /dev/zero | tr "\\\\0" x > "$1"'
        assert "taken back" in await f4(bench, monkeypatch, large)
        await answer(bench, "1")
        assert desk.prompt.messages == (Message(Role.USER, "{{text}}"),)
        assert variables(bench) == [Variable("text", default="x" * (PASTE_LIMIT + 1))]
        await bench.press("ctrl+z")
        assert variables(bench) == []
        assert desk.prompt.messages[0].content == "short"

        await f4(bench, monkeypatch, large)
        await answer(bench, "2")
        [variable] = variables(bench)
        assert variable.value is not None
        path = Path(variable.value[1:])
        assert path.parent == bench.services.paths.exports
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert os.stat(path).st_size == PASTE_LIMIT + 1
        panel = bench.screen.query_one(VariablesPanel)
        await bench.until(lambda: "200.0 kB" in panel.rows[0].note)
        panel.focus()
        assert await f4(bench, monkeypatch, "") == f"text is read from a file: {path}"

        await bench.press("ctrl+z")
        bench.screen.messages.focus_message(0, edit=True)
        await f4(bench, monkeypatch, large.replace(f"{PASTE_LIMIT + 1}", f"{EDIT_LIMIT + 1}"))
        await answer(bench, "3")
        assert bench.screen.messages.messages[0].content == "x" * (EDIT_LIMIT + 1)
        assert not bench.screen.messages.editing, "it is too large for the editor in here"
        assert "taken back" in await f4(bench, monkeypatch, 'printf "small again" > "$1"')
        assert bench.screen.messages.messages[0].content == "small again"


async def test_a_large_paste_is_one_step_and_a_long_default_is_edited_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(tmp_path, environ=editor(tmp_path)) as bench:
        desk = bench.app.desk
        await bench.type("see ")
        bench.screen.messages.editor.paste("가" * PASTE_LIMIT)
        await answer(bench, "3")
        assert desk.prompt.messages[0].content == "see "
        bench.screen.messages.editor.paste("가" * PASTE_LIMIT)
        await answer(bench, "1")
        assert desk.prompt.messages[0].content == "see {{text}}"
        panel = bench.screen.query_one(VariablesPanel)
        panel.focus()
        assert "taken back" in await f4(bench, monkeypatch, 'printf "@short\\n" > "$1"')
        assert variables(bench) == [Variable("text", default="@short")]
        await bench.press("ctrl+z", "ctrl+z")
        assert variables(bench) == []
        assert desk.prompt.messages[0].content == "see "


async def test_without_an_editor_or_a_terminal_to_hand_over_a_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(tmp_path) as bench:
        bar = bench.screen.query_one(NoticeBar)
        await bench.press("f4")
        await bench.until(lambda: bar.notice and "set VISUAL or EDITOR" in bar.notice.text)
    async with open_bench(tmp_path, environ=editor(tmp_path)) as bench:
        bar = bench.screen.query_one(NoticeBar)
        await bench.press("f4")
        await bench.until(lambda: bar.notice and "can't be handed to another program" in bar.notice.text)
        await bench.press("x")
        assert bench.screen.messages.messages[0].content == "x"
        monkeypatch.setattr(type(bench.app), "is_web", True)
        await bench.press("f4")
        await bench.until(lambda: bar.notice and "no editor can be opened in a browser" in bar.notice.text)
