"""The grid over the tests' own server: order, places, back-off, budget, stop, again; faults stay where they are.

What is sent goes over real sockets through the real endpoint and history; what is asserted of "requests" is what the
server counted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.attempts import connection_to
from tests.support.fault_server import (
    CUT,
    STALL,
    FaultServer,
    Seen,
    Step,
    sse,
    text_chunk,
    whole,
)
from tests.support.grid import GOOD, PROMPT, GridBench, an_experiment, seed_of
from tests.support.storage import ROOT, paths_in
from workbench.adapters.database import Database
from workbench.adapters.history import History
from workbench.core.axes import Axis
from workbench.core.errors import ErrorKind, InputError
from workbench.core.events import State
from workbench.core.experiment import Case, Cell, Column, Experiment
from workbench.core.grid_values import GridLimits, GridState
from workbench.core.request import Problem, Request
from workbench.core.wire import Limits
from workbench.grid.events import (
    CellEvents,
    CellNotSent,
    CellQueued,
    CellStarted,
    GridEnded,
    GridEvent,
    HostHeld,
)
from workbench.runner import Job, RetryPolicy

pytestmark = pytest.mark.usefixtures("task_start")


class Bench(GridBench):
    def __init__(self, database: Database, server: FaultServer) -> None:
        super().__init__(database, connection_to(server))
        self.server = server


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(paths_in(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with FaultServer() as server:
        made = Bench(database, server)
        yield made
        await made.close()


async def test_a_grid_runs_breadth_first_and_each_cell_is_a_run_in_history(bench: Bench) -> None:
    bench.server.reply(*GOOD)
    experiment = an_experiment(columns=3, cases=2, repeats=2)
    grid = bench.grid(experiment, limits=GridLimits(concurrency=1))
    assert await grid.execute() is GridState.COMPLETE
    asked = [(seen.json["messages"][0]["content"], seed_of(seen)) for seen in bench.server.requests]
    assert asked == [(f"hi {cell.case}", cell.column) for cell in experiment.cells()]
    assert [event.cell for event in bench.of(CellQueued)] == list(experiment.cells())
    assert [event.position for event in bench.of(CellQueued)] == list(range(1, 13))
    assert [event.cell for event in bench.of(CellStarted)] == list(experiment.cells())
    assert bench.events[-1] == GridEnded(GridState.COMPLETE)
    for event in bench.ended.values():
        kept = bench.history.get(event.run)
        assert kept is not None
        assert (kept.summary.source, kept.choices[0].text) == ("compare", "fine")
    assert grid.spent.requests == 12
    assert grid.spent.cost_usd == pytest.approx(0.12)


async def test_no_more_than_so_many_are_under_way(bench: Bench) -> None:
    go = asyncio.Event()
    bench.server.answer_with(lambda _: sse(go, text_chunk("x", finish="stop")))
    running = asyncio.create_task(bench.grid(an_experiment(10), limits=GridLimits(concurrency=3)).execute())
    await bench.server.wait_for_requests(3)
    await bench.until(lambda: len(bench.of(CellStarted)) >= 3)
    assert len(bench.of(CellStarted)) == len(bench.server.requests) == 3
    go.set()
    assert await running is GridState.COMPLETE
    assert len(bench.server.requests) == 10


async def test_64_cells_with_every_fault_end_each_in_its_own_state(bench: Bench) -> None:
    """Issue 4, "Done when": one 401, one 429 with Retry-After, one stall, one cut, one answer of 20 MB."""
    big = "0123456789abcdef" * 65536
    twenty_mb = sse(*[text_chunk(big)] * 20, text_chunk(finish="stop"))
    refused: list[float] = []

    def decide(seen: Seen) -> Sequence[Step]:
        match seed_of(seen):
            case 5:
                return whole({"error": {"message": "bad key", "code": "invalid_api_key"}}, 401)
            case 9 if not refused:
                refused.append(time.monotonic())
                return whole({"error": {"message": "slow down"}}, 429, {"Retry-After": "1"})
            case 17:
                return (*sse(text_chunk("begun"), done=False, end=False), STALL)
            case 23:
                return (*sse(text_chunk("half"), done=False, end=False), CUT)
            case 31:
                return twenty_mb
        return GOOD

    bench.server.answer_with(decide)
    grid = bench.grid(an_experiment(64))
    began = time.monotonic()
    assert await grid.execute() is GridState.PARTIAL
    assert time.monotonic() - began < 10
    states = Counter(event.outcome.state for event in bench.ended.values())
    assert states == {State.COMPLETE: 61, State.ERROR: 1, State.TRUNCATED: 2}
    outcome = {cell.column: event.outcome for cell, event in bench.ended.items()}
    assert outcome[5].error is not None
    assert outcome[5].error.kind is ErrorKind.AUTHENTICATION
    assert (outcome[9].state, outcome[9].attempts) == (State.COMPLETE, 2)
    assert outcome[17].error is not None
    assert (outcome[17].error.kind, outcome[17].answer.choices[0].text) == (ErrorKind.TIMEOUT, "begun")
    assert (outcome[23].state, outcome[23].answer.choices[0].text) == (State.TRUNCATED, "half")
    assert len(outcome[31].answer.choices[0].text) == 20 * len(big)
    assert len(bench.server.requests) == grid.spent.requests == 65
    assert [cell.column for cell in grid.failed_cells] == [5, 17, 23]
    held = bench.of(HostHeld)
    assert [event.host for event in held] == [bench.server.host]
    assert 0.9 < held[0].seconds <= 1.0


async def test_a_429_holds_all_that_goes_to_its_host_and_then_lets_one_go_first(bench: Bench) -> None:
    bench.retry = RetryPolicy(retries=1, first_wait=0.1, longest_wait=0.1)
    arrived: list[float] = []
    all_here, proven = asyncio.Event(), asyncio.Event()

    def decide(seen: Seen) -> Sequence[Step]:
        arrived.append(time.monotonic())
        if len(arrived) <= 4:
            asks = {"Retry-After": "1"} if seed_of(seen) == 2 else None
            return (all_here, *whole({"error": {"message": "slow down"}}, 429, asks))
        return (proven, *GOOD) if len(arrived) == 5 else GOOD

    bench.server.answer_with(decide)
    grid = bench.grid(an_experiment(8), limits=GridLimits(concurrency=4))
    running = asyncio.create_task(grid.execute())
    await bench.server.wait_for_requests(4)
    refused_at = time.monotonic()
    all_here.set()
    await bench.server.wait_for_requests(5)
    assert arrived[4] - refused_at > 0.9
    await asyncio.sleep(0.15)  # nothing else may come: there is no event for that
    assert len(bench.server.requests) == 5
    proven.set()
    assert await running is GridState.COMPLETE
    assert len(bench.server.requests) == 12


async def test_a_storm_of_429_stays_within_the_plan(bench: Bench) -> None:
    """H20: one back-off, not one for each; and never more requests than cells times tries."""
    bench.retry = RetryPolicy(retries=1, first_wait=0.001, longest_wait=0.002)
    bench.server.reply(*whole({"error": {"message": "slow down"}}, 429))
    grid = bench.grid(an_experiment(12), limits=GridLimits(concurrency=6))
    assert await grid.execute() is GridState.PARTIAL
    assert len(bench.server.requests) == grid.spent.requests == 24
    assert {event.outcome.attempts for event in bench.ended.values()} == {2}


async def test_another_host_goes_on_while_one_is_held(bench: Bench) -> None:
    bench.retry = RetryPolicy(retries=1, first_wait=0.01, longest_wait=0.01)
    refused: list[int] = []

    def slow(seen: Seen) -> Sequence[Step]:
        if not refused:
            refused.append(1)
            return whole({"error": {"message": "slow down"}}, 429, {"Retry-After": "1"})
        return GOOD

    async with FaultServer() as other:
        bench.server.answer_with(slow)
        other.reply(*GOOD)
        bench.connections = {"a": connection_to(bench.server), "b": connection_to(other)}
        experiment = Experiment(PROMPT, (Axis("connection", ("a", "b")),), repeats=10)
        running = asyncio.create_task(bench.grid(experiment, limits=GridLimits(concurrency=1)).execute())
        await other.wait_for_requests(10)
        assert len(bench.server.requests) == 1
        assert await running is GridState.COMPLETE
        assert len(bench.server.requests) == 11


async def test_two_grids_share_no_back_off(bench: Bench, database: Database) -> None:
    held, free = Bench(database, bench.server), bench
    held.endpoints = free.endpoints
    bench.server.answer_with(
        lambda seen: whole({"error": {"message": "no"}}, 429, {"Retry-After": "30"}) if seed_of(seen) == 9 else GOOD
    )
    experiment = Experiment(PROMPT, (Axis("seed", (9,)),))
    stuck = held.grid(experiment)
    waiting = asyncio.create_task(stuck.execute())
    await held.until(lambda: held.of(HostHeld))
    assert await free.grid(an_experiment(4)).execute() is GridState.COMPLETE
    stuck.stop()
    assert await waiting is GridState.STOPPED


@pytest.mark.parametrize("refuses", [True, False])
async def test_only_when_every_first_reply_is_401_the_rest_is_not_sent(bench: Bench, refuses: bool) -> None:
    no = whole({"error": {"message": "bad key"}}, 401)
    bench.server.answer_with(lambda seen: no if refuses or seed_of(seen) != 3 else GOOD)
    grid = bench.grid(an_experiment(20), limits=GridLimits(concurrency=4))
    assert await grid.execute() is GridState.PARTIAL
    if not refuses:
        assert len(bench.server.requests) == 20
        return
    assert 4 <= len(bench.server.requests) <= 7
    assert len(bench.of(CellNotSent)) == 20 - len(bench.server.requests)
    assert "401" in bench.events[-1].why  # type: ignore[union-attr]
    bench.server.answer_with(lambda _: GOOD)
    grid.resume()
    grid.run_again(grid.failed_cells)
    assert await grid.execute() is GridState.COMPLETE


async def test_stop_ends_all_within_a_second_and_keeps_the_text(bench: Bench) -> None:
    bench.server.answer_with(lambda _: (*sse(text_chunk("kept"), done=False, end=False), STALL))
    bench.limits = Limits()
    grid = bench.grid(an_experiment(64), limits=GridLimits(concurrency=32))
    running = asyncio.create_task(grid.execute())
    await bench.until(lambda: len(bench.with_text) == 32)
    began = time.monotonic()
    grid.stop()
    assert await running is GridState.STOPPED
    assert time.monotonic() - began < 1.0
    assert len(bench.server.requests) == 32
    assert {event.outcome.state for event in bench.ended.values()} == {State.CANCELLED}
    assert {event.outcome.answer.choices[0].text for event in bench.ended.values()} == {"kept"}
    assert len(bench.of(CellNotSent)) == 32
    assert [event.state for event in bench.of(GridEnded)] == [GridState.STOPPED]


async def test_stop_during_a_back_off_and_resume_where_it_stood(bench: Bench) -> None:
    refusing = True
    bench.server.answer_with(
        lambda seen: (
            whole({"error": {"message": "no"}}, 429, {"Retry-After": "30"}) if refusing and seed_of(seen) == 2 else GOOD
        )
    )
    grid = bench.grid(an_experiment(6), limits=GridLimits(concurrency=1))
    running = asyncio.create_task(grid.execute())
    await bench.until(lambda: bench.of(HostHeld))
    grid.stop()
    assert await running is GridState.STOPPED
    assert [cell.column for cell, state in grid.states.items() if state is State.COMPLETE] == [0, 1]
    refusing = False
    stored = bench.experiments.get(bench.record.id)
    assert stored is not None
    assert stored.summary.state is GridState.STOPPED
    again = bench.grid(stored.experiment, ended=stored.ended, record=bench.experiments.again(stored))
    sent = len(bench.server.requests)
    assert again.waiting == ()
    again.resume()
    assert await again.execute() is GridState.COMPLETE
    assert len(bench.server.requests) - sent == 4


async def test_one_cell_and_one_column_can_be_stopped(bench: Bench) -> None:
    bench.server.answer_with(lambda seen: GOOD if seed_of(seen) == 2 else (*sse(done=False, end=False), STALL))
    bench.limits = Limits()
    grid = bench.grid(an_experiment(3, repeats=2), limits=GridLimits(concurrency=3))
    running = asyncio.create_task(grid.execute())
    await bench.server.wait_for_requests(4)
    grid.stop_column(0)
    await bench.until(lambda: len([cell for cell in bench.ended if cell.column == 0]) == 2)
    grid.stop_cell(Cell(1, 0, 0))
    grid.stop_cell(Cell(1, 0, 1))
    assert await running is GridState.PARTIAL
    states = {cell: event.outcome.state for cell, event in bench.ended.items()}
    assert {state for cell, state in states.items() if cell.column == 2} == {State.COMPLETE}
    assert {state for cell, state in states.items() if cell.column != 2} == {State.CANCELLED}
    assert len(states) + len(bench.of(CellNotSent)) == 6


async def test_failed_cells_are_run_again_and_a_repeat_is_added(bench: Bench) -> None:
    failing = True
    bench.server.answer_with(lambda seen: whole("no", 500) if failing and seed_of(seen) == 1 else GOOD)
    bench.retry = RetryPolicy(retries=0)
    grid = bench.grid(an_experiment(3))
    assert await grid.execute() is GridState.PARTIAL
    assert grid.failed_cells == (Cell(1, 0, 0),)
    failing = False
    first = bench.ended[Cell(1, 0, 0)].run
    grid.run_again(grid.failed_cells)
    grid.run_again(grid.failed_cells)
    assert await grid.execute() is GridState.COMPLETE
    assert len(bench.server.requests) == 4
    grid.add_repeat()
    assert grid.waiting == (Cell(0, 0, 1), Cell(1, 0, 1), Cell(2, 0, 1))
    assert await grid.execute() is GridState.COMPLETE
    assert len(bench.server.requests) == 7
    stored = bench.experiments.get(bench.record.id)
    assert stored is not None
    assert (stored.experiment.repeats, stored.summary.cells, stored.summary.complete) == (2, 6, 6)
    kept = {each.cell: each.run.id for each in stored.cells if each.run is not None}
    assert kept[Cell(1, 0, 0)] != first
    assert kept == {cell: event.run for cell, event in bench.ended.items()}
    assert bench.history.get(first) is not None


async def test_what_is_added_while_it_runs_is_sent_too(bench: Bench) -> None:
    go = asyncio.Event()
    bench.server.answer_with(lambda _: (go, *GOOD))
    grid = bench.grid(an_experiment(2))
    running = asyncio.create_task(grid.execute())
    await bench.server.wait_for_requests(2)
    with pytest.raises(RuntimeError):
        await grid.execute()
    grid.run_again([Cell(0, 0, 0)])  # it runs: left as it is
    grid.add_repeat()
    go.set()
    assert await running is GridState.COMPLETE
    assert len(bench.server.requests) == 4
    assert [event.position for event in bench.of(CellQueued)] == [1, 2, 1, 2]


async def test_a_cap_in_requests_counts_retries_and_is_never_passed(bench: Bench) -> None:
    bench.server.answer_with(lambda seen: whole("no", 500) if seed_of(seen) == 1 else GOOD)
    grid = bench.grid(an_experiment(10), limits=GridLimits(concurrency=2, max_requests=5))
    assert await grid.execute() is GridState.BUDGET
    assert len(bench.server.requests) == grid.spent.requests == 5
    assert "the cap of 5 requests is reached" in bench.events[-1].why  # type: ignore[union-attr]
    assert len(bench.ended) + len(bench.of(CellNotSent)) == 10
    grid.limits = GridLimits(max_requests=100)
    grid.resume()
    assert await grid.execute() is GridState.PARTIAL
    assert len(grid.states) == 10


async def test_a_retry_past_the_cap_is_refused_with_its_reason(bench: Bench) -> None:
    bench.server.reply(*whole({"error": {"message": "down"}}, 500))
    grid = bench.grid(an_experiment(1), limits=GridLimits(max_requests=2))
    assert await grid.execute() is GridState.BUDGET
    outcome = bench.ended[Cell(0, 0, 0)].outcome
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.attempts) == (ErrorKind.REFUSED, 2)
    assert "down" in outcome.error.message
    assert "cap of 2 requests" in outcome.error.message


async def test_a_cap_in_dollars_stops_what_waits_and_lets_end_what_runs(bench: Bench) -> None:
    bench.server.reply(*GOOD)
    grid = bench.grid(an_experiment(20), limits=GridLimits(concurrency=2, max_cost_usd=0.05))
    assert await grid.execute() is GridState.BUDGET
    assert 5 <= len(bench.server.requests) <= 6
    assert {event.outcome.state for event in bench.ended.values()} == {State.COMPLETE}
    assert "$0.05" in bench.events[-1].why  # type: ignore[union-attr]


async def test_an_unknown_price_is_never_nothing(bench: Bench) -> None:
    bench.price = lambda: None
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    bench.server.reply(*sse(text_chunk("x", finish="stop", usage=usage)))
    grid = bench.grid(an_experiment(3), limits=GridLimits(max_cost_usd=0.0))
    assert await grid.execute() is GridState.COMPLETE
    assert grid.spent.cost_usd is None
    assert (grid.spent.unpriced, grid.spent.tokens) == (3, 21)


async def test_cells_that_can_t_be_made_fail_alone(bench: Bench) -> None:
    bench.server.reply(*GOOD)
    good = bench.job

    def jobs(column: Column, case: Case) -> Job:
        if column.index == 0:
            raise InputError("no such connection", "name another")
        if column.index == 1:
            raise KeyError("sk-secret")
        job = good(column, case)
        if column.index == 2:
            request = Request(job.request.body, problems=(Problem("seed", "seed is off"),))
            return Job(job.prompt, request, job.connection)
        return job

    grid = bench.grid(an_experiment(5), jobs=jobs)
    assert await grid.execute() is GridState.PARTIAL
    errors = {cell.column: event.outcome.error for cell, event in bench.ended.items() if event.outcome.error}
    assert {column: error.kind for column, error in errors.items()} == {
        0: ErrorKind.REFUSED,
        1: ErrorKind.INTERNAL,
        2: ErrorKind.REFUSED,
    }
    assert "sk-secret" not in repr(errors[1].line)
    assert len(bench.server.requests) == grid.spent.requests == 2
    stored = bench.experiments.get(bench.record.id)
    assert stored is not None
    notes = {each.cell.column: each.note for each in stored.cells}
    assert notes[0] == "no such connection: name another"
    assert {each.cell.column for each in stored.cells if each.run is None} == {0, 1, 2}


async def test_a_cancelled_caller_ends_every_cell(bench: Bench) -> None:
    bench.server.answer_with(lambda _: (*sse(text_chunk("kept"), done=False, end=False), STALL))
    bench.limits = Limits()
    grid = bench.grid(an_experiment(8))
    running = asyncio.create_task(grid.execute())
    await bench.until(lambda: len(bench.with_text) == 4)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert {event.outcome.state for event in bench.ended.values()} == {State.CANCELLED}
    assert len(bench.ended) == 4
    assert bench.events[-1] == GridEnded(GridState.STOPPED, "8 of 8 cells are not complete")
    stored = bench.experiments.get(bench.record.id)
    assert stored is not None
    assert stored.summary.state is GridState.STOPPED


async def test_a_screen_that_fails_is_told_and_leaves_nothing_running(bench: Bench) -> None:
    bench.server.reply(*GOOD)

    def broken(events: Sequence[GridEvent]) -> None:
        if any(isinstance(event, CellEvents) for event in events):
            raise ZeroDivisionError
        bench.take(events)

    with pytest.raises(ZeroDivisionError):
        await bench.grid(an_experiment(8), emit=broken).execute()
    assert not [task for task in asyncio.all_tasks() if task.get_name() in ("cell", "run")]


async def test_stop_before_it_began_sends_nothing(bench: Bench) -> None:
    grid = bench.grid(an_experiment(3))
    grid.stop()
    assert await grid.execute() is GridState.STOPPED
    assert bench.server.requests == []
    grid.resume()
    bench.server.reply(*GOOD)
    assert await grid.execute() is GridState.COMPLETE


async def test_a_killed_experiment_is_resumed_where_it_stood(bench: Bench, database: Database, tmp_path: Path) -> None:
    """P02: what the killed process had is in history, and only what was not whole is sent again."""
    open_ended = True
    bench.server.answer_with(
        lambda seen: (
            (*sse(text_chunk("begun"), done=False, end=False), STALL) if open_ended and seed_of(seen) > 2 else GOOD
        )
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.grid_process", tmp_path / "home", bench.server.base_url, "8", "3", "4",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        async with asyncio.timeout(20):
            assert await child.stdout.readline() == b"on disk\n"
    finally:
        child.kill()
        await child.wait()
    assert len(bench.server.requests) == 7
    history = History(database)
    await asyncio.wrap_future(history.sweep())
    (summary,) = bench.experiments.recent()
    stored = bench.experiments.get(summary.id)
    assert stored is not None
    assert (summary.state, summary.running, summary.cells, summary.complete) == (None, False, 8, 3)
    assert stored.ended == {Cell(column, 0, 0): State.COMPLETE for column in range(3)}
    cut_off = {each.cell.column: each.run.state for each in stored.cells if each.run and each.state is None}
    assert cut_off == dict.fromkeys(range(3, 7), State.TRUNCATED)
    answers = {cell.column: choices[0].text for cell, choices in bench.experiments.answers(summary.id).items()}
    assert answers == dict.fromkeys(range(3), "fine") | dict.fromkeys(range(3, 7), "begun")
    open_ended = False
    grid = bench.grid(stored.experiment, ended=stored.ended, record=bench.experiments.again(stored))
    grid.resume()
    assert await grid.execute() is GridState.COMPLETE
    assert len(bench.server.requests) == 7 + 5
    whole_now = bench.experiments.get(summary.id)
    assert whole_now is not None
    assert (whole_now.summary.state, whole_now.summary.complete) == (GridState.COMPLETE, 8)
