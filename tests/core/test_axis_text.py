"""Axes as they are typed."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.experiments import PROMPT, axes
from workbench.core.axes import Axis
from workbench.core.axis_text import axis_from_json, axis_text, parse_axis
from workbench.core.errors import InputError
from workbench.core.json_value import JSON
from workbench.core.prompt import Prompt


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("temperature", "0, 0.5, 1", (0, 0.5, 1)),
        (" temperature ", " .5 ,1. ", (0.5, 1)),
        ("temperature", "0..2 step 0.25", (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)),
        ("temperature", "0..1 step 0.3", (0, 0.3, 0.6, 0.9)),
        ("temperature", "0 .. 0.3   step .1", (0, 0.1, 0.2, 0.3)),
        ("temperature", "2..0 step 1", (2, 1, 0)),
        ("temperature", "2..0 step -1", (2, 1, 0)),
        ("temperature", "1..1 step 0.5", (1,)),
        ("presence_penalty", "-1..1 step 1", (-1, 0, 1)),
        ("temperature", "0, 1..2 step 0.5, 0", (0, 1, 1.5, 2, 0)),
        ("seed", "1..3", (1, 2, 3)),
        ("seed", "9007199254740993..9007199254740995", (9007199254740993, 9007199254740994, 9007199254740995)),
        ("seed", "1.0, 2", (1, 2)),
        ("logprobs", "true,false", (True, False)),
        ("reasoning_effort", "low, high", ("low", "high")),
        ("stop", '["a, b", "c"], END, "x, y"', (["a, b", "c"], "END", "x, y")),
        ("tool_choice", 'auto, {"type": "function", "function": {"name": "f"}}', None),
        ("response_format", '{"type": "text"}, {"type": "json_object"}', ({"type": "text"}, {"type": "json_object"})),
        ("extra", '{"top_k": 1}, {"top_k": 5}', ({"top_k": 1}, {"top_k": 5})),
        ("user", "123, null, [1", ("123", "null", "[1")),
        ("model", "gpt-5.4 , gpt-5.4-mini", ("gpt-5.4", "gpt-5.4-mini")),
        ("model", "a, a", ("a", "a")),
        ("connection", "openai, practice", ("openai", "practice")),
        ("persona", '"", concise', ("", "concise")),
        ("messages[1]", '"One, two", It\'s "fine" so', ("One, two", 'It\'s "fine" so')),
        ("messages[1]", '"two\nlines", "tab\\tand \\"quote\\""', ("two\nlines", 'tab\tand "quote"')),
        ("messages[1]", "[draft, {{what}}", ("[draft", "{{what}}")),
        ("off", "none, 0 ,2", (None, 0, 2)),
        ("off", " each ", (None, 0, 1)),
    ],
)
def test_what_is_typed_is_read(name: str, text: str, values: tuple[JSON, ...] | None) -> None:
    axis = parse_axis(name, text, PROMPT)
    assert axis.name == name.strip()
    if values is not None:
        assert axis.values == values
        assert [isinstance(value, bool) for value in axis.values] == [isinstance(value, bool) for value in values]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("temprature", "1", '"temprature" can\'t be varied: did you mean temperature?'),
        ("message[0]", "a", '"message[0]" can\'t be varied: did you mean messages[0]?'),
        ("personas", "a", "did you mean persona?"),
        ("xyz", "1", "vary a parameter, model, connection"),
        ("timeout", "1", "timeout can't be varied: it changes how an answer is fetched"),
        ("messages[01]", "a", "can't be varied"),
        ("temperature", " ", "temperature has no values to vary it by: give some, such as 0, 0.5, 1"),
        ("temperature", "0,,1", 'temperature has a comma without a value beside it: write "" for an empty text'),
        ("temperature", "0, 1,", "a comma without a value"),
        ("temperature", "hot", 'temperature must be a number, not the text "hot"'),
        ("temperature", "0..2", "has a range without a step"),
        ("temperature", "0..2 step", "write a range such as 0..2 step 0.25"),
        ("temperature", "0..x step 1", "can't take"),
        ("temperature", "0..2 by 1", "can't take"),
        ("temperature", "0..2 step 0", "step 0"),
        ("temperature", "0..2 step -1", "never ends"),
        ("temperature", "0..2 step 0.01", "temperature has more than 100 values, and 100 are the most"),
        ("temperature", "0..1e300 step 1e-300", "more than 100 values"),
        ("temperature", "1e999..2 step 1", "can't take"),
        ("seed", "0..1 step 0.5", "seed must be a whole number, not 0.5"),
        ("seed", "1..101", "more than 100"),
        ("seed", "1..60, 1..60", "seed has 120 values"),
        ("response_format", "text", "response_format must be JSON"),
        ("response_format", "[1]", "response_format must be a JSON object"),
        ("stop", "[1, 2]", "must hold only texts"),
        ("messages[0]", '"a', "has a quote that does not end"),
        ("messages[0]", '"a" b', 'has "b" behind a quoted text: put a comma between them'),
        ("off", "first", 'off can\'t be "first": write messages by number from 0'),
        ("off", "-1", "off can't be"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(name: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_axis(name, text, PROMPT)
    assert said in raised.value.line
    assert raised.value.hint
    assert "\n" not in raised.value.line


def test_each_needs_the_messages() -> None:
    with pytest.raises(InputError, match="there is no prompt"):
        parse_axis("off", "each")
    assert parse_axis("off", "none, 5").values == (None, 5)
    assert parse_axis("off", "each", Prompt()).values == (None,)


@given(axes)
@settings(max_examples=100)
def test_the_text_of_an_axis_reads_back_as_it(axis: Axis) -> None:
    back = parse_axis(axis.name, axis_text(axis))
    assert back == axis
    assert [isinstance(value, bool) for value in back.values] == [isinstance(value, bool) for value in axis.values]


@given(
    st.decimals(-2, 2, places=2), st.decimals(-2, 2, places=2), st.decimals("0.05", 3, places=2), st.sampled_from("-+")
)
@settings(max_examples=75)
def test_a_range_is_exact_and_keeps_within_its_ends(low: Decimal, high: Decimal, step: Decimal, sign: str) -> None:
    typed = -step if sign == "-" and high <= low else step
    values = [Decimal(str(value)) for value in parse_axis("temperature", f"{low}..{high} step {typed}").values]
    direction = 1 if high >= low else -1
    assert values[0] == low
    assert all(second - first == direction * step for first, second in pairwise(values))
    assert 0 <= direction * (high - values[-1]) < step


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("temperature", [0, 0.5], (0, 0.5)),
        ("temperature", "0..1 step 0.5", (0, 0.5, 1)),
        ("off", "each", (None, 0, 1)),
        ("off", [None, 1], (None, 1)),
        ("stop", [["a"], "b"], (["a"], "b")),
    ],
)
def test_what_a_preset_varies(name: str, values: JSON, expected: tuple[JSON, ...]) -> None:
    assert axis_from_json(name, values, PROMPT) == Axis(name, expected)


@pytest.mark.parametrize(("name", "values"), [("temperature", {"a": 1}), ("nope", [1]), ("seed", list(range(101)))])
def test_what_a_preset_can_not_vary(name: str, values: JSON) -> None:
    with pytest.raises(InputError):
        axis_from_json(name, values, PROMPT)
