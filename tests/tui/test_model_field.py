from __future__ import annotations

from datetime import date

import pytest
from textual.app import App
from textual.widgets import Input, Static

from workbench.core.model_card import ModelCard, PricePair
from workbench.tui.widgets.model_field import ModelPicker
from workbench.tui.widgets.pick_list import PickList

IDS = ("gpt-5.4", "gpt-5.4-mini", "o3", "llama3:8b-instruct", "[/x]\x1b]0;t\x07")


TODAY = date(2026, 11, 23)
FULL = (
    ModelCard(
        "gpt-5.4-mini", 400_000, 128_000, PricePair(0.75, 4.5), "yes", ("none", "xhigh"), True, True, recent=True
    ),
    ModelCard("gpt-5.5", 1_050_000, None, PricePair(5, 30), "at effort none", ("none", "xhigh"), True, True),
    ModelCard("o3", 200_000, None, PricePair(2, 8), "1 alone", ("low", "high"), True, True, date(2026, 12, 11)),
    ModelCard("a-model-nobody-knows-with-a-name-that-is-long-enough"),
)


def asked(name: str) -> ModelCard:
    """What the rules say of a name that is in no list."""
    return ModelCard(name, 8_192, listed=False) if name == "known" else ModelCard(name, listed=False)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[str | None] = []

    def open(
        self, current: str = "gpt-5.4-mini", ids: tuple[str, ...] = IDS, note: str = "from api.openai.com"
    ) -> None:
        picker = ModelPicker(current, note, today=TODAY, card_of=asked, cards=[ModelCard(id) for id in ids])
        self.push_screen(picker, self.results.append)

    @property
    def shown(self) -> list[str]:
        return [choice.id for choice in self.screen.query_one(PickList).choices]


def note(app: Host) -> str:
    return str(app.screen.query_one("#note", Static).render())


def about(app: Host) -> str:
    return str(app.screen.query_one("#about", Static).render())


def rows(app: Host) -> list[str]:
    """The heading and the rows as they are drawn."""
    picks = app.screen.query_one(PickList)
    heading = str(app.screen.query_one("#heading", Static).render())
    return [heading.rstrip(), *(picks.render_line(y).text.rstrip() for y in range(len(picks.choices)))]


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
        assert "needs a model's name" in note(app)
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
        screen.set_models([ModelCard(id) for id in IDS[::-1]], "[b]from[/b] api.openai.com")
        await pilot.pause()
        assert "[b]from[/b]" in note(app)
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


async def test_columns_stand_under_their_headings_and_fold_where_it_is_narrow() -> None:
    app = Host()
    async with app.run_test(size=(140, 30)) as pilot:
        picker = ModelPicker("o3", "", today=TODAY, cards=FULL)
        app.push_screen(picker)
        await pilot.pause()
        heading, mini, full, o3, unknown = rows(app)
        assert heading.split() == ["window", "$", "in", "/", "out", "1M", "takes", "ends"]
        assert mini.startswith("  ↺ gpt-5.4-mini")
        assert o3.startswith("  ● o3")
        for line, column, text in (
            (mini, "window", "  400k"),
            (mini, "$ in", "0.75 / 4.5"),
            (mini, "takes", "temp  effort json img"),
            (full, "takes", "temp* effort json img"),
            (o3, "takes", "      effort json img"),
            (o3, "ends", "2026-12-11"),
        ):
            assert line[heading.index(column) :].startswith(text)
        assert unknown.strip() == FULL[3].id, "nothing is known, so its name has all the room"
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        heading, mini, *_ = rows(app)
        assert "takes" not in heading
        assert mini[heading.index("$ in") :].startswith("0.75 / 4.5")
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert rows(app)[1].startswith("  ↺ gpt-5.4-mini")


async def test_all_that_is_known_of_the_model_is_told_below() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        picker = ModelPicker("known", "", today=TODAY, card_of=asked, cards=FULL)
        app.push_screen(picker)
        await pilot.pause()
        assert about(app) == "known: window 8,192"
        await pilot.press("down")
        assert "$0.75 in, $4.50 out per million tokens" in about(app)
        await pilot.press("down", "down")
        assert about(app).endswith("effort low to high · JSON schema · images · ends 2026-12-11, in 18 days")
        await pilot.press("down")
        assert about(app) == ""
        await pilot.press("up", "up", "up", "up", *"nobody")
        assert about(app) == ""
