"""The parameters as the rest of the program sees them: the table, what is wrong with a value, reading a typed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.json_text import describe, read_json, read_number
from workbench.core.parameter_table import BY_NAME, PARAMETERS, Kind, Parameter, Shape, Where

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

__all__ = [
    "BY_NAME",
    "PARAMETERS",
    "Kind",
    "Parameter",
    "Shape",
    "Where",
    "check_value",
    "nearest",
    "parse_value",
]


def nearest(name: str) -> str:
    """The parameter whose name is most like this one, or "" where none is."""
    # Imported here: only a misspelt name needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.strip().lower().replace("-", "_"), list(BY_NAME), n=1, cutoff=0.6)), "")


def check_value(parameter: Parameter, value: JSON) -> str:
    """What is wrong with a value, to be read after the parameter's name, with its range; "" when it is fine.

    Type and range only: what a response format or a tool must look like inside is `request_checks`' matter.
    """
    if value is None:
        return "has no value: leave it out (not sent) rather than null"
    return wrong_type(parameter, value) or _out_of_range(parameter, value)


def wrong_type(parameter: Parameter, value: JSON) -> str:
    """What is wrong with a value's type, or ""; 1.0 will do for an integer, true is not a number."""
    if parameter.kind in ("number", "integer"):
        return _not_a_number(parameter, value)
    if parameter.kind == "boolean":
        return "" if isinstance(value, bool) else f"must be true or false, not {describe(value)}"
    if parameter.kind in ("text", "choice"):
        return "" if isinstance(value, str) else f"must be a text, not {describe(value)}"
    if parameter.kind == "texts":
        return _not_texts(value)
    fine = {"object": dict, "list": list, "text": str}
    if any(isinstance(value, fine[shape]) for shape in parameter.shapes):
        return ""
    wanted = {"object": "a JSON object {...}", "list": "a JSON list [...]", "text": "a text"}
    return f"must be {' or '.join(wanted[shape] for shape in parameter.shapes)}, not {describe(value)}"


def _not_a_number(parameter: Parameter, value: JSON) -> str:
    kind = "a whole number" if parameter.kind == "integer" else "a number"
    if isinstance(value, str):
        number = read_number(value)
        hint = f": write {describe(number)} without quotes" if number is not None else ""
        return f"must be {kind}, not the text {describe(value)}{hint}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be {kind}, not {describe(value)}"
    if value != value or value in (float("inf"), float("-inf")):
        return f"must be {kind}, not {describe(value)}"
    if parameter.kind == "integer" and isinstance(value, float) and not value.is_integer():
        return f"must be a whole number, not {describe(value)}"
    return ""


def _not_texts(value: JSON) -> str:
    if isinstance(value, str):
        return ""
    if not isinstance(value, list):
        return f"must be a text or a list of texts, not {describe(value)}"
    for index, item in enumerate(value):
        if not isinstance(item, str):
            return f"must hold only texts, and item {index + 1} is {describe(item)}"
    return ""


def _out_of_range(parameter: Parameter, value: JSON) -> str:
    low, high = parameter.minimum, parameter.maximum
    if isinstance(value, int | float) and not isinstance(value, bool):
        if (low is None or value >= low) and (high is None or value <= high):
            return ""
        return f"must be {range_text(parameter)}, not {describe(value)}"
    if parameter.choices and value not in parameter.choices:
        return f"must be {one_of(parameter.choices)}, not {describe(value)}"
    if isinstance(value, str) and parameter.kind == "text" and high is not None and len(value) > high:
        return f"may have {high:g} characters at most, not {len(value)}"
    if isinstance(value, list) and parameter.kind == "texts" and high is not None and len(value) > high:
        return f"may have {high:g} texts at most, not {len(value)}"
    return ""


def range_text(parameter: Parameter) -> str:
    """`from 0 to 2`, `at least 1`, `at most 20`, or "" where there is no range."""
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f"from {describe(low)} to {describe(high)}"
    if low is not None:
        return f"at least {describe(low)}"
    return f"at most {describe(high)}" if high is not None else ""


def one_of(choices: tuple[str, ...]) -> str:
    """`low, medium or high`."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def parse_value(name: str, text: str) -> JSON:
    """What a person typed for a parameter, as its value: JSON where it parses, text where the parameter takes text.

    A value out of range is returned as it is: `build_request` names it as a problem that can be sent anyway.

    Raises InputError for a name that is no parameter, and for text that can't be a value of this parameter at all.
    """
    parameter = BY_NAME.get(name)
    if parameter is None:
        raise InputError(f"{name!r} is not a parameter", _name_hint(name))
    value = _read(parameter, text)
    wrong = check_value(parameter, value) if value is None else wrong_type(parameter, value)
    if wrong:
        raise InputError(f"{name} {wrong}", parameter.help)
    return value


def _name_hint(name: str) -> str:
    near = nearest(name)
    return f"did you mean {near}?" if near else "what an endpoint adds of its own goes into extra"


def _read(parameter: Parameter, text: str) -> JSON:
    if parameter.kind in ("number", "integer"):
        return _read_number(parameter, text)
    try:
        value = read_json(text)
    except InputError as fault:
        if parameter.kind == "json" and "text" not in parameter.shapes:
            raise InputError(f"{parameter.name} must be JSON: {fault.message}", parameter.help) from None
        return text
    plain = parameter.kind in ("text", "choice", "texts") and not isinstance(value, str)
    return text if plain and not (parameter.kind == "texts" and isinstance(value, list)) else value


def _read_number(parameter: Parameter, text: str) -> JSON:
    number = read_number(text)
    if number is None:
        return text
    return int(number) if parameter.kind == "integer" and number == int(number) else number
