"""A preset's slug: the short name that its file has, and that another preset refers to it by."""

from __future__ import annotations

import unicodedata

from workbench.core.visible import escaped, marked, suspect

MOST_BYTES = 200
"""The longest slug in bytes of UTF-8: with `.yaml` it stays below the 255 bytes that file systems take."""
_MADE_BYTES = 80
_UNNAMED = "preset"

# Windows opens a device for these, whatever follows a first dot.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
_NOT_IN_FILE_NAMES = '/\\<>:"|?*'
# Letters by Unicode's book that are drawn as nothing.
_FILLERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def slug_of(name: str) -> str:
    """A file-safe slug for any name: lower case letters and digits of every script, and `-` for all between.

    At most 80 bytes of UTF-8, never empty, always fine for `check_slug`: `Summarise 뉴스!` becomes `summarise-뉴스`.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    words = "".join(char if _is_kept(char) else "-" for char in folded)
    joined = "-".join(word for word in words.split("-") if word)
    cut = joined.encode()[:_MADE_BYTES].decode(errors="ignore").strip("-") or _UNNAMED
    return f"{_UNNAMED}-{cut}" if _is_device(cut) else cut


def check_slug(text: str) -> str:
    """What is wrong with a slug that a person typed or a file has, in one line without the slug; "" where it is fine.

    Characters that can't be seen in it are named, as `\\u202e`.
    """
    if not text:
        return "a short name needs at least one letter or digit"
    if text[0] in "-." or text[-1] == ".":
        return "a short name begins with neither - nor . and does not end with a ."
    if text != text.strip():
        return "a short name has no blank at either end"
    for char in text:
        if char in _NOT_IN_FILE_NAMES:
            return f"a short name has no {char} in it: letters, digits and - do"
        if char in _FILLERS or (char.isspace() and char != " "):
            return _hidden(char)
    if ".." in text:
        return "a short name has no .. in it: letters, digits and - do"
    if (shown := marked(text)) != text:
        return _hidden(next((a for a, b in zip(text, shown, strict=False) if a != b), text[-1]))
    if len(text.encode()) > MOST_BYTES:
        return f"a short name has at most {MOST_BYTES} bytes (about 60 Korean letters)"
    if _is_device(text):
        return "Windows keeps this name for a device: add a word to it"
    return ""


def _hidden(char: str) -> str:
    name = escaped(char) if not char.isprintable() else f"\\u{ord(char):04x}"
    return f"a short name has no hidden character such as {name} in it: letters, digits and - do"


def _is_kept(char: str) -> bool:
    """Letters, digits and the marks that scripts write above and below them."""
    if char.isascii():
        return char.isalnum()
    return unicodedata.category(char)[0] in "LMN" and char not in _FILLERS and not suspect().match(char)


def _is_device(text: str) -> bool:
    return text.casefold().split(".")[0].rstrip() in _DEVICES
