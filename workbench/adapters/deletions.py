"""Deleting runs and experiments so that nothing of their text is left in any file of the program.

First they are hidden: gone from every list, and to be had back. Then they are forgotten: their rows are deleted, the
backups lose them too, the database is written anew (SQLite moves rows between pages, and of 6,000 texts deleted with
`secure_delete` alone 16 could still be read in the file), and its log is emptied. The log can't be while another
process reads what was: it is tried again until it can. The row in `deletions` stays as long, so a later start goes on
where this one was stopped.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.backups import forget_damaged, forget_in_copies
from workbench.adapters.database_file import reason_of
from workbench.adapters.row_text import moment
from workbench.adapters.tables import OF_EXPERIMENT, OF_RUN
from workbench.adapters.write import Statement, Write
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future

    from workbench.adapters.database import Database

VISIBLE = "id NOT IN (SELECT id FROM deletions)"
"""For the WHERE of whatever lists runs or experiments."""
_FLUSH_SECONDS = 5.0
_LOCK_SECONDS = 10.0
"""How long a deletion waits for another process that is writing."""
_READER_MS = 1000
"""How long the log waits for whoever is reading, before it is tried again later."""
_AGAIN_SECONDS = 2.0
"""Between two tries to empty the log."""
_HELD = "the database is still being read as it was: its log is emptied when that is done"

_IDS = "(SELECT value FROM json_each(?1))"
_HIDE = "INSERT OR IGNORE INTO deletions (id, session, asked_at) VALUES (?, ?, ?)"
_SHOW = f"DELETE FROM deletions WHERE id IN {_IDS} AND gone = 0"
# Those of an experiment's cells are deleted with it.
_WITH_CELLS = f"""
SELECT value FROM json_each(?1) UNION SELECT run FROM cells WHERE experiment IN {_IDS} AND run <> ''
"""
_UNENDED = f"""
SELECT id, session FROM runs WHERE state IS NULL AND id IN {_IDS}
UNION ALL SELECT id, session FROM experiments WHERE state IS NULL AND id IN {_IDS}
"""
_DELETE = (
    *(f"DELETE FROM {table} WHERE run IN {_IDS}" for table in OF_RUN),
    # A cell without its run is one that was never sent.
    f"DELETE FROM cells WHERE run IN {_IDS}",
    *(f"DELETE FROM {table} WHERE experiment IN {_IDS}" for table in OF_EXPERIMENT),
)
_DELETE_RUNS = f"DELETE FROM runs WHERE id IN {_IDS}"
_DELETE_EXPERIMENTS = f"DELETE FROM experiments WHERE id IN {_IDS}"
_GONE = """
INSERT INTO deletions (id, session, asked_at, gone) SELECT value, ?2, ?3, 1 FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET gone = 1
"""
_DONE = f"DELETE FROM deletions WHERE gone = 1 AND id IN {_IDS}"


class Deleted(NamedTuple):
    """What a deletion came to."""

    runs: int = 0
    experiments: int = 0
    running: tuple[str, ...] = ()
    """Left alone, since they have not ended."""
    waiting: str = ""
    """Why a trace of the text may still be in a file, or "". It is tried again, also at the next start."""
    notes: tuple[str, ...] = ()
    """What was done to backups and damaged copies that are kept beside the database, a line each."""

    @property
    def total(self) -> int:
        return self.runs + self.experiments


class Deletions:
    """What is deleted from history."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._emptying = False

    def hide(self, ids: Sequence[str]) -> Future[None]:
        """Take runs or experiments out of every list, in every process; never waits. `show` undoes it, until they are
        forgotten: by `forget_hidden`, or at the next start where this process ends before."""
        session, at = self._database.session, moment(datetime.now(UTC))
        return self._submit([(_HIDE, (id, session, at)) for id in ids])

    def show(self, ids: Sequence[str]) -> Future[None]:
        """Undo `hide`; never waits."""
        return self._submit([(_SHOW, (json.dumps(list(ids)),))])

    def forget(self, ids: Iterable[str]) -> Deleted:
        """Delete runs and experiments for good, the latter with the runs of their cells. For a thread: it takes as
        long as writing the database anew. Raises StorageError where nothing could be deleted."""
        self._database.flush(_FLUSH_SECONDS)
        ids = tuple(ids)
        notes, still = forget_damaged(self._database, ids)
        with self._database.writing_aside(_LOCK_SECONDS) as connection:
            deleted = self._forget(connection, ids, still)
        return deleted._replace(notes=(*notes, *deleted.notes))

    def forget_hidden(self) -> Deleted:
        """Forget what this process has hidden, and what a process that is gone hid or did not finish. For a thread.
        Raises StorageError."""
        self._database.flush(_FLUSH_SECONDS)
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, session FROM deletions").fetchall()
        others = {session for _, session in rows} - {self._database.session}
        alive = {session for session in others if self._database.is_alive(session)}
        ids = [id for id, session in rows if session not in alive]
        return self.forget(ids) if ids else Deleted()

    def write_anew(self) -> str:
        """Write the database without the room that deleted rows have left. Returns why not, or "". For a thread.
        Raises StorageError."""
        self._database.flush(_FLUSH_SECONDS)
        with self._database.writing_aside(_LOCK_SECONDS) as connection:
            return _write_anew(connection) or ("" if empty_log(connection) else _HELD)

    def file_size(self) -> int:
        """Bytes of the database and its log. StorageError."""
        path = self._database.paths.database
        try:
            return sum(name.stat().st_size for name in (path, path.with_name(f"{path.name}-wal")) if name.exists())
        except OSError as error:
            raise StorageError(f"{path} can't be looked at: {reason_of(error)}") from error

    def finish(self) -> None:
        """Do what a process that is gone hid or did not finish, in a thread of its own; never waits."""

        def work() -> None:
            with contextlib.suppress(StorageError):  # the next start tries again
                self.forget_hidden()

        threading.Thread(target=work, name="deletions", daemon=True).start()

    def _forget(self, connection: sqlite3.Connection, ids: Sequence[str], still: str) -> Deleted:
        asked = json.dumps(list(ids))
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            running = self._running(connection, asked)
            wanted = json.dumps([id for (id,) in connection.execute(_WITH_CELLS, (asked,)) if id not in running])
            deleted = delete_rows(connection, wanted)
            connection.execute(_GONE, (wanted, self._database.session, moment(datetime.now(UTC))))
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        gone = [id for (id,) in connection.execute("SELECT id FROM deletions WHERE gone = 1")]
        notes, in_copies = forget_in_copies(self._database.paths, gone)
        still = _write_anew(connection) or in_copies or still
        connection.execute(f"PRAGMA busy_timeout = {_READER_MS}")
        waiting = self._empty_log(connection, gone, still)
        return deleted._replace(running=tuple(sorted(running)), waiting=waiting, notes=notes)

    def _running(self, connection: sqlite3.Connection, asked: str) -> set[str]:
        """Those that have not ended, and the runs of such experiments: what they still write would bring them back."""
        unended = connection.execute(_UNENDED, (asked,)).fetchall()
        running = {id for id, session in unended if self._database.is_alive(session)}
        if running:
            running.update(id for (id,) in connection.execute(_WITH_CELLS, (json.dumps(list(running)),)))
        return running

    def _empty_log(self, connection: sqlite3.Connection, gone: Sequence[str], still: str) -> str:
        """Why a trace may be left: `still`, or what keeps the log from being emptied; ""."""
        try:
            emptied = empty_log(connection)
        except sqlite3.Error as error:  # a full disk, for one
            return still or f"the database's log could not be emptied ({reason_of(error)})"
        if emptied:
            if not still:
                connection.execute(_DONE, (json.dumps(list(gone)),))
            return still
        if not self._emptying:
            self._emptying = True
            self._database.schedule(lambda: self._empty_again(gone, still), _AGAIN_SECONDS)
        return still or _HELD

    def _empty_again(self, gone: Sequence[str], still: str) -> Write | None:
        """In the writer thread, where nothing waits for a lock."""
        self._emptying = False
        with contextlib.suppress(StorageError), self._database.writing_aside(0) as connection:
            self._empty_log(connection, gone, still)  # where it can't be now, the next start does it
        return None

    def _submit(self, statements: list[Statement]) -> Future[None]:
        return self._database.submit(Write(lambda: statements))


def delete_rows(connection: sqlite3.Connection, ids: str) -> Deleted:
    """Delete what belongs to these runs and experiments (a JSON list), in the transaction that is open."""
    for statement in _DELETE:
        connection.execute(statement, (ids,))
    return Deleted(
        runs=connection.execute(_DELETE_RUNS, (ids,)).rowcount,
        experiments=connection.execute(_DELETE_EXPERIMENTS, (ids,)).rowcount,
    )


def _write_anew(connection: sqlite3.Connection) -> str:
    try:
        connection.execute("VACUUM")
    except sqlite3.Error as error:
        return f"the database could not be written anew ({reason_of(error)})"
    return ""


def empty_log(connection: sqlite3.Connection) -> bool:
    """Write the log back into the database and cut it to nothing. False where another process still needs it."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
