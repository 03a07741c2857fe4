"""What a model might have written at a place of its answer, and how likely each of it was: from the logprobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.token_probabilities import TokenText, percent, quoted, token_entries

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

_SHOWN = 4
"""Alternatives that are named."""


class TokenChoice(NamedTuple):
    """What was written, in quotes, and what might have stood in its place, the likeliest first. Probabilities are 0 to
    1, or None where the endpoint gave none."""

    written: str
    probability: float | None
    others: tuple[tuple[str, float | None], ...]


def choices_at(logprobs: JSON, text: str, offset: int) -> TokenChoice | None:
    """What the model wrote where the answer `text` has its character at `offset`, and what it might have written; None
    where the logprobs do not tell.

    `logprobs` is a choice's, as Chat Completions gives it. A character that came in several tokens is told whole, with
    the alternatives to the first of them.
    """
    tokens = TokenText(token_entries(logprobs))
    tokens.finish()
    wanted = len(text[:offset].encode("utf-8", "replace"))
    at = 0
    for number, token in enumerate(tokens.tokens):
        end = at + len(token.chosen.raw)
        if at <= wanted < end:
            return _choice(tokens, number)
        at = end
    return None


def _choice(tokens: TokenText, number: int) -> TokenChoice | None:
    unit = tokens.units[tokens.unit_at(number)]
    chosen = tokens.tokens[unit.first].chosen
    others = [(name, other.probability) for other, name in tokens.names(unit.first) if other is not chosen]
    whole = chosen._replace(logprob=unit.logprob)
    if whole.probability is None and not others:
        return None
    return TokenChoice(quoted(unit.text), whole.probability, tuple(others))


def choices_text(choice: TokenChoice) -> str:
    """`here the model wrote "cat" 62 %; it might have been " dog" 21 %, " cow" 4.0 %`. Foreign text, on one line."""
    chosen = f"{choice.written} {percent(choice.probability)}"
    if not choice.others:
        return f"here the model wrote {chosen}"
    others = ", ".join(f"{name} {percent(share)}" for name, share in choice.others[:_SHOWN])
    return f"here the model wrote {chosen}; it might have been {others}"
