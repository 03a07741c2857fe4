"""Patterns that somebody else wrote."""

from __future__ import annotations

import re
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.pattern import BadPattern, check_size, search


@pytest.mark.parametrize(
    "pattern",
    [
        "((a{1000}){1000}){1000}",
        "(((a{50}b{50}){50}c){50})",
        "(?:(?:a{1,100}){1,100}){1,100}",
        "(" * 50 + "a" + "{1,9})" * 50,
        "a{1000000}",
        "[ab]{400}" * 400,
        r"(\d{400}){400}",
        "a" * 10_001,
    ],
)
def test_what_would_take_the_memory_is_refused_at_once(pattern: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BadPattern, match=r"repeats too much|more than 10,000 characters"):
        check_size(pattern)
    with pytest.raises(BadPattern):
        search(pattern, "a" * 100, 0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("pattern", ["(", "(?R)", "a**", r"\p{L}", "[", "(" * 5_000 + ")" * 5_000, "x{99999999999999}"])
def test_what_python_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern) as raised:
        search(pattern, "abc", 0.5)
    assert len(str(raised.value).splitlines()) == 1


def test_other_syntaxes_are_only_measured() -> None:
    check_size(r"^\p{Hangul}{2,5}$")


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(BadPattern, match="takes too long"):
        search("^(a|aa)+$", "a" * 10_000 + "b", 0.05)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\d{4}-\d{2}", "on 2026-11", True),
        ("a{e}", "ab", False),
        ("a{e}", "a{e}", True),
        ('{"score": \\d+}', '{"score": 12}', True),
        ("[{]{2}", "{{", True),
        ("[]{]+", "]{", True),
        ("[^]{]", "]{", False),
        (r"\{3}", "{3}", True),
        ("x{,}y", "xxxy", True),
        ("x{,2}y", "y", True),
        ("x{2,}", "x", False),
        ("{}", "{}", True),
        (r"[\]{e}]{2}", "]e", True),
    ],
)
def test_braces_mean_what_they_mean_in_python(pattern: str, text: str, found: bool) -> None:
    assert search(pattern, text, 1) is found
    assert (re.search(pattern, text) is not None) is found


@given(st.text("ab{}(),12[]\\|?+*^e", max_size=10), st.text("ab{}e1", max_size=6))
@settings(max_examples=150)
def test_it_finds_what_python_finds_or_says_why_not(pattern: str, text: str) -> None:
    try:
        found = search(pattern, text, 1)
    except BadPattern:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found is (re.search(pattern, text) is not None)
