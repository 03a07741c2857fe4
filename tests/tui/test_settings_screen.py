"""The settings screen, and the sizes of the panels that it has too."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.support.app import Bench, open_bench
from workbench.adapters.settings import load_settings
from workbench.tui.commands import commands_of
from workbench.tui.keys import keymap_of
from workbench.tui.palette import WorkbenchCommands
from workbench.tui.screens.settings import SettingsScreen
from workbench.tui.widgets.key_field import KeyField
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.pick_list import PickList
from workbench.tui.widgets.value_field import ValueField


async def _find(bench: Bench, text: str, row: str) -> None:
    """Type into the settings screen until that row is the highlighted one."""
    picks = bench.app.screen.query_one(PickList)
    bench.app.screen.query_one(Input).value = text
    await bench.until(lambda: picks.highlighted is not None and picks.highlighted.id == row)


async def test_a_setting_and_keys_are_changed_and_hold_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "retries = 7\\nthme = 1\\n" > "$1"\n')
    script.chmod(0o700)
    async with open_bench(tmp_path, size=(120, 40), environ={"EDITOR": str(script)}) as bench:
        settings = bench.services.paths.settings
        await bench.app.run_action("settings")
        await bench.until(lambda: isinstance(bench.app.screen, SettingsScreen) and "default_model" in bench.shown)
        screen = bench.app.screen
        assert {c.id for c, _ in WorkbenchCommands(screen)._runnable()} >= {c.id for c in commands_of("settings")}

        await _find(bench, "retries", "retries")
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, ValueField))
        await bench.press("backspace", "9", "9", "enter")
        await bench.until(lambda: "99 is out of range, 0 to 10" in bench.shown)
        await bench.press("backspace", "backspace", "5", "enter")
        await bench.until(lambda: bench.services.settings.retries == 5 and "settings.toml:" in bench.shown)
        await bench.press("f5")
        await bench.until(lambda: bench.services.settings.retries == 2 and "# retries = 5" in settings.read_text())

        await _find(bench, "theme", "theme")
        await bench.press("enter")
        await bench.until(lambda: bench.app.screen is not screen)
        await bench.press("down", "down", "enter")
        await bench.until(lambda: bench.app.theme == "ansi-light" == bench.services.settings.theme)

        await _find(bench, "run", "keymap.run")
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, KeyField))
        await bench.press("ctrl+a")
        await bench.until(lambda: "ctrl+a edits text" in bench.shown)
        await bench.press("enter", "backspace", "f11", "f19", "enter")
        await bench.until(lambda: keymap_of(bench.app).get("run") == "f11,f19")
        assert 'run = "f11,f19"' in settings.read_text()
        await bench.until(lambda: "now      F11 F19" in str(screen.query_one("Details Static", Static).content))
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        line = bench.screen.query_one(KeyLine)
        await bench.until(lambda: line.render_line(0).text.strip().startswith("F11 Run  esc Stop"))

        # The panels, by keys and by the mouse.
        prompt = bench.screen.query_one("#prompt-column")
        assert prompt.region.width == 60
        await bench.press("alt+shift+right")
        await bench.until(lambda: prompt.region.width == 64)
        await bench.pilot.mouse_down(offset=(63, 20))
        await bench.pilot.hover(offset=(47, 22))
        await bench.pilot.mouse_up(offset=(47, 22))
        await bench.until(lambda: abs(prompt.region.width - 47) <= 1 and bench.app.mouse_captured is None)
        await bench.until(lambda: bench.services.settings.prompt_width == 39)
        assert "prompt_width = 39" in settings.read_text()
        await bench.app.run_action("panel_reset", bench.screen)
        await bench.until(lambda: prompt.region.width == 60)
        await bench.pilot.resize_terminal(80, 24)
        await bench.until(lambda: prompt.region.width == 80)
        await bench.press("alt+shift+right")
        await bench.until(lambda: "one panel is shown at a time" in bench.shown)

        # What the palette and the editor's marks change is kept too; and the whole file, edited outside.
        await bench.app.run_action("change_theme")
        await bench.until(lambda: bench.app.screen is not bench.screen)
        await bench.press("down")
        await bench.until(lambda: bench.app.theme == "atom-one-dark")  # to look at, until one leaves
        await bench.press("escape")
        await bench.until(lambda: bench.app.theme == "ansi-light")
        await bench.app.run_action("change_theme")
        await bench.until(lambda: bench.app.screen is not bench.screen)
        await bench.press("down", "down", "enter")
        await bench.until(lambda: bench.services.settings.theme == "atom-one-light" == bench.app.theme)
        await bench.screen.room.cleaning.remember(True)
        assert load_settings(settings)[0].mark_blanks
        await bench.app.run_action("settings")
        await bench.until(lambda: isinstance(bench.app.screen, SettingsScreen) and "default_model" in bench.shown)
        monkeypatch.setattr(bench.app, "outside", contextlib.nullcontext)
        await bench.press("f4")
        await bench.until(lambda: "settings.toml:2: thme: no such setting; did you mean theme?: ignored" in bench.shown)
        assert (bench.services.settings.retries, bench.app.theme) == (7, "textual-dark")
        assert keymap_of(bench.app) == {}
