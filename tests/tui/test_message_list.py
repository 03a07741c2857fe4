from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.list_app import ListApp
from workbench.core.prompt import Message, Role
from workbench.tui.widgets.message_card import kilobytes, lay_out
from workbench.tui.widgets.message_drawing import DrawnMessages
from workbench.tui.widgets.message_editor import MessageEditor
from workbench.tui.widgets.message_entries import EDIT_LIMIT, Entries
from workbench.tui.widgets.message_list import MessageList

HOSTILE = "[/x] [@click=app.quit]q[/] \x1b]52;c;aGk=\x07 \u202e 가나다 \x9b31m"
SYSTEM = Message(Role.SYSTEM, "Be brief.")
USER = Message(Role.USER, "첫째 줄\nsecond line\nthird")
ANSWER = Message(Role.ASSISTANT, "yes", on=False)
THREE = (SYSTEM, USER, ANSWER)


@dataclass(frozen=True)
class Count:
    value: int
    exact: bool


class Host(ListApp):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def compose(self) -> ComposeResult:
        yield MessageList(self.first)
        yield Input()

    def action_leave(self) -> None:
        self.cards.leave_editor()

    @property
    def drawn(self) -> list[str]:
        """The rows of the list as they are drawn, the editor's too."""
        parts = [self.cards.children[0], self.cards.editor, self.cards.children[2]]
        rows: list[str] = []
        for part in parts:
            assert isinstance(part, DrawnMessages | MessageEditor)
            if part.display:
                pad = "   " if isinstance(part, MessageEditor) else ""
                rows += [pad + part.render_line(y).text for y in range(part.size.height)]
        return [row.rstrip() for row in rows]


def contents(app: Host) -> list[str]:
    return [message.content for message in app.cards.messages]


async def card_mode(pilot: Pilot[None]) -> None:
    await pilot.press("escape")
    await pilot.pause()


# -- what is drawn -------------------------------------------------------------------------------------------------


async def test_the_editor_is_ready_for_a_key_at_the_first_user_message() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        assert app.cards.current == 1
        assert app.cards.editing
        await pilot.press("!")
        assert contents(app) == ["Be brief.", "첫째 줄\nsecond line\nthird!", "yes"]
        assert app.changes[-1] == app.cards.messages


async def test_cards_say_role_state_and_tokens_in_words_and_marks() -> None:
    app = Host(*THREE)
    async with app.run_test(size=(40, 24)) as pilot:
        app.cards.show_tokens((Count(47, True), Count(812, False), Count(1096, True)))
        await card_mode(pilot)
        drawn = app.drawn
        assert drawn[0].split() == ["◆", "system", "47", "tok"]
        assert drawn[3].startswith("▌● user")
        assert drawn[3].endswith(" ~812 tok")
        assert drawn[4:7] == ["▌  첫째 줄", "▌  second line", "▌  third"]
        assert drawn[8].split() == ["△", "assistant", "off", "1,096", "tok"]
        assert {len(drawn[row]) for row in (0, 3, 8)} == {36}
        assert drawn[-1] == " + message"
        assert app.cards.border_title == "Prompt"
        assert app.cards.border_subtitle == "3 messages, 1 off · ~859 tokens"


async def test_nothing_moves_when_the_cursor_goes_into_a_message() -> None:
    text = "long words and more words that wrap, 점심을 시중보다 싸게 제공한다 " * 3 + "\n\nend"
    app = Host(Message(Role.USER, text), *THREE)
    async with app.run_test(size=(40, 60)) as pilot:
        await pilot.pause()
        opened = app.drawn
        await card_mode(pilot)
        assert [row[1:] for row in app.drawn] == [row[1:].rstrip("·") for row in opened]


async def test_a_count_is_marked_as_out_of_date_by_the_first_key() -> None:
    app = Host(USER)
    async with app.run_test(size=(40, 24)) as pilot:
        app.cards.show_tokens((Count(9, True),))
        await pilot.pause()
        assert app.drawn[0].endswith(" 9 tok")
        await pilot.press("x")
        await pilot.pause()
        assert app.drawn[0].endswith(" ~9 tok")
        app.cards.show_tokens((Count(1, True), Count(2, True)))
        await pilot.pause()
        assert app.drawn[0].endswith(" ~9 tok")


