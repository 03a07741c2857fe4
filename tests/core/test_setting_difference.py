"""In what two settings differ, in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.experiment import Setting
from workbench.core.setting_difference import AROUND, LONGEST, Part, setting_differences


def told(base: Setting, other: Setting) -> list[str]:
    """In signs: [gone] {came}, and values as they are."""
    signs = {"gone": "[{}]", "came": "{{{}}}"}
    return ["".join(signs.get(part.kind, "{}").format(part.text) for part in parts)
            for parts in setting_differences(base, other)]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "other", "words"),
    [
        ({"temperature": 0}, {"temperature": 1.5}, ["temperature 0 → 1.5"]),
        ({"temperature": 1}, {"temperature": 1}, []),
        ({"temperature": 1, "model": "a"}, {"temperature": 0, "model": "b"}, ["temperature 1 → 0", "model a → b"]),
        ({"persona": ""}, {"persona": "kind-ko"}, ["persona none → kind-ko"]),
        ({"off": None}, {"off": 1}, ["all messages → without messages[1]"]),
        ({"stop": ["a"]}, {"stop": "a"}, ['stop ["a"] → a']),
        ({"messages[0]": "Be brief."}, {"messages[0]": "Be kind."}, ["messages[0] Be [brief] {kind}."]),
        ({"messages[0]": "둘로 줄여라"}, {"messages[0]": "셋으로 줄여라"}, ["messages[0] [둘로] {셋으로} 줄여라"]),
        ({"messages[1]": ""}, {"messages[1]": "새 글"}, ["messages[1] {새 글}"]),
    ],
)
def test_what_differs_is_said_old_before_new(base: Setting, other: Setting, words: list[str]) -> None:
    assert told(base, other) == words


def test_of_a_long_text_the_words_around_the_change_are_shown() -> None:
    before, after = "and so on " * 20, " in the very end" * 20
    (parts,) = setting_differences({"messages[0]": f"{before}two{after}"}, {"messages[0]": f"{before}three{after}"})
    name, lead, gone, _, came, rest = parts
    assert (name.text, gone, came) == ("messages[0] ", Part("gone", "two"), Part("came", "three"))
    assert lead.text == "…on and so on and so on "
    assert rest.text == " in the very end in the…"
    assert len(lead.text) <= AROUND + 2
    (long,) = setting_differences({"model": "a"}, {"model": "b" * 999})
    assert len(long[-1].text) == LONGEST


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts(old: str, new: str) -> None:
    found = setting_differences({"messages[0]": old}, {"messages[0]": new})
    assert bool(found) is (old != new)
    for parts in found:
        assert all(part.text in old for part in parts if part.kind == "gone")
        assert all(part.text in new for part in parts if part.kind == "came")
        assert all(part.text for part in parts)
