r"""`{{name}}` in a message: found, and filled once with literal text.

A name is letters, digits and `_` of any script, not beginning with a digit, with spaces or tabs around it allowed.
Anything else in braces is text. `\{{` writes `{{`. What is filled in is never looked at again, nothing is evaluated,
and both functions take time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.errors import InputError

MOST_CHARACTERS = 20_000_000
"""The longest text that filling may make: well above what any model reads."""

# Possessive (*+), so that a long run of spaces or letters without its braces is read once, not once per character.
_PIECE = re.compile(r"\\\{\{|\{\{[ \t]*+([^\W\d]\w*+)[ \t]*+\}\}")


def names(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in the order of their first place."""
    if "{{" not in text:
        return ()
    return tuple(dict.fromkeys(name for name in _PIECE.findall(text) if name))


def fill(text: str, values: Mapping[str, str], most: int = MOST_CHARACTERS) -> str:
    r"""The text with each `{{name}}` replaced by its value and each `\{{` by `{{`; names without a value stay.

    Raises InputError when the result would have more than `most` characters.
    """
    if "{{" not in text:
        return text
    pieces: list[str] = []
    length = end = 0
    for found in _PIECE.finditer(text):
        name = found[1]
        piece = "{{" if name is None else values.get(name, found[0])
        pieces += (text[end : found.start()], piece)
        length += found.start() - end + len(piece)
        end = found.end()
        if length > most:
            raise InputError(f"the filled text has more than {most:,} characters", "give the variables shorter values")
    pieces.append(text[end:])
    return "".join(pieces)
