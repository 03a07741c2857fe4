"""Keys that come in one burst, with a move between them."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from workbench.tui import key_turns
from workbench.tui.key_turns import KeyTurns, takes_own_key


class Host(App[None]):
    """Two fields; alt+n moves to the other one, ctrl+j (which nobody but the app wants) tells which one it is."""

    AUTO_FOCUS = "#a"
    BINDINGS = [Binding("alt+n", "other", priority=True), Binding("ctrl+j", "tell")]  # noqa: RUF012 - as Textual has it

    def __init__(self) -> None:
        super().__init__()
        self.turns = KeyTurns(self)
        self.told: list[str | None] = []
        self.fails = False

    def compose(self) -> ComposeResult:
        yield Input(id="a", select_on_focus=False)
        yield Input(id="b", select_on_focus=False)

    async def on_event(self, event: events.Event) -> None:
        if not self.turns.takes(event) and not await takes_own_key(self, event):
            await super().on_event(event)

    def action_tell(self) -> None:
        self.told.append(self.focused.id if self.focused is not None else None)

    def action_other(self) -> None:
        self.turns.move(self._other)

    async def _other(self) -> None:
        await asyncio.sleep(0)
        at = self.focused.id if self.focused is not None else ""
        self.screen.set_focus(self.query_one("#b" if at == "a" else "#a"))

    def burst(self, *keys: str) -> None:
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))

    def texts(self) -> tuple[str, str]:
        return self.query_one("#a", Input).value, self.query_one("#b", Input).value


async def test_each_key_of_a_burst_goes_where_it_was_meant_for() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.burst(*"one", "ctrl+j", "alt+n", *"two", "ctrl+j", "alt+n", "alt+n", *"!", "alt+n", "?", "ctrl+j")
        async with asyncio.timeout(10):
            while len(app.told) < 3:
                await pilot.pause(0.01)
        assert app.texts() == ("one?", "two!")
        assert app.told == ["a", "b", "a"]


async def test_a_fields_own_keys_come_between_the_letters_where_they_were_pressed() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.burst(
            *"teh", "backspace", "backspace", *"he", "left", "left", "X", "home", "!", "alt+n", "1", "backspace", "2"
        )
        app.burst("ctrl+j")
        async with asyncio.timeout(10):
            while not app.told:
                await pilot.pause(0.01)
        assert app.texts() == ("!tXhe", "2")


async def test_a_field_that_is_gone_holds_nothing_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_turns, "PATIENCE", 0.05)
    app = Host()
    async with app.run_test() as pilot:
        monkeypatch.setattr(app.focused, "call_later", lambda *_: False)  # as of a widget that was removed
        app.burst("alt+n", "x")
        async with asyncio.timeout(10):
            while app.texts() != ("", "x"):
                await pilot.pause(0.01)
