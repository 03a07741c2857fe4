"""A run as it stands now: what header and meter show while it goes on."""

from __future__ import annotations

from typing import Literal, NamedTuple

Stage = Literal["ready", "waiting", "retrying", "streaming", "complete", "truncated", "error", "cancelled"]


class Live(NamedTuple):
    """Seconds since the attempt was sent; after the end, how long it took."""

    stage: Stage = "ready"
    elapsed: float = 0.0
    first_token: float | None = None
    tokens: float = 0.0
    """About how many tokens of answer and reasoning have come."""
    attempts: int = 0
    retry_in: float | None = None
    """Seconds until the next attempt, while one is waited for."""

    @property
    def running(self) -> bool:
        return self.stage in ("waiting", "retrying", "streaming")


READY = Live()
