from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from workbench.core.usage import SessionCost
from workbench.tui.widgets.drawing import width_of
from workbench.tui.widgets.usage_meter import UsageMeter, UsageState, meter_lines

DONE = UsageState(
    prompt_tokens=871,
    cached_tokens=0,
    completion_tokens=142,
    reasoning_tokens=20,
    total_tokens=1013,
    window=400_000,
    cost_usd=0.0013,
    session=SessionCost(0.021),
    tokens_per_s=88.0,
    first_token_s=0.31,
    total_s=1.4,
    attempts=2,
)
LIVE = UsageState(prompt_tokens=871, completion_tokens=142, window=400_000, cost_usd=0.0013, attempts=1, live=True)


def text(usage: UsageState, width: int = 110, height: int = 2) -> list[str]:
    return ["".join(piece.text for piece in line) for line in meter_lines(usage, width, height)]


def test_a_finished_run_is_told_whole() -> None:
    first, second = text(DONE)
    for part in ("in 871 (0 cached)", "out 142 (reasoning 20)", "total 1,013", "ctx ", "0.3 %"):
        assert part in first
    for part in ("$0.0013 · session $0.021", "88 tok/s", "first token 0.31 s", "total 1.4 s", "attempts 2"):
        assert part in second
    assert "~" not in first + second


def test_three_lines_give_the_context_its_own() -> None:
    lines = text(DONE, 60, 3)
    assert len(lines) == 3
    assert lines[1].startswith("context ▏─")
    assert lines[1].endswith("0.3 %  of 400,000")


def test_estimates_are_marked_while_live_and_where_none_was_reported() -> None:
    first, second = text(LIVE)
    assert "in ~871" in first
    assert "out ~142" in first
    assert "~$0.0013" in second
    assert "cached" not in first
    first, second = text(LIVE._replace(live=False, estimated=True))
    assert "out ~142" in first
    assert "~$0.0013" in second


def test_before_anything_is_sent_the_cost_is_the_prompts() -> None:
    before = UsageState(prompt_tokens=2_108, cost_usd=0.0016, before=True, estimated=True)
    assert text(before)[0].startswith("in ~2,108")
    assert text(before)[1].startswith("prompt ~$0.0016 ")
    exact = before._replace(prompt_exact=True)
    assert text(exact)[0].startswith("in 2,108")
    assert text(exact)[1].startswith("prompt $0.0016 ")
    assert text(before._replace(cost_usd=None))[1].startswith("—")


def test_an_unknown_price_is_never_a_number_and_free_is_said() -> None:
    unknown = text(DONE._replace(cost_usd=None, session=SessionCost(0.0, 1)))[1]
    assert "price unknown · session price unknown" in unknown
    assert "$" not in unknown
    assert text(UsageState())[1].startswith("—"), "before a run there is nothing to have a price"
    assert text(UsageState(free=True))[1].startswith("free")
    assert "$0 " not in "".join(text(DONE._replace(cost_usd=0.0, session=SessionCost())))


def test_nothing_known_is_shown_as_nothing_known() -> None:
    lines = " ".join(text(UsageState()))
    assert "0" not in lines
    assert lines.count("—") >= 6


def test_a_long_price_pushes_and_is_not_cut() -> None:
    long = DONE._replace(cost_usd=None, session=SessionCost(0.02, 2))
    assert text(long, 98)[1].startswith("price unknown · session $0.020 + 2 unknown  88 tok/s ")
    assert text(long, 98)[1].rstrip()[-1] in "s2"


@pytest.mark.parametrize("width", [34, 54, 76, 110])
def test_nothing_moves_while_the_numbers_grow(width: int) -> None:
    def places(usage: UsageState) -> list[int]:
        lines = text(usage, width)
        return [line.find(word) for line in lines for word in ("in ", "out ", "ctx ", "first ", "total ")]

    early = LIVE._replace(
        prompt_tokens=99_999, completion_tokens=1, tokens_per_s=None, total_s=0.1, total_tokens=100_000
    )
    late = early._replace(completion_tokens=9_999, tokens_per_s=234.0, total_s=75.0, first_token_s=9.0, cost_usd=12.5)
    assert places(early) == places(late)
    assert places(late) == places(late._replace(cached_tokens=9_999, reasoning_tokens=9_999, live=False))


@pytest.mark.parametrize("width", [10, 20, 34, 54, 76, 110, 160])
def test_narrow_lines_drop_facts_and_cut_none(width: int) -> None:
    whole = [fact.strip() for line in text(DONE, 160) for fact in line.split("  ") if fact.strip()]
    for line in text(DONE, width):
        assert len(line.rstrip()) <= width or width == 10
        for fact in (part.strip() for part in line.split("  ")):
            assert any(known.startswith(fact) or fact in known for known in whole) or "ctx" in fact
    assert "142" in text(DONE, width)[0] or width < 25
    assert "$0.0013" in text(DONE, width)[1]


def test_a_nearly_full_window_is_told_by_more_than_its_number() -> None:
    styles = {piece.style for piece in meter_lines(DONE._replace(total_tokens=390_000), 110, 2)[0]}
    assert "warning" in styles
    assert "112 %" in text(DONE._replace(total_tokens=448_000))[0]


COUNTS = st.none() | st.integers(0, 2_000_000)
FLOATS = st.none() | st.floats(0, 1e6)


@given(
    st.builds(
        UsageState,
        prompt_tokens=COUNTS,
        cached_tokens=COUNTS,
        completion_tokens=COUNTS,
        reasoning_tokens=COUNTS,
        total_tokens=COUNTS,
        window=COUNTS,
        cost_usd=FLOATS,
        session=st.none() | st.builds(SessionCost, st.floats(0, 1e4), st.integers(0, 9)),
        tokens_per_s=FLOATS,
        first_token_s=FLOATS,
        total_s=FLOATS,
        attempts=st.integers(0, 9),
        live=st.booleans(),
        free=st.booleans(),
        budget=st.sampled_from(["", "83 % of the day's budget"]),
        sending=st.just(""),
    ),
    st.integers(0, 130),
    st.integers(0, 4),
)
@settings(max_examples=75)
def test_any_numbers_are_drawn(usage: UsageState, width: int, height: int) -> None:
    lines = meter_lines(usage, width, height)
    assert len(lines) == (3 if height >= 3 else 2)
    for line in lines:
        assert width_of(line) <= width + 80
        assert all("\n" not in piece.text for piece in line)


class Host(App[None]):
    CSS = "UsageMeter { height: 100%; }"

    def compose(self) -> ComposeResult:
        yield UsageMeter()


@pytest.mark.parametrize("size", [(80, 4), (120, 5), (38, 5), (10, 4), (1, 1)])
async def test_the_widget_draws_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        meter = app.query_one(UsageMeter)
        meter.show(DONE)
        await pilot.pause()
        for y in range(meter.size.height):
            assert meter.render_line(y).cell_length == meter.size.width
        if size == (120, 5):
            assert "context" in meter.render_line(1).text


async def test_the_same_numbers_are_not_drawn_again() -> None:
    app = Host()
    async with app.run_test(size=(80, 4)) as pilot:
        meter = app.query_one(UsageMeter)
        meter.show(DONE)
        await pilot.pause()
        drawn = meter._layout_updates, meter._repaint_required
        meter.show(DONE._replace())
        assert (meter._layout_updates, meter._repaint_required) == drawn
