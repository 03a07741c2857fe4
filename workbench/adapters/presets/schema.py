"""The JSON Schema of preset files, made from their models: what editors complete, explain and check them with.

It says what a single file shows. What it leaves to the reader: whether a regular expression is one, and all that
depends on more than one key but `send` and `checks`. A parameter out of its range, which the reader only warns of, is
marked in the editor.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from workbench.adapters.presets.files import VERSION, FormatFile, PersonaFile, PromptFile
from workbench.core.axes import CONNECTION, FORMAT, MODEL, MOST_VALUES, OFF, PERSONA, can_vary
from workbench.core.axis_text import EACH
from workbench.core.parameters import PARAMETERS, Parameter
from workbench.core.slug import MOST_BYTES

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

SCHEMA_FILE = "schema.json"
"""What the schema is called in the folder of a place."""
MODELINE = f"# yaml-language-server: $schema=../{SCHEMA_FILE}"
"""The comment at the top of a preset file that tells an editor where its schema is."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Patterns are read by Python here and by JavaScript in an editor: both know no more than this of Unicode.
_NO_SIGNS = r"\s{}.,:;!?@#$%^&*()<>/\\|'\"`~+=\[\]-"
_NAME = rf"^[^0-9{_NO_SIGNS}][^{_NO_SIGNS}]*$"
_SLUG = r'^(?![-. ])[^/\\<>:"|?*]*$'
_RANGE = r"^\s*\S+?\s*\.\.\s*\S+\s+step\s+\S+\s*$"
_WHOLE_RANGE = r"^\s*\S+?\s*\.\.\s*\S+(\s+step\s+\S+)?\s*$"
_MESSAGE = r"^messages\[(0|[1-9][0-9]{0,5})\]$"
_TYPES = {"object": "object", "list": "array", "text": "string"}
_TEXT: JSON = {"type": "string"}
_WHOLE: JSON = {"type": "integer", "minimum": 1}
_AMOUNT: JSON = {"type": "number", "minimum": 0}
_CHECK_VALUES: dict[str, JSON] = {
    "contains": _TEXT,
    "not_contains": _TEXT,
    "regex": _TEXT,
    "equals": _TEXT,
    "schema": {"type": "object"},
    "max_tokens": _WHOLE,
    "max_seconds": _AMOUNT,
    "max_cost": _AMOUNT,
}


def json_schema() -> dict[str, JSON]:
    """The schema of all three kinds, in the 2020-12 dialect."""
    kinds = Annotated[PromptFile | PersonaFile | FormatFile, Field(discriminator="kind")]
    made: dict[str, Any] = TypeAdapter(kinds).json_schema()
    parts: dict[str, Any] = {name: _tidied(part) for name, part in made["$defs"].items()}
    for name in ("PromptFile", "PersonaFile", "FormatFile"):
        parts[name]["properties"]["version"]["maximum"] = VERSION
    for name in ("PromptFile", "PersonaFile"):
        parts[name]["properties"]["parameters"] |= _parameters()
    prompt = parts["PromptFile"]["properties"]
    for name in ("persona", "format"):
        prompt[name] |= _slug()
    prompt["variables"]["propertyNames"] = {"pattern": _NAME}
    parts["SendFile"]["maxProperties"] = 1
    parts["CheckFile"]["allOf"] = [_check(name, value) for name, value in _CHECK_VALUES.items()] + [_json_check()]
    parts["CompareFile"]["properties"]["vary"] |= {
        "properties": _axes(),
        "patternProperties": {_MESSAGE: _values(_TEXT)},
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "A preset of workbench",
        "description": "A prompt, a persona or a format, as kind says",
        "type": "object",
        "required": ["kind"],
        "oneOf": made["oneOf"],
        "$defs": parts,
    }


def schema_text() -> str:
    """The schema as the text of `presets/schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _tidied(part: dict[str, Any]) -> dict[str, Any]:
    """A model's schema with `kind` first, and without titles and the defaults that only this program needs."""
    fields = part["properties"]
    kept = {name: {k: v for k, v in fields[name].items() if k not in ("title", "default")} for name in fields}
    ordered = {name: kept[name] for name in sorted(kept, key=lambda name: name != "kind")}
    return {**{key: value for key, value in part.items() if key != "title"}, "properties": ordered}


def _slug() -> dict[str, JSON]:
    return {"pattern": _SLUG, "maxLength": MOST_BYTES}


def _parameters() -> dict[str, Any]:
    return {"properties": {each.name: _parameter(each) for each in PARAMETERS}, "additionalProperties": False}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    deprecated = f". {parameter.deprecated}" if parameter.deprecated else ""
    schema: dict[str, Any] = {"description": parameter.help + deprecated, **_value(parameter)}
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.deprecated:
        schema["deprecated"] = True
    return schema


def _value(parameter: Parameter) -> dict[str, Any]:
    """The type and range of a parameter's value."""
    low, high = parameter.minimum, parameter.maximum
    match parameter.kind:
        case "number" | "integer":
            limits = {"minimum": low, "maximum": high}
            return {"type": parameter.kind, **{name: value for name, value in limits.items() if value is not None}}
        case "boolean":
            return {"type": "boolean"}
        case "choice":
            return {"enum": [*parameter.choices]}
        case "text":
            return {"type": "string"} if high is None else {"type": "string", "maxLength": int(high)}
        case "texts":
            many: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
            return {"anyOf": [{"type": "string"}, many if high is None else {**many, "maxItems": int(high)}]}
        case "json":
            return {"type": [_TYPES[shape] for shape in parameter.shapes]}


def _check(name: str, value: JSON) -> JSON:
    """What the value of a check must be, where it is of this type."""
    wanted: JSON = {"required": ["value"], "properties": {"value": value}}
    return {"if": {"properties": {"type": {"const": name}}}, "then": wanted}


def _json_check() -> JSON:
    return {"if": {"properties": {"type": {"const": "json"}}}, "then": {"properties": {"value": False}}}


def _axes() -> dict[str, Any]:
    """What may be varied, each with a list of its values; numbers also with a range, messages with a word for all."""
    axes: dict[str, Any] = {}
    for parameter in PARAMETERS:
        if can_vary(parameter.name):
            axes[parameter.name] = _values(_value(parameter), _range(parameter))
    axes[MODEL] = _values(_TEXT)
    axes[CONNECTION] = _values({"type": "string", "minLength": 1})
    for name in (PERSONA, FORMAT):
        axes[name] = _values({"type": "string", **_slug()})
    axes[OFF] = _values({"type": ["integer", "null"], "minimum": 0}, {"const": EACH})
    return axes


def _values(one: JSON, other: JSON = None) -> JSON:
    """A list of values that fit `one`, or what fits `other` in place of a list."""
    listed: JSON = {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": one}
    return listed if other is None else {"anyOf": [listed, other]}


def _range(parameter: Parameter) -> JSON:
    """Whole numbers need no step."""
    patterns = {"number": _RANGE, "integer": _WHOLE_RANGE}
    return {"type": "string", "pattern": patterns[parameter.kind]} if parameter.kind in patterns else None
