"""A shell command cut into words, as sh, bash and the Windows prompt read it. Nothing is expanded or run."""

from __future__ import annotations

import re
from typing import NamedTuple

_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_ANSI = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
# Possessive, so that a text without its closing quote is read once.
_PIECE = re.compile(
    r"""
    (?P<blank>(?:[ \t\r]|\\\r?\n)++)
    | (?P<line>\n)
    | '(?P<single>[^']*+)'
    | \$'(?P<ansi>(?:[^'\\]|\\.)*+)'
    | \$?"(?P<double>(?:[^"\\]|\\.)*+)"
    | (?P<here><<-?[ \t]*(?P<q>['"]?)(?P<mark>\w+)(?P=q))
    | (?P<herestring><<<)
    | (?P<operator>\|\||&&|[|;&()<>]+)
    | \\(?P<escaped>.)
    | (?P<plain>[^\s'"\\|;&()<>$]++|\$)
    """,
    re.VERBOSE | re.DOTALL,
)
_CARET = re.compile(r"\^(\r?\n|.)", re.DOTALL)


class Words(NamedTuple):
    """One command.

    `here` is what it is given as its standard input (`<<END`, `<<<`), or None; `rest` whether more follows after it.
    """

    words: tuple[str, ...]
    here: str | None = None
    rest: bool = False
    expanded: frozenset[str] = frozenset()
    """The words in which a `$NAME` stands where a shell would put a variable's value."""


def split_command(text: str) -> Words | None:
    """The words of the command that `text` begins with; None where a quote is never closed."""
    if '^"' in text or re.search(r"\^\r?\n", text):
        text = _CARET.sub(lambda found: "" if found[1].endswith("\n") else found[1], text)
    return _Splitter(text).run()


class _Splitter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[str] = []
        self._parts: list[str] | None = None
        self._mark = ""
        self._here: str | None = None
        self._expands = False
        self._expanded: set[str] = set()
        self._here_next = False

    def run(self) -> Words | None:
        place = 0
        while place < len(self._text):
            if self._text[place] == "#" and self._parts is None:
                place = self._line_end(place)
                continue
            found = _PIECE.match(self._text, place)
            if found is None:
                return None
            place = found.end()
            if found["line"] is not None or found["operator"] is not None:
                self._close()
                if found["line"] is not None and not self._words:
                    continue
                if self._mark:
                    place = self._read_here(place)
                rest = bool(self._text[place:].strip())
                return Words(tuple(self._words), self._here, rest, frozenset(self._expanded))
            self._take(found)
        self._close()
        return Words(tuple(self._words), self._here, False, frozenset(self._expanded))

    def _take(self, found: re.Match[str]) -> None:
        kind = found.lastgroup
        if kind == "blank":
            self._close()
        elif kind in ("here", "q", "mark"):
            self._close()
            self._mark = found["mark"]
        elif kind == "herestring":
            self._close()
            self._here_next = True
        else:
            self._add(found)

    def _add(self, found: re.Match[str]) -> None:
        if self._parts is None:
            self._parts = []
        if found["ansi"] is not None:
            piece = _ANSI.sub(_ansi, found["ansi"])
        elif found["double"] is not None:
            self._expands = self._expands or re.search(r"(?<!\\)\$[A-Za-z_{(]", found["double"]) is not None
            piece = re.sub(
                r'\\([\\"$`]|\r?\n)', lambda each: "" if each[1].endswith("\n") else each[1], found["double"]
            )
        else:
            piece = next(found[name] for name in ("single", "escaped", "plain") if found[name] is not None)
        self._parts.append(piece)

    def _close(self) -> None:
        if self._parts is None:
            return
        word = "".join(self._parts)
        if self._here_next:
            self._here = word
        else:
            self._words.append(word)
        if self._expands:
            self._expanded.add(word)
        self._parts, self._here_next, self._expands = None, False, False

    def _line_end(self, place: int) -> int:
        end = self._text.find("\n", place)
        return len(self._text) if end < 0 else end

    def _read_here(self, place: int) -> int:
        """Takes the here-document that begins on the line after; the place after it."""
        if self._text[place - 1] != "\n":
            place = self._line_end(place) + 1
        end = re.compile(rf"^\t*{re.escape(self._mark)}[ \t\r]*$", re.MULTILINE).search(
            self._text, min(place, len(self._text))
        )
        stop = end.start() if end is not None else len(self._text)
        self._here = self._text[place:stop]
        return end.end() if end is not None else len(self._text)


def _ansi(found: re.Match[str]) -> str:
    r"""One escape of `$'...'`."""
    for digits, base in ((found[1], 16), (found[2], 16), (found[3], 16), (found[4], 8)):
        if digits is not None:
            code = int(digits, base)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
    character: str = found[5]
    return _SIMPLE.get(character, character if character in "\\'\"?" else found[0])
