from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from workbench.tui.widgets.parts_panel import PartRow, PartsPanel

HOSTILE = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"
PERSONA = PartRow("persona", "Concise summariser", "You condense Korean news for busy people", 47)
FORMAT = PartRow("format", "bullets", wrong="there is no format bullets: choose another or take it off")


class Host(App[None]):
    def __init__(self, *rows: PartRow) -> None:
        super().__init__()
        self.rows = rows
        self.wanted: list[str] = []
        self.taken_off: list[str] = []

    def compose(self) -> ComposeResult:
        yield PartsPanel()
        yield Input()

    def on_mount(self) -> None:
        self.panel.show(self.rows)
        self.panel.focus()

    @property
    def panel(self) -> PartsPanel:
        return self.query_one(PartsPanel)

    def on_parts_panel_wanted(self, event: PartsPanel.Wanted) -> None:
        self.wanted.append(event.part)

    def on_parts_panel_take_off(self, event: PartsPanel.TakeOff) -> None:
        self.taken_off.append(event.part)


def lines(app: Host) -> list[str]:
    return [app.panel.render_line(y).text for y in range(app.panel.size.height)]


async def test_each_part_has_a_row_and_a_broken_one_says_why() -> None:
    app = Host(PERSONA, FORMAT)
    async with app.run_test(size=(100, 10)):
        assert lines(app) == [
            "›  persona Concise summariser  You condense Korean news for busy people".ljust(89) + "  47 tok ",
            " ! format  bullets  there is no format bullets: choose another or take it off".ljust(98),
        ]


async def test_an_estimated_count_says_so() -> None:
    app = Host(PERSONA._replace(tokens=1_200, exact=False))
    async with app.run_test(size=(100, 10)):
        assert lines(app)[0].endswith("  ~1,200 tok ")


async def test_without_a_part_it_takes_no_row() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert app.query_one(Input).region.y == 0
        app.panel.show((PERSONA,))
        await pilot.pause()
        assert app.query_one(Input).region.y == 1
        app.panel.focus()
        app.panel.show((PERSONA, FORMAT))
        await pilot.pause()
        assert app.query_one(Input).region.y == 2
        app.panel.show(())
        await pilot.pause()
        assert app.query_one(Input).region.y == 0
        assert app.panel.selected is None
        assert app.focused is app.query_one(Input)


async def test_keys_ask_for_another_and_take_off() -> None:
    app = Host(PERSONA, FORMAT)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("up", "enter", "down", "down", "space", "delete", "up", "backspace")
        assert app.wanted == ["persona", "format"]
        assert app.taken_off == ["format", "persona"]


async def test_a_click_asks_for_another() -> None:
    app = Host(PERSONA, FORMAT)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.click(PartsPanel, offset=(20, 1))
        assert app.wanted == ["format"]


async def test_the_selected_part_stays_selected() -> None:
    app = Host(PERSONA, FORMAT)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("down")
        app.panel.show((PERSONA._replace(tokens=48), FORMAT))
        assert app.panel.selected == FORMAT
        app.panel.show((PERSONA,))
        assert app.panel.selected == PERSONA


@pytest.mark.parametrize("width", [4, 12, 21, 40, 100])
async def test_foreign_text_is_literal_and_lines_are_whole(width: int) -> None:
    app = Host(PartRow("persona", HOSTILE, HOSTILE, 5), PartRow("format", HOSTILE, wrong=HOSTILE))
    async with app.run_test(size=(width, 10)):
        for y, line in enumerate(lines(app)):
            assert app.panel.render_line(y).cell_length == app.panel.size.width
            assert line.isprintable()
