"""What is said of an answer that was to be JSON, and its value while it arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_answer import (
    MOST_TOLD,
    NO_VALUE,
    JsonVerdict,
    NoValue,
    WantedJson,
    judge,
    partial_value,
    wanted_json,
)
from workbench.core.json_value import JSON

ITEM: JSON = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0}, "kind": {"enum": ["a", "b"]}, "note": {"type": "string"}},
    "required": ["score", "kind"],
    "additionalProperties": False,
}
SCHEMA: dict[str, JSON] = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": ITEM, "minItems": 1}},
    "required": ["items"],
}
REVIEW = WantedJson("json_schema", "review", SCHEMA, True)
OBJECT = WantedJson("json_object")

finite = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
values: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(finite, st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=10,
)


def of(schema: JSON, value: JSON) -> JsonVerdict:
    assert isinstance(schema, dict)
    return judge(json.dumps(value), WantedJson("json_schema", "s", schema))


def test_what_is_wanted() -> None:
    described: JSON = {"name": "review", "strict": True, "schema": SCHEMA}
    assert wanted_json({"type": "json_schema", "json_schema": described}) == REVIEW
    assert wanted_json({"type": "json_object"}) == OBJECT
    assert wanted_json({"type": "json_schema", "json_schema": "oops"}) == WantedJson("json_schema")
    assert wanted_json({"type": "json_schema", "json_schema": {"schema": True}}) == WantedJson("json_schema")
    others: list[JSON] = [None, "json_object", [], {}, {"type": "text"}, {"type": None}]
    for other in others:
        assert wanted_json(other) is None


# -- at the end --------------------------------------------------------------------------------------------------


def test_a_good_answer() -> None:
    verdict = judge('{"items": [{"score": 1, "kind": "a"}]}', REVIEW)
    assert verdict.lines == ("valid: matches the schema review",)
    assert verdict.value == {"items": [{"score": 1, "kind": "a"}]}
    assert not verdict.bad
    assert judge("{}", OBJECT).headline == "valid JSON object"
    assert judge(" [1]\n", None).headline == "valid JSON; none was asked for"
    assert judge("null", WantedJson("json_schema")).value is None


def test_each_violation_stands_with_its_path() -> None:
    verdict = judge('{"items": [{"score": 1, "kind": "a"}, {}, {"score": "7", "kind": "c", "a b": 1}]}', REVIEW)
    assert verdict.state == "invalid"
    assert verdict.lines == (
        "not valid: 4 places break the schema review",
        "items[1]: lacks score, kind",
        "items[2].score: must be a number, found a text",
        'items[2].kind: must be "a" or "b", found "c"',
        'items[2]: has ["a b"], which the schema does not allow',
    )
    assert verdict.violations[1].path == ("items", 2, "score")


def test_at_most_twenty_are_named_and_the_rest_counted() -> None:
    verdict = of({"items": {"type": "string"}}, list(range(30)))
    assert len(verdict.violations) == MOST_TOLD
    assert verdict.lines[-1] == "and 10 more"
    assert of({"items": {"type": "string"}}, list(range(5_000))).lines[-1] == "and 980 more at least"


@pytest.mark.parametrize(
    ("schema", "value", "line"),
    [
        ({"type": "integer"}, 1.5, "the value: must be a whole number, found a number"),
        ({"type": ["string", "null"]}, [], "the value: must be a text or null, found a list"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "x", "the value: must be a number or null, found a text"),
        ({"const": 1}, 2, "the value: must be 1, found 2"),
        ({"minimum": 0}, -1, "the value: must be at least 0, found -1"),
        ({"exclusiveMaximum": 10}, 10, "the value: must be less than 10, found 10"),
        ({"multipleOf": 5}, 3, "the value: must be a multiple of 5, found 3"),
        ({"pattern": "^[가-힣]+$"}, "abc", 'the value: must match the pattern "^[가-힣]+$", found "abc"'),
        ({"minLength": 3}, "ab", "the value: must have 3 characters at least, and has 2"),
        ({"maxItems": 1}, [1, 2], "the value: must hold 1 items at most, and holds 2"),
        ({"minProperties": 1}, {}, "the value: must have 1 names at least, and has 0"),
        ({"uniqueItems": True}, [1, {"a": 1}, True, {"a": 1.0}], "[1] and [3] are the same"),
        ({"properties": {"a": False}}, {"a": 1}, "the value: holds 1 where the schema allows nothing"),
        ({"prefixItems": [{}], "items": False}, [1, 2], "the value: holds more items than the schema allows: 2"),
        ({"not": {"type": "string"}}, "x", "the value: is just what `not` rules out"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "the value: lacks what has to stand beside a"),
        ({"contains": {"const": 1}}, [2], "the value: holds too few or too many"),
        ({"patternProperties": {"^x": {"type": "null"}}}, {"xy": 1, "y": 2}, "xy: must be null, found a number"),
        ({"additionalProperties": {"type": "null"}, "properties": {"a": {}}}, {"a": 1, "b": 2}, "b: must be null"),
        ({"enum": list(range(50))}, -1, "must be one of 0, 1, 2, 3, 4 and 45 more, found -1"),
        ({"oneOf": [{"type": "number"}, {"minimum": 0}]}, 1, "fits more than one alternative of oneOf"),
        (
            {"anyOf": [{"type": "null"}, {"properties": {"a": {"type": "string"}}}]},
            {"a": 1},
            "the value: fits no alternative of anyOf; nearest: a must be a text, found a number",
        ),
    ],
)
def test_words(schema: JSON, value: JSON, line: str) -> None:
    verdict = of(schema, value)
    assert verdict.state == "invalid"
    assert line in verdict.lines[1]


@pytest.mark.parametrize("value", [1, "x", None, [], {"a": [1.0, True]}])
def test_a_format_is_not_asserted_and_an_empty_schema_takes_all(value: JSON) -> None:
    assert of({"format": "email"}, value).state == "valid"
    assert of({}, value).state == "valid"


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("", 1, 1, "there is nothing in it"),
        ('{"a": 1', 1, 8, "it ends before the value is whole"),
        ('{"a": "x', 1, 7, "the text that begins here has no closing quote"),
        ('{\n"a" 1}', 2, 5, "a colon is expected after the name"),
        ('[1 2]', 1, 4, "a comma or a closing bracket is expected"),
        ("{'a': 1}", 1, 2, "a name must stand in double quotes, not single ones"),
        ("['a']", 1, 2, "a text must stand in double quotes, not single ones"),
        ('{"a": True}', 1, 7, "JSON writes true, false and null; True is none of them"),
        ('[1, // x\n2]', 1, 5, "JSON has no comments"),
        ('["a\nb"]', 1, 4, "a line break or control character in a text must be written"),
        (r'["\x"]', 1, 3, "a backslash in a text must be written twice"),
        ("[.5]", 1, 2, "a number can't begin with ."),
        ('{"한": 1,\n "글": NaN}', 2, 7, "NaN is not a JSON number"),
        ('["NaN", -Infinity]', 1, 9, "-Infinity is not a JSON number"),
        ('[1, 1e999]', 1, 5, "the number is too large"),
        ('["' + "9" * 5_000 + '",\n ' + "9" * 5_000 + "]", 2, 2, "the number has too many digits"),
        ("Sorry, no.", 1, 1, "a value is expected, not Sorry"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_told_with_its_place(text: str, line: int, column: int, why: str) -> None:
    verdict = judge(text, OBJECT)
    assert verdict.state == "not json"
    assert verdict.fault is not None
    assert (verdict.fault.line, verdict.fault.column) == (line, column)
    assert verdict.fault.why.startswith(why)
    assert "\n" not in verdict.headline


def test_a_trailing_comma_is_named() -> None:
    # Python 3.13 points at the comma, the ones before at the bracket.
    for text in ('{"a": 1,}', "[1,]"):
        assert "there is a comma before the" in judge(text, OBJECT).headline


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 500 + "1" + "}" * 500])
def test_no_depth_is_too_much(text: str) -> None:
    verdict = judge(text, OBJECT)
    assert verdict.state == "not json"
    assert "nested more than 200 levels" in verdict.headline
    assert partial_value(text) is NO_VALUE


def test_a_name_that_stands_twice_is_named_with_its_path() -> None:
    verdict = judge('{"items": [{"score": 1, "kind": "a", "score": 2}]}', REVIEW)
    assert verdict.lines[1] == "items[0].score: stands twice in its object; the last one counts here"
    assert judge('{"a": 1, "a": 1}', OBJECT).bad


def test_an_object_was_asked_for() -> None:
    assert judge("[]", OBJECT).lines == ("not the JSON object asked for", "the value: must be an object, found a list")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('```json\n{"items": [{"score": 1, "kind": "a"}]}\n```', "in a Markdown fence"),
        ('Here it is:\n```\n{"items": [{"score": 1, "kind": "a"}]}', "in a Markdown fence"),
        ('Of [all] the {choices}: {"items": [{"score": 1, "kind": "a"}]} [1]. Good?', "among other words"),
    ],
)
def test_json_among_other_text_is_taken_out(text: str, where: str) -> None:
    verdict = judge(text, REVIEW)
    assert verdict.state == "not json"
    assert verdict.extracted
    assert verdict.value == {"items": [{"score": 1, "kind": "a"}]}
    assert verdict.headline == f"not JSON alone: it stands {where}; taken out, it is valid: matches the schema review"


def test_words_with_brackets_hold_no_json() -> None:
    assert judge("[" * 3_000 + "x", OBJECT).value is NO_VALUE
    assert judge("I [really] mean {it}", None).state == "none"


def test_a_cut_answer_says_so_and_shows_what_came() -> None:
    verdict = judge('{"items": [{"score": 1, "ki', REVIEW, finish_reason="length")
    assert verdict.state == "cut"
    assert verdict.headline == "not whole: the answer was cut by max tokens; this is what came"
    assert verdict.value == {"items": [{"score": 1}]}
    assert judge("{}", OBJECT, finish_reason="length").state == "valid", "cut right behind the value"
    assert "stopped" in judge("{", OBJECT, finish_reason=None).headline
    assert judge("{", OBJECT, finish_reason="stop").state == "not json"


def test_a_refusal_and_a_tool_call_are_no_bad_json() -> None:
    refused = judge("", REVIEW, refusal="I can't help with that.")
    assert (refused.state, refused.headline) == ("refused", "the model refused: I can't help with that.")
    called = judge("", REVIEW, finish_reason="tool_calls")
    assert (called.state, called.bad) == ("none", False)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "http://127.0.0.1:9/s.json"}, 'refers to "http://127.0.0.1:9/s.json", which is not in it'),
        ({"$ref": "other.json"}, "which is not in it"),
        ({"$ref": "#/nowhere"}, "which is not in it"),
        ({"$ref": "#"}, "leads in circles"),
        ({"type": 5}, "is no valid JSON Schema"),
        ({"pattern": "("}, "is no pattern"),
        ({"pattern": "^(a|aa)+$"}, "takes too long"),
        ({"properties": {"x": {}}, "unevaluatedProperties": False}, "unevaluatedProperties, which is not checked here"),
    ],
)
def test_a_schema_that_cannot_be_applied_is_named(schema: JSON, why: str) -> None:
    value: JSON = {"x": 1} if "properties" in str(schema) else "a" * 60 + "b"
    verdict = of(schema, value)
    assert verdict.state == "unchecked"
    assert not verdict.bad
    assert why in verdict.headline
    assert verdict.value == value


@settings(max_examples=60)
@given(values)
def test_any_json_is_read_as_it_is_and_every_beginning_of_it_has_a_value_or_none(value: JSON) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert judge(text, None).value == value
    for end in range(len(text)):
        part = partial_value(text[:end])
        assert part is NO_VALUE or _begins(part, value)


@settings(max_examples=50)
@given(st.one_of(st.text(max_size=60), st.text(alphabet='{}[]",:0aeN `\n\\', max_size=40)))
def test_no_text_breaks_it(text: str) -> None:
    for wanted in (None, OBJECT, REVIEW):
        for reason in ("stop", "length"):
            assert judge(text, wanted, finish_reason=reason).headline
    partial_value(text)


# -- while it arrives ------------------------------------------------------------------------------------------------


def _begins(part: JSON | NoValue, whole: JSON) -> bool:
    """Whether `part` is what `whole` may have looked like while it arrived: nothing in it is ever taken back."""
    if isinstance(part, dict) and isinstance(whole, dict):
        pairs: Iterator[tuple[JSON, JSON]] = ((part[name], whole[name]) for name in part)
        return [*part] == [*whole][: len(part)] and all(_begins(*pair) for pair in pairs)
    if isinstance(part, list) and isinstance(whole, list):
        return all(_begins(*pair) for pair in zip(part, whole, strict=False))
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    return part == whole and type(part) is type(whole)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", NO_VALUE),
        ("  \n", NO_VALUE),
        ("{", {}),
        ('{"a": 12', {}),
        ('{"a": 12,', {"a": 12}),
        ('{"a": 1, "b1', {"a": 1}),
        ('{"a": "12', {"a": "12"}),
        ('{"a": tru', {}),
        ("[1, 2", [1]),
        ("12", NO_VALUE),
        ('{"글": "한국', {"글": "한국"}),
        ('{"a": "x\\ud83d', {"a": "x"}),
        ('```json\n{"a": "x', {"a": "x"}),
        ('Sure! {"a": [', {"a": []}),
        ("Sure!", NO_VALUE),
        ('{"a": 1} and more', {"a": 1}),
    ],
)
def test_the_value_as_far_as_it_has_arrived(text: str, value: JSON | NoValue) -> None:
    assert partial_value(text) == value
