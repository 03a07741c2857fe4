"""Judging blind: what is shown of an answer, what is picked, and keys that come faster than they are handled."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from workbench.core.judging import Card, Judgement, Round
from workbench.tui.screens.judge_blind import JudgeBlind

ROUNDS = tuple(Round(0, repeat, (Card((0,), f"warm {repeat}"), Card((1,), f"cold {repeat}"))) for repeat in range(3))


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Judgement] = []
        self.taken_back: list[tuple[int, int]] = []
        self.left = False
        self.judge = JudgeBlind(ROUNDS, self.kept.append, lambda *place: self.taken_back.append(place))

    def on_mount(self) -> None:
        self.push_screen(self.judge, lambda _: setattr(self, "left", True))

    @property
    def picked(self) -> list[tuple[int | None, str]]:
        return [(each.picked, each.note) for each in self.kept]


async def burst(pilot: Pilot[None], keys: Iterable[str]) -> None:
    """Keys that all lie in the terminal's buffer before the first of them is handled."""
    for key in keys:
        named = {" ": "space", "\r": "enter", "\x1b": "escape"}.get(key, key)
        pilot.app.post_message(events.Key(named, key))
    await pilot.pause()
    await pilot.pause()


async def test_picks_notes_and_going_back() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7", "n", *"it is 2 dry", "enter", "2", "u")
        assert app.picked == [(1, "it is 2 dry")]
        assert app.taken_back == [(0, 0)]
        assert app.judge.round is ROUNDS[0]
        await pilot.press("1", "space", "n", "escape", "2")
        assert app.picked[1:] == [(0, ""), (None, ""), (1, "")]
        assert app.left


async def test_a_burst_is_taken_as_it_was_typed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await burst(pilot, "n2 good\r21nun 1")
        assert app.picked == [(1, "2 good"), (0, "")]
        field = app.judge.query_one(Input)
        assert (field.value, field.has_focus, field.display) == ("un 1", True, True)
        await burst(pilot, "\r \x1b\x1b")
        assert app.picked[2:] == [(None, "un 1")]
        assert app.left
