"""A comparison from history on the screen: as it was, and gone on with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.widgets import Static

from tests.support.app import open_bench
from tests.support.settle import until
from tests.tui.test_compare_desk import LADDER, PROMPT, Screen, experiment, services
from workbench.adapters.experiments import ExperimentSummary
from workbench.adapters.write import Write
from workbench.comparing_opened import Opened, open_experiment
from workbench.core.errors import InputError
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridLimits, GridState
from workbench.core.judging import judged
from workbench.core.prompt import Check, Message, ParameterValues, Prompt, Role
from workbench.services import Services
from workbench.tui.compare_more import MoreGate, limit_fields
from workbench.tui.compare_state import COMPLETE, STOPPED, VerdictChanged
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.screens.compare_setup import CompareSetup
from workbench.tui.screens.experiment_picker import ExperimentPicker
from workbench.tui.widgets.pick_list import PickList

__all__ = ["services"]


class Again(Screen):
    """What stands for the screen, with an experiment from history on it."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened.comparing.services, opened.stored.experiment, opened=opened, limits=opened.limits)


def reopened(services: Services) -> Again:
    assert services.database.flush(10)
    return Again(open_experiment(services, "last"))


async def test_it_opens_as_it_was(services: Services) -> None:
    checked = Prompt(
        name="rain",
        model="practice-fast",
        messages=(Message(Role.USER, "rain as JSON"),),
        parameters=ParameterValues({"response_format": {"type": "json_object"}}),
        checks=(Check("contains", "zzz"),),
    )
    first = Screen(services, experiment(3, prompt=checked, cases=()), limits=GridLimits(2, 50, 0.5))
    before = await first.run()
    again = reopened(services)
    desk = again.desk
    assert not desk.running
    await again.run()
    assert [head.dots for head in desk.heads()] == [head.dots for head in before.heads()]
    assert [desk.cell_view(column) for column in (0, 1)] == [before.cell_view(column) for column in (0, 1)]
    assert again.texts == [before.cell_view(column).text for column in (0, 1)]
    assert (desk.state, desk.ended, desk.failed, desk.spent) == (GridState.COMPLETE, 6, 0, before.spent)
    assert desk.spent_here.requests == 0
    assert desk.left == GridLimits(2, 50, 0.5)
    assert desk.verdict is not None
    assert before.verdict is not None
    assert desk.verdict.words == before.verdict.words
    assert sum(isinstance(each, VerdictChanged) for each in again.told) == 1
    one, two = await before.report(whole=True), await desk.report(whole=True)
    assert two.to_json() == one.to_json()
    light = await desk.report()
    assert light.columns[0].checks == one.columns[0].checks
    assert light.cells[0].run["request"] == {}, "what nobody looks at is left where it is"


async def test_what_was_stopped_goes_on_where_it_stood(services: Services) -> None:
    slow = Experiment(Prompt(model="practice", messages=PROMPT.messages), (LADDER,), 3, ({"what": "rain"},))
    first = Screen(services, slow, limits=GridLimits(concurrency=2))
    first.start()
    await first.began.wait()
    first.desk.stop()
    await first.end()
    again = reopened(services)
    again.start()
    desk = again.desk
    assert desk.state_line == "stopped 0/6 · 6 open"
    assert set(again.dots(0) + again.dots(1)) == {STOPPED}
    assert again.texts == [first.desk.cell_view(column).text for column in (0, 1)] != ["", ""]
    assert desk.cell_view(0).state == "cancelled"
    desk.show_repeat(0, 2)
    assert desk.cell_view(0).state == "not_sent"
    sent = desk.spent.requests
    assert (sent, desk.spent_here.requests) == (2, 0)
    desk.show_repeat(0, 0)
    again.began.clear()
    assert desk.run_again(0)  # this one and no other
    await again.began.wait()
    assert desk.spent.requests == sent + 1
    assert again.dots(1) == STOPPED * 3
    desk.stop()
    await again.end()
    assert len(desk.open_cells) == 6


async def test_a_repeat_is_added_to_one_of_before_and_kept_in_its_row(services: Services) -> None:
    await Screen(services, experiment(2)).run()
    again = reopened(services)
    again.start()
    again.desk.add_repeat()
    await again.end()
    assert [again.dots(0), again.dots(1)] == [COMPLETE * 3] * 2
    assert again.desk.state is GridState.COMPLETE
    assert again.desk.spent.requests == again.desk.spent_here.requests + 4
    assert services.database.flush(10)
    (kept,) = services.experiments.recent()
    assert (kept.cells, kept.complete, kept.repeats, kept.open) == (6, 6, 3, 0)


