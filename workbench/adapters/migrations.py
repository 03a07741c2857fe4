"""The database's schema, as ordered and named steps; the change and the record of it are one transaction.

To add one: append a Migration with the next number, never touch an older one, and test it from a file of each
released schema. All steps that a file has not seen are one transaction. A file that is newer than this list is only
read (database_file.py).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench import __version__
from workbench.adapters import ledger_schema
from workbench.adapters.files import FILE_MODE

if TYPE_CHECKING:
    from pathlib import Path


class Migration(NamedTuple):
    number: int
    name: str
    statements: tuple[str, ...]


_RUNS = """
CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,         -- sorts by time
  session TEXT NOT NULL,                -- the process that runs it; its lock file says whether it lives
  source TEXT NOT NULL,                 -- tui, cli
  began_at TEXT NOT NULL,               -- ISO 8601, UTC
  ended_at TEXT,
  state TEXT,                           -- NULL while it runs
  prompt_name TEXT NOT NULL,
  preset TEXT NOT NULL DEFAULT '',
  connection TEXT NOT NULL,
  host TEXT NOT NULL,
  model TEXT NOT NULL,                  -- as asked for
  answered_by TEXT NOT NULL DEFAULT '', -- as the endpoint names it
  parameters TEXT NOT NULL,             -- JSON: those of the prompt that are set
  attempts INTEGER NOT NULL DEFAULT 0,
  request_id TEXT NOT NULL DEFAULT '',
  prompt_tokens INTEGER,
  cached_tokens INTEGER,
  completion_tokens INTEGER,
  reasoning_tokens INTEGER,
  total_tokens INTEGER,
  cost_usd REAL,                        -- NULL: unknown
  first_byte_s REAL,
  first_token_s REAL,
  total_s REAL,
  error_kind TEXT,
  first_line TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '',        -- name, note and star are the person's own
  note TEXT NOT NULL DEFAULT '',
  starred INTEGER NOT NULL DEFAULT 0
)
"""

# What is wide stands apart, so that a list of 100,000 runs reads none of it.
_BODIES = """
CREATE TABLE bodies (
  run TEXT NOT NULL PRIMARY KEY,
  prompt TEXT NOT NULL,                 -- JSON, core/prompt_json.py
  request TEXT NOT NULL,                -- JSON: the body that was sent
  response TEXT,                        -- JSON: the response object
  usage TEXT,                           -- JSON, as the API names it
  error TEXT,                           -- JSON: kind, message, hint, status
  notes TEXT NOT NULL DEFAULT '[]'      -- JSON: texts
)
"""

_ANSWERS = """
CREATE TABLE answers (
  run TEXT NOT NULL,
  choice INTEGER NOT NULL,
  finish_reason TEXT,
  text TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  refusal TEXT NOT NULL,
  tool_calls TEXT NOT NULL,             -- JSON
  logprobs TEXT,                        -- JSON
  PRIMARY KEY (run, choice)
)
"""

# What has arrived of a run that has not ended; gone with its end. A BLOB, because one half of a character may come
# with one piece and the other half with the next.
_PIECES = """
CREATE TABLE pieces (
  run TEXT NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,                   -- text, reasoning, refusal, tool, usage
  choice INTEGER NOT NULL,
  content BLOB NOT NULL,                -- UTF-8 with lone surrogates let through
  PRIMARY KEY (run, number)
)
"""

_ATTEMPTS = """
CREATE TABLE attempts (
  run TEXT NOT NULL,
  number INTEGER NOT NULL,
  sent_at TEXT NOT NULL,
  PRIMARY KEY (run, number)
)
"""

_DRAFTS = """
CREATE TABLE drafts (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,                  -- the process that edits it, or edited it last
  state TEXT NOT NULL,                  -- open, closed, kept
  saved_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,  -- starts that took it up since it was last saved
  prompt TEXT NOT NULL,
  view TEXT
)
"""

_LESSONS = """
CREATE TABLE lessons (
  host TEXT NOT NULL,
  kind TEXT NOT NULL,                   -- refused, no_stream_usage, wants_max_tokens
  model TEXT NOT NULL DEFAULT '',
  parameter TEXT NOT NULL DEFAULT '',
  learned_at TEXT NOT NULL,
  PRIMARY KEY (host, kind, model, parameter)
)
"""

_TRUST = """
CREATE TABLE trust (
  host TEXT NOT NULL,
  what TEXT NOT NULL,
  given_at TEXT NOT NULL,
  PRIMARY KEY (host, what)
)
"""

_EXPERIMENTS = """
CREATE TABLE experiments (
  id TEXT NOT NULL PRIMARY KEY,         -- sorts by time
  session TEXT NOT NULL,                -- the process that runs it, or ran it last
  began_at TEXT NOT NULL,
  ended_at TEXT,
  state TEXT,                           -- complete, partial, stopped, budget; NULL while it runs
  name TEXT NOT NULL,
  preset TEXT NOT NULL DEFAULT '',
  cells INTEGER NOT NULL,               -- how many it has
  experiment TEXT NOT NULL,             -- JSON, core/experiment.py
  plan TEXT NOT NULL DEFAULT '{}'       -- JSON: what the gate showed
)
"""

# A cell that was run again has its last run here; the runs before stay in history.
_CELLS = """
CREATE TABLE cells (
  experiment TEXT NOT NULL,
  column_index INTEGER NOT NULL,
  case_index INTEGER NOT NULL,
  repeat_index INTEGER NOT NULL,
  run TEXT NOT NULL,                    -- '' where it was refused before it had one
  state TEXT,                           -- NULL while it runs
  note TEXT NOT NULL DEFAULT '',        -- why it has no run
  PRIMARY KEY (experiment, column_index, case_index, repeat_index)
)
"""

# One for each round that was judged blind; judged again, it has the last one.
_JUDGEMENTS = """
CREATE TABLE judgements (
  experiment TEXT NOT NULL,
  case_index INTEGER NOT NULL,
  repeat_index INTEGER NOT NULL,
  judged_at TEXT NOT NULL,
  judgement TEXT NOT NULL,              -- JSON, core/judging.py
  PRIMARY KEY (experiment, case_index, repeat_index)
)
"""

# A process edits several drafts; `owner` says which belong together.
_TABS = (
    "ALTER TABLE drafts ADD COLUMN place INTEGER NOT NULL DEFAULT 0",  # among the tabs of its owner
    "ALTER TABLE drafts ADD COLUMN front INTEGER NOT NULL DEFAULT 0",  # 1: this tab was in front
    "ALTER TABLE drafts ADD COLUMN title TEXT NOT NULL DEFAULT ''",  # what its tab says
    "ALTER TABLE drafts ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",  # 1: it differs from what was opened
    # All that a start asks of the drafts that it does not look at, so that it reads no prompt.
    "CREATE INDEX drafts_open ON drafts (owner, state, place, front, saved_at, attempts, title, changed, id) "
    "WHERE state IN ('open', 'closed')",
)

# What is hidden, or deleted with a trace of it left in some file. Ids alone: no text, and gone with the last trace.
_DELETIONS = """
CREATE TABLE deletions (
  id TEXT NOT NULL PRIMARY KEY,         -- of a run or an experiment
  session TEXT NOT NULL,                -- the process that can undo it
  asked_at TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0       -- 1: its rows are deleted
)
"""

# An image that was sent is kept once, however many runs name it, and goes with the last of them.
_IMAGES = (
    """
