"""Deleting: what is hidden comes back, and of what is forgotten no file of the data folder holds a byte."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest

from tests.adapters.test_migrations import SCHEMAS
from tests.support.storage import a_connection, a_prompt, a_request, an_outcome, run_to_end
from workbench.adapters.database import Database
from workbench.adapters.database_file import reading
from workbench.adapters.deletions import Deletions
from workbench.adapters.experiments import Experiments
from workbench.adapters.files import Paths
from workbench.adapters.history import History, RunRecord
from workbench.adapters.migrations import MIGRATIONS, migrate
from workbench.adapters.tables import INDEXED, KEPT, OF_EXPERIMENT, OF_RUN
from workbench.adapters.write import Write
from workbench.core.events import State, TextDelta
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridState
from workbench.core.judging import Judgement

SECRET = "the-text-to-forget"
LONG = f"{SECRET} " * 2000
"""Longer than a page: it has pages of its own."""


async def begun(history: History, text: str = SECRET) -> RunRecord:
    record = await history.begin(prompt=a_prompt(text), request=a_request(text), connection=a_connection())
    record.append([TextDelta(0, text)])
    return record


async def ended(history: History, text: str = LONG) -> str:
    record = await begun(history, text)
    await record.end(an_outcome(text))
    return record.id


def found_in(paths: Paths, text: str = SECRET) -> list[str]:
    """The files of the data folder that hold the text."""
    files = [path for path in paths.data.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def an_experiment(text: str = SECRET) -> Experiment:
    return Experiment(prompt=a_prompt(text), repeats=2)


async def compared(database: Database, *, end: bool = True) -> tuple[str, list[str]]:
    record, history = Experiments(database).new(), History(database)
    await record.begin(an_experiment())
    runs = []
    for repeat in range(2):
        run = await begun(history, f"{SECRET} {repeat}")
        record.cell(Cell(0, 0, repeat), run.id)
        await run.end(an_outcome(f"{SECRET} {repeat}"))
        record.cell(Cell(0, 0, repeat), run.id, State.COMPLETE, note=SECRET)
        runs.append(run.id)
    if end:
        await record.end(GridState.COMPLETE)
    assert database.flush()
    return record.id, runs


def test_each_table_is_known(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    there = {name for (name,) in rows if not name.startswith("sqlite_")}
    known = {"runs", "experiments", *OF_RUN, *OF_EXPERIMENT, *KEPT, *INDEXED}
    assert there == known, "a new table is entered in adapters/tables.py: is it deleted with a run, or why not?"


async def test_what_is_hidden_is_in_no_list_and_comes_back(database: Database) -> None:
    history, deletions, experiments = History(database), Deletions(database), Experiments(database)
    run, other = await ended(history), await ended(history, "other")
    experiment, cells = await compared(database)
    await asyncio.wrap_future(deletions.hide([run, experiment]))
    assert [each.id for each in history.recent()] == [*reversed(cells), other]
    assert experiments.recent() == ()
    assert history.get(run) is not None  # for a screen that still shows it
    await asyncio.wrap_future(deletions.show([run, experiment]))
    assert [each.id for each in history.recent()] == [*reversed(cells), other, run]
    assert await asyncio.to_thread(deletions.forget_hidden) == (0, 0, (), "", ())
    assert [each.id for each in experiments.recent()] == [experiment]


async def test_a_forgotten_run_is_in_no_file(database: Database, paths: Paths) -> None:
    history, deletions = History(database), Deletions(database)
    for _ in range(3):
        await ended(history, "stays")
    run = await ended(history)
    assert found_in(paths)
    await asyncio.wrap_future(deletions.hide([run]))
    deleted = await asyncio.to_thread(deletions.forget_hidden)
    assert (deleted.runs, deleted.waiting) == (1, "")
    assert found_in(paths) == []
    assert paths.database.with_name("workbench.db-wal").stat().st_size < 10_000
    assert history.get(run) is None
    assert [each.first_line for each in history.recent()] == ["stays"] * 3


def test_without_write_ahead_logging_too(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.adapters.database_file._use_wal", lambda _: False)
    database = Database.open(paths)
    run = asyncio.run(ended(History(database)))
    assert Deletions(database).forget([run])[:4] == (1, 0, (), "")
    assert database.close() == 0
    assert found_in(paths) == []


async def test_an_experiment_takes_its_runs_along(database: Database, paths: Paths) -> None:
    experiment, _ = await compared(database)
    assert Deletions(database).forget([experiment])[:2] == (2, 1)
    assert found_in(paths) == []
    assert History(database).recent() == ()


async def test_a_judgement_that_comes_late_is_not_kept(database: Database, paths: Paths) -> None:
    experiment, _ = await compared(database)
    stored = Experiments(database).get(experiment)
    assert stored is not None
    record = Experiments(database).again(stored)
    record.judged(Judgement(0, 0, ((0,), (1,)), 1, "a-note"))
    assert database.flush()
    assert found_in(paths, "a-note")
    assert Deletions(database).forget([experiment]).experiments == 1
    record.judged(Judgement(0, 1, ((0,), (1,)), 1, SECRET))
    assert database.flush()
    assert found_in(paths) == []


async def test_a_run_of_an_experiment_leaves_a_cell_that_was_not_sent(database: Database) -> None:
    experiment, runs = await compared(database)
    assert Deletions(database).forget(runs[:1])[:2] == (1, 0)
    stored = Experiments(database).get(experiment)
    assert stored is not None
    assert stored.ended == {Cell(0, 0, 1): State.COMPLETE}


async def test_what_runs_is_left_alone(database: Database) -> None:
    history, deletions = History(database), Deletions(database)
    run = await begun(history)
    experiment, cells = await compared(database, end=False)
    deleted = deletions.forget([run.id, experiment])
    assert deleted.total == 0
    assert set(deleted.running) == {run.id, experiment, *cells}
    await run.end(an_outcome())
    assert deletions.forget([run.id]).total == 1


def test_the_end_of_a_killed_run_does_not_bring_it_back(database: Database, paths: Paths) -> None:
    run = asyncio.run(begun(History(database))).id
    assert database.flush()
    with contextlib.closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute("UPDATE runs SET session = 'gone'")
    end = Write(History(database)._cut_off_runs)
    end.prepare()  # what the start of another process has read
    assert Deletions(database).forget([run]).runs == 1
    database.submit(end).result(5)
    assert found_in(paths) == []


async def test_a_reader_makes_it_wait_and_then_it_is_gone(
    database: Database, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.adapters.deletions._AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("workbench.adapters.deletions._READER_MS", 20)
    run = await ended(History(database))
    with reading(paths.database) as other:
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        deleted = Deletions(database).forget([run])
        assert deleted.runs == 1
        assert "still being read" in deleted.waiting
        assert found_in(paths)
    for _ in range(500):
        if not found_in(paths):
            break
        await asyncio.sleep(0.01)
    assert found_in(paths) == []
    assert database.flush()
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM deletions").fetchone() == (0,)


async def test_the_next_start_does_what_was_not_finished(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.adapters.deletions._READER_MS", 20)
    first = Database.open(paths)
    run, gone = await ended(History(first)), await ended(History(first))
    await asyncio.wrap_future(Deletions(first).hide([run]))
    with reading(paths.database) as other:
        other.execute("SELECT count(*) FROM runs").fetchone()
        assert Deletions(first).forget([gone]).waiting
        first.close()
    second = Database.open(paths)
    assert Deletions(second).forget_hidden().runs == 1
    assert found_in(paths) == []
    second.close()


@pytest.mark.parametrize("number", SCHEMAS)
def test_a_backup_of_any_schema_loses_it_too(database: Database, paths: Paths, number: int) -> None:
    path = paths.data / f"workbench.db.backup-{number}-20260101-000000"
    with contextlib.closing(sqlite3.connect(path)) as old:
        migrate(old, path, MIGRATIONS[:number])
        old.execute("PRAGMA journal_mode = WAL")
        for id, text in (("r-1", LONG), ("r-2", "stays")):
            old.execute(
                "INSERT INTO runs (id, session, source, began_at, state, prompt_name, connection, host, model, "
                "parameters) VALUES (?, 's', 'tui', 'now', 'complete', '', '', '', '', '{}')",
                (id,),
            )
            old.execute("INSERT INTO answers VALUES (?, 0, 'stop', ?, '', '', '[]', NULL)", (id, text))
        old.commit()
    damaged = paths.data / "workbench.db.backup-1-20250101-000000"
    damaged.write_bytes(b"no database any more " * 100)
    deleted = Deletions(database).forget(["r-1"])
    assert deleted.waiting == ""
    assert len(deleted.notes) == 2
    assert "removed" in deleted.notes[0]
    assert found_in(paths) == []
    assert not damaged.exists()
    with contextlib.closing(sqlite3.connect(path)) as copy:
        assert copy.execute("SELECT run, text FROM answers").fetchall() == [("r-2", "stays")]


def test_a_kill_at_any_moment_is_made_good_by_the_next_start(paths: Paths) -> None:
    database = Database.open(paths)
    for text in ("stays", LONG):
        asyncio.run(ended(History(database), text))
    assert database.close() == 0
    killed, untouched, steps = map(int, run_to_end("killed_deletions", paths.data, SECRET).split())
    assert killed == 0
    assert 0 < untouched * 1600 < steps, "killed before its rows were deleted, and after"


def test_a_writer_that_comes_between_makes_it_wait(
    database: Database, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asyncio.run(ended(History(database)))
    monkeypatch.setattr("workbench.adapters.deletions._LOCK_SECONDS", 0.05)
    monkeypatch.setattr("workbench.adapters.deletions._READER_MS", 20)
    with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as other:

        def between(*_: object) -> tuple[tuple[str, ...], str]:
            other.execute("BEGIN IMMEDIATE")
            return (), ""

        with monkeypatch.context() as patched:
            patched.setattr("workbench.adapters.deletions.forget_in_copies", between)
            deleted = Deletions(database).forget([run])
        assert deleted.runs == 1
        assert "could not be written anew (another program holds its lock)" in deleted.waiting
        other.execute("ROLLBACK")
    assert Deletions(database).forget_hidden().waiting == ""
    assert found_in(paths) == []


def test_what_it_holds_up_in_its_own_process_is_no_trouble(
    database: Database, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.adapters.writer._BUSY_UNSAID", 0.0)
    told: list[str | None] = []
    database.watch(told.append)
    with database.writing_aside(1.0) as connection:
        connection.execute("BEGIN IMMEDIATE")
        run = asyncio.run(ended(History(database)))
        assert not database.flush(0.5)
        assert found_in(paths)[0].startswith("unsaved-")  # a kill loses nothing of it
        connection.execute("COMMIT")
    assert database.flush(5)
    assert History(database).get(run) is not None
    assert told == []


def test_what_could_not_be_taken_over_loses_its_lines(database: Database, paths: Paths) -> None:
    kept = paths.data / "unsaved-20260101-p1.jsonl.kept"
    kept.write_text(f'[["INSERT", ["r-1", "{SECRET}"]]]\n[["INSERT", ["r-2", "stays"]]]\n')
    assert Deletions(database).forget(["r-1"]).waiting == ""
    assert found_in(paths) == []
    assert "stays" in kept.read_text()


def test_a_copy_that_is_locked_is_done_by_the_next_try(
    database: Database, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asyncio.run(ended(History(database)))
    path = paths.data / "workbench.db.backup-5-20260101-000000"
    with database.read() as connection, contextlib.closing(sqlite3.connect(path)) as whole:
        connection.backup(whole)
        whole.execute("PRAGMA journal_mode = DELETE")
    with contextlib.closing(sqlite3.connect(path)) as copy:
        copy.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("workbench.adapters.backups._LOCK_SECONDS", 0.0)
        deleted = Deletions(database).forget([run])
        assert deleted.runs == 1
        assert "backup-5" in deleted.waiting
        assert "another program holds its lock" in deleted.waiting
    assert found_in(paths) == [path.name]
    assert Deletions(database).forget_hidden().waiting == ""
    assert found_in(paths) == []
