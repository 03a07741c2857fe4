"""The error bodies of the API, in its own words.

The texts are those that clients of api.openai.com report; `code` is the API's name for the kind of fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.json_value import JSON


class ApiFault(Exception):
    """A request that the API answers with an error: the status and what stands in the body."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.param, self.code, self.status = message, param, code, status

    def body(self) -> dict[str, JSON]:
        error: dict[str, JSON] = {
            "message": self.message,
            "type": "invalid_request_error",
            "param": self.param,
            "code": self.code,
        }
        return {"error": error}


def missing(param: str) -> ApiFault:
    return ApiFault(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def invalid_type(param: str, expected: str, value: JSON) -> ApiFault:
    text = f"Invalid type for '{param}': expected {expected}, but got {_a(value)} instead."
    return ApiFault(text, param, "invalid_type")


def invalid_value(param: str, value: JSON, supported: Sequence[str]) -> ApiFault:
    text = f"Invalid value: '{value}'. Supported values are: {any_of(supported, 'and')}."
    return ApiFault(text, param, "invalid_value")


def out_of_range(
    param: str, kind: str, value: float, *, least: float | None = None, most: float | None = None
) -> ApiFault:
    """`kind` is `integer` or `decimal`; exactly one of the bounds is given."""
    if least is not None:
        text = f"Invalid '{param}': {kind} below minimum value. Expected a value >= {least}, but got {value} instead."
        return ApiFault(text, param, f"{kind}_below_min_value")
    text = f"Invalid '{param}': {kind} above maximum value. Expected a value <= {most}, but got {value} instead."
    return ApiFault(text, param, f"{kind}_above_max_value")


def empty_array(param: str) -> ApiFault:
    text = f"Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead."
    return ApiFault(text, param, "empty_array")


def array_too_long(param: str, most: int, length: int) -> ApiFault:
    text = (
        f"Invalid '{param}': array too long. Expected an array with maximum length {most}, "
        f"but got an array with length {length} instead."
    )
    return ApiFault(text, param, "array_above_max_length")


def string_too_long(param: str, most: int, length: int) -> ApiFault:
    text = (
        f"Invalid '{param}': string too long. Expected a string with maximum length {most}, "
        f"but got a string with length {length} instead."
    )
    return ApiFault(text, param, "string_above_max_length")


def unsupported(param: str) -> ApiFault:
    text = f"Unsupported parameter: '{param}' is not supported with this model."
    return ApiFault(text, param, "unsupported_parameter")


def any_of(names: Sequence[str], conjunction: str) -> str:
    """'a', 'b', and 'c': the API's way to list values."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {conjunction} ".join(quoted)
    return ", ".join(quoted[:-1]) + f", {conjunction} {quoted[-1]}"


def _a(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
