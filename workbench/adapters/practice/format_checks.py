"""`response_format`, checked as the API checks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.adapters.practice import faults
from workbench.adapters.practice.faults import ApiFault
from workbench.adapters.practice.prompt_model import message_text
from workbench.adapters.practice.schema_checks import check_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.json_value import JSON

_KINDS = ("json_object", "json_schema", "text")


@dataclass(frozen=True, slots=True)
class Format:
    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: Mapping[str, JSON] = field(default_factory=dict)


def check_format(value: JSON, messages: Sequence[Mapping[str, JSON]]) -> Format:
    """The format of the answer.

    Raises:
        ApiFault: the API would refuse it.
    """
    if value is None:
        return Format()
    if not isinstance(value, dict):
        raise faults.invalid_type("response_format", "an object", value)
    kind = value.get("type")
    if kind is None:
        raise faults.missing("response_format.type")
    if kind == "json_schema":
        return _schema_format(value.get("json_schema"))
    if kind == "json_object":
        if not any("json" in message_text(message).lower() for message in messages):
            text = (
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
            )
            raise ApiFault(text, "messages")
        return Format("json_object")
    if kind != "text":
        raise faults.invalid_value("response_format.type", kind, _KINDS)
    return Format()


def _schema_format(value: JSON) -> Format:
    where = "response_format.json_schema"
    if value is None:
        raise faults.missing(where)
    if not isinstance(value, dict):
        raise faults.invalid_type(where, "an object", value)
    name = check_name(value, where)
    schema = value.get("schema")
    if schema is None:
        raise faults.missing(f"{where}.schema")
    if not isinstance(schema, dict):
        raise faults.invalid_type(f"{where}.schema", "an object", schema)
    strict = value.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise faults.invalid_type(f"{where}.strict", "a boolean", strict)
    of = f"response_format '{name}'"
    check_schema(schema, strict=strict is True, of=of, param="response_format", code=None)
    return Format("json_schema", name, schema)


def check_name(value: Mapping[str, JSON], where: str) -> str:
    """The `name` of a schema or a function: letters, digits, _ and -, at most 64."""
    name = value.get("name")
    param = f"{where}.name"
    if name is None:
        raise faults.missing(param)
    if not isinstance(name, str):
        raise faults.invalid_type(param, "a string", name)
    if not name:
        text = (
            f"Invalid '{param}': empty string. Expected a string with minimum length 1, "
            "but got an empty string instead."
        )
        raise ApiFault(text, param, "empty_string")
    if len(name) > 64:
        raise faults.string_too_long(param, 64, len(name))
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", name):
        text = (
            f"Invalid '{param}': string does not match pattern. "
            "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        )
        raise ApiFault(text, param, "invalid_value")
    return name
