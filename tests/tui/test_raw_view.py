"""The Raw view: every event with its time, hostile bytes shown, long waits found, twenty thousand rows at once."""

from __future__ import annotations

import json
import time

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.settle import until
from workbench.core.secret import Secret
from workbench.core.trace import Trace
from workbench.tui.display import install
from workbench.tui.raw_chart import chart_lines, time_text
from workbench.tui.widgets.raw_view import RawShown, RawView
from workbench.tui.widgets.row_pane import RowPane


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.view = RawView()
        self.view.styles.height = "1fr"
        self.copied: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_row_pane_copy_wanted(self, event: RowPane.CopyWanted) -> None:
        self.copied.append((event.text, event.what))


def delta(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


def trace_of(*reads: bytes, gap: float = 0.01) -> Trace:
    trace = Trace(0.0)
    trace.sent(1, 0.0)
    trace.opened(200, {"x-request-id": "req-1"}, 0.2)
    for number, read in enumerate(reads, 1):
        trace.received(read, 0.2 + gap * number)
    return trace


def shown(view: RawView) -> list[str]:
    rows = [view.render_line(y).text.rstrip() for y in range(view.size.height)]
    return [row for row in rows if row]


def foot(view: RawView) -> list[str]:
    rows = shown(view)
    return rows[next(place for place, row in enumerate(rows) if row.startswith("─ ")) :]


def under_cursor(view: RawView) -> str:
    return next(row for row in shown(view) if row.startswith("›"))


def show(view: RawView, trace: Trace, *, running: bool = False, total: float = 1.0, key: Secret | None = None) -> None:
    view.show(lambda: RawShown(trace, running, total), key.mask if key is not None else None)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_each_event_with_its_time_and_what_it_brings() -> None:
    app = Host()
    async with app.run_test(size=(90, 24)) as pilot:
        assert "every event of it is shown here" in shown(app.view)[0]
        app.view.show(lambda: RawShown(past=True))
        assert "are not in history" in " ".join(shown(app.view)[:2])
        trace = trace_of(delta("오늘"), delta(" 점심") + b": ping\n\n", b"data: [DONE]\n\n")
        show(app.view, trace)
        await pilot.pause()
        rows = shown(app.view)
        assert rows[0] == "4 events in 1.000 s"
        assert [row.split()[0] for row in rows[1:3]] == ["rate", "gap"]
        assert rows[3].strip() == "sent"
        assert rows[4].strip() == "0.200 s · status 200 · x-request-id: req-1"
        assert rows[5].split()[:6] == ["›", "1", "0.210", "s", "+0.210", "s"]
        assert '"오늘"' in rows[5]
        assert '{"choices": [{"index": 0' in rows[5]
        assert rows[6].split()[1:5] == ["0.220", "s", "+0.010", "s"]
        assert rows[7].split()[3:6] == ["+0.000", "s", "comment"]
        assert rows[8].split()[5] == "end"
        await press(pilot, "down", "y")
        assert app.copied == [(delta(" 점심").decode().strip(), "event 2")]
        assert foot(app.view)[0].startswith("─ event 2 of 4 · 0.220 s · ")
        assert "".join(foot(app.view)[1:]).startswith('data: {"choices"')
        await press(pilot, "home", "y")
        assert app.copied[1] == ("sent", "the line")
        assert app.view.source.endswith("data: [DONE]\n\n")


async def test_hostile_bytes_and_the_key_are_not_shown() -> None:
    app = Host()
    key = Secret("sk-canary-1234567890")
    async with app.run_test(size=(90, 24)) as pilot:
        evil = b"data: \x1b]52;c;eA==\x07\xff \xe2\x80\xae[/x] sk-canary-1234567890\n\n"
        trace = trace_of(evil)
        trace.headers = {"x": "[@click=app.quit]"}
        show(app.view, trace, key=key)
        await press(pilot, "y")
        text = "\n".join(shown(app.view))
        assert "␛]52;c;eA==␇� ‹U+202E›[/x] [key]" in text
        assert "[@click=app.quit]" in text
        assert "canary" not in text + app.copied[0][0] + app.view.source


async def test_long_waits_are_marked_and_found() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        trace = trace_of(*(delta(str(number)) for number in range(30)))
        for number, wait in ((10, 1.0), (20, 0.5)):
            for later in range(number, 30):
                trace.raw.read_at[later] += wait
        show(app.view, trace, total=3.0)
        await press(pilot, "right_square_bracket")
        assert "▲ +1.010 s" in under_cursor(app.view)
        assert '"10"' in under_cursor(app.view)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert '"20"' in under_cursor(app.view)
        await press(pilot, "left_square_bracket")
        assert '"10"' in under_cursor(app.view)
        assert "longest 1.010 s, before 11" in shown(app.view)[2]


async def test_what_arrives_is_followed_and_another_attempt_begins_anew() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        trace = trace_of(*(delta(str(number)) for number in range(50)))
        show(app.view, trace, running=True)
        await pilot.pause()
        assert '"49"' in under_cursor(app.view)
        trace.received(delta("more"), 5.0)
        app.view.more_soon()
        await until(lambda: '"more"' in under_cursor(app.view))
        await press(pilot, "up")
        trace.received(delta("last"), 5.1)
        app.view.read_more()
        assert '"49"' in under_cursor(app.view), "who looks elsewhere stays there"
        trace.retrying("503 overloaded.", 6.0)
        trace.sent(2, 7.5)
        app.view.read_more()
        assert [row.strip(" ›") for row in shown(app.view)] == [
            "attempt 1 sent", "503 overloaded; waited 1.500 s", "attempt 2 sent",
        ]  # fmt: skip


async def test_find_also_what_is_escaped() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        show(app.view, trace_of(delta("한"), delta("Cat"), delta("한국"), b": cat\n\n"))
        await pilot.pause()
        assert b"\\ud55c" in delta("한")
        assert [app.view.find("한"), app.view.find("한"), app.view.find("한")] == [(1, 2), (2, 2), (1, 2)]
        assert app.view.find("cat") == (1, 2)
        assert '"Cat"' in under_cursor(app.view)
        assert app.view.find("req-1") == (1, 1)
        assert app.view.find("nowhere") == (0, 0)


async def test_a_long_event_is_read_below_and_unfolds() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        show(app.view, trace_of(delta("long " * 200), delta("x" * 100_000)))
        await pilot.pause()
        assert foot(app.view)[-1].startswith("… ")
        low = len(foot(app.view))
        await press(pilot, "enter")
        assert len(foot(app.view)) > 1.5 * low
        await pilot.click(RawView, offset=(5, 23))
        assert len(foot(app.view)) == low
        await press(pilot, "down", "y")
        assert len(app.copied[0][0]) > 100_000, "all of it is copied"


async def test_twenty_thousand_events_cost_what_is_seen() -> None:
    app = Host()
    trace = trace_of(*(delta(f" word{number}") for number in range(20_000)), gap=0.001)
    async with app.run_test(size=(120, 40)) as pilot:
        start = time.perf_counter()
        show(app.view, trace, total=21.0)
        await press(pilot, "end", "pageup", "home", "pagedown", "right_square_bracket")
        assert app.view.find("word19999")[1] == 1
        assert time.perf_counter() - start < 3.0
        assert '" word19999"' in under_cursor(app.view)
        assert len(app.view.children) == 0


async def test_a_body_that_is_no_stream() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        show(app.view, trace_of(b'{"choices": [', b"]}"))
        await pilot.pause()
        assert shown(app.view)[0] == "2 reads in 1.000 s"
        assert shown(app.view)[3].endswith('{"choices": [')


@pytest.mark.parametrize("size", [(30, 10), (12, 3), (1, 1)])
async def test_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        show(app.view, trace_of(*(delta("한국어") for _ in range(30))))
        await press(pilot, "end", "enter", "home", "right_square_bracket")
        assert all(app.view.render_line(y).cell_length == app.view.size.width for y in range(app.view.size.height))


def test_a_chart_that_has_nothing_to_compare_is_left_out() -> None:
    assert len(chart_lines([0.1], 1.0, "events", 0, 80, 40)) == 1
    assert len(chart_lines([0.1, 0.2, 0.3], 1.0, "events", 0, 80, 8)) == 1
    text = "".join(piece.text for piece in chart_lines([0.1], 1.0, "events", 5_000, 80, 40)[0])
    assert text == "1 event in 1.000 s · 5.0 kB after them are not kept"
    assert all(sum(len(piece.text) for piece in line) <= 30 for line in chart_lines([1, 2, 3], 4, "events", 0, 30, 40))


@pytest.mark.parametrize(("seconds", "text"), [(0.0, "0.000 s"), (12.34, "12.340 s"), (185.12, "3 m 05.1 s")])
def test_times(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
