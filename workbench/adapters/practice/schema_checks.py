"""Whether a schema is one that the API takes, and for `strict` one that it can hold an answer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.adapters.practice.faults import ApiFault
from workbench.adapters.practice.schema_tree import SchemaTree, Unsatisfiable, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.json_value import JSON

_REFUSED = (
    "allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "oneOf", "default",
    "patternProperties", "propertyNames", "contains", "minContains", "maxContains", "uniqueItems",
    "unevaluatedProperties", "unevaluatedItems", "minProperties", "maxProperties",
)  # fmt: skip
_MOST_PROPERTIES = 5_000
_DEEPEST = 10

Path = tuple[str, ...]


def check_schema(schema: Mapping[str, JSON], *, strict: bool, of: str, param: str, code: str | None) -> None:
    """`of` is what the schema is for, as the API says it: `response_format 'review'`.

    Raises:
        ApiFault: the API would refuse it.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    def fault(text: str) -> ApiFault:
        return ApiFault(f"Invalid schema for {of}: {text}", param, code)

    kind = schema.get("type")
    if kind != "object" and (strict or not {"$ref", "anyOf", "allOf", "oneOf", "enum", "const"} & schema.keys()):
        shown = "None" if kind is None else str(kind)
        raise fault(f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{shown}\"'.")
    try:
        Draft202012Validator.check_schema(dict(schema))
        tree = SchemaTree(schema)
        for path, part in _parts(schema, ()):
            if isinstance(reference := part.get("$ref"), str):
                tree.target(reference)
            if strict and (problem := _strict_problem(path, part)):
                raise fault(f"In context={_context(path)}, {problem}")
        tree.least_levels(schema)
    except SchemaError as error:
        raise fault(f"In context={_context(tuple(map(str, error.absolute_path)))}, {error.message}.") from error
    except Unsatisfiable as error:
        raise fault(f"In context=(), {error}.") from error
    except RecursionError as error:
        raise fault("it is nested too deeply.") from error


def _strict_problem(path: Path, schema: Mapping[str, JSON]) -> str:
    """What strict mode refuses at this place, or ""."""
    for key in _REFUSED:
        if key in schema:
            return f"'{key}' is not permitted."
    if "$ref" in schema:
        beside = sorted(schema.keys() - {"$ref"} - {"$defs", "definitions"})
        return f"$ref cannot have keywords {{{', '.join(map(repr, beside))}}}." if beside and path else ""
    if not path and "anyOf" in schema:
        return "'anyOf' is not permitted."
    if not {"type", "anyOf", "enum", "const"} & schema.keys():
        return "schema must have a 'type' key."
    if "object" in types_of(schema):
        return _strict_object(path, schema)
    if schema.get("type") == "array" and "items" not in schema:
        return "array schema missing items."
    return ""


def _strict_object(path: Path, schema: Mapping[str, JSON]) -> str:
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    properties = schema.get("properties")
    names = list(properties) if isinstance(properties, dict) else []
    required = schema.get("required")
    listed = required if isinstance(required, list) else []
    every = "'required' is required to be supplied and to be an array including every key in properties."
    for name in names:
        if name not in listed:
            return f"{every} Missing '{name}'."
    extra = [name for name in listed if name not in names]
    if extra:
        return f"{every} Extra required key '{extra[0]}' supplied."
    if len(names) > _MOST_PROPERTIES:
        return f"too many properties: {len(names)}. The maximum is {_MOST_PROPERTIES}."
    if path.count("properties") > _DEEPEST:
        return f"{path.count('properties')} levels of nesting exceeds limit of {_DEEPEST}."
    return ""


def _parts(schema: Mapping[str, JSON], path: Path) -> Iterator[tuple[Path, Mapping[str, JSON]]]:
    """Each schema in the document with the way to it; what is data (enum, const, default) is not entered."""
    yield path, schema
    for where in ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas"):
        for name, named in _mapping(schema.get(where)).items():
            if isinstance(named, dict):
                yield from _parts(named, (*path, where, name))
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inners = schema.get(key)
        for position, inner in enumerate(inners if isinstance(inners, list) else []):
            if isinstance(inner, dict):
                yield from _parts(inner, (*path, key, str(position)))
    for key in ("items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else"):
        part = schema.get(key)
        if isinstance(part, dict):
            yield from _parts(part, (*path, key))


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}


def _context(path: Path) -> str:
    return repr(path)
