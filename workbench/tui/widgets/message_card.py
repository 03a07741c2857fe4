"""What a message's card says and how its text is laid out; nothing here draws."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.prompt import Role
from workbench.tui.display import visible
from workbench.tui.keys import own_key
from workbench.tui.line_cells import measure, wrap

if TYPE_CHECKING:
    from workbench.core.prompt import Message

INDENT = 3
"""Cells before the text of a message: the bar of the current card, the mark, a space."""

_PREVIEW = 4_000
"""Characters of a very large message that are looked at to draw its first line."""

MARKS = {Role.SYSTEM: "◆◇", Role.DEVELOPER: "■□", Role.USER: "●○", Role.ASSISTANT: "▲△", Role.TOOL: "▼▽"}
"""The mark of a role: filled when the message is sent, hollow when it is off."""

_HINTS = {
    Role.SYSTEM: "How the model should answer: its task, tone and limits",
    Role.DEVELOPER: "How the model should answer: its task, tone and limits",
    Role.USER: "Write a message. {{name}} is a variable; Enter is a new line, {run} runs",
    Role.ASSISTANT: "What the model said, or should have said",
    Role.TOOL: "What the function returned, JSON or text; {run} runs",
}


def hint_of(role: Role) -> str:
    """What the editor says in an empty message."""
    return _HINTS[role].replace("{run}", own_key("run"))


_PLAIN_ROLES: list[Role] = [role for role in Role if role is not Role.TOOL]


def next_role(message: Message) -> Role:
    """The role after the message's own; `tool` is one only for a message that answers a call."""
    roles = list(Role) if message.call_id else _PLAIN_ROLES
    return roles[(roles.index(message.role) + 1) % len(roles)] if message.role in roles else roles[0]


class CardBody(NamedTuple):
    """The rows of a card's text: spans of `text`, which is safe to draw; `note` is dim, after the last row.

    `exact` says that positions in `text` are positions in the message.
    """

    text: str
    rows: tuple[tuple[int, int], ...]
    note: str = ""
    note_below: bool = False
    exact: bool = True

    @property
    def height(self) -> int:
        return len(self.rows) + self.note_below


def lay_out(content: str, width: int, folded: bool, too_large: int = 0, empty: str = "(empty)") -> CardBody:
    """The rows of `content` at `width` cells (one more for a hanging space); `too_large` is its size in bytes if so;
    `empty` stands for no text."""
    if too_large:
        first = visible(content[:_PREVIEW].split("\n", 1)[0])
        note = (
            f"too large to edit here: {kilobytes(too_large)}, {_lines(content)} · {own_key('editor')} opens your editor"
        )
        return CardBody(first, _rows_of(first, width)[:1], note, note_below=True, exact=False)
    text = visible(content)
    if not text:
        return CardBody("", ((0, 0),), empty)
    if folded:
        return _folded(text, width, text == content)
    return CardBody(text, _rows_of(text, width), exact=text == content)


def kilobytes(size: int) -> str:
    """A size for people: "820 B", "3.2 kB", "120 kB", "4.5 MB" (thousands, not 1,024s)."""
    if size < 1_000:
        return f"{size} B"
    unit, value = ("kB", size / 1_000) if size < 999_500 else ("MB", size / 1_000_000)
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def _folded(text: str, width: int, exact: bool) -> CardBody:
    lines = text.count("\n") + 1
    start = len(text) - len(text.lstrip("\n"))
    line = text[start:].split("\n", 1)[0]
    rows = _rows_of(line, width)
    if lines == 1 and len(rows) == 1:
        return CardBody(text, rows, exact=exact)
    note = f"… {lines:,} lines" if lines > 1 else "…"
    first = _rows_of(line, max(1, width - len(note) - 1))[0]
    return CardBody(text, ((start + first[0], start + first[1]),), note, exact=exact)


def _lines(content: str) -> str:
    lines = content.count("\n") + 1
    return "1 line" if lines == 1 else f"{lines:,} lines"


def _rows_of(text: str, width: int) -> tuple[tuple[int, int], ...]:
    rows: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        edges = [0, *wrap(line, measure(line), width), len(line)]
        rows.extend((start + left, start + right) for left, right in pairwise(edges))
        start += len(line) + 1
    return tuple(rows)
