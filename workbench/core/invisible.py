"""Characters of a text that can't be seen, or look like others: counted by kind, and cleaned away where that is asked.

A joiner in an emoji, a selector behind its letter and the like belong where they stand and are none of these.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.visible import belongs, suspect

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KindId = Literal["zero-width", "bidi", "control", "line-end", "space", "tab", "trailing"]

BLANKS = " \t"
"""What does not show at the end of a line."""
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3164\uffa0"
"""Blanks that look like a space and are none; the ideographic one is seen by its width, and belongs to its script."""
_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_TAB = "    "


class Kind(NamedTuple):
    """`title` names the characters, `fate` says what cleaning makes of them. `harmless` ones are often meant: they are
    cleaned only where that is asked for."""

    id: KindId
    title: str
    fate: str
    harmless: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("zero-width", "characters without width", "taken out"),
    Kind("bidi", "marks that turn the direction", "taken out"),
    Kind("control", "control characters", "taken out"),
    Kind("line-end", "unusual line ends", "become line feeds"),
    Kind("space", "unusual spaces, such as no-break", "become spaces"),
    Kind("tab", "tabs", "become four spaces", harmless=True),
    Kind("trailing", "blanks at the end of a line", "taken off", harmless=True),
)


@cache
def _candidates() -> re.Pattern[str]:
    return re.compile(f"{suspect().pattern}|[{SPACES}]")


@cache
def _is(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{characters}]")


def count_invisible(text: str) -> Mapping[KindId, int]:
    """How many there are, by kind; a kind without any is left out, and each character counts once."""
    counts: dict[KindId, int] = {}
    # Most texts have none of them, and their different characters are few.
    suspects = any(_candidates().match(char) for char in set(text))
    for line in text.split("\n"):
        body = line.removesuffix("\r")
        kept = body.rstrip(BLANKS)
        if len(kept) < len(body):
            counts["trailing"] = counts.get("trailing", 0) + len(body) - len(kept)
        if len(body) < len(line):
            counts["line-end"] = counts.get("line-end", 0) + 1
        if not suspects or (kept.isascii() and kept.isprintable()):
            continue
        for match in _candidates().finditer(kept):
            if (kind := _kind_of(match)) is not None:
                counts[kind] = counts.get(kind, 0) + 1
    return counts


def blanks_before(text: str, at: int) -> int:
    """How many blanks stand right before a cursor at the end of a line: whoever types leaves one behind each word."""
    if text[at : at + 1] not in ("", "\n"):
        return 0
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    return len(line) - len(line.rstrip(BLANKS))


def without_invisible(text: str, kinds: Collection[KindId]) -> str:
    """The text cleaned of these kinds; all else stays as it is."""
    if "line-end" in kinds:
        text = re.sub(f"\r\n|[{_LINE_ENDS}]", "\n", text)
    for kind in ("control", "bidi", "zero-width", "space"):
        if kind in kinds:
            text = _candidates().sub(partial(_cleaned, kind), text)
    if "tab" in kinds or "trailing" in kinds:
        text = "\n".join(_without_blanks(line, "tab" in kinds, "trailing" in kinds) for line in text.split("\n"))
    return text


def _without_blanks(line: str, tabs: bool, trailing: bool) -> str:
    end = "\r" if line.endswith("\r") else ""
    body = line[: len(line) - len(end)]
    kept = body.rstrip(BLANKS)
    tail = "" if trailing else body[len(kept) :]
    return f"{kept.replace(chr(9), _TAB) if tabs else kept}{tail}{end}"


def _cleaned(kind: str, match: re.Match[str]) -> str:
    if _kind_of(match) != kind:
        return match.group()
    return " " if kind == "space" else ""


def _kind_of(match: re.Match[str]) -> KindId | None:
    """The kind of a suspect character; None where it belongs where it stands."""
    char = match.group()
    if char == "\t":
        return "tab"
    for kind, characters in (("line-end", _LINE_ENDS), ("bidi", _BIDI), ("space", SPACES)):
        if _is(characters).match(char):
            return kind  # type: ignore[return-value]  # one of the three
    if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or "\ud800" <= char <= "\udfff":
        return "control"
    return None if belongs(match.string, match.start()) else "zero-width"
