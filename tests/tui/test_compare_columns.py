from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from tests.support.settle import until
from workbench.core.setting_difference import setting_differences
from workbench.tui.compare_state import COMPLETE, FAILED, STREAMING, WAITING, CellView, ColumnHead
from workbench.tui.display import install
from workbench.tui.jumping import spots_of
from workbench.tui.widgets.column_row import LEAST_WIDTH
from workbench.tui.widgets.column_text import ColumnText
from workbench.tui.widgets.compare_columns import CompareColumns

BASE = "- the cat sat on the mat\n\n- and slept"
OTHER = "- the dog sat on the mat\n\n- and slept well"


def heads(count: int, *, dots: tuple[str, ...] = (COMPLETE,) * 3, baseline: int = 0) -> tuple[ColumnHead, ...]:
    return tuple(
        ColumnHead(f"temperature {n}", dots, 0, "3 distinct", n == baseline, "12 tok  1.0 s") for n in range(count)
    )


def answer(text: str, base: str | None = None, state: str = "complete", error: str = "") -> CellView:
    return CellView(text, state, error, "12 tok  1.0 s", base)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.columns = CompareColumns()
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.columns

    def on_mount(self) -> None:
        self.columns.focus()

    @on(CompareColumns.CurrentChanged)
    def _current_changed(self, event: CompareColumns.CurrentChanged) -> None:
        self.told.append(event)

    def on_compare_columns_repeat_chosen(self, event: CompareColumns.RepeatChosen) -> None:
        self.told.append(event)

    def on_compare_columns_baseline_chosen(self, event: CompareColumns.BaselineChosen) -> None:
        self.told.append(event)

    def on_compare_columns_case_step(self, event: CompareColumns.CaseStep) -> None:
        self.told.append(event)

    def on_compare_columns_copy_wanted(self, event: CompareColumns.CopyWanted) -> None:
        self.told.append(event)

    def on_compare_columns_told(self, event: CompareColumns.Told) -> None:
        self.told.append(event)

    def of(self, kind: type[Message]) -> list[Message]:
        return [event for event in self.told if isinstance(event, kind)]