CREATE TABLE images (
  digest TEXT NOT NULL PRIMARY KEY,     -- SHA-256 of its bytes, in hex
  address TEXT NOT NULL                 -- its data address, whole
)
""",
    """
CREATE TABLE run_images (
  run TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (run, digest)
)
""",
    "CREATE INDEX run_images_digest ON run_images (digest)",
    "CREATE TRIGGER images_of_nobody AFTER DELETE ON run_images "
    "WHEN NOT EXISTS (SELECT 1 FROM run_images WHERE digest = OLD.digest) "
    "BEGIN DELETE FROM images WHERE digest = OLD.digest; END",
)

# What finds a run by a part of its texts (search_index.py). A block is indexed in one go and thrown away whole when one
# of its runs is deleted; those that are left wait to be indexed again. Triggers see to it, whoever adds or deletes.
_BLOCK_OF_OLD = "(SELECT block FROM search_places WHERE run = old.id)"
_SEARCH = (
    # Runs that are in no block yet.
    "CREATE TABLE search_waiting (run TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE search_blocks (block INTEGER NOT NULL PRIMARY KEY, oldest TEXT NOT NULL, newest TEXT NOT NULL)",
    "CREATE TABLE search_places (run TEXT NOT NULL PRIMARY KEY, block INTEGER NOT NULL, place INTEGER NOT NULL) "
    "WITHOUT ROWID",
    "CREATE INDEX search_places_block ON search_places (block, place)",
    # Which of a block's places have a gram (core/search_grams.py).
    "CREATE TABLE search_grams (block INTEGER NOT NULL, gram TEXT NOT NULL, places BLOB NOT NULL, "
    "PRIMARY KEY (block, gram)) WITHOUT ROWID",
    "INSERT INTO search_waiting (run) SELECT id FROM runs",
    "CREATE TRIGGER search_new_run AFTER INSERT ON runs BEGIN "
    "INSERT OR IGNORE INTO search_waiting (run) VALUES (new.id); END",
    "CREATE TRIGGER search_deleted_run AFTER DELETE ON runs BEGIN "
    f"INSERT OR IGNORE INTO search_waiting (run) SELECT run FROM search_places WHERE block = {_BLOCK_OF_OLD}; "
    "DELETE FROM search_waiting WHERE run = old.id; "
    f"DELETE FROM search_grams WHERE block = {_BLOCK_OF_OLD}; "
    f"DELETE FROM search_blocks WHERE block = {_BLOCK_OF_OLD}; "
    f"DELETE FROM search_places WHERE block = {_BLOCK_OF_OLD}; END",
    "CREATE INDEX runs_named ON runs (id) WHERE name <> '' OR note <> ''",
    "CREATE INDEX runs_starred ON runs (id) WHERE starred = 1",
    "CREATE INDEX cells_run ON cells (run)",
)

_LOG = """
CREATE TABLE IF NOT EXISTS migrations (
  number INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  program TEXT NOT NULL
)
"""

MIGRATIONS = (
    Migration(
        1,
        "runs, drafts, lessons and trust",
        (
            _RUNS,
            _BODIES,
            _ANSWERS,
            _PIECES,
            _ATTEMPTS,
            _DRAFTS,
            _LESSONS,
            _TRUST,
            "CREATE INDEX runs_open ON runs (session) WHERE state IS NULL",
            "CREATE INDEX runs_session ON runs (session)",
        ),
    ),
    Migration(2, "experiments", (_EXPERIMENTS, _CELLS)),
    Migration(3, "judgements", (_JUDGEMENTS,)),
    Migration(4, "several drafts", _TABS),
    Migration(5, "deletions", (_DELETIONS,)),
    Migration(6, "images that were sent", _IMAGES),
    Migration(7, "search", _SEARCH),
    Migration(8, "the ledger", ledger_schema.STATEMENTS),
)
LATEST = MIGRATIONS[-1].number
_OTHERS_MS = 3000
_BACKUPS = 3
"""So many are kept, the newest."""


def version(connection: sqlite3.Connection) -> int:
    """The number of the last migration that the file has seen; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def made_by(connection: sqlite3.Connection) -> str:
    """`0.4.0, ` for the program that made the last step; "" where the file does not say."""
    with contextlib.suppress(sqlite3.Error):
        row = connection.execute("SELECT program FROM migrations ORDER BY number DESC LIMIT 1").fetchone()
        return f"{row[0]}, " if row is not None else ""
    return ""


