from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.events import Key, MouseScrollDown, Paste
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME, PARAMETERS, check_value
from workbench.core.prompt import ParameterValues
from workbench.tui.widgets.json_editor import JsonEditor
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.parameter_rows import GivenValue, columns_for
from workbench.tui.widgets.parameter_view import LINES

HOSTILE = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e 가나다"


class Host(App[None]):
    CSS = "ParameterPanel { width: 100%; height: 100%; }"

    def __init__(self, values: dict[str, JSON] | None = None, reasons: dict[str, str] | None = None) -> None:
        super().__init__()
        self.values = ParameterValues(values)
        self.reasons = reasons or {}
        self.changes: list[ParameterValues] = []
        self.model_requests = 0

    def compose(self) -> ComposeResult:
        yield ParameterPanel()
        yield Input(id="elsewhere", classes="other")

    def on_mount(self) -> None:
        self.query_one("#elsewhere").styles.display = "none"
        self.panel.show(self.values, "gpt-5.4-mini", self.reasons, {})
        self.panel.focus()

    @property
    def panel(self) -> ParameterPanel:
        return self.query_one(ParameterPanel)

    def on_parameter_panel_changed(self, event: ParameterPanel.Changed) -> None:
        self.changes.append(event.parameters)

    def on_parameter_panel_model_requested(self) -> None:
        self.model_requests += 1


def lines(app: Host) -> list[str]:
    panel = app.panel
    return [panel.render_line(y).text for y in range(panel.size.height)]


def line_of(app: Host, name: str) -> str:
    return next(line for line in lines(app) if line[3:].startswith(name))


async def at(pilot: Pilot[None], name: str) -> None:
    app = pilot.app
    assert isinstance(app, Host)
    app.panel.select(name)
    await pilot.pause()


def value(app: Host, name: str) -> JSON:
    return app.panel.parameters.get(name, "not sent")


async def test_a_persona_s_value_is_where_an_own_one_starts() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        app.panel.show(app.values, "gpt-5.4-mini", {}, {}, {"temperature": GivenValue(0.3, "persona Editor")})
        await at(pilot, "temperature")
        assert "from persona Editor" in line_of(app, "temperature")
        assert str(app.panel.border_subtitle).startswith("1 sent")
        await pilot.press("right")
        assert value(app, "temperature") == 0.4
        assert "Editor" not in line_of(app, "temperature")
        await pilot.press("delete")
        assert "0.3" in line_of(app, "temperature")
        assert app.changes[-1] == {}


async def test_a_model_that_the_connection_lacks_is_named_beside_the_one_that_is_asked() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)):
        app.panel.show(app.values, "practice", {}, {}, replaced_model="gpt-5.4-mini")
        assert "practice  in place of gpt-5.4-mini" in lines(app)[0]


async def test_the_first_state_of_every_parameter_is_not_sent() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)):
        shown = lines(app)
        assert "gpt-5.4-mini" in shown[0]
        assert [line[3:].split()[0] for line in shown[1:14]] == [p.name for p in PARAMETERS if p.common]
        assert all(" · " in line[:4] for line in shown[1:14])
        assert app.panel.border_subtitle == f"0 sent · {len(PARAMETERS)} not sent"


async def test_space_toggles_and_remembers() -> None:
    app = Host({"temperature": 0.7})
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("down", "space")
        assert value(app, "temperature") == "not sent"
        assert "not sent" in line_of(app, "temperature")
        await pilot.press("space")
        assert value(app, "temperature") == 0.7
        await pilot.press("down", "space")
        assert value(app, "top_p") == 1
        assert [dict(change) for change in app.changes] == [
            {},
            {"temperature": 0.7},
            {"temperature": 0.7, "top_p": 1},
        ]
        assert app.panel.border_subtitle == f"2 sent · {len(PARAMETERS) - 2} not sent"


async def test_arrows_move_by_one_step_and_by_ten_with_exact_decimals() -> None:
    app = Host({"temperature": 0})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "right", "right", "right")
        assert value(app, "temperature") == 0.3
        await pilot.press("shift+right")
        assert value(app, "temperature") == 1.3
        await pilot.press("shift+left", "left", "left", "left")
        assert value(app, "temperature") == 0
        assert "✓" in line_of(app, "temperature"), "0 is sent"


