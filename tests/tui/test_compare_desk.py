"""The desk of a comparison, with the real grid and the practice model, and no widget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from workbench.core.axes import Axis
from workbench.core.errors import InputError, OverBudget
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridLimits, GridState
from workbench.core.prompt import Check, Message, ParameterValues, Prompt, Role
from workbench.services import Services
from workbench.tui.compare_desk import CompareDesk
from workbench.tui.compare_state import (
    COMPLETE,
    FAILED,
    STOPPED,
    WAITING,
    CellChanged,
    Change,
    Changes,
    GridDone,
    HeadsChanged,
    TextCame,
    VerdictChanged,
)

LADDER = Axis("temperature", (0, 1.5))
PROMPT = Prompt(
    name="rain",
    model="practice-fast",
    messages=(Message(Role.USER, "tell me about {{what}}"),),
    parameters=ParameterValues({"max_completion_tokens": 40}),
)
RAIN: tuple[dict[str, str], ...] = ({"what": "rain"},)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        yield services
        await services.close_endpoints()


class Screen:
    """What stands for the screen: it shows what it is told, as a widget would."""

    def __init__(self, services: Services, experiment: Experiment, **more: Any) -> None:
        self.desk = CompareDesk(services, experiment, "practice", **more)
        self.texts = [""] * experiment.column_count
        self.told: list[Change] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.began = asyncio.Event()
        self.done = asyncio.Event()

    def take(self, changes: Changes) -> None:
        for change in changes:
            self.told.append(change)
            if isinstance(change, TextCame):
                self.texts[change.column] += change.text
                self.began.set()
            elif isinstance(change, GridDone):
                self.done.set()
            elif isinstance(change, CellChanged):
                self.texts[change.column] = self.desk.cell_view(change.column).text

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    def start(self) -> None:
        self.desk.start(self.take, spawn=self.spawn)

    async def end(self) -> None:
        """Until nothing runs, a last verdict included."""
        while pending := [task for task in self.tasks if not task.done()]:
            await asyncio.gather(*pending)
        for task in self.tasks:
            task.result()

    async def run(self) -> CompareDesk:
        self.start()
        await self.end()
        return self.desk

    def dots(self, column: int) -> str:
        return "".join(self.desk.heads()[column].dots)


def experiment(repeats: int = 2, *axes: Axis, prompt: Prompt = PROMPT, cases: Any = RAIN) -> Experiment:
    return Experiment(prompt, axes or (LADDER,), repeats, cases)


def test_before_it_runs_every_cell_waits(services: Services) -> None:
    desk = CompareDesk(services, experiment(3), "practice")
    assert [head.dots for head in desk.heads()] == [(WAITING,) * 3] * 2
    assert [head.baseline for head in desk.heads()] == [True, False]
    assert desk.cell_view(0) == ("", "waiting", "", "waiting", None)
    assert (desk.state_line, desk.vary_words, desk.title) == ("not sent 0/6", "temperature 0 · 1.5 × 3", "rain")
    assert not desk.running


async def test_what_is_told_adds_up_to_the_answers_and_their_verdict(services: Services) -> None:
    screen = Screen(services, experiment(5))
    desk = await screen.run()
    assert [screen.dots(0), screen.dots(1)] == [COMPLETE * 5] * 2
    for column in (0, 1):
        view = desk.cell_view(column)
        assert view.state == "complete"
        assert view.text
        assert screen.texts[column] == view.text
        assert view.footer.endswith("free  length")
    assert [head.aggregate for head in desk.heads()] == ["all the same", "5 distinct"]
    assert (desk.state, desk.state_line, desk.ended, desk.running) == (GridState.COMPLETE, "complete 10/10", 10, False)
    assert desk.verdict is not None
    assert "variety grows with temperature" in desk.verdict.words
    assert screen.told.count(GridDone("")) == 1
    assert isinstance(screen.told[-1], VerdictChanged)
    report = await desk.report()
    assert (report.state, report.verdict, report.sent_requests) == ("complete", desk.verdict.words, 10)
    (kept,) = services.experiments.recent()
    assert (kept.cells, kept.complete, kept.state) == (10, 10, GridState.COMPLETE)


async def test_repeats_and_the_baseline_are_chosen(services: Services) -> None:
    screen = Screen(services, experiment(3))
    desk = await screen.run()
    text = {(column, repeat): desk.report_of(Cell(column, 0, repeat)) for column in (0, 1) for repeat in range(3)}
    assert desk.cell_view(0).diff_base is None
    assert desk.cell_view(1).diff_base == screen.texts[0]
    screen.told.clear()
    desk.show_repeat(1, 2)
    assert screen.told == [CellChanged(1), HeadsChanged()]
    last = text[1, 2]
    assert last is not None
    assert screen.texts[1] == last.text
    assert desk.heads()[1].shown == 2
    desk.set_baseline(1)
    assert [head.baseline for head in desk.heads()] == [False, True]
    assert (desk.cell_view(0).diff_base, desk.cell_view(1).diff_base) == (last.text, None)
    desk.show_repeat(1, 0)
    assert desk.cell_view(1).diff_base == last.text  # another repeat of the same column, against the chosen one
    screen.told.clear()
    for nowhere in (-1, 3):
        desk.show_repeat(1, nowhere)
    assert screen.told == []


async def test_the_baseline_follows_the_repeat_that_is_shown_until_one_is_chosen(services: Services) -> None:
    screen = Screen(services, experiment(2))
    desk = await screen.run()
    screen.told.clear()
    desk.show_repeat(0, 1)
    assert screen.told == [CellChanged(0), CellChanged(1), HeadsChanged()]
    assert desk.baseline_cell == Cell(0, 0, 1)


async def test_cases_are_shown_one_at_a_time(services: Services) -> None:
    screen = Screen(services, experiment(1, cases=({"what": "rain"}, {"what": "snow"})))
    desk = await screen.run()
    first = list(screen.texts)
    assert desk.case_words == "case 1 of 2  what: rain"
    desk.show_case(9)
    assert desk.case_words == "case 2 of 2  what: snow"
    assert desk.shown_cell(1) == Cell(1, 1, 0)
    assert screen.texts != first
    screen.told.clear()
    desk.show_case(1)
    assert screen.told == []


async def test_stop_ends_all_of_it_and_resume_goes_on(services: Services) -> None:
    slow = Experiment(Prompt(model="practice", messages=PROMPT.messages), (LADDER,), 6, RAIN)
    screen = Screen(services, slow, limits=GridLimits(concurrency=2))
    screen.start()
    await screen.began.wait()
    assert screen.desk.running
    assert screen.desk.state_line.startswith("running ")
    screen.desk.stop()
    async with asyncio.timeout(1):
        await screen.done.wait()
    assert screen.desk.state is GridState.STOPPED
    assert set(screen.dots(0) + screen.dots(1)) == {STOPPED}
    assert screen.texts[0] == screen.desk.cell_view(0).text
    await screen.end()
    screen.desk.resume()
    assert screen.desk.running
    screen.began.clear()
    await screen.began.wait()
    assert STOPPED not in screen.dots(0) + screen.dots(1)
    screen.desk.stop()
    await screen.end()
    assert screen.desk.state is GridState.STOPPED


async def test_one_cell_again_the_failed_ones_again_and_one_more_repeat(services: Services) -> None:
    screen = Screen(services, experiment(2))
    desk = await screen.run()
    assert not desk.failed_cells
    before = desk.spent.requests
    assert desk.run_again(1)
    assert not desk.run_again(1)
    await screen.end()
    assert desk.spent.requests == before + 1
    assert screen.dots(1) == COMPLETE * 2
    desk.add_repeat()
    await screen.end()
    assert [screen.dots(0), screen.dots(1)] == [COMPLETE * 3] * 2
    assert (desk.total, desk.ended, desk.vary_words) == (6, 6, "temperature 0 · 1.5 × 3")


async def test_what_failed_is_counted_and_can_be_run_again(services: Services) -> None:
    refused = experiment(1, Axis("top_logprobs", (0, 50)))
    screen = Screen(services, refused, anyway=True)
    desk = await screen.run()
    assert FAILED in screen.dots(0) + screen.dots(1)
    assert desk.failed == len(desk.failed_cells) > 0
    assert desk.send(desk.failed_cells)
    await screen.end()
    assert "failed" in desk.state_line
    assert desk.state is GridState.PARTIAL
    column = 0 if screen.dots(0) == FAILED else 1
    assert desk.cell_view(column).error
    assert desk.heads()[column].footer.startswith("failed")


async def test_a_cap_ends_it_and_what_was_not_sent_says_so(services: Services) -> None:
    screen = Screen(services, experiment(3), limits=GridLimits(concurrency=1, max_requests=2))
    desk = await screen.run()
    assert [screen.dots(0), screen.dots(1)] == [COMPLETE + STOPPED * 2] * 2
    assert desk.state is GridState.BUDGET
    desk.show_repeat(0, 1)
    assert desk.cell_view(0).error == "not sent: the cap of 2 requests is reached"
    (done,) = [change for change in screen.told if isinstance(change, GridDone)]
    assert done.why == "the cap of 2 requests is reached"


async def test_past_a_budget_goes_what_it_was_said_of_and_nothing_else(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def used_up(*_: object) -> None:
        raise OverBudget("not sent: the day's budget is used up", "change it")

    monkeypatch.setattr(services.spending, "before_request", used_up)
    screen = Screen(services, Experiment(PROMPT, (LADDER,), 1, RAIN), over_budget=True)
    desk = await screen.run()
    assert (desk.state, desk.is_capped) == (GridState.COMPLETE, False)
    assert desk.run_again(0)
    await screen.end()
    assert (desk.state, desk.is_capped, desk.spent.requests) == (GridState.COMPLETE, True, 2)
    assert any("the day's budget is used up: change it" in str(change) for change in screen.told)


async def test_checks_and_json_are_judged_beside_the_verdict(services: Services) -> None:
    parameters = PROMPT.parameters.set("response_format", {"type": "json_object"})
    messages = (Message(Role.USER, "rain as JSON"),)
    prompt = Prompt(model="practice-fast", messages=messages, parameters=parameters, checks=(Check("contains", "zzz"),))
    screen = Screen(services, Experiment(prompt, (LADDER,)))
    desk = await screen.run()
    for column in (0, 1):
        footer = desk.heads()[column].footer
        assert "JSON" in footer
        assert footer.endswith("1 check fails")
    report = await desk.report()
    assert [count.tally.failed for column in report.columns for count in column.checks] == [1, 1]


async def test_a_connection_that_is_not_there_is_refused(services: Services) -> None:
    prompt = Prompt(model="a-model", messages=PROMPT.messages)
    elsewhere = experiment(1, Axis("connection", ("practice", "nowhere")), prompt=prompt)
    with pytest.raises(InputError, match="nowhere"):
        CompareDesk(services, elsewhere, "practice")
