"""Undo and redo on the whole workbench: whatever panel a change was made in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.app import Bench, open_bench
from workbench.core.preset import Kind
from workbench.core.prompt import Message, Role
from workbench.tui import desk as desk_module
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.variables_panel import VariablesPanel


def notice(bench: Bench) -> str:
    said = bench.screen.query_one(NoticeBar).notice
    return said.text if said is not None else ""


async def test_every_kind_of_change_is_undone_and_redone_in_one_line_of_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine two keys may be more than a pause apart.
    monkeypatch.setattr(desk_module, "time", SimpleNamespace(monotonic=lambda: 0.0))
    async with open_bench(tmp_path) as bench:
        desk, panel = bench.app.desk, bench.screen.query_one(ParameterPanel)
        first = desk.prompt
        await bench.press(*"about {{topic}}", "escape", "a", "escape", "o")
        panel.focus()
        panel.select("temperature")
        await bench.press("space", "left", "left")
        variables = bench.screen.query_one(VariablesPanel)
        variables.focus()
        await bench.press("enter", *"seoul", "enter")
        bench.screen.room.presets.set_part(Kind.PERSONA, "no-such")
        await bench.pilot.pause()
        last = desk.prompt
        assert last.messages[1] == Message(Role.ASSISTANT, on=False)

        said = []
        while desk.prompt != first:
            await bench.press("ctrl+z")
            said.append(notice(bench))
        assert said == [
            "undone: persona none → no-such",
            "undone: {{topic}}",
            "undone: temperature not sent → 0.8",
            "undone: message 2 (assistant) off",
            "undone: message 2 (assistant) added",
            "undone: text of message 1 (user)",
        ]
        assert bench.screen.messages.messages == first.messages
        assert panel.parameters == first.parameters
        await bench.press("ctrl+z")
        assert notice(bench) == "there is nothing to undo"

        for _ in said:
            await bench.press("ctrl+y")
        assert notice(bench) == "redone: persona none → no-such"
        assert desk.prompt == last
        assert bench.screen.messages.messages == last.messages
        assert [row.value for row in variables.rows] == ["seoul"]
    async with open_bench(tmp_path) as bench:
        assert bench.app.desk.prompt == last
        await bench.press("ctrl+z")
        assert notice(bench) == "there is nothing to undo"


async def test_keys_typed_in_one_burst_with_undo_are_neither_lost_nor_brought_back(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("kept")
        bench.screen.messages.editor.insert(" and this too")
        bench.screen.action_undo()
        await bench.pilot.pause()
        assert bench.app.desk.prompt.messages == (Message(Role.USER, "kept"),)
        bench.screen.action_redo()
        await bench.press("!")
        assert bench.screen.messages.messages == (Message(Role.USER, "kept and this too!"),)
        assert bench.app.desk.prompt.messages == bench.screen.messages.messages
        panel = bench.screen.query_one(ParameterPanel)
        panel.select("temperature")
        panel.action_toggle()
        bench.screen.action_undo()
        await bench.pilot.pause()
        assert panel.parameters == bench.app.desk.prompt.parameters == {}
        assert bench.screen.messages.messages == (Message(Role.USER, "kept and this too!"),)
