"""The economy of a prompt as lines to draw: its messages by size, then the facts, a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.usage import share_text, tokens_text
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, bar, fitted, shortened, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.economy import Part
    from workbench.token_economy import TokenEconomy

Line = list[Piece]

_NAME = 12
_BAR = 12
_NUMBERS = 16
"""Cells for share and tokens."""
_LEAST_TEXT = 12
_MOST_LINES = 6
"""Of one sentence."""


def economy_lines(known: TokenEconomy, width: int, most: int) -> list[Line]:
    """All of it in lines of at most `width` cells, with at most so many messages one by one."""
    economy = known.economy
    parts = economy.largest
    lines = [_part_line(part, known.exact, width) for part in parts[:most]]
    if rest := parts[most:]:
        tokens = tokens_text(sum(part.tokens for part in rest), exact=known.exact)
        lines.append([shortened(f"and {len(rest)} smaller ones: {tokens} tokens", width, "label")])
    return [*lines, [], *sentence_lines(known.sentences, width)]


def _part_line(part: Part, exact: bool, width: int) -> Line:
    """`2 user       ██████▌       52 %     1,204  Summarise this: ...`; what has no room goes, the text first."""
    name = f"{part.place} {part.role}" if part.place else part.role
    room = width - _NAME - _NUMBERS
    line: Line = [fitted(name, min(_NAME, width), "name")]
    if room >= _BAR:
        filled = bar(part.share, _BAR - 2)
        line += [Piece(filled, "bar"), Piece(" " * (_BAR - width_of([Piece(filled)])))]
        room -= _BAR
    if room >= 0:
        numbers = f"{share_text(part.share):>6}{tokens_text(part.tokens, exact=exact):>{_NUMBERS - 6}}"
        line.append(Piece(numbers, "value"))
    if room >= _LEAST_TEXT:
        line += [Piece("  "), shortened(" ".join(one_line(part.text, 4 * room).split()), room - 2, "label")]
    return line


def sentence_lines(sentences: Sequence[str], width: int) -> list[Line]:
    """Each under a mark of its own, wrapped."""
    lines: list[Line] = []
    for sentence in sentences:
        for number, text in enumerate(wrapped(sentence, max(1, width - 2), _MOST_LINES)):
            lines.append([Piece("  " if number else "· ", "label"), Piece(text, "words")])
    return lines
