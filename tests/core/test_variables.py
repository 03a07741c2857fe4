from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.variables import fill, literal, names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{a}} {{ b }} {{\ta\t}}", ("a", "b")),
        ("{{이름}} {{été}} {{_x1}}", ("이름", "été", "_x1")),
        ("{{1a}} {{a b}} {{}} {{ }} {a} {{a.b}} {{a-b}} {{a\n}}", ()),
        ("{{ ''.__class__ }} {{env.X}} {{file:~/.ssh/id_rsa}} {{'a'*3e8}} {% for %} ${HOME} $(ls)", ()),
        ("{{{a}}} {{{{b}}}}", ("a", "b")),
        (r"\{{a}} \{{ {{b}}", ("b",)),
        ("{{a} }}", ()),
    ],
)
def test_what_is_a_variable(text: str, found: tuple[str, ...]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{a}}{{a}}", "{{b}}{{b}}"),
        ("{{ a }}", "{{b}}"),
        ("{{{a}}}", "{{{b}}}"),
        (r"\{{a}} {{c}}", "{{a}} "),
        (r"a\b \{ \{{", r"a\b \{ {{"),
        ("{{unknown}}", "{{unknown}}"),
        ("no braces", "no braces"),
    ],
)
def test_filled_once_and_never_looked_at_again(text: str, filled: str) -> None:
    assert fill(text, {"a": "{{b}}", "b": "wrong", "c": ""}) == filled


def test_the_result_has_a_limit() -> None:
    assert fill("x{{a}}y", {"a": "1234"}, most=6) == "x1234y"
    for text in ("x{{a}}yz", "{{a}}{{a}}", "{{a}}" * 100_000):
        with pytest.raises(InputError, match="more than 6 characters"):
            fill(text, {"a": "1234"}, most=6)


@pytest.mark.parametrize("piece", ["{{", "{{ ", "{{a", r"\{{", "{{a ", "aaaaa", "     "])
def test_time_is_linear(piece: str) -> None:
    def cost(count: int) -> float:
        text = "{{" + piece * count
        begin = time.process_time()
        names(text)
        fill(text, {})
        return time.process_time() - begin

    # A quadratic reader takes minutes for the longer one; a margin of 100 for a linear one is never reached by noise.
    assert cost(200_000) < 100 * max(cost(20_000), 0.005)


def _oracle(text: str, values: dict[str, str]) -> str:
    """The grammar of design.md section 5 again, character by character."""
    result, at = "", 0
    while at < len(text):
        if text.startswith("\\{{", at):
            result, at = result + "{{", at + 3
            continue
        end = text.find("}}", at) if text.startswith("{{", at) else -1
        name = text[at + 2 : end].strip(" \t") if end >= 0 else ""
        is_name = bool(name) and not name[0].isdecimal() and all(c == "_" or c.isalnum() for c in name)
        if is_name and name in values:
            result, at = result + values[name], end + 2
        elif is_name:
            result, at = result + text[at : end + 2], end + 2
        else:
            result, at = result + text[at], at + 1
    return result


pieces = st.lists(st.sampled_from(["{{", "}}", "{", "}", "\\", " ", "\t", "\n", "a", "이", "1", "_", "b"]), max_size=25)


@settings(max_examples=200)
@given(pieces.map("".join), st.dictionaries(st.sampled_from(["a", "b", "이", "_1", "ab"]), st.text(max_size=4)))
def test_like_the_oracle(text: str, values: dict[str, str]) -> None:
    assert fill(text, values) == _oracle(text, values)


@settings(max_examples=100)
@given(pieces.map("".join))
def test_literal_text_comes_back_and_names_nothing(text: str) -> None:
    assert names(literal(text)) == ()
    assert fill(literal(text), {"a": "FILLED", "이": "FILLED", "b": "FILLED"}) == text
