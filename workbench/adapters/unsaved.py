"""What waits while other programs hold the database's lock, in a file of its own: a kill loses nothing of it.

One JSON line for each write. The file is gone once the database has it all; one that a killed process left is written
into the database at the next start.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING

from workbench.adapters import locks
from workbench.adapters.database_file import Fault, fault_of, lock_path
from workbench.adapters.files import FILE_MODE, Paths, make_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from workbench.adapters.write import Statement, Write

_PREFIX, _SUFFIX = "unsaved-", ".jsonl"


class Unsaved:
    """The file of this process; it is there only while something waits."""

    def __init__(self, paths: Paths, session: str) -> None:
        self._path = paths.data / f"{_PREFIX}{session}{_SUFFIX}"
        self._handle: int | None = None
        self._held: set[Write] = set()

    def hold(self, writes: Iterable[Write]) -> None:
        """Append the writes that are not in the file yet. Raises OSError."""
        new = [write for write in writes if write not in self._held]
        if not new:
            return
        if self._handle is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._handle = os.open(self._path, flags, FILE_MODE)
            make_private(self._handle)
        rest = memoryview("".join(_line(write.statements) for write in new).encode())
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        self._held.update(new)

    def clear(self) -> None:
        """Remove the file: the database has it all."""
        self._held.clear()
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
            with contextlib.suppress(OSError):
                self._path.unlink()


def take_over(connection: sqlite3.Connection, paths: Paths) -> tuple[str, ...]:
    """Write what killed processes left into the database; returns lines about what could not be taken over.

    It may be done twice after one more kill: every statement that is held here gives the same result again. Raises
    sqlite3.Error or OSError where the disk does not take it; the files then stay.
    """
    said = []
    for path in sorted(paths.data.glob(f"{_PREFIX}*{_SUFFIX}")):
        session = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        if locks.is_held(lock_path(paths, session)):
            continue
        try:
            _write(connection, _statements(path))
        except (sqlite3.Error, ValueError, OverflowError) as error:
            if isinstance(error, sqlite3.Error) and fault_of(error) is not Fault.OURS:
                raise
            kept = path.with_name(f"{path.name}.kept")
            os.replace(path, kept)
            said.append(f"what a stopped process had not saved could not be taken over ({error}); it is in {kept}")
        else:
            path.unlink(missing_ok=True)
    return tuple(said)


def _write(connection: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement, values in statements:
            connection.execute(statement, values)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _line(statements: Iterable[Statement]) -> str:
    return json.dumps([[sql, [_to_json(value) for value in values]] for sql, values in statements]) + "\n"


def _to_json(value: object) -> object:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _statements(path: Path) -> Iterator[Statement]:
    for line in path.read_text(encoding="utf-8").splitlines():
        # The kill may have come in the middle of the last line.
        with contextlib.suppress(json.JSONDecodeError):
            for sql, values in json.loads(line):
                yield sql, tuple(base64.b64decode(v["bytes"]) if isinstance(v, dict) else v for v in values)