async def test_judgements_are_there_and_one_more_is_kept(services: Services) -> None:
    first = Screen(services, experiment(2))
    desk = await first.run()
    (one, two) = desk.judging.open_rounds(desk.complete_answers())
    desk.judging.keep(judged(one, 0))
    again = reopened(services).desk
    assert again.judging.judgements == desk.judging.judgements
    (left,) = again.judging.open_rounds(again.complete_answers())
    assert (left.case, left.repeat) == (two.case, two.repeat)
    again.judging.keep(judged(left, 1))
    assert len(reopened(services).desk.judging.judgements) == 2


async def test_the_gate_of_more_tells_what_these_cells_take(services: Services) -> None:
    await Screen(services, experiment(2)).run()
    desk = reopened(services).desk
    gate = MoreGate(desk.comparing, [Cell(0, 0, 2), Cell(1, 0, 2)], "2 cells added", desk.opened)
    look = gate.look(limit_fields(desk.left))
    assert look.can_send
    assert look.free
    assert look.lines[0].startswith("2 cells added: 2 requests, ")
    assert gate.look(limit_fields(desk.left)._replace(max_requests="many")).wrong.keys() == {"max_requests"}
    another = reopened(services)
    another.start()
    another.desk.add_repeat()
    await another.end()
    assert services.database.flush(10)
    late = gate.look(limit_fields(desk.left))
    assert not late.can_send
    assert "gone on elsewhere" in late.problems[0].text


async def test_caps_count_from_here_on(services: Services) -> None:
    first = Screen(services, experiment(3), limits=GridLimits(concurrency=1, max_requests=2))
    desk = await first.run()
    assert (desk.is_capped, desk.left) == (True, GridLimits(concurrency=1, max_requests=2))
    desk.allow(GridLimits(concurrency=2, max_requests=3), anyway=False)
    assert (desk.is_capped, desk.left) == (False, GridLimits(concurrency=2, max_requests=3))
    desk.resume()
    await first.end()
    assert (desk.spent.requests, desk.state, len(desk.open_cells)) == (5, GridState.BUDGET, 1)


async def test_a_connection_that_is_gone_can_be_looked_at_and_not_sent_to(services: Services, tmp_path: Path) -> None:
    prompt = Prompt(model="practice-fast", messages=PROMPT.messages)
    desk = await Screen(services, experiment(1, prompt=prompt)).run()
    query = "UPDATE experiments SET experiment = replace(experiment, 'practice-fast', 'a-model'), plan = ?"
    assert not services.database.submit(Write(lambda: [(query, ('{"connection": "gone"}',))])).exception(10)
    again = reopened(services)
    await again.run()
    assert again.texts[0] == desk.cell_view(0).text
    look = MoreGate(again.desk.comparing, [Cell(0, 0, 0)], "1 cell", again.desk.opened).look(
        limit_fields(again.desk.left)
    )
    assert not look.can_send
    assert "gone" in look.problems[0].text


def test_nothing_to_open(services: Services) -> None:
    with pytest.raises(InputError, match="no comparison is in history yet"):
        open_experiment(services, "last")
    with pytest.raises(InputError, match="there is no comparison 7 in history"):
        open_experiment(services, "7")


# -- on the screen ---------------------------------------------------------------------------------------------------


class Host(App[None]):
    def __init__(self, read: Callable[[str], Awaitable[Opened]]) -> None:
        super().__init__()
        self.picker = ExperimentPicker(read)
        self.got: list[Opened | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.picker, self.got.append)

    @property
    def rows(self) -> list[str]:
        return [choice.id for choice in self.picker.query_one(PickList).choices]

    @property
    def told(self) -> str:
        return str(self.picker.query_one(Static).render())


@pytest.fixture
async def summaries(services: Services) -> tuple[ExperimentSummary, ...]:
    for name in ("rain", "비 소식", "[/x]"):
        prompt = Prompt(name=name, model="practice-fast", messages=PROMPT.messages, parameters=PROMPT.parameters)
        await Screen(services, experiment(1, prompt=prompt), limits=GridLimits(max_requests=1 + (name == "rain"))).run()
    assert services.database.flush(10)
    return services.experiments.recent()


