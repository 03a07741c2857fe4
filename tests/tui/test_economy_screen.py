"""The token economy on the screen: facts as they arrive, models to compare, a name that is typed, one that is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input, Static

from tests.support import settle
from tests.support.app import open_bench
from workbench.core.beside_messages import Spoken
from workbench.core.connection import Connection
from workbench.core.economy import PastRun, economy
from workbench.core.model_costs import ModelCost
from workbench.core.request import Request
from workbench.token_economy import TokenEconomy
from workbench.tui.economy_lines import economy_lines
from workbench.tui.screens.economy import EconomyScreen
from workbench.tui.widgets.economy_view import EconomyView
from workbench.tui.widgets.pick_list import PickList

SYSTEM = Spoken("system", "너는 뉴스를 요약한다. [b]굵게[/b]\n둘째 줄 " * 20)
MESSAGES = (SYSTEM, *(Spoken("user", f"질문 {n} " * n) for n in range(1, 16)))
PAST = [PastRun((SYSTEM, Spoken("user", "전")), 900, 512, 120)]
SAID = ("The system message is 61 % of the prompt and did not change in 12 runs.", "Tokens are counted exactly.")


def known(messages: tuple[Spoken, ...] = MESSAGES) -> TokenEconomy:
    total = sum(4 + len(each.text) for each in messages)
    where = Connection("lab", "endpoint", "https://lab.example/v1", "lab.example")
    return TokenEconomy(economy(messages, PAST, len, total), True, SAID, Request({"model": "m-now"}), where)


def a_cost(id: str, dollars: float | None = 0.001) -> ModelCost:
    return ModelCost(id, 1_204, True, dollars, dollars, None, None, 128_000)


COSTS = [a_cost("m-now"), a_cost("m-large", 0.4), *(a_cost(f"other-{n}", None) for n in range(150))]


class Host(App[None]):
    def __init__(self, *, early: bool = False) -> None:
        super().__init__()
        self.got: list[str | None] = []
        self.looked_up: list[str] = []
        self.asked = EconomyScreen("뉴스", "m-now", self._cost_of)
        if early:
            self.asked.show(known())

    async def _cost_of(self, name: str) -> ModelCost:
        self.looked_up.append(name)
        return a_cost(name, 0.02)

    def on_mount(self) -> None:
        self.push_screen(self.asked, self.got.append)

    @property
    def shown(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


@pytest.mark.parametrize("width", [1, 8, 20, 38, 76, 110])
def test_the_lines_keep_to_their_room(width: int) -> None:
    lines = economy_lines(known(), width, 12)
    assert all(sum(_cells(piece.text) for piece in line) <= max(width, 3) for line in lines)
    assert all("\n" not in piece.text for line in lines for piece in line)


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def test_the_largest_come_first_and_the_rest_is_summed() -> None:
    lines = ["".join(piece.text for piece in line) for line in economy_lines(known(), 100, 12)]
    assert lines[0].startswith("1 system")
    assert "너는 뉴스를 요약한다. [b]굵게[/b]" in lines[0]
    assert "█" in lines[0]
    assert lines[12].startswith("and 4 smaller ones: ")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_what_arrives_is_shown_also_before_the_screen_is_there(size: tuple[int, int]) -> None:
    app = Host(early=True)
    async with app.run_test(size=size) as pilot:
        await settle.until(lambda: "61 %" in app.shown, 5, lambda: app.shown)
        assert "Token economy: 뉴스" in app.shown
        app.asked.set_costs(COSTS, "152 models at lab.example", 300)
        await pilot.pause()
        assert "› ● m-now" in app.shown
        assert "m-large" in app.shown
        assert "152 models" in app.shown
        assert app.screen.query_one(EconomyView).size.width > (100 if size[0] == 80 else 60) - 30
        await pilot.press("down", "enter")
    assert app.got == ["m-large"]


async def test_a_name_that_is_in_no_list_is_priced_and_can_be_taken() -> None:
    app = Host()
    async with app.run_test(size=(100, 30)) as pilot:
        app.asked.set_costs(COSTS, "", 300)
        app.asked.say("history can't be read: it is locked")
        field = app.screen.query_one(Input)
        field.value = "my-모델"
        picks = app.screen.query_one(PickList)
        await settle.until(lambda: [choice.id for choice in picks.choices] == ["my-모델"], 5, lambda: app.shown)
        assert app.looked_up == ["my-모델"]
        assert "$0.02" in str(app.screen.query_one("#about", Static).content)
        assert "can't be read" in app.shown
        await pilot.press("enter")
    assert app.got == ["my-모델"]


async def test_a_key_of_the_workbench_opens_it_and_the_model_that_is_taken_is_the_prompts(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(100, 30)) as bench:
        await bench.type("다음 기사를 요약해 줘")
        await bench.press("escape", "alt+t")
        await bench.until(lambda: "2 models at practice" in bench.shown)
        assert "No run of this prompt" in bench.shown
        assert "practice model's own" in bench.shown
        await bench.press("down", "enter")
        await bench.until(lambda: bench.app.desk.model == "practice")
