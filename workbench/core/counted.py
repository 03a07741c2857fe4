"""How many of something there are, in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 run`, `1,204 runs`; for a noun whose plural has an s."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
