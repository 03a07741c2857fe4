from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings

from tests.core.strategies import prompts
from workbench.core.errors import InputError
from workbench.core.json_value import JSON
from workbench.core.prompt import Check, Comparison, Message, ParameterValues, Prompt, Role, SendLimit, Variable
from workbench.core.prompt_json import prompt_from_json, prompt_to_json


def has_nan(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_nan(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_nan(item) for item in value)
    return isinstance(value, float) and math.isnan(value)


@settings(max_examples=80)
@given(prompts)
def test_nothing_is_lost_on_the_way_through_json_text(prompt: Prompt) -> None:
    value = prompt_to_json(prompt)
    text = json.dumps(value)
    text.encode("ascii")
    back = prompt_from_json(json.loads(text))
    if has_nan([dict(prompt.parameters), prompt.checks, prompt.compare]):
        assert repr(back) == repr(prompt)
    else:
        assert back == prompt
    assert list(back.parameters) == list(prompt.parameters)


def test_the_form() -> None:
    prompt = Prompt(
        name="n",
        description="d",
        model="m",
        persona="p",
        format="f",
        messages=(Message(Role.USER, "c", on=False),),
        parameters=ParameterValues({"stop": []}),
        variables=(Variable("v", "d", "", None),),
        send=SendLimit(last_turns=2),
        checks=(Check("contains", "x"),),
        compare=Comparison({"temperature": [0, 1]}, 5, ({"v": "1"},)),
    )
    assert prompt_to_json(prompt) == {
        "name": "n",
        "description": "d",
        "model": "m",
        "persona": "p",
        "format": "f",
        "messages": [{"role": "user", "content": "c", "on": False}],
        "parameters": {"stop": []},
        "variables": [{"name": "v", "description": "d", "default": "", "value": None}],
        "send": {"last_turns": 2, "tokens": None},
        "checks": [{"type": "contains", "value": "x"}],
        "compare": {"vary": {"temperature": [0, 1]}, "repeats": 5, "cases": [{"v": "1"}]},
    }


def test_what_is_missing_has_its_default() -> None:
    assert prompt_from_json({}) == Prompt()
    value: JSON = {"messages": [{"role": "user"}], "variables": [{"name": "v"}]}
    assert prompt_from_json(value) == Prompt(messages=(Message(Role.USER),), variables=(Variable("v"),))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "prompt must be an object, not null"),
        ([], "prompt must be an object, not an empty list"),
        ({"nmae": ""}, 'prompt has the unknown key "nmae"'),
        ({"name": 1}, "prompt.name must be a text, not 1"),
        ({"messages": {}}, "prompt.messages must be a list, not an empty object"),
        ({"messages": ["x"]}, 'messages[0] must be an object, not "x"'),
        (
            {"messages": [{"role": "user"}, {}]},
            'messages[1].role must be system, developer, user, assistant or tool, not ""',
        ),
        (
            {"messages": [{"role": "sytem"}]},
            'messages[0].role must be system, developer, user, assistant or tool, not "sytem"',
        ),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content must be a text, not null"),
        ({"messages": [{"role": "user", "on": 1}]}, "messages[0].on must be true or false, not 1"),
        ({"messages": [{"role": "user", "text": ""}]}, 'messages[0] has the unknown key "text"'),
        ({"parameters": []}, "prompt.parameters must be an object, not an empty list"),
        ({"variables": [{}]}, "variables[0] has no name"),
        ({"variables": [{"name": "v", "value": 1}]}, "variables[0].value must be a text, not 1"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(value: JSON, message: str) -> None:
    with pytest.raises(InputError) as caught:
        prompt_from_json(value)
    assert caught.value.message == message
