"""How long an endpoint asks to wait, in all the ways in which endpoints say it."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 366 * 24 * 3600.0
"""Seconds; beyond it a wait is a mistake."""

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_IN_WORDS = re.compile(r"try again in ((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)", re.ASCII | re.IGNORECASE)


def retry_after(headers: Mapping[str, str], message: str = "") -> float | None:
    """Seconds from now, above 0; None where nothing sane is said. `headers` by lower-case name.

    `retry-after-ms`, `retry-after` (seconds or an HTTP date), the resets of the limits that are used up
    (`x-ratelimit-reset-requests: 6m0s`), then the message (`Please try again in 18.642s`).
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _sane(milliseconds / 1000)
    said = headers.get("retry-after", "").strip()
    if said:
        seconds = _number(said)
        asked = _sane(seconds) if seconds is not None else _until(said)
        if asked is not None:
            return asked
    reset = _reset(headers)
    if reset is not None:
        return reset
    match = _IN_WORDS.search(message[:4096])
    return _sane(_span(match[1])) if match else None


def _reset(headers: Mapping[str, str]) -> float | None:
    used_up: list[float] = []
    unknown: list[float] = []
    for what in ("requests", "tokens"):
        span = _sane(_span(headers.get(f"x-ratelimit-reset-{what}", "").strip()))
        left = headers.get(f"x-ratelimit-remaining-{what}", "").strip()
        if span is not None and left in ("", "0"):
            (used_up if left else unknown).append(span)
    return max(used_up or unknown, default=None)


def _span(text: str) -> float | None:
    """`6m0s`, `1.5s`, `20ms` or a bare number of seconds."""
    parts = _SPAN.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return _number(text)


def _until(date: str) -> float | None:
    """Seconds until an HTTP date by our own clock; None where it is past or no date."""
    from email.utils import parsedate_to_datetime  # here: email is slow to import and seldom needed

    try:
        return _sane(parsedate_to_datetime(date).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _sane(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) and 0 < seconds <= LONGEST else None
