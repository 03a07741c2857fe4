"""Salvage: what can be read of a damaged database comes into the new one, once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from tests.adapters.test_deletions import compared, ended, found_in
from tests.adapters.test_migrations import SCHEMAS
from tests.support.storage import a_connection, a_prompt, a_request
from workbench.adapters.backups import damaged_copies
from workbench.adapters.database import Database
from workbench.adapters.database_file import connect
from workbench.adapters.deletions import Deletions
from workbench.adapters.drafts import Drafts
from workbench.adapters.experiments import Experiments
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.adapters.history_search import HistorySearch
from workbench.adapters.salvage import Salvaged, salvage
from workbench.core.draft import DraftState
from workbench.core.errors import InputError
from workbench.core.events import State, TextDelta
from workbench.core.history_query import HistoryQuery

RUNS = 120
PAGE = 4096


@pytest.fixture
def old(whole: bytes, tmp_path: Path) -> Path:
    """A database with 120 runs, a comparison of two, a run that was going on and a draft, in another folder."""
    path = tmp_path / "old.db"
    path.write_bytes(whole)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of that one."""
    paths = Paths.find({"WORKBENCH_HOME": str(tmp_path_factory.mktemp("old"))})
    database = Database.open(paths)

    async def work() -> None:
        history = History(database)
        for number in range(RUNS):
            await ended(history, f"answer {number} " * 40)
        await compared(database)
        begun = await history.begin(prompt=a_prompt(), request=a_request(), connection=a_connection())
        begun.append([TextDelta(0, "as far as it came")])

    asyncio.run(work())
    Drafts(database, paths).journal("20260101-000000000000-abcdef", DraftState({"name": "typed"}, title="typed"))
    database.close()
    return paths.database.read_bytes()


def damage(path: Path, *pages: int) -> None:
    data = bytearray(path.read_bytes())
    for page in pages:
        data[(page - 1) * PAGE : page * PAGE] = b"\x7f" * PAGE
    path.write_bytes(data)


def test_a_whole_file_comes_whole_and_a_second_time_nothing(old: Path, database: Database) -> None:
    assert salvage(old, database) == Salvaged(RUNS + 3, 1, 1, 0, 0)
    assert salvage(old, database) == Salvaged(0, 0, 0, RUNS + 4, 0)
    history = History(database)
    assert database.flush()
    history.sweep().result(10)
    newest, *rest = history.recent(1000)
    assert newest.state is State.TRUNCATED
    stored = history.get(newest.id)
    assert stored is not None
    assert stored.choices[0].text == "as far as it came"
    assert rest[-1].first_line.startswith("answer 0 answer 0")
    assert len(Experiments(database).get(Experiments(database).recent()[0].id).ended) == 2  # type: ignore[union-attr]
    found = HistorySearch(database).every(HistoryQuery(text="answer 77 answer"), None)
    assert [run.first_line[:9] for run in found] == ["answer 77"]
    assert [draft.title for draft in Drafts(database, database.paths).kept()] == ["typed"]


@pytest.mark.parametrize("pages", [(1,), (2, 5), (3, 4, 9, 20), (1, 12)])
def test_what_is_on_other_pages_comes_and_can_be_opened(old: Path, database: Database, pages: tuple[int, ...]) -> None:
    with contextlib.closing(sqlite3.connect(old)) as whole:
        answers = dict(whole.execute("SELECT run, text FROM answers").fetchall())
    damage(old, *pages)
    found = salvage(old, database)
    assert found.runs > RUNS * 0.8
    assert found.unreadable > 0
    history = History(database)
    for each in history.recent(1000):
        stored = history.get(each.id)
        assert stored is not None
        if stored.choices:
            assert stored.choices[0].text in (answers.get(each.id), "as far as it came")


