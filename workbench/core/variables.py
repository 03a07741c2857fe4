r"""`{{name}}` in a message: found, and filled once with literal text.

A name is letters, digits and `_` of any script, not beginning with a digit, with spaces or tabs around it allowed.
Anything else in braces is text. `\{{` writes `{{`. What is filled in is never looked at again, nothing is evaluated,
and both functions take time linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CHARACTERS = 20_000_000
"""The longest text that filling may make: well above what any model reads."""

# Possessive (*+), so that a long run of spaces or letters without its braces is read once, not once per character.
_NAMED = r"\{\{[ \t]*+([^\W\d]\w*+)[ \t]*+\}\}"
_VARIABLE = re.compile(_NAMED)
_VARIABLE_OR_ESCAPE = re.compile(rf"\\\{{\{{|{_NAMED}")


def names(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in the order of their first place."""
    return tuple(dict.fromkeys(name for name in _pattern(text).findall(text) if name)) if "{{" in text else ()


def fill(text: str, values: Mapping[str, str], most: int = MOST_CHARACTERS) -> str:
    r"""The text with each `{{name}}` replaced by its value and each `\{{` by `{{`; names without a value stay.

    Raises InputError when the result would have more than `most` characters.
    """
    if "{{" not in text:
        return text
    pieces: list[str] = []
    length = done = 0
    for found in _pattern(text).finditer(text):
        start, name = found.start(), found[1]
        piece = "{{" if name is None else values.get(name, found[0])
        pieces += (text[done:start], piece)
        length += start - done + len(piece)
        done = found.end()
        if length > most:
            break
    if length + len(text) - done > most:
        raise InputError(f"the filled text has more than {most:,} characters", "give the variables shorter values")
    pieces.append(text[done:])
    return "".join(pieces)


def literal(text: str) -> str:
    r"""The text with each `{{` written `\{{`: `fill` gives the text back as it was, and `names` finds nothing in it.

    For what comes from a model or a file and goes into a message: braces in it are braces.
    """
    return text.replace("{{", "\\{{")


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that begins with `{{` is searched for faster than one that may begin with a backslash."""
    return _VARIABLE_OR_ESCAPE if "\\{{" in text else _VARIABLE
