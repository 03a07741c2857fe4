from __future__ import annotations

import pytest
from textual import events
from textual.app import App
from textual.widgets import Input, Static

from workbench.core.errors import StorageError
from workbench.core.preset import Kind, Place
from workbench.tui.screens.preset_questions import changed_on_disk_question, comments_question
from workbench.tui.screens.save_preset import SaveAnswer, SavePreset
from workbench.tui.widgets.choice_line import ChoiceLine

HOSTILE = "[/x] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"


class Host(App[None]):
    def __init__(self, *there: tuple[Place, str], fault: str = "") -> None:
        super().__init__()
        self.there = there
        self.fault = fault
        self.results: list[SaveAnswer | None] = []

    def exists(self, place: Place, slug: str) -> bool:
        if self.fault:
            raise StorageError(self.fault)
        return (place, slug) in self.there

    def path_for(self, place: Place, slug: str) -> str:
        return f"/{place.value}/presets/prompts/{slug}.yaml"

    def open(
        self, name: str = "", description: str = "", place: Place = Place.USER, values: tuple[str, ...] = ()
    ) -> None:
        screen = SavePreset(
            Kind.PROMPT,
            exists=self.exists,
            path_for=self.path_for,
            name=name,
            description=description,
            place=place,
            values=values,
        )
        self.push_screen(screen, self.results.append)

    def text(self, id: str) -> str:
        return str(self.screen.query_one(f"#{id}", Static).render())


async def test_the_file_is_shown_while_a_name_is_typed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        assert app.text("fate") == "type a name"
        await pilot.press(*"Two!", "space")
        assert app.text("path") == "/yours/presets/prompts/two.yaml"
        assert app.text("fate") == "a new file"
        app.screen.query_one("#name", Input).value = "뉴스 요약"
        await pilot.press("tab", *"short", "tab", "space", "enter")
        assert app.results == [SaveAnswer("뉴스 요약", "short", Place.PROJECT, "뉴스-요약", keep_values=False)]


async def test_without_a_name_nothing_is_taken_and_nothing_lost() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="   ", description="kept")
        await pilot.press("down", "down", "enter")
        assert app.results == []
        assert "needs a name" in app.text("fate")
        assert app.screen.query_one("#description", Input).value == "kept"
        assert app.focused is app.screen.query_one("#name", Input)
        await pilot.press("escape")
        assert app.results == [None]


async def test_a_name_and_enter_in_one_burst_lose_no_letter() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open()
        await pilot.pause()
        for letter in "raintest":
            app.post_message(events.Key(letter, letter))
        app.post_message(events.Key("enter", "\r"))
        await pilot.pause()
        assert [answer and answer.name for answer in app.results] == ["raintest"]


async def test_writing_over_a_file_takes_a_second_enter() -> None:
    app = Host((Place.USER, "mine"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="Mine")
        await pilot.pause()
        assert app.text("fate") == "replaces the prompt that is saved there"
        await pilot.press("enter")
        assert app.results == []
        assert "once more" in app.text("fate")
        await pilot.press(*"x", "backspace", "enter")
        assert app.results == []
        await pilot.press("ctrl+s")
        assert app.results == [SaveAnswer("Mine", "", Place.USER, "mine", keep_values=False)]


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ((Place.PROJECT, "mine"), "the project's own preset of that name goes before it"),
        ((Place.SHIPPED, "mine"), "it goes before the shipped preset"),
    ],
)
async def test_a_name_that_another_place_has_is_told(there: tuple[Place, str], said: str) -> None:
    app = Host(there)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="Mine", place=Place.SHIPPED)
        await pilot.pause()
        assert said in app.text("fate")
        await pilot.press("enter")
        assert app.results == [SaveAnswer("Mine", "", Place.USER, "mine", keep_values=False)]


async def test_a_place_that_cannot_be_looked_at_keeps_the_dialog_open() -> None:
    app = Host(fault="/yours can't be read")
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="Mine")
        await pilot.press("enter")
        assert app.results == []
        assert app.text("fate") == "/yours can't be read"


async def test_typed_values_are_kept_only_when_asked_and_never_those_of_files() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="a", values=("dry", "@article.txt"))
        await pilot.pause()
        assert any("@file" in str(line.render()) for line in app.screen.query(Static))
        await pilot.press("tab", "tab", "tab", "right", "enter")
        assert app.results == [SaveAnswer("a", "", Place.USER, "a", keep_values=True)]
        app.open(name="a", values=("@article.txt",))
        await pilot.pause()
        assert not app.screen.query("#values")
        await pilot.press("enter")
        assert app.results[1] == SaveAnswer("a", "", Place.USER, "a", keep_values=False)


async def test_the_place_is_chosen_by_keys_and_mouse() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(name="a", place=Place.PROJECT)
        await pilot.pause()
        line = app.screen.query_one("#place", ChoiceLine)
        assert line.chosen == "project"
        await pilot.click("#place", offset=(2, 0))
        assert line.chosen == "yours"
        assert app.text("path").startswith("/yours/")
        line.focus()
        await pilot.press("left", "right", "right")
        assert line.chosen == "project"
        await pilot.press("space")
        assert line.chosen == "yours"


@pytest.mark.parametrize("size", [(120, 40), (40, 12), (1, 1)])
async def test_foreign_text_is_literal_at_any_size(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.open(name=HOSTILE, description=HOSTILE, values=(HOSTILE, "@" + HOSTILE))
        await pilot.press("down", "down", "down", "up", "enter")
        assert app.results[0] is not None
        assert app.results[0].name == HOSTILE.strip()


async def test_questions_about_files_never_lose_anything_by_a_blind_enter() -> None:
    app = App[None]()
    answers: list[str | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        for question in (changed_on_disk_question(HOSTILE), comments_question(1), comments_question(12)):
            app.push_screen(question, answers.append)
            await pilot.press("enter")
    assert answers == ["both", "save-as", "save-as"]
