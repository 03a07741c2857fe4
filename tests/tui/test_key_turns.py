"""Keys that come in one burst, with a move between them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input

from tests.support.app import open_bench
from workbench.tui import key_turns
from workbench.tui.key_turns import KeyTurns


class Question(ModalScreen[str]):
    """Ends with what is entered in its field."""

    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        yield Input(id="answer")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)


class Host(App[None]):
    """Two fields; alt+n moves to the other one, ctrl+j (which nobody but the app wants) tells which one it is. f2 asks
    a question once a task has `listed` what it is about."""

    AUTO_FOCUS = "#a"
    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("alt+n", "other", priority=True),
        Binding("ctrl+j", "tell"),
        Binding("f2", "ask"),
        Binding("f3", "begin"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.turns = KeyTurns(self)
        self.told: list[str | None] = []
        self.answers: list[str] = []
        self.listed = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Input(id="a", select_on_focus=False)
        yield Input(id="b", select_on_focus=False)

    async def on_event(self, event: events.Event) -> None:
        await self.turns.handle(event, super().on_event)

    def action_tell(self) -> None:
        self.told.append(self.focused.id if self.focused is not None else None)

    def action_other(self) -> None:
        self.turns.move(self._other)

    async def _other(self) -> None:
        await asyncio.sleep(0)
        at = self.focused.id if self.focused is not None else ""
        self.screen.set_focus(self.query_one("#b" if at == "a" else "#a"))

    def action_ask(self) -> None:
        async def ask() -> None:
            await self.listed.wait()
            self.answers.append(await self.push_screen_wait(Question()))

        self.run_worker(ask())

    def action_begin(self) -> None:
        self.run_worker(asyncio.Event().wait())

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


async def test_a_dialog_that_is_opened_by_a_key_gets_what_is_typed_behind_it() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.burst(*"one", "f2", *"yes", "backspace", "enter", "tab", *"two", "ctrl+j")
        await pilot.pause(0.02)
        assert app.texts() == ("one", "")
        app.listed.set()
        async with asyncio.timeout(10):
            while not app.told:
                await pilot.pause(0.01)
        assert app.answers == ["ye"]
        assert app.texts() == ("one", "two")
        assert app.told == ["b"]


async def test_a_task_that_goes_on_holds_keys_up_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_turns, "_WORKING", 0.05)
    app = Host()
    async with app.run_test() as pilot:
        app.burst("f3", "x")
        async with asyncio.timeout(10):
            while app.texts() != ("x", ""):
                await pilot.pause(0.01)


async def test_what_is_typed_behind_the_key_that_opens_a_message_is_in_the_message(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        for key in [*"one", "escape", "enter", *"two", "escape", *"aadd", "ctrl+f", *"find", "escape", "f5", "f3", "d"]:
            bench.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await bench.until(lambda: [message.content for message in bench.screen.messages.messages] == ["onetwo"])
