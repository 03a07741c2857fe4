from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.invisible import KINDS, KindId, blanks_before, count_invisible, without_invisible

FAMILY = "👨\u200d👩\u200d👧 ❤\ufe0f 葛\U000e0100 क\u094d\u200d"
ALL: tuple[KindId, ...] = tuple(kind.id for kind in KINDS)
SUSPECTS = (
    "\u200b\u200d\ufeff\u00ad\u202e\u2066\u200f\x00\x1b\x9b\ud800\r\x0b\x0c\x85\u2028\u00a0\u3164\u2003\t \n\ufe0f"
)
TEXT = st.text(st.one_of(st.sampled_from(list(SUSPECTS + "a한👩")), st.characters()), max_size=30)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("plain text\nof two lines, 한국어, 漢字\u3000と", {}),
        (FAMILY, {}),
        ("a\u200bb\ufeff", {"zero-width": 2}),
        ("x\u200dy", {"zero-width": 1}),
        ("\u202eabc\u2069", {"bidi": 2}),
        ("a\x00b\x1bc\x9b\ud800", {"control": 4}),
        ("a\r\nb\rc\u2028d\x0be\x0cf\x85", {"line-end": 6}),
        ("a\u00a0b\u202fc\u3164", {"space": 3}),
        ("\tif x:\t# y", {"tab": 2}),
        ("a  \n\t \nb \t", {"trailing": 6}),
        ("a  \r\nb", {"line-end": 1, "trailing": 2}),
    ],
)
def test_each_kind_is_counted_and_what_belongs_is_not(text: str, counts: dict[str, int]) -> None:
    assert count_invisible(text) == counts


@pytest.mark.parametrize(
    ("kind", "text", "clean"),
    [
        ("zero-width", f"a\u200bb\u00a0 {FAMILY}\u200d", f"ab\u00a0 {FAMILY}"),
        ("bidi", "\u202eabc\u200b", "abc\u200b"),
        ("control", "a\x00\tb\x1b[31m", "a\tb[31m"),
        ("line-end", "a\r\nb\rc\u2028d\x0b", "a\nb\nc\nd\n"),
        ("space", "a\u00a0b\u3164\u3000", "a b \u3000"),
        ("tab", "\ta\tb", "    a    b"),
        ("trailing", "a \n\t\n b\t\r\nc", "a\n\n b\r\nc"),
    ],
)
def test_one_kind_is_cleaned_and_the_rest_stays(kind: KindId, text: str, clean: str) -> None:
    assert without_invisible(text, [kind]) == clean
    assert without_invisible(text, []) == text


@given(TEXT, st.sets(st.sampled_from(ALL)))
@settings(max_examples=100)
def test_what_was_cleaned_is_gone_and_nothing_seen_is_lost(text: str, kinds: set[KindId]) -> None:
    clean = without_invisible(text, kinds)
    left = count_invisible(clean)
    assert not kinds & set(left)
    assert without_invisible(clean, kinds) == clean
    if not kinds & set(count_invisible(text)):
        assert clean == text
    assert [char for char in clean if char.isalpha()] == [
        char for char in text if char.isalpha() and ("space" not in kinds or char not in "\u3164\uffa0")
    ]


def test_a_blank_under_the_cursor_is_one_that_is_being_typed() -> None:
    assert blanks_before("a b ", 4) == 1
    assert blanks_before("a  \nb", 3) == 2
    assert blanks_before("a  b", 3) == 0
    assert blanks_before("", 0) == 0
