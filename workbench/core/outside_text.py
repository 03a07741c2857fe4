"""A text on its way to an editor outside the program and back: byte for byte, but for one line end that editors add."""

from __future__ import annotations

from typing import NamedTuple

from workbench.core.errors import InputError


class TakenBack(NamedTuple):
    """What came back; `line_end` says that one line end at the very end was left off."""

    text: str
    line_end: bool


def as_bytes(text: str) -> bytes:
    """The bytes that the editor gets. InputError for a text that has none: half of a character from a bad paste."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"character {error.start + 1:,} is half of a character, which no file takes", "replace it here first"
        ) from None


def taken_back(given: str, data: bytes) -> TakenBack:
    """The text of what an editor saved in place of `given`. InputError, with the byte's place, where it is no UTF-8.

    Most editors end a file with a line end whether the text has one or not, and nobody can tell theirs from a typed
    one. So one is left off where the text had none at its end before: what is not touched comes back as it was. Where
    there was one, nothing is left off.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = f"at byte {error.start:,} (0x{data[error.start]:02X})"
        raise InputError(f"what was saved is not UTF-8 text, {place}: the text is as it was") from None
    if given.endswith("\n") or not text.endswith("\n"):
        return TakenBack(text, line_end=False)
    # A file of Windows line ends gets one of those.
    windows = text.endswith("\r\n") and not given.endswith("\r") and given.count("\n") == given.count("\r\n") > 0
    return TakenBack(text[: -2 if windows else -1], line_end=True)
