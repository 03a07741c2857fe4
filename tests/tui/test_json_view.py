"""The JSON view: a tree that folds, what is said above it, and an answer that is still arriving."""

from __future__ import annotations

import json
import time

import pytest
from rich.cells import cell_len, set_cell_size
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.settle import until
from workbench.core.json_answer import JsonVerdict, WantedJson, judge
from workbench.core.json_value import JSON
from workbench.tui.display import install
from workbench.tui.widgets.json_rows import OPEN_ROWS, TEXT_SLICE, JsonRows, Node, Said
from workbench.tui.widgets.json_said import fault_lines
from workbench.tui.widgets.json_view import JsonView
from workbench.tui.widgets.row_pane import RowPane

FILM: JSON = {
    "title": "기생충",
    "items": [{"score": "7", "tags": ["a", "b"]}, {"score": 9, "tags": []}],
    "note": "one line and then some more words that do not fit into the row of this small terminal",
    "none": None,
}
SCORES: dict[str, JSON] = {
    "properties": {"items": {"items": {"properties": {"score": {"type": "number"}}}}},
    "required": ["title", "year"],
}


class Host(App[None]):
    CSS = "JsonView { height: 14; }"

    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.view = JsonView()
        self.copied: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_row_pane_copy_wanted(self, event: RowPane.CopyWanted) -> None:
        self.copied.append((event.text, event.what))


def verdict(value: JSON, schema: dict[str, JSON] | None = None) -> JsonVerdict:
    return judge(json.dumps(value), None if schema is None else WantedJson("json_schema", "film", schema))


def shown(view: JsonView) -> list[str]:
    """The rows on the screen, without the empty ones below."""
    rows = [view.render_line(y).text.rstrip() for y in range(view.size.height)]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def row_under_cursor(view: JsonView) -> str:
    return next(row for row in shown(view) if row.startswith("›"))[2:].strip()


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_the_tree_with_what_is_wrong_in_its_place() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(verdict(FILM, SCORES))
        await pilot.pause()
        assert shown(app.view) == [
            "✗ not valid: 2 places break the schema film",
            "› ✗ items[0].score: must be a number, found a text",
            "  ✗ the value: lacks year",
            "",
            "  ▾ object, 4 names  ✗ lacks year",
            '      title: "기생충"',
            "    ▾ items: list of 2",
            "      ▾ [0] 2 names",
            '          score: "7"  ✗ must be a number, found a text',
            "        ▾ tags: list of 2",
            '            [0] "a"',
            '            [1] "b"',
            "      ▾ [1] 2 names",
            "          score: 9",
        ]
        await press(pilot, "enter")
        assert row_under_cursor(app.view).startswith('score: "7"')


async def test_keys_fold_unfold_and_move() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(verdict(FILM))
        await press(pilot, "down", "down", "left")
        assert row_under_cursor(app.view) == "▸ items: list of 2  {…}, {…}"
        await press(pilot, "right", "right", "right")
        assert row_under_cursor(app.view) == 'score: "7"'
        await press(pilot, "left")
        assert row_under_cursor(app.view) == "▾ [0] 2 names"
        await press(pilot, "space")
        assert row_under_cursor(app.view) == "▸ [0] 2 names  score, tags"
        await press(pilot, "end")
        assert row_under_cursor(app.view) == "none: null"
        await press(pilot, "up", "enter")
        assert row_under_cursor(app.view) == "▾ note: text, 85 characters"
        await press(pilot, "end")
        assert [row[2:].strip() for row in shown(app.view)[-3:]] == [
            "│ one line and then some more words that do not fit",
            "│ into the row of this small terminal",
            "none: null",
        ]
        await press(pilot, "home", "z")
        assert shown(app.view)[1] == "› ▾ object, 4 names"
        assert [row.strip()[:1] for row in shown(app.view)[2:]] == ["t", "▸", "▸", "n"]
        await press(pilot, "x")
        assert any("tags" in row for row in shown(app.view))
        await press(pilot, "left")
        assert shown(app.view)[1] == "› ▸ object, 4 names  title, items, note, none"


async def test_a_click_on_the_arrow_folds() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(verdict(FILM))
        await pilot.pause()
        await pilot.click(JsonView, offset=(4, 3))
        assert row_under_cursor(app.view).startswith("▸ items: list of 2")
        await pilot.click(JsonView, offset=(20, 2))
        assert row_under_cursor(app.view) == 'title: "기생충"'


async def test_what_is_under_the_cursor_is_copied_as_json() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(verdict({"a": [1, "\x1b\u202e한"]}))
        await press(pilot, "y", "down", "y", "down", "down", "y")
        whole, inner, text = app.copied
        assert json.loads(whole[0]) == {"a": [1, "\x1b\u202e한"]}
        assert whole[1] == "the whole value"
        assert (json.loads(inner[0]), inner[1]) == ([1, "\x1b\u202e한"], "the value of a")
        assert text == ('"\\u001b\\u202e한"', "the value of a[1]")
        app.view.clear()
        await press(pilot, "y")
        assert app.copied[-1][0] == ""


async def test_half_a_character_and_controls_are_shown_and_copied_without_harm() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(judge('{"\\u001b[2J\\u202e": "a\\ud83d\\u0007", "": "[b]"}', None))
        await press(pilot, "y")
        assert "\x1b" not in "".join(shown(app.view))
        assert "[b]" in shown(app.view)[3]
        assert json.loads(app.copied[0][0]) == {"\x1b[2J\u202e": "a\ud83d\x07", "": "[b]"}
        app.copied[0][0].encode()


