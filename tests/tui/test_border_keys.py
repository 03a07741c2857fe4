"""Keys that are named in words are pressed by a click on them."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.containers import VerticalScroll
from textual.content import Content

from tests.support import settle
from workbench.tui.border_keys import key_in
from workbench.tui.screens.reading import ReadingScreen
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.pick_list import Choice

WORDS = "enter takes it · ^S saves · shift+↑↓ scrolls · esc 나감 · n note · / to the search"


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("enter", "enter"),
        ("takes", "enter"),
        ("saves", "ctrl+s"),
        ("scrolls", ""),
        ("나감", "escape"),
        ("note", "n"),
        ("search", "slash"),
    ],
)
def test_each_part_is_its_first_word(word: str, key: str) -> None:
    at = WORDS.index(word) + (1 if word == "note" else 0) + WORDS[: WORDS.index(word)].count("나감") * 2
    assert key_in(WORDS, at) == key


def test_a_number_is_itself_and_nothing_is_nothing() -> None:
    words = "1 2 3 picks the better answer · space none"
    assert [key_in(words, at) for at in (0, 2, 4, 33, 100, -1)] == ["1", "2", "3", "space", "", ""]


async def test_a_click_on_the_border_takes_and_leaves() -> None:
    app = App[None]()
    async with app.run_test(size=(60, 12)) as pilot:
        for word, answer in (("chooses", "b"), ("leaves", None)):
            box = Chooser("Which", (Choice("a", "A"), Choice("b", "B")), chosen="b")
            answers: list[str | None] = []
            app.push_screen(box, answers.append)
            await pilot.pause()
            line = app.screen._compositor.render_strips()[box.query_one(".box").region.bottom - 1].text
            await pilot.click(offset=(line.index(word) + 1, box.query_one(".box").region.bottom - 1))
            await pilot.pause()
            assert answers == [answer]
        app.push_screen(ReadingScreen("Keys", Content("some")))
        await pilot.pause()
        region = app.screen.query_one(VerticalScroll).region
        await pilot.click(offset=(region.right - 5, region.bottom - 1))
        await settle.until(lambda: not isinstance(app.screen, ReadingScreen), 5.0, lambda: "it is still open")