def migrate(connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> Path | None:
    """Bring the file up to date, all steps in one transaction, and return the backup that was made of an older one.

    Several processes may do it at once: one does it, the others wait. Raises sqlite3.Error or OSError; the file is then
    as it was.
    """
    if version(connection) >= migrations[-1].number:
        return None
    backup = None
    _begin(connection)
    try:
        before = version(connection)  # another process may have been faster
        if 0 < before < migrations[-1].number:
            backup = back_up(path, before)
        for migration in migrations:
            if migration.number > before:
                _apply(connection, migration)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        if backup is not None:  # it is tried again every moment, and the file is what the backup is
            backup.unlink(missing_ok=True)
        raise
    if backup is not None:
        _remove_old_backups(path)
    return backup


def _begin(connection: sqlite3.Connection) -> None:
    """Begin to write. Another process may be bringing the file up to date: without that nothing can be read from it,
    so it is waited for, longer than for a lock otherwise."""
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_OTHERS_MS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    """Do a step, in the transaction that is open."""
    for statement in migration.statements:
        connection.execute(statement)
    connection.execute(_LOG)
    connection.execute(
        "INSERT INTO migrations VALUES (?, ?, ?, ?)",
        (migration.number, migration.name, datetime.now(UTC).isoformat(), __version__),
    )
    connection.execute(f"PRAGMA user_version = {migration.number:d}")


def backups(path: Path) -> list[Path]:
    """The backups of this database, the oldest first."""
    return sorted(path.parent.glob(f"{path.name}.backup-[0-9]*[0-9]"), key=lambda name: name.name.split("-")[-2:])


def back_up(path: Path, number: int) -> Path:
    """Copy the database beside itself, whole or not at all; returns the copy's path. It is read on a connection of its
    own: one that is writing can't be copied."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    final = path.with_name(f"{path.name}.backup-{number}-{stamp}")
    half = path.with_name(f"{path.name}.backup-unfinished-{os.getpid()}")
    remove_unfinished(path)
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    try:
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(half)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        os.replace(half, final)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return final


def remove_unfinished(path: Path) -> None:
    """Remove the backups that a killed process left half made. Raises OSError."""
    for left in path.parent.glob(f"{path.name}.backup-unfinished-*"):
        left.unlink(missing_ok=True)


def _remove_old_backups(path: Path) -> None:
    for old in backups(path)[:-_BACKUPS]:
        with contextlib.suppress(OSError):  # one too many is better than no program
            old.unlink()
