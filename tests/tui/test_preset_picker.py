from __future__ import annotations

import asyncio
import unicodedata

import pytest
from textual.app import App
from textual.widgets import Input, Static

from tests.support.settle import until
from workbench.core.errors import InputError
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind, OpenedPreset, Place, PresetEntry
from workbench.core.prompt import Comparison, Message, ParameterValues, Prompt, Role, Variable
from workbench.tui.preset_text import MOST_SHOWN, opened_text, preset_text
from workbench.tui.screens.preset_picker import Off, PresetPicker
from workbench.tui.widgets.pick_list import PickList
from workbench.tui.widgets.preset_preview import PresetPreview

HOSTILE = "[/x] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"


def entry(
    slug: str, name: str = "", description: str = "", *, error: str = "", place: Place = Place.USER
) -> PresetEntry:
    return PresetEntry(Kind.PERSONA, slug, place, f"/x/{slug}.yaml", name, description, error)


ENTRIES = (
    entry("concise", "Concise summariser", "two bullets", place=Place.PROJECT),
    entry("helper-ko", "한국어 도우미", "kind, in Korean"),
    entry("bad", error="bad.yaml:3: messages[0].rol: unknown key: write role"),
    entry("reviewer", "Code reviewer", "reads a diff", place=Place.SHIPPED),
)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[PresetEntry | Off | None] = []
        self.asked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def preview(self, entry: PresetEntry) -> str:
        self.asked.append(entry.slug)
        if entry.slug in self.gates:
            await self.gates[entry.slug].wait()
        if entry.error:
            raise InputError("all of it")
        return f"the text of {entry.slug}"

    def open(self, current: str = "", off_label: str = "", entries: tuple[PresetEntry, ...] | None = ENTRIES) -> None:
        picker = PresetPicker("Personas", self.preview, current=current, off_label=off_label)
        if entries is not None:
            picker.set_entries(entries)
        self.push_screen(picker, self.results.append)

    @property
    def picker(self) -> PresetPicker:
        assert isinstance(self.screen, PresetPicker)
        return self.screen

    @property
    def shown(self) -> list[str]:
        return [choice.label for choice in self.screen.query_one(PickList).choices]

    @property
    def marked(self) -> str:
        choice = self.screen.query_one(PickList).highlighted
        return "" if choice is None else choice.label

    @property
    def previewed(self) -> str:
        preview = self.screen.query_one(PresetPreview)
        return f"{preview.border_title}\n{preview.source}"

    @property
    def line(self) -> str:
        return str(self.screen.query_one(Static).render())


async def test_typing_finds_by_name_slug_and_description_the_best_first() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        app.open()
        await pilot.pause()
        assert app.shown == ["Concise summariser", "bad", "한국어 도우미", "Code reviewer"]
        await pilot.press(*"ko")
        assert app.shown == ["한국어 도우미"]
        await pilot.press("backspace", "backspace", *"re")
        assert app.shown == ["Code reviewer", "한국어 도우미", "Concise summariser"][: len(app.shown)]
        assert app.marked == "Code reviewer"
        await pilot.press("enter")
        assert app.results == [ENTRIES[3]]


async def test_korean_is_found_in_either_form() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        for form in ("NFC", "NFD"):
            app.screen.query_one(Input).value = unicodedata.normalize("NFD" if form == "NFD" else "NFC", "도우")
            await pilot.pause()
            assert app.shown == ["한국어 도우미"]


async def test_keys_move_the_highlight() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        for keys, label in [
            (["down", "down"], "한국어 도우미"),
            (["down", "down", "down", "up"], "한국어 도우미"),
            (["end"], "Code reviewer"),
            (["end", "home"], "Concise summariser"),
            (["pagedown"], "Code reviewer"),
            (["pagedown", "pageup", "up"], "Concise summariser"),
        ]:
            await pilot.press("home", *keys)
            assert app.marked == label
            await until(lambda label=label: app.previewed.startswith(label) and "the text of" in app.previewed)  # type: ignore[misc]


async def test_the_one_in_use_is_marked_and_highlighted_and_off_takes_it_off() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(current="helper-ko", off_label="no persona")
        await pilot.pause()
        assert app.shown[0] == "no persona"
        assert app.marked == "한국어 도우미"
        assert "● in use" in app.line
        await pilot.press("home")
        assert "stays as it is" in app.previewed
        await pilot.press("enter")
        assert app.results == ["off"]
        app.open(off_label="no persona")
        await pilot.pause()
        assert app.marked == "no persona"
        await pilot.press("escape")
        assert app.results == ["off", None]


async def test_a_bad_file_is_listed_with_its_reason_and_not_chosen() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        assert "✗ 1 can't be used" in app.line
        await pilot.press(*"bad")
        await until(lambda: "✗ bad" in app.previewed and "all of it" in app.previewed)
        await pilot.press("enter")
        assert app.results == []
        assert "it can't be used: bad.yaml:3: messages[0].rol: unknown key" in app.line
        await pilot.press("backspace")
        assert "unknown key" not in app.line


async def test_a_late_preview_never_stands_beside_another_name() -> None:
    app = Host()
    app.gates["concise"] = asyncio.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await until(lambda: app.asked == ["concise"])
        await until(lambda: "Concise" in app.previewed and "reading ..." in app.previewed)
        await pilot.press("end")
        await until(lambda: "the text of reviewer" in app.previewed)
        app.gates["concise"].set()
        await pilot.pause()
        assert "the text of concise" not in app.previewed
        assert app.previewed.startswith("Code reviewer")


