"""The blocks that hold text: paragraphs and code. Each settles what can no longer change and can be copied cheaply."""

from __future__ import annotations

import re
from typing import Protocol, Self

from workbench.tui.layout.inline import INDENT, inline, inline_once
from workbench.tui.layout.lines import Line, Look, Margin, Span, Spans, cut_spans
from workbench.tui.layout.wrap import Wrapper

PIECE = 2048
"""Code points after which a paragraph or a line is settled in part, so that its tail stays cheap to lay out."""

_INDENT = re.compile("^ +")


class Leaf(Protocol):
    """A block that is still open."""

    def twin(self, out: list[Line]) -> Leaf: ...
    def close(self) -> None: ...


class Paragraph:
    """Text with emphasis and links; its line breaks are kept as written."""

    def __init__(self, wrapper: Wrapper, *, growing: bool) -> None:
        self._wrapper = wrapper
        self._growing = growing
        self._text = ""
        self._settled = False

    def twin(self, out: list[Line]) -> Paragraph:
        other = Paragraph(self._wrapper.twin(out), growing=True)
        other._text, other._settled = self._text, self._settled
        return other

    def add(self, text: str) -> None:
        """One more line."""
        if self._text or self._settled:
            indent = _INDENT.match(text)
            text = "\n" + (INDENT * indent.end() + text[indent.end() :] if indent else text)
        else:
            text = text.lstrip(" ")
        self.more(text)

    def more(self, text: str) -> None:
        """More of the last line."""
        self._text += text
        if len(self._text) >= PIECE:
            self._settle()

    def whole(self) -> str | None:
        """The text so far, or None when a part of it is already settled."""
        return None if self._settled else self._text

    def drop_last_line(self) -> str:
        """Take the last line out again: it has turned out to be the head of a table."""
        head, _, last = self._text.rpartition("\n")
        self._text = head
        return last.replace(INDENT, " ")

    def close(self) -> None:
        self._settle()
        self._wrapper.end_line()

    def _settle(self) -> None:
        text = self._text
        if not text:
            return
        self._text, self._settled = "", True
        if text.startswith("\n"):
            self._wrapper.end_line()
            text = text[1:]
        shown, spans = inline_once(text) if self._growing else inline(text)
        # inline cuts the space at the end of a block; here the block goes on.
        if text.endswith(" ") and not shown.endswith(" "):
            shown += " "
        push_lines(self._wrapper, shown, spans)


def push_lines(wrapper: Wrapper, text: str, spans: Spans) -> None:
    """Text with line breaks into a wrapper; the last line stays open."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        wrapper.push_line(text[start:end], cut_spans(spans, start, end) if spans else ())
        start = end + 1
    wrapper.push(text[start:], cut_spans(spans, start, len(text)) if spans and start else spans)


class Code:
    """Literal text: fenced (`fence` is what opened it) or indented (`fence` is empty)."""

    def __init__(self, wrapper: Wrapper, fence: str = "", indent: int = 0) -> None:
        self._wrapper = wrapper
        self.fence = fence
        self._indent = indent
        self._lines = 0
        self._blank = 0
        self._open = False

    def twin(self, out: list[Line]) -> Self:
        other = type(self)(self._wrapper.twin(out), self.fence, self._indent)
        other._lines, other._blank, other._open = self._lines, self._blank, self._open
        return other

    def closes(self, text: str) -> bool:
        """True when this line is the closing fence."""
        bare = text.strip(" ")
        indent = len(text) - len(text.lstrip(" "))
        return indent < 4 and len(bare) >= len(self.fence) and not bare.strip(self.fence[0])

    def add(self, text: str) -> None:
        """One more line."""
        if not self.fence and not text.strip(" "):
            self._blank += 1
            return
        if self._open:
            self._wrapper.end_line()
        for _ in range(self._blank):
            self._wrapper.end_line()
        self._blank = 0
        cut = min(self._indent, len(text) - len(text.lstrip(" ")))
        self._lines += 1
        self._open = True
        self._wrapper.push(text[cut:])

    def more(self, text: str) -> None:
        """More of the last line."""
        self._wrapper.push(text)

    def close(self) -> None:
        if self._open or not self._lines:
            self._wrapper.end_line()

    @property
    def trailing_blank(self) -> bool:
        """Blank lines after indented code belong to what follows."""
        return bool(self._blank)


def code_margin(margin: Margin) -> Margin:
    """A block's margin with the bar that marks code."""
    start = len(margin.text)
    text = margin.text + "│ "
    return Margin(text, (*margin.spans, Span(start, len(text), Look.MARKER)), len(text))
