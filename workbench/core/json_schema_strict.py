"""The subset of JSON Schema that `strict: true` takes (OpenAI's Structured Outputs guide), checked with the place.

Walks without recursion, so that no schema is too deep for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.json_schema_keywords import children

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.findings import Findings
    from workbench.core.json_value import JSON

MOST_PROPERTIES = 5_000
MOST_LEVELS = 10
"""Objects inside objects, the root counted."""
MOST_CHARACTERS = 120_000
"""Of property names, definition names, enum and const values together."""
MOST_ENUM_VALUES = 1_000
MOST_FINDINGS = 20
"""A schema written for something else breaks the same rule everywhere: this many say enough."""

_FORBIDDEN = ("allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "default")
_UNSAFE = (
    "oneOf", "patternProperties", "propertyNames", "contains", "minContains", "maxContains", "uniqueItems",
    "unevaluatedProperties", "unevaluatedItems", "minProperties", "maxProperties",
)  # fmt: skip
_BESIDE_REF = {"$ref", "$defs", "definitions"}


@dataclass(slots=True)
class _Totals:
    properties: int = 0
    characters: int = 0
    enum_values: int = 0
    levels: int = 0


def check_strict(schema: Mapping[str, JSON], path: str, findings: Findings) -> None:
    """Adds a problem for each place that strict mode refuses, a note for each that it may refuse; at most 20."""
    room = len(findings.problems) + len(findings.notes) + MOST_FINDINGS
    if schema.get("type") != "object" or "anyOf" in schema:
        findings.problem(path, f"strict: {path} must be of type object itself, without anyOf")
    totals = _Totals()
    todo: list[tuple[Mapping[str, JSON], str, int]] = [(schema, path, 0)]
    while todo:
        part, where, level = todo.pop()
        level += _is_object(part)
        totals.levels = max(totals.levels, level)
        _count(part, totals)
        if len(findings.problems) + len(findings.notes) >= room:
            findings.note(path, f"strict: only the first {MOST_FINDINGS} or so places are named")
            break
        _check_part(part, where, findings)
        todo += [(c, place, level) for c, place in children(part, where) if isinstance(c, dict)][::-1]
    _check_totals(totals, path, findings)


def _is_object(part: Mapping[str, JSON]) -> bool:
    kind = part.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in part


def _check_part(part: Mapping[str, JSON], where: str, findings: Findings) -> None:
    for key in _FORBIDDEN:
        if key in part:
            findings.problem(f"{where}.{key}", f"strict: {key} is not permitted, at {where}")
    for key in _UNSAFE:
        if key in part:
            findings.note(f"{where}.{key}", f"strict: {key} may be refused, at {where}")
    _check_kind(part, where, findings)
    if not _is_object(part):
        return
    if part.get("additionalProperties") is not False:
        findings.problem(f"{where}.additionalProperties", f"strict: additionalProperties must be false, at {where}")
    properties, required = part.get("properties", {}), part.get("required", [])
    if not isinstance(properties, dict):
        findings.problem(f"{where}.properties", f"strict: properties must be an object, at {where}")
    elif not isinstance(required, list):
        findings.problem(f"{where}.required", f"strict: required must be a list of names, at {where}")
    else:
        _check_required(properties, required, where, findings)


def _check_kind(part: Mapping[str, JSON], where: str, findings: Findings) -> None:
    """What each schema has to say of its kind: seen in the API's own refusals, not in its guide."""
    if "$ref" in part:
        beside = [key for key in part if key not in _BESIDE_REF]
        if beside:
            findings.note(where, f"strict: beside $ref {', '.join(beside[:5])} may be refused, at {where}")
    elif not any(key in part for key in ("type", "anyOf", "enum", "const", *_FORBIDDEN, *_UNSAFE)):
        findings.problem(f"{where}.type", f"strict: a type is missing, at {where}")
    elif part.get("type") == "array" and "items" not in part:
        findings.problem(f"{where}.items", f"strict: a list needs items, the schema of what it holds, at {where}")


def _check_required(properties: Mapping[str, JSON], required: list[JSON], where: str, findings: Findings) -> None:
    named = {name for name in required if isinstance(name, str)}
    missing = [name for name in properties if name not in named]
    if missing:
        names = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        text = f"strict: every property must be required (let it be null to leave it open): {names}, at {where}"
        findings.problem(f"{where}.required", text)
    if extra := [name for name in required if isinstance(name, str) and name not in properties]:
        text = f"strict: required names what is not among the properties: {', '.join(extra[:5])}, at {where}"
        findings.problem(f"{where}.required", text)


def _count(part: Mapping[str, JSON], totals: _Totals) -> None:
    for key in ("properties", "$defs", "definitions"):
        names = part.get(key)
        if isinstance(names, dict):
            totals.characters += sum(map(len, names))
            totals.properties += len(names) if key == "properties" else 0
    values = part.get("enum")
    if isinstance(values, list):
        totals.enum_values += len(values)
        totals.characters += sum(len(value) for value in values if isinstance(value, str))
    const = part.get("const")
    if isinstance(const, str):
        totals.characters += len(const)


def _check_totals(totals: _Totals, path: str, findings: Findings) -> None:
    for count, most, what in (
        (totals.properties, MOST_PROPERTIES, "properties"),
        (totals.levels, MOST_LEVELS, "levels of objects"),
        (totals.characters, MOST_CHARACTERS, "characters of names and enum values"),
        (totals.enum_values, MOST_ENUM_VALUES, "enum values"),
    ):
        if count > most:
            findings.problem(path, f"strict: a schema may have {most:,} {what} at most, and this one has {count:,}")
