"""The rows of one process, to write them again into a new file when the old one was deleted or replaced."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from workbench.adapters.tables import OF_EXPERIMENT, OF_RUN

if TYPE_CHECKING:
    from workbench.adapters.write import Statement

_OF_RUN = "run IN (SELECT id FROM runs WHERE session = ?)"
_OF_ONE = "experiment IN (SELECT id FROM experiments WHERE session = ?)"
_WHERE = {
    "runs": "session = ?",
    **dict.fromkeys(OF_RUN, _OF_RUN),
    "images": f"digest IN (SELECT digest FROM run_images WHERE {_OF_RUN})",
    "drafts": "owner = ?",
    "experiments": "session = ?",
    **dict.fromkeys(OF_EXPERIMENT, _OF_ONE),
    "deletions": "session = ?",
    "ledger": "session = ?",
}


def session_rows(connection: sqlite3.Connection, session: str) -> list[Statement]:
    """Statements that write the session's rows again. What can't be read any more is left out."""
    statements: list[Statement] = []
    for table, where in _WHERE.items():
        with contextlib.suppress(sqlite3.Error):  # a damaged file: whatever else can be read is worth having
            rows = connection.execute(f"SELECT * FROM {table} WHERE {where}", (session,))  # names of our own
            columns = [column[0] for column in rows.description]
            into = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            statements.extend((into, tuple(row)) for row in rows)
    return statements
