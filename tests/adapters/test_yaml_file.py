from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.adapters.yaml_file import MOST_BYTES, read_yaml
from workbench.core.errors import InputError
from workbench.core.json_value import JSON


def read(text: str) -> JSON:
    return read_yaml(text.encode(), "f.yaml").value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("a: no\nb: on\nc: 2024-13-45\nd: 12:30:45", {"a": "no", "b": "on", "c": "2024-13-45", "d": "12:30:45"}),
        ("a: true\nb: False\nc: null\nd: ~\ne:", {"a": True, "b": False, "c": None, "d": None, "e": None}),
        ("[1, -2, 010, 0.7, 1e3, .5, 0x10, .nan, 1_000]", [1, -2, 10, 0.7, 1000.0, 0.5, "0x10", ".nan", "1_000"]),
        ("a: '1'\nb: \"true\"\nc: |\n  text\n", {"a": "1", "b": "true", "c": "text\n"}),
        ("50256: -100", {"50256": -100}),
        ("\ufeffa: 한국어\r\n", {"a": "한국어"}),
        ("{a: [b, {c: d}]}", {"a": ["b", {"c": "d"}]}),
    ],
)
def test_plain_data(text: str, value: JSON) -> None:
    got = read(text)
    assert got == value
    assert repr(got) == repr(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml:3: a stands here a second time; the first is on line 1"),
        ("a: &x 1\nb: *x", "f.yaml:2: aliases (*name) are not supported: write the value out"),
        ("&a [*a]", "f.yaml:1: aliases (*name) are not supported: write the value out"),
        ("x: !!python/object/apply:os.system ['true']", "f.yaml:1: the YAML tag tag:yaml.org,2002:python/object/"),
        ("a:\n  x: !!binary aGk=", "f.yaml:2: the YAML tag tag:yaml.org,2002:binary is not supported"),
        ("a: 1\n---\nb: 2", "f.yaml:2: a second document begins here, and one is expected"),
        ("a: b: c", "f.yaml:1: mapping values are not allowed"),
        ("a: 1\nb: [", "f.yaml:"),
        ("a: @x", "f.yaml:1: "),
        ("? [a]\n: b", "f.yaml:1: a key must be one word or text"),
        ("a: \x00", "f.yaml: not YAML: "),
        ("[" * 5000, "f.yaml:1: nested more than 40 levels deep"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


def test_not_text_and_too_long() -> None:
    with pytest.raises(InputError, match="not UTF-8 text, at byte 3"):
        read_yaml(b"a: \xe9", "f.yaml")
    with pytest.raises(InputError, match="1,000,000 are the most"):
        read_yaml(b"#" * (MOST_BYTES + 1), "f.yaml")


def test_a_thousand_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    begin = time.process_time()
    with pytest.raises(InputError, match="aliases"):
        read("\n".join(lines))
    assert time.process_time() - begin < 0.5


def test_a_fault_finds_the_line_of_a_value_or_of_its_parent() -> None:
    file = read_yaml(b"a:\n  b:\n    - x\n    - y\n", "f.yaml")
    assert file.fault(("a", "b", 1), "m").message == "f.yaml:4: m"
    assert file.fault(("a", "b"), "m").message == "f.yaml:2: m"
    assert file.fault(("a", "missing", "deep"), "m").message == "f.yaml:1: m"
    assert read_yaml(b"", "f.yaml").fault(("a",), "m", "h").hint == "h"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: list[str] = []
    try:
        read(text)
    except InputError as fault:
        refused.append(fault.message)
    assert all(message.startswith("f.yaml") and "\n" not in message for message in refused)
