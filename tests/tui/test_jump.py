"""Ctrl+o: letters on all that can have the focus."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app import Bench, open_bench
from workbench.tui.jumping import LETTERS, letter_of, spots_of
from workbench.tui.screens.jump import JumpScreen
from workbench.tui.widgets.output_views import VIEWS, title_places, titles


def test_a_korean_key_is_its_letter() -> None:
    assert [letter_of(typed) for typed in ("a", "A", "ㅁ", "ㅡ", "1", "", "가")] == ["a", "a", "a", "m", "", "", ""]


@pytest.mark.parametrize("width", [20, 45, 60, 90])
def test_the_places_are_those_of_the_names(width: int) -> None:
    from textual.content import Content

    line = Content.from_markup(titles("JSON", width)).plain
    for view, place in title_places("JSON", width).items():
        assert line[place:].startswith(view[:1])
        assert place == 0 or line[place - 1] in " │"


def _letter_at(bench: Bench, x: int, y: int) -> str:
    """The letter drawn on the screen in that cell."""
    strip = bench.app.screen._compositor.render_strips()[y]
    return strip.crop(x, x + 1).text


async def test_a_letter_goes_there_and_any_other_key_leaves(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(120, 40)) as bench:
        await bench.type("안녕")
        before = [widget.region for widget in bench.screen.query("*")]
        focused = bench.app.focused
        spots = spots_of(bench.screen)
        await bench.press("ctrl+o")
        await bench.until(lambda: isinstance(bench.app.screen, JumpScreen))
        assert [widget.region for widget in bench.screen.query("*")] == before
        await bench.pilot.pause()
        assert [_letter_at(bench, spot.x, spot.y) for spot in spots] == list(LETTERS[: len(spots)])
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert bench.app.focused is focused
        assert bench.screen.messages.editor.text == "안녕"

        panel = bench.screen.query_one("#parameters")
        index = next(i for i, spot in enumerate(spots) if panel.region.offset == (spot.x, spot.y))
        await bench.press("ctrl+o", LETTERS[index])
        await bench.until(lambda: panel.has_focus)

        title = title_places("Answer", bench.screen.output.outer_size.width - 6)["Timing"]
        at = bench.screen.output.region.x + 2 + title
        assert _letter_at(bench, at + 1, bench.screen.output.region.y) == "T"
        index = next(i for i, spot in enumerate(spots) if (spot.x, spot.y) == (at, bench.screen.output.region.y))
        await bench.press("ctrl+o", LETTERS[index])
        await bench.until(lambda: bench.screen.output.view == VIEWS[-1] and bench.screen.output.shown_view.has_focus)

        # One panel at a time: the tabs lead to those that are not seen. And nothing breaks where nothing is seen.
        await bench.pilot.resize_terminal(80, 24)
        await bench.press("ctrl+o")
        await bench.until(lambda: isinstance(bench.app.screen, JumpScreen))
        await bench.pilot.resize_terminal(60, 20)
        await bench.until(lambda: bench.app.screen is bench.screen)
        tabs = bench.screen.query_one("#panels")
        index = next(i for i, spot in enumerate(spots_of(bench.screen)) if spot.y == tabs.region.y)
        await bench.press("ctrl+o", LETTERS[index])
        await bench.until(lambda: bench.screen.messages.has_focus)
        await bench.pilot.resize_terminal(30, 10)
        await bench.press("ctrl+o")
        assert bench.app.screen is bench.screen
