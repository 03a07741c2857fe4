from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.strategies import prompts
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.prompt_history import MOST_CHARACTERS, MOST_STEPS, PAUSE, PromptHistory


class Draft:
    """A prompt with its history, edited as the desk does."""

    def __init__(self, prompt: Prompt | None = None) -> None:
        self.prompt = prompt or Prompt(messages=(Message(Role.USER), Message(Role.ASSISTANT)))
        self.history = PromptHistory()
        self.now = 100.0

    def edit(self, prompt: Prompt, *, after: float = 0.1) -> None:
        self.now += after
        self.history.record(self.prompt, prompt, self.now)
        self.prompt = prompt

    def text(self, text: str, message: int = 0, *, after: float = 0.1) -> None:
        messages = list(self.prompt.messages)
        messages[message] = replace(messages[message], content=text)
        self.edit(replace(self.prompt, messages=tuple(messages)), after=after)

    def type(self, keys: str, message: int = 0) -> None:
        for key in keys:
            self.text(self.prompt.messages[message].content + key, message)

    def undo(self) -> bool:
        before = self.history.undo(self.prompt)
        self.prompt = before or self.prompt
        return before is not None

    def redo(self) -> bool:
        after = self.history.redo(self.prompt)
        self.prompt = after or self.prompt
        return after is not None

    def states(self) -> list[str]:
        """The first text at every step back."""
        found = [self.prompt.messages[0].content]
        while self.undo():
            found.append(self.prompt.messages[0].content)
        return found


def test_letters_are_one_step_and_a_line_break_is_one_of_its_own() -> None:
    draft = Draft()
    draft.type("한글 abc\nnext")
    assert draft.states() == ["한글 abc\nnext", "한글 abc\n", "한글 abc", ""]


def test_a_pause_another_place_and_another_message_begin_a_step() -> None:
    draft = Draft()
    draft.type("ab")
    draft.text("abc", after=PAUSE + 0.1)
    draft.text("xabc")
    draft.text("xyabc")
    draft.type("other", 1)
    draft.type("d")
    assert draft.states() == ["xyabcd", "xyabc", "xyabc", "abc", "ab", ""]


def test_letters_that_repeat_what_follows_are_typing_like_others() -> None:
    draft = Draft()
    draft.text("xhello")
    draft.text("xlhello", after=PAUSE + 1)
    for text in ("xlehello", "xleahello"):
        draft.text(text)
    assert draft.states() == ["xleahello", "xhello", ""]


def test_many_letters_are_several_steps() -> None:
    draft = Draft()
    draft.type("x" * 250)
    assert [len(text) for text in draft.states()] == [250, 200, 100, 0]


def test_backspaces_and_deletes_are_one_step_apart_from_typing() -> None:
    draft = Draft()
    draft.type("abcdef")
    for text in ("abcde", "abcd", "bcd", "cd", "d"):
        draft.text(text)
    assert draft.states() == ["d", "abcd", "abcdef", ""]


def test_a_paste_and_a_replaced_selection_stand_alone() -> None:
    draft = Draft()
    draft.type("a")
    draft.text("a" + "pasted text ")
    draft.type("b")
    draft.text("apasted text c")
    assert draft.states() == ["apasted text c", "apasted text b", "apasted text ", "a", ""]


def test_turning_one_parameter_is_one_step_and_turning_it_back_is_none() -> None:
    draft = Draft()
    for value in (0.1, 0.2, 0.3):
        draft.edit(draft.prompt.with_parameters(draft.prompt.parameters.set("temperature", value)))
    draft.edit(draft.prompt.with_parameters(draft.prompt.parameters.set("top_p", 0.5)))
    assert len(draft.history) == 2
    for value in (0.6, 0.5):
        draft.edit(draft.prompt.with_parameters(draft.prompt.parameters.set("top_p", value)))
    assert len(draft.history) == 2
    draft.edit(draft.prompt.with_parameters(draft.prompt.parameters.unset("top_p")))
    assert len(draft.history) == 1
    assert draft.undo()
    assert "temperature" not in draft.prompt.parameters
    assert not draft.undo()


def test_each_deletion_and_each_switch_is_a_step() -> None:
    draft = Draft()
    draft.edit(draft.prompt.without(1))
    draft.edit(draft.prompt.without(0))
    assert len(draft.history) == 2
    draft.undo()
    draft.edit(replace(draft.prompt, messages=(replace(draft.prompt.messages[0], on=False),)))
    assert len(draft.history) == 2


def test_roles_passed_on_the_way_are_one_step() -> None:
    draft = Draft()
    for role in (Role.ASSISTANT, Role.SYSTEM, Role.DEVELOPER):
        messages = (replace(draft.prompt.messages[0], role=role), *draft.prompt.messages[1:])
        draft.edit(replace(draft.prompt, messages=messages))
    assert len(draft.history) == 1


def test_typing_after_a_step_back_does_not_join_what_was_typed_before() -> None:
    draft = Draft()
    draft.type("ab")
    draft.text("ab" + "0123456789")
    draft.undo()
    draft.type("c")
    assert not draft.redo()
    assert draft.states() == ["abc", "ab", ""]


def test_an_edit_that_changes_nothing_keeps_what_can_be_redone() -> None:
    draft = Draft()
    draft.type("ab")
    draft.undo()
    draft.edit(replace(draft.prompt))
    assert draft.redo()
    assert draft.prompt.messages[0].content == "ab"


@given(st.lists(prompts, min_size=1, max_size=5), st.lists(st.booleans(), max_size=12))
@settings(max_examples=30)
def test_back_to_the_first_and_on_to_the_newest(states: list[Prompt], wandering: list[bool]) -> None:
    draft = Draft(states[0])
    for state in states[1:]:
        draft.edit(state, after=10)
    for back in wandering:
        _ = draft.undo() if back else draft.redo()
    while draft.undo():
        pass
    assert draft.prompt == states[0]
    while draft.redo():
        pass
    assert draft.prompt == states[-1]


def test_ten_thousand_steps_back_keep_the_newest_text() -> None:
    draft = Draft()
    for number in range(MOST_STEPS + 50):
        draft.text(f"{number}", after=PAUSE + 1)
    assert len(draft.history) == MOST_STEPS
    for _ in range(10_000):
        draft.undo()
    assert draft.prompt.messages[0].content == "49"
    for _ in range(10_000):
        draft.redo()
    assert draft.prompt.messages[0].content == f"{MOST_STEPS + 49}"


@pytest.mark.parametrize("where", ["message", "variable"])
def test_steps_of_very_large_texts_are_fewer(where: str) -> None:
    from workbench.core.prompt import Variable

    draft = Draft()
    large = MOST_CHARACTERS // 4
    for number in range(20):
        text = "x" * large + f"{number:09}"
        if where == "message":
            draft.text(text, after=PAUSE + 1)
        else:
            draft.edit(replace(draft.prompt, variables=(Variable("a", value=text),)), after=PAUSE + 1)
    assert 1 < len(draft.history) < 6
    assert draft.undo()
