"""Plain values as YAML that a person reads and every YAML reader reads alike.

Written here and not by PyYAML's emitter: that one puts a text of several lines into one quoted line as soon as a line
ends with a blank or holds a tab, escapes every emoji it quotes, and writes names of more than 1,024 characters that
its own reader refuses. PyYAML reads all of this back in the tests, and so does each save before it writes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.json_clean import NotJson, clean_json
from workbench.core.json_text import read_number
from workbench.core.visible import short_mark, suspect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.json_value import JSON

STEP = "  "
_FLOW_WIDTH = 80
"""A list or a small object is written on one line up to about this many characters."""
_LONGEST_NAME = 1_000
"""YAML readers look for the colon of a `name: value` within 1,024 characters."""

# A text that begins with a letter (or `$`: the `$ref` of schemas) is no number, date, time or sign of YAML, unless it
# is one of the words that YAML 1.1 or a reader in another language takes for something else.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"])
_ENDS_PLAIN = re.compile(r":(?:\s|$)|\s#|\s$")
_ENDS_PLAIN_IN_FLOW = re.compile(r"[][{},:#\"'?]|\s$")

# What no block takes as it is: controls but tab and line feed, what YAML 1.1 takes for line ends, the byte order mark
# and what is no character. Nothing can be escaped in a block.
_NOT_IN_BLOCKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPED_IN_QUOTES = re.compile('[\\\\"\n]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}


def yaml_text(value: Mapping[str, JSON], *, opened: frozenset[str] = frozenset()) -> str:
    """The object, which has something in it, as a YAML document that ends with a line feed; names stay in their order.

    Lists and objects that are short go on one line, except those that stand at the top under a name of `opened`. Lone
    surrogates become U+FFFD. Raises InputError, with the path, for what JSON has no form for and for a number that
    would not be read back.
    """
    try:
        cleaned = clean_json(dict(value), "", lambda _: None)
    except NotJson as fault:
        raise InputError(f"{fault.path.removeprefix('.')} {fault.reason}", "change it first") from None
    assert isinstance(cleaned, dict)
    lines: list[str] = []
    for name, item in cleaned.items():
        lines += _named(name, item, "", opened=name in opened)
    return "".join(f"{line}\n" for line in lines)


def _named(name: str, value: JSON, pad: str, *, opened: bool = False) -> Iterator[str]:
    first, *rest = _after(value, pad, opened=opened)
    written = _line(name, in_flow=True)
    if len(written) > _LONGEST_NAME:
        yield f"{pad}? {written}"
        written = ""
    yield f"{pad}{written}:{first}"
    yield from rest


def _object(value: dict[str, JSON], pad: str) -> Iterator[str]:
    for name, item in value.items():
        yield from _named(name, item, pad)


def _list(value: list[JSON], pad: str, *, opened: bool) -> Iterator[str]:
    for item in value:
        if isinstance(item, dict) and item and (opened or _flow(item) is None):
            first, *rest = _object(item, pad + STEP)
            yield f"{pad}- {first[len(pad) + len(STEP) :]}"
        else:
            first, *rest = _after(item, pad)
            yield f"{pad}-{first}"
        yield from rest


def _after(value: JSON, pad: str, *, opened: bool = False) -> list[str]:
    """What stands after `name:` or `-` of a line that is indented by `pad`, and the lines that follow it."""
    if isinstance(value, str):
        return _text(value, pad)
    if not isinstance(value, dict | list):
        return [f" {_scalar(value)}"]
    flow = None if opened and value else _flow(value)
    if flow is not None:
        return [f" {flow}"]
    inner = pad + STEP
    return ["", *(_object(value, inner) if isinstance(value, dict) else _list(value, inner, opened=opened))]


def _text(text: str, pad: str) -> list[str]:
    if "\n" not in text or not text.strip() or _NOT_IN_BLOCKS.search(text):
        return [f" {_line(text)}"]
    # Without the digit a reader would take the blanks that the text begins with for the indentation.
    digit = str(len(STEP)) if text[0] in " \t\n" else ""
    ending = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") else ""
    lines = text.removesuffix("\n").split("\n")
    return [f" |{digit}{ending}", *(f"{pad}{STEP}{line}" if line else "" for line in lines)]


def _line(text: str, *, in_flow: bool = False) -> str:
    """The text on one line: as it is where every reader takes it for this very text, otherwise in quotes."""
    if "\n" in text or suspect().sub(_escape_hidden, text) != text:
        return f'"{suspect().sub(_escape_hidden, _ESCAPED_IN_QUOTES.sub(_escape, text))}"'
    if _is_plain(text, _ENDS_PLAIN_IN_FLOW if in_flow else _ENDS_PLAIN):
        return text
    if '"' in text or "\\" in text:
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    return f'"{text}"'


def _is_plain(text: str, ends: re.Pattern[str]) -> bool:
    begins_well = text[:1].isalpha() or text[:1] == "$"
    return begins_well and text.casefold() not in _WORDS and not ends.search(text)


def _escape_hidden(found: re.Match[str]) -> str:
    """The joiners of an emoji and of a script that needs them stay."""
    return found[0] if short_mark(found) == found[0] else _escape(found)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in _ESCAPES:
        return _ESCAPES[found[0]]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _scalar(value: JSON) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    if isinstance(value, float) and "." not in text:
        text = text.replace("e", ".0e")  # YAML 1.1 takes 1e-05 for text
    if read_number(text) != value:
        raise InputError("a number with that many digits can't be saved", "write it as text, in quotes")
    return text


def _flow(value: dict[str, JSON] | list[JSON]) -> str | None:
    """The whole on one line; None where it is too long for that or has more in it than texts, numbers and lists."""
    pieces: list[str] = []
    room = _FLOW_WIDTH
    for name, item in value.items() if isinstance(value, dict) else (("", item) for item in value):
        written = _flow_item(item, lists=isinstance(value, dict))
        if written is None:
            return None
        pieces.append(f"{_line(name, in_flow=True)}: {written}" if isinstance(value, dict) else written)
        room -= len(pieces[-1]) + len(", ")
        if room < 0:
            return None
    inside = ", ".join(pieces)
    return f"{{{inside}}}" if isinstance(value, dict) else f"[{inside}]"


def _flow_item(item: JSON, *, lists: bool) -> str | None:
    if isinstance(item, str):
        return None if "\n" in item or len(item) > _FLOW_WIDTH else _line(item, in_flow=True)
    if isinstance(item, dict | list):
        return _flow(item) if not item or (lists and isinstance(item, list)) else None
    return _scalar(item)
