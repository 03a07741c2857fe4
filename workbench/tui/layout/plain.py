"""Source text as it is: one line of the source is one line of the screen, soft-wrapped; JSON with light looks."""

from __future__ import annotations

import re

from workbench.tui.layout.lines import Line, Look, Span, Spans
from workbench.tui.layout.wrap import Wrapper

_JSON = re.compile(r'("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*|\b(?:true|false|null)\b)')


def json_spans(text: str) -> Spans:
    """Looks for one line of JSON: keys, strings, and numbers or words."""
    spans = []
    for match in _JSON.finditer(text):
        if match.group(3) is not None:
            spans.append(Span(match.start(), match.end(), Look.NUMBER))
        else:
            spans.append(Span(match.start(1), match.end(1), Look.KEY if match.group(2) else Look.STRING))
    return tuple(spans)


class PlainReader:
    """The same calls as BlockReader, for text that is not read as Markdown."""

    def __init__(self, out: list[Line], width: int, *, json: bool = False) -> None:
        self.out = out
        self._width = width
        self._json = json
        self._open: Wrapper | None = None

    def twin(self, out: list[Line]) -> PlainReader:
        other = PlainReader(out, self._width, json=self._json)
        other._open = self._open.twin(out) if self._open is not None else None
        return other

    def line(self, text: str, source: int, *, whole: bool = True) -> None:
        self.close()
        # Most lines fit: a megabyte of JSON has tens of thousands of them. Their looks are found when they are drawn.
        if whole and len(text) <= self._width and text.isascii():
            self.out.append(Line(text, (), 0, None, 0, source))
            return
        self._open = Wrapper(self.out, self._width, source=source)
        self.more(text)
        if whole:
            self.close()

    def more(self, text: str) -> None:
        if self._open is not None:
            self._open.push(text, json_spans(text) if self._json else ())

    def close(self) -> None:
        if self._open is not None:
            self._open.end_line()
            self._open = None
