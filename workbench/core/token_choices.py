"""What a model might have written at a place of its answer, and how likely each of it was: from the logprobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.json_text import describe
from workbench.core.token_probabilities import Token, read_token

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
        token = read_token(entry)
        if token is None:
            return None
        if at <= wanted < at + len(token.chosen.raw):
            return _choice(token)
        at += len(token.chosen.raw)
    return None


def choices_text(choice: TokenChoice) -> str:
    """`"cat" 62 %; it might have been " dog" 21 %, " cow" 4 %`. Foreign text, on one line."""
    chosen = f"{describe(choice.token)} {_percent(choice.probability)}"
    if not choice.others:
        return f"here the model wrote {chosen}"
    others = ", ".join(f"{describe(token)} {_percent(share)}" for token, share in choice.others[:_SHOWN])
    return f"here the model wrote {chosen}; it might have been {others}"


def _choice(token: Token) -> TokenChoice | None:
    share = token.chosen.probability
    if share is None:
        return None
    others = [each for each in token.candidates() if each.text != token.chosen.text]
    told = tuple((each.text, each.probability) for each in others if each.probability is not None)
    return TokenChoice(token.chosen.text, share, told)


def _percent(share: float) -> str:
    return "<1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
