"""The schema: from nothing, from every released one, half-way failures, and several processes at once."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.storage import run_to_end
from workbench.adapters.database import Database
from workbench.adapters.files import Paths
from workbench.adapters.migrations import LATEST, MIGRATIONS, Migration, backups, migrate, version

# Schema 1 as it was released: this text is never changed, and neither is the migration that makes it.
SCHEMA_1 = """
CREATE TABLE runs (id TEXT NOT NULL PRIMARY KEY, session TEXT NOT NULL, source TEXT NOT NULL, began_at TEXT NOT NULL,
  ended_at TEXT, state TEXT, prompt_name TEXT NOT NULL, preset TEXT NOT NULL DEFAULT '', connection TEXT NOT NULL,
  host TEXT NOT NULL, model TEXT NOT NULL, answered_by TEXT NOT NULL DEFAULT '', parameters TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, request_id TEXT NOT NULL DEFAULT '', prompt_tokens INTEGER,
  cached_tokens INTEGER, completion_tokens INTEGER, reasoning_tokens INTEGER, total_tokens INTEGER, cost_usd REAL,
  first_byte_s REAL, first_token_s REAL, total_s REAL, error_kind TEXT, first_line TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', starred INTEGER NOT NULL DEFAULT 0);
CREATE TABLE bodies (run TEXT NOT NULL PRIMARY KEY, prompt TEXT NOT NULL, request TEXT NOT NULL, response TEXT,
  usage TEXT, error TEXT, notes TEXT NOT NULL DEFAULT '[]');
CREATE TABLE answers (run TEXT NOT NULL, choice INTEGER NOT NULL, finish_reason TEXT, text TEXT NOT NULL,
  reasoning TEXT NOT NULL, refusal TEXT NOT NULL, tool_calls TEXT NOT NULL, logprobs TEXT, PRIMARY KEY (run, choice));
CREATE TABLE pieces (run TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, choice INTEGER NOT NULL,
  content BLOB NOT NULL, PRIMARY KEY (run, number));
CREATE TABLE attempts (run TEXT NOT NULL, number INTEGER NOT NULL, sent_at TEXT NOT NULL, PRIMARY KEY (run, number));
CREATE TABLE drafts (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, state TEXT NOT NULL, saved_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, prompt TEXT NOT NULL, view TEXT);
CREATE TABLE lessons (host TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL DEFAULT '',
  parameter TEXT NOT NULL DEFAULT '', learned_at TEXT NOT NULL, PRIMARY KEY (host, kind, model, parameter));
CREATE TABLE trust (host TEXT NOT NULL, what TEXT NOT NULL, given_at TEXT NOT NULL, PRIMARY KEY (host, what));
CREATE INDEX runs_open ON runs (session) WHERE state IS NULL;
CREATE INDEX runs_session ON runs (session);
CREATE TABLE migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL,
  program TEXT NOT NULL);
PRAGMA user_version = 1;
"""
# Likewise what schema 2 adds to it.
SCHEMA_2 = f"""{SCHEMA_1}
CREATE TABLE experiments (id TEXT NOT NULL PRIMARY KEY, session TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT,
  state TEXT, name TEXT NOT NULL, preset TEXT NOT NULL DEFAULT '', cells INTEGER NOT NULL, experiment TEXT NOT NULL,
  plan TEXT NOT NULL DEFAULT '{{}}');
CREATE TABLE cells (experiment TEXT NOT NULL, column_index INTEGER NOT NULL, case_index INTEGER NOT NULL,
  repeat_index INTEGER NOT NULL, run TEXT NOT NULL, state TEXT, note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (experiment, column_index, case_index, repeat_index));
PRAGMA user_version = 2;
"""
SCHEMA_3 = f"""{SCHEMA_2}
CREATE TABLE judgements (experiment TEXT NOT NULL, case_index INTEGER NOT NULL, repeat_index INTEGER NOT NULL,
  judged_at TEXT NOT NULL, judgement TEXT NOT NULL, PRIMARY KEY (experiment, case_index, repeat_index));
