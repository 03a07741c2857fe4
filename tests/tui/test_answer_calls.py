"""The sheet for the answers to calls, alone: its pages, what it asks once, and texts that an editor would change."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from workbench.tui.screens.answer_calls import AnswerCalls, Answered, Page

PAGES = (
    Page("get_weather", '{"city": "서울"}', ("[/b] is missing \x1b]52;c;aGk=\x07",)),
    Page("get_time", "", text="a\u2028b\x0b", canned=True),
)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.ended: list[Answered | None] = []

    def on_mount(self) -> None:
        self.push_screen(AnswerCalls(PAGES), self.ended.append)


def said(pilot: Pilot[None], id: str) -> str:
    return str(pilot.app.screen.query_one(f"#{id}", Static).render())


@pytest.mark.parametrize("size", [(30, 10), (80, 24)])
async def test_each_call_has_its_page_and_untouched_text_stays_as_it_is(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        assert "get_weather" in said(pilot, "pages")
        assert "[/b] is missing" in said(pilot, "faults")
        await pilot.press(*"맑음", "tab")
        assert pilot.app.screen.query_one(TextArea).text == "a\nb"
        assert "get_time ✓" in said(pilot, "pages")
        await pilot.press("ctrl+r")
        await pilot.click("#pages", offset=(4, 0))
        await pilot.press("ctrl+r", "ctrl+j")
        assert app.ended == [Answered(("맑음", "a\u2028b\x0b"), (True, False), True)]


async def test_what_was_typed_is_dropped_and_an_empty_answer_sent_only_when_asked_twice() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "escape")
        assert "esc once more" in said(pilot, "said")
        await pilot.press("backspace", "ctrl+j")
        assert "^J once more sends it empty" in said(pilot, "said")
        await pilot.press("ctrl+j")
        assert app.ended == [Answered(("", "a\u2028b\x0b"), (False, True), True)]
