"""Numbers between bounds, and texts of the formats that JSON Schema names."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.adapters.practice.schema_tree import number_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.core.json_value import JSON

_STEPS = 9


def numbers(schema: Mapping[str, JSON]) -> list[int | float]:
    """Some numbers that the schema allows, in order; [] where there is none."""
    whole = schema.get("type") == "integer"
    step = Decimal(repr(number_at(schema, "multipleOf", 1 if whole else 0)))
    if whole and step % 1:
        step *= 1 / step if (1 / step) % 1 == 0 else 10 ** max(0, -int(step.as_tuple().exponent))
    low, high = _bounds(schema, step)
    if low > high:
        return []
    if step:
        first, last = math.ceil(low / step), math.floor(high / step)
        picks = sorted({first + (last - first) * part // _STEPS for part in range(_STEPS + 1)}) if last >= first else []
        values = [pick * step for pick in picks]
    else:
        values = sorted({round(low + (high - low) * part / _STEPS, 2) for part in range(_STEPS + 1)})
        values = [value for value in values if low <= value <= high] or [(low + high) / 2]
    found: list[int | float] = [int(value) if whole or value == int(value) else float(value) for value in values]
    return [value for value in found if _allowed(value, schema)]


def _bounds(schema: Mapping[str, JSON], step: Decimal) -> tuple[Decimal, Decimal]:
    lows = [schema.get("minimum"), schema.get("exclusiveMinimum")]
    highs = [schema.get("maximum"), schema.get("exclusiveMaximum")]
    low = max((Decimal(repr(value)) for value in lows if _is_number(value)), default=None)
    high = min((Decimal(repr(value)) for value in highs if _is_number(value)), default=None)
    span = max(Decimal(100), step * 20)
    if low is None:
        low = Decimal(0) if high is None or high >= 0 else high - span
    if high is None:
        high = low + span
    # Inside the open end: by one step, or by a hair of the width.
    hair = step or (high - low) / 1000
    if low == number_at(schema, "exclusiveMinimum", math.nan):
        low += hair
    if high == number_at(schema, "exclusiveMaximum", math.nan):
        high -= hair
    return low, high


def _allowed(value: float, schema: Mapping[str, JSON]) -> bool:
    return number_at(schema, "minimum", -math.inf) <= value <= number_at(schema, "maximum", math.inf) and number_at(
        schema, "exclusiveMinimum", -math.inf
    ) < value < number_at(schema, "exclusiveMaximum", math.inf)


def _is_number(value: JSON) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def formatted(name: str, choose: Callable[[int], int], word: Callable[[], str]) -> str | None:
    """A text of the format; None for a format that is not known here."""

    def digits(count: int, base: int = 10) -> str:
        return "".join("0123456789abcdef"[choose(base)] for _ in range(count))

    def date() -> str:
        return f"20{choose(30):02}-{choose(12) + 1:02}-{choose(28) + 1:02}"

    def time() -> str:
        return f"{choose(24):02}:{choose(60):02}:{choose(60):02}Z"

    makers: dict[str, Callable[[], str]] = {
        "date": date,
        "time": time,
        "date-time": lambda: f"{date()}T{time()}",
        "duration": lambda: f"P{choose(28) + 1}DT{choose(24)}H",
        "email": lambda: f"{word()}@example.com",
        "idn-email": lambda: f"{word()}@example.com",
        "hostname": lambda: f"{word()}.example.com",
        "idn-hostname": lambda: f"{word()}.example.com",
        "uri": lambda: f"https://example.com/{word()}",
        "iri": lambda: f"https://example.com/{word()}",
        "uri-reference": lambda: f"/{word()}",
        "iri-reference": lambda: f"/{word()}",
        "ipv4": lambda: f"192.0.2.{choose(254) + 1}",
        "ipv6": lambda: f"2001:db8::{choose(9999) + 1:x}",
        "uuid": lambda: f"{digits(8, 16)}-{digits(4, 16)}-4{digits(3, 16)}-a{digits(3, 16)}-{digits(12, 16)}",
        "json-pointer": lambda: f"/{word()}",
        "regex": lambda: f"^{word()}$",
    }
    return makers[name]() if name in makers else None
