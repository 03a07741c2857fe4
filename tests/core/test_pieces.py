from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.pieces import Pieces


@settings(max_examples=50)
@given(st.text(max_size=5), st.lists(st.text(max_size=3) | st.none(), max_size=1_200))
def test_the_pieces_are_the_text_whenever_it_is_asked_for(begin: str, steps: list[str | None]) -> None:
    pieces, text = Pieces(begin), begin
    for step in steps:
        if step is None:
            assert pieces.whole() == text
        else:
            pieces.append(step)
            text += step
        assert bool(pieces) == bool(text)
    assert pieces.whole() == text


def test_many_small_pieces_take_little_more_than_their_text() -> None:
    pieces = Pieces()
    tracemalloc.start()
    try:
        for number in range(20_000):
            pieces.append(f"{number:05}")
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 2 * 5 * 20_000