async def test_rows_that_arrive_later_keep_what_was_typed_and_the_highlight() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(entries=None)
        await pilot.pause()
        assert "reading the presets" in app.line
        await pilot.press(*"e", "enter")
        assert app.results == []
        app.picker.set_entries(ENTRIES)
        await pilot.pause()
        await pilot.press("down")
        marked = app.marked
        app.picker.set_entries((entry("new", "New e"), *ENTRIES), "one folder can't be read")
        await pilot.pause()
        assert app.marked == marked
        assert app.screen.query_one(Input).value == "e"
        assert "one folder can't be read" in app.line


async def test_rows_that_arrive_after_it_was_left_do_no_harm() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(entries=None)
        await pilot.pause()
        picker = app.picker
        await pilot.press("escape")
        picker.set_entries(ENTRIES)
        await pilot.pause()
        assert app.results == [None]


async def test_a_row_has_its_mark_its_name_and_its_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(current="helper-ko")
        await pilot.pause()
        picks = app.screen.query_one(PickList)
        assert [picks.render_line(y).text.split() for y in range(4)] == [
            ["Concise", "summariser", "two", "bullets", "project"],
            ["✗", "bad", "bad.yaml:3:", "messages[0].rol:", "unknown…", "yours"],
            ["›", "●", "한국어", "도우미", "kind,", "in", "Korean", "yours"],
            ["Code", "reviewer", "reads", "a", "diff", "shipped"],
        ]


async def test_nothing_found_and_nothing_there_are_said() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.press(*"zzz", "enter")
        assert "Nothing here has “zzz”" in app.previewed
        assert app.results == []
        app.open(entries=())
        await pilot.pause()
        assert "There are none yet" in app.previewed


async def test_the_first_click_shows_and_the_second_takes() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        await pilot.click(PickList, offset=(4, 2))
        assert app.results == []
        await until(lambda: "the text of helper-ko" in app.previewed)
        await pilot.click(PickList, offset=(4, 2))
        assert app.results == [ENTRIES[1]]


@pytest.mark.parametrize("size", [(120, 40), (40, 12), (1, 1)])
async def test_foreign_text_is_literal_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.open(
            current=HOSTILE, off_label="none", entries=(entry("h", HOSTILE, HOSTILE), entry(HOSTILE, error=HOSTILE))
        )
        await pilot.press("down", "down", "enter", "shift+down", "home", "end", "enter", *"[/", "pageup")
        await pilot.pause()
        picks = app.screen.query_one(PickList)
        for y in range(picks.size.height):
            strip = picks.render_line(y)
            assert strip.cell_length == picks.size.width
            assert strip.text.isprintable()
        await pilot.press("escape")
        assert app.results == [None]


async def test_the_preview_stands_beside_the_list_where_there_is_room() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        app.open()
        await pilot.pause()
        assert app.screen.query_one(PresetPreview).region.x > app.screen.query_one(PickList).region.x
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.screen.query_one(PresetPreview).region.y > app.screen.query_one(PickList).region.y
        assert app.screen.query_one(PickList).size.height >= 6


def test_the_text_of_a_prompt_names_all_that_it_brings() -> None:
    prompt = Prompt(
        persona="concise",
        parameters=ParameterValues({"temperature": 0.7, "stop": ["끝"]}),
        messages=(Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "요약: {{text}}", on=False)),
        variables=(Variable("text", "the article", "none"),),
        compare=Comparison({"temperature": [0, 1]}, 5),
    )
    assert preset_text(prompt) == (
        'persona: concise\n\ntemperature = 0.7\nstop = ["끝"]\n\n{{text}} = none  (the article)\n\n'
        "compares temperature, 5 times each\n\n── system\nBe kind.\n\n── user (off)\n요약: {{text}}"
    )


def test_the_text_of_the_parts_and_of_warnings() -> None:
    assert preset_text(Persona("x", messages=(Message(Role.SYSTEM, "Hi"),))) == "── system\nHi"
    assert preset_text(Format("x", instruction="Two bullets.", response_format={"type": "json_object"})) == (
        '── instruction\nTwo bullets.\n\n── response_format\n{\n  "type": "json_object"\n}'
    )
    assert "Asks for nothing" in preset_text(Format("plain"))
    opened = OpenedPreset(Kind.FORMAT, "x", Format("x", instruction="y"), "", None, "", warnings=("others can write",))
    assert opened_text(opened).startswith("! others can write\n\n── instruction")


def test_a_very_long_preset_is_cut_and_says_so() -> None:
    text = preset_text(Persona("x", messages=(Message(Role.SYSTEM, "가" * 50_000),)))
    assert len(text) < MOST_SHOWN + 60
    assert text.endswith("more characters")


async def test_a_row_says_the_fault_and_not_the_path_once_more() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(entries=(entry("bad", error="/x/bad.yaml:3: rol: unknown key: write role"),))
        await pilot.pause()
        [choice] = app.picker.query_one(PickList).choices
        assert choice.detail == "line 3: rol: unknown key: write role"


async def test_one_long_name_leaves_the_others_their_descriptions() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(entries=(entry("a", "x" * 300, "first"), entry("b", "short", "second")))
        await pilot.pause()
        rows = app.picker.query_one(PickList)
        assert "first" in rows.render_line(1).text
        assert "second" in rows.render_line(0).text