async def test_fold_shows_the_first_line_and_how_many_there_are() -> None:
    app = Host(USER, Message(Role.USER, "one line"))
    async with app.run_test(size=(40, 24)) as pilot:
        await card_mode(pilot)
        await pilot.press("f")
        await pilot.pause()
        assert app.drawn[1] == "▌  첫째 줄 … 3 lines"
        assert app.drawn[3].startswith(" ● user")
        await pilot.press("enter")
        await pilot.pause()
        assert app.drawn[1:4] == ["   첫째 줄", "   second line", "   third"]
        assert app.changes == []


@given(st.text(max_size=80), st.integers(1, 30), st.booleans())
@settings(max_examples=75)
def test_a_card_is_safe_and_loses_nothing(content: str, width: int, folded: bool) -> None:
    body = lay_out(content, width, folded)
    for start, end in body.rows:
        row = body.text[start:end]
        assert "\n" not in row
        assert "\x1b" not in row
    if not folded:
        covered = sum(end - start for start, end in body.rows)
        assert covered + body.text.count("\n") == len(body.text)
    assert body.exact is (body.text == content) or not content


@pytest.mark.parametrize("width", [6, 13, 40])
async def test_hostile_text_is_literal_and_every_row_is_whole(width: int) -> None:
    app = Host(SYSTEM, Message(Role.USER, HOSTILE), Message(Role.ASSISTANT, "漢" * 30, on=False), Message(Role.USER))
    async with app.run_test(size=(width, 24)) as pilot:
        await card_mode(pilot)
        await pilot.press("f", "down", "f")
        await pilot.pause()
        above = app.cards.children[0]
        assert isinstance(above, DrawnMessages)
        for y in range(above.size.height):
            strip = above.render_line(y)
            assert strip.cell_length == cell_len(strip.text) == above.size.width
            assert strip.text.isprintable()
        if width == 40:
            assert any("[/x] [@click=app.quit]q[/]" in row for row in app.drawn)


async def test_a_thousand_messages_open_and_scroll_with_one_editor() -> None:
    many = tuple(Message(Role.USER if n % 2 else Role.ASSISTANT, f"message {n} 가나다 " * 20) for n in range(1000))
    app = Host(*many)
    async with app.run_test(size=(80, 24)) as pilot:
        assert len(app.cards.query("*")) == 3
        app.cards.focus_message(999, edit=True)
        await pilot.press("x")
        assert app.cards.messages[999].content == many[999].content + "x"
        assert app.cards.editor.region.bottom <= app.cards.content_region.bottom
        await card_mode(pilot)
        await pilot.press("home")
        await pilot.pause()
        assert app.cards.current == 0
        assert app.cards.scroll_offset.y == 0


# -- the two modes -------------------------------------------------------------------------------------------------


async def test_card_keys_choose_edit_and_leave() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await card_mode(pilot)
        assert not app.cards.editing
        assert app.cards.has_focus
        await pilot.press("j")
        assert app.cards.current == 2
        await pilot.press("k", "up", "up")
        assert app.cards.current == 0
        await pilot.press("e", "x", "d")
        assert contents(app)[0] == "Be brief.xd"
        await card_mode(pilot)
        await pilot.press("end", "enter", "z")
        assert contents(app)[2] == "yesz"


async def test_keys_typed_at_once_after_edit_are_text() -> None:
    app = Host(SYSTEM)
    async with app.run_test() as pilot:
        await card_mode(pilot)
        await pilot.press(*"edddd")
        assert contents(app) == ["Be brief.dddd"]


async def test_undo_goes_back_from_message_to_message_with_the_cursor_where_the_text_changes() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("A", "left", "ctrl+up", "B", "alt+down", "C")
        assert contents(app)[:2] == ["Be brief.B", "첫째 줄\nsecond line\nthirdCA"]
        await pilot.press("ctrl+z")
        assert contents(app)[:2] == ["Be brief.B", USER.content + "A"]
        await pilot.press("ctrl+z")
        assert app.cards.current == 0
        assert contents(app)[:2] == ["Be brief.", USER.content + "A"]
        await pilot.press("ctrl+z", "ctrl+z")
        assert app.cards.messages == THREE
        assert app.cards.current == 1
        await pilot.press("ctrl+y", "ctrl+y", "ctrl+y", "ctrl+y")
        assert contents(app)[:2] == ["Be brief.B", "첫째 줄\nsecond line\nthirdCA"]
        await pilot.press("!")
        assert contents(app)[1] == "첫째 줄\nsecond line\nthirdC!A"


