"""The database and its writer: nothing acknowledged is lost, and the disk's troubles are told and outlived."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.support.storage import (
    a_connection,
    a_prompt,
    a_request,
    an_outcome,
    go_on,
    next_line,
    paths_in,
    process,
    run_to_end,
)
from tests.support.storage_process import Troubles
from workbench.adapters import locks, writer
from workbench.adapters.backups import damaged_copies
from workbench.adapters.database import Database
from workbench.adapters.database_file import lock_path
from workbench.adapters.drafts import Drafts
from workbench.adapters.files import Paths
from workbench.adapters.history import History, RunRecord
from workbench.adapters.write import Write
from workbench.core.errors import StorageError
from workbench.core.events import State


async def begin(history: History, text: str = "Say hello") -> RunRecord:
    return await history.begin(prompt=a_prompt(text), request=a_request(text), connection=a_connection())


def one_run(database: Database, text: str = "answer") -> str:
    """A run from begin to end; its id."""

    async def work() -> str:
        record = await begin(History(database))
        await record.end(an_outcome(text))
        return record.id

    run = asyncio.run(work())
    assert database.flush(10)
    return run


def holds(paths: Paths) -> int:
    """How many runs the file holds, looked at from outside."""
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


@pytest.mark.parametrize("umask", ["000", "022", "277"])
def test_every_file_is_0600_and_every_folder_0700(tmp_path: Path, umask: str) -> None:
    home = tmp_path / "home"
    with process("every_file", home, umask) as child:
        assert next_line(child) == "ready"
        modes = {
            str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))
        }
        assert {"home/workbench.db-wal", "home/workbench.db-shm", "home/workbench.db"} <= set(modes)
        assert any(name.startswith("home/locks/") for name in modes)
        wrong = {name: oct(m) for name, m in modes.items() if m != (0o700 if (tmp_path / name).is_dir() else 0o600)}
        assert not wrong
        go_on(child)
        assert child.wait(20) == 0


def test_an_open_file_of_others_is_made_private(paths: Paths) -> None:
    paths.data.mkdir(mode=0o700)
    paths.database.touch(mode=0o644)
    paths.database.chmod(0o644)
    Database.open(paths).close()
    assert stat.S_IMODE(paths.database.stat().st_mode) == 0o600


def test_a_folder_that_others_can_write_is_said(paths: Paths) -> None:
    paths.data.mkdir()
    paths.data.chmod(0o777)
    database = Database.open(paths)
    assert "chmod 700" in database.warnings[0]
    database.close()


def test_one_bad_write_does_not_take_the_others_along(database: Database, paths: Paths) -> None:
    troubles = Troubles()
    database.watch(troubles)
    bad = database.submit(Write(lambda: [("INSERT INTO trust VALUES ('b', 'x', 'now')", ()), ("INSERT nonsense", ())]))
    good = database.submit(Write(lambda: [("INSERT INTO trust VALUES ('a', 'x', 'now')", ())]))
    assert good.result(10) is None
    with pytest.raises(StorageError):
        bad.result(10)
    with database.read() as connection:
        assert connection.execute("SELECT host FROM trust").fetchall() == [("a",)]
    troubles.wait_for(lambda told: told is not None and "1 piece" in told)


def test_a_write_that_can_not_be_built_is_its_own_failure(database: Database) -> None:
    def fails() -> list[tuple[str, tuple[object, ...]]]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.submit(Write(fails)).result(10)
    assert one_run(database)


def test_a_fault_in_a_collector_does_not_end_the_saving(database: Database) -> None:
    troubles = Troubles()
    database.watch(troubles)

    def fails() -> None:
        raise ZeroDivisionError("division")

    database.schedule(fails, 0)
    troubles.wait_for(lambda told: told is None)
    assert "a fault in it, ZeroDivisionError" in str(troubles.told[0])
    assert one_run(database)


def test_after_close_a_write_says_that_it_is_not_saved(paths: Paths) -> None:
    database = Database.open(paths)
    assert database.close() == 0
    assert database.close() == 0
    with pytest.raises(StorageError, match="closed"):
        database.submit(Write(tuple)).result(1)


def test_close_writes_what_is_still_under_way(paths: Paths) -> None:
    database = Database.open(paths)
    for number in range(2000):
        database.submit(Write(lambda n=number: [("INSERT INTO trust VALUES (?, 'x', 'now')", (str(n),))]))  # type: ignore[misc]
    assert database.close(30) == 0
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        assert connection.execute("SELECT count(*) FROM trust").fetchone() == (2000,)
    assert not list(paths.locks.iterdir())


@pytest.mark.parametrize("count", [25, pytest.param(1000, marks=pytest.mark.sweep)])
def test_eight_processes_at_once_lose_no_row(tmp_path: Path, count: int) -> None:
    paths = paths_in(tmp_path)
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(process("rows", paths.data, count)) for _ in range(8)]
        assert [child.wait(600) for child in children] == [0] * 8
    assert holds(paths) == 8 * count
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        assert connection.execute("SELECT count(*) FROM runs WHERE state = 'complete'").fetchone() == (8 * count,)


def test_a_full_disk_in_the_middle_of_a_run(tmp_path: Path) -> None:
    run_to_end("full", paths_in(tmp_path).data)


def test_a_full_disk_from_the_start(tmp_path: Path) -> None:
    run_to_end("full_from_the_start", paths_in(tmp_path).data)


def test_a_database_that_may_not_grow_is_a_full_disk_until_it_may(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_LONGEST_WAIT", 0.1)
    troubles, first = Troubles(), one_run(database)
    database.watch(troubles)
    file = database._writer._file
    assert file is not None
    most = file.connection.execute("PRAGMA max_page_count").fetchone()[0]
    file.connection.execute("PRAGMA max_page_count = 1")  # no more than it has

    async def work() -> str:
        record = await begin(History(database), "z" * 100_000)
        await record.end(an_outcome("z" * 100_000))
        return record.id

    second = asyncio.run(work())
    troubles.wait_for(lambda told: "the disk is full" in str(told))
    saves = [database.saves]
    assert [run.id for run in History(database).recent()] == [first]
    file.connection.execute(f"PRAGMA max_page_count = {most}")
    troubles.wait_for(lambda told: told is None)
    assert [*saves, database.saves] == [False, True]
    assert [run.id for run in History(database).recent()] == [second, first]


def test_what_waits_is_bounded_and_what_is_dropped_is_said(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    run_to_end("never_room", paths.data)
    assert 1 <= holds(paths) < 6


def test_a_file_without_permission_is_written_once_it_has_it() -> None:
    # Not in tmp_path: the process gives up being root, and pytest's folder lets nobody else through.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        paths = paths_in(Path(folder))
        Database.open(paths).close()
        run_to_end("no_permission", paths.data)


def test_a_lock_held_by_others_keeps_no_run_waiting(
    database: Database, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_BUSY_UNSAID", 0.5)
    troubles = Troubles()
    database.watch(troubles)
    with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        record = asyncio.run(begin(History(database)))
        assert time.monotonic() - started < 1.5
        troubles.wait_for(lambda told: told is not None and "another program holds its lock" in told)
        other.execute("COMMIT")
    troubles.wait_for(lambda told: told is None)
    assert History(database).get(record.id) is not None


def test_a_kill_while_others_hold_the_lock_loses_nothing(paths: Paths) -> None:
    """P24: what waits in memory is in a file of its own too, and the next start takes it over."""
    with process("locked_out", paths.data) as child:
        assert next_line(child) == "open"
        with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            go_on(child)
            run = next_line(child)
            until = time.monotonic() + 20
            while "typed while" not in "".join(path.read_text() for path in paths.data.glob("unsaved-*")):
                assert time.monotonic() < until
                time.sleep(0.01)
            child.kill()
            child.wait()
            other.execute("ROLLBACK")
    (left,) = paths.data.glob("unsaved-*")
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    with left.open("a") as file:
        file.write('[["INSERT INTO')  # a kill in the middle of a line
    database = Database.open(paths)
    restored = Drafts(database, paths).restore()
    assert (restored.kind, restored.content) == ("crashed", ({"text": "typed while it was locked"}, None))
    History(database).sweep().result(10)
    stored = History(database).get(run)
    assert stored is not None
    assert stored.state is State.TRUNCATED
    assert stored.choices[0].text == "came while it was locked"
    assert not left.exists()
    database.close()


def test_unsaved_writes_that_make_no_sense_are_kept_apart(paths: Paths) -> None:
    paths.data.mkdir(mode=0o700)
    (paths.data / "unsaved-x-p1.jsonl").write_text('[["INSERT INTO nowhere VALUES (1)", []]]\n')
    database = Database.open(paths)
    assert "unsaved-x-p1.jsonl.kept" in database.warnings[0]
    assert database.trouble is None
    assert one_run(database)
    database.close()


def test_a_file_of_unsaved_writes_goes_once_they_are_saved(database: Database, paths: Paths) -> None:
    with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        until = time.monotonic() + 20
        database.submit(Write(lambda: [("INSERT INTO trust VALUES (?, 'x', 'now')", ("a",))]))
        while not list(paths.data.glob("unsaved-*")):
            assert time.monotonic() < until
            time.sleep(0.01)
        other.execute("COMMIT")
    assert database.flush(10)
    assert not list(paths.data.glob("unsaved-*"))


def test_a_short_lock_is_not_worth_a_word(database: Database, paths: Paths) -> None:
    troubles = Troubles()
    database.watch(troubles)
    with contextlib.closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asyncio.run(begin(History(database)))
        other.execute("COMMIT")
    assert database.flush(10)
    assert troubles.told == []


def delete(paths: Paths) -> None:
    for end in ("", "-wal", "-shm"):
        paths.database.with_name(paths.database.name + end).unlink(missing_ok=True)


def test_a_deleted_file_is_begun_again_with_the_rows_of_this_session(database: Database, paths: Paths) -> None:
    first = one_run(database, "before")
    delete(paths)
    second = one_run(database, "after")
    history = History(database)
    assert {run.id for run in history.recent()} == {first, second}
    stored = history.get(first)
    assert stored is not None
    assert stored.choices[0].text == "before"
    assert "gone or replaced" in database.warnings[-1]
    assert database.is_alive(database.session)
    assert locks.is_held(lock_path(paths, database.session))
    assert stat.S_IMODE(paths.database.stat().st_mode) == 0o600


def test_a_deleted_folder_too(database: Database, paths: Paths) -> None:
    first = one_run(database)
    shutil.rmtree(paths.data)
    second = one_run(database)
    assert {run.id for run in History(database).recent()} == {first, second}
    assert locks.is_held(lock_path(paths, database.session))


def test_a_file_deleted_before_the_end_is_there_after_it(paths: Paths) -> None:
    database = Database.open(paths)
    one_run(database)
    delete(paths)
    assert database.close() == 0
    assert holds(paths) == 1


def test_a_replaced_file_gets_the_rows_of_this_session_too(database: Database, paths: Paths, tmp_path: Path) -> None:
    other = paths_in(tmp_path / "other")
    elsewhere = Database.open(other)
    theirs = one_run(elsewhere)
    elsewhere.close()
    first = one_run(database)
    os.replace(other.database, paths.database)
    second = one_run(database)
    assert {run.id for run in History(database).recent()} == {first, second, theirs}
    assert database.close() == 0
    assert holds(paths) == 3


def test_another_process_is_not_hurt_by_a_file_that_was_replaced(paths: Paths) -> None:
    """Closing the old file must not take the new one's log away from under a process that uses it."""
    first, second = Database.open(paths), Database.open(paths)
    one_run(first)
    one_run(second)
    delete(paths)
    one_run(first)  # the new file is first's
    for _ in range(20):
        one_run(second)
        one_run(first)
    assert first.close() == second.close() == 0
    assert holds(paths) == 1 + 1 + 1 + 40


