from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.pilot import Pilot

from tests.support.list_app import ListApp
from workbench.core.prompt import Message, Role
from workbench.tui.graphemes import clusters, next_boundary, previous_boundary
from workbench.tui.line_cells import measure, wrap
from workbench.tui.widgets.message_document import ExactDocument, WrappedText, location_of, offset_of, shown
from workbench.tui.widgets.message_editor import PASTE_LIMIT, MessageEditor
from workbench.tui.widgets.message_list import MessageList

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
NFD = unicodedata.normalize("NFD", "한글")
ODD = "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg\x1dh\x1ei\rj\r\nk\x00\x1b[31m\u202e\ufeff"

TEXT = st.text(
    st.one_of(
        st.sampled_from(
            ["\n", " ", "\t", "가", "ㅎ", "漢", "。", "\u200d", "\ufe0f", "\u0301", "🇰", "👩", "🏽", "\u1112"]
        ),
        st.sampled_from(list(NFD + ODD)),
        st.characters(),
    ),
    max_size=60,
)


class Host(ListApp):
    """A list of one user message, in the place of the screen that has the keys of the workbench."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"note('{key}')", show=False)
        for key in [
            *(f"ctrl+{letter}" for letter in "jngtsro"),
            *(f"f{number}" for number in range(1, 13)),
            "ctrl+enter",
            "escape",
        ]
    ]

    def __init__(self, text: str = "") -> None:
        super().__init__(Message(Role.USER, text))
        self.keys: list[str] = []
        self.large: list[str] = []

    def compose(self) -> ComposeResult:
        yield MessageList(self.first)

    def action_note(self, key: str) -> None:
        self.keys.append(key)

    def action_command_palette(self) -> None:
        self.keys.append("ctrl+p")

    async def action_quit(self) -> None:
        self.keys.append("ctrl+q")

    def on_message_editor_large_paste(self, event: MessageEditor.LargePaste) -> None:
        self.large.append(event.text)

    @property
    def editor(self) -> MessageEditor:
        return self.query_one(MessageEditor)

    @property
    def content(self) -> str:
        return self.query_one(MessageList).messages[0].content


async def paste(pilot: Pilot[None], text: str) -> None:
    focused = pilot.app.focused
    assert focused is not None
    focused.post_message(Paste(text))
    await pilot.pause()


# -- characters as a person counts them --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        FAMILY,
        "👍🏽",
        "🇰🇷",
        "❤️",
        "1️⃣",
        "e\u0301",
        "z" + "\u0301" * 100,
        unicodedata.normalize("NFD", "각"),
        "ᄒᆞᆫ",
        "\r\n",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "가\u11a8",
        "\u0915\u093f",
    ],
)
def test_one_character(text: str) -> None:
    assert list(clusters(text)) == [text]
    assert list(clusters(f"x{text}y"))[1:-1] == [text]
    assert previous_boundary(f"x{text}y", 1 + len(text)) == 1


def test_characters_that_only_stand_side_by_side() -> None:
    assert list(clusters("🇰🇷🇺🇸🇰")) == ["🇰🇷", "🇺🇸", "🇰"]
    assert list(clusters("👩👧")) == ["👩", "👧"]
    assert list(clusters("a\u200d👧")) == ["a\u200d", "👧"]
    assert list(clusters("한글")) == ["한", "글"]
    assert list(clusters(NFD)) == [unicodedata.normalize("NFD", c) for c in "한글"]
    assert list(clusters("\n\u0301\x1b")) == ["\n", "\u0301", "\x1b"]


@given(TEXT)
@settings(max_examples=100)
def test_steps_to_and_fro_meet(text: str) -> None:
    parts = list(clusters(text))
    assert "".join(parts) == text
    at = 0
    for part in parts:
        assert next_boundary(text, at) == at + len(part)
        for inside in range(at + 1, at + len(part) + 1):
            assert previous_boundary(text, inside) == at
        at += len(part)


# -- rows ----------------------------------------------------------------------------------------------------------


@given(TEXT.filter(lambda text: "\n" not in text), st.integers(1, 20))
@settings(max_examples=100)
def test_rows_hold_whole_characters_and_fit(text: str, width: int) -> None:
    line = shown(text)
    assert len(line) == len(text)
    cells = measure(line)
    breaks = wrap(line, cells, width)
    assert breaks == sorted(set(breaks))
    assert set(breaks) <= set(cells.bounds) - {0, len(line)}
    for start, end in zip([0, *breaks], [*breaks, len(line)], strict=True):
        used = cells.cell_at(end) - cells.cell_at(start)
        hangs = line[end - 1 : end] in (" ", "\u3000")
        alone = len([bound for bound in cells.bounds if start <= bound < end - hangs]) == 1
        assert used <= width or (hangs and cells.cell_at(end - 1) - cells.cell_at(start) <= width) or alone


def test_hangul_breaks_at_spaces_and_chinese_anywhere_but_before_a_stop() -> None:
    def rows(text: str, width: int) -> list[str]:
        edges = [0, *wrap(text, measure(text), width), len(text)]
        return [text[a:b] for a, b in pairwise(edges)]

    assert rows("점심을 시중보다 싸게", 10) == ["점심을 ", "시중보다 ", "싸게"]
    assert rows("漢字漢字。漢", 8) == ["漢字漢", "字。漢"]
    assert rows("a longword", 5) == ["a ", "longw", "ord"]
    assert rows("가나다", 1) == ["가", "나", "다"]
    assert rows("12345 789", 5) == ["12345 ", "789"]
    assert rows(FAMILY * 3, 3) == [FAMILY] * 3


def test_cells_of_hangul_emoji_and_tabs() -> None:
    assert measure("가나").cells[-1] == 4
    assert measure(NFD).cells[-1] == 4
    assert list(measure(f"{FAMILY}🇰🇷").cells) == [0, 2, 4]
    assert measure("가\tb").cells[-1] == 5


# -- the document --------------------------------------------------------------------------------------------------


@given(TEXT)
@settings(max_examples=100)
def test_a_document_gives_back_what_it_was_given(text: str) -> None:
    document = ExactDocument(text)
    assert "\n".join(document.lines) == text
    end = document.replace_range(document.end, document.end, "x").end_location
    assert document.text == text + "x"
    document.replace_range((end[0], end[1] - 1), end, "")
    assert document.text == text


@given(TEXT, TEXT, st.data())
@settings(max_examples=100)
def test_an_edit_changes_its_range_only_and_wraps_as_from_new(text: str, put: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    document = ExactDocument(text)
    wrapped = WrappedText(document, 7)

    def location(index: int) -> tuple[int, int]:
        before = text[:index]
        return before.count("\n"), index - (before.rfind("\n") + 1)

    assert document.get_text_range(location(end), location(start)) == text[start:end]
    result = document.replace_range(location(start), location(end), put)
    wrapped.wrap_range(location(start), location(end), result.end_location)
    assert result.replaced_text == text[start:end]
    assert document.text == text[:start] + put + text[end:]
    again = WrappedText(document, 7)
    assert wrapped.first_rows == again.first_rows
    assert wrapped.lines == again.lines
    # Every row and cell leads to a place for the cursor that stands in that row.
    for y in range(wrapped.height):
        for x in range(9):
            place = wrapped.offset_to_location(again.location_to_offset((0, 0))._replace(x=x, y=y))
            assert wrapped.snap(place) == place
            assert wrapped.location_to_offset(place).y == y


# -- the editor ----------------------------------------------------------------------------------------------------


async def test_enter_is_a_line_and_the_keys_of_the_workbench_pass() -> None:
    app = Host("")
    async with app.run_test() as pilot:
        await pilot.press("a", "enter", "b", "shift+enter", "c")
        assert app.content == "a\nb\nc"
        wanted = [binding.key for binding in Host.BINDINGS if isinstance(binding, Binding)]
        for key in (*wanted, "ctrl+p", "ctrl+q"):
            await pilot.press(key)
        assert app.keys == [*wanted, "ctrl+p", "ctrl+q"]
        assert app.content == "a\nb\nc"
        assert app.query_one(MessageList).editing


async def test_letters_that_are_commands_on_a_card_are_text_here() -> None:
    app = Host("")
    async with app.run_test() as pilot:
        await pilot.press(*"adurcofkjKJe", "space", "delete", "home", "end")
        assert app.content == "adurcofkjKJe "
        assert len(app.query_one(MessageList).messages) == 1


@pytest.mark.parametrize("character", [FAMILY, "🇰🇷", "e\u0301", unicodedata.normalize("NFD", "각"), "👍🏽", "한"])
async def test_one_press_crosses_and_deletes_one_character(character: str) -> None:
    app = Host(f"a{character}b")
    async with app.run_test() as pilot:
        await pilot.press("left", "left")
        assert app.editor.cursor_location == (0, 1)
        await pilot.press("right")
        assert app.editor.cursor_location == (0, 1 + len(character))
        await pilot.press("backspace")
        assert app.content == "ab"
        await pilot.press("ctrl+z", "home", "right", "delete")
        assert app.content == "ab"


async def test_word_delete_takes_whole_characters() -> None:
    app = Host("one e\u0301\u0301")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+w")
        assert app.content == "one "
        await pilot.press("ctrl+z", "ctrl+left")
        assert app.editor.cursor_location == (0, 4)


async def test_a_composed_syllable_moves_the_terminal_cursor_by_two() -> None:
    app = Host("")
    async with app.run_test() as pilot:
        await pilot.press("한", "a")
        left, top, _, _ = app.query_one(MessageList).content_region
        assert app.cursor_position == (left + 3 + 3, top + 1)


async def test_the_terminal_cursor_follows_the_wheel_and_long_texts() -> None:
    app = Host("\n".join(map(str, range(100))))
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        messages = app.query_one(MessageList)
        bottom = messages.content_region.bottom
        assert app.cursor_position.y == bottom - 1
        messages.scroll_relative(y=-3, animate=False)
        await pilot.pause()
        assert app.cursor_position.y == bottom + 2
        await pilot.press("pageup")
        assert app.editor.cursor_location[0] < 99
        assert messages.content_region.contains(*app.cursor_position)


@given(TEXT, st.data())
@settings(max_examples=60)
def test_a_place_in_the_text_is_one_in_the_document_and_back(text: str, data: st.DataObject) -> None:
    document = ExactDocument(text)
    at = data.draw(st.integers(0, len(text)))
    location = location_of(text, at)
    assert offset_of(text, location) == at
    assert document.get_text_range((0, 0), location) == text[:at]


async def test_a_place_that_is_found_is_selected_and_what_stands_around_it_is_untouched() -> None:
    app = Host(ODD)
    async with app.run_test() as pilot:
        start = ODD.index("\x85f")
        app.cards.select_text(0, start, start + 2)
        assert app.editor.selected_text == "\x85f"
        assert app.cards.cursor == (0, start)
        await pilot.press("x")
        assert app.content == ODD.replace("\x85f", "x")
        app.action_step(True)
        assert app.content == ODD


async def test_odd_characters_survive_editing_and_undo() -> None:
    app = Host(ODD)
    async with app.run_test() as pilot:
        await pilot.press("x")
        assert app.content == ODD + "x"
        await pilot.press("backspace")
        assert app.content == ODD
        await pilot.press("ctrl+home", "ctrl+shift+end", "delete")
        assert app.content == ""
        await pilot.press("ctrl+z")
        assert app.content == ODD
        await pilot.press("ctrl+y", "ctrl+z", "ctrl+z", "ctrl+z")
        assert app.content == ODD


@given(
    st.lists(
        st.sampled_from(["x", "가", "enter", "backspace", "delete", "left", "up", "ctrl+z", "ctrl+y"]), max_size=12
    )
)
@settings(max_examples=8)
def test_what_is_typed_is_what_is_held_and_undo_goes_back(keys: list[str]) -> None:
    import asyncio

    async def run() -> None:
        app = Host(f"{ODD}{FAMILY}\n{NFD}")
        async with app.run_test() as pilot:
            await pilot.press(*keys)
            assert app.content == app.editor.text == "\n".join(app.editor.document.lines)
            for _ in range(len(keys) + 1):
                app.action_step(True)
            assert app.content == f"{ODD}{FAMILY}\n{NFD}"

    asyncio.run(run())


async def test_paste_normalises_line_ends_once_and_keeps_the_rest() -> None:
    app = Host("")
    async with app.run_test() as pilot:
        await paste(pilot, "a\r\nb\rc\td \x00\u2028\ud800[/x]")
        assert app.content == "a\nb\nc\td \x00\u2028\ufffd[/x]"
        assert app.keys == []
        await pilot.press("ctrl+z")
        assert app.content == ""


async def test_a_large_paste_is_offered_and_not_put_in() -> None:
    app = Host("kept")
    async with app.run_test() as pilot:
        text = "가" * (PASTE_LIMIT // 3 + 1)
        await paste(pilot, text)
        assert app.large == [text]
        assert app.content == "kept"
        await paste(pilot, "가" * (PASTE_LIMIT // 3 - 10))
        assert len(app.large) == 1
        await paste(pilot, "x" * 40)
        assert len(app.large) == 2


async def test_pasting_a_line_of_100_000_characters_leaves_the_editor_usable() -> None:
    app = Host("")
    async with app.run_test() as pilot:
        await paste(pilot, "가" * 33_000 + "x" * 1_000)
        await pilot.press("y", "left", "up", "z")
        assert len(app.content) == 34_002


async def test_copy_without_a_selection_is_left_to_the_screen_and_cut_pastes_back() -> None:
    app = Host("one\ntwo")
    async with app.run_test() as pilot:
        await pilot.press("shift+home", "ctrl+x")
        assert app.content == "one\n"
        await pilot.press("ctrl+v", "ctrl+v")
        assert app.content == "one\ntwotwo"
        await pilot.press("ctrl+shift+a", "ctrl+c")
        assert app.clipboard == "one\ntwotwo"


@pytest.mark.parametrize("width", [6, 7, 20])
async def test_rows_are_whole_and_printable_at_any_width(width: int) -> None:
    app = Host(f"\n가나다 [/x]\n{FAMILY}\t\x1b[31m\n{'漢' * 40}\na\n\nb\n")
    async with app.run_test(size=(width, 60)) as pilot:
        await pilot.press("ctrl+shift+a")
        for y in range(app.editor.size.height):
            strip = app.editor.render_line(y)
            assert strip.cell_length == cell_len(strip.text) == app.editor.size.width
            assert strip.text.isprintable() or FAMILY in strip.text


async def test_a_click_puts_the_cursor_on_the_character_under_it() -> None:
    app = Host(f"가{FAMILY}b\nsecond")
    async with app.run_test() as pilot:
        await pilot.click(MessageEditor, offset=(3 + 3, 0))
        assert app.editor.cursor_location == (0, 1)
        await pilot.click(MessageEditor, offset=(3 + 4, 0))
        assert app.editor.cursor_location == (0, 1 + len(FAMILY))
        await pilot.click(MessageEditor, offset=(3 + 30, 1))
        assert app.editor.cursor_location == (1, 6)
