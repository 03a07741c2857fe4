"""How a parameter's value is moved, started and written: pure functions over the parameter table.

Arithmetic is decimal, so that three steps of 0.1 are 0.3. A step never leaves the range; a typed value may.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from workbench.core.parameters import Parameter, parse_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

SHOWN = 400
"""Characters of a value that a row keeps: no terminal line is longer."""

_MOST_BAR_STEPS = 1000
"""A range of more steps (a seed, a number of tokens) is no place to point at with a bar."""

_STARTS: Mapping[str, JSON] = {
    "max_completion_tokens": 1024,
    "max_tokens": 1024,
    "seed": 1,
    "reasoning_effort": "low",
    "top_logprobs": 5,
    "timeout": 60,
    "response_format": {"type": "text"},
    "tool_choice": "auto",
    "prediction": {"type": "content", "content": ""},
}
"""Where a parameter starts when it is switched on, has no value from before and the API names no default."""


class Moved(NamedTuple):
    """A value after a step. `notice` says what a person should know of it (the range's end), or is ""."""

    value: JSON
    notice: str = ""


def is_number(value: JSON) -> TypeGuard[int | float]:
    """True for a finite number; True and False are no numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_numeric(parameter: Parameter) -> bool:
    return parameter.kind in ("number", "integer")


def is_ranged(parameter: Parameter) -> bool:
    """True for a number with two ends that are few steps apart: such a row has a bar."""
    if not is_numeric(parameter) or parameter.minimum is None or parameter.maximum is None:
        return False
    return Decimal(repr(parameter.maximum)) - Decimal(repr(parameter.minimum)) <= _MOST_BAR_STEPS * step_of(parameter)


def can_step(parameter: Parameter) -> bool:
    return is_numeric(parameter) or parameter.kind in ("boolean", "choice")


def number_text(value: float) -> str:
    """A number as a person writes it: 0.7, 1 and not 1.0, 1e-07."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return repr(value)


def value_text(value: JSON) -> str:
    """A value on one line: text as it is, the rest as JSON without spaces; at most `SHOWN` characters."""
    if is_number(value):
        return number_text(value)[:SHOWN]
    if isinstance(value, str):
        return value[:SHOWN] if value.strip() else json.dumps(value[:SHOWN])
    return json.dumps(value, ensure_ascii=False)[:SHOWN]


def field_text(parameter: Parameter, value: JSON) -> str:
    """A value as it is typed into a field of one line, so that `parse_value` reads the same value back.

    Text stands without quotes where that is safe: `"42"` is a text and 42 is a number.
    """
    if is_number(value):
        return number_text(value)
    if isinstance(value, str) and value.strip() and value.isprintable() and parse_value(parameter.name, value) == value:
        return value
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())


def range_text(parameter: Parameter) -> str:
    """`0 … 2` for a number whose range has two ends, else ""."""
    if not is_numeric(parameter) or parameter.minimum is None or parameter.maximum is None:
        return ""
    return f"{number_text(parameter.minimum)} … {number_text(parameter.maximum)}"


def has_start(parameter: Parameter) -> bool:
    """False where only a person can say the first value: text, stop sequences, most JSON."""
    return parameter.default is not None or parameter.name in _STARTS or can_step(parameter)


def start_value(parameter: Parameter) -> JSON:
    """What a parameter is when it is switched on for the first time: the API's default, or a sensible one."""
    if parameter.default is not None:
        return parameter.default
    if parameter.name in _STARTS:
        return _STARTS[parameter.name]
    if parameter.kind == "boolean":
        return True
    if parameter.kind == "choice":
        return parameter.choices[0]
    return _in_range(parameter, Decimal(0))


def stepped(parameter: Parameter, value: JSON, steps: int) -> Moved:
    """`value` moved by `steps`: along the range, to the next choice, or to the other of true and false.

    A value that can't be moved (a text where a number belongs) starts over at the parameter's start value.
    """
    if parameter.kind == "boolean":
        return Moved(not value if isinstance(value, bool) else start_value(parameter))
    if parameter.kind == "choice":
        return _next_choice(parameter, value, 1 if steps > 0 else -1)
    if not is_number(value):
        return Moved(start_value(parameter))
    # The default 28 digits would round a large seed.
    with localcontext() as context:
        context.prec = 400
        target = Decimal(repr(value)) + steps * step_of(parameter)
    bounded = _bounded(parameter, target)
    if bounded == target:
        return Moved(_as_json(parameter, target))
    end = _as_json(parameter, bounded)
    return Moved(end, f"{parameter.name} goes no further than {value_text(end)} here; Enter takes any value")


def first_step(parameter: Parameter, steps: int) -> Moved:
    """A step on a parameter that is not sent: from the API's default, or, where there is none, to a sensible start."""
    if parameter.default is None:
        return Moved(start_value(parameter))
    return stepped(parameter, parameter.default, steps)


def step_of(parameter: Parameter) -> Decimal:
    if parameter.step is not None:
        return Decimal(repr(parameter.step))
    return Decimal(1) if parameter.kind == "integer" else Decimal("0.1")


def fraction_of(parameter: Parameter, value: JSON) -> float:
    """Where `value` lies in the range, 0 to 1; what lies outside or is no number is at the nearer end."""
    low, high = parameter.minimum or 0.0, parameter.maximum or 0.0
    if not is_number(value) or high <= low:
        return 0.0
    return min(1.0, max(0.0, (value - low) / (high - low)))


def value_at(parameter: Parameter, fraction: float) -> JSON:
    """The value nearest to `fraction` of the range that whole steps from its lower end reach."""
    low, high = Decimal(repr(parameter.minimum or 0)), Decimal(repr(parameter.maximum or 0))
    step = step_of(parameter)
    steps = round((high - low) * Decimal(min(1.0, max(0.0, fraction))) / step)
    return _in_range(parameter, low + steps * step)


def _next_choice(parameter: Parameter, value: JSON, by: int) -> Moved:
    choices = parameter.choices
    if not isinstance(value, str) or value not in choices:
        return Moved(start_value(parameter))
    return Moved(choices[(choices.index(value) + by) % len(choices)])


def _bounded(parameter: Parameter, number: Decimal) -> Decimal:
    if parameter.maximum is not None:
        number = min(number, Decimal(repr(parameter.maximum)))
    if parameter.minimum is not None:
        number = max(number, Decimal(repr(parameter.minimum)))
    return number


def _in_range(parameter: Parameter, number: Decimal) -> JSON:
    return _as_json(parameter, _bounded(parameter, number))


def _as_json(parameter: Parameter, number: Decimal) -> JSON:
    whole = number == number.to_integral_value()
    return int(number) if whole or parameter.kind == "integer" else float(number)
