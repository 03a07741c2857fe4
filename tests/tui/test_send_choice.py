from __future__ import annotations

import pytest
from textual.app import App

from workbench.core.prompt import SEND_ALL, Message, Role, SendLimit
from workbench.tui.screens.send_choice import SendChoice, SendChooser, send_options, typed_limit

TALK = (
    Message(Role.SYSTEM, "s"),
    *(Message(role, "x") for _ in range(5) for role in (Role.USER, Role.ASSISTANT)),
    Message(Role.USER, "now"),
)
TOKENS = (10, *(100 for _ in range(10)), 50)


def test_each_option_says_what_it_saves() -> None:
    options = {option.choice: option for option in send_options(TALK, TOKENS)}
    assert options[SendChoice()].label == "all: 6 turns"
    assert options[SendChoice()].detail == "~1,060 tokens"
    assert options[SendChoice(SendLimit(2))].label == "the last 2 turns"
    assert options[SendChoice(SendLimit(2))].detail == "~260 tokens, saves ~800 (75 %)"
    assert options[SendChoice(SendLimit(tokens=500))].detail == "3 turns: ~460 tokens, saves ~600 (57 %)"
    assert options[SendChoice(summarise=2)].label == "the last 2 turns, 4 in a summary"
    assert "~800 tokens" in options[SendChoice(summarise=2)].detail


def test_what_makes_no_difference_is_not_offered() -> None:
    options = [option.choice for option in send_options(TALK, TOKENS)]
    assert SendChoice(SendLimit(8)) not in options
    assert SendChoice(SendLimit(tokens=2_000)) not in options
    assert [option.choice for option in send_options(TALK[:3], TOKENS[:3])] == [SendChoice()]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("6", SendLimit(6)),
        (" 1 turn ", SendLimit(1)),
        ("3000 tokens", SendLimit(tokens=3000)),
        ("3,000 Tokens", SendLimit(tokens=3000)),
        ("0", None),
        ("-2", None),
        ("a lot", None),
        ("", None),
        ("9" * 30, None),
    ],
)
def test_a_typed_number(text: str, limit: SendLimit | None) -> None:
    assert typed_limit(text) == limit


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[SendChoice | None] = []

    def on_mount(self) -> None:
        self.push_screen(SendChooser(send_options(TALK, TOKENS), SEND_ALL), self.got.append)


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (["down", "enter"], SendChoice(SendLimit(1))),
        ([*"3 turns", "enter"], SendChoice(SendLimit(3))),
        (["escape"], None),
    ],
)
async def test_rows_and_numbers(keys: list[str], choice: SendChoice | None) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*("space" if key == " " else key for key in keys))
        await pilot.pause()
        assert app.got == [choice]


async def test_what_is_no_number_is_said_and_stays() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"many", "enter")
        await pilot.pause()
        assert app.got == []
        assert "no number" in str(app.screen.query_one("Static").render())
