from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.core.strategies import shaped_json
from workbench.core.findings import Findings
from workbench.core.json_schema_strict import check_strict
from workbench.core.json_value import JSON

STRING: JSON = {"type": "string"}


def an_object(properties: dict[str, JSON], more: dict[str, JSON] | None = None) -> dict[str, JSON]:
    whole: dict[str, JSON] = {"type": "object", "properties": properties, "required": [*properties]}
    return {**whole, "additionalProperties": False, **(more or {})}


def check(schema: dict[str, JSON]) -> Findings:
    findings = Findings()
    check_strict(schema, "s", findings)
    return findings


def fields(schema: dict[str, JSON]) -> list[str]:
    return [problem.field for problem in check(schema).problems]


def nested(levels: int) -> dict[str, JSON]:
    schema = an_object({"leaf": STRING})
    for _ in range(levels - 1):
        schema = an_object({"next": schema})
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        an_object({}),
        an_object({"a": {"anyOf": [STRING, {"type": "null"}]}, "b": {"type": ["string", "null"], "enum": ["x", None]}}),
        an_object({"tree": {"$ref": "#"}}, {"$defs": {"node": an_object({"v": STRING})}}),
        an_object({"default": STRING, "not": STRING, "allOf": {"type": "array", "items": an_object({})}}),
        an_object({"a": {"type": "number", "minimum": 0, "description": "default"}}),
        nested(10),
    ],
)
def test_what_strict_takes(schema: dict[str, JSON]) -> None:
    findings = check(schema)
    assert findings.problems == []
    assert findings.notes == []


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"type": "array", "items": STRING}, ["s"]),
        ({**an_object({}), "anyOf": [an_object({})]}, ["s"]),
        ({"type": "object", "properties": {}}, ["s.additionalProperties"]),
        (an_object({"a": STRING}, {"required": []}), ["s.required"]),
        (an_object({"a": STRING}, {"required": "a"}), ["s.required"]),
        (an_object({}, {"properties": []}), ["s.properties"]),
        (an_object({"a": {"type": "object"}}), ["s.properties.a.additionalProperties"]),
        (an_object({"a": {"type": ["object", "null"]}}), ["s.properties.a.additionalProperties"]),
        (an_object({"a": {"type": "string", "default": ""}}), ["s.properties.a.default"]),
        (an_object({"a": {"type": "array", "items": {"not": STRING}}}), ["s.properties.a.items.not"]),
        (an_object({"a": {"anyOf": [STRING, {"allOf": []}]}}), ["s.properties.a.anyOf[1].allOf"]),
        (an_object({}, {"$defs": {"x": {"if": STRING}}}), ["s.$defs.x.if"]),
        (an_object({"a": {"description": "any"}}), ["s.properties.a.type"]),
        (an_object({"a": {"type": "array"}}), ["s.properties.a.items"]),
        (an_object({"a": STRING}, {"required": ["a", "b"]}), ["s.required"]),
        (nested(11), ["s"]),
        (an_object({str(i): True for i in range(5_001)}), ["s"]),
        (an_object({"a": {"enum": list(range(1_001))}}), ["s"]),
        (an_object({"a": {"enum": ["x" * 120_000]}}), ["s"]),
        (an_object({"a": {"const": "x" * 120_000}}), ["s"]),
        (an_object({"x" * 120_001: STRING}), ["s"]),
    ],
)
def test_what_strict_refuses(schema: dict[str, JSON], where: list[str]) -> None:
    assert fields(schema) == where


def test_what_strict_may_refuse_is_a_note() -> None:
    findings = check(an_object({"a": {"oneOf": [STRING], "uniqueItems": True}}))
    assert findings.problems == []
    assert [note.field for note in findings.notes] == ["s.properties.a.oneOf", "s.properties.a.uniqueItems"]


def test_words_beside_a_reference_may_be_refused() -> None:
    findings = check(an_object({"a": {"$ref": "#/$defs/x", "description": "the a"}}, {"$defs": {"x": STRING}}))
    assert findings.problems == []
    assert [note.text for note in findings.notes] == [
        "strict: beside $ref description may be refused, at s.properties.a"
    ]


def test_missing_names_are_named_and_not_without_end() -> None:
    (problem,) = check(an_object({f"p{i}": STRING for i in range(9)}, {"required": ["p0"]})).problems
    assert problem.text == (
        "strict: every property must be required (let it be null to leave it open): p1, p2, p3, p4, p5, …, at s"
    )


def test_the_list_of_faults_has_an_end_and_says_so() -> None:
    findings = check(an_object({f"p{i}": {"type": "object"} for i in range(500)}))
    assert len(findings.problems) <= 21
    assert findings.notes[-1].text == "strict: only the first 20 or so places are named"


@settings(max_examples=80)
@given(shaped_json)
def test_nothing_that_calls_itself_a_schema_breaks_it(schema: JSON) -> None:
    if isinstance(schema, dict):
        assert len(check(schema).problems) <= 30
