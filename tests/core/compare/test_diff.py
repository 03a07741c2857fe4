"""Diffs and divergences: whole, aligned as a reader would, quick on repetition."""

from __future__ import annotations

from itertools import pairwise
from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.compare.diff import diff
from workbench.core.compare.divergence import Divergence, first_divergence

WORDS = st.lists(
    st.sampled_from(["a", "bb", "the ", " ", "\n", "\r\n", "한글", "café", "cafe\u0301", "."]), max_size=20
)


def shown(a: str, b: str) -> str:
    """The diff of `a` and `b` in one line: [-out-], {+in+}."""
    parts = []
    for kind, a_start, a_end, b_start, b_end in diff(a, b):
        if kind == "equal":
            parts.append(a[a_start:a_end])
            continue
        parts.append(f"[-{a[a_start:a_end]}-]" if a_end > a_start else "")
        parts.append(f"{{+{b[b_start:b_end]}+}}" if b_end > b_start else "")
    return "".join(parts)


@settings(max_examples=75)
@given(WORDS.map("".join) | st.text(max_size=20), WORDS.map("".join))
def test_the_pieces_are_both_texts(a: str, b: str) -> None:
    ops = diff(a, b)
    assert "".join(a[op.a_start : op.a_end] for op in ops) == a
    assert "".join(b[op.b_start : op.b_end] for op in ops) == b
    at_a = at_b = 0
    for op in ops:
        one, other = a[op.a_start : op.a_end], b[op.b_start : op.b_end]
        assert (op.a_start, op.b_start) == (at_a, at_b)
        at_a, at_b = op.a_end, op.b_end
        assert op.kind == {(True, True): "replace", (True, False): "delete", (False, True): "insert"}.get(
            (bool(one), bool(other))
        ) or (op.kind == "equal" and normalize("NFC", one) == normalize("NFC", other))
    assert all(first.kind != second.kind for first, second in pairwise(ops))


@settings(max_examples=75)
@given(WORDS.map("".join), WORDS.map("".join))
def test_where_two_texts_part(a: str, b: str) -> None:
    found = first_divergence(a, b)
    assert (found is None) == (normalize("NFC", a) == normalize("NFC", b))
    assert (found is None) == all(op.kind == "equal" for op in diff(a, b))
    if found is not None:
        assert normalize("NFC", a[: found.a_start]) == normalize("NFC", b[: found.b_start])
        assert normalize("NFC", a[found.a_start : found.a_end]) != normalize("NFC", b[found.b_start : found.b_end])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("the cat sat", "the big cat sat", "the {+big +}cat sat"),
        ("the big cat", "the cat", "the [-big -]cat"),
        ("빠른 여우가 뛴다.", "빠른 곰이 뛴다.", "빠른 [-여우가-]{+곰이+} 뛴다."),
        ("- one\n- two\n", "- one\n- 2\n- three\n", "- one\n- [-two-]{+2\n- three+}\n"),
        ("def f(x):\n  return x", "def f(x):\n    return x", "def f(x):\n  {+  +}return x"),
        ("a b", "a  b", "a {+ +}b"),
        ("cafe\u0301 x", "café y", "cafe\u0301 [-x-]{+y+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_as_a_reader_would_align(a: str, b: str, expected: str) -> None:
    assert shown(a, b) == expected


def test_a_rewritten_sentence_is_one_change() -> None:
    a = "The committee approved the annual budget of the city on Monday."
    b = "Residents criticised the mayor, and of course nobody listened on Monday."
    assert [op.kind for op in diff(a, b)] == ["replace", "equal"]
    # A short word between small changes stays.
    assert shown("a red cat", "a big dog and a cat").endswith("cat")
    assert shown("빠른 갈색 여우", "느린 갈색 곰") == "[-빠른-]{+느린+} 갈색 [-여우-]{+곰+}"


def test_repetition_and_length_take_no_time() -> None:
    began = process_time()
    assert shown("a " * 20_000, "a " * 20_000 + "b") == "a " * 20_000 + "{+b+}"
    assert len(diff("- yes\n" * 5_000, "- yes\n- no\n" * 2_500)) > 1
    long = " ".join(f"w{i * 7919 % 4001}" + "." * (i % 12 == 0) for i in range(10_000))
    assert [op.kind for op in diff(long, long.replace("w17 ", "x "))][:3] == ["equal", "replace", "equal"]
    assert process_time() - began < 5  # difflib took 3.7 s for far less


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("one two three", "one two four", Divergence(2, 8, 13, 8, 12)),
        ("one", "one two", Divergence(1, 3, 3, 3, 4)),
        ("", "x", Divergence(0, 0, 0, 0, 1)),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af a", "한글 b", Divergence(1, 7, 8, 3, 4)),
        ("same", "same", None),
    ],
)
def test_the_first_divergence(a: str, b: str, expected: Divergence | None) -> None:
    assert first_divergence(a, b) == expected
