from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input

from workbench.tui.widgets.variables_panel import FIELD_LIMIT, VariableRow, VariablesPanel

HOSTILE = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"


class Host(App[None]):
    def __init__(self, *rows: VariableRow) -> None:
        super().__init__()
        self.rows = rows
        self.changes: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        yield VariablesPanel()

    def on_mount(self) -> None:
        self.panel.show(self.rows)
        self.panel.focus()

    @property
    def panel(self) -> VariablesPanel:
        return self.query_one(VariablesPanel)

    def on_variables_panel_changed(self, event: VariablesPanel.Changed) -> None:
        self.changes.append((event.name, event.value))
        self.panel.show(
            tuple(
                VariableRow(row.name, event.value, row.default) if row.name == event.name else row
                for row in self.panel.rows
            )
        )


def lines(app: Host) -> list[str]:
    return [app.panel.render_line(y).text for y in range(app.panel.size.height)]


async def paste(pilot: Pilot[None], text: str) -> None:
    focused = pilot.app.focused
    assert focused is not None
    focused.post_message(Paste(text))
    await pilot.pause()


async def test_each_state_of_a_variable_is_told_in_words() -> None:
    app = Host(
        VariableRow("text", "@article.txt", note="3.2 kB"),
        VariableRow("gone", "@x.txt", note="no such file", wrong=True),
        VariableRow("tone", default="dry"),
        VariableRow("언어"),
        VariableRow("empty", ""),
    )
    async with app.run_test(size=(60, 12)):
        drawn = lines(app)
        assert "text  = @article.txt" in drawn[0]
        assert drawn[0].endswith("3.2 kB ")
        assert drawn[1][1] == "!"
        assert drawn[1].endswith("no such file ")
        assert "dry  (default)" in drawn[2]
        assert drawn[3][1:].startswith("! 언어")
        assert "unfilled" in drawn[3]
        assert "(empty)" in drawn[4]
        assert str(app.panel.border_subtitle) == "1 unfilled"
        assert app.panel.size.height == 5


async def test_letters_begin_a_value_and_enter_accepts_it() -> None:
    app = Host(VariableRow("a"), VariableRow("b", "old"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("k", "j", " ", "가")
        assert app.panel.editing
        await pilot.press("enter")
        assert app.changes == [("a", "kj 가")]
        assert app.focused is app.panel
        await pilot.press("down", "enter", "end", "x", "enter")
        assert app.changes[-1] == ("b", "oldx")


async def test_escape_keeps_and_delete_takes_the_value_back() -> None:
    app = Host(VariableRow("a", "old", "fallback"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("n", "escape")
        assert app.changes == []
        assert not app.panel.editing
        await pilot.press("delete")
        assert app.changes == [("a", None)]
        assert "fallback  (default)" in lines(app)[0]
        await pilot.press("delete")
        assert len(app.changes) == 1


async def test_moving_on_accepts_and_an_empty_value_needs_enter() -> None:
    app = Host(VariableRow("a"), VariableRow("b"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("x", "down")
        assert app.changes == [("a", "x")]
        await pilot.press("enter", "up")
        assert app.changes == [("a", "x")]
        await pilot.press("down", "enter", "enter")
        assert app.changes[-1] == ("b", "")


async def test_a_pasted_value_keeps_its_lines() -> None:
    app = Host(VariableRow("a"))
    async with app.run_test(size=(60, 12)) as pilot:
        await paste(pilot, "one\r\ntwo\rthree")
        assert app.changes == [("a", "one\ntwo\nthree")]
        await pilot.press("x", "y", "left")
        await paste(pilot, "1\n2")
        assert app.changes[-1] == ("a", "x1\n2y")
        assert not app.panel.editing


async def test_a_long_value_is_kept_and_not_opened() -> None:
    app = Host(VariableRow("a"))
    async with app.run_test(size=(60, 12)) as pilot:
        await paste(pilot, "x" * (FIELD_LIMIT + 1))
        assert app.changes == [("a", "x" * (FIELD_LIMIT + 1))]
        await pilot.press("enter")
        assert not app.panel.editing
        assert "too long" in str(app.panel.border_subtitle)


async def test_foreign_text_is_literal_and_lines_are_whole() -> None:
    app = Host(VariableRow(HOSTILE, HOSTILE, note=HOSTILE, wrong=True), VariableRow("b", default=HOSTILE))
    for width in (10, 21, 60):
        async with Host(*app.rows).run_test(size=(width, 12)) as pilot:
            host = pilot.app
            assert isinstance(host, Host)
            for y, line in enumerate(lines(host)):
                assert host.panel.render_line(y).cell_length == host.panel.size.width
                assert line.isprintable()
            await pilot.press("down", "enter")
            await pilot.pause()
            assert isinstance(host.focused, Input)


async def test_rows_scroll_with_the_selection_and_survive_new_rows() -> None:
    rows = [VariableRow(f"v{number}") for number in range(12)]
    app = Host(*rows)
    async with app.run_test(size=(40, 12)) as pilot:
        assert app.panel.size.height == 6
        await pilot.press(*["down"] * 9)
        assert any(line.startswith("›! v9") for line in lines(app))
        app.panel.show(tuple(rows[5:]))
        await pilot.pause()
        assert app.panel.selected == rows[9]
        app.panel.show(())
        await pilot.pause()
        assert len(app.panel.rows) == 0
        await pilot.press("enter", "x", "delete", "down")
        assert app.changes == []


async def test_a_field_on_a_variable_that_is_gone_is_dropped() -> None:
    app = Host(VariableRow("a"), VariableRow("b"))
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("x")
        app.panel.show((VariableRow("b"),))
        await pilot.pause()
        assert app.panel.has_focus
        assert app.changes == []


async def test_the_mouse_selects_and_then_opens() -> None:
    app = Host(VariableRow("a"), VariableRow("b", "two"))
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.click(VariablesPanel, offset=(5, 2))
        assert app.panel.selected == app.rows[1]
        await pilot.click(VariablesPanel, offset=(5, 2))
        assert app.panel.editing


async def test_a_burst_of_keys_arrives_whole_and_in_order() -> None:
    """As a terminal delivers them: all before the first has been handled."""
    app = Host(VariableRow("text"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        for char in "abcdefgh":
            app.post_message(Key(char, char))
        app.post_message(Key("enter", None))
        await pilot.pause()
        await pilot.pause()
        assert app.changes == [("text", "abcdefgh")]
