"""The bytes of a text file as text: UTF-8, or UTF-16 with its mark; anything else is refused with the byte's place."""

from __future__ import annotations

import re

from workbench.core.errors import InputError

# What YAML does not take in a text as it is: controls, and characters that a reader takes for a line break or drops.
_UNTYPED = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_SAVE = "save the file as UTF-8 text"


def decode_text(data: bytes, name: str) -> str:
    """The text without its byte order mark, every line end as a line feed.

    Raises InputError, as `name:line: what, at byte N`, for other encodings and for raw control characters. N counts
    from 0.
    """
    mark, encoding = next(((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as fault:
        raise _undecodable(data, name, len(mark) + fault.start, encoding) from None
    found = _UNTYPED.search(text)
    if found is not None:
        before = text[: found.start()]
        place = len(mark) + len(before.encode(encoding))
        raise _untyped(name, before.count("\n") + 1, place, ord(found[0]))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _undecodable(data: bytes, name: str, place: int, encoding: str) -> InputError:
    line = data.count(b"\n", 0, place) + 1
    # No text has a NUL, in whatever encoding but UTF-16.
    what = f"not {_NAMES[encoding]} text" if b"\0" not in data or encoding != "utf-8" else "not text"
    return InputError(f"{name}:{line}: {what}, at byte {place} (0x{data[place]:02X})", _SAVE)


def _untyped(name: str, line: int, place: int, code: int) -> InputError:
    if code == 0:
        return InputError(f"{name}:{line}: not text, at byte {place} (0x00)", _SAVE)
    what = "not text" if code < 0xA0 else "not plain text"
    hint = f'take it out, or write it as \\u{code:04X} in a text in "double quotes"'
    return InputError(f"{name}:{line}: {what}, at byte {place} (the character U+{code:04X})", hint)
