"""Python's ways to put a text together, done on text with holes in it. Nothing is evaluated."""

from __future__ import annotations

import inspect
import re
import string
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.exchange.imported import MOST_CHARACTERS
from workbench.core.exchange.template import Hole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+# 0]*\d*(?:\.\d+)?([%sdifrgeGEx])")
# A private character stands for each hole while a function of Python works on the text.
_MARK = "\ue0ff"


class Text(NamedTuple):
    """A text with holes."""

    pieces: tuple[str | Hole, ...]


class TooLarge(Exception):
    """What the text would grow to is more than is read."""


def joined(parts: Sequence[object], between: str = "") -> str | Text:
    """The parts as one text: each a str, a Text or a Hole. Raises TooLarge."""
    pieces: list[str | Hole] = []
    length = 0
    for index, part in enumerate(parts):
        own: tuple[str | Hole, ...]
        if isinstance(part, Text):
            own = part.pieces
        elif isinstance(part, str | Hole):
            own = (part,)
        else:
            raise TypeError(part)
        if between and index:
            own = (between, *own)
        length += sum(len(piece) if isinstance(piece, str) else 1 for piece in own)
        if length > MOST_CHARACTERS:
            raise TooLarge
        pieces += own
    return text_of(pieces)


def text_of(pieces: Sequence[str | Hole]) -> str | Text:
    """A plain str where there is no hole."""
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(piece for piece in pieces if isinstance(piece, str))
    return Text(tuple(pieces))


def changed(text: str | Text, change: Callable[[str], str]) -> str | Text | None:
    """The text after a function of Python that moves characters and does not look at the holes; None: not doable."""
    if isinstance(text, str):
        return change(text)
    if any(_MARK in piece for piece in text.pieces if isinstance(piece, str)):
        return None
    holes = [piece for piece in text.pieces if isinstance(piece, Hole)]
    done = change("".join(piece if isinstance(piece, str) else _MARK for piece in text.pieces))
    runs = done.split(_MARK)
    if len(runs) != len(holes) + 1:
        return None
    pieces: list[str | Hole] = [runs[0]]
    for hole, run in zip(holes, runs[1:], strict=True):
        pieces += (hole, run)
    return text_of(pieces)


def text_method(name: str, text: str | Text, arguments: list[str]) -> str | Text | None:
    """`text.name(*arguments)` for the methods that prompts are written with; None for any other."""
    if name in ("strip", "lstrip", "rstrip") and len(arguments) <= 1:
        return changed(text, lambda plain: getattr(plain, name)(*arguments))
    if name in ("removeprefix", "removesuffix") and len(arguments) == 1:
        return changed(text, lambda plain: getattr(plain, name)(*arguments))
    if name in ("upper", "lower", "title", "capitalize") and isinstance(text, str) and not arguments:
        result: str = getattr(text, name)()
        return result
    if name == "replace" and len(arguments) == 2:
        return _replaced(text, *arguments)
    return None


def _replaced(text: str | Text, old: str, new: str) -> str | Text | None:
    length = sum(len(piece) for piece in (text.pieces if isinstance(text, Text) else (text,)) if isinstance(piece, str))
    if length and (length + 1) * len(new) > MOST_CHARACTERS and old == "":
        raise TooLarge

    def change(plain: str) -> str:
        if plain.count(old) * max(0, len(new) - len(old)) + len(plain) > MOST_CHARACTERS:
            raise TooLarge
        return plain.replace(old, new)

    return changed(text, change)


def dedented(text: str | Text) -> str | Text | None:
    """`textwrap.dedent(text)`"""
    return changed(text, textwrap.dedent)


def cleaned(text: str | Text) -> str | Text | None:
    """`inspect.cleandoc(text)`"""
    return changed(text, inspect.cleandoc)


def formatted(
    text: str | Text, positions: Sequence[str | Text | Hole], names: Mapping[str, str | Text | Hole]
) -> str | Text:
    """`text.format(...)`: a field without an argument becomes a hole of its own name. Raises ValueError, TooLarge."""
    parts: list[object] = []
    used = 0
    for piece in text.pieces if isinstance(text, Text) else (text,):
        if isinstance(piece, Hole):
            parts.append(piece)
            continue
        for before, field, _, _ in string.Formatter().parse(piece):
            parts.append(before)
            if field is None:
                continue
            key = re.split(r"[.\[]", field, maxsplit=1)[0]
            if key == "":
                key, used = str(used), used + 1
            if key.isdecimal():
                index = int(key) if len(key) < 6 else len(positions)
                parts.append(positions[index] if index < len(positions) else Hole(f"value_{key[:6]}"))
            else:
                parts.append(names.get(key, Hole(key)))
    return joined(parts)


def percent_formatted(
    text: str, positions: Sequence[str | Text | Hole], names: Mapping[str, str | Text | Hole]
) -> str | Text:
    """`text % values`. Raises TooLarge."""
    parts: list[object] = []
    done = used = 0
    for found in _PERCENT.finditer(text):
        parts.append(text[done : found.start()])
        done = found.end()
        if found[2] == "%":
            parts.append("%")
        elif found[1] is not None:
            parts.append(names.get(found[1], Hole(found[1])))
        else:
            parts.append(positions[used] if used < len(positions) else Hole(f"value_{used}"))
            used += 1
    return joined([*parts, text[done:]])
