"""Where one character ends and the next begins, as a person sees them (grapheme clusters).

The rules of Unicode Standard Annex 29 that matter to a caret: CRLF, combining marks, variation selectors, emoji with
modifiers and joiners, flags, keycaps and Hangul written as separate jamo. Two of its rules are left out: prepended
marks (rare Arabic number signs) and Indic conjuncts, which the annex itself calls a matter of taste.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZWJ = "\u200d"


@cache
def _code_points_alone() -> re.Pattern[str]:
    """Text of which every code point is certainly a character of its own: nearly all prose, checked at C speed."""
    return re.compile(
        "[\n\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u1fff\u2010-\u2027\u2030-\u203b"
        "\u20a0-\u20bf\u2190-\u2193\u2200-\u2319\u2400-\u24c1\u24c3-\u25a9\u2e80-\u3029\u3031-\u303c\u3041-\u3098"
        "\u309b-\u3134\u318f-\u3296\u3400-\u4dbf\u4e00-\ua48c\uac00-\ud7a3\uf900-\ufaff\uff01-\uff9d]*"
    )


@cache
def _pictographs() -> re.Pattern[str]:
    return re.compile(
        "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
        "\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\U0001fc00-\U0001fffd]"
    )


@lru_cache(8192)
def _kind(char: str) -> str:
    """The grapheme break property of one code point, by a short name; "" for an ordinary one."""
    code = ord(char)
    if 0x1100 <= code <= 0x11FF or 0xA960 <= code <= 0xA97C or 0xAC00 <= code <= 0xD7FB:
        return _hangul(code)
    if char == _ZWJ:
        return "joiner"
    if 0x1F1E6 <= code <= 0x1F1FF:
        return "flag"
    # Emoji modifiers, tags, ZWNJ and the half-width voicing marks extend although their category is not a mark.
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F or code in (0x200C, 0xFF9E, 0xFF9F):
        return "extend"
    category = unicodedata.category(char)
    if category[0] == "M" or code in (0x0E33, 0x0EB3):
        return "extend"
    if category in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return "control"
    return "pictograph" if _pictographs().match(char) else ""


def _hangul(code: int) -> str:
    if code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    return ""


_HANGUL_JOINS = {
    ("L", "L"), ("L", "V"), ("L", "LV"), ("L", "LVT"),
    ("LV", "V"), ("LV", "T"), ("V", "V"), ("V", "T"),
    ("LVT", "T"), ("T", "T"),
}  # fmt: skip


def _may_join(before: str, kind: str) -> bool:
    """True when a code point of `kind` can belong to the cluster that one of kind `before` stands in."""
    if kind in ("extend", "joiner"):
        return before != "control"
    if kind == "pictograph":
        return before == "joiner"
    return kind == before == "flag" or (before, kind) in _HANGUL_JOINS


def next_boundary(text: str, start: int) -> int:
    """The end of the cluster that begins at `start`; `len(text)` at the end."""
    end = start + 1
    if end >= len(text):
        return len(text)
    before = _kind(text[start])
    if before == "control":
        return end + 1 if text.startswith("\r\n", start) else end
    first = before
    while end < len(text):
        kind = _kind(text[end])
        if (
            not _may_join(before, kind)
            or (kind == "pictograph" and first != kind)
            or (kind == "flag" and end > start + 1)
        ):
            break
        before = kind
        end += 1
    return end


def previous_boundary(text: str, end: int) -> int:
    """The start of the cluster that `end` closes or lies in; 0 at the beginning."""
    start = min(end, len(text)) - 1
    if start <= 0:
        return 0
    while start > 0 and (_may_join(_kind(text[start - 1]), _kind(text[start])) or text.startswith("\r\n", start - 1)):
        start -= 1
    while (after := next_boundary(text, start)) < end:
        start = after
    return start


def clusters(text: str) -> Iterator[str]:
    """The characters of `text` as a person counts them."""
    start = 0
    while start < len(text):
        end = next_boundary(text, start)
        yield text[start:end]
        start = end


def is_plain(text: str) -> bool:
    """True when every code point of `text` is a character of its own, so that no rule needs to be looked at."""
    return (text.isascii() and text.isprintable()) or _code_points_alone().fullmatch(text) is not None


def plain_until(text: str, start: int) -> int:
    """Up to where the code points from `start` are characters of their own; what follows may join the last of them."""
    found = _code_points_alone().match(text, start)
    end = found.end() if found is not None else start
    return end if end == len(text) else max(start, end - 1)