async def test_tool_choice_is_stepped_through_its_words_and_the_tools_by_name() -> None:
    tools: JSON = [{"type": "function", "function": {"name": name}} for name in ("get_weather", "시각")]
    app = Host({"tools": tools})
    async with app.run_test(size=(80, 40)) as pilot:
        assert "get_weather, 시각" in line_of(app, "tools")
        app.panel.select("tool_choice")
        await pilot.press("right", "right", "right", "right")
        assert "→ get_weather" in line_of(app, "tool_choice")
        await pilot.press("right", "right", "left")
        assert "→ 시각" in line_of(app, "tool_choice")
        named: list[JSON] = [{"type": "function", "function": {"name": name}} for name in ("get_weather", "시각")]
        assert [each["tool_choice"] for each in app.changes] == ["auto", "none", "required", *named, "auto", named[1]]


async def test_a_step_past_the_end_is_clamped_with_a_notice_and_changes_nothing() -> None:
    app = Host({"temperature": 2})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "right")
        assert app.changes == []
        assert "goes no further than 2" in lines(app)[-2]
        await pilot.press("down")
        assert "goes no further" not in "".join(lines(app))


async def test_where_there_is_no_help_line_the_notice_is_in_the_border() -> None:
    app = Host({"temperature": 2})
    async with app.run_test(size=(80, 7)) as pilot:
        await pilot.press("down", "right")
        assert "goes no further than 2" in str(app.panel.border_subtitle)
        assert "temperature" in lines(app)[1]


async def test_delete_leaves_out_and_space_brings_back() -> None:
    app = Host({"temperature": 0})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "delete")
        assert value(app, "temperature") == "not sent"
        await pilot.press("delete")
        assert len(app.changes) == 1
        await pilot.press("space")
        assert value(app, "temperature") == 0


async def test_typing_a_digit_opens_the_field_and_no_key_is_lost() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", *"1.25", "enter")
        assert value(app, "temperature") == 1.25
        assert app.panel.has_focus
        assert not app.query("ParameterField")
        await at(pilot, "frequency_penalty")
        await pilot.press(*"-.5", "enter")
        assert value(app, "frequency_penalty") == -0.5


async def test_a_burst_of_keys_arrives_whole_and_in_order() -> None:
    """As a terminal delivers them: all before the first has been handled."""
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "temperature")
        for key in [*"0.1234567", "enter"]:
            app.post_message(
                Key(key if key == "enter" else "full_stop" if key == "." else key, key if len(key) == 1 else None)
            )
        await pilot.pause()
        await pilot.pause()
        assert value(app, "temperature") == 0.1234567
        assert "0.1234567" in line_of(app, "temperature")


async def test_enter_edits_in_place_and_escape_cancels() -> None:
    app = Host({"temperature": 0.7})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "enter")
        field = app.query_one("ParameterField", Input)
        assert field.value == "0.7"
        assert app.focused is field
        panel = app.panel.content_region
        assert (field.region.y, field.region.x) == (panel.y + 1, panel.x + columns_for(panel.width - 1).value_x)
        assert field.region.right <= panel.right
        await pilot.press("9", "escape")
        assert value(app, "temperature") == 0.7
        assert app.changes == []
        assert app.panel.has_focus


async def test_what_is_no_number_stays_in_the_field_with_the_error() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", *"1x", "enter")
        field = app.query_one("ParameterField", Input)
        assert field.value == "1x"
        assert "must be a number" in " ".join(lines(app)[-2:])
        await pilot.press("backspace", "enter")
        assert value(app, "temperature") == 1
        assert "must be" not in " ".join(lines(app))


async def test_a_typed_value_out_of_range_is_kept_and_marked() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "9", "enter")
        assert value(app, "temperature") == 9
        row = line_of(app, "temperature")
        assert row[1] == "!"
        assert "must be from 0 to 2" in row
        await pilot.press("left")
        assert value(app, "temperature") == 2
        assert line_of(app, "temperature")[1] == "✓"


async def test_an_emptied_field_means_not_sent() -> None:
    app = Host({"temperature": 0.7, "user": "me"})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "enter", "backspace", "enter")
        assert value(app, "temperature") == "not sent"
        await at(pilot, "user")
        await pilot.press("enter", "backspace", "enter")
        assert value(app, "user") == "not sent"
        await pilot.press("enter", "backspace", '"', '"', "enter")
        assert value(app, "user") == ""
        assert line_of(app, "user")[1] == "✓"


async def test_leaving_the_field_keeps_what_can_be_read() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.query_one("#elsewhere").styles.display = "block"
        app.query_one("#elsewhere").styles.height = 3
        await pilot.press("down", "1")
        app.query_one("#elsewhere").focus()
        await pilot.pause()
        assert value(app, "temperature") == 1
        assert app.focused is app.query_one("#elsewhere")
        assert not app.panel.editing


