"""Experiments as they are kept: their cells with the run of each, cut off or whole, and without any key."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace

import pytest

from tests.support.storage import KEY, a_connection, a_prompt, a_request, an_outcome
from workbench.adapters.database import Database
from workbench.adapters.experiment_record import ExperimentRecord
from workbench.adapters.experiments import Experiments, StoredExperiment
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.core.axes import Axis
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridState, Spent
from workbench.core.judging import Judgement
from workbench.core.secret import Secret

EXPERIMENT = Experiment(a_prompt(), (Axis("temperature", (0.0, 1.0)),), 2, ({"x": "a"}, {"x": "b"}))


@pytest.fixture
def experiments(database: Database) -> Experiments:
    return Experiments(database)


async def run_cell(database: Database, record: ExperimentRecord, cell: Cell, state: State | None, text: str) -> str:
    """A run of a cell, to its end or, with None, to the moment of a kill after it."""
    run = await History(database).begin(
        prompt=a_prompt(), request=a_request(), connection=a_connection(), source="compare"
    )
    record.cell(cell, run.id)
    if state is not None:
        await run.end(an_outcome(text, state=state))
        record.cell(cell, run.id, state)
    return run.id


def opened(database: Database, record: ExperimentRecord) -> StoredExperiment:
    assert database.flush(10)
    stored = Experiments(database).get(record.id)
    assert stored is not None
    return stored


async def test_an_experiment_comes_back_as_it_was(database: Database, experiments: Experiments) -> None:
    record = experiments.new(preset="greet", plan={"most_requests": 24})
    await record.begin(EXPERIMENT)
    first = await run_cell(database, record, Cell(1, 0, 0), State.COMPLETE, "one")
    await run_cell(database, record, Cell(0, 1, 1), State.TRUNCATED, "two")
    record.cell(Cell(0, 0, 0), "", State.ERROR, "no such connection")
    running = opened(database, record)
    assert (running.summary.state, running.summary.running) == (None, True)
    with pytest.raises(InputError, match="still running"):
        experiments.check_free(running)
    await record.end(GridState.PARTIAL)
    stored = opened(database, record)
    with pytest.raises(InputError, match="gone on elsewhere"):
        experiments.check_free(running)
    experiments.check_free(stored)
    assert stored.experiment == EXPERIMENT
    assert stored.plan == {"most_requests": 24}
    assert [each.cell for each in stored.cells] == [Cell(0, 0, 0), Cell(1, 0, 0), Cell(0, 1, 1)]
    refused, whole, cut = stored.cells
    assert (refused.run, refused.state, refused.note) == (None, State.ERROR, "no such connection")
    assert whole.run is not None
    assert (whole.run.id, whole.run.source, whole.run.first_line, whole.state) == (
        first,
        "compare",
        "one",
        State.COMPLETE,
    )
    assert stored.ended == {Cell(0, 0, 0): State.ERROR, whole.cell: State.COMPLETE, cut.cell: State.TRUNCATED}
    summary = stored.summary
    assert (summary.state, summary.running, summary.cells, summary.complete) == (GridState.PARTIAL, False, 8, 1)
    assert (summary.name, summary.preset) == ("greeting", "greet")
    assert summary.ended_at is not None
    assert summary.began_at <= summary.ended_at
    assert experiments.recent() == (summary,)
    assert experiments.get("nothing") is None


async def test_answers_are_read_when_they_are_asked_for(database: Database, experiments: Experiments) -> None:
    record = experiments.new()
    await record.begin(EXPERIMENT)
    cells = EXPERIMENT.cells()[:4]
    for number, cell in enumerate(cells):
        await run_cell(database, record, cell, State.COMPLETE, f"answer {number}")
    assert database.flush(10)
    answers = experiments.answers(record.id)
    assert {cell: choices[0].text for cell, choices in answers.items()} == {
        cell: f"answer {number}" for number, cell in enumerate(cells)
    }
    assert answers[cells[0]] == an_outcome("answer 0").answer.choices
    assert list(experiments.answers(record.id, cells[2:3])) == [cells[2]]
    assert experiments.answers(record.id, [Cell(9, 9, 9)]) == {}


async def test_a_run_that_ended_before_its_cell_was_written_has_ended(
    database: Database, experiments: Experiments, paths: Paths
) -> None:
    record = experiments.new()
    await record.begin(EXPERIMENT)
    await run_cell(database, record, Cell(0, 0, 0), State.COMPLETE, "whole")
    await run_cell(database, record, Cell(1, 0, 0), None, "")
    assert database.flush(10)
    with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as connection:
        connection.execute("UPDATE cells SET state = NULL")
        # What a sweep makes of a run whose process is gone: an end that nobody saw.
        connection.execute("UPDATE runs SET state = 'truncated' WHERE state IS NULL")
    assert opened(database, record).ended == {Cell(0, 0, 0): State.COMPLETE}


async def test_a_cell_run_again_has_its_last_run_and_the_first_stays(
    database: Database, experiments: Experiments
) -> None:
    record = experiments.new()
    await record.begin(EXPERIMENT)
    cell = Cell(0, 0, 0)
    first = await run_cell(database, record, cell, State.ERROR, "")
    await record.end(GridState.PARTIAL)
    stored = opened(database, record)
    again = experiments.again(stored)
    assert again.id == record.id
    await again.begin(replace(EXPERIMENT, repeats=3))
    await run_cell(database, again, cell, None, "")
    assert opened(database, again).ended == {}
    last = await run_cell(database, again, cell, State.COMPLETE, "now")
    await again.end(GridState.COMPLETE)
    now = opened(database, again)
    assert [each.run.id for each in now.cells if each.run] == [last]
    assert (now.experiment.repeats, now.summary.cells) == (3, 12)
    assert now.summary.began_at == stored.summary.began_at
    assert now.summary.spent == Spent(requests=4, known_usd=1.0, unpriced=0, tokens=30), "each run counts, none twice"
    assert now.plan == stored.plan
    assert History(database).get(first) is not None


async def test_newest_first_and_no_more_than_asked(experiments: Experiments, database: Database) -> None:
    records = [experiments.new() for _ in range(4)]
    for record in records:
        await record.begin(EXPERIMENT)
    assert database.flush(10)
    assert [each.id for each in experiments.recent(3)] == sorted((r.id for r in records), reverse=True)[:3]


async def test_no_key_is_kept_and_no_text_that_sqlite_refuses(
    database: Database, experiments: Experiments, paths: Paths
) -> None:
    prompt = replace(a_prompt(f"my key is {KEY} \ud83d"), name=f"named {KEY}")
    record = experiments.new(plan={"note": KEY}, keys=[Secret(KEY), None, Secret("none")])
    await record.begin(Experiment(prompt, (Axis("messages[1]", (KEY, "none")),), cases=({"x": KEY},)))
    record.cell(Cell(0, 0, 0), "", State.ERROR, f"what {KEY}")
    stored = opened(database, record)
    assert "[key]" in stored.experiment.prompt.messages[1].content
    assert stored.experiment.axes[0].values == ("[key]", "none")
    assert stored.cells[0].note == "what [key]"
    for path in paths.database.parent.glob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes()


async def test_a_deleted_file_is_begun_again_with_the_experiment(
    database: Database, experiments: Experiments, paths: Paths
) -> None:
    record = experiments.new()
    await record.begin(EXPERIMENT)
    await run_cell(database, record, Cell(0, 0, 0), State.COMPLETE, "kept")
    assert database.flush(10)
    for path in paths.database.parent.glob("workbench.db*"):
        path.unlink()
    await run_cell(database, record, Cell(1, 0, 0), State.COMPLETE, "later")
    assert len(opened(database, record).cells) == 2


async def test_judgements_are_kept_the_last_of_each_round(database: Database, experiments: Experiments) -> None:
    record = experiments.new(keys=[Secret(KEY)])
    await record.begin(EXPERIMENT)
    record.judged(Judgement(0, 0, ((1,), (0,)), 0))
    record.judged(Judgement(1, 1, ((0,), (1,)), None))
    record.judged(Judgement(0, 0, ((0,), (1,)), 1))
    await record.end(GridState.COMPLETE)
    kept = opened(database, record).judgements
    assert [each.picked for each in kept] == [None, 1]
    record.judged(Judgement(0, 1, ((0,), (1,)), 0, f"says {KEY}"))
    assert KEY not in opened(database, record).judgements[-1].note
    record.unjudged(1, 1)
    assert [(each.case, each.repeat) for each in opened(database, record).judgements] == [(0, 0), (0, 1)]
