from __future__ import annotations

import ast
import inspect
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import any_json
from workbench.core.errors import InputError
from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME, PARAMETERS, check_value, nearest, parse_value

# fmt: off
OF_THE_ISSUE = {
    "temperature", "top_p", "max_completion_tokens", "max_tokens", "frequency_penalty", "presence_penalty", "stop",
    "seed", "n", "logprobs", "top_logprobs", "logit_bias", "reasoning_effort", "verbosity", "response_format",
    "service_tier", "store", "metadata", "prompt_cache_key", "safety_identifier", "parallel_tool_calls", "tools",
    "tool_choice", "prediction", "timeout", "user", "prompt_cache_retention", "extra", "stream",
}
# fmt: on


def test_the_table_has_them_all_and_common_ones_first() -> None:
    assert set(BY_NAME) == OF_THE_ISSUE
    assert len(PARAMETERS) == len(BY_NAME)
    common = [parameter.common for parameter in PARAMETERS]
    assert common == sorted(common, reverse=True)
    assert PARAMETERS[0].name == "temperature"


@pytest.mark.parametrize("name", BY_NAME)
def test_each_row_is_whole(name: str) -> None:
    row = BY_NAME[name]
    assert row.help
    assert "\n" not in row.help
    assert len(row.help) <= 90
    assert row.source
    assert bool(row.choices) == (row.kind == "choice")
    assert bool(row.shapes) == (row.kind == "json")
    if row.default is not None:
        assert check_value(row, row.default) == ""
    if row.step is not None:
        assert row.minimum is not None
        assert row.maximum is not None


def test_what_is_deprecated_says_what_to_use() -> None:
    assert {p.name for p in PARAMETERS if p.deprecated} == {"user", "prompt_cache_retention"}