async def test_up_and_down_in_a_field_accept_and_move() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("down", "1", "down", "0", "enter")
        assert value(app, "temperature") == 1
        assert value(app, "top_p") == 0


async def test_choices_and_booleans() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "verbosity")
        await pilot.press("right")
        assert value(app, "verbosity") == "high"
        await pilot.press("right")
        assert value(app, "verbosity") == "low"
        await at(pilot, "stream")
        await pilot.press("left")
        assert value(app, "stream") is False
        await pilot.press("enter")
        assert value(app, "stream") is True
        await at(pilot, "reasoning_effort")
        await pilot.press("enter", *"huge", "enter")
        assert value(app, "reasoning_effort") == "huge", "an endpoint may take what the table does not know"
        assert line_of(app, "reasoning_effort")[1] == "!"


async def test_stop_is_typed_as_text_or_as_a_list() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "stop")
        await pilot.press("space", *"END", "enter")
        assert value(app, "stop") == "END"
        await pilot.press("enter", *'["\\n"]', "enter")
        assert value(app, "stop") == ["\n"]
        assert '["\\n"]' in line_of(app, "stop")


async def test_json_opens_an_editor_that_checks() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "metadata")
        await pilot.press("enter")
        assert isinstance(app.screen, JsonEditor)
        area = app.screen.query_one(TextArea)
        area.text = '{"a": \n oops}'
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, JsonEditor)
        assert "line 2, column 2" in str(app.screen.query_one("Static").render())
        area.text = '{"a": "b"}'
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert value(app, "metadata") == {"a": "b"}
        assert '{"a": "b"}' in line_of(app, "metadata")


async def test_a_key_pressed_before_the_change_is_told_keeps_its_word() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "metadata")
        await pilot.press("enter")
        editor = app.screen
        assert isinstance(editor, JsonEditor)
        line = editor.query_one("Static")
        editor.query_one(TextArea).text = "oops"
        editor.action_accept()
        await pilot.pause()
        assert "JSON" in str(line.render())
        assert line.has_class("-wrong")
        editor.query_one(TextArea).text = "more"
        editor.action_leave()
        await pilot.pause()
        assert "once more" in str(line.render())
        editor.query_one(TextArea).text = "other"
        await pilot.pause()
        assert not line.has_class("-wrong")
        await pilot.press("escape")
        assert app.screen is editor, "a text that was not warned about is warned about again"


async def test_escape_in_the_editor_asks_once_before_it_drops_text() -> None:
    app = Host({"metadata": {"a": "b"}})
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "metadata")
        await pilot.press("enter")
        app.screen.query_one(TextArea).text = "{}"
        await pilot.pause()
        await pilot.press("escape")
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        assert value(app, "metadata") == {"a": "b"}
        assert app.changes == []


async def test_a_template_is_taken_as_it_stands() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "response_format")
        await pilot.press("enter", "ctrl+s")
        await pilot.pause()
        assert value(app, "response_format") == {"type": "text"}


async def test_a_refused_row_says_why_keeps_the_value_and_takes_only_typed_ones() -> None:
    why = "refused by gpt-5.5 unless reasoning_effort is none"
    app = Host({"temperature": 0.7}, {"temperature": why, "top_p": why})
    async with app.run_test(size=(110, 40)) as pilot:
        row = line_of(app, "temperature")
        assert row[1] == "!"
        assert "0.7" in row
        assert why in row
        assert "●" not in row
        await pilot.press("down", "right", "down", "space", "right")
        assert app.changes == []
        assert f"top_p is not sent: {why}" in "".join(lines(app))
        await pilot.press(*"0.5", "enter")
        assert value(app, "top_p") == 0.5
        assert line_of(app, "top_p")[1] == "!"
        assert app.panel.border_subtitle == f"0 sent · {len(PARAMETERS)} not sent"
        await pilot.press("up", "space")
        assert value(app, "temperature") == "not sent"


async def test_problems_come_from_above_and_go_when_the_value_changes() -> None:
    app = Host({"seed": 5})
    async with app.run_test(size=(110, 40)) as pilot:
        app.panel.show(app.values, "m", {}, {"seed": "this endpoint takes no seed"})
        assert "this endpoint takes no seed" in line_of(app, "seed")
        await at(pilot, "seed")
        await pilot.press("right")
        assert line_of(app, "seed")[1] == "✓"


async def test_the_model_row_asks_for_the_model() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("enter")
        assert app.model_requests == 1
        await pilot.press("space", "right", "delete", "5")
        assert app.changes == []
        await pilot.click(ParameterPanel, offset=(10, 1))
        assert app.model_requests == 2


