from __future__ import annotations

import json

import pytest

from tests.core.exchange.support import contents, imported, says
from workbench.core.errors import InputError
from workbench.core.prompt import Variable


def test_a_hosted_prompt_keeps_its_variables() -> None:
    found = imported(json.dumps({
        "id": "pmpt_68", "object": "prompt", "version": "3", "name": "Weather", "model": "gpt-4.1",
        "instructions": "Answer in {{언어}}.",
        "messages": [{"role": "user", "content": [
            {"type": "input_text", "text": "In {{city}}, {{customer-name}}? \\{{city}}"}]}],
        "variables": {"city": "San Francisco", "unused": "x", "언어": {"type": "input_text", "text": "한국어"}},
        "temperature": 0.5, "max_output_tokens": 20, "text": {"format": {"type": "json_object"}},
    }))  # fmt: skip
    assert found.what == "an OpenAI prompt object"
    assert contents(found) == [
        ("system", "Answer in {{언어}}."),
        ("user", "In {{city}}, {{customer_name}}? \\ {{city}}"),
    ]
    assert found.prompt.name == "Weather"
    assert found.prompt.variables == (Variable("city", default="San Francisco"), Variable("언어", default="한국어"))
    assert dict(found.prompt.parameters) == {
        "temperature": 0.5, "max_completion_tokens": 20, "response_format": {"type": "json_object"},
    }  # fmt: skip
    assert says(found, "{{customer-name}}", "{{customer_name}}")
    assert says(found, "backslash")


def test_variables_as_a_list_and_content_in_a_wrapper() -> None:
    found = imported(json.dumps({
        "id": "pmpt_1", "prompt": {"messages": [{"role": "developer", "content": "Hi {{who}}"}]},
        "variables": [{"name": "who", "description": "a name", "default": "you"}, "other"],
    }))  # fmt: skip
    assert contents(found) == [("developer", "Hi {{who}}")]
    assert found.prompt.variables == (Variable("who", "a name", "you"),)


@pytest.mark.parametrize(
    "value",
    [
        {"id": "pmpt_abc", "version": "2", "variables": {"city": "x"}},
        {"model": "m", "prompt": {"id": "pmpt_abc", "version": "2", "variables": {"city": "x"}}},
    ],
)
def test_a_prompt_without_its_text_is_said(value: object) -> None:
    with pytest.raises(InputError, match=r'the text of the hosted prompt "pmpt_abc" is not in this') as fault:
        imported(json.dumps(value))
    assert "dashboard" in fault.value.hint


def test_a_request_with_a_hosted_prompt_and_a_text_of_its_own() -> None:
    found = imported(json.dumps({"prompt": {"id": "pmpt_1", "variables": {"a": "b"}}, "input": "text"}))
    assert contents(found) == [("user", "text")]
    assert says(found, "pmpt_1", "not in this request")
    assert found.prompt.variables == (Variable("a", default="b"),)
