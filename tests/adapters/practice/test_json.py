"""JSON answers and tool calls: valid, validating, and made by the same sampling."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.adapters.practice.support import ENGLISH, ask, body_of, post, stream, text_of
from workbench.adapters.practice.regex_sample import NoSample, sample

NODE = {
    "type": "object",
    "properties": {"v": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
    "required": ["v", "next"],
    "additionalProperties": False,
}
REVIEW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "a few words"},
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "price": {"type": ["number", "null"], "minimum": 0.5, "multipleOf": 0.25},
        "verdict": {"type": "string", "enum": ["buy", "wait", "사지 마세요"]},
        "when": {"type": "string", "format": "date-time"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{3,5}$"},
        "points": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 4},
        "chain": {"$ref": "#/$defs/node"},
    },
    "required": ["title", "score", "price", "verdict", "when", "code", "points", "chain"],
    "additionalProperties": False,
    "$defs": {"node": NODE},
}
STRICT = [
    REVIEW,
    {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    {
        "type": "object",
        "properties": {"shape": {"anyOf": [NODE | {"$defs": {}}, {"type": "array", "items": {"type": "boolean"}}]}},
        "required": ["shape"],
        "additionalProperties": False,
        "$defs": {"node": NODE},
    },
    {
        "type": "object",
        "properties": {
            "이름": {"type": "string"},
            "kind": {"const": "cat"},
            "self": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        },
        "required": ["이름", "kind", "self"],
        "additionalProperties": False,
    },
]
LOOSE: list[dict[str, Any]] = [
    {"type": "object"},
    {"type": "object", "required": ["zz"]},
    {
        "type": "object",
        "properties": {"b": {"type": "string", "minLength": 90, "maxLength": 95}, "c": {"maxLength": 2}},
        "required": ["b", "c"],
    },
    {
        "type": "object",
        "properties": {"n": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}},
        "required": ["n"],
    },
    {
        "type": "object",
        "properties": {"n": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.01}},
        "required": ["n"],
    },
    {"type": "object", "properties": {"n": {"type": "integer", "maximum": -7, "multipleOf": 3}}, "required": ["n"]},
    {
        "type": "object",
        "properties": {"x": {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]}},
        "required": ["x"],
    },
    {
        "type": "object",
        "properties": {"x": {"type": ["string", "integer"], "not": {"type": "string"}}},
        "required": ["x"],
    },
    {
        "type": "object",
        "allOf": [
            {"properties": {"a": {"type": "number", "minimum": 3}}, "required": ["a"]},
            {"properties": {"a": {"type": "integer", "maximum": 4}}},
        ],
    },
    {
        "type": "object",
        "patternProperties": {"^x_[a-z]+$": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {"type": "object", "propertyNames": {"pattern": "^[a-c]{3}$"}, "minProperties": 3, "maxProperties": 4},
    {
        "type": "object",
        "properties": {
            "a": {
                "type": "array",
                "items": {"type": "integer", "minimum": 1, "maximum": 3},
                "uniqueItems": True,
                "minItems": 3,
            }
        },
        "required": ["a"],
    },
    {
        "type": "object",
        "properties": {
            "a": {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "integer"}],
                "items": False,
                "minItems": 2,
            }
        },
        "required": ["a"],
    },
    {
        "type": "object",
        "properties": {"b": {"type": "array", "contains": {"const": 5}, "items": {"type": "integer"}}},
        "required": ["b"],
    },
    {
        "type": "object",
        "properties": {"k": {"enum": ["p", "q"]}},
        "required": ["k"],
        "if": {"properties": {"k": {"const": "p"}}},
        "then": {"required": ["pp"]},
        "else": {"required": ["qq"]},
    },
    {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "dependentRequired": {"a": ["b"]},
        "dependentSchemas": {"a": {"required": ["c"]}},
    },
    {
        "$ref": "#/$defs/a",
        "$defs": {
            "a": {"type": "object", "properties": {"q/~": {"$ref": "#/$defs/b~1"}}, "required": ["q/~"]},
            "b/": {"type": "boolean"},
        },
    },
    {
        "type": "object",
        "properties": {"tree": {"$ref": "#/definitions/t"}},
        "required": ["tree"],
        "definitions": {
            "t": {
                "type": "object",
                "properties": {"kids": {"type": "array", "items": {"$ref": "#/definitions/t"}}},
                "required": ["kids"],
            }
        },
    },
    {
        "type": "object",
        "properties": {
            name: {"type": "string", "format": name}
            for name in ("date", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "duration", "regex")
        },
    },
]


def schema_format(schema: dict[str, Any], strict: bool = False) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "made", "strict": strict, "schema": schema}}


def check(text: str, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(json.loads(text))


@pytest.mark.parametrize("schema", STRICT)
async def test_strict_schemas_are_met(schema: dict[str, Any]) -> None:
    for temperature in (0, 1, 2):
        check(await text_of(temperature=temperature, seed=1, response_format=schema_format(schema, True)), schema)


@pytest.mark.parametrize("schema", LOOSE)
async def test_other_schemas_are_met(schema: dict[str, Any]) -> None:
    for temperature in (0, 1, 2):
        check(await text_of(temperature=temperature, seed=2, response_format=schema_format(schema)), schema)


scalars: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"},
    {"type": "string", "format": "date"}, {"type": "string", "maxLength": 3}, {"enum": ["a", 2, None]},
    {"type": "integer", "minimum": -3, "maximum": 3}, {"type": ["integer", "null"]}, {"$ref": "#/$defs/leaf"},
])  # fmt: skip


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def of_properties(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}

    objects = st.dictionaries(st.text(max_size=6), inner, max_size=3).map(of_properties)
    arrays = st.builds(
        lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 2)
    )
    unions = st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
    return objects | arrays | unions


schemas = nested(st.recursive(scalars, nested, max_leaves=6)).filter(lambda schema: schema.get("type") == "object")


@given(schemas, st.sampled_from([0, 1, 2]), st.integers(0, 3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
async def test_any_strict_schema_is_met(schema: dict[str, Any], temperature: int, seed: int) -> None:
    schema = {**schema, "$defs": {"leaf": {"type": "integer"}}}
    check(await text_of(temperature=temperature, seed=seed, response_format=schema_format(schema, True)), schema)


async def test_choices_in_a_schema_follow_the_temperature() -> None:
    async def texts(temperature: float) -> set[str]:
        made = schema_format(REVIEW, True)
        return {await text_of(temperature=temperature, seed=seed, response_format=made) for seed in range(6)}

    assert len(await texts(0)) == 1
    assert len(await texts(1.5)) == 6
    made = schema_format(REVIEW, True)
    assert await text_of(seed=3, response_format=made) == await text_of(seed=3, response_format=made)


async def test_a_json_object_is_one_of_80_tokens() -> None:
    for seed in range(4):
        answer = await ask("Answer in JSON about 커피", seed=seed, response_format={"type": "json_object"})
        value = json.loads(answer["choices"][0]["message"]["content"])
        assert isinstance(value, dict)
        assert answer["usage"]["completion_tokens"] >= 80


async def test_json_is_cut_by_the_cap_and_streamed_alike() -> None:
    made = schema_format(REVIEW, True)
    whole = await text_of(seed=1, response_format=made)
    assert (await stream(seed=1, response_format=made)).text() == whole
    cut = await ask(seed=1, response_format=made, max_tokens=9)
    assert cut["choices"][0]["finish_reason"] == "length"
    assert whole.startswith(cut["choices"][0]["message"]["content"])


async def test_logprobs_of_json_are_of_its_tokens() -> None:
    answer = await ask(seed=1, response_format=schema_format(REVIEW, True), logprobs=True, top_logprobs=2)
    choice = answer["choices"][0]
    entries = choice["logprobs"]["content"]
    assert "".join(entry["token"] for entry in entries) == choice["message"]["content"]
    assert entries[0]["logprob"] == 0.0  # the grammar leaves nothing else
    assert min(entry["logprob"] for entry in entries) < -0.1


def tool(name: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters or REVIEW}}


@pytest.mark.parametrize(
    ("choice", "finish"),
    [
        ("required", "tool_calls"),
        ({"type": "function", "function": {"name": "rate"}}, "stop"),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "rate"}}]},
            },
            "tool_calls",
        ),
    ],
)
async def test_a_forced_tool_is_called_with_valid_arguments(choice: Any, finish: str) -> None:
    parameters = {"tools": [tool("rate")], "tool_choice": choice, "seed": 1}
    answer = await ask(**parameters)
    whole = answer["choices"][0]
    assert whole["finish_reason"] == finish
    assert whole["message"]["content"] is None
    (call,) = whole["message"]["tool_calls"]
    assert call["type"] == "function"
    assert call["id"].startswith("call_")
    assert call["function"]["name"] == "rate"
    check(call["function"]["arguments"], REVIEW)
    streamed = await stream(**parameters)
    pieces = [choice["delta"].get("tool_calls", [{}])[0] for chunk in streamed.chunks for choice in chunk["choices"]]
    assert pieces[0]["id"].startswith("call_")
    arguments = "".join(piece["function"]["arguments"] for piece in pieces if piece)
    assert arguments == call["function"]["arguments"]
    assert streamed.finish_reasons() == {0: finish}


async def test_the_tools_that_the_last_message_names_are_called_side_by_side() -> None:
    parameters: dict[str, Any] = {"tools": [tool("rate"), tool("weather"), tool("rated")], "seed": 1}
    text = "서울: weather를 부르고 rate 로 평가해."
    whole = (await ask(text, **parameters))["choices"][0]
    assert whole["finish_reason"] == "tool_calls"
    assert [call["function"]["name"] for call in whole["message"]["tool_calls"]] == ["rate", "weather"]
    arguments = [call["function"]["arguments"] for call in whole["message"]["tool_calls"]]
    assert all(isinstance(json.loads(text), dict) for text in arguments)
    streamed = await stream(text, **parameters)
    pieces = [p for c in streamed.chunks for d in c["choices"] for p in d["delta"].get("tool_calls", ())]
    joined = ["".join(p["function"]["arguments"] for p in pieces if p["index"] == i) for i in (0, 1)]
    assert joined == arguments
    assert [p["index"] for p in pieces if p.get("id")] == [0, 1]
    alone = (await ask(text, **parameters, parallel_tool_calls=False))["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["name"] for call in alone] == ["rate"]


async def test_auto_and_none_answer_in_text_and_a_custom_tool_gets_text() -> None:
    for choice in ("auto", "none", None):
        message = (await ask(tools=[tool("rate")], tool_choice=choice))["choices"][0]["message"]
        assert message["content"]
        assert "tool_calls" not in message
    custom = {"type": "custom", "custom": {"name": "shell"}}
    message = (await ask(tools=[custom], tool_choice="required"))["choices"][0]["message"]
    assert message["tool_calls"][0]["custom"]["input"]


async def test_a_tool_call_can_be_answered() -> None:
    call = (await ask(tools=[tool("rate")], tool_choice="required"))["choices"][0]["message"]
    messages = [
        {"role": "user", "content": ENGLISH},
        call,
        {"role": "tool", "tool_call_id": call["tool_calls"][0]["id"], "content": "done"},
    ]
    response = await post({**body_of(), "messages": messages})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "pattern",
    ["^[A-Z]{2}-\\d{4}$", "a|b",
     "^(ab)+\\1?$", "[^a-y ]", "\\w+@\\w+\\.com", "^.{10,20}$", "x*?y", "^(?:q(?P<n>z)|r)$", "\\S\\s\\D"],
)  # fmt: skip
def test_regex_samples_match(pattern: str) -> None:
    import random
    import re

    for seed in range(20):
        chosen = random.Random(seed)
        assert re.search(pattern, sample(pattern, chosen.randrange))


@pytest.mark.parametrize("pattern", ["(", "a(?=b)c", "\\p{L}"])
def test_regex_without_a_sample(pattern: str) -> None:
    with pytest.raises(NoSample):
        sample(pattern, lambda count: 0)