async def test_undo_takes_the_focus_from_nobody_and_leaves_the_other_cards_as_they_were() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("A")
        await card_mode(pilot)
        await pilot.press("home", "f", "end", "f", "d")
        app.query_one(Input).focus()
        await pilot.pause()
        app.action_step(True)
        await pilot.pause()
        assert isinstance(app.focused, Input)
        assert [entry.folded for entry in app.cards._entries] == [True, False, False]
        assert app.cards.current == 2
        app.action_step(True)
        assert app.cards.messages == THREE
        assert [entry.folded for entry in app.cards._entries] == [True, False, False]


async def test_tab_goes_on_and_shift_tab_comes_back_to_the_text() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("tab")
        assert isinstance(app.focused, Input)
        await pilot.press("shift+tab", "x")
        assert contents(app)[1].endswith("x")
        await pilot.press("shift+tab")
        await pilot.pause()
        assert app.cards.has_focus
        assert not app.cards.editor.display


# -- edits ---------------------------------------------------------------------------------------------------------


async def test_add_goes_below_with_the_role_that_follows() -> None:
    app = Host(SYSTEM)
    async with app.run_test() as pilot:
        await card_mode(pilot)
        await pilot.press("a", "q")
        await card_mode(pilot)
        await pilot.press("a", "r")
        assert app.cards.messages == (SYSTEM, Message(Role.USER, "q"), Message(Role.ASSISTANT, "r"))
        assert app.changes[-1] == app.cards.messages


async def test_delete_and_undo_over_several_levels_lose_nothing() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("x")
        await card_mode(pilot)
        edited = app.cards.messages
        await pilot.press("d", "delete", "d")
        assert contents(app) == []
        assert app.drawn == [" + message"]
        assert app.cards.border_subtitle == "no messages"
        await pilot.press("d", "c", "r", "o", "f", "J", "down", "u", "u", "u")
        assert app.cards.messages == edited
        await pilot.press("u", "u")
        assert app.cards.messages == THREE
        await pilot.press("U", "U", "U", "U", "U")
        assert contents(app) == []


async def test_an_empty_list_takes_a_first_message() -> None:
    app = Host()
    async with app.run_test() as pilot:
        assert app.cards.has_focus
        await pilot.press("enter", "h", "i")
        assert app.cards.messages == (Message(Role.USER, "hi"),)


async def test_duplicate_move_role_and_switch() -> None:
    app = Host(SYSTEM, USER)
    async with app.run_test() as pilot:
        await card_mode(pilot)
        await pilot.press("c", "K", "shift+up", "shift+up")
        assert app.cards.current == 0
        assert app.cards.messages == (USER, SYSTEM, USER)
        await pilot.press("J", "r", "o")
        assert app.cards.messages == (SYSTEM, Message(Role.ASSISTANT, USER.content, on=False), USER)
        await pilot.press("r", "r", "r", "space")
        assert app.cards.messages[1] == USER


async def test_every_action_works_while_the_text_is_edited() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("x")
        app.cards.action_next_role()
        app.cards.action_toggle()
        app.cards.action_duplicate()
        app.cards.action_move(1)
        await pilot.press("y")
        assert (app.cards.editing, app.cards.current) == (True, 3)
        assert contents(app) == ["Be brief.", USER.content + "x", "yes", USER.content + "xy"]
        app.cards.action_delete()
        app.cards.action_select(-1)
        await pilot.press("z")
        assert contents(app) == ["Be brief.", USER.content + "xz", "yes"]
        app.cards.action_undo()
        await pilot.pause()
        app.cards.action_undo()
        await pilot.pause()
        assert contents(app)[3] == USER.content + "xy"
        app.cards.action_select(1)
        app.cards.action_add()
        await pilot.press("n")
        assert contents(app)[4] == "n"
        app.cards.action_fold()
        await pilot.pause()
        assert not app.cards.editing
        assert app.changes[-1] == app.cards.messages


async def test_append_keeps_or_moves_the_cursor() -> None:
    app = Host(USER)
    async with app.run_test() as pilot:
        app.cards.append_message(Message(Role.ASSISTANT, "answer"), edit=False)
        await pilot.press("x")
        assert contents(app) == [USER.content + "x", "answer"]
        app.cards.append_message(Message(Role.USER))
        await pilot.press("y")
        assert contents(app) == [USER.content + "x", "answer", "y"]


