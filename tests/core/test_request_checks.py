"""What the API would refuse inside JSON parameters, and what can't go together."""

from __future__ import annotations

import pytest

from workbench.core.json_value import JSON
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import build_request

TOOL: JSON = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def found(values: dict[str, JSON], text: str = "Hi") -> dict[str, str]:
    prompt = Prompt(model="m", messages=(Message(Role.USER, text),), parameters=ParameterValues(values))
    request = build_request(prompt)
    assert all(problem.can_send for problem in request.problems)
    return {problem.field: problem.text for problem in request.problems}


@pytest.mark.parametrize(
    "values",
    [
        {"logprobs": True, "top_logprobs": 0},
        {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False},
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        {"tools": [{"type": "custom", "custom": {"name": "code"}}]},
        {"logit_bias": {"50256": -100, "0": 0.5}},
        {"metadata": {"k" * 64: "v" * 512}},
        {"prediction": {"type": "content", "content": "text"}, "n": 1, "presence_penalty": 0, "max_tokens": 5},
        {"response_format": {"type": "text"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a-B_9", "schema": {"type": "array"}}}},
        {"extra": {"tools": [TOOL]}, "tool_choice": "auto"},
    ],
)
def test_what_is_fine(values: dict[str, JSON]) -> None:
    assert found(values) == {}


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"top_logprobs": 3}, "top_logprobs", "top_logprobs needs logprobs to be true"),
        ({"top_logprobs": 3, "logprobs": False}, "top_logprobs", "top_logprobs needs logprobs to be true"),
        ({"tool_choice": "auto"}, "tool_choice", "tool_choice needs tools, and there are none"),
        ({"parallel_tool_calls": True}, "parallel_tool_calls", "parallel_tool_calls needs tools, and there are none"),
        ({"tools": []}, "tools", "tools is an empty list: name a tool, or leave it out"),
        ({"tools": [1]}, "tools[0]", 'tools[0] must look like {"type": "function", "function": {"name": ...}}'),
        ({"tools": [TOOL, {"type": "web"}]}, "tools[1]", "tools[1] must look like"),
        ({"tools": [{"type": "function", "function": 1}]}, "tools[0].function", "must be an object with a name, not 1"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name", "1 to 64 letters"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]},
            "tools[0].function.parameters",
            "must be a JSON Schema object, not an empty list",
        ),
        (
            {
                "tools": [
                    {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "string"}}}
                ]
            },
            "tools[0].function.parameters",
            "must be of type object itself",
        ),
        ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice", "must be none, auto, required or an object"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "x"}},
            "tool_choice.type",
            "must be function, custom or allowed_tools",
        ),
        ({"tools": [TOOL], "tool_choice": {"type": "function"}}, "tool_choice", "tool_choice must look like"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice",
            'tool_choice names "g", which is not among the tools',
        ),
        ({"logit_bias": {"word": 1}}, "logit_bias.word", 'logit_bias takes token ids such as 1734, not "word"'),
        ({"logit_bias": {"1": 101}}, "logit_bias.1", "must be a number from -100 to 100, not 101"),
        ({"logit_bias": {"1": True}}, "logit_bias.1", "must be a number from -100 to 100, not true"),
        ({"metadata": {str(i): "" for i in range(17)}}, "metadata", "may have 16 names at most, not 17"),
        ({"metadata": {"k" * 65: ""}}, f"metadata.{'k' * 64}", "64 characters at most, not 65"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k", "512 characters at most, not 513"),
        ({"metadata": {"k": 1}}, "metadata.k", "metadata.k must be a text, not 1"),
        ({"prediction": {"type": "content"}}, "prediction", "prediction must look like"),
        (
            {"response_format": {"type": "xml"}},
            "response_format.type",
            'must be text, json_object or json_schema, not "xml"',
        ),
        ({"response_format": {}}, "response_format.type", "must be text, json_object or json_schema, not null"),
        (
            {"response_format": {"type": "json_schema"}},
            "response_format.json_schema",
            "with a name and a schema, not null",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n" * 65, "schema": {}}}},
            "response_format.json_schema.name",
            "1 to 64 letters",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
            "response_format.json_schema.name",
            "not null",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}},
            "response_format.json_schema.schema",
            "must be a JSON Schema object, not null",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": "yes"}}},
            "response_format.json_schema.strict",
            'must be true or false, not "yes"',
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "description": 1}}},
            "response_format.json_schema.description",
            "must be a text",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": True}}},
            "response_format.json_schema.schema",
            "must be of type object itself",
        ),
    ],
)
def test_what_is_refused_names_its_place(values: dict[str, JSON], field: str, text: str) -> None:
    problems = found(values)
    assert field in problems
    assert text in problems[field]


def test_a_prediction_names_all_that_it_can_not_go_with() -> None:
    prediction: JSON = {"type": "content", "content": "x"}
    values: dict[str, JSON] = {"prediction": prediction, "n": 2, "logprobs": True, "tools": [TOOL]}
    text = found({**values, "max_completion_tokens": 5, "frequency_penalty": 1})["prediction"]
    assert text == (
        "prediction can't go together with logprobs, tools, max_completion_tokens, frequency_penalty, n above 1"
    )


@pytest.mark.parametrize("text", ["answer as JSON", "Json?", "a jsonl file"])
def test_json_mode_with_the_word(text: str) -> None:
    assert found({"response_format": {"type": "json_object"}}, text) == {}


def test_json_mode_needs_the_word_in_what_is_sent() -> None:
    expected = {
        "response_format": "json_object needs the word JSON in a message: say in one that the answer is to be JSON"
    }
    assert found({"response_format": {"type": "json_object"}}) == expected
    off = Prompt(
        model="m",
        messages=(Message(Role.SYSTEM, "JSON", on=False), Message(Role.USER, "Hi {{x}}")),
        parameters=ParameterValues({"response_format": {"type": "json_object"}}),
    )
    assert [p.field for p in build_request(off, values={"x": "y"}).problems] == ["response_format"]
    assert build_request(off, values={"x": "json"}).problems == ()