async def test_a_few_letters_find_one(services: Services, summaries: tuple[ExperimentSummary, ...]) -> None:
    async def read(experiment: str) -> Opened:
        if experiment == summaries[0].id:
            raise InputError("it is gone", "choose another")
        return open_experiment(services, experiment)

    app = Host(read)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "reading" in app.told
        app.picker.set_experiments(summaries)
        assert app.rows == [each.id for each in summaries]
        assert app.told.startswith("temperature 0 · 1.5")
        assert "budget: 1 of 2 cells are open · 1 request · free" in app.told
        await pilot.press(*"zz")
        assert app.rows == []
        assert app.told == "nothing here has that in it"
        await pilot.press("ctrl+u", *"rai")
        assert app.rows == [summaries[2].id]
        assert "complete: 2 cells" in app.told
        await pilot.press("ctrl+u", "pageup", "enter")
        assert app.told == "it is gone: choose another"
        for letter in "rain":
            app.post_message(events.Key(letter, letter))
        app.post_message(events.Key("enter", None))
        await pilot.pause(0.1)
        assert [opened and opened.stored.id for opened in app.got] == [summaries[2].id]


async def test_the_one_that_the_cursor_rests_on_is_read_ahead_and_only_once(
    services: Services, summaries: tuple[ExperimentSummary, ...]
) -> None:
    read: list[str] = []

    async def noted(experiment: str) -> Opened:
        read.append(experiment)
        return open_experiment(services, experiment)

    app = Host(noted)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.picker.set_experiments((replace(summaries[0], running=True), *summaries[1:]))
        await pilot.press("down")
        await until(lambda: read)
        await pilot.press("enter")
        assert read == [summaries[1].id], "one that is written to elsewhere is read when it is opened"
        assert [opened and opened.stored.id for opened in app.got] == read


async def nothing(_: str) -> Opened:
    raise AssertionError("nothing is read")


async def test_there_is_none_yet() -> None:
    app = Host(nothing)
    async with app.run_test(size=(40, 12)) as pilot:
        app.picker.set_experiments((), "history can't be read")
        await pilot.press("enter", "down")
        assert app.told == "history can't be read"
        assert app.got == []


async def test_from_the_palette_to_what_was_compared_and_on_with_it(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(100, 30)) as bench:
        other = Prompt(name="other", model="practice-fast", messages=PROMPT.messages)
        first = Screen(bench.services, experiment(2, prompt=other), limits=GridLimits(concurrency=1, max_requests=3))
        await first.run()
        assert bench.services.database.flush(10)
        await bench.type("something of mine")
        bench.screen.action_ask("comparison")
        await bench.until(lambda: isinstance(bench.app.screen, ExperimentPicker))
        picker = bench.app.screen
        await bench.until(lambda: picker.query_one(PickList).choices)
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        screen = bench.app.screen
        assert isinstance(screen, CompareScreen)
        await bench.until(lambda: screen.desk.verdict is not None)
        await bench.pilot.pause()
        shown = "\n".join(strip.text for strip in screen._compositor.render_strips())
        assert first.texts[0].replace("`", "")[:12] in shown
        assert "1 of 4 cells are open" in shown
        await bench.press("s")
        await bench.pilot.pause()
        assert "another prompt" in "\n".join(strip.text for strip in screen._compositor.render_strips())
        await bench.press("ctrl+j")
        await bench.until(lambda: isinstance(bench.app.screen, CompareSetup))
        gate = bench.app.screen
        await bench.until(lambda: "1 cell open: 1 request" in str(gate.query_one("#figures", Static).render()))
        assert screen.desk.spent_here.requests == 0
        await bench.press("enter")
        await bench.until(lambda: screen.desk.state is GridState.COMPLETE)
        assert screen.desk.spent_here.requests == 1
        answer = screen.desk.cell_view(0).text
        await bench.press("a")
        await bench.until(lambda: bench.app.screen is bench.screen)
        await bench.until(lambda: len(bench.app.desk.prompt.messages) == 3)
        desk = bench.app.desk
        assert [each.content for each in desk.prompt.messages[:2]] == [PROMPT.messages[0].content, answer]
        assert desk.prompt.compare == screen.desk.experiment.to_comparison()
        assert [tab.title for tab in bench.app.drafts.tabs] == ["something of mine", "other"]
