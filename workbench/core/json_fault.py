"""Where a text stops being JSON, and why, in words for whoever wrote it: `json`'s own are for programmers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from json import JSONDecodeError

_SHOWN = 12


class JsonFault(NamedTuple):
    """`line` and `column` count from 1, the column in code points; `why` is to be read after them."""

    line: int
    column: int
    why: str

    @property
    def text(self) -> str:
        """`line 3, column 12: a name needs double quotes`."""
        return f"line {self.line}, column {self.column}: {self.why}"


def fault_of(error: JSONDecodeError) -> JsonFault:
    """The fault that the reader of `json` found."""
    return JsonFault(error.lineno, error.colno, _why(error.msg, error.doc, error.pos))


def fault_at(text: str, position: int, why: str) -> JsonFault:
    """A fault at a code point of `text`."""
    return JsonFault(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position), why)


def _why(message: str, text: str, position: int) -> str:
    if not text.strip():
        return "there is nothing in it"
    if message.startswith("Unterminated string"):
        return "the text that begins here has no closing quote"
    if not text[position:].strip():
        return "it ends before the value is whole"
    for beginning, words in _WORDS:
        if message.startswith(beginning):
            return words
    here, before = text[position], text[:position].rstrip()[-1:]
    if here in "]}" and before == ",":
        return f"there is a comma before the {here}"
    if here in "/#":
        return "JSON has no comments"
    if message.startswith("Expecting property name"):
        return "a name must stand in double quotes" + (", not single ones" if here == "'" else "")
    return _why_no_value(text, position)


def _why_no_value(text: str, position: int) -> str:
    here = text[position]
    if here == "'":
        return "a text must stand in double quotes, not single ones"
    if text.startswith("```", position):
        return "a Markdown fence stands in front of the value"
    word = text[position : position + _SHOWN * 2].split(maxsplit=1)[0].rstrip(",]}") or here
    if word in ("True", "False", "None", "undefined"):
        return f"JSON writes true, false and null; {word} is none of them"
    if here in "+." and word[1:2].isdigit():
        return f"a number can't begin with {here}"
    shown = word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
    return f"a value is expected, not {shown}"


_WORDS = (
    ("Expecting ',' delimiter", "a comma or a closing bracket is expected"),
    ("Expecting ':' delimiter", "a colon is expected after the name"),
    ("Illegal trailing comma", "there is a comma before the closing bracket"),
    ("Invalid control character", "a line break or control character in a text must be written as \\n, \\t or \\u0000"),
    ("Invalid \\uXXXX", "\\u must be followed by four hexadecimal digits"),
    ("Invalid \\escape", "a backslash in a text must be written twice"),
    ("Extra data", "there is more after the end of the value"),
    ("Unexpected UTF-8 BOM", "a byte order mark stands in front of the value"),
)