@pytest.mark.parametrize("width", [80, 120])
async def test_the_mouse_drags_the_knob(width: int) -> None:
    app = Host({"temperature": 0})
    async with app.run_test(size=(width, 40)) as pilot:
        columns = columns_for(app.panel.size.width - 1)
        left, right, y = 1 + columns.bar_x, columns.bar_x + columns.bar, 2
        await pilot.mouse_down(ParameterPanel, offset=(right, y))
        await pilot.pause()
        assert value(app, "temperature") == 2
        await pilot.hover(ParameterPanel, offset=((left + right) // 2, y + 5))
        assert 0.9 <= float(str(value(app, "temperature"))) <= 1.1
        await pilot.hover(ParameterPanel, offset=(1, 1))
        assert value(app, "temperature") == 0
        await pilot.mouse_up(ParameterPanel, offset=(1, 1))
        changes = len(app.changes)
        await pilot.hover(ParameterPanel, offset=(right, y))
        assert len(app.changes) == changes
        for change in app.changes:
            assert len(str(change["temperature"])) <= 3, "tenths, exactly"


async def test_the_mouse_toggles_selects_and_opens() -> None:
    app = Host({"temperature": 0.7})
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click(ParameterPanel, offset=(2, 2))
        assert value(app, "temperature") == "not sent"
        x = 1 + columns_for(app.panel.size.width - 1).value_x
        await pilot.click(ParameterPanel, offset=(x, 4))
        assert app.panel.selected is BY_NAME["max_completion_tokens"]
        assert not app.panel.editing
        await pilot.click(ParameterPanel, offset=(x, 4))
        assert app.panel.editing


async def test_every_row_can_be_reached_and_the_separator_is_stepped_over() -> None:
    app = Host()
    async with app.run_test(size=(40, 9)) as pilot:
        seen = []
        for _ in range(len(LINES)):
            await pilot.press("down")
            assert app.panel.selected is not None
            seen.append(app.panel.selected.name)
            assert any(line.startswith("›") for line in lines(app)), "the selected row is in view"
        assert list(dict.fromkeys(seen)) == [p.name for p in PARAMETERS]
        await pilot.press("home")
        assert app.panel.selected is None
        await pilot.press("end", "up", "pageup", "pagedown", "end")
        assert app.panel.selected is PARAMETERS[-1]


async def test_the_wheel_scrolls_without_moving_the_selection() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        first = lines(app)[0]
        await pilot._post_mouse_events([MouseScrollDown], ParameterPanel, offset=(5, 5))
        await pilot.pause()
        assert lines(app)[0] != first
        assert app.panel.selected is None


@pytest.mark.parametrize("size", [(10, 40), (80, 3), (1, 1), (120, 40)])
async def test_any_size_is_drawn_and_takes_keys(size: tuple[int, int]) -> None:
    values: dict[str, JSON] = {p.name: HOSTILE for p in PARAMETERS}
    app = Host(values, {"seed": HOSTILE})
    async with app.run_test(size=size) as pilot:
        app.panel.show(app.panel.parameters, HOSTILE, {"n": HOSTILE}, {"stop": HOSTILE})
        await pilot.press("down", "right", "5", "enter", "escape", "end", "space")
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        await pilot.pause()


async def test_hostile_values_never_reach_the_strips() -> None:
    values: dict[str, JSON] = {p.name: HOSTILE for p in PARAMETERS}
    app = Host(values)
    async with app.run_test(size=(120, 40)):
        app.panel.show(app.panel.parameters, HOSTILE, {"n": HOSTILE}, {"stop": HOSTILE})
        text = "".join(lines(app))
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[@click=app.quit]" in text


async def test_pasting_into_a_row_opens_the_field_with_the_first_line() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await at(pilot, "temperature")
        app.panel.post_message(Paste("1.5\r\n2"))
        await pilot.pause()
        await pilot.press("enter")
        assert value(app, "temperature") == 1.5


KEYS = [
    "up",
    "down",
    "left",
    "right",
    "shift+left",
    "shift+right",
    "space",
    "enter",
    "escape",
    "delete",
    "5",
    "-",
    "end",
]


@given(keys=st.lists(st.sampled_from(KEYS), max_size=14))
@settings(max_examples=12)
async def test_any_keys_keep_the_panel_alive_and_stepped_values_in_range(keys: list[str]) -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.is_running
        if not {"5", "-", "enter"} & set(keys):
            for name, set_to in app.panel.parameters.items():
                assert check_value(BY_NAME[name], set_to) == ""
