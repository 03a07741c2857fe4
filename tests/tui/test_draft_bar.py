"""The line of tabs: what it says, where a click goes, and which tabs it shows where there is little room."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message

from workbench.tui.display import visible
from workbench.tui.widgets.draft_bar import DraftBar, Placed, bar_pieces
from workbench.tui.widgets.draft_tab import DraftTab

THREE = (DraftTab("one", changed=True), DraftTab("두 번째", mark="running"), DraftTab("", mark="failed"))


def line(tabs: tuple[DraftTab, ...], front: int, width: int, first: int = 0) -> tuple[str, list[Placed]]:
    pieces, placed, _ = bar_pieces(tabs, front, first, width)
    return "".join(piece.text for piece in pieces), placed


def test_number_name_and_marks_and_which_is_in_front() -> None:
    text, placed = line(THREE, 1, 80)
    assert text == " 1 one ● [2 두 번째 ▶] 3 unnamed ✗  + "
    assert [part.tab for part in placed] == [0, 1, 2, None]


def test_names_get_shorter_before_tabs_are_left_out() -> None:
    tabs = tuple(DraftTab("a rather long name of a draft") for _ in range(4))
    assert "a rather long name of a…" in line(tabs, 0, 120)[0]
    shorter = line(tabs, 0, 60)[0]
    assert shorter.count("a rather") == 4
    assert cell_len(shorter) <= 60


def test_the_one_in_front_is_shown_and_the_rest_is_counted() -> None:
    tabs = tuple(DraftTab(f"draft {number}") for number in range(1, 101))
    for front in (0, 50, 99):
        text, placed = line(tabs, front, 60)
        assert f"draft {front + 1}" in text
        shown = [part.tab for part in placed if part.tab is not None]
        assert front in shown
    text, placed = line(tabs, 50, 60)
    assert text.startswith("‹")
    assert text.rstrip(" +").endswith("›")


def test_going_on_keeps_the_tabs_where_they_are() -> None:
    tabs = tuple(DraftTab(f"draft {number}") for number in range(1, 31))
    _, _, first = bar_pieces(tabs, 10, 0, 60)
    _, placed, again = bar_pieces(tabs, 9, first, 60)
    assert again == first
    assert 9 in [part.tab for part in placed]


titles = st.text(max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(DraftTab, titles, st.booleans(), st.sampled_from(["", "running", "answered", "failed"])),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 29),
    st.integers(0, 29),
    st.integers(1, 120),
)
def test_any_titles_fit_any_width(tabs: list[DraftTab], front: int, first: int, width: int) -> None:
    front, first = min(front, len(tabs) - 1), min(first, len(tabs) - 1)
    pieces, placed, start = bar_pieces(tabs, front, first, width)
    assert visible("".join(piece.text for piece in pieces)) == "".join(piece.text for piece in pieces)
    assert start <= front
    assert front in [part.tab for part in placed]
    edges = [(part.start, part.end) for part in placed]
    assert all(end == begin for (_, end), (begin, _) in pairwise(edges))
    if width >= 40:
        assert sum(cell_len(piece.text) for piece in pieces) <= width


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, int | None]] = []

    def compose(self) -> ComposeResult:
        yield DraftBar(THREE, 1)

    def on_draft_bar_chosen(self, event: DraftBar.Chosen) -> None:
        self.told.append(("chosen", event.tab))

    def on_draft_bar_closed(self, event: DraftBar.Closed) -> None:
        self.told.append(("closed", event.tab))

    def on_draft_bar_moved(self, event: DraftBar.Moved) -> None:
        self.told.append(("moved", 10 * event.tab + event.place))

    def on_draft_bar_wanted(self, event: Message) -> None:
        self.told.append(("wanted", None))


async def test_the_mouse() -> None:
    app = Host()
    async with app.run_test(size=(60, 3)) as pilot:
        await pilot.click(DraftBar, offset=(3, 0))
        await pilot.click(DraftBar, offset=(13, 0), button=2)
        await pilot.click(DraftBar, offset=(36, 0))
        await pilot.click(DraftBar, offset=(55, 0))
        assert app.told == [("chosen", 0), ("closed", 1), ("wanted", None)]
        app.told.clear()
        await pilot.mouse_down(DraftBar, offset=(3, 0))
        await pilot.mouse_up(DraftBar, offset=(25, 0))
        assert app.told[0] == ("moved", 2)
        bar = app.query_one(DraftBar)
        bar.show_front(DraftTab("new name", mark="answered"))
        await pilot.pause()
        assert "[2 new name ✓]" in bar.render_line(0).text
