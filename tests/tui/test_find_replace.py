from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.support.settle import until
from workbench.core.find_replace import Place
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.prompt_history import PromptHistory
from workbench.tui.screens import find_replace
from workbench.tui.screens.find_replace import FindReplace
from workbench.tui.widgets.match_rows import MatchRows

THREE = (Message(Role.SYSTEM, "the first"), Message(Role.USER, "The cat, the 한국어\nthe end"), Message(Role.ASSISTANT))


class Host(App[None]):
    """The dialog over nothing, with messages of its own."""

    def __init__(self, *messages: Message) -> None:
        super().__init__()
        self.prompt = Prompt(messages=messages or THREE)
        self.history = PromptHistory()
        self.ended: list[Place | None] = []

    def get(self) -> tuple[Message, ...]:
        return self.prompt.messages

    def put(self, messages: tuple[Message, ...]) -> None:
        after = replace(self.prompt, messages=messages)
        self.history.record(self.prompt, after, 0.0)
        self.prompt = after

    def undo(self) -> str:
        self.prompt = self.history.undo(self.prompt) or self.prompt
        return "undone"

    async def open(self, pilot: Pilot[None], at: tuple[int, int] = (0, 0), needle: str = "") -> None:
        await self.push_screen(FindReplace(self, at, needle=needle), self.ended.append)
        await pilot.pause()

    @property
    def contents(self) -> list[str]:
        return [message.content for message in self.prompt.messages]

    @property
    def said(self) -> str:
        return str(self.screen.query_one("#found", Static).content)

    async def told(self, said: str) -> None:
        """Wait until that is said."""
        await until(lambda: said in self.said, told=lambda: f"not {said!r}, but {self.said!r}")


async def test_find_from_the_cursor_on_go_round_and_leave_at_the_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, (1, 5), "the")
        await app.told("3 of 4, in 2 messages")
        assert app.screen.query_one("#find", Input).selected_text == "the"
        rows = app.screen.query_one(MatchRows)
        lines = [rows.render_line(y).text.rstrip() for y in range(4)]
        assert lines == [
            "  1 system     the first",
            "  2 user       The cat, the 한국어",
            "› 2 user       The cat, the 한국어",
            "  2 user       the end",
        ]
        await pilot.press("enter", "down")
        await app.told("1 of 4")
        await pilot.press("up")
        await app.told("4 of 4")
        await pilot.click(MatchRows, offset=(5, 1))
        await app.told("2 of 4")
        await pilot.press("escape")
        assert app.ended == [Place(1, 0, 3)]


async def test_replace_one_after_the_other_then_all_and_take_each_back_in_one_step() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, (1, 0))
        await pilot.press(*"the", "tab", *"a", "ctrl+r")
        await app.told("2 of 3")
        assert app.contents == ["the first", "a cat, the 한국어\nthe end", ""]
        await pilot.click("#actions", offset=(12, 0))
        await app.told("3 replaced")
        assert app.contents == ["a first", "a cat, a 한국어\na end", ""]
        await pilot.press("ctrl+z")
        await app.told("undone")
        assert app.contents == ["the first", "a cat, the 한국어\nthe end", ""]
        await pilot.press("ctrl+z", "ctrl+z")
        await app.told("nothing was replaced here")
        assert app.contents == [message.content for message in THREE]


async def test_a_pattern_its_faults_and_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_replace, "PATIENCE", 0.05)
    app = Host(Message(Role.USER, "a" * 10_000 + "b\n\x1b[31m[/x] 한"))
    async with app.run_test(size=(40, 12)) as pilot:
        await app.open(pilot)
        await pilot.press("tab", "tab", "tab", "right", "shift+tab", "shift+tab", "shift+tab", "(")
        await app.told("is no pattern")
        await pilot.press("backspace", *"^(a|aa)+$")
        await app.told("takes too long")
        field = app.screen.query_one("#find", Input)
        field.value = r"(\[/?x\])"
        app.screen.query_one("#by", Input).value = r"\2"
        await app.told("1 of 1")
        await pilot.press("ctrl+s")
        await app.told("no such group")
        app.screen.query_one("#by", Input).value = r"<\1>"
        await pilot.press("ctrl+s")
        await app.told("1 replaced")
        assert app.contents[0].endswith("b\n\x1b[31m<[/x]> 한")
        await pilot.press("escape")
        assert app.ended == [Place(0, 10_008, 10_012)]


async def test_messages_that_change_meanwhile_are_searched_anew_and_nothing_found_is_left_without_a_place() -> None:
    app = Host()
    async with app.run_test(size=(30, 10)) as pilot:
        await app.open(pilot, needle="cat")
        await app.told("1 of 1")
        app.prompt = Prompt(messages=(Message(Role.USER, "cat cat"),))
        await pilot.press("ctrl+s")
        await app.told("2 replaced")
        assert app.contents == [" "]
        await pilot.press("escape")
        assert app.ended == [None]
