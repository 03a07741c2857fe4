"""Which block a source line belongs to, a line at a time: the block phase of CommonMark, made for text that grows.

It differs from CommonMark where a screen asks for it: line breaks and list numbers stay as written, HTML and link
definitions are text, and at most one blank line is shown where blank lines were written.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from workbench.tui.layout.inline import inline, inline_once
from workbench.tui.layout.leaves import Code, Leaf, Paragraph, code_margin, push_lines
from workbench.tui.layout.lines import NO_MARGIN, Line, Look, Margin, Span, cut_spans, shifted
from workbench.tui.layout.tables import Table, aligns_of
from workbench.tui.layout.wrap import Wrapper

_QUOTE = re.compile(r"^ {0,3}> ?")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?: |$)")
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})(.*)$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ ]*$")
_ITEM = re.compile(r"^( {0,3})([-+*]|\d{1,9}[.)])(?: +|$)")
_TASK = re.compile(r"^\[([ xX])\] +(?=\S)")
_NOT_PLAIN = re.compile(r"^ *[-+*#>`~=_|\d:]|^    ")
"""What a line must begin with, or hold, to be anything but text."""

_HEADING_LOOKS = (
    Look.HEADING | Look.TOP_HEADING,
    Look.HEADING,
    Look.HEADING,
    Look.HEADING | Look.LOW_HEADING,
    Look.HEADING | Look.LOW_HEADING,
    Look.HEADING | Look.LOW_HEADING,
)


class Container(NamedTuple):
    """A quote (`offset` 0) or a list item with text from column `offset` on. `first` is drawn once, then `rest`."""

    offset: int
    first: Margin
    rest: Margin


def _quote() -> Container:
    bar = Margin("▎ ", (Span(0, 2, Look.MARKER),), 2)
    return Container(0, bar, bar)


class BlockReader:
    """Takes source lines, writes finished rows to `out`; `twin` lays out what is still open without touching it."""

    def __init__(self, out: list[Line], width: int, *, growing: bool = False) -> None:
        self.out = out
        self._width = width
        self._growing = growing
        self._stack: list[Container] = []
        self._shown = 0
        """How many of the stack have drawn their marker."""
        self._leaf: Leaf | None = None
        self._blank: int | None = None
        """How many containers a blank line stood in, when one is waiting to be drawn."""
        self._started = False
        self._source = 0
        self._last_margins = (NO_MARGIN, NO_MARGIN)

    def twin(self, out: list[Line]) -> BlockReader:
        other = BlockReader(out, self._width, growing=True)
        other._stack, other._shown = list(self._stack), self._shown
        other._leaf = self._leaf.twin(out) if self._leaf is not None else None
        other._blank, other._started, other._source = self._blank, self._started, self._source
        other._last_margins = self._last_margins
        return other

    def line(self, text: str, source: int, *, whole: bool = True) -> None:
        """One more source line; with `whole` False it goes on in `more`."""
        self._source = source
        matched, rest = self._match(text)
        leaf = self._leaf
        if isinstance(leaf, Code) and matched == len(self._stack):
            if leaf.fence and whole and leaf.closes(rest):
                self._close_leaf()
                return
            if leaf.fence or not rest.strip(" ") or rest.startswith("    "):
                leaf.add(rest if leaf.fence else rest[4:])
                return
        if not rest.strip(" "):
            self._take_blank(matched)
            return
        self._start_blocks(matched, rest, whole)

    def more(self, text: str) -> None:
        """More of a line that was not whole."""
        if isinstance(self._leaf, Code | Paragraph):
            self._leaf.more(text)
            return
        # The line began a block that holds no long line, and what is left of it is text.
        self._paragraph().add(text)

    def close(self) -> None:
        """No more to come."""
        self._close_to(0)

    def _match(self, text: str) -> tuple[int, str]:
        """How many open containers this line goes on in, and what is left of it inside them."""
        rest = text
        for index, container in enumerate(self._stack):
            if container.offset:
                if not rest.strip(" "):
                    continue
                if not rest.startswith(" " * container.offset):
                    return index, rest
                rest = rest[container.offset :]
            else:
                quote = _QUOTE.match(rest)
                if quote is None:
                    return index, rest
                rest = rest[quote.end() :]
        return len(self._stack), rest

    def _take_blank(self, matched: int) -> None:
        if matched < len(self._stack):
            self._close_to(matched)
        self._close_leaf()
        if self._started:
            self._blank = len(self._stack) if self._blank is None else min(self._blank, len(self._stack))

    def _start_blocks(self, matched: int, rest: str, whole: bool) -> None:
        """Open the containers that `rest` begins, then the block inside them."""
        lazy = isinstance(self._leaf, Paragraph) and matched < len(self._stack)
        while _NOT_PLAIN.match(rest):
            paragraph = self._leaf if isinstance(self._leaf, Paragraph) else None
            if rest.startswith("    "):
                if paragraph is None:
                    self._close_to(matched)
                    self._open_code(None, rest[4:])
                    return
                break
            quote = _QUOTE.match(rest)
            if quote is not None:
                self._close_to(matched)
                self._push(_quote())
                rest, matched, lazy = rest[quote.end() :], len(self._stack), False
                continue
            if whole and self._one_line_block(rest, matched, paragraph if not lazy else None):
                return
            item = _ITEM.match(rest)
            if item is None or (paragraph is not None and matched == len(self._stack) and not _interrupts(item, rest)):
                break
            self._close_to(matched)
            rest = self._open_item(item, rest)
            matched, lazy = len(self._stack), False
            if not rest.strip(" "):
                return
        self._text(rest, matched, lazy, whole)

    def _one_line_block(self, rest: str, matched: int, paragraph: Paragraph | None) -> bool:
        """Heading, fence, rule and underlined heading; True when the line was one of them."""
        if paragraph is not None and self._underline(rest, paragraph):
            return True
        if heading := _HEADING.match(rest):
            self._close_to(matched)
            self._heading(_heading_text(rest[heading.end() :]), len(heading.group(1)))
        elif (fence := _FENCE.match(rest)) and not ("`" in fence.group(2) and "`" in fence.group(3)):
            self._close_to(matched)
            self._open_code(fence, "")
        elif _RULE.match(rest):
            self._close_to(matched)
            self._rule()
        else:
            return False
        return True

    def _underline(self, rest: str, paragraph: Paragraph) -> bool:
        """Turn the open paragraph into a heading if `rest` is its underline."""
        mark = _SETEXT.match(rest)
        text = paragraph.whole() if mark is not None else None
        if mark is None or not text:
            return False
        # The paragraph has drawn nothing yet: its rows are made when it closes.
        self._leaf = None
        self._heading(text, 1 if mark.group(1).startswith("=") else 2, self._last_margins)
        return True

    def _text(self, rest: str, matched: int, lazy: bool, whole: bool) -> None:
        leaf = self._leaf
        if isinstance(leaf, Paragraph) and (lazy or matched == len(self._stack)):
            if whole and not lazy and self._begin_table(leaf, rest):
                return
            leaf.add(rest)
            return
        if isinstance(leaf, Table) and matched == len(self._stack) and whole and "|" in rest:
            leaf.add(rest)
            return
        self._close_to(matched)
        self._paragraph().add(rest)

    def _begin_table(self, paragraph: Paragraph, delimiter: str) -> bool:
        text = paragraph.whole()
        aligns = aligns_of(text.rpartition("\n")[2], delimiter) if text and "-" in delimiter else None
        if aligns is None:
            return False
        header = paragraph.drop_last_line()
        margins = self._last_margins
        if paragraph.whole():
            self._close_leaf()
            margins = self._margins()
        table = Table(self.out, self._width, margins, aligns, self._source - 1)
        table.begin(header, delimiter)
        self._leaf = table
        return True

    def _open_item(self, item: re.Match[str], rest: str) -> str:
        """Push the list item and return what is left of its first line."""
        end = item.end()
        text = rest[end:]
        spaces = end - item.end(2)
        # More than four spaces after the marker are one space and indented code.
        offset = item.end(2) + 1 if spaces > 4 or not text else end
        text = rest[offset:]
        marker = item.group(2)
        mark = "• " if marker in "-+*" else marker + " "
        task = _TASK.match(text)
        if task is not None:
            mark += "☐ " if task.group(1) == " " else "☑ "
            text = text[task.end() :]
        first = Margin(mark, (Span(0, len(mark) - 1, Look.MARKER),), 0)
        self._push(Container(offset, first, Margin(" " * len(mark))))
        return text

    def _push(self, container: Container) -> None:
        self._stack.append(container)

    def _paragraph(self) -> Paragraph:
        first, rest = self._margins()
        wrapper = Wrapper(self.out, self._width, first=first, rest=rest, look=self._base_look(), source=self._source)
        leaf = Paragraph(wrapper, growing=self._growing)
        self._leaf = leaf
        return leaf

    def _heading(self, text: str, level: int, margins: tuple[Margin, Margin] | None = None) -> None:
        first, rest = margins or self._margins()
        wrapper = Wrapper(
            self.out, self._width, first=first, rest=rest, look=_HEADING_LOOKS[level - 1], source=self._source
        )
        shown, spans = inline_once(text) if self._growing else inline(text)
        push_lines(wrapper, shown, spans)
        wrapper.end_line()

    def _rule(self) -> None:
        first = self._if_it_fits(self._margins()[0])
        length = self._width - len(first.text)
        spans = (*first.spans, Span(len(first.text), len(first.text) + length, Look.DIM))
        self.out.append(Line(first.text + "─" * length, spans, 0, None, first.lead, self._source))

    def _open_code(self, fence: re.Match[str] | None, text: str) -> None:
        first, rest = self._margins()
        first, rest = code_margin(first), code_margin(rest)
        language = fence.group(3).strip(" ") if fence is not None else ""
        source = self._source
        if language:
            head = Wrapper(self.out, self._width, first=first, rest=rest, look=Look.CODE_BLOCK, source=source)
            head.push_line(language, (Span(0, len(language), Look.DIM | Look.EMPHASIS),))
            first = rest
        wrapper = Wrapper(
            self.out,
            self._width,
            first=first,
            rest=rest,
            look=Look.CODE_BLOCK,
            words=False,
            source=source + (fence is not None),
        )
        code = Code(wrapper, fence.group(2), len(fence.group(1))) if fence is not None else Code(wrapper)
        self._leaf = code
        if fence is None:
            code.add(text)

    def _margins(self) -> tuple[Margin, Margin]:
        """What stands left of a new block's first row and of its other rows; draws the blank line that waits."""
        if self._blank is not None:
            depth = min(self._blank, len(self._stack))
            blank = self._if_it_fits(_joined([container.rest for container in self._stack[:depth]]))
            text = blank.text.rstrip(" ")
            self.out.append(Line(text, blank.spans if text else (), lead=len(text), source=self._source))
            self._blank = None
        rest = _joined([container.rest for container in self._stack])
        first = _joined([c.first if index >= self._shown else c.rest for index, c in enumerate(self._stack)])
        self._shown = len(self._stack)
        self._started = True
        self._last_margins = (first, rest)
        return first, rest

    def _if_it_fits(self, margin: Margin) -> Margin:
        """As a Wrapper has it: in a pane too narrow for the margin, what it stands beside has none."""
        return margin if self._width - len(margin.text) > 1 else NO_MARGIN

    def _base_look(self) -> int:
        return Look.QUOTE if any(not container.offset for container in self._stack) else Look.NONE

    def _close_leaf(self) -> None:
        leaf = self._leaf
        if leaf is None:
            return
        self._leaf = None
        leaf.close()
        if isinstance(leaf, Code) and leaf.trailing_blank:
            self._blank = len(self._stack)

    def _close_to(self, depth: int) -> None:
        """Close the open block and all containers deeper than `depth`."""
        self._close_leaf()
        if len(self._stack) > self._shown and len(self._stack) > depth:
            # An item with nothing in it still shows its marker.
            first, _ = self._margins()
            text = first.text.rstrip(" ")
            if len(text) <= self._width:
                self.out.append(Line(text, first.spans, 0, None, first.lead, self._source))
            else:
                marks, spans = text[first.lead :], cut_spans(first.spans, first.lead, len(text))
                Wrapper(self.out, self._width, source=self._source).push_line(marks, spans)
        del self._stack[depth:]
        if self._blank is not None:
            self._blank = min(self._blank, depth)
        self._shown = min(self._shown, depth)


def _heading_text(text: str) -> str:
    """What a heading says: the marks that may close it are taken off."""
    text = text.strip(" ")
    bare = text.rstrip("#")
    return bare.rstrip(" ") if not bare or bare.endswith(" ") else text


def _interrupts(item: re.Match[str], rest: str) -> bool:
    """True when a list item may begin right under a line of text."""
    return bool(rest[item.end() :].strip(" ")) and (item.group(2) in "-+*" or item.group(2)[:-1] == "1")


def _joined(margins: list[Margin]) -> Margin:
    if not margins:
        return NO_MARGIN
    text, lead = "", 0
    spans: tuple[Span, ...] = ()
    for margin in margins:
        spans += shifted(margin.spans, len(text))
        if margin.lead:
            lead = len(text) + margin.lead
        text += margin.text
    return Margin(text, spans, lead)
