"""The SQLite file itself: opened private and checked, set aside when it is corrupt, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters import migrations
from workbench.adapters.files import FILE_MODE, Paths, make_private, private_folder
from workbench.core.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 0.2
"""How long one statement waits for another process before the writer sees to what waits, and tries again."""
_READ_SECONDS = 2.0
_WAL_SECONDS = 2.0


class TablesGone(sqlite3.DatabaseError):
    """The file was emptied or overwritten in place: to SQLite it is a database, to us it is damaged."""


class Fault(Enum):
    """What an error of SQLite means for what was being written."""

    BUSY = "busy"
    """Another process holds the lock: the same write will go through later."""
    DISK = "disk"
    """No room, no permission, a failing disk: the write is kept and tried again."""
    CORRUPT = "corrupt"
    """The file is no database any more: it is set aside and a new one is begun."""
    OURS = "ours"
    """The write itself is wrong: trying again would not help."""


_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DISK_CODES = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOLFS,
}
_CORRUPT_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def code_of(error: BaseException) -> int:
    """The primary result code of an SQLite error; 0 where there is none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def fault_of(error: BaseException) -> Fault:
    code = code_of(error)
    if code in _BUSY_CODES:
        return Fault.BUSY
    if code in _CORRUPT_CODES or isinstance(error, TablesGone):
        return Fault.CORRUPT
    # StorageError and OSError come from making the folder, the file or the lock.
    return Fault.DISK if code in _DISK_CODES or not isinstance(error, sqlite3.Error) else Fault.OURS


def must_reopen(error: BaseException) -> bool:
    """Whether the connection itself may be what does not work any more."""
    return code_of(error) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def schema_is_gone(connection: sqlite3.Connection) -> bool:
    """Whether the tables are not there any more."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone() is None


def reason_of(error: BaseException) -> str:
    """The cause in a few words for a person."""
    code = code_of(error)
    if code in _BUSY_CODES:
        return "another program holds its lock"
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full"
    if code == sqlite3.SQLITE_READONLY:
        return "the file or its folder may not be written"
    if code == sqlite3.SQLITE_CANTOPEN:
        return "it can't be opened"
    if code == sqlite3.SQLITE_IOERR:
        return "the disk does not take it (full, failing, or the file may not grow)"
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    # The text of an unknown exception may hold anything, a key too: only its type is said.
    return str(error) if isinstance(error, sqlite3.Error | WorkbenchError) else f"a fault in it, {type(error).__name__}"


class OpenFile(NamedTuple):
    """An open database file, and what is worth saying about it."""

    connection: sqlite3.Connection
    identity: tuple[int, int]
    """Device and inode: another one under the same name is another file."""
    companions: dict[Path, tuple[int, int]]
    """The same of -wal and -shm, which belong to this file and to no other."""
    newer: int = 0
    """The schema of a file that a newer version of the program made; it is only read. 0 otherwise."""
    warnings: tuple[str, ...] = ()


def lock_path(paths: Paths, session: str) -> Path:
    """The lock file that a process holds for as long as it lives."""
    return paths.locks / f"{session}.lock"


def open_file(path: Path) -> OpenFile:
    """Open the database, made or brought up to date where needed. A corrupt one is set aside for a new one.

    Raises StorageError, OSError or sqlite3.Error where it can't be opened for writing.
    """
    private_folder(path.parent)
    warnings = list(_loose_folder(path.parent))
    found = None
    try:
        found = identity_of(path) if path.exists() else None
        return _open(path, warnings)
    except sqlite3.DatabaseError as error:
        if fault_of(error) is not Fault.CORRUPT:
            raise
    warnings.append(set_aside(path, found))
    return _open(path, warnings)


def _open(path: Path, warnings: list[str]) -> OpenFile:
    _make_private_file(path)
    if not os.access(path, os.W_OK):
        # SQLite would open it for reading without a word, and fail at the first write.
        raise PermissionError(13, "Permission denied", str(path))
    connection = connect(path)
    try:
        found = migrations.version(connection)
        if found > migrations.LATEST:
            connection.close()
            return _open_newer(path, found, warnings)
        if not _use_wal(connection):
            warnings.append(
                f"{path}: this disk can't do write-ahead logging, so history is written more slowly; "
                "a folder on a local disk (WORKBENCH_HOME) would be better"
            )
        backup = migrations.migrate(connection, path)
        if backup is not None:
            warnings.append(f"history was brought up to date; the file as it was is {backup}")
        connection.execute("PRAGMA synchronous = NORMAL")
        # What is replaced or deleted, a draft's older text for one, is wiped where that costs no further write.
        connection.execute("PRAGMA secure_delete = FAST")
        return OpenFile(connection, identity_of(path), _identities(path), warnings=tuple(warnings))
    except BaseException:
        connection.close()
        raise


def _open_newer(path: Path, found: int, warnings: list[str]) -> OpenFile:
    connection = connect(path, read_only=True)
    made_by = migrations.made_by(connection)
    warnings.append(
        f"{path} was made by a newer version of this program ({made_by}schema {found}, this one knows "
        f"{migrations.LATEST}): it is only read, and this session is not saved; update the program"
    )
    return OpenFile(connection, identity_of(path), {}, newer=found, warnings=tuple(warnings))


def _make_private_file(path: Path) -> None:
    """Make a missing file with mode 0600; SQLite gives -wal and -shm the mode of the file itself."""
    # Never open an existing database here: closing any handle of it would drop every lock that SQLite holds on it
    # in this process (the way of POSIX locks).
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    for name in (path, *companions(path)):
        with contextlib.suppress(FileNotFoundError):
            make_private(name)


def companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def log_is_empty(path: Path) -> bool:
    """Whether the file has a write-ahead log with nothing in it."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size == 0
    except OSError:
        return False


