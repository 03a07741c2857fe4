"""How times and JSON stand in a row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from workbench.core.json_value import JSON

Clean: TypeAlias = Callable[[str], str]
"""Makes a text one that SQLite takes, and one without the key."""


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def to_json(value: JSON, clean: Clean) -> str:
    """JSON as text that SQLite takes. What is nested too deep to be written is replaced by a line that says so."""
    try:
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except (RecursionError, ValueError):
        return json.dumps({"not_kept": "this was nested too deep, or too large a number, to be kept"})
