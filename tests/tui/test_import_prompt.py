from __future__ import annotations

import threading
import time

import pytest
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Static

from tests.support.settle import until
from workbench.core.errors import InputError
from workbench.tui.screens.import_prompt import ImportEditor, ImportPrompt
from workbench.tui.widgets.message_editor import PASTE_LIMIT

HOSTILE = "[/x] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"
KEY = "sk-proj-abcd1234efgh5678ijkl9012mnop"


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[str | None] = []
        self.checked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def check(self, text: str) -> str:
        self.gate.wait(10)
        self.checked.append(text)
        if "bad" in text:
            raise InputError(f"not a request: {text[:80]}")
        return f"a curl command of {len(text)} characters"

    def open(self) -> None:
        self.push_screen(ImportPrompt(self.check), self.results.append)

    @property
    def verdict(self) -> str:
        return str(self.screen.query_one("#verdict", Static).render())

    @property
    def held(self) -> str:
        return str(self.screen.query_one("#held", Static).render())

    @property
    def editor(self) -> ImportEditor:
        return self.screen.query_one(ImportEditor)


async def paste(pilot: Pilot[None], text: str) -> None:
    # As the terminal does it: the app hands the paste to what has the focus.
    pilot.app.post_message(Paste(text))
    await pilot.pause()


async def test_a_paste_is_judged_after_a_pause_and_ends_as_it_was_given() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        assert "curl command" in str(app.screen.query_one("#accepted", Static).render())
        await paste(pilot, "curl x \\\n  -d '{\u2028}' ")
        await until(lambda: app.verdict.startswith("a curl command of"))
        await pilot.press("ctrl+s")
        await until(lambda: app.results)
        assert app.results == ["curl x \\\n  -d '{\u2028}' "]


async def test_what_cannot_be_imported_stays_in_the_editor() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"bad")
        await pilot.press("ctrl+s")
        await until(lambda: "not a request: bad" in app.verdict)
        assert app.results == []
        assert app.editor.text == "bad"
        await pilot.press("backspace", "backspace", "backspace", "ctrl+s")
        assert "paste something first" in app.verdict
        await pilot.press(*"x.json", "ctrl+j")
        await until(lambda: app.results)
        assert app.results == ["x.json"]


async def test_an_old_judgement_is_not_said_of_a_newer_text() -> None:
    app = Host()
    app.gate.clear()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"bad", "ctrl+s", *"ly")
        app.gate.set()
        await until(lambda: "badly" in app.verdict)
        assert app.results == []


async def test_escape_drops_what_was_pasted_only_the_second_time() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"text", "escape")
        assert app.results == []
        assert "once more" in app.verdict
        await pilot.press("x", "escape", "escape")
        assert app.results == [None]


async def test_a_large_paste_is_held_shown_by_its_start_and_ends_whole() -> None:
    text = "\n".join(f"line {number} {HOSTILE}" for number in range(20_000))
    assert len(text) > 500_000
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"ab", "left")
        start = time.process_time()
        await paste(pilot, text)
        await until(lambda: app.held)
        assert time.process_time() - start < 5
        assert "MB held; it begins" in app.held
        assert "line 3 [/x]" in app.held
        assert "line 20" not in app.held
        await pilot.press("enter")
        await until(lambda: app.results)
        assert app.results == [f"a{text}b"]


async def test_a_megabyte_without_a_line_break_does_not_hang() -> None:
    text = "가" * 400_000
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await paste(pilot, text)
        await until(lambda: app.held)
        await pilot.press("backspace")
        await pilot.press(*"hi", "ctrl+s")
        await until(lambda: app.results)
        assert app.results == ["hi"]


async def test_a_key_in_a_paste_is_never_on_the_screen() -> None:
    text = f'curl https://x -H "Authorization: Bearer {KEY}"'
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        app.open()
        await pilot.pause()
        await paste(pilot, text)
        await until(lambda: app.held)
        assert "[key]" in app.held
        assert KEY[:12] not in app.export_screenshot()
        assert KEY not in app.editor.text
        await paste(pilot, "another")
        await until(lambda: "another" in app.held)
        await pilot.press("ctrl+s")
        await until(lambda: app.results)
        assert app.results == ["another"]


@pytest.mark.parametrize("size", [(120, 40), (40, 12), (1, 1)])
async def test_foreign_text_is_literal_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.open()
        await pilot.pause()
        await paste(pilot, f"bad {HOSTILE}")
        await pilot.press("ctrl+s")
        await until(lambda: "not a request" in app.verdict)
        await paste(pilot, HOSTILE * (PASTE_LIMIT // 10))
        await until(lambda: app.held)
        await pilot.press("escape", "escape")
        assert app.results == [None]
