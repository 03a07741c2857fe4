"""From the workbench into a comparison and back: what is proposed, and what is taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.widgets import Input

from tests.support.app import Bench, open_bench
from workbench.core.json_value import JSON
from workbench.core.prompt import Comparison, ParameterValues, Role
from workbench.tui.screens.answer_calls import AnswerCalls
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.screens.compare_setup import CompareSetup
from workbench.tui.widgets.chooser import Chooser

KEY = {"OPENAI_API_KEY": "sk-a-key-for-nobody-0123456789abcdef"}


async def gate_of(bench: Bench) -> dict[str, str]:
    """The fields of the gate that opens."""
    await bench.until(lambda: isinstance(bench.app.screen, CompareSetup))
    await bench.pilot.pause()
    return {str(field.id): field.value for field in bench.app.screen.query(Input)}


async def test_ctrl_t_proposes_a_ladder_and_what_is_found_comes_back(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        desk = bench.app.desk
        desk.edit(desk.prompt.with_parameters(ParameterValues({"max_completion_tokens": 30})))
        await bench.type("tell me about rain")
        await bench.press("ctrl+t")
        fields = await gate_of(bench)
        assert (fields["vary"], fields["repeats"]) == ("temperature: 0, 0.5, 1, 1.5", "3")
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        screen = bench.app.screen
        assert isinstance(screen, CompareScreen)
        await bench.until(lambda: screen.desk.state is not None)
        assert screen.desk.state_line == "complete 12/12"
        answer = screen.desk.cell_view(0).text
        await bench.press("a")
        await bench.until(lambda: bench.app.screen is bench.screen)
        await bench.until(lambda: len(desk.prompt.messages) == 3)
        assert desk.prompt.messages[1].content == answer
        assert desk.session.text == "free"


async def test_a_setting_is_taken_into_the_prompt(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        desk = bench.app.desk
        await bench.type("tell me about rain")
        compare = Comparison({"max_completion_tokens": [5, 6]})
        desk.edit(replace(desk.prompt, compare=compare, messages=bench.screen.messages.messages))
        await bench.press("ctrl+t")
        assert (await gate_of(bench))["vary"] == "max_completion_tokens: 5, 6"
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        screen = bench.app.screen
        assert isinstance(screen, CompareScreen)
        await bench.until(lambda: screen.desk.state is not None)
        await bench.press("right", "p")
        await bench.until(lambda: bench.app.screen is bench.screen)
        await bench.until(lambda: desk.prompt.parameters.get("max_completion_tokens") == 6)
        assert desk.prompt.compare == compare


async def test_an_answer_that_calls_is_taken_with_its_calls_and_they_are_answered(tmp_path: Path) -> None:
    tool: JSON = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    async with open_bench(tmp_path) as bench:
        desk = bench.app.desk
        await bench.type("the weather")
        parameters = ParameterValues({"tools": [tool], "tool_choice": "required"})
        prompt = desk.prompt.with_parameters(parameters).with_reply("weather", "rain")
        desk.edit(replace(prompt, compare=Comparison({"temperature": [0, 1]}), messages=bench.screen.messages.messages))
        await bench.press("ctrl+t")
        await gate_of(bench)
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        screen = bench.app.screen
        assert isinstance(screen, CompareScreen)
        await bench.until(lambda: screen.desk.state is not None)
        await bench.press("a")
        await bench.until(lambda: isinstance(bench.app.screen, AnswerCalls))
        asked, answered = desk.prompt.messages[1:]
        assert [call.name for call in asked.calls] == ["weather"]
        assert (asked.content, answered.role, answered.content) == ("", Role.TOOL, "")
        await bench.press("ctrl+s")
        await bench.until(lambda: desk.prompt.messages[2].content == "rain")


async def test_where_the_model_takes_no_temperature_the_rule_is_told_and_others_are_offered(tmp_path: Path) -> None:
    async with open_bench(tmp_path, environ=KEY, model="gpt-5") as bench:
        await bench.type("tell me about rain")
        await bench.press("ctrl+t")
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.pilot.pause()
        shown = "\n".join(str(each.render()) for each in bench.app.screen.query("Static"))
        assert "temperature can't be varied: gpt-5 takes only 1" in shown
        await bench.press("1")
        assert (await gate_of(bench))["vary"].startswith("reasoning_effort: ")
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert not bench.services.experiments.recent()


async def test_a_saved_comparison_that_can_not_be_run_gives_way_to_the_ladder(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        desk = bench.app.desk
        desk.edit(replace(desk.prompt, compare=Comparison({"messages[7]": ["a", "b"]})))
        await bench.press("ctrl+t")
        assert (await gate_of(bench))["vary"].startswith("temperature: ")
