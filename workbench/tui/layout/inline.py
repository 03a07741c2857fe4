"""Emphasis, code and links inside a block, by markdown-it, with nothing that was written left out.

HTML, entities and link definitions stay the text that they are; a backslash stays visible; a link shows its address
behind its words, an image the same behind its "!".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from workbench.tui.layout.lines import Look, Span, Spans

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INDENT = "\x0b"
"""Stands for a space at the start of a line, which markdown-it would drop. `visible` lets no VT through."""

_STAR = "\ufdd1"
"""Stands for a star that is meant: `visible` lets no noncharacter through."""

_MEANT_STAR = re.compile(r"(?<=[0-9A-Za-z])\*(?=[0-9A-Za-z])")
"""A star inside a Latin word or between numbers multiplies; CommonMark would take 2*3*4 for emphasis."""
_SPECIAL = re.compile(r"[*_`~\[\]<\\]|://")
_TRAILING_SPACES = re.compile("(?<! ) +\n")
_BARE_URL = re.compile(r"https?://[^\s<>\"`|‹]+")
_URL_END = re.compile(r"[.,;:!?'*_~]+$")
_LOOKS = {"strong": Look.STRONG, "em": Look.EMPHASIS, "s": Look.STRIKE}


@lru_cache(1)
def _parser() -> MarkdownIt:
    # Imported here because the first paint shows no Markdown.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    parser.disable(["html_inline", "entity", "image", "text_join"])
    # The address is shown as it was written, and nothing opens by itself.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


def is_web(url: str) -> bool:
    """True for the only addresses that count as links."""
    return url.lower().startswith(("http://", "https://"))


@lru_cache(2048)
def inline(text: str) -> tuple[str, Spans]:
    """The shown text (with its line breaks) and its looks. Results are kept; see `inline_once`."""
    return inline_once(text)


def inline_once(text: str) -> tuple[str, Spans]:
    """`inline` for text that is still growing and will not be asked for again."""
    if not _SPECIAL.search(text):
        return _TRAILING_SPACES.sub("\n", text).rstrip(" ").replace(INDENT, " "), ()
    writer = _Writer()
    for token in _parser().parseInline(_MEANT_STAR.sub(_STAR, text)):
        for child in token.children or ():
            writer.take(child)
    return "".join(writer.parts).replace(INDENT, " "), tuple(writer.spans)


class _Writer:
    """Collects the shown text of inline tokens."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.spans: list[Span] = []
        self._length = 0
        self._looks: list[int] = []
        self._links: list[tuple[str, str, int]] = []

    def take(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._text(token.content.replace(_STAR, "*"))
        elif kind in ("softbreak", "hardbreak"):
            self._put("\n")
        elif kind == "code_inline":
            self._put(token.content.replace(_STAR, "*"), Look.CODE)
        elif kind == "link_open":
            url, title = (str(token.attrGet(name) or "").replace(_STAR, "*") for name in ("href", "title"))
            self._links.append((url, title, len(self.parts)))
        elif kind == "link_close":
            self._end_link(autolink=token.markup == "autolink")
        elif token.nesting == 1:
            self._looks.append(_LOOKS.get(token.tag, Look.NONE))
        elif token.nesting == -1:
            self._looks.pop()
        else:
            self._put(token.markup or token.content)

    def _text(self, text: str) -> None:
        if self._links or "://" not in text:
            self._put(text)
            return
        done = 0
        for match in _BARE_URL.finditer(text):
            url = _URL_END.sub("", match.group())
            if url.endswith(")") and url.count(")") > url.count("("):
                url = url[:-1]
            self._put(text[done : match.start()])
            self._put(url, Look.LINK, url)
            done = match.start() + len(url)
        self._put(text[done:])

    def _end_link(self, *, autolink: bool) -> None:
        url, title, first = self._links.pop()
        words = "".join(self.parts[first:])
        if autolink or words == url:
            return
        tail = f'{url} "{title}"' if title else url
        self._put(" (")
        self._put(tail, Look.DIM | Look.LINK if is_web(url) else Look.DIM, url)
        self._put(")")

    def _put(self, text: str, look: int = 0, url: str = "") -> None:
        if not text:
            return
        for more in self._looks:
            look |= more
        if not url and self._links:
            url = self._links[-1][0]
            look |= Look.LINK if is_web(url) else 0
        start = self._length
        self._length += len(text)
        self.parts.append(text)
        if look:
            self.spans.append(Span(start, self._length, look, url if is_web(url) else ""))
