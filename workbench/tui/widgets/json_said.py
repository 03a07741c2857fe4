"""What stands above the value in the JSON view: the headline, what is wrong and where, the place of a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from workbench.tui.display import visible
from workbench.tui.widgets.drawing import wrapped
from workbench.tui.widgets.json_rows import Said

if TYPE_CHECKING:
    from workbench.core.json_answer import JsonVerdict

IDLE = Said("no answer yet: its JSON is shown here", "dim")
NOTHING_YET = Said("arriving: no JSON has come yet", "dim")
ARRIVING = Said("arriving: what has come so far; it is checked at its end", "dim")
CHECKING = Said("checking…", "dim")

MOST_HEAD = 3
"""Lines of the headline that stay in place; all of a longer one stands in the rows below."""
_MOST_LINES = 60
_LINES_EACH = 3
"""Lines of one violation."""
_NEAR = 24
"""Cells shown behind the place of a fault, where there are so many."""

_MARKS = {
    "valid": ("✓", "good"),
    "invalid": ("✗", "wrong"),
    "not json": ("✗", "wrong"),
    "cut": ("✗", "wrong"),
    "refused": ("■", "wrong"),
    "unchecked": ("!", "wrong"),
}


def headline(verdict: JsonVerdict) -> Said:
    mark, style = _MARKS.get(verdict.state, ("·", "dim"))
    return Said(f"{mark} {verdict.headline}", style)


def head_lines(head: Said, width: int) -> list[str]:
    """The headline on at most three lines."""
    return wrapped(head.text, width, MOST_HEAD)


def said_lines(verdict: JsonVerdict, text: str, width: int) -> list[Said]:
    """The rows between the headline and the value. `text` is the answer as it came."""
    said: list[Said] = []
    whole = wrapped(headline(verdict).text, width, _MOST_LINES)
    if len(whole) > MOST_HEAD:
        said += [Said(line) for line in whole]
    for violation in verdict.violations:
        first, *more = wrapped(f"✗ {violation.line}", width, _LINES_EACH)
        said += [Said(line, "wrong", violation.path) for line in (first, *(f"  {line}" for line in more))]
    if verdict.more:
        said.append(Said(f"  {verdict.more}", "wrong"))
    if verdict.fault is not None and verdict.state == "not json":
        said += fault_lines(text, verdict.fault.line, verdict.fault.column, width)
    return [*said, Said("")] if said else said


def fault_lines(text: str, line: int, column: int, width: int) -> list[Said]:
    """The line of the answer where it stops being JSON, and a mark under the place."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return []
    number = f"{line} │ "
    room = max(8, width - cell_len(number))
    # Only what can be seen is looked at: the line may be the whole answer.
    before = visible(lines[line - 1][max(0, column - 1 - room) : column - 1].replace("\r", ""))
    after = visible(lines[line - 1][column - 1 : column - 1 + room].replace("\r", ""))
    left = max(room - max(_NEAR, room // 3), room - cell_len(after) - 1)
    if cell_len(before) > left or column - 1 > room:
        before = "…" + _end_of(before, left - 1)
    shown = set_cell_size(before + after, room).rstrip()
    return [Said(number + shown), Said(" " * (cell_len(number) + cell_len(before)) + "▲ here", "wrong")]


def _end_of(text: str, width: int) -> str:
    """The last characters of a text that fit into `width` cells."""
    while text and cell_len(text) > width:
        text = text[1:]
    return text
