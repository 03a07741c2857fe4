"""What the Tokens view says around the text: the figures of the answer, and the token under the cursor with what might
have stood in its place."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from rich.cells import cell_len

from workbench.core.counted import counted
from workbench.core.token_probabilities import Candidate, TokenText, percent, quoted
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, bar, padded, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = ((0.9, "sure"), (0.5, "likely"), (0.1, "doubtful"), (0.0, "unlikely"))
"""The least probability of each level, and the style that it is drawn in."""
_LEGEND = ("90 % and more", "from 50 %", "from 10 %", "below")
_SHORT_LEGEND = ("≥90", "≥50", "≥10", "<10 %")
_MOST_NAME = 32
_LEAST_BAR, _MOST_BAR = 6, 40
_PERCENT = 8

Line = list[Piece]


def level_of(logprob: float | None) -> str:
    """The name of the style that a probability is drawn in."""
    if logprob is None:
        return "untold"
    share = exp(min(0.0, logprob))
    return next(name for least, name in LEVELS if share >= least)


def head_pieces(tokens: TokenText, spread: float | None, note: str, width: int) -> list[Line]:
    """The figures of the whole answer, and how each level is drawn."""
    count = len(tokens.tokens)
    low = sum(1 for token in tokens.tokens if (share := token.chosen.probability) is not None and share < 0.1)
    figures = [counted(count, "token")]
    if spread is not None:
        figures.append(f"perplexity {spread:,.2f}" if spread < 1e6 else f"perplexity {spread:.1e}")
        figures.append(f"{low:,} below 10 %")
    head = [Piece(one_line(" · ".join(figures), width))]
    lines = [head, _legend(width)]
    return [*lines, [Piece(one_line(f"! {note}", width), "number")]] if note else lines


def _legend(width: int) -> Line:
    for words in (_LEGEND, _SHORT_LEGEND):
        line = [Piece("how likely: ", "dim")] if words is _LEGEND else []
        for (_, style), word in zip(LEVELS, words, strict=True):
            line += [Piece(f" {word} ", style), Piece(" ")]
        if width_of(line) <= width:
            return line
    return padded(line, width)


def detail_lines(tokens: TokenText, index: int, width: int) -> list[Line]:
    """The token at `index`: a line on its place, then a line for each candidate."""
    token = tokens.tokens[index]
    names = tokens.names(index)
    rank = next(place for place, (candidate, _) in enumerate(names, 1) if candidate is token.chosen)
    parts = [f"token {index + 1:,} of {len(tokens.tokens):,}"]
    unit = tokens.units[tokens.unit_at(index)]
    if unit.end - unit.first > 1:
        parts.append(f"{index - unit.first + 1} of {unit.end - unit.first} of {quoted(unit.text)}")
        if unit.logprob is not None:
            parts.append(f"{percent(exp(min(0.0, unit.logprob)))} together")
    if token.chosen.logprob is not None:
        parts.append(f"logprob {token.chosen.logprob:.3f}")
    if len(names) > 1:
        parts.append("the likeliest" if rank == 1 else f"number {rank} of {len(names)}")
    title = one_line(" · ".join(parts), max(0, width - 4))
    rule = [Piece("─ ", "dim"), Piece(title, "key"), Piece(" " + "─" * max(0, width - cell_len(title) - 3), "dim")]
    lines = [rule, *_candidate_lines(names, token.chosen, width)]
    if len(names) == 1:
        lines.append([Piece("  no alternatives were told: top_logprobs says how many", "dim")])
    return lines


def _candidate_lines(names: Sequence[tuple[Candidate, str]], chosen: Candidate, width: int) -> list[Line]:
    widest = max(cell_len(one_line(name, _MOST_NAME)) for _, name in names)
    room = width - 2 - _PERCENT - 2 - min(_MOST_NAME, widest)
    lines: list[Line] = []
    for candidate, name in names:
        is_chosen = candidate is chosen
        shown = one_line(name, min(_MOST_NAME, max(4, width - 2 - _PERCENT - 1)))
        line = [
            Piece("● " if is_chosen else "  ", "cursor"),
            Piece(shown + " " * max(0, widest - cell_len(shown)), "cursor" if is_chosen else "string"),
            Piece(percent(candidate.probability).rjust(_PERCENT) + "  ", "number" if is_chosen else "dim"),
        ]
        if room >= _LEAST_BAR and candidate.probability is not None:
            line.append(Piece(bar(candidate.probability, min(_MOST_BAR, room)), "cursor" if is_chosen else "dim"))
        lines.append(line)
    return lines


def details_text(tokens: TokenText, index: int) -> str:
    """A token and its candidates to copy: a line each, with tabs between name, probability and logprob."""
    chosen = tokens.tokens[index].chosen
    return "\n".join(
        f"{'*' if candidate is chosen else ' '}\t{name}\t{percent(candidate.probability)}\t"
        + ("" if candidate.logprob is None else f"{candidate.logprob:.6g}")
        for candidate, name in tokens.names(index)
    )
