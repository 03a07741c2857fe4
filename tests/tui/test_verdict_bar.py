"""The noise meter: what is known and what is not, the two columns it names, and what fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict, verdict
from workbench.tui.widgets.drawing import spark, width_of
from workbench.tui.widgets.verdict_bar import NOTHING_YET, Noise, VerdictBar, noise_lines, noise_of

LABELS = ("temperature 0", "temperature 1", "temperature 1.5")


def growing() -> Verdict:
    """Five repeats: the same each time, then some words of it, then hardly one in common."""
    same = ["the cat sat on the mat all day"] * 5
    some = [f"the cat sat on the {thing} all day" for thing in ("mat", "mat", "bed", "sofa", "roof")]
    wild = [f"{word} jumps over {other} quickly {word}" for word, other in zip("abcde", "vwxyz", strict=True)]
    return verdict(LABELS, [[same], [some], [wild]], order=Order("temperature", (0, 1, 1.5)))


def text(noise: Noise, width: int = 160, height: int = 2) -> list[str]:
    return ["".join(piece.text for piece in line) for line in noise_lines(noise, width, height)]


def test_figures_and_words_of_a_growing_variety() -> None:
    figures, words = text(noise_of(growing(), 2, 0))
    assert figures.startswith("within   0.00  0.")
    assert "▁" in figures
    assert "between temperature 0 and temperature 1.5" in figures
    assert "words" in figures
    assert words.startswith("The variety grows with temperature (p < 0.001)")


def test_the_baseline_is_compared_with_the_farthest_of_the_others() -> None:
    assert noise_of(growing(), 0, 0).pair == ("temperature 0", "temperature 1.5")
    assert noise_of(growing(), 1, 0).pair == ("temperature 0", "temperature 1")
    assert noise_of(growing(), 0, 1).pair == ("temperature 1", "temperature 0")


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (100, "between temperature 0 and temperature 1.5  0.44  p = 0.03"),
        (82, "between temperature 0 and temperature 1.5  0.44"),
        (74, "between temperature 0 and 1.5  0.44"),
        (58, "between 0 and 1.5  0.44"),
        (40, ""),
    ],
)
def test_the_names_of_the_two_are_shortened_by_what_they_share(width: int, said: str) -> None:
    noise = Noise(
        words="x", within=(0.0, 0.1, 0.2), pair=("temperature 0", "temperature 1.5"), between=0.44, pair_p=0.03
    )
    first = text(noise, width)[0]
    assert first.endswith(said)
    assert ("between" in first) == bool(said)


def test_what_is_not_known_is_no_zero() -> None:
    one = verdict(LABELS[:2], [[["a b c"]], [["a b d"]]])
    figures, words = text(noise_of(one, 0, 0))
    assert "within   ›—  —" in figures.replace("within  ›", "within   ›")
    assert "0.00" not in figures
    assert "no telling a difference from noise" in words
    assert text(noise_of(None, 0, 0)) == [NOTHING_YET]


def test_one_line_has_the_words_alone() -> None:
    (only,) = text(noise_of(growing(), 0, 0), 120, 1)
    assert only.startswith("The variety grows")


def test_notes_stand_where_there_is_room() -> None:
    noise = Noise(words="Short.", within=(0.0, 0.1), notes=("With 2 repeats p can't fall below 0.33.",))
    assert text(noise, 100, 2)[1] == "Short.  With 2 repeats p can't fall below 0.33."
    assert text(noise, 30, 3)[2] == "With 2 repeats p can't fall b…"


@pytest.mark.parametrize(
    ("values", "bars"), [((0.0, 0.5, 1.0), "▁▅█"), ((0.2, None, 0.4), "▅ █"), ((0.0, 0.0), ""), ((0.3,), ""), ((), "")]
)
def test_bars_are_measured_by_the_largest(values: tuple[float | None, ...], bars: str) -> None:
    assert spark(values) == bars


@settings(max_examples=60)
@given(
    st.integers(1, 220),
    st.integers(1, 5),
    st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=20),
    st.text(max_size=80),
    st.integers(0, 20),
)
def test_nothing_is_wider_or_higher_than_its_place(
    width: int, height: int, within: list[float | None], label: str, current: int
) -> None:
    noise = Noise("한국어 words " * 20, tuple(within), current, (label, label), 0.4, 0.03, (1, 1200), ("a note",) * 3)
    lines = noise_lines(noise, width, height)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines) or width < 10


async def test_it_is_drawn_again_only_for_something_else() -> None:
    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield VerdictBar()

    async with Host().run_test(size=(100, 10)) as pilot:
        bar = pilot.app.query_one(VerdictBar)
        bar.show(noise_of(growing(), 1, 0))
        await pilot.pause()
        shown = "\n".join(bar.render_line(y).text for y in range(bar.size.height))
        assert "between" in shown
        assert "The variety grows with temperature" in shown
        assert all(bar.render_line(y).cell_length == bar.size.width for y in range(4))
