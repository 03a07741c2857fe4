"""Wrong requests get the API's own 400 bodies, one fault at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

from tests.adapters.practice.support import FAST, body_of, post, sdk

DELETED = object()
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def made(schema: Any, **more: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}}


def function(**more: Any) -> dict[str, Any]:
    return {"type": "function", "function": more}


def said(role: str = "user", content: Any = "a", **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content, **more}]}


CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = function(name="f", parameters=SCHEMA)

# what is sent besides a good body, and the param, the code and a part of the message that come back
FAULTS: list[tuple[dict[str, Any], str | None, str | None, str]] = [
    (
        {"temperature": 3},
        "temperature",
        "decimal_above_max_value",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
    ),
    (
        {"temperature": -0.5},
        "temperature",
        "decimal_below_min_value",
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -0.5 instead.",
    ),
    (
        {"temperature": "hot"},
        "temperature",
        "invalid_type",
        "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    ),
    ({"temperature": True}, "temperature", "invalid_type", "but got a boolean instead."),
    ({"top_p": 1.1}, "top_p", "decimal_above_max_value", "<= 1, but got 1.1"),
    ({"presence_penalty": -3}, "presence_penalty", "decimal_below_min_value", ">= -2, but got -3"),
    ({"frequency_penalty": 2.5}, "frequency_penalty", "decimal_above_max_value", "<= 2, but got 2.5"),
    (
        {"n": 0},
        "n",
        "integer_below_min_value",
        "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    ),
    ({"n": 129}, "n", "integer_above_max_value", "<= 128, but got 129"),
    ({"n": 1.5}, "n", "invalid_type", "expected an integer, but got a decimal number instead."),
    ({"max_tokens": 0}, "max_tokens", "integer_below_min_value", ">= 1, but got 0"),
    ({"max_completion_tokens": -1}, "max_completion_tokens", "integer_below_min_value", ">= 1, but got -1"),
    (
        {"max_completion_tokens": 40_000},
        "max_completion_tokens",
        "invalid_value",
        (
            "max_completion_tokens is too large: 40000. This model supports at most 32768 "
            "completion tokens, whereas you provided 40000."
        ),
    ),
    (
        {"max_tokens": 5, "max_completion_tokens": 5},
        "max_tokens",
        "invalid_parameter_combination",
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    ),
    (
        {"top_logprobs": 2},
        "top_logprobs",
        None,
        "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
    ),
    ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", None, "must be less than or equal to 20."),
    ({"logprobs": True, "top_logprobs": -1}, "top_logprobs", "integer_below_min_value", ">= 0, but got -1"),
    ({"logprobs": 1}, "logprobs", "invalid_type", "expected a boolean, but got an integer"),
    ({"seed": 1.5}, "seed", "invalid_type", "expected an integer, but got a decimal number"),
    (
        {"stop": list("abcde")},
        "stop",
        "array_above_max_length",
        (
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an "
            "array with length 5 instead."
        ),
    ),
    ({"stop": [1]}, "stop[0]", "invalid_type", "expected a string"),
    ({"stop": 5}, "stop", "invalid_type", "one of a string or array of strings"),
    (
        {"logit_bias": {"cat": 1}},
        "logit_bias",
        None,
        "Invalid key in 'logit_bias': cat. You should only be submitting non-negative integers.",
    ),
    ({"logit_bias": {"5": 101}}, "logit_bias.5", "decimal_above_max_value", "<= 100, but got 101"),
    ({"logit_bias": [1]}, "logit_bias", "invalid_type", "expected an object, but got an array"),
    ({"temprature": 1}, "temprature", "unknown_parameter", "Unknown parameter: 'temprature'."),
    ({"top_k": 5}, "top_k", "unknown_parameter", "Unknown parameter: 'top_k'."),
    (
        {"functions": []},
        "functions",
        "unsupported_parameter",
        "Unsupported parameter: 'functions' is not supported with this model.",
    ),
    ({"modalities": ["audio"]}, "modalities", "unsupported_parameter", "'modalities' is not supported"),
    (
        {"service_tier": "gold"},
        "service_tier",
        "invalid_value",
        "Invalid value: 'gold'. Supported values are: 'auto', 'default', 'fast', 'flex', and 'priority'.",
    ),
    ({"verbosity": "loud"}, "verbosity", "invalid_value", "Supported values are: 'low', 'medium', and 'high'."),
    ({"verbosity": 3}, "verbosity", "invalid_type", "expected one of 'low', 'medium', or 'high', but got an integer"),
    (
        {"reasoning_effort": "max"},
        "reasoning_effort",
        "unsupported_value",
        "Unsupported value: 'reasoning_effort' does not support 'max' with this model.",
    ),
    ({"user": 5}, "user", "invalid_type", "expected a string, but got an integer"),
    ({"safety_identifier": "x" * 65}, "safety_identifier", "string_above_max_length", "maximum length 64"),
    ({"prompt_cache_retention": "1h"}, "prompt_cache_retention", None, "Invalid prompt_cache_retention argument"),
    ({"store": "yes"}, "store", "invalid_type", "expected a boolean"),
    (
        {"metadata": {str(key): "v" for key in range(17)}},
        "metadata",
        "object_above_max_properties",
        "at most 16 properties",
    ),
    ({"metadata": {"k": 7}}, "metadata.k", "invalid_type", "expected a string"),
    ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length", "maximum length 512"),
    (
        {"metadata": {"k" * 65: "v"}},
        "metadata." + "k" * 65,
        "property_name_above_max_length",
        "'kkk...kkk' is too long",
    ),
    (
        {"prediction": {"type": "content"}},
        "prediction.content",
        "missing_required_parameter",
        "Missing required parameter",
    ),
    ({"stream": "yes"}, "stream", "invalid_type", "expected a boolean"),
    (
        {"stream_options": {"include_usage": True}},
        "stream_options",
        None,
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ),
    (
        {"stream": True, "stream_options": {"x": 1}},
        "stream_options.x",
        "unknown_parameter",
        "Unknown parameter: 'stream_options.x'.",
    ),
    ({"model": DELETED}, None, None, "you must provide a model parameter"),
    ({"model": 5}, "model", "invalid_type", "expected a string"),
    ({"messages": DELETED}, "messages", "missing_required_parameter", "Missing required parameter: 'messages'."),
    (
        {"messages": []},
        "messages",
        "empty_array",
        ("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."),
    ),
    ({"messages": "hi"}, "messages", "invalid_type", "expected an array of objects, but got a string"),
    ({"messages": ["hi"]}, "messages[0]", "invalid_type", "expected an object, but got a string"),
    ({"messages": [{"content": "a"}]}, "messages[0].role", "missing_required_parameter", "'messages[0].role'"),
    (
        said("robot"),
        "messages[0].role",
        "invalid_value",
        (
            "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', "
            "'function', 'tool', and 'developer'."
        ),
    ),
    (said(content=None), "messages.[0].content", None, "Invalid value for 'content': expected a string, got null."),
    (
        said(content=7),
        "messages[0].content",
        "invalid_type",
        "expected one of a string or array of objects, but got an integer instead.",
    ),
    (said(content=[]), "messages[0].content", "empty_array", "empty array"),
    (
        said(content=[{"type": "image_url", "image_url": {}}]),
        "messages.[0].content.[0].type",
        None,
        "Invalid content type. image_url is only supported by certain models.",
    ),
    (said(content=[{"type": "text"}]), "messages[0].content[0].text", "missing_required_parameter", "Missing"),
    (said(name=5), "messages[0].name", "invalid_type", "expected a string"),
    (
        said("tool", tool_call_id="c"),
        "messages.[0].role",
        None,
        "must be a response to a preceeding message with 'tool_calls'.",
    ),
    (
        said("assistant", tool_calls=[CALL]),
        "messages.[1].role",
        None,
        "The following tool_call_ids did not have response messages: c1",
    ),
    (said("assistant", tool_calls=[]), "messages[0].tool_calls", "empty_array", "empty array"),
    ({"response_format": {}}, "response_format.type", "missing_required_parameter", "'response_format.type'"),
    ({"response_format": "json"}, "response_format", "invalid_type", "expected an object, but got a string"),
    (
        {"response_format": {"type": "yaml"}},
        "response_format.type",
        "invalid_value",
        "'json_object', 'json_schema', and 'text'",
    ),
    (
        {"response_format": {"type": "json_object"}},
        "messages",
        None,
        ("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."),
    ),
    (
        {"response_format": {"type": "json_schema"}},
        "response_format.json_schema",
        "missing_required_parameter",
        "'response_format.json_schema'",
    ),
    (
        made(SCHEMA, name="a b"),
        "response_format.json_schema.name",
        "invalid_value",
        "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    ),
    (made(SCHEMA, name="a" * 65), "response_format.json_schema.name", "string_above_max_length", "maximum length 64"),
    (made(None), "response_format.json_schema.schema", "missing_required_parameter", "Missing"),
    (
        made({"type": "array"}),
        "response_format",
        None,
        (
            "Invalid schema for response_format 'x': schema must be a JSON Schema of 'type: "
            '"object"\', got \'type: "array"\'.'
        ),
    ),
    (
        made({"type": "object", "properties": {"a": {"type": "strin"}}}),
        "response_format",
        None,
        "In context=('properties', 'a', 'type'), 'strin' is not valid",
    ),
    (
        made({"type": "object", "properties": {"a": {"$ref": "http://e.x/s"}}}),
        "response_format",
        None,
        "reference can only point to definitions in the schema",
    ),
    (
        made({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}),
        "response_format",
        None,
        "never ends",
    ),
    (
        made(
            {"type": "object", "properties": {"a": {"minimum": 5, "maximum": 2, "type": "integer"}}, "required": ["a"]}
        ),
        "response_format",
        None,
        "no number is between its bounds",
    ),
    (
        made({"type": "object", "properties": {"a": {"type": "string"}}}, strict=True),
        "response_format",
        None,
        "In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ),
    (
        made({**SCHEMA, "required": []}, strict=True),
        "response_format",
        None,
        ("'required' is required to be supplied and to be an array including every key in properties. Missing 'a'."),
    ),
    (
        made({**SCHEMA, "properties": {"a": {"type": "string", "default": "b"}}}, strict=True),
        "response_format",
        None,
        "In context=('properties', 'a'), 'default' is not permitted.",
    ),
    (
        made({**SCHEMA, "properties": {"a": {}}}, strict=True),
        "response_format",
        None,
        "In context=('properties', 'a'), schema must have a 'type' key.",
    ),
    (made({**SCHEMA, "allOf": [{}]}, strict=True), "response_format", None, "'allOf' is not permitted."),
    (made(SCHEMA, strict="yes"), "response_format.json_schema.strict", "invalid_type", "expected a boolean"),
    ({"tools": []}, "tools", "empty_array", "empty array"),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter", "'tools[0].function'"),
    (
        {"tools": [function(parameters={})]},
        "tools[0].function.name",
        "missing_required_parameter",
        "'tools[0].function.name'",
    ),
    ({"tools": [function(name="")]}, "tools[0].function.name", "empty_string", "empty string"),
    (
        {"tools": [function(name="f", parameters={"type": "array"})]},
        "tools[0].function.parameters",
        "invalid_function_parameters",
        "Invalid schema for function 'f'",
    ),
    (
        {"tools": [function(name="f", strict=True, parameters={"type": "object"})]},
        "tools[0].function.parameters",
        "invalid_function_parameters",
        "'additionalProperties' is required",
    ),
    ({"tool_choice": "auto"}, "tool_choice", None, "'tool_choice' is only allowed when 'tools' are specified."),
    ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice", "invalid_value", "'none', 'auto', and 'required'"),
    ({"tools": [TOOL], "tool_choice": 7}, "tool_choice", "invalid_type", "but got an integer"),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function"}},
        "tool_choice.function",
        "missing_required_parameter",
        "Missing",
    ),
    ({"tools": [TOOL], "tool_choice": function(name="g")}, "tool_choice", None, "no function named 'g'"),
    ({"parallel_tool_calls": True}, "parallel_tool_calls", None, "only allowed when 'tools' are specified."),
]


def with_fault(fault: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**body_of(), **fault}.items() if value is not DELETED}


@pytest.mark.parametrize(("fault", "param", "code", "message"), FAULTS)
async def test_a_wrong_request_gets_the_apis_body(
    fault: dict[str, Any], param: str | None, code: str | None, message: str
) -> None:
    response = await post(with_fault(fault))
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert {key: error[key] for key in ("type", "param", "code")} == {
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }
    assert message in error["message"]


async def test_an_unknown_model_is_not_found() -> None:
    response = await post(body_of(model="gpt-9"))
    assert response.status_code == 404
    assert response.json()["error"] == {
        "message": "The model `gpt-9` does not exist or you do not have access to it.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }


@pytest.mark.parametrize("content", [b"", b"{", b'{"model": NaN}', b"[" * 100_000, b"\xff\xfe"])
async def test_a_body_that_is_no_json(content: bytes) -> None:
    response = await post(content)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("We could not parse the JSON body of your request.")


async def test_a_body_that_is_no_object() -> None:
    assert (await post([1])).status_code == 400


async def test_the_first_fault_in_the_apis_order_is_told() -> None:
    for bad, first in (
        ({"zzz": 1, "temperature": 9}, "zzz"),
        ({"stop": list("abcde"), "temperature": 9}, "temperature"),
        ({"messages": [], "zzz": 1}, "zzz"),
        ({"n": 0, "messages": []}, "messages"),
    ):
        assert (await post(body_of(**bad))).json()["error"]["param"] == first


async def test_a_prompt_beyond_the_window() -> None:
    for model, window in (("practice", 16_384), (FAST, 65_536)):
        response = await post(body_of("word " * window, model=model))
        error = response.json()["error"]
        assert error["code"] == "context_length_exceeded"
        assert error["param"] == "messages"
        assert f"maximum context length is {window} tokens. However, your messages resulted in" in error["message"]
    error = (await post(body_of("word " * 60_000, max_tokens=20_000))).json()["error"]
    assert "in the completion" in error["message"]


async def test_null_is_not_sent() -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("temperature", "stop", "n", "tools", "response_format", "logit_bias", "max_tokens")
    )
    assert (await post(body_of(**nothing))).status_code == 200


async def test_the_sdk_raises_its_own_errors() -> None:
    async with sdk() as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.chat.completions.create(**body_of(temperature=3))
        assert refused.value.code == "decimal_above_max_value"
        assert refused.value.param == "temperature"
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(**body_of(model="gpt-9"), stream=True)


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        deep(50),
        deep(400),
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}, "required": ["a"]},
        {"type": "object", "patternProperties": {"(": {}}, "minProperties": 1},
        {"type": "object", "properties": {"a": {"type": "array", "minItems": 10**9}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": 10**9}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"not": {}}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"enum": []}}, "required": ["a"]},
        {"type": "object", "allOf": [{"$ref": "#/$defs/b"}], "$defs": {"b": {"$ref": "#/$defs/b"}}},
        {"type": "object", "minProperties": 10**6, "propertyNames": {"enum": ["a", "b"]}},
    ],
)
async def test_a_schema_that_cannot_be_met_is_refused_soon(schema: dict[str, Any]) -> None:
    response = await post(body_of(**made(schema)))
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("Invalid schema for response_format 'x': ")
    tool = function(name="f", parameters=schema)
    response = await post(body_of(tools=[tool], tool_choice="required"))
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("Invalid schema for function 'f': ")


async def test_a_schema_that_branches_at_every_level_ends() -> None:
    many = {"type": "array", "items": {"$ref": "#"}}
    schema = {"type": "object", "properties": dict.fromkeys("abcdefgh", many)}
    assert (await post(body_of(**made(schema)))).status_code == 200


@pytest.mark.parametrize("text", ["{{" * 30_000, "`" * 60_000, "```a" * 10_000, "\ud800 \udfff x", "a" * 200_000])
async def test_no_prompt_is_too_odd(text: str) -> None:
    async with asyncio.timeout(5):
        response = await post(body_of(text))
    assert response.status_code in (200, 400)
