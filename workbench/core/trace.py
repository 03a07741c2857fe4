"""What a run did and when, recorded while it happens: its attempts, and every byte of the answer with its time.

Nothing here has a clock: who records says what time it is. Times are seconds since the run's last request was sent,
where nothing else is said.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = 16 * 1024 * 1024
"""Bytes of an answer that are kept to be looked at; its text is kept whatever its size."""


@dataclass(slots=True)
class Attempt:
    """One physical request. `sent_s` counts from the run's first request."""

    number: int
    sent_s: float
    why: str = ""
    """Why it was made: what the attempt before came to; "" for the first."""
    waited_s: float | None = None
    """How long it waited for its turn after that; None for the first."""


class RawLog:
    """The bytes of an answer as they came, with the time of each read."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.left_out = 0
        """Bytes that came after the first KEPT ones."""
        self.read_ends: list[int] = []
        """For each read, where in `data` it ended."""
        self.read_at: list[float] = []

    def add(self, piece: bytes, at: float) -> None:
        """One read of the network."""
        room = max(0, KEPT - len(self.data))
        self.left_out += max(0, len(piece) - room)
        if room:
            self.data += piece[:room]
            self.read_ends.append(len(self.data))
            self.read_at.append(at)

    def time_of(self, end: int) -> float:
        """When the byte before `end` had come."""
        return self.read_at[min(bisect_left(self.read_ends, end), len(self.read_at) - 1)]


@dataclass(slots=True)
class Trace:
    """The record of one run."""

    began: float
    """What the clock said when its first request was sent."""
    attempts: list[Attempt] = field(default_factory=list)
    raw: RawLog = field(default_factory=RawLog)
    """Of the last attempt."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    first_byte_s: float | None = None
    first_token_s: float | None = None
    ended_s: float | None = None
    _sent: float = 0.0
    _refused: str = ""
    _refused_at: float = 0.0

    def sent(self, number: int, now: float) -> None:
        """A request goes out."""
        if not self.attempts:
            self.began = now
        waited = now - self._refused_at if self.attempts else None
        self.attempts.append(Attempt(number, now - self.began, self._refused, waited))
        self._sent, self._refused, self._refused_at = now, "", now
        self.raw, self.status, self.headers, self.first_byte_s = RawLog(), None, {}, None

    def retrying(self, reason: str, now: float) -> None:
        """The attempt that is under way came to nothing, and another one waits."""
        self._refused, self._refused_at = reason, now

    def opened(self, status: int, headers: Mapping[str, str], now: float) -> None:
        """The headers of the answer are here."""
        self.status, self.headers, self.first_byte_s = status, headers, now - self._sent

    def received(self, piece: bytes, now: float) -> None:
        """One read of the body."""
        self.raw.add(piece, now - self._sent)

    def token(self, now: float) -> None:
        """Some of the answer is here; the first time counts."""
        if self.first_token_s is None:
            self.first_token_s = now - self._sent

    def ended(self, now: float) -> None:
        """The run is over."""
        if self.attempts:
            self.ended_s = now - self._sent

    def elapsed(self, now: float) -> float:
        """Since the last request was sent; once it is over, until then."""
        return self.ended_s if self.ended_s is not None else max(0.0, now - self._sent) if self.attempts else 0.0