class Hands:
    """A host on the screen and what a person does with it."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.columns = app.columns
        self.pilot = pilot

    @property
    def screen(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def panes(self) -> list[ColumnText]:
        return [pane for pane in self.app.query(ColumnText) if not pane.has_class("-away")]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object]) -> None:
        await until(holds, told=lambda: f"the screen is\n{self.screen}")

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.screen for word in words))

    def repeats(self) -> list[tuple[int, int]]:
        return [(e.column, e.repeat) for e in self.app.told if isinstance(e, CompareColumns.RepeatChosen)]


@asynccontextmanager
async def opened(count: int = 3, size: tuple[int, int] = (96, 20)) -> AsyncIterator[Hands]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.columns.show_columns(heads(count))
        await pilot.pause()
        yield Hands(app, pilot)


async def test_answers_stand_side_by_side_with_what_differs_over_them() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer(OTHER, BASE))
        hands.columns.show_cell(2, answer("", BASE, "error", "rate limited: wait a little"))
        await hands.sees(
            "• the cat", "• the dog", "rate limited: wait a", "› temperature 0 · baseline", "temperature 2"
        )
        assert hands.screen.count("●●●  3 distinct") == 3
        assert hands.screen.count("12 tok  1.0 s") == 3


async def test_text_is_added_as_it_comes_and_its_end_moves_nothing() -> None:
    async with opened(size=(90, 12)) as hands:
        hands.columns.show_cell(0, answer("", state="waiting"))
        for number in range(30):
            hands.columns.append(0, f"line {number}\n\n")
        pane = hands.panes[0]
        await hands.sees("line 29")
        hands.columns.show_cell(0, answer(pane.source))
        await hands.pilot.pause()
        assert pane.following
        assert not pane.streaming
        assert "line 29" in hands.screen


async def test_another_answer_takes_the_place_of_one_that_streams_and_back() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer("streams on", state="streaming"))
        hands.columns.append(0, " and on")
        await hands.sees("streams on and on")
        hands.columns.show_cell(0, answer("another repeat"))
        await hands.sees("another repeat")
        hands.columns.show_cell(0, answer("streams on and on and", state="streaming"))
        hands.columns.append(0, " further")
        await hands.sees("streams on and on and")
        assert hands.panes[0].source == "streams on and on and further"
        hands.columns.show_cell(0, answer("", state="waiting"))
        hands.columns.append(0, "sent again")
        await hands.sees("sent again")


async def test_as_many_columns_as_fit_and_the_others_sideways() -> None:
    async with opened(9, size=(100, 12)) as hands:
        assert len(hands.panes) == 100 // LEAST_WIDTH
        assert sum(pane.outer_size.width + 2 for pane in hands.panes) == 100  # the frame's two
        assert len(hands.app.query(ColumnText)) == 4
        hands.columns.show_cell(8, answer("the last one", state="streaming"))
        hands.columns.append(8, " goes on")
        await hands.sees("columns 1 to 4 of 9")
        await hands.press(*["right"] * 8)
        await hands.sees("columns 6 to 9 of 9", "the last one goes on", "› temperature 8")
        await hands.press("right")
        assert hands.columns.current == 8
        await hands.press(*["left"] * 5)
        await hands.sees("columns 4 to 7 of 9", "› temperature 3")
        assert [e.column for e in hands.app.of(CompareColumns.CurrentChanged)][-1] == 3  # type: ignore[attr-defined]


async def test_a_letter_stands_on_each_column_that_is_seen_and_goes_there() -> None:
    async with opened(5, (96, 20)) as hands:
        hands.columns.current = 4
        await hands.pilot.pause()
        hands.app.set_focus(None)
        spots = spots_of(hands.app.screen)
        assert [(spot.x, spot.y) for spot in spots] == [(pane.region.x - 1, 0) for pane in hands.panes]
        spots[1].go()
        await hands.until(lambda: hands.columns.has_focus)
        assert hands.columns.current == 2  # the first one is not in sight


async def test_the_frame_runs_down_both_sides_of_each_column_and_marks_the_current_one() -> None:
    async with opened(3, size=(96, 12)) as hands:
        hands.columns.show_cell(1, answer("\n\n".join("한글 text" for _ in range(20))))
        await hands.sees("한글 text")

        def sides() -> list[set[str]]:
            """Of each column: the colours of its sides over all lines of the answers."""
            strips = hands.app.screen._compositor.render_strips()[2:-1]
            for strip in strips:
                assert strip.cell_length == 96
                assert [strip.crop(x, x + 1).text for x in (0, 31, 32, 63, 64, 95)] == ["│"] * 6
            found = []
            for x in (0, 32, 64):
                cells = [cell for s in strips for at in (x, x + 31) for cell in s.crop(at, at + 1)]
                found.append({str(cell.style.color) for cell in cells if cell.style is not None})
            return found

        first, second, third = sides()
        assert len(first) == len(second) == 1
        assert first != second == third
        await hands.press("right")
        assert sides() == [second, first, second]
        await hands.app.animator.wait_until_complete()
        await hands.pilot.resize_terminal(96, 20)
        await hands.until(lambda: sides() == [second, first, second])


async def test_text_that_came_while_a_column_was_away_is_there() -> None:
    async with opened(4, size=(60, 12)) as hands:
        await hands.press("right", "right", "right")
        hands.columns.append(0, "came unseen")
        await hands.press("left", "left", "left")
        await hands.sees("came unseen")


async def test_over_the_differences_stands_in_what_the_settings_differ() -> None:
    async with opened(2, size=(80, 14)) as hands:
        varied = setting_differences(
            {"temperature": 0, "messages[0]": "Say it in two bullets."}, {"temperature": 1.5, "messages[0]": "Say it."}
        )
        first, second = heads(2)
        columns = (first, second._replace(differs=varied))
        hands.columns.show_columns(columns)
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer(OTHER, BASE))
        await hands.sees("• and slept well")
        assert "→" not in hands.screen
        await hands.press("d")
        await hands.sees("│ temperature 0 → 1.5  ", "│ messages[0] Say it -in two bullets. ", "-cat +dog")
        rows = hands.screen.splitlines()
        assert rows[2].startswith("│ ")
        assert rows[2][:40].strip(" │") == ""
        await hands.press("d")
        await hands.sees("• and slept well")
        assert "→" not in hands.screen
        hands.columns.action_diff()
        hands.columns.show_columns((first._replace(baseline=False), second._replace(baseline=True)))
        await hands.pilot.pause()
        assert "→" not in hands.screen


async def test_one_column_takes_the_whole_width_and_gives_it_back() -> None:
    async with opened(4, size=(100, 12)) as hands:
        await hands.press("right", "z")
        assert [pane.outer_size.width + 2 for pane in hands.panes] == [100]
        await hands.sees("› temperature 1", "column 2 of 4")
        await hands.press("right")
        await hands.sees("› temperature 2")
        await hands.press("z")
        assert len(hands.panes) == 4


async def test_repeats_are_chosen_by_number_in_turn_everywhere_and_with_the_mouse() -> None:
    async with opened() as hands:
        await hands.press("right", "3", "9", "right_square_bracket", "left_square_bracket")
        assert hands.repeats() == [(1, 2), (1, 1)]
        hands.app.told.clear()
        await hands.press("right_curly_bracket")
        assert hands.repeats() == [(0, 1), (1, 1), (2, 1)]
        hands.app.told.clear()
        await hands.pilot.click(CompareColumns, offset=(64 + 4, 1))
        await hands.pilot.pause()
        assert hands.repeats() == [(2, 2)]
        assert hands.columns.current == 2


async def test_a_click_makes_a_column_the_current_one() -> None:
    async with opened() as hands:
        await hands.pilot.click(CompareColumns, offset=(35, 8))
        await hands.pilot.pause()
        assert hands.columns.current == 1
        await hands.pilot.click(CompareColumns, offset=(65, 0))
        await hands.pilot.pause()
        assert hands.columns.current == 2


async def test_pages_are_cases_where_there_are_some() -> None:
    async with opened(size=(90, 10)) as hands:
        hands.columns.show_cell(0, answer("\n\n".join(f"line {n}" for n in range(60))))
        await hands.press("pagedown")
        assert hands.panes[0].scroll_offset.y > 3
        hands.columns.show_case("case 2 of 5  text: 가나다", 5)
        await hands.sees("case 2 of 5  text: 가나다")
        top = hands.panes[0].scroll_offset.y
        await hands.press("pagedown", "pageup")
        assert [e.step for e in hands.app.of(CompareColumns.CaseStep)] == [1, -1]  # type: ignore[attr-defined]
        await hands.press("space")
        assert hands.panes[0].scroll_offset.y > top


async def test_columns_scroll_together_or_each_alone() -> None:
    async with opened(size=(90, 10)) as hands:
        for column in range(3):
            hands.columns.show_cell(column, answer("\n\n".join(f"line {n}" for n in range(40 + column))))
        await hands.press("down", "down", "down")
        await hands.until(lambda: [pane.scroll_offset.y for pane in hands.panes] == [3, 3, 3])
        await hands.press("l", "down")
        await hands.until(lambda: [pane.scroll_offset.y for pane in hands.panes] == [4, 3, 3])
        await hands.press("l", "end")
        await hands.until(lambda: [pane.scroll_offset.y == pane.max_scroll_y for pane in hands.panes] == [True] * 3)
        await hands.press("home")
        await hands.until(lambda: [pane.scroll_offset.y for pane in hands.panes] == [0, 0, 0])


async def test_differences_are_shown_by_words_and_taken_away() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer(OTHER, BASE))
        hands.columns.show_cell(2, answer(BASE, BASE))
        await hands.press("d")
        await hands.sees("- the -cat +dog sat", "- and slept +well", "+2 -1 words", "= baseline")
        hands.columns.show_cell(1, answer(BASE + " twice", BASE))
        await hands.sees("- and slept +twice", "+1 -0 words")
        await hands.press("d")
        await hands.sees("• the cat", "twice")
        assert "+twice" not in hands.screen
        assert "words" not in hands.screen
        assert hands.screen.count("3 distinct") == 3


async def test_differences_are_read_from_where_the_answer_was_read() -> None:
    async with opened(size=(96, 8)) as hands:
        hands.columns.show_cell(0, answer("", state="streaming"))
        hands.columns.show_cell(1, answer("", state="streaming"))
        hands.columns.append(0, "kept\n\ngone\n\ngone\n\ngone\n\ngone")
        hands.columns.append(1, "kept")
        hands.columns.show_cell(0, answer(hands.panes[0].source))
        hands.columns.show_cell(1, answer("kept", hands.panes[0].source))
        await hands.press("right", "d")
        await hands.sees("-gone")
        assert hands.panes[1].scroll_offset.y == 0


async def test_an_answer_that_streams_is_compared_as_far_as_it_has_come() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer("- the cat", BASE, "streaming"))
        await hands.press("d")
        await hands.sees("the same so far")
        hands.columns.append(1, " barked")
        await hands.sees("- the cat +barked")
        hands.columns.show_cell(1, answer("- the cat barked", BASE))
        await hands.until(lambda: "slept" in hands.panes[1].document.row(len(hands.panes[1].document) - 1).text)  # type: ignore[union-attr, arg-type]


async def test_the_first_difference_is_brought_into_view_in_both_columns() -> None:
    async with opened(size=(90, 10)) as hands:
        same = "\n".join(f"line {n}" for n in range(50))
        hands.columns.show_cell(0, answer(f"{same}\nthe cat\n{same}"))
        hands.columns.show_cell(1, answer(f"{same}\nthe dog\n{same}\nthe end", f"{same}\nthe cat\n{same}"))
        hands.columns.show_cell(2, answer(f"{same}\nthird"))
        await hands.press("f")
        assert "baseline" in hands.app.of(CompareColumns.Told)[-1].text  # type: ignore[attr-defined]
        await hands.press("right", "f")
        await hands.sees("the -cat +dog", "│ the cat", "│ third")
        assert hands.columns.comparing
        await hands.press("n")
        await hands.sees("+the end")
        await hands.press("N")
        await hands.sees("the -cat +dog")


async def test_equal_answers_say_that_nothing_differs() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer(BASE, BASE))
        await hands.press("right", "f")
        await hands.until(lambda: hands.app.of(CompareColumns.Told))
        assert "no difference" in hands.app.of(CompareColumns.Told)[-1].text  # type: ignore[attr-defined]


async def test_texts_too_long_to_be_compared_are_shown_as_they_are() -> None:
    async with opened() as hands:
        long = "word " * 45_000
        hands.columns.show_cell(0, answer(long))
        hands.columns.show_cell(1, answer("short", long))
        await hands.press("right", "d")
        await hands.sees("too long to compare", "short")
        await hands.press("f")
        assert "too long" in hands.app.of(CompareColumns.Told)[-1].text  # type: ignore[attr-defined]


async def test_the_current_column_becomes_the_baseline_and_is_copied() -> None:
    async with opened() as hands:
        hands.columns.show_cell(1, answer(OTHER))
        await hands.press("right", "b", "y")
        assert [e.column for e in hands.app.of(CompareColumns.BaselineChosen)] == [1]  # type: ignore[attr-defined]
        copied = hands.app.of(CompareColumns.CopyWanted)[-1]
        assert (copied.text, copied.what) == (OTHER, "the answer of temperature 1")  # type: ignore[attr-defined]
        hands.columns.show_columns(heads(3, baseline=1))
        await hands.sees("› temperature 1 · baseline")


async def test_while_answers_are_judged_blind_the_keys_are_the_judges() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer(BASE))
        hands.columns.show_cell(1, answer(OTHER, BASE))
        await hands.press("d")
        await hands.sees("+dog")
        hands.columns.blind = True
        await hands.press("1", "b", "d", "space")
        assert not hands.app.told
        assert not hands.columns.comparing
        assert "+dog" not in hands.screen


async def test_notes_give_their_lines_back_and_hostile_text_is_literal() -> None:
    hostile = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"
    async with opened() as hands:
        hands.columns.show_columns(
            tuple(ColumnHead(hostile, (STREAMING, WAITING, FAILED), 0, hostile, False, hostile) for _ in range(3))
        )
        hands.columns.show_cell(0, answer(hostile, state="error", error=f"{hostile} a note that takes lines"))
        hands.columns.show_case(hostile, 2)
        await hands.sees("[/b]", "a note that takes lines")
        assert "\x1b" not in hands.screen
        assert "\u202e" not in hands.screen
        low = hands.panes[0].outer_size.height
        hands.columns.show_cell(0, CellView("fine", "complete", "", "", None))
        await hands.until(lambda: hands.panes[0].outer_size.height > low)


async def test_a_thousand_columns_make_only_the_widgets_that_are_seen() -> None:
    async with opened(1_000, size=(100, 12)) as hands:
        for column in range(1_000):
            hands.columns.show_cell(column, answer(f"answer {column}"))
        await hands.sees("answer 3", "columns 1 to 4 of 1000")
        assert len(hands.app.query(ColumnText)) == 4


async def test_another_comparison_begins_empty() -> None:
    async with opened() as hands:
        hands.columns.show_cell(0, answer("of the first"))
        await hands.sees("of the first")
        hands.columns.show_columns(heads(2))
        await hands.until(lambda: len(hands.app.query(ColumnText)) == 2 and "of the first" not in hands.screen)