def test_a_corrupt_file_is_set_aside(paths: Paths) -> None:
    paths.data.mkdir(mode=0o700)
    paths.database.write_bytes(b"this is no database, " * 500)
    database = Database.open(paths)
    aside = next(path for path in paths.data.iterdir() if ".corrupt-" in path.name)
    assert aside.read_bytes().startswith(b"this is no database")
    assert str(aside) in database.warnings[0]
    assert database.trouble is None
    assert one_run(database)
    database.close()
    assert holds(paths) == 1


# From another process, since closing a handle in this one would drop SQLite's own locks on the file.
_OVERWRITE = "import sys, os; f = os.open(sys.argv[1], os.O_RDWR); os.pwrite(f, b'\\xee' * 200_000, int(sys.argv[2]))"
_EMPTY = "import sys, os; [os.truncate(sys.argv[1] + end, 0) for end in ('', '-wal')]"


@pytest.mark.parametrize("code", [_OVERWRITE, _EMPTY])
def test_a_file_that_is_damaged_while_it_is_open(paths: Paths, code: str) -> None:
    troubles = Troubles()
    database = Database.open(paths)
    database.watch(troubles)
    told: list[str] = []
    database.listen(told.append)
    one_run(database)
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    subprocess.run([sys.executable, "-c", code, str(paths.database), "0"], check=True)
    second = one_run(database)
    assert second in {run.id for run in History(database).recent()}
    (kept, *_) = damaged_copies(paths.database)
    assert any(f"history salvage {kept}`" in line for line in told)
    assert database.saves
    assert database.close() == 0
    assert holds(paths) >= 1


