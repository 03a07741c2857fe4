"""What each keyword of JSON Schema must hold (the metaschema of Draft 2020-12), and where schemas stand in schemas.

A table of our own, because the check runs after each edit: jsonschema needs a third of a second for a schema of 50 kB,
and its import another tenth. A test holds the table against jsonschema's metaschema.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.core.json_text import describe
from workbench.core.json_violations import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workbench.core.json_value import JSON

TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_MEANT = {
    "str": "string",
    "text": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "dict": "object",
    "map": "object",
    "list": "array",
    "none": "null",
}
_ANCHOR = re.compile(r"[A-Za-z_][-A-Za-z0-9._]*")

NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
"""Keywords that hold schemas by name."""
LISTED = ("anyOf", "allOf", "oneOf", "prefixItems")
SINGLE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
)  # fmt: skip


def children(part: Mapping[str, JSON], where: str) -> Iterator[tuple[JSON, str]]:
    """What stands directly in a schema where a schema belongs, with its path."""
    for key in NAMED:
        named = part.get(key)
        if isinstance(named, dict):
            yield from ((child, f"{where}.{key}.{name}") for name, child in named.items())
    for key in LISTED:
        listed = part.get(key)
        if isinstance(listed, list):
            yield from ((child, f"{where}.{key}[{i}]") for i, child in enumerate(listed))
    for key in SINGLE:
        if key in part:
            yield part[key], f"{where}.{key}"
    dependencies = part.get("dependencies")
    if isinstance(dependencies, dict):
        inner = [(name, child) for name, child in dependencies.items() if not isinstance(child, list)]
        yield from ((child, f"{where}.dependencies.{name}") for name, child in inner)


def wrong_part(value: JSON) -> str:
    """What is wrong with a value where a schema belongs; "" for an object, true and false."""
    if isinstance(value, dict | bool):
        return ""
    hint = "; schemas for each place stand in prefixItems" if isinstance(value, list) else ""
    return f"must be a schema {{...}}, found {kind_of(value)}{hint}"


def wrong_value(keyword: str, value: JSON) -> str:
    """What is wrong with a keyword's value, to be read after its path; "" where nothing is, or the keyword is none.

    What is inside the schemas in it is not looked at.
    """
    check = _CHECKS.get(keyword)
    return check(value) if check is not None else ""


def known(keyword: str) -> bool:
    """Whether JSON Schema has this keyword."""
    return keyword in _CHECKS or keyword in SINGLE or keyword in ("const", "default")


def keywords() -> tuple[str, ...]:
    return (*_CHECKS, *SINGLE, "const", "default")


def _text(value: JSON) -> str:
    return "" if isinstance(value, str) else f"must be a text, found {kind_of(value)}"


def _truth(value: JSON) -> str:
    return "" if isinstance(value, bool) else f"must be true or false, found {kind_of(value)}"


def _number(value: JSON) -> str:
    found = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if found else f"must be a number, found {kind_of(value)}"


def _count(value: JSON) -> str:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or value < 0:
        return f"must be a whole number from 0 on, found {describe(value)}"
    return ""


def _step(value: JSON) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
        return f"must be more than 0, found {describe(value)}"
    return _number(value)


def _list(value: JSON) -> str:
    return "" if isinstance(value, list) else f"must be a list, found {kind_of(value)}"


def _object(value: JSON) -> str:
    return "" if isinstance(value, dict) else f"must be an object, found {kind_of(value)}"


def _schemas(value: JSON) -> str:
    if isinstance(value, list) and not value:
        return "must hold one schema at least"
    return _list(value)


def _names(value: JSON) -> str:
    if not isinstance(value, list):
        return f"must be a list of names, found {kind_of(value)}"
    seen: set[str] = set()
    for index, name in enumerate(value):
        if not isinstance(name, str):
            return f"must hold only names, and item {index + 1} is {describe(name)}"
        if name in seen:
            return f"names {describe(name)} twice"
        seen.add(name)
    return ""


def _names_by_name(value: JSON) -> str:
    if not isinstance(value, dict):
        return _object(value)
    return next((f"{wrong} at {describe(name)}" for name, names in value.items() if (wrong := _names(names))), "")


def _dependencies(value: JSON) -> str:
    if not isinstance(value, dict):
        return _object(value)
    lists: dict[str, JSON] = {name: names for name, names in value.items() if isinstance(names, list)}
    return _names_by_name(lists)


def _vocabulary(value: JSON) -> str:
    if not isinstance(value, dict):
        return _object(value)
    return next((wrong for used in value.values() if (wrong := _truth(used))), "")


def _anchor(value: JSON) -> str:
    if isinstance(value, str) and not _ANCHOR.match(value):
        return f"must begin with a letter or _, found {describe(value)}"
    return _text(value)


def _id(value: JSON) -> str:
    if isinstance(value, str) and "#" in value[:-1]:
        return f"must be an address without a #, found {describe(value)}"
    return _text(value)


def _type(value: JSON) -> str:
    kinds = value if isinstance(value, list) else [value]
    if not kinds:
        return "must name one type at least"
    for index, kind in enumerate(kinds):
        if not isinstance(kind, str) or kind not in TYPES:
            meant = _MEANT.get(kind.lower(), kind.lower()) if isinstance(kind, str) else ""
            hint = f": did you mean {meant}?" if meant in TYPES else ""
            return f"must be {', '.join(TYPES[:-1])} or null, found {describe(kind)}{hint}"
        if kind in kinds[:index]:
            return f"names {kind} twice"
    return ""


_CHECKS: Mapping[str, Callable[[JSON], str]] = {
    "type": _type,
    "enum": _list,
    "required": _names,
    "dependentRequired": _names_by_name,
    "dependencies": _dependencies,
    "multipleOf": _step,
    "uniqueItems": _truth,
    "examples": _list,
    "$id": _id,
    "$vocabulary": _vocabulary,
    **dict.fromkeys(NAMED, _object),
    **dict.fromkeys(LISTED, _schemas),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minContains", "maxContains"), _count),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), _truth),
    **dict.fromkeys(("$anchor", "$dynamicAnchor", "$recursiveAnchor"), _anchor),
    **dict.fromkeys(("$schema", "$ref", "$dynamicRef", "$recursiveRef", "$comment"), _text),
    **dict.fromkeys(("title", "description", "pattern", "format", "contentEncoding", "contentMediaType"), _text),
}
