"""Text that comes in pieces: a piece costs the same however much there is, and the text takes the room of a text."""

from __future__ import annotations

_AT_ONCE = 512
"""Pieces that are joined into one: a token of four characters takes 53 bytes as a str, and a place in a list."""


class Pieces:
    """A text that grows at its end."""

    __slots__ = ("_fresh", "_joined")

    def __init__(self, text: str = "") -> None:
        self._joined = [text] if text else []
        self._fresh: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._joined or self._fresh)

    def append(self, text: str) -> None:
        """More of it."""
        if text:
            self._fresh.append(text)
            if len(self._fresh) >= _AT_ONCE:
                self._joined.append("".join(self._fresh))
                self._fresh.clear()

    def whole(self) -> str:
        """All of it so far."""
        if self._fresh or len(self._joined) > 1:
            self._joined = ["".join((*self._joined, *self._fresh))]
            self._fresh.clear()
        return self._joined[0] if self._joined else ""
