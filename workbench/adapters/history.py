"""Every run, kept: its row before the request goes out, its text at most 250 ms behind, its end synced to the disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.adapters import ledger_rows, locks, pieces
from workbench.adapters.accounts import Accounts
from workbench.adapters.deletions import VISIBLE
from workbench.adapters.files import clean_temporary
from workbench.adapters.history_rows import (
    SUMMARY_COLUMNS,
    Beginning,
    RunSummary,
    StoredRun,
    attempted,
    cut_off,
    ending,
    stored_choices,
    stored_run,
    summary_of,
)
from workbench.adapters.ids import new_id
from workbench.adapters.write import Statement, Write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from concurrent.futures import Future

    from workbench.adapters.database import Database
    from workbench.core.connection import Connection
    from workbench.core.errors import RunError
    from workbench.core.events import Event
    from workbench.core.outcome import Outcome
    from workbench.core.prompt import Prompt
    from workbench.core.request import Request

_RECENT_MODELS = """
SELECT model FROM (SELECT model, id, error_kind FROM runs WHERE host = ? ORDER BY id DESC LIMIT 500)
WHERE model <> '' AND error_kind IS NOT 'not_found' GROUP BY model ORDER BY max(id) DESC LIMIT ?
"""

_OPEN_SESSIONS = """
SELECT session FROM runs WHERE state IS NULL UNION SELECT session FROM ledger WHERE state IS NULL
"""

PIECE_SECONDS = 0.15
"""From the arrival of text to its write; with the write itself it stays below the promised 250 ms."""
PATIENCE = 0.3
"""Seconds that a run waits for the disk before it goes on without it."""
RESERVE_SECONDS = 6.0
"""How long a request under a budget waits for its row: a lock that others hold is trouble after 5 s."""
_CUT_OFF = "the program ended while this run was going on; this is what had come"
_WITH_GAPS = "the program ended while this run was going on, and the disk had not taken all that had come"


class History:
    """The runs in the database."""

    def __init__(self, database: Database, accounts: Accounts | None = None) -> None:
        """`accounts` says what requests cost."""
        self._database = database
        self._accounts = accounts or Accounts()

    async def begin(
        self,
        *,
        prompt: Prompt,
        request: Request,
        connection: Connection,
        source: str = "tui",
        preset: str = "",
        at: datetime | None = None,
    ) -> RunRecord:
        """Store the run's row. It is committed on return, or, where the disk is in trouble, waits in memory.

        `source` is `tui`, `cli`, `chat` or `compare`; `preset` the slug it was made from; `at` (aware) the time where
        it is not now.
        """
        at = at or datetime.now(UTC)
        beginning = Beginning(new_id(at), self._database.session, source, at, prompt, preset, request, connection)
        await settled(self._database.submit(Write(beginning.statements)))
        return RunRecord(self._database, beginning, self._accounts)

    def sweep(self) -> Future[None]:
        """End, in the writer thread, the runs whose process is gone: `truncated`, with the text that was on disk.

        What such a process left half written beside the database goes too.
        """
        return self._database.submit(Write(self._cut_off_runs, expendable=True))

    def recent(self, limit: int = 100) -> tuple[RunSummary, ...]:
        """The newest runs, newest first. Raises StorageError."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT session, {SUMMARY_COLUMNS} FROM runs WHERE {VISIBLE} ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        going_on = {session for session, _id, _began, _ended, state, *_ in rows if state is None}
        alive = {session for session in going_on if self._database.is_alive(session)}
        return tuple(summary_of(row[1:], alive=row[0] in alive) for row in rows)

    def recent_models(self, host: str, limit: int = 8) -> tuple[str, ...]:
        """The models that this host was asked for lately, the last one first; none that it said it does not have.

        Raises StorageError.
        """
        with self._database.read() as connection:
            rows = connection.execute(_RECENT_MODELS, (host, limit)).fetchall()
        return tuple(model for (model,) in rows)

    def get(self, run: str) -> StoredRun | None:
        """The whole of a run; None where there is none. Raises StorageError. Long answers: call it in a thread."""
        with self._database.read() as connection:
            row = connection.execute(f"SELECT session, {SUMMARY_COLUMNS} FROM runs WHERE id = ?", (run,)).fetchone()
            if row is None:
                return None
            ended = row[4] is not None
            summary = summary_of(row[1:], alive=not ended and self._database.is_alive(row[0]))
            choices = stored_choices(connection, run) if ended else pieces.join(connection, run).choices
            return stored_run(connection, summary, choices)

    def _cut_off_runs(self) -> list[Statement]:
        statements: list[Statement] = []
        with self._database.read() as connection:
            sessions = connection.execute(_OPEN_SESSIONS).fetchall()
            for (session,) in sessions:
                if self._database.is_alive(session):
                    continue
                runs = connection.execute("SELECT id FROM runs WHERE state IS NULL AND session = ?", (session,))
                for (run,) in runs.fetchall():
                    joined = pieces.join(connection, run)
                    note = _CUT_OFF if joined.whole else _WITH_GAPS
                    statements.extend(cut_off(run, joined.choices, joined.usage, note))
                    statements.extend(ledger_rows.cut_off(connection, run, joined, self._accounts))
                statements.extend(ledger_rows.left_open(session))
        paths = self._database.paths
        locks.remove_stale(paths.locks)
        for folder in (paths.exports, paths.crashes):
            clean_temporary(folder)
        return statements


