"""A key that is in use, kept out of every text that comes from outside."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from workbench.core.secret import Secret

HIDDEN = "[key]"
SHORTEST_REAL_KEY = 8
"""Below it a key is a word such as `none` or `ollama` for servers that want any: hiding it would eat plain text."""
PIECE = 8
"""Characters of a key in a row that count as part of it."""

_TOKEN = re.compile(r"""[^\s"'`<>()\[\]{},;]+""")
_STARRED = re.compile(r"\*{2,}|\.{3,}|…|[•·●]{2,}|[xX]{4,}")
_LOOKS_LIKE_A_KEY = re.compile(r"\bsk-[A-Za-z0-9_*.…-]{6,}")


def hide_key(text: str, secret: Secret | None) -> str:
    """`text` without the key, its parts, its half-starred form (`sk-abc***wxyz`) and its encoded forms.

    Servers echo keys in their errors; whatever looks like any key at all goes too.
    """
    key = secret.reveal() if secret is not None else ""
    if len(key) >= SHORTEST_REAL_KEY:
        for form in _forms(key):
            text = text.replace(form, HIDDEN)
        pieces = {key[i : i + PIECE] for i in range(len(key) - PIECE + 1)}
        text = _TOKEN.sub(lambda token: HIDDEN if _gives_away(token[0], key, pieces) else token[0], text)
    return _LOOKS_LIKE_A_KEY.sub(HIDDEN, text)


def _forms(key: str) -> list[str]:
    """The key itself, URL-encoded, and in base64 at each of the three places where it can stand in a longer text."""
    raw = key.encode("utf-8", "replace")
    forms = [key, quote(key, safe="")]
    # The first and last characters also depend on the neighbours, so that only the middle is the key's own.
    encoded = (b64encode(bytes(shift) + raw).decode("ascii").rstrip("=") for shift in range(3))
    return [*forms, *(text[4:-2] for text in encoded)]


def _gives_away(token: str, key: str, pieces: set[str]) -> bool:
    if any(token[i : i + PIECE] in pieces for i in range(len(token) - PIECE + 1)):
        return True
    bare = token.strip(".:!?")
    if (len(bare) >= 5 and key.startswith(bare)) or (len(bare) >= 4 and key.endswith(bare)):
        return True
    return bool(_STARRED.search(token)) and (bare.startswith(key[:3]) or bare.endswith(key[-3:]))
