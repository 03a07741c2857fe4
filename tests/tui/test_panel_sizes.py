"""The sizes of the panels: steps, drags, and what the grid is given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.settings_table import SETTINGS
from workbench.tui.panel_sizes import Layout, PanelSizes

RANGES = {each.name: each for each in SETTINGS if each.table == "panels"}


def test_nothing_said_is_the_style_sheet() -> None:
    assert {PanelSizes().columns(layout) + PanelSizes().rows(layout) for layout in ("normal", "wide")} == {""}


@pytest.mark.parametrize(
    ("panel", "layout", "grid"),
    [
        ("messages", "normal", "54fr 46fr"),
        ("parameters", "normal", "54fr 46fr"),
        ("output", "normal", "46fr 54fr"),
        ("messages", "wide", "3577fr 3723fr 2700fr"),
        ("parameters", "wide", "3105fr 3795fr 3100fr"),
    ],
)
def test_a_step_makes_the_focused_panel_wider(panel: str, layout: Layout, grid: str) -> None:
    assert PanelSizes().wider(panel, layout, 4).columns(layout) == grid


def test_heights_are_those_of_the_normal_layout() -> None:
    assert PanelSizes().taller("parameters", "normal", 2).rows("normal") == "1fr 14"
    assert PanelSizes().taller("messages", "normal", 2).rows("normal") == "1fr 10"
    assert PanelSizes().taller("parameters", "wide", 2) == PanelSizes().wider("messages", "narrow", 4) == PanelSizes()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["first", "second", "rows", "step"]), st.integers(-50, 300)), max_size=6),
    st.integers(100, 300),
)
def test_every_size_is_one_that_the_settings_take(moves: list[tuple[str, int]], width: int) -> None:
    sizes = PanelSizes()
    layout: Layout = "wide" if width >= 140 else "normal"
    for move, at in moves:
        if move == "first":
            sizes = sizes.with_first_border_at(at, width, layout)
        elif move == "second":
            sizes = sizes.with_second_border_at(at, width)
        elif move == "rows":
            sizes = sizes.with_rows(at)
        else:
            sizes = sizes.wider("output", layout, at).taller("messages", layout, at)
    assert all(RANGES[name].takes(size) for name, size in sizes._asdict().items())


@pytest.mark.parametrize("x", [40, 60, 80])
def test_a_border_goes_where_the_mouse_is(x: int) -> None:
    first, second = PanelSizes().with_first_border_at(x, 120, "normal").columns("normal").split()
    assert round(120 * int(first[:-2]) / (int(first[:-2]) + int(second[:-2]))) in (x - 1, x, x + 1)
