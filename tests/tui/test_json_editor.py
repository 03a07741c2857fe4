"""The editor of JSON parameters: it checks while one types, starts from templates, loads files, wraps a bare schema."""

from __future__ import annotations

import json

import pytest
from textual.app import App
from textual.widgets import Input, Static, TextArea

from tests.support.settle import until
from workbench.core.errors import InputError
from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME
from workbench.tui.display import install
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.json_editor import LARGEST, Edited, JsonEditor

BARE: dict[str, JSON] = {
    "type": "object",
    "properties": {"score": {"type": "number"}},
    "required": ["score"],
    "additionalProperties": False,
}
WRAPPED: JSON = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": BARE}}


def read(path: str) -> str:
    match path:
        case "bare.json":
            return json.dumps(BARE)
        case "large.json":
            return " " * (LARGEST + 1)
    raise InputError(f"{path}: there is no such file", "name another")


class Host(App[None]):
    def __init__(self, name: str = "response_format", value: JSON = None, *, files: bool = True) -> None:
        super().__init__()
        install(self)
        self.editor = JsonEditor(BY_NAME[name], value, read_file=read if files else None)
        self.ended: list[Edited | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.editor, self.ended.append)

    @property
    def area(self) -> TextArea:
        return self.editor.query_one(TextArea)

    @property
    def said(self) -> str:
        return str(self.editor.query_one(Static).content)


async def until_said(app: Host, text: str) -> None:
    await until(lambda: text in app.said, told=lambda: app.said)


async def test_it_says_while_one_types_where_it_is_not_json_and_what_is_wrong_with_the_schema() -> None:
    app = Host(value=WRAPPED)
    async with app.run_test(size=(90, 30)):
        await until_said(app, "✓ valid: the schema answer, strict")
        app.area.text = '{"type": \n oops}'
        await until_said(app, "not JSON yet: line 2, column 2: a value is expected, not oops")
        assert not app.editor.query_one(Static).has_class("-wrong")
        app.area.text = json.dumps(WRAPPED).replace('"number"', '"nummer"')
        await until_said(app, "! schema.properties.score.type must be string")
        app.area.text = json.dumps(WRAPPED).replace('"required": ["score"]', '"required": []')
        await until_said(app, "! strict: every property must be required")


async def test_a_key_upon_broken_text_complains_and_goes_to_the_place() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        app.area.text = '{"type": "text",\n  oops}'
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.editor.query_one(Static).has_class("-wrong")
        assert "line 2, column 3" in app.said
        assert app.area.cursor_location == (1, 2)
        assert app.ended == []


async def test_a_bare_schema_is_asked_about_and_wrapped_with_one_key() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        app.area.text = json.dumps(BARE)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.ended == []
        assert "^R puts it into a json_schema" in app.said
        await pilot.press("ctrl+r")
        await until_said(app, "✓ valid: the schema answer, strict")
        await pilot.press("ctrl+z")
        assert json.loads(app.area.text) == BARE, "undo brings the text back"
        await pilot.press("ctrl+y", "ctrl+s")
        await pilot.pause()
        assert app.ended == [Edited(WRAPPED)]


async def test_a_bare_schema_can_be_kept_as_it_is() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        app.area.text = json.dumps(BARE)
        await pilot.press("ctrl+s", "ctrl+s")
        await pilot.pause()
        assert app.ended == [Edited(BARE)]


async def test_templates() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        await pilot.press("ctrl+t")
        assert isinstance(app.screen, Chooser)
        await pilot.press("enter")
        await until_said(app, "✓ valid: the schema answer, strict")
        await pilot.press("ctrl+t", "2")
        await pilot.pause()
        assert json.loads(app.area.text) == {"type": "json_object"}


async def test_a_schema_is_loaded_from_a_file() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        await pilot.press("ctrl+l", *"no.json", "enter")
        await until_said(app, "no.json: there is no such file: name another")
        assert app.editor.query(Input), "the name can be mended"
        app.editor.query_one(Input).value = "large.json"
        await pilot.press("enter")
        await until_said(app, "large.json has 200,001 characters")
        app.editor.query_one(Input).value = "@bare.json"
        await pilot.press("enter")
        await until_said(app, "^R puts it into a json_schema")
        assert json.loads(app.area.text) == BARE
        assert app.area.has_focus
        await pilot.press("ctrl+l", "escape")
        await pilot.pause()
        assert not app.editor.query(Input)
        assert app.ended == [], "escape closed the line for the name alone"


@pytest.mark.parametrize(("name", "files"), [("metadata", True), ("response_format", False)])
async def test_only_what_there_is_is_offered(name: str, files: bool) -> None:
    app = Host(name, files=files)
    async with app.run_test(size=(90, 30)) as pilot:
        await pilot.press("ctrl+t" if name == "metadata" else "ctrl+l")
        await pilot.pause()
        assert app.screen is app.editor
        assert not app.editor.query(Input)
        keys = str(app.editor.query_one("Vertical").border_subtitle)
        assert ("^T" in keys) == (name == "response_format")
        assert ("^L" in keys) == files


async def test_what_is_said_never_acts() -> None:
    app = Host("metadata")
    async with app.run_test(size=(90, 30)):
        app.area.text = '{"[@click=app.quit]x[/] \\u001b]52": 1}'
        await until_said(app, "[@click=app.quit]x[/]")
        assert "\x1b" not in app.said
