"""What a prompt would rather hear: a number for each token at each place of its answer, the same for the same prompt.

It stands for what a real model makes of its prompt. It makes the greedy answer differ from prompt to prompt, and brings
answers of one prompt together again at each sentence, so that a low temperature changes little.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MASK = (1 << 64) - 1
_PLACE, _KEY, _TOKEN = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53
"""Odd numbers that spread bits well, as hash functions use them."""
_TOP_BITS = 40
_HALF = 1 << 23

_codes: dict[str, int] = {}


def code_of(token: str) -> int:
    """64 bits for a token. Python's own hash of a str differs from process to process; a seed must not."""
    code = _codes.get(token)
    if code is None:
        if len(_codes) > 50_000:
            _codes.clear()
        digest = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        code = _codes[token] = int.from_bytes(digest, "big")
    return code


def start_of(key: int, place: int, before: str) -> int:
    """What is the same for all tokens at one place: the prompt, the place, and the token before."""
    return (((key ^ (place * _PLACE)) * _KEY) ^ code_of(before)) & _MASK


def tastes(start: int, codes: Iterable[int]) -> list[float]:
    """Between -1 and 1 for each token's code."""
    return [((((start ^ code) * _TOKEN) & _MASK) >> _TOP_BITS) / _HALF - 1.0 for code in codes]
