r"""Text from elsewhere as the text of a message here: what was literal stays literal, what was a hole is `{{name}}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.variables import fill, literal, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from workbench.core.exchange.imported import Notes

_NAME = re.compile(r"[^\W\d]\w*")


class Template(str):
    """A text that is written as a message here is: its `{{name}}` are variables, its `\\{{` are braces."""

    __slots__ = ()


class Hole(NamedTuple):
    """A place in a text that is filled in later. `default` is the text that stood there, where that is known."""

    name: str
    default: str | None = None


ReadText: TypeAlias = "Callable[[str], str]"
"""Makes a message's text of a source's: `Literal` where braces mean nothing there, else the source's own reader."""


class Literal:
    """Reads text in which braces are just text."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def __call__(self, text: str) -> str:
        if isinstance(text, Template):
            return str(text)
        found = names(text)
        if not found and "\\{{" not in text:
            return text
        if found:
            self._notes.say(
                f"{{{{{found[0]}}}}} was plain text there and stays so, written \\{{{{{found[0]}}}}}: "
                "take the backslash away to make it a variable"
            )
        return literal(text)


def render(pieces: Iterable[str | Hole], notes: Notes) -> Template:
    """The pieces as a message's text; each Hole becomes `{{name}}`."""
    runs: list[str] = [""]
    result: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            runs.append(piece)
            continue
        text = "".join(runs)
        if text.endswith("\\"):
            notes.say(f"a blank now stands between a backslash and {{{{{piece.name}}}}}: together they mean braces")
            text += " "
        result += (_literal(text), f"{{{{{piece.name}}}}}")
        runs = []
    result.append(_literal("".join(runs)))
    return Template("".join(result))


def pieces_of(text: str) -> list[str | Hole]:
    """A message's text as its literal pieces and its variables, in order: what `render` makes a text of."""
    mark = "\ue0fe\ue0ff"
    while mark in text:
        mark = f"{mark[:-1]}x{mark[-1]}"
    parts = fill(text, {name: f"{mark}{name}{mark}" for name in names(text)}).split(mark)
    return [Hole(part) if place % 2 else part for place, part in enumerate(parts)]


def _literal(text: str) -> str:
    return literal(text) if names(text) or "\\{{" in text else text


def is_name(text: str) -> bool:
    """Whether a text can be the name of a variable."""
    return _NAME.fullmatch(text) is not None


def as_name(text: str) -> str:
    """A variable's name made of any text."""
    name = re.sub(r"\W+", "_", text[:60]).strip("_") or "value"
    return name if is_name(name) else f"_{name}"