def test_a_newer_file_is_only_read(paths: Paths) -> None:
    database = Database.open(paths)
    run = one_run(database)
    database.close()
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("INSERT INTO migrations VALUES (99, 'later', 'then', '7.8.9')")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = hashlib.sha256(paths.database.read_bytes()).hexdigest()
    troubles = Troubles()
    database = Database.open(paths)
    database.watch(troubles)
    history = History(database)
    assert "newer version" in str(troubles.told[0])
    assert "(7.8.9, schema 99, this one knows" in database.warnings[0]
    assert "this session is not saved" in str(database.trouble)
    assert [found.id for found in history.recent()] == [run]
    record = asyncio.run(begin(history))
    assert [found.id for found in history.recent()] == [run]
    assert record.id != run
    assert not database.flush()
    database.close()
    assert hashlib.sha256(paths.database.read_bytes()).hexdigest() == before


def test_a_reader_that_finds_damage_says_so_and_a_new_file_is_begun(paths: Paths) -> None:
    database = Database.open(paths)
    for _ in range(30):
        one_run(database, "x" * 5000)
    database.close()
    with contextlib.closing(sqlite3.connect(paths.database)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
    with paths.database.open("r+b") as file:
        file.seek((page - 1) * page_size)
        file.write(b"\xee" * page_size)
    database = Database.open(paths)
    with pytest.raises(StorageError, match="can't be read"):
        History(database).recent()
    assert database.flush()
    run = one_run(database)
    assert [found.id for found in History(database).recent()] == [run]
    database.close()


def test_a_slow_disk_does_not_hold_up_the_loop(database: Database) -> None:
    """P34: a write of two seconds, and the loop goes on turning."""
    stuck, done = threading.Event(), threading.Event()

    def slow() -> list[tuple[str, tuple[object, ...]]]:
        stuck.set()
        done.wait(20)
        return []

    database.submit(Write(slow))
    assert stuck.wait(10)

    async def work() -> tuple[float, float]:
        started = time.monotonic()
        record = await begin(History(database))
        began = time.monotonic() - started
        started = time.monotonic()
        await record.end(an_outcome())
        return began, time.monotonic() - started

    began, ended = asyncio.run(work())
    done.set()
    assert began < 1.0
    assert ended < 1.0
    assert database.flush(10)
    assert len(History(database).recent()) == 1


def test_without_write_ahead_logging_it_works_and_says_so(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.adapters import database_file

    monkeypatch.setattr(database_file, "_use_wal", lambda _connection: False)
    database = Database.open(paths)
    assert "write-ahead" in database.warnings[0]
    assert one_run(database)
    database.close()
    assert holds(paths) == 1


def test_two_that_ask_at_once_do_not_take_each_other_for_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    path.touch()
    with path.open() as asking:
        assert locks.lock_handle(asking.fileno(), shared=True)
        assert not locks.is_held(path)
    held = locks.take(path)
    assert held is not None
    assert locks.is_held(path)
    assert locks.take(path) is None
    held.release()
    assert not path.exists()
    assert not locks.is_held(path)


def test_stale_locks_go_and_living_ones_stay(database: Database, paths: Paths) -> None:
    stale = paths.locks / "20200101-000000000000-aaaaaa-p1.lock"
    stale.touch()
    History(database).sweep().result(10)
    assert not stale.exists()
    assert lock_path(paths, database.session).exists()
