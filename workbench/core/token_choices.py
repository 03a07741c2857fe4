"""What a model might have written at a place of its answer, and how likely each of it was: from the logprobs."""

from __future__ import annotations

from math import exp, isfinite
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.json_text import describe

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

_SHOWN = 4
"""Alternatives that are named."""


class TokenChoice(NamedTuple):
    """A token, and what might have stood in its place, the likeliest first. Probabilities are 0 to 1."""

    token: str
    probability: float
    others: tuple[tuple[str, float], ...]


def choices_at(logprobs: JSON, text: str, offset: int) -> TokenChoice | None:
    """The token of the answer `text` that has its character at `offset`; None where the logprobs do not tell.

    `logprobs` is a choice's, as Chat Completions gives it. A token may hold but a part of a character: its `bytes` are
    counted where they are given.
    """
    wanted = len(text[:offset].encode("utf-8", "replace"))
    at = 0
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    for entry in tokens if isinstance(tokens, list) else ():
        size = _size(entry)
        if size is None:
            return None
        if at <= wanted < at + size:
            return _choice(entry)
        at += size
    return None


def choices_text(choice: TokenChoice) -> str:
    """`"cat" 62 %; it might have been " dog" 21 %, " cow" 4 %`. Foreign text, on one line."""
    chosen = f"{describe(choice.token)} {_percent(choice.probability)}"
    if not choice.others:
        return f"here the model wrote {chosen}"
    others = ", ".join(f"{describe(token)} {_percent(share)}" for token, share in choice.others[:_SHOWN])
    return f"here the model wrote {chosen}; it might have been {others}"


def _size(entry: JSON) -> int | None:
    """Of a token, in bytes of UTF-8."""
    if not isinstance(entry, dict):
        return None
    raw, token = entry.get("bytes"), entry.get("token")
    if isinstance(raw, list):
        return len(raw)
    return len(token.encode("utf-8", "replace")) if isinstance(token, str) else None


def _choice(entry: JSON) -> TokenChoice | None:
    chosen = _token(entry)
    if chosen is None or not isinstance(entry, dict):
        return None
    top = entry.get("top_logprobs")
    found = [_token(each) for each in top] if isinstance(top, list) else []
    others = [each for each in found if each is not None and each[0] != chosen[0]]
    return TokenChoice(*chosen, tuple(sorted(others, key=lambda each: -each[1])))


def _token(entry: JSON) -> tuple[str, float] | None:
    match entry:
        case {"token": str(token), "logprob": int() | float() as logprob} if not isinstance(logprob, bool):
            # A token that was never likely has -9999 with some endpoints, and JSON's NaN with others.
            return (token, min(1.0, exp(min(0.0, logprob)))) if isfinite(logprob) else None
    return None


def _percent(share: float) -> str:
    return "<1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