def connect(
    path: Path, *, read_only: bool = False, immutable: bool = False, seconds: float = BUSY_SECONDS
) -> sqlite3.Connection:
    """A plain connection; transactions are begun by hand. The file must be there. `immutable`: nobody can change it."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}{'&immutable=1' * immutable}"
    # check_same_thread is off because it is opened in one thread and then used by the writer thread alone.
    return sqlite3.connect(uri, uri=True, timeout=seconds, isolation_level=None, check_same_thread=False)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads and sees one state of the file throughout. Raises sqlite3.Error."""
    # Even to read, SQLite makes a log beside the file; in a folder that takes none, nobody else can have one open.
    fixed = not os.access(path.parent, os.W_OK) and not any(name.exists() for name in companions(path))
    connection = connect(path, read_only=fixed or not os.access(path, os.W_OK), immutable=fixed, seconds=_READ_SECONDS)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def _use_wal(connection: sqlite3.Connection) -> bool:
    """Switch to write-ahead logging. SQLite does not wait for others here, so several starting at once have to."""
    until = time.monotonic() + _WAL_SECONDS
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]).lower() == "wal"
        except sqlite3.OperationalError as error:
            if fault_of(error) is not Fault.BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def identity_of(path: Path) -> tuple[int, int]:
    """Device and inode. Raises OSError."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _identities(path: Path) -> dict[Path, tuple[int, int]]:
    return {name: identity_of(name) for name in companions(path) if name.exists()}


def remove_left_log(file: OpenFile) -> None:
    """Remove the log of a file that has been deleted or replaced, where it was left behind.

    SQLite would take it for the log of whatever file now has the name, and write the old pages into that one.
    """
    for name, identity in file.companions.items():
        if not was_moved(name, identity):
            name.unlink(missing_ok=True)


def was_moved(path: Path, identity: tuple[int, int]) -> bool:
    """Whether the name now stands for another file, or for none."""
    try:
        return identity_of(path) != identity
    except FileNotFoundError:
        return True
    except OSError:
        return False


def set_aside(path: Path, identity: tuple[int, int] | None) -> str:
    """Rename a corrupt file and what belongs to it to `<name>.corrupt-<date>`; returns a line for the person.

    `identity` is the file that was found corrupt: another process may have put it aside already. Raises OSError.
    """
    if identity is not None and was_moved(path, identity):
        return f"history was damaged and has been set aside in {path.parent}; a new one is begun"
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    for name in (path, *companions(path)):
        with contextlib.suppress(FileNotFoundError):
            os.replace(name, kept.with_name(kept.name + name.name.removeprefix(path.name)))
    import shlex  # no part of the first paint

    file = shlex.quote(str(kept))  # macOS has a blank in it
    return (
        f"history was damaged: it is set aside, and a new one is begun; `workbench history salvage {file}` "
        "takes over what can be read of it"
    )


def _loose_folder(folder: Path) -> Iterator[str]:
    mode = folder.stat().st_mode
    if os.name != "nt" and mode & 0o022 and not mode & stat.S_ISVTX:
        yield f"{folder} can be written by other users of this machine: chmod 700 {folder}"
