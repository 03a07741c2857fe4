"""The noise meter: how much each column varies by itself, how far two of them are apart, and what that shows, in words.

within  0.00  0.12  0.38  ▁▃█    between temperature 0 and temperature 1  0.44    118 to 163 words
The variety grows with temperature (p = 0.004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.widget import Widget

from workbench.core.compare.verdict_words import p_words
from workbench.core.report_figures import distance_text
from workbench.core.usage import UNKNOWN
from workbench.tui.widgets.drawing import Piece, shortened, spark, strip_of, styles_of, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from workbench.core.compare.verdict import Verdict

NOTHING_YET = "Nothing is compared before two answers are complete."
_GAP = "    "
_LONGEST_LABEL = 40
"""Cells of a name."""


class Noise(NamedTuple):
    """What the bar says. Distances are 0 to 1; None is not known, and is never shown as 0."""

    words: str = NOTHING_YET
    within: tuple[float | None, ...] = ()
    """By column."""
    current: int | None = None
    """The column that is marked, where one is."""
    pair: tuple[str, str] | None = None
    """What two columns are called, the baseline first."""
    between: float | None = None
    pair_p: float | None = None
    """The p of that pair, corrected over all."""
    lengths: tuple[int, int] | None = None
    """The shortest and the longest complete answer, in words."""
    notes: tuple[str, ...] = ()


def noise_of(verdict: Verdict | None, current: int, baseline: int) -> Noise:
    """What is said while the columns with these indexes are looked at and compared with."""
    if verdict is None:
        return Noise()
    found = verdict.findings
    told = [spread for spread in found.spreads if spread.runs]
    two = (baseline, current if current != baseline else _farthest(verdict, baseline))
    pair = next((each for each in found.comparisons if {each.a, each.b} == set(two)), None)
    return Noise(
        words=verdict.words,
        within=tuple(spread.distance_within for spread in found.spreads),
        current=current,
        pair=(found.labels[two[0]], found.labels[two[1]]) if pair is not None else None,
        between=pair.distance_between if pair is not None else None,
        pair_p=pair.p_value if pair is not None else None,
        lengths=(min(each.shortest for each in told), max(each.longest for each in told)) if told else None,
        notes=verdict.notes,
    )


def _farthest(verdict: Verdict, column: int) -> int:
    """The column that is the farthest from this one; itself where there is no other."""
    apart = {
        each.b if each.a == column else each.a: each.distance_between or 0.0
        for each in verdict.findings.comparisons
        if column in (each.a, each.b)
    }
    return max(apart, key=lambda other: apart[other], default=column)


class VerdictBar(Widget):
    """Draws a `Noise`: its figures on one line, its words on those below; a single line has the words alone."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"verdict--{name}" for name in ("plain", "label", "value", "here", "bar", "words", "note")
    }
    DEFAULT_CSS = """
    VerdictBar {
        height: 5;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        padding: 0 1;
        & > .verdict--label { color: $text-muted; }
        & > .verdict--value { color: $foreground; }
        & > .verdict--here { color: $text-accent; text-style: bold; }
        & > .verdict--bar { color: $text-accent; }
        & > .verdict--words { color: $foreground; text-style: bold; }
        & > .verdict--note { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._noise = Noise()
        self.border_title = "Noise"

    @property
    def noise(self) -> Noise:
        return self._noise

    def show(self, noise: Noise) -> None:
        """Show this; drawn again only when it says something else."""
        if noise != self._noise:
            self._noise = noise
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        lines = noise_lines(self._noise, width, height)
        return strip_of(lines[y] if y < len(lines) else [], width, styles_of(self, "verdict"))


def noise_lines(noise: Noise, width: int, height: int) -> list[list[Piece]]:
    """The lines of the bar, `height` at most; the notes stand where the words leave room."""
    lines: list[list[Piece]] = []
    if noise.within and height > 1:
        lines.append(_figures(noise, width))
    words = wrapped(noise.words, width, max(1, height - len(lines)))
    lines += [[Piece(text, "words")] for text in words]
    if noise.notes and len(lines) <= height:
        _add_notes(lines, noise.notes, width, height)
    return lines[:height]


def _add_notes(lines: list[list[Piece]], notes: Sequence[str], width: int, height: int) -> None:
    """Put the notes behind the words, and on the lines below where there are any."""
    room = width - width_of(lines[-1]) - 2
    text = " ".join(notes)
    if len(lines) == height:
        if room >= min(20, cell_len(text)):
            lines[-1] += [Piece("  "), shortened(text, room, "note")]
        return
    lines += [[Piece(line, "note")] for line in wrapped(text, width, height - len(lines))]


def _figures(noise: Noise, width: int) -> list[Piece]:
    """The figures that fit: within comes before between, that before the lengths."""
    pieces = _within(noise, width)
    for more in (_between(noise, width - width_of(pieces) - len(_GAP)), _lengths(noise)):
        if more and width_of(pieces) + len(_GAP) + width_of(more) <= width:
            pieces += [Piece(_GAP), *more]
    return pieces


def _within(noise: Noise, width: int) -> list[Piece]:
    pieces = [Piece("within ", "label")]
    for index, distance in enumerate(noise.within):
        here = index == noise.current and len(noise.within) > 1
        text = distance_text(distance)
        style = "here" if here else "label" if distance is None else "value"
        more = [Piece(f" {'›' if here else ' '}{text}", style)]
        left = len(noise.within) - index - 1
        if width_of([*pieces, *more]) + (2 if left else 0) > width:
            return [*pieces, Piece(" …", "label")]
        pieces += more
    bars = spark(noise.within)
    if bars and width_of(pieces) + 2 + len(bars) <= width:
        pieces += [Piece("  "), Piece(bars, "bar")]
    return pieces


def _between(noise: Noise, room: int) -> list[Piece]:
    """The distance of the pair with the names of both; the p goes first where there is no room, then what the names
    share, then the names."""
    if noise.pair is None:
        return []
    value = [Piece("  "), Piece(distance_text(noise.between), "label" if noise.between is None else "value")]
    with_p = [*value, Piece(f"  {p_words(noise.pair_p)}", "label")] if noise.pair_p is not None else value
    one, other = noise.pair
    shared = _shared(one, other)
    for names in (noise.pair, (one, other[shared:]), (one[shared:], other[shared:])):
        first, second = (shortened(name, _LONGEST_LABEL, "label") for name in names)
        named = [Piece("between ", "label"), first, Piece(" and ", "label"), second]
        for told in (with_p, value):
            if width_of(named) + width_of(told) <= room:
                return [*named, *told]
    return []


def _shared(one: str, other: str) -> int:
    """Characters of whole words that both begin with: the name of what is varied."""
    first, second = one.split(" "), other.split(" ")
    same = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
    return sum(len(word) + 1 for word in first[:same])


def _lengths(noise: Noise) -> list[Piece]:
    if noise.lengths is None:
        return []
    shortest, longest = noise.lengths
    words = f"{shortest:,} to {longest:,}" if shortest != longest else f"{longest:,}"
    return [Piece(f"{words if longest else UNKNOWN} words", "label")]
