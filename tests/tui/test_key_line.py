from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from workbench.tui.commands import bindings
from workbench.tui.widgets.key_line import Key, KeyLine, placed


class Pad(Widget, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,z", "poke", "Poke", tooltip="pokes"),
        Binding("q", "hidden", "Hidden", show=False),
    ]
    poked = 0
    allowed: bool | None = True

    def action_poke(self) -> None:
        self.poked += 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.allowed if action == "poke" else True


class Other(Widget, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "sing", "Sing")]


class Host(App[None]):
    BINDINGS = bindings("app")

    def compose(self) -> ComposeResult:
        yield Pad()
        yield Other()
        yield KeyLine()

    @property
    def line(self) -> str:
        return self.query_one(KeyLine).render_line(0).text


async def test_it_shows_the_keys_of_the_focus_and_pins_help() -> None:
    app = Host()
    async with app.run_test(size=(80, 5)) as pilot:
        app.query_one(Pad).focus()
        await pilot.pause()
        assert app.line.startswith(" x Poke")
        assert "Hidden" not in app.line
        assert "F1 Help" in app.line
        assert "^P Palette" in app.line
        app.query_one(Other).focus()
        await pilot.pause()
        assert app.line.startswith(" y Sing")
        assert "Poke" not in app.line


async def test_a_click_presses_the_key() -> None:
    app = Host()
    async with app.run_test(size=(80, 5)) as pilot:
        pad = app.query_one(Pad)
        pad.focus()
        await pilot.pause()
        await pilot.click(KeyLine, offset=(3, 0))
        await pilot.pause()
        assert pad.poked == 1
        await pilot.click(KeyLine, offset=(30, 0))
        await pilot.pause()
        assert pad.poked == 1


async def test_an_action_that_is_off_is_left_out_or_only_shown() -> None:
    app = Host()
    async with app.run_test(size=(80, 5)) as pilot:
        pad = app.query_one(Pad)
        pad.allowed = None
        pad.focus()
        await pilot.pause()
        assert "Poke" in app.line
        await pilot.click(KeyLine, offset=(3, 0))
        await pilot.pause()
        assert pad.poked == 0
        pad.allowed = False
        app.screen.refresh_bindings()
        await pilot.pause()
        assert "Poke" not in app.line


@pytest.mark.parametrize("size", [(1, 1), (10, 1), (10, 3)])
async def test_it_fits_any_terminal(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.query_one(Pad).focus()
        await pilot.pause()
        assert len(app.line) == app.query_one(KeyLine).size.width


KEYS = st.lists(
    st.builds(Key, st.just("x"), st.sampled_from(["^J", "x"]), st.sampled_from(["Run", "Far away"])), max_size=6
)


@given(KEYS.map(tuple), KEYS.map(tuple), st.integers(0, 90))
@settings(max_examples=50)
@example((), (Key("x", "^J", "Run"),), 7)
def test_no_key_is_cut_and_none_overlap(left: tuple[Key, ...], right: tuple[Key, ...], width: int) -> None:
    at = 0
    for x, key in placed(left, right, width):
        assert x > at or (x, at) == (1, 0)
        at = x + key.width
        assert at <= width or key in right[:1]
    assert not right or width <= right[0].width or any(key == right[0] for _, key in placed(left, right, width))
