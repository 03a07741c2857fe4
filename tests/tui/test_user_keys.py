"""The keys of the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app import open_bench
from workbench.tui.commands import COMMANDS
from workbench.tui.keys import own_key
from workbench.tui.own_looks import apply_settings
from workbench.tui.screens.reading import ReadingScreen
from workbench.tui.user_keys import judged, key_fault
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import NoticeBar


@pytest.mark.parametrize(
    ("keymap", "note"),
    [
        ({"rum": "f11"}, "keymap.rum: no such command; did you mean run?: ignored"),
        ({"run": "ctrl+i"}, "keymap.run: ctrl+i is tab for a terminal: its own key is used"),
        ({"run": "f11,ctrl+a"}, "keymap.run: ctrl+a edits text: its own key is used"),
        ({"run": "contrl+x"}, "keymap.run: no key is called 'contrl+x': its own key is used"),
        ({"run": "fx"}, "keymap.run: no key is called 'fx': its own key is used"),
        ({"run": ""}, "keymap.run: expected a key such as f11: its own key is used"),
        ({"run": "f1"}, "keymap.run: f1 is the key of help: its own key is used"),
        ({"run": "ctrl+z"}, "keymap.run: ctrl+z edits text: its own key is used"),
        ({"stop": "tab"}, "keymap.stop: tab goes from one panel to the other: its own key is used"),
        (
            {"run": "r,slash"},
            "keymap.run: r,slash would be typed, or is a key of the focused panel: "
            "give it one with ctrl or alt, or f11: its own key is used",
        ),
        (
            {"new": "n"},
            "keymap.new: n is typed in a text, and this command's key holds there too: its own key is used",
        ),
        ({"message.fold": "d"}, "keymap.message.fold: d is the key of message.delete: its own key is used"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_out(keymap: dict[str, str], note: str) -> None:
    assert judged(keymap) == ({}, (f"settings.toml: {note}",))


def test_what_can_be_used() -> None:
    swapped = {
        "view": "f4",
        "editor": "f2",
        "model": "f11",
        "message.fold": "slash",
        "message.up": "right_curly_bracket",
        "undo": "ctrl+z,alt+z",
        "find": "slash,alt+f",
    }
    assert judged(swapped) == (swapped, ())
    # The first of two that want the same key has it.
    assert judged({"run": "f11", "stop": "f11"})[0] == {"run": "f11"}


def test_every_key_of_our_own_would_be_taken() -> None:
    own = {command.id: command.keys for command in COMMANDS if command.keys and command.id not in ("undo", "redo")}
    assert [note for note in judged(own)[1] if "no key is called" in note or "edits text" in note] == []


def test_a_fault_is_told_with_its_place_and_before_it_is_kept() -> None:
    assert judged({"run": "f1"}, lambda path: f"settings.toml:3 {path}")[1] == (
        "settings.toml:3 keymap.run: keymap.run: f1 is the key of help: its own key is used",
    )
    assert key_fault({"stop": "f11"}, "run", "f11") == "f11 is the key of stop"
    assert key_fault({"run": "f11"}, "run", "f11,f2") == "f2 is the key of view"
    assert key_fault({"run": "f11"}, "run", "f11,f19") == ""


def test_words_name_the_key_of_a_command_or_the_palette() -> None:
    assert (own_key("run"), own_key("draft.go"), own_key("tour")) == ("^J", "alt+1", "the palette")


async def test_a_key_for_a_command_of_the_palette_and_bad_ones(tmp_path: Path) -> None:
    own = 'm"\ntheme = "nrod"\n[keymap]\nnotices = "f11"\nconnection = "f20"\ncompare = "f19"\nrun = "f1"\ntour = "'
    async with open_bench(tmp_path, model=own) as bench:
        assert bench.app.settings_notes[:2] == (
            "settings.toml:2: theme: no theme is called 'nrod'; did you mean nord?: using textual-dark",
            "settings.toml:8: keymap.tour: expected a key such as f11: its own key is used",
        )
        assert bench.app.settings_notes[2].startswith("settings.toml:7: keymap.run: f1 is the key of help")
        # Told from what was read at the start: the disk is not asked again by what paints.
        bench.services.paths.settings.unlink()
        assert apply_settings(bench.app)[2].startswith("settings.toml:7: keymap.run:")
        said = bench.screen.query_one(NoticeBar).past
        assert any("F20 connects" in notice.line for notice in said)  # and so in all that names a key
        # In the place where it stands by itself.
        line = bench.screen.query_one(KeyLine).render_line(0).text
        assert line.index("^J Run") < line.index("F19 Compare") < line.index("^N Continue")
        await bench.press("f11")
        await bench.until(lambda: isinstance(bench.app.screen, ReadingScreen))
        await bench.press("escape", "f1")
        await bench.until(lambda: isinstance(bench.app.screen, ReadingScreen))
        shown = str(bench.app.screen.query("Static").first().render())
        assert "F11            Notices" in shown
        assert "F1             Help" in shown
        assert shown.startswith("Messages (a card has the focus) · here")