PRAGMA user_version = 3;
"""
SCHEMA_4 = f"""{SCHEMA_3}
ALTER TABLE drafts ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drafts ADD COLUMN front INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drafts ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX drafts_open ON drafts (owner, state, place, front, saved_at, attempts, title, changed, id)
  WHERE state IN ('open', 'closed');
PRAGMA user_version = 4;
"""
SCHEMA_5 = f"""{SCHEMA_4}
CREATE TABLE deletions (id TEXT NOT NULL PRIMARY KEY, session TEXT NOT NULL, asked_at TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0);
PRAGMA user_version = 5;
"""
SCHEMA_6 = f"""{SCHEMA_5}
CREATE TABLE images (digest TEXT NOT NULL PRIMARY KEY, address TEXT NOT NULL);
CREATE TABLE run_images (run TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (run, digest));
CREATE INDEX run_images_digest ON run_images (digest);
CREATE TRIGGER images_of_nobody AFTER DELETE ON run_images
  WHEN NOT EXISTS (SELECT 1 FROM run_images WHERE digest = OLD.digest)
  BEGIN DELETE FROM images WHERE digest = OLD.digest; END;
PRAGMA user_version = 6;
"""
_BLOCK_OF_OLD = "(SELECT block FROM search_places WHERE run = old.id)"
SCHEMA_7 = f"""{SCHEMA_6}
CREATE TABLE search_waiting (run TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE search_blocks (block INTEGER NOT NULL PRIMARY KEY, oldest TEXT NOT NULL, newest TEXT NOT NULL);
CREATE TABLE search_places (run TEXT NOT NULL PRIMARY KEY, block INTEGER NOT NULL, place INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX search_places_block ON search_places (block, place);
CREATE TABLE search_grams (block INTEGER NOT NULL, gram TEXT NOT NULL, places BLOB NOT NULL,
  PRIMARY KEY (block, gram)) WITHOUT ROWID;
CREATE TRIGGER search_new_run AFTER INSERT ON runs BEGIN
  INSERT OR IGNORE INTO search_waiting (run) VALUES (new.id); END;
CREATE TRIGGER search_deleted_run AFTER DELETE ON runs BEGIN
  INSERT OR IGNORE INTO search_waiting (run) SELECT run FROM search_places WHERE block = {_BLOCK_OF_OLD};
  DELETE FROM search_waiting WHERE run = old.id;
  DELETE FROM search_grams WHERE block = {_BLOCK_OF_OLD};
  DELETE FROM search_blocks WHERE block = {_BLOCK_OF_OLD};
  DELETE FROM search_places WHERE block = {_BLOCK_OF_OLD}; END;
CREATE INDEX runs_named ON runs (id) WHERE name <> '' OR note <> '';
CREATE INDEX runs_starred ON runs (id) WHERE starred = 1;
CREATE INDEX cells_run ON cells (run);
PRAGMA user_version = 7;
"""
SCHEMA_8 = f"""{SCHEMA_7}
CREATE TABLE ledger ( run TEXT NOT NULL, attempt INTEGER NOT NULL, session TEXT NOT NULL, sent_at TEXT NOT NULL,
  source TEXT NOT NULL, model TEXT NOT NULL, preset TEXT NOT NULL, connection TEXT NOT NULL, host TEXT NOT NULL, state
  TEXT, error_kind TEXT, prompt_tokens INTEGER, cached_tokens INTEGER, completion_tokens INTEGER, reasoning_tokens
  INTEGER, counted TEXT NOT NULL, cost INTEGER, certainty TEXT NOT NULL, price TEXT NOT NULL, PRIMARY KEY (run,
  attempt) );
CREATE INDEX ledger_spent ON ledger (sent_at, cost, certainty, state);
CREATE INDEX ledger_open ON ledger (session) WHERE state IS NULL;
PRAGMA user_version = 8;
"""
SCHEMAS = {1: SCHEMA_1, 2: SCHEMA_2, 3: SCHEMA_3, 4: SCHEMA_4, 5: SCHEMA_5, 6: SCHEMA_6, 7: SCHEMA_7, 8: SCHEMA_8}
"""By number: every schema that a person's file may have."""
NEXT = Migration(LATEST + 1, "a column", ("ALTER TABLE trust ADD COLUMN why TEXT NOT NULL DEFAULT ''",))
BROKEN = Migration(LATEST + 1, "breaks", ("ALTER TABLE trust ADD COLUMN why TEXT", "CREATE nonsense"))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def shape(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every table and index with its columns."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")]
    return {
        name: connection.execute(f"PRAGMA table_info({name})").fetchall()
        or connection.execute(f"PRAGMA index_info({name})").fetchall()
        for name in sorted(names)
    }


def test_from_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as connection:
        assert migrate(connection, tmp_path / "db") is None
        assert version(connection) == LATEST
        logged = connection.execute("SELECT number, name FROM migrations").fetchall()
        assert logged == [(m.number, m.name) for m in MIGRATIONS]
        assert migrate(connection, tmp_path / "db") is None


@pytest.mark.parametrize("number", SCHEMAS)
def test_each_schema_is_what_was_released(tmp_path: Path, number: int) -> None:
    with opened(tmp_path / "made") as made, opened(tmp_path / "released") as released:
        migrate(made, tmp_path / "made", MIGRATIONS[:number])
        released.executescript(SCHEMAS[number])
        assert shape(made) == shape(released)
        assert version(made) == version(released) == number


def test_each_schema_is_tested() -> None:
    assert list(SCHEMAS) == [migration.number for migration in MIGRATIONS]


def test_numbers_follow_each_other() -> None:
    assert [m.number for m in MIGRATIONS] == list(range(1, LATEST + 1))


ROW: dict[str, object] = {"TEXT": "words", "INTEGER": 7, "REAL": 0.5, "BLOB": b"bytes"}


def older(path: Path, number: int = LATEST, rows: int = 50) -> None:
    """A file of an older schema, with rows in each of its tables."""
    with opened(path) as connection:
        connection.executescript(SCHEMAS[number])
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        for table, columns in tables(connection).items():
            into = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(columns))})"
            for row in range(rows):
                of_key = {"TEXT": f"{row}", "INTEGER": row}
                connection.execute(into, [of_key.get(kind) if key else ROW[kind] for kind, key in columns])
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def tables(connection: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    """The type of each column, and its place in the key."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%' "
        "AND name <> 'migrations'"
    ).fetchall()
    return {
        name: [(kind, key) for _, _, kind, _, _, key in connection.execute(f"PRAGMA table_info({name})")]
        for (name,) in found
    }


def contents(
    connection: sqlite3.Connection, of: dict[str, list[tuple[str, int]]]
) -> dict[str, list[tuple[object, ...]]]:
    """The rows of these tables, as far as these columns go."""
    return {
        name: [row[: len(columns)] for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]
        for name, columns in of.items()
    }


@pytest.mark.parametrize("number", SCHEMAS)
def test_an_older_file_is_brought_up_to_date_with_a_backup(tmp_path: Path, number: int) -> None:
    path = tmp_path / "db"
    older(path, number)
    with opened(path) as connection:
        there = tables(connection)
        before = contents(connection, there)
        assert all(len(rows) == 50 for rows in before.values())
        backup = migrate(connection, path, (*MIGRATIONS, NEXT))
        assert version(connection) == NEXT.number
        assert contents(connection, there) == before
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert backup is not None
    assert backup.name.startswith(f"db.backup-{number}-20")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with opened(backup) as connection:
        assert version(connection) == number
        assert contents(connection, there) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db", backup.name]


@pytest.mark.parametrize("number", [1, LATEST])
def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, number: int) -> None:
    path = tmp_path / "db"
    older(path, number)
    before = path.read_bytes()
    with opened(path) as connection:
        for _ in range(2):  # it is tried again and again
            with pytest.raises(sqlite3.OperationalError):
                migrate(connection, path, (*MIGRATIONS, BROKEN))
        assert version(connection) == number
        assert shape(connection)["trust"][-1][1] == "given_at"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full_in_the_middle_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "db"
    older(path, 1)
    before = path.read_bytes()
    with opened(path) as connection:
        connection.execute("PRAGMA max_page_count = 1")  # no more than it has
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrate(connection, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_takes_no_backup_stops_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "db"
    older(path)
    monkeypatch.setattr(
        "workbench.adapters.migrations.os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
    )
    with opened(path) as connection:
        with pytest.raises(OSError, match="full"):
            migrate(connection, path, (*MIGRATIONS, NEXT))
        assert version(connection) == LATEST
    assert not list(tmp_path.glob("*backup*"))


def test_the_newest_backups_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "db"
    older(path)
    for name in ("9-20240101-000000", "1-20250101-000000", "2-20250102-000000", "unfinished-7"):
        (tmp_path / f"db.backup-{name}").touch()
    with opened(path) as connection:
        backup = migrate(connection, path, (*MIGRATIONS, NEXT))
    assert backup is not None
    assert backups(path) == [tmp_path / "db.backup-1-20250101-000000", tmp_path / "db.backup-2-20250102-000000", backup]
    assert len(list(tmp_path.glob("db.backup*"))) == 3


def test_of_several_that_start_at_once_one_does_it(tmp_path: Path) -> None:
    path = tmp_path / "db"
    older(path, 1)
    together = threading.Barrier(4)

    def start(_: int) -> Path | None:
        with opened(path) as connection:
            together.wait()
            return migrate(connection, path)

    with ThreadPoolExecutor(4) as threads:
        made = [backup for backup in threads.map(start, range(4)) if backup is not None]
    assert made == backups(path)
    assert len(made) == 1
    with opened(path) as connection:
        assert connection.execute("SELECT count(*) FROM migrations").fetchone() == (LATEST - 1,)


def test_a_start_waits_for_the_one_that_does_it(paths: Paths) -> None:
    paths.data.mkdir()
    older(paths.database, 1)
    with opened(paths.database) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as thread:
            database = thread.submit(Database.open, paths)
            with pytest.raises(TimeoutError):
                database.result(0.4)  # twice as long as for any other lock
            other.execute("COMMIT")
            assert database.result().trouble is None
            database.result().close()
        assert version(other) == LATEST


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    older(tmp_path / "db", 1)
    told = run_to_end("killed_migrations", tmp_path / "db")
    assert "old" in told
    assert told.split()[-1] == "new"


def test_the_ledger_is_filled_from_the_runs_that_were_there(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as connection:
        connection.executescript(SCHEMA_4)
        runs = [
            ("paid", "complete", 2, 100, 40, 10, 0.0012, "openai", "gpt-5.4-mini"),
            ("free", "complete", 1, 100, None, 10, 0.0, "practice", "practice"),
            ("odd", "complete", 1, -5, 9_000, 10**15, None, "gateway", "m"),
            ("open", None, 1, None, None, None, None, "openai", "m"),
            ("never", "error", 0, None, None, None, 0.0, "openai", "m"),
        ]
        for run, state, attempts, prompt, cached, completion, cost, name, model in runs:
            connection.execute(
                "INSERT INTO runs (id, session, source, began_at, prompt_name, connection, host, model, parameters, "
                "state, attempts, prompt_tokens, cached_tokens, completion_tokens, cost_usd) "
                "VALUES (?, 's', 'tui', 'then', '', ?, 'h', ?, '{}', ?, ?, ?, ?, ?, ?)",
                (run, name, model, state, attempts, prompt, cached, completion, cost),
            )
            for number in range(1, attempts + 1):
                connection.execute("INSERT INTO attempts VALUES (?, ?, ?)", (run, number, f"2026-01-0{number}"))
        migrate(connection, tmp_path / "db")
        rows = connection.execute(
            "SELECT run, attempt, state, prompt_tokens, cached_tokens, completion_tokens, cost, certainty, counted "
            "FROM ledger ORDER BY run, attempt"
        ).fetchall()
    assert rows == [
        ("free", 1, "complete", 100, None, 10, 0, "free", "reported"),
        ("odd", 1, "complete", 0, 0, 10**9, None, "unknown", "reported"),
        ("open", 1, None, None, None, None, None, "unknown", ""),
        ("paid", 1, "retried", None, None, None, None, "unknown", ""),
        ("paid", 2, "complete", 100, 40, 10, 1_200_000, "exact", "reported"),
    ]