async def test_show_reports_nothing_and_keeps_what_is_equal() -> None:
    app = Host(*THREE)
    async with app.run_test() as pilot:
        await pilot.press("x", "left")
        app.changes.clear()
        edited = app.cards.messages
        app.cards.show(edited)
        app.cards.show((*edited, Message(Role.USER, "more")))
        await pilot.press("y")
        assert contents(app)[1] == USER.content + "yx"
        app.cards.show((SYSTEM,))
        await pilot.pause()
        assert app.cards.editing
        await pilot.press("z")
        assert contents(app) == ["Be brief.z"]
        assert all(len(change) != 3 or change[1] != USER for change in app.changes)
        app.cards.show((), focus=4)
        await pilot.pause()
        assert app.cards.has_focus
        app.cards.show(THREE, focus=2)
        await pilot.press("w")
        assert contents(app)[2] == "yesw"


@given(st.lists(st.sampled_from(["가", "b"]), max_size=6), st.lists(st.sampled_from(["가", "b", "c"]), max_size=6))
@settings(max_examples=50)
def test_other_messages_take_up_the_cards_of_equal_ones(old: list[str], new: list[str]) -> None:
    entries = Entries(tuple(Message(Role.USER, text) for text in old))
    before = list(entries)
    messages = tuple(Message(Role.USER, text) for text in new)
    entries.replace_all(messages)
    assert entries.messages == messages
    assert len({id(entry) for entry in entries}) == len(messages)
    common = sum((Counter(old) & Counter(new)).values())
    assert sum(entry in before for entry in entries) in (common, len(messages))
    assert all(entry in before for entry in entries) or len(old) != len(new)


# -- mouse, paste, large texts ---------------------------------------------------------------------------------------


async def test_clicks_on_mark_role_text_and_add() -> None:
    app = Host(*THREE)
    async with app.run_test(size=(60, 30)) as pilot:
        # Border, then: system heading and text, gap, user heading, three lines, gap, assistant heading.
        await pilot.click(MessageList, offset=(2, 9))
        assert app.cards.messages[2].on
        await pilot.click(MessageList, offset=(5, 9))
        assert app.cards.messages[2].role is Role.SYSTEM
        assert app.cards.has_focus
        await pilot.click(MessageList, offset=(4 + 7, 6))
        assert (app.cards.editing, app.cards.current) == (True, 1)
        assert app.cards.editor.cursor_location == (1, 7)
        await pilot.click(MessageList, offset=(4, 2))
        assert app.cards.current == 0
        assert app.cards.editor.cursor_location == (0, 0)
        await pilot.click(MessageList, offset=(3, 12))
        assert len(app.cards.messages) == 4
        assert app.cards.current == 3
        await pilot.click(MessageList, offset=(10, 25))
        assert app.cards.has_focus


async def test_the_wheel_scrolls_and_does_not_choose() -> None:
    app = Host(*THREE * 10)
    async with app.run_test(size=(60, 20)) as pilot:
        app.cards.focus_message(0, edit=True)
        await pilot.pause()
        current = app.cards.current
        app.cards.scroll_relative(y=9, animate=False)
        await pilot.pause()
        assert app.cards.scroll_offset.y == 9
        assert app.cards.current == current


async def test_a_paste_on_a_card_is_text_and_not_commands() -> None:
    app = Host(SYSTEM)
    async with app.run_test() as pilot:
        await card_mode(pilot)
        app.cards.post_message(Paste("dddd\r\nuu"))
        await pilot.pause()
        assert contents(app) == ["Be brief.dddd\nuu"]


@pytest.mark.parametrize("content", ["x" * (EDIT_LIMIT + 1), "가나다\n" * (EDIT_LIMIT // 9)])
async def test_a_very_large_message_is_shown_folded_and_says_why(content: str) -> None:
    app = Host(SYSTEM, Message(Role.USER, content))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        assert not app.cards.editing
        assert app.cards.current == 1
        assert "too large to edit here: 250 kB" in app.drawn[5] or "too large to edit here: 278 kB" in app.drawn[5]
        await pilot.press("enter", "f")
        assert app.cards.messages[1].content == content
        await pilot.press("d", "u")
        assert app.cards.messages[1].content == content


def test_sizes_for_people() -> None:
    assert [kilobytes(size) for size in (820, 3_210, 120_000, 999_600, 4_500_000)] == [
        "820 B",
        "3.2 kB",
        "120 kB",
        "1.0 MB",
        "4.5 MB",
    ]