@pytest.mark.parametrize("number", SCHEMAS)
def test_a_file_of_any_schema(database: Database, tmp_path: Path, number: int) -> None:
    path, id = tmp_path / "older", "20260101-000000000000-abcdef"
    with contextlib.closing(sqlite3.connect(path)) as older:
        older.executescript(SCHEMAS[number])
        older.execute(
            "INSERT INTO runs (id, session, source, began_at, state, prompt_name, connection, host, model, parameters, "
            "attempts) VALUES (?, 's', 'tui', '2026-01-01T00:00:00+00:00', 'complete', '', '', '', '', '{}', 1)",
            (id,),
        )
        older.execute("INSERT INTO bodies (run, prompt, request) VALUES (?, '{}', '{}')", (id,))
        older.execute("INSERT INTO answers VALUES (?, 0, 'stop', 'old answer', '', '', '[]', NULL)", (id,))
        older.execute("INSERT INTO attempts VALUES (?, 1, '2026-01-01T00:00:00+00:00')", (id,))
        older.execute(
            "INSERT INTO drafts (id, owner, state, saved_at, prompt) VALUES (?, 's', 'open', '', '{}')", (id,)
        )
        older.commit()
    assert salvage(path, database) == Salvaged(1, 0, 1, 0, 0)
    stored = History(database).get(id)
    assert stored is not None
    assert stored.choices[0].text == "old answer"
    with database.read() as connection:
        assert connection.execute("SELECT run, attempt FROM ledger").fetchall() == [(id, 1)]


def test_the_log_of_a_killed_process_counts(paths: Paths, database: Database, tmp_path: Path) -> None:
    run = asyncio.run(ended(History(database)))
    assert database.flush()
    copy = tmp_path / "copy"
    for end in ("", "-wal"):
        copy.with_name(f"copy{end}").write_bytes(paths.database.with_name(f"workbench.db{end}").read_bytes())
    other = Database.open(Paths.find({"WORKBENCH_HOME": str(tmp_path / "other")}))
    try:
        assert salvage(copy, other).runs == 1
        assert History(other).get(run) is not None
    finally:
        other.close()


def test_what_was_deleted_does_not_come_back(old: Path, database: Database, paths: Paths) -> None:
    assert salvage(old, database).runs
    run = History(database).recent()[5].id
    Deletions(database).hide([run]).result(10)
    with contextlib.closing(connect(paths.database)) as connection:  # deleted, with a trace somewhere
        connection.execute("UPDATE deletions SET gone = 1")
        for table, column in (("runs", "id"), ("bodies", "run"), ("answers", "run")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))
    assert salvage(old, database).runs == 0
    assert History(database).get(run) is None


def test_a_damaged_copy_is_salvaged_and_goes_with_what_is_deleted(old: Path, database: Database, paths: Paths) -> None:
    run = asyncio.run(ended(History(database)))
    copy = paths.data / "workbench.db.corrupt-20260101-000000"
    copy.write_bytes(old.read_bytes())
    damage(copy, 7)
    os.utime(copy, (0, 0))
    assert Deletions(database).forget([run]).notes == ()
    assert damaged_copies(paths.database) == [copy]  # of a time before the run
    os.utime(copy)
    with contextlib.closing(sqlite3.connect(old)) as whole:
        (first,) = whole.execute("SELECT min(id) FROM runs").fetchone()
    deleted = Deletions(database).forget([first])
    assert deleted.total == 1
    assert deleted.waiting == ""
    assert "could be read of it is in history (" in deleted.notes[0]
    assert damaged_copies(paths.database) == []
    assert found_in(paths, "answer 0 answer 0") == []
    assert len(History(database).recent(1000)) > RUNS * 0.8


def test_what_is_no_database(database: Database, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("hello " * 3000)
    assert salvage(tmp_path / "empty", database).runs == 0
    assert salvage(tmp_path / "text", database).runs == 0
    for name in ("missing", ".", "a\0b"):
        with pytest.raises(InputError, match="can't be read"):
            salvage(tmp_path / name, database)
