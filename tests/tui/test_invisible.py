from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.support.list_app import ListApp
from workbench.core.prompt import Message, Role
from workbench.tui.screens.invisible import Cleaning, InvisibleCharacters, cleaned
from workbench.tui.widgets.message_document import WrappedLine
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.pick_list import PickList

TEXT = "if x:\n\treturn\u00a0y \u200bzero\u202e  \n한글\u3000end\t"


class Host(ListApp):
    def compose(self) -> ComposeResult:
        yield MessageList(self.first)

    @property
    def rows(self) -> list[str]:
        editor = self.cards.editor
        return [editor.render_line(y).text.rstrip() for y in range(editor.size.height)]

    @property
    def heading(self) -> list[str]:
        return self.cards._above.render_line(0).text.split()


async def test_tabs_unusual_spaces_and_blanks_at_the_end_are_marked_in_the_editor_and_counted_in_the_heading() -> None:
    app = Host(Message(Role.USER, TEXT))
    async with app.run_test(size=(60, 20)) as pilot:
        assert app.rows == ["if x:", "→   return⍽y \ufffdzero\ufffd··", "한글\u3000end"]
        assert app.heading == ["●", "user", "6", "invisible"], "but not the one at the cursor"
        await pilot.press("up")
        assert app.rows[2] == "한글\u3000end→"
        app.cards.marks = False
        assert app.rows == ["if x:", "    return\u00a0y \ufffdzero\ufffd", "한글\u3000end"]
        app.cards.leave_editor()
        await pilot.pause()
        assert app.cards.messages == (Message(Role.USER, TEXT),)
        assert app.heading == ["▌●", "user", "7", "invisible"]


async def test_the_blank_behind_the_word_that_is_typed_is_none_yet() -> None:
    app = Host(Message(Role.USER, ""))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*"word ", *" ")
        app.cards.show_tokens((None,))
        assert app.rows == ["word"]
        assert app.heading == ["●", "user"]
        await pilot.press("enter", "x")
        app.cards.show_tokens((None,))
        assert app.rows == ["word··", "x"]
        assert app.heading == ["●", "user", "2", "invisible"]


@given(st.text(st.one_of(st.sampled_from(list(TEXT + "\u3164\ufe0f👩\u200d")), st.characters()), max_size=30))
@settings(max_examples=80)
def test_marks_take_the_place_of_what_they_mark(text: str) -> None:
    line = WrappedLine(text.replace("\n", ""), 20)
    drawn = line.drawn(0, len(line.text))
    pieces = list(line.pieces(0, len(line.text), len(line.text)))
    assert cell_len("".join(piece for piece, _ in pieces)) == cell_len(drawn)
    at = {index for index, _ in line.marks}
    unmarked = "".join(char for index, char in enumerate(line.text) if index not in at)
    assert "".join(piece for piece, mark in pieces if not mark) == unmarked
    assert [piece for piece, _ in line.pieces(0, len(line.text), 0)] == ([drawn] if drawn else [])


# -- the dialog ----------------------------------------------------------------------------------------------------

MESSAGES = (Message(Role.SYSTEM, "clean"), Message(Role.USER, TEXT), Message(Role.USER, "a\u00a0b "))


class Asking(App[None]):
    def __init__(self, *messages: Message) -> None:
        super().__init__()
        self.answers: list[Cleaning | None] = []
        self.messages = messages

    async def ask(self, current: int) -> InvisibleCharacters:
        dialog = InvisibleCharacters(self.messages, current, marks=True)
        await self.push_screen(dialog, self.answers.append)
        return dialog


async def test_what_is_surely_unwanted_is_chosen_and_the_rest_is_asked_for() -> None:
    app = Asking(*MESSAGES)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await app.ask(1)
        await pilot.pause()
        rows = dialog.query_one(PickList)
        notes = {choice.id: (choice.mark, choice.note) for choice in rows.choices}
        assert notes == {
            "zero-width": ("x", "1"),
            "bidi": ("x", "1"),
            "space": ("x", "1"),
            "tab": ("·", "1"),
            "trailing": ("·", "3"),
            "everywhere": ("·", ""),
            "marks": ("x", ""),
        }
        words = dialog.query_one(Static)
        assert str(words.content) == "enter cleans 3 of 7 in message 2"
        await pilot.press("down", "down", "down", "down", "space", "down", "space")
        assert str(words.content) == "enter cleans 8 of 9 in all 3 messages"
        await pilot.click(PickList, offset=(6, 6))
        await pilot.press("enter")
        [cleaning] = app.answers
        assert cleaning == Cleaning(frozenset({"zero-width", "bidi", "space", "trailing"}), True, False)
        assert [m.content for m in cleaned(MESSAGES, 1, cleaning)] == [
            "clean",
            "if x:\n\treturn y zero\n한글\u3000end",
            "a b",
        ]
        assert cleaned(MESSAGES, 1, cleaning._replace(everywhere=False))[2] is MESSAGES[2]


@pytest.mark.parametrize(("messages", "size"), [((), (80, 24)), ((MESSAGES[0],), (30, 10))])
async def test_without_any_there_are_the_marks_to_turn(messages: tuple[Message, ...], size: tuple[int, int]) -> None:
    app = Asking(*messages)
    async with app.run_test(size=size) as pilot:
        dialog = await app.ask(0)
        await pilot.pause()
        assert str(dialog.query_one(Static).content) == "There are none in the messages."
        await pilot.press("space")
        await pilot.click(Static)
        assert app.answers == [Cleaning(frozenset(), False, False)]
        await app.ask(0)
        await pilot.press("escape")
        assert app.answers[1:] == [None]


async def test_a_message_without_any_begins_with_all_messages() -> None:
    app = Asking(*MESSAGES)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await app.ask(0)
        await pilot.pause()
        assert str(dialog.query_one(Static).content) == "enter cleans 4 of 9 in all 3 messages"
