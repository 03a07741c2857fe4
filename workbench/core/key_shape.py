"""What a key looks like: cleaned before use, recognised where none belongs, never repeated in a message."""

from __future__ import annotations

import re
from itertools import pairwise

from workbench.core.errors import InputError

MAX_KEY = 4096
"""Characters. Longer than any key that an endpoint gives out, shorter than a header that servers refuse."""

_PLACEHOLDER = re.compile(
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

_VENDOR_KEY = re.compile(r"\b(?:sk|pk|rk|gsk|hf|xai|pplx|nvapi|r8|ghp|github_pat|AIza)[-_]?[A-Za-z0-9_\-]{16,}")
_RUN = re.compile(r"[A-Za-z0-9_\-+/=]{28,}")


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
    if _PLACEHOLDER.fullmatch(key):
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
    masked = _VENDOR_KEY.sub("[key]", text)
    return _RUN.sub(lambda run: "[key]" if _is_random(run[0]) else run[0], masked)


def _is_random(run: str) -> bool:
    """Digits scattered among letters: what keys have, and names, paths and words rarely do."""
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(run))
    return changes >= 6
