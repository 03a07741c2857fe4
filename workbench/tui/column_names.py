"""What a column is called in as many cells as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from workbench.core.column_labels import BETWEEN
from workbench.tui.display import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 500
"""Cells of a label that are looked at."""
_LEAST_PART = 4
"""Cells that a part keeps of itself beside others."""


def name_in(label: str, brief: str, room: int) -> str:
    """The label in at most `room` cells; where it is too long `brief`, and of that a piece of each part."""
    whole = one_line(label, _LONGEST)
    if cell_len(whole) <= room:
        return whole
    short = one_line(brief or label, _LONGEST)
    if cell_len(short) <= room:
        return short
    parts = short.split(BETWEEN)
    left = room - len(BETWEEN) * (len(parts) - 1)
    if left < _LEAST_PART * len(parts):
        return _cut(short, room)
    sizes: dict[int, int] = {}
    for place in sorted(range(len(parts)), key=lambda place: cell_len(parts[place])):
        sizes[place] = min(cell_len(parts[place]), left // (len(parts) - len(sizes)))
        left -= sizes[place]
    return BETWEEN.join(_cut(part, sizes[place]) for place, part in enumerate(parts))


def names_in(labels: Sequence[str], briefs: Sequence[str], room: int) -> list[str]:
    """The labels in at most `room` cells each, all in the same form."""
    whole = all(cell_len(one_line(label, _LONGEST)) <= room for label in labels)
    return [name_in(label if whole else brief, brief, room) for label, brief in zip(labels, briefs, strict=True)]


def _cut(text: str, room: int) -> str:
    """A message's text keeps its beginning, from where the versions differ; all else also its end, since names and
    numbers differ there."""
    if cell_len(text) <= room or text.startswith('"'):
        return one_line(text, room)
    tail = text
    while cell_len(tail) > room // 2:
        tail = tail[1:]
    return f"{one_line(text, max(1, room - cell_len(tail)))}{tail}"
