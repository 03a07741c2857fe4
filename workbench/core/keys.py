"""Keys: cleaned before use, recognised where none belongs, kept out of every text that is shown or stored."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from workbench.core.errors import InputError

if TYPE_CHECKING:
    from workbench.core.secret import Secret

HIDDEN = "[key]"
SHORTEST_REAL_KEY = 8
"""Below it a key is a word such as `none` or `ollama` for servers that want any: hiding it would eat plain text."""
PIECE = 8
"""Characters of a key in a row that count as part of it."""
MAX_KEY = 4096
"""Characters. Longer than any key that an endpoint gives out, shorter than a header that servers refuse."""


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile(
        r"""
        .*\.\.\..*                              # sk-...
        | <.*> | \[.*\] | \{.*\}                # <key>, [key]
        | (sk-)?[x*_.-]+                        # sk-xxxxxxxx
        | \$\{?\w+\}? | %\w+%                   # a variable that nothing expanded
        | \w*API_?KEY                           # OPENAI_API_KEY=OPENAI_API_KEY
        | (sk-)?(your|my|the)[-_ ]?(own[-_ ])?(\w+[-_ ])*(api|secret|key|token)([-_ ]\w+)*
        | (insert|enter|paste|put|add|replace|set)[-_ ].*
        | change[-_ ]?me | (sk-|api[-_ ]?)?key[-_ ]?(goes[-_ ])?here | todo | placeholder
        """,
        re.VERBOSE | re.IGNORECASE,
    )


_VENDOR_KEY = r"\b(?:sk|pk|rk|gsk|hf|xai|pplx|nvapi|r8|ghp|github_pat|AIza)[-_]?[A-Za-z0-9_\-]{16,}"
_RUN = r"[A-Za-z0-9_\-+/=]{28,}"
_CHANGES = 6
"""Changes from a digit to another character and back that tell a key from a name."""
_CHANGES_BEHIND_PREFIX = 4
_TOKEN = r"""[^\s"'`<>()\[\]{},;]+"""
_STARRED = r"\*{2,}|\.{3,}|…|[•·●]{2,}|[xX]{4,}"
_SECRET_KEY = r"\bsk-[A-Za-z0-9_*.…-]{6,}"


def clean_key(text: str) -> str:
    """`text` as a header takes it: without blanks, quotes and a leading `Bearer` around it; "" where nothing is left.

    Raises InputError saying what is wrong with the key; the message never holds any part of it.
    """
    key = _unwrapped(text)
    fault = _fault(key)
    if fault:
        raise InputError(f"the key {fault}", "Copy the key again from where it was made.")
    return key


def _unwrapped(text: str) -> str:
    key = text.strip()
    while len(key) >= 2 and key[0] == key[-1] and key[0] in "\"'`":
        key = key[1:-1].strip()
    if key in {'"', "'", "`"}:
        return ""
    return key[6:].strip() if re.match(r"bearer(\s|$)", key, re.IGNORECASE) else key


def _fault(key: str) -> str:
    """What is wrong with a key that is about to go into a header, or ""."""
    if "\n" in key or "\r" in key:
        return "has a line break"
    if _placeholder().fullmatch(key):
        return "is a placeholder, not a key"
    if not key.isascii():
        return "has a non-ASCII character"
    if " " in key or "\t" in key:
        return "has a blank inside"
    if not set("\"'`").isdisjoint(key):
        return "has a quote inside"
    if not key.isprintable():
        return "has a control character"
    if len(key) > MAX_KEY:
        return f"is longer than {MAX_KEY} characters"
    return ""


def looks_like_key(text: str) -> bool:
    """Whether a key stands in `text`: a known prefix with a long tail, or a long run of mixed letters and digits."""
    return mask_keys(text) != text


def mask_keys(text: str) -> str:
    """`text` with everything that looks like a key replaced by `[key]`."""
    masked = re.sub(_VENDOR_KEY, HIDDEN, text)
    return re.sub(_RUN, lambda run: HIDDEN if _is_random(run[0]) else run[0], masked)


def mask_vendor_keys(text: str) -> str:
    """`text` with every key of a known vendor replaced by `[key]`, for a text that is used and not just shown.

    Ids and hashes stay, and so do names that merely begin like a key, such as `pk_orders_2024_archive`.
    """
    return re.sub(_VENDOR_KEY, lambda run: HIDDEN if _is_random(run[0], _CHANGES_BEHIND_PREFIX) else run[0], text)


def holds_key(text: str, secret: Secret | None = None) -> bool:
    """Whether a text that is about to go out holds a key: one of a known vendor, or `secret`, the connection's own."""
    return without_keys(text, secret) != text


def without_keys(text: str, secret: Secret | None = None) -> str:
    """A text that goes out, with `[key]` for what `holds_key` found in it."""
    own = secret is not None and not secret.is_guessable
    return mask_vendor_keys(secret.mask(text) if own and secret is not None else text)


def _is_random(run: str, least: int = _CHANGES) -> bool:
    """Digits scattered among letters: what keys have, and names, paths and words rarely do."""
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(run)) >= least


def hide_key(text: str, secret: Secret | None) -> str:
    """`text` without the key, its parts, its half-starred form (`sk-abc***wxyz`) and its encoded forms.

    Servers echo keys in their errors; whatever looks like any key at all goes too.
    """
    key = secret.reveal() if secret is not None else ""
    if len(key) >= SHORTEST_REAL_KEY:
        for form in _forms(key):
            text = text.replace(form, HIDDEN)
        pieces = {key[i : i + PIECE] for i in range(len(key) - PIECE + 1)}
        text = re.sub(_TOKEN, lambda token: HIDDEN if _gives_away(token[0], key, pieces) else token[0], text)
    return re.sub(_SECRET_KEY, HIDDEN, text)


def _forms(key: str) -> list[str]:
    """The key itself, URL-encoded, and in base64 at each of the three places where it can stand in a longer text."""
    from base64 import b64encode  # of use only where an endpoint answers; the first paint imports this module

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
    return re.search(_STARRED, token) is not None and (bare.startswith(key[:3]) or bare.endswith(key[-3:]))
