from __future__ import annotations

import pytest
from textual.app import App
from textual.widgets import Input

from workbench.tui.widgets.model_field import ModelPicker
from workbench.tui.widgets.pick_list import PickList

IDS = ("gpt-5.4", "gpt-5.4-mini", "o3", "llama3:8b-instruct", "[/x]\x1b]0;t\x07")


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[str | None] = []

    def open(
        self, current: str = "gpt-5.4-mini", ids: tuple[str, ...] = IDS, note: str = "from api.openai.com"
    ) -> None:
        self.push_screen(ModelPicker(current, ids, note), self.results.append)

    @property
    def shown(self) -> list[str]:
        return [choice.id for choice in self.screen.query_one(PickList).choices]


async def test_the_whole_list_is_shown_until_something_is_typed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        assert app.screen.query_one(Input).value == "gpt-5.4-mini"
        assert app.shown == list(IDS)
        await pilot.press(*"gm")
        assert app.shown == ["gpt-5.4-mini"]


async def test_enter_takes_exactly_what_was_typed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"org/my:model v1 ", "enter")
        assert app.results == ["org/my:model v1 "]


@pytest.mark.parametrize("name", ["m" * 10_000, "모델 🤖", "a/b:c d"])
async def test_odd_names_are_kept_exactly(name: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(current=name, ids=(name,))
        await pilot.pause()
        await pilot.press("enter")
        assert app.results == [name]


async def test_the_highlighted_row_wins_and_up_goes_back_to_the_text() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"gpt", "down", "down", "enter")
        assert app.results == ["gpt-5.4-mini"]
        app.open()
        await pilot.pause()
        await pilot.press(*"gpt", "down", "up", "enter")
        assert app.results[1] == "gpt"


async def test_tab_completes_into_the_field() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press(*"lla", "tab")
        assert app.screen.query_one(Input).value == "llama3:8b-instruct"
        await pilot.press("enter")
        assert app.results == ["llama3:8b-instruct"]


async def test_an_empty_name_is_not_taken() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(current="", ids=())
        await pilot.pause()
        await pilot.press("space", "enter")
        assert app.results == []
        assert "needs a model's name" in str(app.screen.query_one("Static").render())
        await pilot.press("escape")
        assert app.results == [None]


async def test_models_that_arrive_later_leave_the_text_and_the_highlight() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(ids=("gpt-5.4",), note="asking api.openai.com")
        await pilot.pause()
        await pilot.press(*"gpt", "down")
        screen = app.screen
        assert isinstance(screen, ModelPicker)
        screen.set_models(IDS[::-1], "[b]from[/b] api.openai.com")
        await pilot.pause()
        assert "[b]from[/b]" in str(screen.query_one("Static").render())
        assert screen.query_one(Input).value == "gpt"
        assert set(app.shown) == {"gpt-5.4", "gpt-5.4-mini"}
        await pilot.press("enter")
        assert app.results == ["gpt-5.4"]


async def test_a_click_takes_the_row() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.click(PickList, offset=(4, 2))
        assert app.results == ["o3"]


@pytest.mark.parametrize("size", [(40, 12), (10, 3), (1, 1)])
async def test_it_is_drawn_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.open()
        await pilot.pause()
        await pilot.press("down", "pagedown", "x", "tab", "escape")
        assert app.results == [None]
