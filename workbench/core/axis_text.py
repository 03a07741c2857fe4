"""An axis as a person types it: `0, 0.5, 1`, `0..2 step 0.25`, names and quoted texts with commas between them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.axes import MOST_VALUES, OFF, Axis, ablation, check_name, example
from workbench.core.errors import InputError
from workbench.core.json_text import describe, read_number
from workbench.core.parameters import BY_NAME, parse_value

if TYPE_CHECKING:
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

EACH = "each"
"""Typed for `off`: each message in turn, and none."""
_NONE = "none"
_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+?)(?:\s+step\s+(\S+))?\s*")
_RANGE_EXAMPLE = "write a range such as 0..2 step 0.25"
_QUOTED = json.JSONDecoder(strict=False)
"""Takes a line break between quotes as it is: message texts have several lines."""


def parse_axis(name: str, text: str, prompt: Prompt | None = None) -> Axis:
    """The axis that is typed: values with commas between them, ranges among the numbers.

    A text with a comma, a quote or blanks at its ends stands in double quotes, as JSON writes it. `prompt` is needed
    for `each` of `off` alone. Raises InputError.
    """
    name = name.strip()
    check_name(name)
    if not text.strip():
        raise InputError(f"{name} has no values to vary it by", f"give some, such as {example(name)}")
    if name == OFF:
        return _parse_off(text, prompt)
    if name in BY_NAME:
        values = [value for item in _split(text, name) for value in _parameter_values(name, item)]
    else:
        values = [_text_value(item) for item in _split(text, name)]
    return _limited(Axis(name, tuple(values)))


def axis_from_json(name: str, values: JSON, prompt: Prompt) -> Axis:
    """The axis of a preset's `vary`: a list of values, or a text as it is typed (a range, `each`). InputError."""
    if isinstance(values, list):
        check_name(name)
        return _limited(Axis(name, tuple(values)))
    if isinstance(values, str):
        return parse_axis(name, values, prompt)
    raise InputError(f"{name} must have a list of values, not {describe(values)}", f"such as {example(name)}")


def axis_text(axis: Axis) -> str:
    """The values as `parse_axis` reads them."""
    return ", ".join(_value_text(axis.name, value) for value in axis.values)


def _value_text(name: str, value: JSON) -> str:
    if name == OFF:
        return _NONE if value is None else str(value)
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    quoted = json.dumps(value, ensure_ascii=False)
    try:
        plain = parse_axis(name, value).values == (value,)
    except InputError:
        plain = False
    return value if plain and value.isprintable() else quoted


# -- values ----------------------------------------------------------------------------------------------------------


def _parse_off(text: str, prompt: Prompt | None) -> Axis:
    if text.strip() == EACH:
        if prompt is None:
            raise InputError("each message can't be turned off where there is no prompt", "write their numbers")
        return _limited(ablation(prompt))
    values: list[JSON] = []
    for item in _split(text, OFF):
        if item == _NONE:
            values.append(None)
        elif item.isascii() and item.isdigit() and len(item) < 7:
            values.append(int(item))
        else:
            hint = "write messages by number from 0, none for no message off, or each for all in turn"
            raise InputError(f"off can't be {describe(item)}", hint)
    return _limited(Axis(OFF, tuple(values)))


def _parameter_values(name: str, item: str) -> list[JSON]:
    if BY_NAME[name].kind in ("number", "integer") and ".." in item:
        return read_range(name, item)
    return [parse_value(name, item)]


def _text_value(item: str) -> str:
    return str(_QUOTED.decode(item)) if item.startswith('"') else item


def _limited(axis: Axis) -> Axis:
    if len(axis.values) > MOST_VALUES:
        raise _too_many(axis.name, f"{len(axis.values):,}")
    return axis


def _too_many(name: str, many: str) -> InputError:
    return InputError(f"{name} has {many} values, and {MOST_VALUES} are the most", "take a larger step, or fewer")


# -- ranges ----------------------------------------------------------------------------------------------------------


def read_range(name: str, text: str) -> list[JSON]:
    """The values of `0..2 step 0.25`, exact in decimals; `2..0 step 0.5` counts down, with or without a minus.

    The first end is always a value, the last one where the steps meet it. Whole numbers need no step. InputError.
    """
    from decimal import Context, Decimal

    found = _RANGE.fullmatch(text)
    step_text = (found[3] or ("1" if BY_NAME[name].kind == "integer" else "")) if found else ""
    parts = (found[1], found[2], step_text) if found else ()
    if not parts or any(read_number(part) is None for part in parts if part):
        raise InputError(f"{name} can't take {describe(text.strip())}", _RANGE_EXAMPLE)
    if not step_text:
        raise InputError(f"{name} has a range without a step: {describe(text.strip())}", _RANGE_EXAMPLE)
    low, high, step = (Decimal(part) for part in parts)
    if step == 0:
        raise InputError(f"{name} has a range with the step 0", _RANGE_EXAMPLE)
    if (high > low) and step < 0:
        raise InputError(f"{name} has a range that never ends: {describe(text.strip())}", "take the minus away")
    exact = Context(prec=1_500)
    """More digits than the longest number that `read_number` takes has, before and behind its point together."""
    step = exact.abs(step) if high >= low else exact.minus(exact.abs(step))
    span = exact.subtract(high, low)
    if exact.abs(span) >= exact.multiply(exact.abs(step), Decimal(MOST_VALUES)):
        raise _too_many(name, f"more than {MOST_VALUES}")
    count = int(exact.divide_int(span, step)) + 1
    values = (exact.add(low, exact.multiply(step, Decimal(index))) for index in range(count))
    return [parse_value(name, _digits(format(value, "f"))) for value in values]


def _digits(text: str) -> str:
    """Without zeros at the end of a fraction: 1, not 1.00."""
    return text.rstrip("0").rstrip(".") if "." in text else text


# -- the list --------------------------------------------------------------------------------------------------------


def _split(text: str, name: str) -> list[str]:
    """The items between the commas, without the blanks around them; quoted texts and JSON values are left whole."""
    items: list[str] = []
    at = 0
    while True:
        start = _skip_blanks(text, at)
        end = _item_end(text, start, name)
        item = text[start:end].strip()
        if not item:
            raise InputError(f"{name} has a comma without a value beside it", 'write "" for an empty text')
        items.append(item)
        if end >= len(text):
            return items
        at = end + 1


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _item_end(text: str, start: int, name: str) -> int:
    """Where the comma behind an item stands, or the text's end."""
    if text[start : start + 1] in ('"', "[", "{"):
        try:
            _, end = _QUOTED.raw_decode(text, start)
        except (ValueError, RecursionError):
            if text[start] == '"':
                shown = describe(text[start : start + 20])
                raise InputError(
                    f"{name} has a quote that does not end: {shown}", 'write \\" for a quote in it'
                ) from None
        else:
            end = _skip_blanks(text, end)
            if end >= len(text) or text[end] == ",":
                return end
            if text[start] == '"':
                shown = describe(text[end : end + 20])
                raise InputError(f"{name} has {shown} behind a quoted text", "put a comma between them") from None
    comma = text.find(",", start)
    return len(text) if comma < 0 else comma
