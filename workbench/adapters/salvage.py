"""What can still be read of a damaged database, written into the one that is in use: each row once, nothing twice.

The file is only read, page by page (core/sqlite_pages.py), so it does not matter what SQLite makes of it. Rows go into
tables of their own first: the database is locked only while they are taken over from there.
"""

from __future__ import annotations

import contextlib
import mmap
import re
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.ledger_schema import FILL
from workbench.adapters.row_text import to_json
from workbench.adapters.tables import OF_EXPERIMENT, OF_RUN
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.json_clean import clean_text
from workbench.core.prompt import Prompt
from workbench.core.prompt_json import prompt_to_json
from workbench.core.sqlite_pages import DamagedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from workbench.adapters.database import Database
    from workbench.core.sqlite_pages import Value

_LOCK_SECONDS = 30.0
_TABLES = ("runs", *OF_RUN, "images", "experiments", *OF_EXPERIMENT, "ledger", "drafts")
"""What is taken over. Not what is learned again by itself, and no trust: that is given by a person, here."""
_ID = re.compile(r"[0-9]{8}-[0-9]{12}-[0-9a-f]{6}", re.ASCII)
_NO_IDS = ("images",)
"""Tables whose first column is no id of ours."""
_BATCH = 500
_NOTE = "not all of this run could be salvaged from a damaged file"

# Of what is deleted here nothing comes back, nor of what had been deleted there.
_DELETED = "(SELECT id FROM main.deletions UNION SELECT id FROM temp.deletions)"
_OUT = (
    f"DELETE FROM temp.runs WHERE id IN {_DELETED}",
    f"DELETE FROM temp.experiments WHERE id IN {_DELETED}",
    *(f"DELETE FROM temp.{table} WHERE run IN {_DELETED}" for table in (*OF_RUN, "cells")),
    *(f"DELETE FROM temp.{table} WHERE experiment IN {_DELETED}" for table in OF_EXPERIMENT),
    # What had come of a run is in its answers, once it has ended.
    "DELETE FROM temp.pieces WHERE run IN (SELECT id FROM temp.runs WHERE state IS NOT NULL "
    "UNION SELECT id FROM main.runs WHERE state IS NOT NULL)",
    # An image that no run names is of one that was deleted, or no run could be sent again with it.
    "DELETE FROM temp.images WHERE digest NOT IN (SELECT digest FROM temp.run_images)",
    "UPDATE temp.drafts SET state = 'kept'",
)
# A run without its row: its id says when it was.
_RUNS_OF_BODIES = f"""
INSERT OR IGNORE INTO temp.runs (id, session, source, began_at, state, prompt_name, connection, host, model, parameters,
  first_line)
SELECT run, '', 'tui', substr(run, 1, 4) || '-' || substr(run, 5, 2) || '-' || substr(run, 7, 2) || 'T' ||
  substr(run, 10, 2) || ':' || substr(run, 12, 2) || ':' || substr(run, 14, 2) || '.' || substr(run, 16, 6) || '+00:00',
  '{State.TRUNCATED.value}', '', '', '', ifnull((SELECT CASE WHEN json_valid(request) THEN
  json_extract(request, '$.model') END FROM temp.bodies WHERE bodies.run = each.run), ''), '{{}}',
  ifnull((SELECT substr(text, 1, 200) FROM temp.answers WHERE answers.run = each.run AND choice = 0), '')
FROM (SELECT run FROM temp.bodies UNION SELECT run FROM temp.answers) AS each
WHERE run NOT IN (SELECT id FROM temp.runs) AND run NOT IN (SELECT id FROM main.runs)
"""
_BODIES_OF_RUNS = """
INSERT OR IGNORE INTO temp.bodies (run, prompt, request, notes)
SELECT id, ?1, '{}', ?2 FROM temp.runs
WHERE id NOT IN (SELECT run FROM temp.bodies) AND id NOT IN (SELECT run FROM main.bodies)
"""


class Salvaged(NamedTuple):
    """What came of a salvage."""

    runs: int
    experiments: int
    drafts: int
    known: int
    """Runs and experiments that were in history already."""
    unreadable: int
    """Pages and rows that could not be read."""


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    fits: tuple[tuple[type, ...], ...]
    """The types that each column takes."""
    least: int
    """How many columns a row has at least: those that were there from the first schema on."""

    def takes(self, values: Sequence[Value]) -> bool:
        return (
            self.least <= len(values) <= len(self.columns)
            and all(isinstance(value, types) for value, types in zip(values, self.fits, strict=False))
            and (self.name in _NO_IDS or bool(_ID.fullmatch(str(values[0]))))
        )


