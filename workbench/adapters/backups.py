"""The copies of the database that are kept beside it, and what has to leave them when a run is deleted.

A backup is a whole database: it is rewritten without the run, so that it stays a backup of the rest. One that can't be
read any more is removed, since it is good for nothing and nobody could say what is in it. A damaged database that was
set aside can't be rewritten: what it holds is salvaged first, then it is removed, where it is not older than the run.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING

from workbench.adapters.database_file import Fault, companions, connect, fault_of, reason_of
from workbench.adapters.files import write_atomic
from workbench.adapters.ids import began_at
from workbench.adapters.migrations import backups, remove_unfinished
from workbench.adapters.tables import OF_EXPERIMENT, OF_RUN
from workbench.core.errors import StorageError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from workbench.adapters.database import Database
    from workbench.adapters.files import Paths

_LOCK_SECONDS = 10.0
_CLOCKS = 60.0
"""Seconds that two clocks, a file's and a run's, may be apart."""
_KEYS = {
    "runs": ("id",),
    "experiments": ("id",),
    **dict.fromkeys(OF_RUN, ("run",)),
    **dict.fromkeys(OF_EXPERIMENT, ("experiment",)),
    "cells": ("experiment", "run"),
}
"""Where the id of a run or an experiment stands in each table, whatever the schema's number."""


def forget_in_copies(paths: Paths, ids: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Take these runs and experiments out of all copies. Returns lines about what was done, and why one may still hold
    a trace, or ""."""
    notes, still = [], ""
    try:
        remove_unfinished(paths.database)
    except OSError as error:
        still = f"a backup that was never finished could not be removed ({reason_of(error)})"
    for path in backups(paths.database):
        try:
            if _forget_in_backup(path, ids):
                notes.append(f"the backup {path} is rewritten without what was deleted")
        except (sqlite3.Error, OSError) as error:
            if fault_of(error) is Fault.CORRUPT:
                path.unlink(missing_ok=True)
                notes.append(f"the backup {path} could not be read any more and is removed")
            else:
                still = f"the backup {path} could not be rewritten ({reason_of(error)})"
    for path in paths.data.glob("unsaved-*.jsonl*"):
        try:
            still = _forget_in_lines(path, ids) or still
        except (StorageError, OSError) as error:
            still = f"{path} could not be rewritten ({reason_of(error)})"
    return tuple(notes), still


def damaged_copies(database: Path) -> list[Path]:
    """The damaged databases that were set aside, the oldest first; without their logs."""
    return sorted(path for path in database.parent.glob(f"{database.name}.corrupt-*") if path.name[-1].isdigit())


def forget_damaged(database: Database, ids: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Salvage and remove the damaged copies that may hold one of these. Returns as `forget_in_copies` does. What is
    to be forgotten may be in history after this: it is to be done before the rows are deleted."""
    from workbench.adapters.salvage import salvage

    notes, still = [], ""
    if not ids:
        return (), ""
    oldest = min(began_at(id) for id in ids)
    for path in damaged_copies(database.paths.database):
        try:
            files = [name for name in (path, *companions(path)) if name.exists()]
            if max(name.stat().st_mtime for name in files) + _CLOCKS < oldest.timestamp():
                continue
            found = salvage(path, database)
            for name in reversed(files):
                name.unlink(missing_ok=True)
            new = f" ({found.runs:,} of its runs were not)" if found.runs else ""
            notes.append(f"{path}, set aside as damaged, is removed: what could be read of it is in history{new}")
        except (WorkbenchError, OSError) as error:
            still = f"{path}, set aside as damaged, could not be salvaged and removed ({reason_of(error)})"
    return tuple(notes), still


def _forget_in_backup(path: Path, ids: Iterable[str]) -> bool:
    """Whether there was something to take out. Raises sqlite3.Error."""
    with contextlib.closing(connect(path, seconds=_LOCK_SECONDS)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        copy.execute("PRAGMA secure_delete = ON")
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        asked, taken = json.dumps(list(ids)), 0
        copy.execute("BEGIN IMMEDIATE")
        for table, columns in _KEYS.items():
            for column in columns if table in there else ():
                statement = f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"
                taken += copy.execute(statement, (asked,)).rowcount
        copy.execute("COMMIT")
        if taken:
            copy.execute("VACUUM")
        return taken > 0


def _forget_in_lines(path: Path, ids: Sequence[str]) -> str:
    """What a process could not write (unsaved.py). One that still runs goes on with its own file: it is waited for."""
    lines = path.read_bytes().splitlines(keepends=True)
    names = [json.dumps(id).encode() for id in ids]
    rest = [line for line in lines if not any(name in line for name in names)]
    if len(rest) == len(lines):
        return ""
    if not path.name.endswith(".kept"):
        return f"{path} has not been taken over into the database yet"
    write_atomic(path, b"".join(rest))
    return ""
