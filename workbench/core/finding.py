"""A text to be found literally: in any case or as it is written, composed and decomposed letters alike."""

from __future__ import annotations

import re
import unicodedata

_NO_MORE_OF_IT = "(?![\u0300-\u036f\u1160-\u11ff\u3099\u309a])"
"""A match may not end inside a letter: decomposed 하 is the start of decomposed 한."""


def pattern_of(needle: str, *, exact_case: bool = False) -> re.Pattern[str] | None:
    """What finds `needle`; None when there is nothing to find."""
    if not needle:
        return None
    parts = []
    for char in unicodedata.normalize("NFC", needle):
        apart = unicodedata.normalize("NFD", char)
        parts.append(f"(?:{re.escape(char)}|{re.escape(apart)})" if apart != char else re.escape(char))
    return re.compile("".join(parts) + _NO_MORE_OF_IT, 0 if exact_case else re.IGNORECASE)