async def test_an_answer_that_arrives_is_marked_and_followed() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        text = '{"items": ['
        app.view.arriving(lambda: text)
        await until(lambda: shown(app.view)[0].startswith("arriving: what has come so far"))
        text += ", ".join(str(number) for number in range(50)) + ', "한국'
        for _ in range(100):
            app.view.arriving(lambda: text)
        await until(lambda: any("한국" in row for row in shown(app.view)))
        assert shown(app.view)[0].startswith("arriving")
        await press(pilot, "home", "down", "left")
        assert row_under_cursor(app.view).startswith("▸ items: list of 51")
        text += '어"]}'
        app.view.show_verdict(judge(text, None), text)
        await pilot.pause()
        assert shown(app.view)[0] == "✓ valid JSON; none was asked for"
        assert row_under_cursor(app.view).startswith("▸ items: list of 51"), "what was folded by hand stays so"


async def test_nothing_is_read_that_nobody_sees() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.display = False
        await pilot.pause()
        app.view.arriving(lambda: pytest.fail("it was read"))
        await pilot.pause(0.05)


async def test_words_in_place_of_a_value() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        assert shown(app.view)[0].startswith("no answer yet")
        text = '{"a": 1,\n "글": x}'
        app.view.show_verdict(judge(text, WantedJson("json_object")), text)
        await pilot.pause()
        assert [row.strip() for row in shown(app.view)] == [
            "✗ not JSON: line 2, column 7: a value is expected, not x",
            '› 2 │  "글": x}',
            "▲ here",
        ]
        assert shown(app.view)[2].index("▲") == shown(app.view)[1].index("x") + 1  # 글 is one character of two cells
        app.view.show_verdict(judge("", None, refusal="I can't help with that. " * 20))
        await pilot.pause()
        assert shown(app.view)[0].startswith("■ the model refused: I can't help")
        assert sum("help with that" in row for row in shown(app.view)) > 3, "all of it can be read"
        app.view.show_verdict(judge('```json\n{"a": 1}\n```', WantedJson("json_object")))
        await pilot.pause()
        assert "in a Markdown fence" in " ".join(shown(app.view))
        assert shown(app.view)[-1].strip() == "a: 1"


async def test_find_goes_through_what_is_folded() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.view.show_verdict(verdict(FILM))
        await press(pilot, "home", "left")
        assert app.view.find("TAGS") == (1, 2)
        assert row_under_cursor(app.view) == "▾ tags: list of 2"
        assert app.view.find("TAGS") == (2, 2)
        assert row_under_cursor(app.view) == "tags: []"
        assert app.view.find("기생") == (1, 1)
        assert app.view.find("nowhere") == (0, 0)
        app.view.clear_find()


async def test_a_megabyte_opens_and_moves_at_once() -> None:
    big: JSON = [{"id": number, "name": "이름" * 5, "v": [number, None]} for number in range(12_000)]
    told = JsonVerdict("valid", "valid JSON", big)
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        start = time.perf_counter()
        app.view.show_verdict(told)
        await press(pilot, "end", "right", "home")
        assert time.perf_counter() - start < 2.0
        assert shown(app.view)[1] == "› ▾ list of 12,000"
        rows = app.view._rows.rows
        assert 12_000 < len(rows) < 13_000


# -- the rows ------------------------------------------------------------------------------------------------------


def labels(rows: JsonRows) -> list[str]:
    return [str(row.key) if isinstance(row, Node) else row.text if isinstance(row, Said) else "" for row in rows.rows]


def test_what_is_open_does_not_change_while_more_arrives() -> None:
    value: list[JSON] = []
    rows = JsonRows()
    before: list[str] = []
    for number in range(OPEN_ROWS):
        value.append({"a": number, "b": number})
        rows.show(list(value), (), 80)
        now = labels(rows)
        assert now[: len(before)] == before
        before = now
    assert before.count("a") == pytest.approx(OPEN_ROWS / 3, abs=1), "later ones are folded"


def test_a_long_text_unfolds_a_slice_at_a_time() -> None:
    rows = JsonRows()
    rows.show({"text": "가나다 " * TEXT_SLICE}, (), 40)
    node = rows.root.child("text") if rows.root is not None else None
    assert node is not None
    rows.set_open(node, True)
    first = len(rows.rows)
    assert TEXT_SLICE / 20 < first < TEXT_SLICE
    rows.show_more(node)
    assert first * 1.9 < len(rows.rows) < first * 2.1
    rows.set_open(node, False)
    assert len(rows.rows) == 2


def test_a_path_that_is_not_there_leads_to_the_nearest_above() -> None:
    rows = JsonRows()
    rows.show({"a": {"b": [1, 2]}}, (Said("head"),), 80)
    root = rows.root
    assert root is not None
    rows.set_open(root, False)
    assert labels(rows) == ["head", "None"]
    assert rows.shown_row(("a", "b", 1)) == 1
    assert rows.open_to(("a", "b", 7)) == 3
    assert labels(rows) == ["head", "None", "a", "b", "0", "1"]


@pytest.mark.parametrize("column", [1, 30, 500, 999])
def test_the_place_of_a_fault_is_seen_in_a_line_of_any_length(column: int) -> None:
    line = "한" * (column - 1) + "!" + "b" * (1_000 - column)
    text, mark = fault_lines(line, 1, column, 60)
    at = mark.text.index("▲")
    assert set_cell_size(text.text, at + 1).endswith("!")
    assert cell_len(text.text) <= 60
