"""Sums in the lanes of large ints are the sums."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.compare.sums import MOST, Counting, SquareSums, pack, pick, unpack

LANES = st.lists(st.integers(0, MOST - 1), min_size=1, max_size=9)


@settings(max_examples=60)
@given(LANES)
def test_what_is_packed_comes_out_again(values: list[int]) -> None:
    assert unpack(pack(values), len(values)).tolist() == values


@settings(max_examples=60)
@given(st.data())
def test_sums_over_rows_and_columns(data: st.DataObject) -> None:
    number = data.draw(st.integers(2, 7))
    rows = data.draw(
        st.lists(
            st.lists(st.integers(0, MOST // 49 - 1), min_size=number, max_size=number), min_size=number, max_size=number
        )
    )
    places = data.draw(st.lists(st.integers(0, number - 1), min_size=2, unique=True))
    assert SquareSums(rows).among(pick(places)) == sum(rows[i][j] for i in places for j in places)


@settings(max_examples=60)
@given(st.data())
def test_each_lane_is_counted_by_itself(data: st.DataObject) -> None:
    observed = data.draw(LANES)
    near = data.draw(st.sampled_from([0, 5, MOST // 4]))
    close = st.sampled_from([-6, -5, 0, 1, 5, 6])
    draws = [
        [
            min(MOST - 1, max(0, value + data.draw(close)))
            if data.draw(st.booleans())
            else data.draw(st.integers(0, 9))
            for value in observed
        ]
        for _ in range(4)
    ]
    counting = Counting(pack(observed), len(observed), near)
    for values in draws:
        counting.add(pack(values))
    assert counting.counts.tolist() == [
        sum(values[lane] <= bound + near for values in draws) for lane, bound in enumerate(observed)
    ]
