"""History's database as the program uses it: reads on connections of their own, and ONE thread that writes.

The event loop never waits for the disk. What can't be written now (disk full, locked, no permission) is kept in
memory in its order and written when it can be; the person is told by `watch`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING

from workbench.adapters import locks
from workbench.adapters.database_file import (
    Fault,
    code_of,
    connect,
    fault_of,
    lock_path,
    log_is_empty,
    reading,
    reason_of,
)
from workbench.adapters.ids import session_id
from workbench.adapters.writer import MEMORY_LIMIT, Collect, Writer
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.adapters.files import Paths
    from workbench.adapters.told import OnTrouble, OnWarning
    from workbench.adapters.write import Write

CLOSE_SECONDS = 1.5
"""How long the end of the program waits for the disk: SIGTERM has to be obeyed within 2 s."""
_CLAIM_SECONDS = 0.15


class Database:
    """One process' hold on the database. Made by `open`; `close` at the end saves what is still under way."""

    def __init__(self, paths: Paths, session: str, writer: Writer) -> None:
        self.paths = paths
        self.session = session
        """This process, in every row that it writes; also the name of its lock file."""
        self._writer = writer

    @classmethod
    def open(cls, paths: Paths, *, memory_limit: int = MEMORY_LIMIT) -> Database:
        """Open or make the database and start the writer. Never raises: what fails is told by `trouble` and `watch`.

        `memory_limit` is the most that unwritten work may take, in bytes.
        """
        session = session_id()
        writer = Writer(paths, session, memory_limit)
        database = cls(paths, session, writer)
        writer.open_now()
        writer.start()
        return database

    @property
    def warnings(self) -> tuple[str, ...]:
        """What there is to say once about the file: set aside, brought up to date, newer, on a slow disk."""
        return self._writer.told.warnings

    @property
    def trouble(self) -> str | None:
        """Why this session is not being saved right now, in one line; None while all is well."""
        return self._writer.told.trouble

    @property
    def saves(self) -> bool:
        """Whether what is done now is being saved."""
        return self._writer.told.saves

    def listen(self, on_warning: OnWarning) -> None:
        """Call `on_warning` from the writer thread with each of `warnings` that comes from now on."""
        self._writer.told.listen(on_warning)

    def watch(self, on_trouble: OnTrouble) -> None:
        """Call `on_trouble` from the writer thread whenever `trouble` changes; at once where there is some already."""
        self._writer.told.watch(on_trouble)

    def submit(self, write: Write) -> Future[None]:
        """Queue a write; never waits. The future is done when it is committed.

        It ends with StorageError where the write can't ever be done (a newer file, no memory left, closed).
        """
        return self._writer.submit(write)

    def schedule(self, collect: Collect, seconds: float) -> None:
        """Have the writer thread call `collect` in at most `seconds` and do the write that it returns."""
        self._writer.schedule(collect, seconds)

    def flush(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Wait until all that was submitted or scheduled before is committed. False where that did not come about."""
        future = self._writer.flush()
        try:
            future.result(timeout)
        except (FutureTimeout, StorageError):
            return False
        return True

    def close(self, timeout: float = CLOSE_SECONDS) -> int:
        """Save what is under way, stop the writer and give the process' lock up. Returns how many writes were lost."""
        return self._writer.close(timeout)

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads. Raises StorageError, also for an error of SQLite inside the `with`.

        May take as long as the disk: a long read belongs in a thread.
        """
        path = self.paths.database
        try:
            with reading(path) as connection:
                yield connection
        except sqlite3.Error as error:
            what, hint = f"history can't be read: {reason_of(error)} ({path})", "the session goes on; try again later"
            if fault_of(error) is Fault.CORRUPT:
                self._writer.found_corrupt()
                hint = "the next run sets the file aside; `workbench history salvage` then takes over what is whole"
            raise StorageError(what, hint) from error

    def write_now(self, statement: str, values: tuple[object, ...]) -> int:
        """Do one small write here and now and return how many rows it changed. Raises StorageError.

        Only for the start of the program, where a draft is claimed before it is shown: it waits 0.15 s at most.
        """
        if self._writer.refusal is not None:
            raise StorageError(self._writer.refusal)
        path = self.paths.database
        try:
            with contextlib.closing(connect(path, seconds=_CLAIM_SECONDS)) as connection:
                # The first write into a new log would sync its header (5 ms and more before the first paint), against
                # older content of the log; a log that is empty has none.
                connection.execute(f"PRAGMA synchronous = {'OFF' if log_is_empty(path) else 'NORMAL'}")
                return connection.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise StorageError(f"history can't be written: {reason_of(error)} ({path})") from error

    @contextlib.contextmanager
    def writing_aside(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """A connection that writes beside the writer thread, for work so long that a run's text may not wait for it.

        `seconds` is how long a statement waits for another process' lock. Raises StorageError, also for an error of
        SQLite inside the `with`.
        """
        if self._writer.refusal is not None:
            raise StorageError(self._writer.refusal)
        path = self.paths.database
        try:
            with self._writer.making_way(), contextlib.closing(connect(path, seconds=seconds)) as connection:
                yield connection
        except sqlite3.Error as error:
            if fault_of(error) is Fault.CORRUPT:
                self._writer.found_corrupt()
            hint = "free some space, then try again" if code_of(error) == sqlite3.SQLITE_FULL else "try again later"
            raise StorageError(f"history can't be written: {reason_of(error)} ({path})", hint) from error

    def is_alive(self, session: str) -> bool:
        """Whether the process that wrote rows as `session` still runs."""
        return session == self.session or locks.is_held(lock_path(self.paths, session))
