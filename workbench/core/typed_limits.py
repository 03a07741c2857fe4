"""Repeats, caps and other whole numbers and amounts of an experiment as a person types them."""

from __future__ import annotations

from workbench.core.errors import InputError
from workbench.core.grid_values import GridLimits

MOST_CONCURRENT = 256
"""Requests under way at a time: each has a socket, and a process may have a thousand open files."""


def whole_number(text: str | None, name: str) -> int | None:
    """The number given for `name`, from 1 on; None where there is none. InputError."""
    if text is None:
        return None
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9 or int(digits) < 1:
        raise InputError(f"{name} {text}: not a whole number from 1 on", f"write it as {name} 3")
    return int(digits)


def dollars(text: str | None, name: str) -> float | None:
    """The US dollars given for `name`, `0.05` or `$0.05`; None where there are none. InputError."""
    from workbench.core.json_text import read_number

    if text is None:
        return None
    amount = read_number(text.strip().removeprefix("$"))
    if amount is None or amount < 0:
        raise InputError(f"{name} {text}: not an amount in US dollars", f"write it as {name} 0.05")
    return float(amount)


def concurrency(text: str | None, name: str) -> int:
    """The requests under way at a time, given for `name`; the default where none are. InputError."""
    many = whole_number(text, name) or GridLimits().concurrency
    if many > MOST_CONCURRENT:
        raise InputError(f"{name} {many:,}: {MOST_CONCURRENT} are the most", "give a smaller number")
    return many
