from __future__ import annotations

import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import any_json
from workbench.core.json_clean import DEEPEST, NotJson, clean_json, clean_text
from workbench.core.json_value import JSON


def ignored(path: str) -> None:
    """For the tests that look at the value alone."""


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("한국어 😀", "한국어 😀"),
        ("\ud83d\ude00", "😀"),
        ("\ud800", "\ufffd"),
        ("a\udc00b", "a\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@given(st.text(st.characters()))
def test_clean_text_is_utf8_and_changes_nothing_else(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert clean_text(clean) == clean
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert clean == text


def test_what_was_lost_is_told_with_its_place() -> None:
    told: list[str] = []
    value: JSON = {"a": ["ok", "\ud800"], "\udc00": "\ud83d\ude00"}
    assert clean_json(value, "x", told.append) == {"a": ["ok", "\ufffd"], "\ufffd": "😀"}
    assert told == ["x.a[1]", "x"]


def test_numbers_as_names_are_written_as_text() -> None:
    assert clean_json({50256: -100}, "x", ignored) == {"50256": -100}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (math.nan, "x"),
        ([1, -math.inf], "x[1]"),
        ({"a": {"b": math.inf}}, "x.a.b"),
        ({"a": date(2026, 1, 1)}, "x.a"),
        ({None: 1}, "x"),
        ({True: 1}, "x"),
        ({1: 1, "1": 2}, "x"),
        (dict.fromkeys(["\ud800", "\udfff"], 1), "x"),
        ((1,), "x"),
        (b"x", "x"),
    ],
)
def test_what_json_can_not_hold_names_its_place(value: object, path: str) -> None:
    with pytest.raises(NotJson) as caught:
        clean_json(value, "x", ignored)
    assert caught.value.path == path


def test_a_value_that_holds_itself_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(NotJson, match=f"more than {DEEPEST} levels deep"):
        clean_json(loop, "x", ignored)


@given(any_json)
def test_what_comes_out_is_json_and_a_copy(value: JSON) -> None:
    try:
        clean = clean_json(value, "x", ignored)
    except NotJson:
        return
    assert json.loads(json.dumps(clean, allow_nan=False, ensure_ascii=False).encode()) == clean
    assert clean is not value or not isinstance(value, list | dict)
