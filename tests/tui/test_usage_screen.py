"""The usage screen: its lines at any width, and its keys."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App

from tests.support import settle
from workbench.core.budget import BudgetUse
from workbench.core.errors import StorageError
from workbench.core.ledger import By, LedgerSum, total
from workbench.core.money import NANO
from workbench.spending import PriceData, Spending, UsageLook
from workbench.tui.screens.usage import UsageScreen
from workbench.tui.usage_lines import Measure, chart_lines, foot_lines, table, total_line
from workbench.tui.widgets.drawing import Piece

TODAY = date(2026, 11, 22)
PRICES = PriceData("genai-prices 1.2.3", date(2026, 11, 9), ("mine",))
counts = st.integers(0, 10**12)
sums = st.builds(
    LedgerSum,
    key=st.sampled_from(["", "gpt-5.4-mini", "번역하기", "\x1b]0;x\x07", "a-name-that-does-not-end" * 4]),
    requests=st.integers(1, 10**7),
    prompt_tokens=counts,
    cached_tokens=counts,
    completion_tokens=counts,
    cost=counts,
    unknown=st.integers(0, 10),
    free=st.integers(0, 10),
    failed=st.integers(0, 10**6),
    failed_cost=counts,
)


def day(back: int, **figures: int) -> LedgerSum:
    return LedgerSum((TODAY - timedelta(days=back)).isoformat(), **figures)


def look(by: By, days: int | None, rows: tuple[LedgerSum, ...], by_day: tuple[LedgerSum, ...]) -> UsageLook:
    since = None if days is None else TODAY - timedelta(days=days - 1)
    uses = (BudgetUse("day", NANO, 850_000_000, unknown=2),)
    return UsageLook(by, since, TODAY, rows, by_day, uses, PRICES)


def text_of(line: list[Piece]) -> str:
    return "".join(piece.text for piece in line)


@settings(max_examples=40)
@given(
    st.lists(sums, max_size=6),
    st.integers(1, 210),
    st.sampled_from(list(Measure)),
    st.lists(st.tuples(st.integers(0, 400), counts), max_size=5),
)
def test_lines_keep_to_the_width(
    rows: list[LedgerSum], width: int, measure: Measure, used: list[tuple[int, int]]
) -> None:
    by_day = tuple(day(back, requests=1, cost=cost) for back, cost in sorted(dict(used).items(), reverse=True))
    seen = look(By.MODEL, None, tuple(rows), by_day)
    whole = total(rows)
    made = table(By.MODEL, rows, width)
    lines = [made.head, *made.rows, total_line("30 days", whole, width), *chart_lines(seen, measure, width, 6)]
    lines += foot_lines(seen, rows[0] if rows else None, whole, width)
    assert all(cell_len(text_of(line)) <= width for line in lines)
    assert not any("\x1b" in text_of(line) for line in lines)


def test_a_chart_has_a_bar_for_each_day_to_scale() -> None:
    seen = look(By.DAY, 4, (), (day(3, requests=1, cost=2 * NANO), day(0, requests=1, cost=NANO)))
    drawn = [text_of(line) for line in chart_lines(seen, Measure.COST, 60, 2)]
    assert drawn[0].split() == ["$2.00", "█████"]
    assert drawn[1].split() == ["0", "█████", "█████"]
    assert drawn[2].split() == ["2026-11-19", "2026-11-22", "cost", "by", "day"]
    # A place for each day, those without a request too.
    assert drawn[1].index("█████", 12) - drawn[1].index("█████") == 18
    assert chart_lines(seen, Measure.TOKENS, 60, 2) == []


class Books:
    """What the screen asks; the last questions are kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[By, int | None]] = []
        self.fault: StorageError | None = None

    def look(self, by: By, days: int | None, known: UsageLook | None) -> UsageLook:
        self.asked.append((by, days))
        if self.fault is not None:
            raise self.fault
        by_day = tuple(day(back, requests=3, failed=1, cost=NANO // (back + 1)) for back in range(9, -1, -1))
        named = (LedgerSum("gpt-5.4-mini", requests=30, cost=NANO, failed=10, failed_cost=NANO // 10),)
        return look(by, days, by_day[::-1] if by is By.DAY else named, by_day)


async def test_keys_choose_what_is_summed_and_for_how_long() -> None:
    books, warmed = Books(), asyncio.Event()
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = UsageScreen(cast("Spending", books), warmed)
        left: list[None] = []
        app.push_screen(screen, left.append)

        def shown() -> str:
            return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

        await settle.until(lambda: "reading the ledger" in shown())
        assert books.asked == []
        warmed.set()
        await settle.until(lambda: "2026-11-22 Sun" in shown())
        assert "[day]" in shown()
        assert "cost by day" in shown()
        assert "budget day: $0.85 of $1.00 (85 %), 2 at an unknown price not counted" in shown()
        assert "genai-prices 1.2.3, newest change in it 2026-11-09; your own for" in shown()
        await pilot.press("tab", "plus")
        await settle.until(lambda: "365 days" in shown() and "gpt-5.4-mini" in shown())
        assert "gpt-5.4-mini: 10 failed" in shown()
        assert "failed: 10 requests, ~$0.10" in shown()
        assert books.asked[-1] == (By.MODEL, 365)
        await pilot.press("m", "m")
        await settle.until(lambda: "requests" in shown() and "days a bar" in shown())
        books.fault = StorageError("history can't be read")
        await pilot.press("minus")
        await settle.until(lambda: "history can't be read" in shown())
        await pilot.resize_terminal(30, 10)
        await pilot.press("escape")
        assert left == [None]
