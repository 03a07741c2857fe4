"""The one thread that writes to the database: in order, in batches, and again where the disk did not take it.

What other threads hand over goes through a deque (whose append and popleft are atomic) and an event that wakes the
writer; all else in here runs in the writer thread alone.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from workbench.adapters import locks
from workbench.adapters.database_file import (
    Fault,
    OpenFile,
    TablesGone,
    fault_of,
    lock_path,
    must_reopen,
    open_file,
    reason_of,
    remove_left_log,
    schema_is_gone,
    set_aside,
    was_moved,
)
from workbench.adapters.files import Paths, private_folder
from workbench.adapters.session_rows import session_rows
from workbench.adapters.told import Told
from workbench.adapters.unsaved import Unsaved, take_over
from workbench.adapters.write import Write
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

Collect: TypeAlias = Callable[[], Write | None]

MEMORY_LIMIT = 64 * 1024 * 1024
"""Bytes of unwritten work that are kept while the disk is in trouble."""
_BATCH = 500
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 2.0
_BUSY_UNSAID = 5.0
"""Seconds that other processes may hold the lock before it is worth a line."""


@dataclass(frozen=True, slots=True, eq=False)
class _Due:
    collect: Collect
    at: float


class _Flush(Write):
    """Done when all before it is done; what is scheduled is collected at once."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(tuple, expendable=False)


