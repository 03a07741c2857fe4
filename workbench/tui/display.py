"""The one way for foreign text (a model's, an endpoint's, a file's, a person's) to reach the screen.

`visible`, `one_line` and `literal` make text safe to show before a widget gets it. `install` puts a last net under
every widget of an app: no control character and no link target gets from a strip to the terminal, whoever drew it.
Stored text stays as it was received; only what is drawn changes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter

TAB_STOP = 4
"""Cells between tab stops, as in CommonMark."""

_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_REPLACED = re.compile(f"[\ud800-\udfff{_NONCHARACTERS}]")
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_HIDDEN = (
    "\x80-\x9f"  # C1, with NEL
    "\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
_SUSPECT = re.compile(f"[\x00-\x09\x0b-\x1f\x7f{_HIDDEN}{_JOINERS}{_SELECTORS}{_TAGS}\ud800-\udfff{_NONCHARACTERS}]")
_LINE_END = re.compile("\r\n?")
_LINE_BREAKS = re.compile("[ ]*\n\\s*")
_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\u1900-\u1aaf\u1b00-\u1bff"
    "\ua800-\ua82f\ua840-\ua8df\ua980-\ua9df\uaa00-\uaadf\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010a5f\U00011000-\U000119ff\U0001e900-\U0001e95f]"
)
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e007f]"
)
_IDEOGRAPH = re.compile("[\u2e80-\u2fff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_FLAG_WITH_TAGS = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_FLAG_REACH = 16
"""Longest flag sequence looked at on either side of a tag character, in code points."""


def visible(text: str) -> str:
    """`text` with nothing in it that a terminal obeys and nothing that hides; ordinary text comes back as it is.

    Controls become control pictures, C1, bidi controls and stray zero-width characters a mark such as ‹U+202E›,
    lone surrogates and noncharacters U+FFFD. CRLF and a CR alone become a line break, a tab spaces up to the next
    tab stop. Joiners and variation selectors stay where an emoji or a script needs them.
    """
    # isprintable alone would let stray variation selectors through: they are combining marks.
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return text
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    shown = _SUSPECT.sub(_mark, text)
    return _expand_tabs(shown) if "\t" in shown else shown


def one_line(text: str, width: int) -> str:
    """`text` made visible on one line (line breaks become a space), cut with … to at most `width` cells."""
    shown = _LINE_BREAKS.sub(" ", visible(text[: max(0, width) * 8 + 64]).strip("\n"))
    cut = len(text) > max(0, width) * 8 + 64
    if cell_len(shown) <= width and not cut:
        return shown
    if width <= 0:
        return ""
    return set_cell_size(shown, width - 1).rstrip() + "…"


def literal(text: str) -> Content:
    """`text` made visible as Content: never parsed as markup, so brackets in it are brackets."""
    return Content(visible(text))


def install(app: App[object]) -> None:
    """Put the last net under every widget of `app`. Call it once, in the app's `__init__`."""
    # Textual offers no public way to add a filter; a test reads the terminal's bytes, so a change there is seen.
    app._filters.append(ControlFilter())


class ControlFilter(LineFilter):
    """Takes control characters, hidden characters and link targets out of every line, keeping its width.

    It works on lines that are already laid out, so a symbol that takes a cell has to come out of the padding after
    it, or else the end of its own text. Text given through `visible` never loses a cell here.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for text, style, _ in segments:
            if not (text.isprintable() or (_SUSPECT.search(text) is None and "\n" not in text)):
                break
            if style is not None and style._link is not None:
                break
        else:
            return segments
        return _without_links(_fitted(segments))


def _fitted(segments: list[Segment]) -> list[Segment]:
    """The same line with its hidden characters shown and its width kept."""
    shown: list[Segment] = []
    changed: list[int] = []
    owed = 0
    for text, style, _ in segments:
        safe = text if text.isprintable() else _SUSPECT.sub(_short_mark, text.replace("\n", "\u240a"))
        if safe != text:
            changed.append(len(shown))
            owed += cell_len(safe) - cell_len(text)
        if owed > 0 and safe.endswith(" "):
            spaces = min(owed, len(safe) - len(safe.rstrip(" ")))
            safe, owed = safe[: len(safe) - spaces], owed - spaces
        elif owed < 0:
            safe, owed = safe + " " * -owed, 0
        shown.append(Segment(safe, style))
    for index in reversed(changed):
        if owed <= 0:
            break
        text, style, _ = shown[index]
        width = cell_len(text)
        shown[index] = Segment(set_cell_size(text, max(0, width - owed)), style)
        owed -= min(owed, width)
    return [segment for segment in shown if segment.text]


def _without_links(segments: list[Segment]) -> list[Segment]:
    return [
        Segment(text, style if style is None or style._link is None else _unlinked(style))
        for text, style, _ in segments
    ]


@lru_cache(256)
def _unlinked(style: Style) -> Style:
    return style.update_link(None)


def _mark(match: re.Match[str]) -> str:
    """What stands for one suspect character where the text may still grow."""
    char = match.group()
    code = ord(char)
    if char == "\t":
        return char
    if code in _CONTROLS:
        return _CONTROLS[code]
    if _REPLACED.match(char):
        return "\ufffd"
    return char if _belongs(match.string, match.start()) else f"‹U+{code:04X}›"


def _short_mark(match: re.Match[str]) -> str:
    """What stands for one suspect character in a line that is already laid out: one cell, or the character itself."""
    char = match.group()
    if ord(char) in _CONTROLS:
        return _CONTROLS[ord(char)]
    return char if _belongs(match.string, match.start()) else "\ufffd"


def _belongs(text: str, index: int) -> bool:
    """True when the invisible character at `index` is part of an emoji or of a word in a script that needs it."""
    char = text[index]
    before = text[index - 1] if index else ""
    after = text[index + 1 : index + 2]
    if char == "\u200c":
        return bool(_JOINING_SCRIPTS.match(before))
    if char == "\u200d":
        return bool(_JOINING_SCRIPTS.match(before) or (_is_emoji(before) and _is_emoji(after)))
    if "\ufe00" <= char <= "\ufe0f":
        return before.isprintable() and before not in ("", " ") and not "\ufe00" <= before <= "\ufe0f"
    if "\U000e0100" <= char <= "\U000e01ef":
        return bool(_IDEOGRAPH.match(before))
    if "\U000e0000" <= char <= "\U000e007f":
        return _in_flag(text, index)
    return "\u180b" <= char <= "\u180f" and "\u1800" <= before <= "\u18af"


def _is_emoji(char: str) -> bool:
    return bool(_EMOJI.match(char))


def _in_flag(text: str, index: int) -> bool:
    start = max(0, index - _FLAG_REACH)
    return any(
        start + flag.start() < index < start + flag.end()
        for flag in _FLAG_WITH_TAGS.finditer(text[start : index + _FLAG_REACH])
    )


def _expand_tabs(text: str) -> str:
    """Tabs as spaces, counted in cells (str.expandtabs counts code points, and Hangul takes two cells)."""
    return "\n".join(_expand_line(line) if "\t" in line else line for line in text.split("\n"))


def _expand_line(line: str) -> str:
    parts = line.split("\t")
    column, out = 0, []
    for part in parts[:-1]:
        column += cell_len(part)
        gap = TAB_STOP - column % TAB_STOP
        out.append(part + " " * gap)
        column += gap
    return "".join([*out, parts[-1]])