class RunRecord:
    """The row of one run: what arrives is appended, then it is ended once."""

    def __init__(self, database: Database, beginning: Beginning, accounts: Accounts) -> None:
        self._database = database
        self._beginning = beginning
        self._accounts = accounts
        self._sent_at = beginning.at
        self._arrived: deque[Sequence[Event]] = deque()
        self._collecting = False
        self._ended = False
        self._next_piece = 0

    @property
    def id(self) -> str:
        return self._beginning.id

    def append(self, events: Sequence[Event]) -> None:
        """Take what has arrived; never waits. The sequence must not be changed afterwards."""
        if self._ended:
            return
        self._arrived.append(events)
        if not self._collecting:
            self._collecting = True
            self._database.schedule(self._collect, PIECE_SECONDS)

    def attempt(self, number: int) -> None:
        """Count a physical request, which is about to go out; never waits."""
        self._sent_at = at = datetime.now(UTC)

        def build() -> list[Statement]:
            billed = ledger_rows.sent(self._beginning, number, at, self._accounts)
            return [*attempted(self.id, number, at), *billed, *ledger_rows.again(self.id, number)]

        self._database.submit(Write(build))

    def reserve(self, number: int) -> Awaitable[None]:
        """Put what a request is expected to cost into the ledger before it goes out. Waits for a slow disk, but not for
        one in trouble."""
        at = datetime.now(UTC)

        def build() -> list[Statement]:
            return ledger_rows.reserved(self._beginning, number, at, self._accounts)

        return self._saved(self._database.submit(Write(build)))

    async def _saved(self, future: Future[None]) -> None:
        waited = 0.0
        while not future.done() and self._database.trouble is None and waited < RESERVE_SECONDS:
            await settled(future)
            waited += PATIENCE

    def withdraw(self, number: int) -> None:
        """A request for which room was kept is not sent; never waits."""
        statements = ledger_rows.withdrawn(self.id, number)
        self._database.submit(Write(lambda: statements))

    def failed(self, number: int, error: RunError) -> None:
        """A physical request ended in `error` before its answer began; never waits."""
        at = self._sent_at

        def build() -> list[Statement]:
            return ledger_rows.failed(self._beginning, number, at, error, self._accounts)

        self._database.submit(Write(build))

    def end(self, outcome: Outcome) -> Awaitable[None]:
        """Store how it went, synced through to the disk. It is queued at once; awaiting it waits 0.3 s at most."""
        self._ended = True
        at = datetime.now(UTC)
        sent_at = self._sent_at

        def build() -> list[Statement]:
            billed = ledger_rows.ended(self._beginning, outcome, sent_at, self._accounts)
            return [*ending(self._beginning, outcome, at), *billed]

        return settled(self._database.submit(Write(build, durable=True)))

    def _collect(self) -> Write | None:
        """In the writer thread: what has arrived since the last time, as one write."""
        self._collecting = False  # before the first popleft: whatever is appended from now on asks again
        batches = []
        with contextlib.suppress(IndexError):
            while True:
                batches.append(self._arrived.popleft())
        if self._ended:
            return None  # the end has it all
        rows = pieces.piece_rows(self.id, self._next_piece, batches, self._beginning.mask())
        self._next_piece += len(rows)
        return Write(lambda: rows, expendable=True) if rows else None


def settled(future: Future[None]) -> asyncio.Future[None]:
    """Done when the write is, or after PATIENCE; a write that failed is told by the database's `trouble`."""
    return asyncio.ensure_future(_wait(future))


async def _wait(future: Future[None]) -> None:
    waiting = asyncio.wrap_future(future)
    # Looked at, so that asyncio does not report a failure that `trouble` has told already.
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({waiting}, timeout=PATIENCE)
    finally:
        waiting.cancel()  # where it is not done: the write itself goes on, and nobody wakes a closed loop