class Writer:
    def __init__(self, paths: Paths, session: str, memory_limit: int) -> None:
        self._paths = paths
        self._path = paths.database
        self._session = session
        self._limit = memory_limit
        self._inbox: deque[Write | _Due] = deque()
        self._wake = threading.Event()
        self._close_by: float | None = None
        self._corrupt = False
        self._due: list[_Due] = []
        self._backlog: deque[Write] = deque()
        self._lost = 0
        self._file: OpenFile | None = None
        self._lock: locks.ProcessLock | None = None
        self._unsaved = Unsaved(paths, session)
        self._wait = 0.0
        self._retry_at = 0.0
        self._busy_since: float | None = None
        self._beside = 0
        """How many connections of this process write beside this one; changed with `_beside_lock` held."""
        self._beside_lock = threading.Lock()
        self.told = Told()
        self.refusal: str | None = None
        """Why nothing of this session will ever be written (the file of a newer version), or None."""
        self._thread = threading.Thread(target=self._work, name="workbench-writer", daemon=True)

    # From any thread.

    def open_now(self) -> None:
        """Open the file in the calling thread, before `start`."""
        try:
            self._ensure_open()
            if self._file is not None and self.refusal is None:
                self.told.warn(*take_over(self._file.connection, self._paths))
            self._recovered()
        except (sqlite3.Error, OSError, StorageError) as error:
            self._failed(error)

    def start(self) -> None:
        self._thread.start()

    @contextlib.contextmanager
    def making_way(self) -> Iterator[None]:
        """While another connection of this process writes: that the file is locked then is no news."""
        with self._beside_lock:
            self._beside += 1
        try:
            yield
        finally:
            with self._beside_lock:
                self._beside -= 1

    def submit(self, write: Write) -> Future[None]:
        if self._close_by is not None or self.refusal is not None:
            write.failure = StorageError(self.refusal or "history is closed: this was not saved")
            write.settle()
        else:
            self._inbox.append(write)
            self._wake.set()
        return write.future

    def schedule(self, collect: Collect, seconds: float) -> None:
        self._inbox.append(_Due(collect, time.monotonic() + seconds))
        self._wake.set()

    def flush(self) -> Future[None]:
        return self.submit(_Flush())

    def found_corrupt(self) -> None:
        """A reader found the file corrupt: set it aside before the next write."""
        self._corrupt = True
        self._wake.set()

    def close(self, timeout: float) -> int:
        """Write what is under way, stop and return how many writes were lost. A second call does nothing more."""
        if self._close_by is None:
            self.flush()
            self._close_by = time.monotonic() + timeout
            self._wake.set()
        self._thread.join(max(0.0, self._close_by - time.monotonic()) + 0.1)
        if self._thread.is_alive():
            return self._lost + len(self._backlog)
        for item in tuple(self._inbox):  # handed over by another thread in the last moment
            if isinstance(item, Write):
                self._drop(item)
        self._inbox.clear()
        return self._lost

    # In the writer thread.

    def _work(self) -> None:
        while not self._is_done():
            self._wake.wait(self._pause())
            self._wake.clear()
            try:
                self._turn()
            except Exception as error:  # a fault of ours: it is told, and what else there is to save is still saved
                self._failed(error)
        self._shut()

    def _turn(self) -> None:
        self._receive()
        self._collect(time.monotonic())
        if self._wait:
            self._trim()
        if self._busy_since is not None:
            self._hold()
        if time.monotonic() >= self._retry_at or self._close_by is not None:
            self._step()

    def _is_done(self) -> bool:
        if self._close_by is None or self._inbox:
            return False
        # A disk in trouble gets one last try, a lock that others hold the whole time.
        return not self._backlog or time.monotonic() >= self._close_by or bool(self._wait and self._busy_since is None)

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None: until woken."""
        times = [due.at for due in self._due]
        if self._backlog or self._corrupt or self._wait:
            times.append(min(self._retry_at, time.monotonic() + _FIRST_WAIT) if self._close_by else self._retry_at)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _receive(self) -> None:
        while self._inbox:
            item = self._inbox.popleft()
            if isinstance(item, _Due):
                self._due.append(item)
                continue
            if isinstance(item, _Flush):
                self._collect(float("inf"))
            self._queue(item)

    def _collect(self, now: float) -> None:
        ready = [due for due in self._due if due.at <= now]
        if ready:
            self._due = [due for due in self._due if due.at > now]
        for due in ready:
            write = due.collect()
            if write is not None:
                self._queue(write)

    def _queue(self, write: Write) -> None:
        write.prepare()
        self._backlog.append(write)

    def _trim(self) -> None:
        """Keep what waits below the limit: drop what comes again later, then the newest."""
        over = sum(write.size for write in self._backlog) - self._limit
        if over <= 0:
            return
        kept: deque[Write] = deque()
        for write in self._backlog:
            if over > 0 and write.expendable:
                over -= write.size
                self._drop(write)
            else:
                kept.append(write)
        while over > 0 and kept:
            write = kept.pop()
            over -= write.size
            self._lost += 1
            self._drop(write)
        self._backlog = kept

    def _hold(self) -> None:
        """A lock may be held for minutes: what waits goes to a file of its own meanwhile."""
        with contextlib.suppress(OSError):  # it is kept in memory all the same
            self._unsaved.hold(self._backlog)

    def _drop(self, write: Write) -> None:
        write.failure = StorageError("this was not saved: the disk took nothing in time")
        write.settle()

    def _step(self) -> None:
        batch: list[Write] = []
        try:
            self._ensure_open()
            batch = [self._backlog[i] for i in range(min(_BATCH, len(self._backlog)))]
            if batch:
                self._commit(batch)
        except (sqlite3.Error, OSError, StorageError) as error:
            self._failed(error)
            return
        for write in batch:
            self._backlog.popleft()
            if write.failure is not None and not write.expendable:
                self._lost += 1
        self._recovered()
        for write in batch:
            write.settle()

    def _ensure_open(self) -> None:
        if self._file is not None and (self._corrupt or was_moved(self._path, self._file.identity)):
            self._leave(self._file)
        if self._file is not None:
            return
        private_folder(self._paths.locks)
        # The lock before the first row: a row whose process seems to be gone is ended by others.
        self._lock = self._lock or locks.take(lock_path(self._paths, self._session))
        self._file = open_file(self._path)
        self._corrupt = False
        self.told.warn(*self._file.warnings)
        if self._file.newer:
            self.refusal = f"history is not being saved: {self._file.warnings[-1]}"

    def _leave(self, file: OpenFile) -> None:
        """Give up a file that was deleted, replaced or damaged, and take this session's rows along."""
        rows = session_rows(file.connection, self._session)
        file.connection.close()  # SQLite sees that the file was moved and leaves the new one's log alone
        self._file = None
        if self._lock is not None:  # the lock's file may have gone with the rest
            self._lock.release()
            self._lock = None
        if rows:
            again = Write(lambda: rows, durable=True)
            again.prepare()
            self._backlog.appendleft(again)
        if self._corrupt:
            self.told.warn(set_aside(self._path, file.identity))
        else:
            remove_left_log(file)
            self.told.warn(f"{self._path} was gone or replaced: a new one is begun with the runs of this session")

    def _commit(self, batch: list[Write]) -> None:
        if self.refusal is not None:
            for write in batch:
                write.failure = write.failure or StorageError(self.refusal)
            return
        assert self._file is not None
        connection = self._file.connection
        durable = any(write.durable for write in batch)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            for write in batch:
                _apply(connection, write)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # SQLite itself rolls back where the disk is full
                connection.execute("ROLLBACK")
            raise

    def _failed(self, error: Exception) -> None:
        fault = fault_of(error)
        now = time.monotonic()
        again = self._wait > 0
        # A lock is asked for again soon: it may be held by turns, and every time for a short while.
        self._wait = _FIRST_WAIT if fault is Fault.BUSY else min(_LONGEST_WAIT, self._wait * 2 or _FIRST_WAIT)
        self._retry_at = now + self._wait
        self._busy_since = (self._busy_since or now) if fault is Fault.BUSY else None
        if fault is Fault.CORRUPT:
            self._corrupt = True
        elif fault is Fault.BUSY:
            self._hold()
        elif self._file is not None and must_reopen(error) and not was_moved(self._path, self._file.identity):
            self._file.connection.close()
            self._file = None
        if self._busy_since:
            # What this process itself does to the file meanwhile is no trouble: all that waits is in `_unsaved`.
            quiet = self._beside > 0 or now - self._busy_since < _BUSY_UNSAID
        else:
            quiet = fault is Fault.CORRUPT and not again
        if not quiet:
            self.told.tell(
                f"history is not being saved: {reason_of(error)} ({self._path}); "
                f"runs go on and are kept in memory{self._lost_words()}",
                saves=False,
            )

    def _recovered(self) -> None:
        self._wait = self._retry_at = 0.0
        self._busy_since = None
        if self._backlog:
            return
        self._unsaved.clear()
        lost = self._lost_words()
        trouble = self.refusal or (f"history is being saved{lost}" if lost else None)
        self.told.tell(trouble, saves=self.refusal is None)

    def _lost_words(self) -> str:
        return f"; {self._lost} pieces of this session could not be saved" if self._lost else ""

    def _shut(self) -> None:
        if not self._busy_since:  # otherwise it is in the file, for the next start
            self._lost += len(self._backlog)
        for write in self._backlog:
            self._drop(write)
        self._backlog.clear()
        if self._file is not None:
            self._file.connection.close()
        if self._lock is not None:
            self._lock.release()


def _apply(connection: sqlite3.Connection, write: Write) -> None:
    if write.failure is not None:
        return
    connection.execute("SAVEPOINT one")
    try:
        for statement, values in write.statements:
            connection.execute(statement, values)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if isinstance(error, sqlite3.Error) and fault_of(error) is not Fault.OURS:
            raise
        if schema_is_gone(connection):
            raise TablesGone("the tables are gone") from error
        connection.execute("ROLLBACK TO one")
        write.failure = StorageError(f"this was not saved: {error}", "please report this")
    connection.execute("RELEASE one")