def salvage(path: Path, database: Database) -> Salvaged:
    """Take over what `path`, which may be damaged, holds and history does not. For a thread: it takes as long as
    reading the file. Raises InputError where there is no such file, StorageError where history can't be written."""
    with _contents(path) as (data, log), database.writing_aside(_LOCK_SECONDS) as connection:
        damaged = DamagedFile(data, log)
        _gather(connection, damaged)
        return _take_over(connection, damaged)


@contextlib.contextmanager
def _contents(path: Path) -> Iterator[tuple[memoryview, memoryview]]:
    """The bytes of a database and of its log, which may be none."""
    with contextlib.ExitStack() as open_ones:

        def mapped(name: Path) -> memoryview:
            file = open_ones.enter_context(name.open("rb"))
            if not name.stat().st_size:
                return memoryview(b"")
            # Unmapped when nobody holds a page any more: what was raised on the way may still hold one.
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

        try:
            data = mapped(path)
            log_path = path.with_name(f"{path.name}-wal")
            log = mapped(log_path) if log_path.exists() else memoryview(b"")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no file name"
            raise InputError(f"{path} can't be read: {reason}", "name a database of this program") from None
        yield data, log


def _gather(connection: sqlite3.Connection, damaged: DamagedFile) -> None:
    """All rows that fit a table, into tables of this connection alone."""
    connection.execute("CREATE TEMP TABLE deletions (id TEXT NOT NULL PRIMARY KEY)")
    tables = {}
    for name in _TABLES:
        tables[name] = _table(connection, name)
        sql = connection.execute("SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?", (name,))
        connection.execute(str(sql.fetchone()[0]).replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
    connection.execute("BEGIN")
    for table, values in damaged.rows():
        if table == "deletions" and len(values) > 3 and values[3] == 1:
            connection.execute("INSERT OR IGNORE INTO temp.deletions VALUES (?)", (str(values[0]),))
        found = tables.get(table) if table else next((each for each in tables.values() if _is_of(each, values)), None)
        if found is None or not found.takes(values):
            continue
        marks = ", ".join("?" * len(values))
        names = ", ".join(found.columns[: len(values)])
        connection.execute(f"INSERT OR IGNORE INTO temp.{found.name} ({names}) VALUES ({marks})", values)
    connection.execute("COMMIT")


def _table(connection: sqlite3.Connection, name: str) -> _Table:
    types = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int), "BLOB": (bytes,)}
    rows = connection.execute(f"PRAGMA main.table_info({name})").fetchall()
    added = [default is not None for _, _, _, _, default, _ in rows]
    # ALTER TABLE adds a column with a default behind all others; a row from before it ends there.
    least = len(rows) - (added[::-1].index(False) if False in added else 0)
    fits = tuple((*types[kind], type(None)) if not not_null else types[kind] for _, _, kind, not_null, _, _ in rows)
    return _Table(name, tuple(row[1] for row in rows), fits, least)


_TELLS = {
    "bodies": (1, re.compile(r"\{")),
    "drafts": (2, re.compile(r"(open|closed|kept)$")),
    "experiments": (8, re.compile(r"\{")),
    "images": (0, re.compile(r"[0-9a-f]{64}$")),
    "run_images": (1, re.compile(r"[0-9a-f]{64}$")),
}
"""What tells a row of a table whose columns alone might be another's: the column, and how it begins."""


def _is_of(table: _Table, values: Sequence[Value]) -> bool:
    column, pattern = _TELLS.get(table.name, (0, None))
    return table.takes(values) and (pattern is None or bool(pattern.match(str(values[column]))))


def _take_over(connection: sqlite3.Connection, damaged: DamagedFile) -> Salvaged:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _OUT:
            connection.execute(statement)
        connection.execute(_RUNS_OF_BODIES)
        empty = to_json(prompt_to_json(Prompt()), clean_text)
        connection.execute(_BODIES_OF_RUNS, (empty, to_json([_NOTE], clean_text)))
        there = {name: _count(connection, f"temp.{name}") for name in ("runs", "experiments")}
        before = {name: _count(connection, f"main.{name}") for name in _TABLES}
        for name in _TABLES:
            connection.execute(f"INSERT OR IGNORE INTO main.{name} SELECT * FROM temp.{name}")
        for name in _TABLES:  # or their names would stand for these
            connection.execute(f"DROP TABLE temp.{name}")
        connection.execute(FILL)  # for runs of a file that had no ledger yet
        new = {name: _count(connection, f"main.{name}") - before[name] for name in _TABLES}
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    known = sum(count - new[name] for name, count in there.items())
    return Salvaged(new["runs"], new["experiments"], new["drafts"], known, damaged.unreadable)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
