"""JSON for a person: reading what they wrote with a fault they can act on, writing it so that all of it is seen."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.errors import InputError

if TYPE_CHECKING:
    from workbench.core.json_fault import JsonFault
    from workbench.core.json_value import JSON

SHOWN = 40
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MOST_DIGITS = 400
# A text, made a pattern when it is needed: the first paint imports this module.
_UNSEEN = "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"


class NotJsonText(InputError):
    """The text is no JSON; `fault` says where and why."""

    def __init__(self, fault: JsonFault) -> None:
        super().__init__(fault.text)
        self.fault = fault


def read_number(text: str) -> int | float | None:
    """The number that a text is, also as `.5`, `+1` or `1.`; None where it is none, is not finite or is endless."""
    text = text.strip()
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return None if number in (float("inf"), float("-inf")) else number


def read_json(text: str) -> JSON:
    """The value of a JSON text. Raises InputError; NotJsonText, with the place, for what is no JSON at all."""
    try:
        value: JSON = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        from workbench.core.json_fault import fault_of  # no part of the first paint

        raise NotJsonText(fault_of(fault)) from None
    except RecursionError:
        raise InputError("it is nested too deep") from None
    except ValueError:
        # int() refuses more than 4,300 digits.
        raise InputError("it holds a number with too many digits") from None
    return value


def _once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for name, value in pairs:
        if name in result:
            raise InputError(f"the name {describe(name)} stands in it twice")
        result[name] = value
    return result


def _no_constant(name: str) -> JSON:
    raise InputError(f"{name} is not a JSON number")


def as_text(value: JSON) -> str:
    """A text as it is, any other value as JSON: for what should be a text and came as something else."""
    return value if isinstance(value, str) else json.dumps(value)


def unseen_escaped(text: str) -> str:
    """JSON text with everything escaped that a terminal obeys or that hides; `json.dumps` does that for C0 alone.

    DEL and C1 controls, line separators, what turns the direction of text, what has no width, and half characters.
    """
    return re.sub(_UNSEEN, lambda found: f"\\u{ord(found[0]):04x}", text)


def describe(value: object) -> str:
    """A value in a few words, for a message: short ones as JSON, long ones by what they are. One line, always."""
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return "a number that large"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if value is None or isinstance(value, str | int | float):
        text = json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return f"a {type(value).__name__}"
