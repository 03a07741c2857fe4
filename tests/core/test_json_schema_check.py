"""A schema that is none is named with its place; the table of keywords agrees with the metaschema of jsonschema."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from workbench.core.findings import Findings
from workbench.core.json_schema_check import MOST_FINDINGS, check_schema, schema_faults
from workbench.core.json_schema_keywords import keywords
from workbench.core.json_value import JSON
from workbench.core.request_checks import check_body

META = Draft202012Validator(Draft202012Validator.META_SCHEMA)
leaves: st.SearchStrategy[JSON] = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.5, 2.0, "string", "object", "#", "a", "null", "", ["a", "a"], ["string"], [1]]
)
schema_like: st.SearchStrategy[JSON] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(keywords()), inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
        st.lists(inner, max_size=2),
    ),
    max_leaves=8,
)


def said(schema: JSON) -> list[str]:
    return [f"s{fault.where} {fault.text}" for fault in schema_faults(json.dumps(schema))]


@settings(max_examples=75)
@given(st.dictionaries(st.sampled_from(keywords()), schema_like, max_size=3))
def test_what_is_no_schema_is_what_the_metaschema_refuses(schema: dict[str, JSON]) -> None:
    # References and patterns are looked at more closely here than in the metaschema.
    faults = [fault for fault in schema_faults(json.dumps(schema)) if fault.refused]
    assert (not [f for f in faults if "refers to" not in f.text and "pattern:" not in f.text]) == META.is_valid(schema)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "int"}, "must be string, number, integer, boolean, object, array or null, found"),
        ({"type": "int"}, ': did you mean integer?'),
        ({"type": ["string", "string"]}, "s.type names string twice"),
        ({"properties": []}, "s.properties must be an object, found a list"),
        ({"properties": {"a": "string"}}, "s.properties.a must be a schema {...}, found a text"),
        ({"properties": {"a": {"minLength": -1}}}, "s.properties.a.minLength must be a whole number from 0 on"),
        ({"items": [{"type": "string"}]}, "schemas for each place stand in prefixItems"),
        ({"required": "a"}, "s.required must be a list of names, found a text"),
        ({"required": ["a", "a"]}, 's.required names "a" twice'),
        ({"anyOf": []}, "s.anyOf must hold one schema at least"),
        ({"pattern": "("}, "s.pattern holds no pattern: missing )"),
        ({"patternProperties": {"[": {}}}, "s.patternProperties holds no pattern"),
        ({"$ref": "https://example.com/a.json"}, "only what stands in the schema itself is used"),
        ({"items": {"$ref": "other.json#/a"}}, "s.items.$ref refers to"),
        ({"$ref": "#/$defs/a"}, 's.$ref refers to "#/$defs/a", which is not in the schema'),
        ({"$ref": "#a"}, "which is not in the schema"),
        ({"requried": ["a"]}, "s.requried is no keyword of JSON Schema: did you mean required?"),
        ({"nullable": True}, 'write "null" among the types'),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(schema: JSON, text: str) -> None:
    assert any(text in line for line in said(schema)), said(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"a/b": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/a~1b"}}},
        {"$defs": {"a": {"$anchor": "here"}}, "anyOf": [{"$ref": "#here"}, {"$ref": "#/$defs/a"}, {"$ref": "#"}]},
        {"$id": "https://example.com/s", "$ref": "https://example.com/s"},
        {"const": {"type": "nonsense"}, "enum": [{"required": 1}], "default": {"$ref": "x"}, "examples": [{"type": 1}]},
        {"properties": {"requried": True, "$ref": {"type": "string"}}, "x-note": 1},
        {"type": "string", "pattern": r"^\p{Hangul}+$"},
    ],
)
def test_what_is_a_schema_is_let_pass(schema: JSON) -> None:
    assert said(schema) == []


def test_an_unknown_keyword_is_a_note_and_a_wrong_one_a_problem() -> None:
    findings = Findings()
    assert check_schema({"titel": "x", "type": "object"}, "s", findings)
    assert not check_schema({"type": 1}, "s", findings)
    assert [note.field for note in findings.notes] == ["s.titel"]
    assert [problem.field for problem in findings.problems] == ["s.type"]


def test_a_schema_of_something_else_does_not_fill_the_screen_and_no_depth_is_too_much() -> None:
    assert len(said({"properties": {str(i): 1 for i in range(500)}})) == MOST_FINDINGS
    deep: JSON = {"type": "nonsense"}
    for _ in range(95):
        deep = {"items": deep}
    assert len(said(deep)) == 1


@pytest.mark.parametrize("strict", [True, False, None])
def test_the_request_names_it_whatever_strict_is(strict: bool | None) -> None:
    findings = Findings()
    schema: JSON = {"type": "object", "properties": {"a": {"type": "text"}}}
    described: dict[str, JSON] = {"name": "n", "schema": schema, "strict": strict}
    tool: JSON = {"type": "function", "function": {"name": "f", "parameters": schema}}
    check_body({"response_format": {"type": "json_schema", "json_schema": described}, "tools": [tool]}, findings)
    assert [problem.field for problem in findings.problems] == [
        "response_format.json_schema.schema.properties.a.type",
        "tools[0].function.parameters.properties.a.type",
    ]


@pytest.mark.parametrize("index", ["²", "1" * 5_000, "01", "-1", "9"])
def test_a_reference_to_an_item_that_is_none_leads_nowhere(index: str) -> None:
    schema: JSON = {"anyOf": [{"type": "string"}], "$ref": f"#/anyOf/{index}"}
    assert "which is not in the schema" in said(schema)[0]
    assert said({"anyOf": [{"type": "string"}], "$ref": "#/anyOf/0"}) == []


def test_many_names_are_looked_at_once() -> None:
    names: list[JSON] = [f"name{number}" for number in range(30_000)]
    began = time.process_time()
    assert said({"required": [*names, "name7"]}) == ['s.required names "name7" twice']
    assert time.process_time() - began < 3
