from __future__ import annotations

import pytest
from textual.app import App

from workbench.tui.widgets.chooser import Chooser, yes_or_no
from workbench.tui.widgets.pick_list import Choice, PickList

CHOICES = (
    Choice("practice", "practice", "no key, no network"),
    Choice("o", "openai", "OPENAI_API_KEY"),
    Choice("l", "local"),
)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[str | None] = []

    def ask(self, screen: Chooser) -> None:
        self.push_screen(screen, self.results.append)


async def test_keys_choose() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, answer in [
            (["enter"], "o"),
            (["down", "enter"], "l"),
            (["down", "down", "down", "enter"], "l"),
            (["up", "up", "enter"], "practice"),
            (["3"], "l"),
            (["9", "enter"], "o"),
            (["escape"], None),
        ]:
            app.ask(Chooser("Connection", CHOICES, text="Where do requests go?", chosen="o"))
            await pilot.pause()
            await pilot.press(*keys)
            assert app.results.pop() == answer, keys


async def test_a_click_chooses() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Chooser("Connection", CHOICES))
        await pilot.pause()
        await pilot.click(PickList, offset=(5, 1))
        assert app.results == ["o"]


async def test_a_blind_enter_on_a_question_means_no() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(yes_or_no("Send?", "20 requests", yes="Send them", no="Do not send"))
        await pilot.pause()
        await pilot.press("enter")
        assert app.results == ["no"]


async def test_nothing_to_choose_from_can_only_be_left() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(Chooser("Empty", ()))
        await pilot.pause()
        await pilot.press("enter", "down", "1", "enter")
        assert app.results == []
        await pilot.press("escape")
        assert app.results == [None]


@pytest.mark.parametrize("size", [(80, 24), (20, 6), (1, 1)])
async def test_foreign_text_is_literal_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    bad = "[/x][@click=app.quit]q[/]\x1b]0;t\x07\n가나"
    async with app.run_test(size=size) as pilot:
        app.ask(Chooser(bad, [Choice(str(n), bad, bad) for n in range(40)], text=bad))
        await pilot.pause()
        picks = app.screen.query_one(PickList)
        for y in range(picks.size.height):
            line = picks.render_line(y)
            assert line.cell_length == picks.size.width
            assert "\x1b" not in line.text
        await pilot.press("pagedown", "pagedown", "down", "enter")
        assert app.results == ["21"]
