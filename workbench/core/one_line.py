"""Foreign text for a message of ours: one line, no control characters, not too long."""

from __future__ import annotations

import re

SHOWN = 300
"""Characters of a server's own words that a message shows."""

# C0, DEL and C1, line and paragraph separators, bidi marks, overrides and isolates, zero-width characters, BOM, and
# lone surrogates (which no file or database takes): none of them has a place in a line of ours.
_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_CONTROL_BUT_LINES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def one_line(text: str, limit: int = SHOWN) -> str:
    """`text` as one line of at most `limit` characters; control characters become blanks."""
    # Cut before the work: the text may be megabytes of somebody's error page.
    head = text[: limit * 4]
    line = " ".join(_UNSHOWABLE.sub(" ", head).split())
    if len(line) <= limit and len(head) == len(text):
        return line
    return line[: limit - 1].rstrip() + "…"


def plain_text(text: str, limit: int) -> str:
    """`text` with its lines kept and every other control character replaced by U+FFFD, at most `limit` characters."""
    return _CONTROL_BUT_LINES.sub("\ufffd", text[:limit].replace("\r\n", "\n"))
