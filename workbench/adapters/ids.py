"""Names for rows and processes: they sort by time and are never given twice."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def new_id(at: datetime | None = None) -> str:
    """`20261122-150703123456-3f9ac1`: UTC to the microsecond, then chance. `at` (aware) takes the place of now."""
    return f"{(at or datetime.now(UTC)).astimezone(UTC):%Y%m%d-%H%M%S%f}-{os.urandom(3).hex()}"


def began_at(id: str) -> datetime:
    """The time in an id, to the second; the first there could be, where it is none of ours."""
    try:
        return datetime.strptime(id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def session_id() -> str:
    """The name of this process in rows and as lock file; its process id is the last part (locks.is_held)."""
    return f"{new_id()}-p{os.getpid()}"
