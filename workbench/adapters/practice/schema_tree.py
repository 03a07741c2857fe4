"""Reading a JSON Schema: references, merging what holds at one place, and how deep an instance must go."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

Schema: TypeAlias = "Mapping[str, JSON] | bool"
DEEPEST = 40
"""Levels at which an instance that must still go deeper is taken for endless."""


class Unsatisfiable(Exception):
    """No instance of the schema could be made."""


class SchemaTree:
    """One schema with its definitions."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        # The schema is kept with its answer: a merged one may be gone, and another take its id.
        self._fits: dict[tuple[int, int], tuple[Schema, bool]] = {}

    def target(self, reference: str) -> Schema:
        """What a `$ref` inside the document points to.

        Raises:
            Unsatisfiable: it points nowhere, or out of the document.
        """
        if reference != "#" and not reference.startswith("#/"):
            raise Unsatisfiable(f"reference can only point to definitions in the schema, got '{reference}'")
        found: JSON = cast("JSON", self._root)
        for step in unquote(reference[1:]).split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and step in found:
                found = found[step]
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                raise Unsatisfiable(f"reference to component '{reference}' which was not found in the schema")
        return as_schema(found)

    def fits(self, schema: Schema, levels: int) -> bool:
        """Whether an instance of `schema` can be had that goes at most `levels` deep."""
        if isinstance(schema, bool):
            return schema
        if levels < 0:
            return False
        key = (id(schema), levels)
        if key not in self._fits:
            self._fits[key] = (schema, self._find_fit(schema, levels))
        return self._fits[key][1]

    def least_levels(self, schema: Schema) -> int:
        """The least depth of an instance.

        Raises:
            Unsatisfiable: it never ends.
        """
        for levels in range(DEEPEST):
            if self.fits(schema, levels):
                return levels
        raise Unsatisfiable("the schema requires an instance that is too deep or never ends")

    def _find_fit(self, schema: Mapping[str, JSON], levels: int) -> bool:
        # A reference costs a level too, so that a ring of references comes to an end.
        if isinstance(reference := schema.get("$ref"), str) and not self.fits(self.target(reference), levels - 1):
            return False
        if not all(self.fits(part, levels) for part in schemas_at(schema, "allOf")):
            return False
        for key in ("anyOf", "oneOf"):
            if (options := schemas_at(schema, key)) and not any(self.fits(option, levels) for option in options):
                return False
        if "const" in schema or "enum" in schema:
            return True
        kinds = types_of(schema)
        return any(self._kind_fits(kind, schema, levels) for kind in kinds) if kinds else True

    def _kind_fits(self, kind: str, schema: Mapping[str, JSON], levels: int) -> bool:
        if kind == "object":
            properties = object_at(schema, "properties")
            required = [name for name in texts_at(schema, "required") if name in properties]
            return all(self.fits(as_schema(properties[name]), levels - 1) for name in required)
        least = int(number_at(schema, "minItems", 0))
        if kind == "array" and least > 0:
            first = schemas_at(schema, "prefixItems")[:least]
            rest = [as_schema(schema.get("items", True))] if least > len(first) else []
            return all(self.fits(item, levels - 1) for item in (*first, *rest))
        return True


def as_schema(value: JSON) -> Schema:
    if isinstance(value, (dict, bool)):
        return value
    raise Unsatisfiable(f"{value!r} is not of type 'object', 'boolean'")


def schemas_at(schema: Mapping[str, JSON], key: str) -> list[Schema]:
    value = schema.get(key)
    return [as_schema(item) for item in value] if isinstance(value, list) else []


def object_at(schema: Mapping[str, JSON], key: str) -> dict[str, JSON]:
    value = schema.get(key)
    return value if isinstance(value, dict) else {}


def texts_at(schema: Mapping[str, JSON], key: str) -> list[str]:
    value = schema.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def number_at(schema: Mapping[str, JSON], key: str, default: float) -> float:
    value = schema.get(key)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def types_of(schema: Mapping[str, JSON]) -> list[str]:
    """The types that it allows; [] where it does not say and nothing in it tells."""
    value = schema.get("type")
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return texts_at(schema, "type")
    for kind, keys in _TELLING.items():
        if any(key in schema for key in keys):
            return [kind]
    return []


_TELLING = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties", "propertyNames"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_HIGHER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_LOWER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})


def merged(one: Schema, other: Schema) -> Schema:
    """A schema for what both allow, as far as one schema can say it; the whole is validated in the end."""
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    result = dict(one)
    for key, value in other.items():
        result[key] = _merged_value(key, result[key], value) if key in result else value
    return result


def _merged_value(key: str, one: JSON, other: JSON) -> JSON:
    if key in _HIGHER and isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return max(one, other)
    if key in _LOWER and isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return min(one, other)
    if key in ("properties", "patternProperties") and isinstance(one, dict) and isinstance(other, dict):
        both: dict[str, JSON] = {name: {"allOf": [one[name], other[name]]} for name in one.keys() & other.keys()}
        return {**one, **other, **both}
    if key in ("items", "additionalProperties", "contains", "propertyNames"):
        return {"allOf": [one, other]}
    if isinstance(one, list) and isinstance(other, list):
        if key == "required":
            return [*one, *(name for name in other if name not in one)]
        if key == "enum":
            return [value for value in one if value in other]
        return [*one, *other] if key == "allOf" else other
    if key == "type":
        return _common_types(one, other)
    return other


def _common_types(one: JSON, other: JSON) -> JSON:
    first = one if isinstance(one, list) else [one]
    second = other if isinstance(other, list) else [other]
    common = [kind for kind in first if kind in second]
    if "integer" in (*first, *second) and "number" in (*first, *second) and "integer" not in common:
        common.append("integer")
    return cast("JSON", common)