def test_the_sdk_knows_every_name() -> None:
    from openai.resources.chat.completions import Completions

    arguments = inspect.signature(Completions.create).parameters
    assert {p.name for p in PARAMETERS if p.where != "merge"} <= set(arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0),
        ("temperature", 2),
        ("temperature", 0.7),
        ("top_p", 1.0),
        ("frequency_penalty", -2),
        ("n", 1.0),
        ("seed", 0),
        ("stop", "x"),
        ("stop", []),
        ("stop", ["", "b", "c", "d"]),
        ("store", False),
        ("user", ""),
        ("tool_choice", "auto"),
        ("tool_choice", {}),
        ("tools", []),
        ("timeout", 0.001),
        ("verbosity", "low"),
    ],
)
def test_values_that_are_fine(name: str, value: JSON) -> None:
    assert check_value(BY_NAME[name], value) == ""


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("temperature", 9, "must be from 0 to 2, not 9"),
        ("temperature", "0.7", 'must be a number, not the text "0.7": write 0.7 without quotes'),
        ("temperature", "warm", 'must be a number, not the text "warm"'),
        ("temperature", True, "must be a number, not true"),
        ("temperature", None, "has no value: leave it out (not sent) rather than null"),
        ("temperature", math.nan, "must be a number, not NaN"),
        ("temperature", -math.inf, "must be a number, not -Infinity"),
        ("temperature", [], "must be a number, not an empty list"),
        pytest.param("temperature", 10**5000, "must be from 0 to 2, not a number that large", id="endless"),
        ("top_p", -1, "must be from 0 to 1, not -1"),
        ("n", 0, "must be from 1 to 128, not 0"),
        ("n", 1.5, "must be a whole number, not 1.5"),
        ("n", False, "must be a whole number, not false"),
        ("max_tokens", 1e12, "must be from 1 to 2147483647, not 1000000000000"),
        ("store", "yes", 'must be true or false, not "yes"'),
        ("store", 1, "must be true or false, not 1"),
        ("stop", ["a"] * 50, "may have 4 texts at most, not 50"),
        ("stop", [1], "must hold only texts, and item 1 is 1"),
        ("stop", 1, "must be a text or a list of texts, not 1"),
        ("verbosity", "loud", 'must be low, medium or high, not "loud"'),
        ("verbosity", 1, "must be a text, not 1"),
        ("safety_identifier", "x" * 129, "may have 128 characters at most, not 129"),
        ("tools", {}, "must be a JSON list [...], not an empty object"),
        ("tool_choice", 1, "must be a text or a JSON object {...}, not 1"),
        ("timeout", 0, "must be from 0.001 to 86400, not 0"),
    ],
)
def test_what_is_wrong_is_said_with_the_range(name: str, value: JSON, wrong: str) -> None:
    assert check_value(BY_NAME[name], value) == wrong


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0", 0),
        ("temperature", " .5 ", 0.5),
        ("temperature", "1e0", 1.0),
        ("temperature", "9", 9),
        ("n", "3.0", 3),
        ("seed", "-9223372036854775808", -(2**63)),
        ("stop", "END", "END"),
        ("stop", "123", "123"),
        ("stop", '["a", "b"]', ["a", "b"]),
        ("stop", r'"\n"', "\n"),
        ("stop", "", ""),
        ("user", "123", "123"),
        ("user", '"a b"', "a b"),
        ("user", "[x]", "[x]"),
        ("user", "[1]", "[1]"),
        ("user", "null", "null"),
        ("reasoning_effort", "none", "none"),
        ("store", "false", False),
        ("tool_choice", "required", "required"),
        ("tool_choice", '{"type": "function"}', {"type": "function"}),
        ("extra", '{"top_k": 40}', {"top_k": 40}),
        ("stream", "true", True),
    ],
)
def test_typed_text_is_json_where_it_parses(name: str, text: str, value: JSON) -> None:
    got = parse_value(name, text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("temprature", "1", "'temprature' is not a parameter"),
        ("temperature", "warm", 'temperature must be a number, not the text "warm"'),
        ("temperature", "nan", 'temperature must be a number, not the text "nan"'),
        ("temperature", "1e400", 'temperature must be a number, not the text "1e400"'),
        ("temperature", "", 'temperature must be a number, not the text ""'),
        ("temperature", "null", 'temperature must be a number, not the text "null"'),
        ("n", "1.5", "n must be a whole number, not 1.5"),
        ("n", "9" * 5000, "n must be a whole number, not the text"),
        ("store", "yes", 'store must be true or false, not "yes"'),
        ("store", "null", "store has no value"),
        ("extra", "{", "extra must be JSON: line 1, column 2: it ends before the value is whole"),
        ("extra", '{"a": NaN}', "extra must be JSON: NaN is not a JSON number"),
        ("extra", '{"a": 1, "a": 2}', 'extra must be JSON: the name "a" stands in it twice'),
        ("extra", "[1]", "extra must be a JSON object {...}, not a list"),
        ("extra", "[" * 100_000, "extra must be JSON: it is nested too deep"),
        ("extra", '{"a": ' + "9" * 5000 + "}", "extra must be JSON: it holds a number with too many digits"),
        ("stop", "[1]", "stop must hold only texts"),
    ],
)
def test_text_that_is_no_value_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_value(name, text)
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("temprature", "temperature"), ("max-tokens", "max_tokens"), ("Top_P", "top_p"), ("xyzzy", "")],
)
def test_a_misspelt_name_has_a_nearest_one(typed: str, meant: str) -> None:
    assert nearest(typed) == meant
    with pytest.raises(InputError) as caught:
        parse_value(typed, "1")
    assert (meant or "extra") in caught.value.hint


@settings(max_examples=75)
@given(st.sampled_from(sorted(BY_NAME)), any_json)
def test_check_value_always_answers_in_one_line(name: str, value: JSON) -> None:
    wrong = check_value(BY_NAME[name], value)
    assert "\n" not in wrong
    assert len(wrong) < 200


def test_the_table_costs_nothing_to_import() -> None:
    import workbench.core.json_text
    import workbench.core.parameter_table
    import workbench.core.parameters

    for module in (workbench.core.parameters, workbench.core.parameter_table, workbench.core.json_text):
        tree = ast.parse(inspect.getsource(module))
        names = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        outside = {name for name in names if name and not name.startswith("workbench.")}
        assert outside <= {"__future__", "dataclasses", "typing", "json", "re"}
