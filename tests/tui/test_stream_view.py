from __future__ import annotations

import asyncio
import time

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset, Size
from textual.pilot import Pilot
from textual.selection import SELECT_ALL, Selection
from textual.widgets import Input

from tests.support.settle import until
from workbench.tui.display import install
from workbench.tui.flush import Flusher
from workbench.tui.layout.document import Kind
from workbench.tui.widgets.stream_view import StreamView


class Host(App[None]):
    CSS = "StreamView { height: 10; } Input { height: 3; }"

    def __init__(self, text: str = "", kind: Kind = "markdown", follow: bool = True) -> None:
        super().__init__()
        install(self)
        self.view = StreamView(text, kind=kind, follow=follow)
        self.follow_changes: list[bool] = []
        self.clicked: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view
        yield Input()

    def on_mount(self) -> None:
        self.view.focus()

    def on_stream_view_follow_changed(self, message: StreamView.FollowChanged) -> None:
        self.follow_changes.append(message.following)

    def on_stream_view_link_clicked(self, message: StreamView.LinkClicked) -> None:
        self.clicked.append(message.url)


def shown(view: StreamView) -> list[str]:
    """The rows that are on the screen, as drawn."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def lines(first: int, last: int) -> str:
    return "".join(f"line {number}\n" for number in range(first, last + 1))


def following(app: Host) -> bool:
    return app.view.following


async def settle(app: Host) -> None:
    """Until everything that was asked for is drawn, and the layout that it needed is done."""
    await until(lambda: Flusher.of(app).idle)
    await Pilot(app).pause()


async def test_text_is_drawn_and_followed_and_the_clock_sleeps_after_it() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        for number in range(1, 31):
            app.view.append(f"line {number}\n")
        app.view.finish()
        await settle(app)
        await pilot.pause()
        assert shown(app.view)[-1] == "line 30"
        assert following(app)
        assert app.view.virtual_size == Size(39, 30)
        assert app.view.scroll_offset.y == 20
        assert app.view.vertical_scrollbar.position == 20
        assert app.view.source == lines(1, 30)
        assert Flusher.of(app).idle


async def test_the_first_text_is_drawn_within_a_frame() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)):
        await settle(app)
        waits = []
        for word in ("one ", "two ", "three ", "four "):
            drawn = asyncio.Event()

            def flush(drawn: asyncio.Event = drawn) -> bool:
                drawn.set()
                return StreamView.flush(app.view)

            app.view.flush = flush  # type: ignore[method-assign]
            app.view.append(word)
            start = time.monotonic()
            await asyncio.wait_for(drawn.wait(), 5)
            waits.append(time.monotonic() - start)
            await asyncio.sleep(0.1)  # the rest after a flush is over, and what comes now is a first text again
        assert min(waits) < 0.04, waits
        assert shown(app.view)[0] == "one two three four"


async def test_new_text_does_not_move_what_is_read_and_end_follows_again() -> None:
    app = Host(lines(1, 50))
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(app)
        await pilot.press("pageup")
        await settle(app)
        await pilot.wait_for_scheduled_animations()
        before = shown(app.view)
        assert not following(app)
        app.view.append(lines(51, 90))
        await settle(app)
        assert shown(app.view) == before
        assert app.view.virtual_size.height == 90
        await pilot.press("end")
        assert following(app)
        assert shown(app.view)[-1] == "line 90"
        app.view.append(lines(91, 95))
        await settle(app)
        assert shown(app.view)[-1] == "line 95"
        await pilot.pause()
        assert app.follow_changes == [False, True]


async def test_scrolling_to_the_bottom_follows_again() -> None:
    app = Host(lines(1, 50))
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(app)
        app.view.scroll_to(y=38, animate=False)
        assert not following(app)
        app.view.scroll_to(y=40, animate=False)
        assert following(app)
        await pilot.pause()


async def test_following_lays_out_the_screen_once_not_at_every_flush() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        sizes: list[Size] = []

        def changed(size: Size) -> None:
            sizes.append(size)

        app.view.watch(app.view, "virtual_size", changed, init=False)
        for number in range(1, 30):
            app.view.append(f"line {number}\n")
            app.view.flush()
            await pilot.pause()
        assert len(sizes) <= 2
        assert app.view.scroll_offset.y == app.view.virtual_size.height - 10


async def test_a_change_of_width_keeps_the_line_that_is_read() -> None:
    text = "\n\n".join(f"paragraph {number} " + "words " * 20 for number in range(60))
    app = Host(text)
    async with app.run_test(size=(80, 20)) as pilot:
        await settle(app)
        app.view.find("paragraph 30")
        app.view.clear_find()
        await pilot.resize_terminal(30, 20)
        await settle(app)
        assert any("paragraph 30" in row or "paragraph 29" in row for row in shown(app.view))
        assert not following(app)
        await pilot.resize_terminal(80, 20)
        await settle(app)
        assert any("paragraph 30" in row or "paragraph 29" in row for row in shown(app.view))


async def test_plain_shows_the_source_and_back() -> None:
    app = Host("**bold** <b>\n")
    async with app.run_test(size=(40, 20)):
        await settle(app)
        assert shown(app.view)[0] == "bold <b>"
        app.view.markdown = False
        await settle(app)
        assert shown(app.view)[0] == "**bold** <b>"
        assert not app.view.markdown
        app.view.markdown = True
        await settle(app)
        assert shown(app.view)[0] == "bold <b>"


async def test_set_text_shows_the_top_and_keeps_the_place_when_it_changes() -> None:
    app = Host(kind="plain", follow=False)
    async with app.run_test(size=(40, 20)):
        app.view.set_text(lines(1, 100))
        await settle(app)
        assert shown(app.view)[0] == "line 1"
        app.view.scroll_to(y=42, animate=False)
        app.view.set_text(lines(1, 120))
        await settle(app)
        assert shown(app.view)[0] == "line 43"
        app.view.set_text("short")
        await settle(app)
        assert shown(app.view)[0] == "short"


async def test_clear_and_text_after_the_end() -> None:
    app = Host("old\n")
    async with app.run_test(size=(40, 20)):
        app.view.finish()
        await settle(app)
        app.view.append("more")
        await settle(app)
        assert shown(app.view)[:2] == ["old", "more"]
        app.view.clear()
        assert shown(app.view)[0] == ""
        assert app.view.source == ""
        app.view.append("new")
        await settle(app)
        assert shown(app.view)[:2] == ["new", ""]


async def test_find_goes_round_and_marks_by_more_than_colour() -> None:
    app = Host("needle\n" + lines(1, 40) + "Needle\n")
    async with app.run_test(size=(40, 20)):
        await settle(app)
        assert app.view.find("nEEdle", 1) == (2, 2)
        assert app.view.find("nEEdle", 1) == (1, 2)
        strip = app.view.render_line(0)
        assert any(s.text == "needle" and s.style is not None and s.style.reverse for s in strip)
        assert app.view.find("nEEdle", -1) == (2, 2)
        assert any("Needle" in row for row in shown(app.view))
        assert app.view.find("nothing") == (0, 0)
        assert app.view.find("") == (0, 0)


async def test_keys_select_and_soft_wraps_are_joined() -> None:
    app = Host("one two three four five six seven\n\nlast 👨‍👩‍👧‍👦 한\n", follow=False)
    async with app.run_test(size=(20, 20)) as pilot:
        await settle(app)
        await pilot.press("shift+down", "shift+end")
        assert app.view.selected_text() == "one two three four five six seven"
        await pilot.press("shift+right", "shift+down", "shift+end", "shift+left", "shift+left", "shift+left")
        assert app.view.selected_text() == "one two three four five six seven\n\nlast "
        await pilot.press("escape")
        assert app.view.selected_text() == ""
        app.view.select_all()
        assert app.view.selected_text() == "one two three four five six seven\n\nlast 👨‍👩‍👧‍👦 한"
        assert app.screen.get_selected_text() == app.view.selected_text()


async def test_the_mouse_selects_words_lines_and_ranges() -> None:
    app = Host("alpha beta gamma\n\nsecond line\n", follow=False)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(app)
        await pilot.click(StreamView, offset=(7, 0), times=2)
        assert app.view.selected_text() == "beta"
        await pilot.click(StreamView, offset=(7, 0), times=3)
        assert app.view.selected_text() == "alpha beta gamma"
        await pilot.mouse_down(StreamView, offset=(6, 0))
        await pilot.hover(StreamView, offset=(5, 2))
        await pilot.mouse_up(StreamView, offset=(5, 2))
        assert app.view.selected_text() == "beta gamma\n\nsecond"


async def test_a_selection_stays_on_its_text_when_the_pane_changes_its_width() -> None:
    app = Host("many words in a line that wraps and TARGET here\n" * 3)
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(app)
        start = shown(app.view)[1].index("TARGET")
        app.screen.selections = {app.view: Selection(Offset(start, 1), Offset(start + 6, 1))}
        await pilot.resize_terminal(20, 20)
        await settle(app)
        assert app.view.selected_text() == "TARGET"


async def test_selecting_stops_following() -> None:
    app = Host(lines(1, 50))
    async with app.run_test(size=(40, 20)):
        await settle(app)
        app.screen.selections = {app.view: SELECT_ALL}
        await settle(app)
        assert not following(app)
        assert app.view.selected_text().startswith("line 1\nline 2")
        app.screen.clear_selection()
        await settle(app)
        assert following(app)


async def test_only_a_web_link_says_that_it_was_clicked() -> None:
    app = Host("[go](https://e.org/x) [mail](mailto:a@b)\n")
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(app)
        await pilot.click(StreamView, offset=(0, 0))
        await pilot.click(StreamView, offset=(22, 0))
        await pilot.click(StreamView, offset=(50, 0))
        await pilot.pause()
        assert app.clicked == ["https://e.org/x"]


@pytest.mark.parametrize("width", [2, 3, 4, 10, 200])
async def test_any_size_draws_rows_of_exactly_its_width(width: int) -> None:
    app = Host("한글 text\n\n```\n코드\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n- 👨‍👩‍👧 item\n> quote\n")
    async with app.run_test(size=(width, 20)):
        await settle(app)
        for y in range(app.view.size.height):
            assert app.view.render_line(y).cell_length == app.view.size.width - 1


async def test_every_theme_draws_and_changes_the_styles() -> None:
    app = Host("# Head\n\n`code` [l](http://x.y)\n")
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(app)
        seen = set()
        for theme in sorted(app.available_themes):
            app.theme = theme
            await pilot.pause()
            seen.add(str([segment.style for segment in app.view.render_line(2)]))
            assert shown(app.view)[0] == "Head"
        assert len(seen) > 5


async def test_a_hidden_pane_costs_nothing_and_shows_all_when_it_comes_back() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(app)
        app.view.display = False
        await pilot.pause()
        app.view.append("unseen\n")
        await pilot.pause(0.1)
        assert not app.view.flush()
        assert Flusher.of(app).idle
        app.view.display = True
        await pilot.pause()
        await settle(app)
        assert shown(app.view)[0] == "unseen"


async def test_a_removed_pane_is_forgotten() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.append("text")
        await app.view.remove()
        await pilot.pause(0.1)
        assert Flusher.of(app).idle


async def test_json_has_its_looks_and_long_lines_keep_their_text() -> None:
    text = '{\n  "key": "value",\n  "n": 1.5,\n  "long": "' + "x" * 50 + '"\n}'
    app = Host(text, kind="json", follow=False)
    async with app.run_test(size=(30, 20)):
        await settle(app)
        assert shown(app.view)[:3] == ["{", '  "key": "value",', '  "n": 1.5,']
        pieces = {s.text: s.style for s in app.view.render_line(1)}
        assert pieces['"key"'] != pieces['"value"']
        app.view.select_all()
        assert app.view.selected_text() == text


async def test_panes_are_flushed_one_at_a_time_in_turn() -> None:
    class Recorder:
        def __init__(self, name: str) -> None:
            self.name = name

        def flush(self) -> bool:
            order.append(self.name)
            if len(order) < 9:
                flusher.request(self)
            else:
                done.set()
            return True

    order: list[str] = []
    done = asyncio.Event()
    app = Host()
    async with app.run_test():
        flusher = Flusher.of(app)
        for pane in [Recorder("a"), Recorder("b"), Recorder("c")]:
            flusher.request(pane)
        await asyncio.wait_for(done.wait(), 5)
        assert order[:9] == ["a", "b", "c"] * 3
