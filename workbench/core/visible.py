"""Foreign text made visible: nothing in it that a terminal obeys, nothing that hides. Without a screen library.

`tui/display.py` is built on this; the command line writes with it.
"""

from __future__ import annotations

import re
from functools import cache

# The patterns are made when they are first needed: together they cost as much as a paint, and plain text needs none.

_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)


@cache
def _replaced() -> re.Pattern[str]:
    return re.compile(f"[\ud800-\udfff{_NONCHARACTERS}]")


_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_HIDDEN = (
    "\x80-\x9f"  # C1, with NEL
    "\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\u3164\uffa0"  # Hangul fillers: blank, and of no width or two, as the terminal has it
    "\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)


@cache
def suspect() -> re.Pattern[str]:
    """The characters that are looked at one by one."""
    return re.compile(f"[\x00-\x09\x0b-\x1f\x7f{_HIDDEN}{_JOINERS}{_SELECTORS}{_TAGS}\ud800-\udfff{_NONCHARACTERS}]")


_LINE_END = re.compile("\r\n?")


@cache
def _joining_scripts() -> re.Pattern[str]:
    return re.compile(
        "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\u1900-\u1aaf\u1b00-\u1bff"
        "\ua800-\ua82f\ua840-\ua8df\ua980-\ua9df\uaa00-\uaadf\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
        "\U00010a00-\U00010a5f\U00011000-\U000119ff\U0001e900-\U0001e95f]"
    )


@cache
def _emoji() -> re.Pattern[str]:
    return re.compile(
        "[\u00a9\u00ae\u203c\u2049\u2122-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e007f]"
    )


@cache
def _ideograph() -> re.Pattern[str]:
    return re.compile("[\u2e80-\u2fff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")


@cache
def _flag_with_tags() -> re.Pattern[str]:
    return re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")


_FLAG_REACH = 16
"""Longest flag sequence looked at on either side of a tag character, in code points."""


def marked(text: str) -> str:
    """`text` with controls as control pictures, C1, bidi controls and stray zero-width characters as marks such as
    ‹U+202E›, lone surrogates and noncharacters as U+FFFD. CRLF and a CR alone become a line break; tabs stay tabs.

    Joiners and variation selectors stay where an emoji or a script needs them; ordinary text comes back as it is.
    """
    # isprintable alone would let stray variation selectors through: they are combining marks.
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return text
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    return suspect().sub(_mark, text)


def escaped(text: str) -> str:
    """`text` on one line, what can't be seen in it written out (`\\n`, `\\u202e`): for names in a message of ours."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _mark(match: re.Match[str]) -> str:
    """What stands for one suspect character where the text may still grow."""
    char = match.group()
    code = ord(char)
    if char == "\t":
        return char
    if code in _CONTROLS:
        return _CONTROLS[code]
    if _replaced().match(char):
        return "\ufffd"
    return char if belongs(match.string, match.start()) else f"‹U+{code:04X}›"


def short_mark(match: re.Match[str]) -> str:
    """What stands for one suspect character in a line that is already laid out: one cell, or the character itself."""
    char = match.group()
    if ord(char) in _CONTROLS:
        return _CONTROLS[ord(char)]
    return char if belongs(match.string, match.start()) else "\ufffd"


def belongs(text: str, index: int) -> bool:
    """True when the invisible character at `index` is part of an emoji or of a word in a script that needs it."""
    char = text[index]
    before = text[index - 1] if index else ""
    after = text[index + 1 : index + 2]
    if char == "\u200c":
        return bool(_joining_scripts().match(before))
    if char == "\u200d":
        return bool(_joining_scripts().match(before) or (_is_emoji(before) and _is_emoji(after)))
    if "\ufe00" <= char <= "\ufe0f":
        return before.isprintable() and before not in ("", " ") and not "\ufe00" <= before <= "\ufe0f"
    if "\U000e0100" <= char <= "\U000e01ef":
        return bool(_ideograph().match(before))
    if "\U000e0000" <= char <= "\U000e007f":
        return _in_flag(text, index)
    return "\u180b" <= char <= "\u180f" and "\u1800" <= before <= "\u18af"


def _is_emoji(char: str) -> bool:
    return bool(_emoji().match(char))


def _in_flag(text: str, index: int) -> bool:
    start = max(0, index - _FLAG_REACH)
    return any(
        start + flag.start() < index < start + flag.end()
        for flag in _flag_with_tags().finditer(text[start : index + _FLAG_REACH])
    )
