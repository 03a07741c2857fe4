"""Dates, ages and sizes as a person types them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from workbench.core.errors import InputError

if TYPE_CHECKING:
    from datetime import tzinfo

_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}
_BYTES = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9,
          "kib": 2**10, "mib": 2**20, "gib": 2**30}  # fmt: skip
_AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-z]*)", re.ASCII)


def point_in_time(text: str, name: str, zone: tzinfo | None) -> datetime:
    """The time given for `name`, aware: a day is its beginning in `zone`. `zone` None is that of the machine.
    InputError."""
    try:
        day = date.fromisoformat(text.strip())
        return _aware(datetime.combine(day, time()), zone)
    except ValueError:
        pass
    try:
        return _aware(datetime.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError):
        raise InputError(f"{name} {text}: not a date", f"write it as {name} 2026-11-01") from None


def _aware(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is not None:
        return moment
    return moment.astimezone() if zone is None else moment.replace(tzinfo=zone)


def age(text: str, name: str) -> timedelta:
    """The age given for `name`: `12h`, `90d`, `8w` or `1y`. InputError."""
    found = _AMOUNT.fullmatch(text.strip().lower())
    if found is None or found[2] not in _HOURS or not 0 < float(found[1]) * _HOURS[found[2]] <= 24 * 365 * 1000:
        raise InputError(f"{name} {text}: not an age", f"write it as {name} 90d; h, d, w and y are known")
    return timedelta(hours=float(found[1]) * _HOURS[found[2]])


def byte_count(text: str, name: str) -> int:
    """The size given for `name`, in bytes: `500kB`, `1.5 MB`, `2GiB`, or a number of bytes. InputError."""
    found = _AMOUNT.fullmatch(text.strip().lower())
    if found is None or found[2] not in _BYTES:
        raise InputError(f"{name} {text}: not a size", f"write it as {name} 1MB")
    return int(float(found[1]) * _BYTES[found[2]])
