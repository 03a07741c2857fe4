"""The one way for foreign text (a model's, an endpoint's, a file's, a person's) to reach the screen.

`visible`, `one_line` and `literal` make text safe to show before a widget gets it. `install` puts a last net under
every widget of an app: no control character and no link target gets from a strip to the terminal, whoever drew it.
Stored text stays as it was received; only what is drawn changes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter

from workbench.core.visible import marked, short_mark, suspect

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import App
    from textual.color import Color

TAB_STOP = 4
"""Cells between tab stops, as in CommonMark."""

_LINE_BREAKS = re.compile("[ ]*\n\\s*")


def visible(text: str) -> str:
    """`text` with nothing in it that a terminal obeys and nothing that hides; ordinary text comes back as it is.

    Controls become control pictures, C1, bidi controls and stray zero-width characters a mark such as ‹U+202E›,
    lone surrogates and noncharacters U+FFFD. CRLF and a CR alone become a line break, a tab spaces up to the next
    tab stop. Joiners and variation selectors stay where an emoji or a script needs them.
    """
    shown = marked(text)
    return _expand_tabs(shown) if "\t" in shown else shown


def one_line(text: str, width: int) -> str:
    """`text` made visible on one line (line breaks become a space), cut with … to at most `width` cells."""
    shown = _LINE_BREAKS.sub(" ", visible(text[: max(0, width) * 8 + 64]).strip("\n"))
    cut = len(text) > max(0, width) * 8 + 64
    if cell_len(shown) <= width and not cut:
        return shown
    if width <= 0:
        return ""
    return set_cell_size(shown, width - 1).rstrip(" …") + "…"  # one sign is enough where it was cut before


def literal(text: str) -> Content:
    """`text` made visible as Content: never parsed as markup, so brackets in it are brackets."""
    return Content(visible(text))


def install(app: App[Any]) -> None:
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
            if not (text.isprintable() or (suspect().search(text) is None and "\n" not in text)):
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
        safe = text if text.isprintable() else suspect().sub(short_mark, text.replace("\n", "\u240a"))
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
