"""The Timing view: the parts of the time drawn to scale, and each attempt with what it came to."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.support.settle import until
from workbench.core.outcome import Timings
from workbench.core.trace import Trace
from workbench.tui.display import install
from workbench.tui.timing_lines import TimingShown, timing_lines
from workbench.tui.widgets.row_pane import RowPane
from workbench.tui.widgets.timing_view import TimingView


def lines(shown: TimingShown, width: int = 80) -> list[str]:
    return ["".join(piece.text for piece in line).rstrip() for line in timing_lines(shown, width)]


def trace() -> Trace:
    kept = Trace(0.0)
    kept.sent(1, 0.0)
    kept.opened(200, {"openai-processing-ms": "[b]450"}, 0.5)
    for at in (1.0, 1.1, 1.9):
        kept.received(b"x" * 1000, at)
    return kept


DONE = TimingShown(Timings(0.5, 1.0, 2.0), 1, trace(), 88.0, 89, ended="complete")


def test_the_parts_are_drawn_to_scale() -> None:
    assert lines(DONE, 40)[0] == "░" * 10 + "▒" * 10 + "█" * 20
    assert lines(DONE) == [
        "░" * 18 + "▒" * 18 + "█" * 36,
        "",
        "░ first byte        0.500 s   25 %  until the headers were here",
        "▒ first token       0.500 s   25 %  from then until the first token",
        "█ answer            1.000 s   50 %  from then until the end",
        "  total             2.000 s  complete",
        "",
        "rate            88 tok/s after the first · 89 tokens",
        "received        3.0 kB in 3 reads",
        "longest wait    0.800 s, until 1.900 s",
        "endpoint worked [b]450 ms, as it says itself",
    ]


def test_a_part_that_is_not_nothing_is_seen() -> None:
    assert lines(DONE._replace(timings=Timings(0.001, 0.002, 9.0)), 40)[0] == "░▒" + "█" * 38


@pytest.mark.parametrize(
    ("timings", "bar"),
    [
        (Timings(None, None, 3.0), "░" * 20),
        (Timings(1.0, None, 2.0), "░" * 10 + "▒" * 10),
        (Timings(0.0, 0.0, 0.0), ""),
        (Timings(2.0, 2.0, 2.0), "░" * 20),
    ],
)
def test_what_was_not_reached_is_not_drawn(timings: Timings, bar: str) -> None:
    assert lines(TimingShown(timings, 1, ended="error"), 20)[0] == bar


def test_each_attempt_with_what_it_came_to() -> None:
    kept = Trace(0.0)
    kept.sent(1, 0.0)
    kept.retrying("429 slow down.", 1.0)
    kept.sent(2, 3.0)
    told = lines(TimingShown(Timings(0.5, 0.5, 1.0), 2, kept, ended="complete"), 80)
    assert told[told.index("2 attempts in 4.000 s") :] == [
        "2 attempts in 4.000 s",
        "attempt 1       ░░░░░░░░                         sent at 0.000 s, took 1.000 s",
        "                waited 2.000 s then: 429 slow down.",
        "attempt 2       ······················████████   sent at 3.000 s, took 1.000 s",
        "                complete",
    ]
    assert "sent at 3.000 s, took 1.000 s" in lines(TimingShown(Timings(0, 0, 1.0), 2, kept), 100)[-2]
    assert lines(TimingShown(Timings(0, 0, 1.0), 2, kept), 100)[-1].strip() == "under way"


def test_a_run_from_history_and_none_at_all() -> None:
    told = lines(TimingShown(Timings(0.5, 1.0, 2.0), 3, ended="complete"))
    assert told[-3] == "attempts        3"
    assert "no times of its pieces are kept" in told[-1]
    assert "is shown here" in lines(TimingShown())[0]
    assert lines(TimingShown(ended="error")) == ["nothing was sent"]


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.view = TimingView()
        self.view.styles.height = "1fr"
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_row_pane_copy_wanted(self, event: RowPane.CopyWanted) -> None:
        self.copied.append(event.text)


async def test_the_clock_goes_on_while_it_runs_and_is_seen() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        asked = 0

        def state() -> TimingShown:
            nonlocal asked
            asked += 1
            return TimingShown(Timings(None, None, float(asked)), 1, running=asked < 5)

        app.view.show(state)
        await until(lambda: "5.000 s" in app.view.source)
        assert "so far" not in app.view.source
        assert app.view.find("TOTAL") == (1, 1)
        await pilot.click(TimingView, offset=(4, 2))
        await pilot.press("y")
        await pilot.pause()
        assert app.copied == [app.view.source]
        asked = 0
        app.view.display = False
        app.view.show(state)
        await pilot.pause(0.3)
        assert asked == 1, "nobody looks"
