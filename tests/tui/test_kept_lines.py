from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from workbench.tui.display import install
from workbench.tui.widgets.stream_paint import NO_OVERLAY, DrawnLines, Overlay
from workbench.tui.widgets.stream_view import StreamView

WORDS = "the model writes **bold** words and `code` 한글도 👍🏽 나온다\n\n- item\n\n```\nx = 1\n```\n\n".split(" ")


class Host(App[None]):
    CSS = "StreamView { height: 10; border: round $foreground 25%; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.view = StreamView()
        self.layouts = 0

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self.count(), immediate=True)

    def count(self) -> None:
        self.layouts += 1


def drawn(view: StreamView) -> list[Strip]:
    return list(view.render_lines(Region(0, 0, view.outer_size.width, view.outer_size.height)))


def drawn_anew(view: StreamView) -> list[Strip]:
    """By a view that has kept nothing; what this one keeps is left alone."""
    kept, view._lines, view._drawn = view._lines, DrawnLines(), None
    view._styles_cache.clear()
    lines, view._lines, view._drawn = drawn(view), kept, None
    return lines


async def test_what_was_kept_is_what_would_be_drawn() -> None:
    """Whatever happens to a view: its lines are those of one that keeps nothing."""
    app, chance = Host(), random.Random(5)
    async with app.run_test(size=(40, 20)) as pilot:
        view = app.view
        steps: list[Callable[[], object]] = [
            lambda: view.append(" ".join(chance.choices(WORDS, k=20))),
            lambda: view.append(chance.choice(WORDS)),
            lambda: view.scroll_to(y=chance.randrange(60), animate=False),
            lambda: view.action_select(chance.choice(["up", "down", "left", "page_down", "end"])),
            lambda: view.screen.clear_selection(),
            lambda: view.find(chance.choice(["item", "code", "한글"])),
            lambda: view.clear_find(),
            lambda: view.follow_end(),
            lambda: setattr(view, "kind", chance.choice(["plain", "markdown", "json"])),
            lambda: setattr(app, "theme", chance.choice(["textual-dark", "textual-light"])),
            lambda: view.set_text(view.source[: len(view.source) // 2]),
        ]
        for _ in range(80):
            chance.choices(steps, weights=[5, 9, 5, 3, 1, 2, 1, 2, 1, 2, 1])[0]()
            view.flush()
            if chance.random() < 0.5:
                await pilot.pause()
            kept = [list(strip) for strip in drawn(view)]
            assert kept == [list(strip) for strip in drawn_anew(view)]


async def test_a_theme_with_the_same_background_draws_anew() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.register_theme(replace(app.current_theme, name="other code", secondary="#00ff00"))
        app.view.append("some `code` in it")
        app.view.flush()
        await pilot.pause()
        before = [list(strip) for strip in drawn(app.view)]
        app.theme = "other code"
        await pilot.pause()
        assert [list(strip) for strip in drawn(app.view)] != before


async def test_a_row_that_scrolls_is_the_same_strip() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.append("".join(f"line {number}\n\n" for number in range(40)))
        app.view.flush()
        await pilot.pause()
        before = drawn(app.view)
        app.view.append("one more\n\n")
        app.view.flush()
        after = drawn(app.view)
        assert app.view.scroll_offset.y
        assert [strip.text for strip in after] != [strip.text for strip in before]
        assert sum(any(strip is old for old in before) for strip in after) >= 5


async def test_text_that_outgrows_its_pane_lays_nothing_out_and_shows_the_bar() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.append("short\n\n")
        app.view.flush()
        await pilot.pause()
        assert not app.view.vertical_scrollbar.scrolls
        bar = app.view.vertical_scrollbar
        whole = Region(0, 0, 1, bar.outer_size.height)
        assert not any(
            segment.style and segment.style.reverse for strip in bar.render_lines(whole) for segment in strip
        )
        laid_out = app.layouts
        app.view.append("".join(f"line {number}\n\n" for number in range(40)))
        app.view.flush()
        await pilot.pause()
        assert app.layouts == laid_out
        assert bar.scrolls
        assert any(segment.style and segment.style.reverse for strip in bar.render_lines(whole) for segment in strip)
        app.view.clear()
        await pilot.pause()
        assert not bar.scrolls


async def test_a_view_as_high_as_its_text_grows_with_it_up_to_its_limit() -> None:
    class Low(Host):
        CSS = f"{Host.CSS} #low {{ height: auto; max-height: 7; }}"

    app = Low()
    low = StreamView(id="low", kind="plain")
    async with app.run_test(size=(40, 20)) as pilot:
        await app.mount(low)
        await pilot.pause()
        for rows in (1, 3, 5, 9):
            low.set_text("\n".join(f"line {number}" for number in range(rows)))
            low.flush()
            await pilot.pause()
            assert low.outer_size.height == min(5, rows) + 2  # the border
        laid_out = app.layouts
        low.append("more\n" * 9)
        low.flush()
        await pilot.pause()
        assert app.layouts == laid_out
        assert low.vertical_scrollbar.scrolls
        low.clear()
        await pilot.pause()
        assert low.size.height <= 1


def test_only_what_is_shown_is_kept() -> None:
    kept = DrawnLines()
    strip = Strip.blank(3)
    for row in range(1_000):
        kept.begin("frame", 10)
        kept.keep(row, None, NO_OVERLAY, strip)
    assert kept.find(999, None, NO_OVERLAY) is strip
    assert kept.find(999, None, Overlay((0, 1))) is None
    assert kept.find(900, None, NO_OVERLAY) is None
    kept.begin("another frame", 10)
    assert kept.find(999, None, NO_OVERLAY) is None
