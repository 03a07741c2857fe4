"""The workbench's draft, on disk at most 250 ms after a key, and taken up again at the next start.

A draft belongs to the process that edits it. At a start, one whose process is gone without closing it is `crashed` and
offered; otherwise the last closed one is `reopened`; a living process' draft is nobody else's. What is offered and
declined is kept: `kept` lists it and `accept` takes it up.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters.database_file import lock_path
from workbench.adapters.ids import new_id
from workbench.adapters.locks import is_held
from workbench.adapters.row_text import moment, to_json
from workbench.adapters.write import Statement, Write
from workbench.core.errors import StorageError
from workbench.core.json_clean import clean_text

if TYPE_CHECKING:
    from concurrent.futures import Future

    from workbench.adapters.database import Database
    from workbench.adapters.files import Paths
    from workbench.core.json_value import JSON

JOURNAL_SECONDS = 0.15
"""From a key to its write; with the write itself it stays below the promised 250 ms."""
_MOST_ATTEMPTS = 2
"""Starts that may take up a draft in a row without an edit after it; the next start leaves it aside."""

_SAVE = """
INSERT INTO drafts (id, owner, state, saved_at, attempts, prompt, view) VALUES (?, ?, ?, ?, 0, ?, ?)
ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, state = excluded.state, saved_at = excluded.saved_at,
  attempts = 0, prompt = excluded.prompt, view = excluded.view
WHERE excluded.saved_at >= drafts.saved_at  -- what a killed process left unsaved may come late
"""
_CLAIM = "UPDATE drafts SET owner = ?, state = ?, attempts = attempts + 1 WHERE id = ? AND owner = ?"
_KEEP = "UPDATE drafts SET state = 'kept' WHERE id = ?"
_OPEN = "UPDATE drafts SET state = 'open', owner = ? WHERE id = ?"


class Restored(NamedTuple):
    """What a start finds. `note` is a line for the person, or ""."""

    kind: Literal["new", "reopened", "crashed"]
    prompt_json: dict[str, JSON] | None = None
    view: dict[str, JSON] | None = None
    saved_at: datetime | None = None
    draft_id: str = ""
    note: str = ""


class KeptDraft(NamedTuple):
    """A draft that was offered and declined, or stood in the way of a start."""

    draft_id: str
    saved_at: datetime
    prompt_json: dict[str, JSON]
    view: dict[str, JSON] | None


class _Found(NamedTuple):
    id: str
    owner: str
    state: str
    saved_at: str
    attempts: int


class _State(NamedTuple):
    """What is to be written: it is replaced as a whole, so the writer thread sees one state or the other."""

    prompt: dict[str, JSON]
    view: dict[str, JSON] | None
    at: datetime


class Drafts:
    """The drafts of the database, and the one that this process edits."""

    def __init__(self, database: Database, paths: Paths) -> None:
        self._database = database
        self._paths = paths
        self._id = new_id()
        self._latest: _State | None = None
        self._lock = threading.Lock()
        self._collecting = False
        self._closed = False

    @property
    def draft_id(self) -> str:
        """The draft that `journal` writes."""
        return self._id

    def journal(self, prompt_json: dict[str, JSON], *, view: dict[str, JSON] | None = None) -> None:
        """Take the state after an edit; never waits. Neither dict may be changed afterwards."""
        with self._lock:
            if self._closed:
                return
            self._latest = _State(prompt_json, view, datetime.now(UTC))
            ask, self._collecting = not self._collecting, True
        if ask:
            self._database.schedule(self._collect, JOURNAL_SECONDS)

    def close(self, prompt_json: dict[str, JSON], *, view: dict[str, JSON] | None = None) -> Future[None]:
        """Store the last state as closed, at a normal quit: the next start reopens it. `Database.close` waits."""
        with self._lock:
            self._closed = True
            self._latest = None
        state = _State(prompt_json, view, datetime.now(UTC))
        return self._database.submit(Write(lambda: [self._row(self._id, state, "closed")], durable=True))

    def restore(self) -> Restored:
        """Find what to start with, and make it this process' own. To be called once, before the first `journal`.

        A `crashed` draft is only offered: this process goes on with a new one until `accept` is called. Its start is
        counted before this returns, so that a draft that brings the program down does so once.
        """
        note = ""
        try:
            for found in self._candidates():
                if is_held(lock_path(self._paths, found.owner)):
                    continue
                if found.state == "open" and found.attempts >= _MOST_ATTEMPTS:
                    note = f"the draft of {found.saved_at[:16]} was open at several failed starts in a row: it is kept"
                    self._claim(found, "kept")
                    continue
                restored = self._take_up(found)
                if restored is not None:
                    return restored._replace(note=restored.note or note)
        except StorageError as error:
            note = f"the last draft can't be opened now, and stays where it is: {error.message}"
        return Restored("new", note=note)

    def _take_up(self, found: _Found) -> Restored | None:
        """Claim it and read it; None where another process that started at the same moment was faster."""
        note = ""
        try:
            if not self._claim(found, "open"):
                return None
        except StorageError as error:
            # Not marked, so it might bring down one start after the other: it is not opened by itself, only offered.
            note = f"it could not be marked as taken up: {error.message}"
        restored = self._read(found)
        if note:
            return restored._replace(kind="crashed", note=note)
        if restored.kind == "reopened":
            self._id = found.id
        return restored

    def accept(self, draft_id: str) -> None:
        """Go on with this offered or kept draft. What was journalled until now is kept apart, as if declined."""
        with self._lock:
            before, self._id = self._id, draft_id
            left, self._latest = self._latest, None
        statements: list[Statement] = [(_OPEN, (self._database.session, draft_id))]
        if before != draft_id:
            if left is not None:
                statements.append(self._row(before, left, "kept"))
            statements.append((_KEEP, (before,)))
        self._database.submit(Write(lambda: statements))

    def put_aside(self) -> None:
        """Begin another draft; what was journalled until now is kept, as if declined."""
        self.accept(new_id())

    def discard(self, draft_id: str) -> None:
        """Decline an offered draft: it is not offered again, and stays in `kept`."""
        self._database.submit(Write(lambda: [(_KEEP, (draft_id,))]))

    def kept(self, limit: int = 20) -> tuple[KeptDraft, ...]:
        """The drafts that were declined, newest first. Raises StorageError."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, saved_at, prompt, view FROM drafts WHERE state = 'kept' ORDER BY saved_at DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(
            KeptDraft(draft_id, datetime.fromisoformat(saved_at), json.loads(prompt), json.loads(view or "null"))
            for draft_id, saved_at, prompt, view in rows
        )

    def _candidates(self) -> list[_Found]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, owner, state, saved_at, attempts FROM drafts WHERE state IN ('open', 'closed') "
                "ORDER BY state = 'open' DESC, saved_at DESC"
            ).fetchall()
        return [_Found(*row) for row in rows]

    def _claim(self, found: _Found, state: str) -> bool:
        """Make it ours, unless another process that started at the same moment was faster."""
        changed = self._database.write_now(_CLAIM, (self._database.session, state, found.id, found.owner))
        return changed == 1

    def _read(self, found: _Found) -> Restored:
        with self._database.read() as connection:
            prompt, view = connection.execute("SELECT prompt, view FROM drafts WHERE id = ?", (found.id,)).fetchone()
        kind: Literal["reopened", "crashed"] = "reopened" if found.state == "closed" else "crashed"
        saved_at = datetime.fromisoformat(found.saved_at)
        return Restored(kind, json.loads(prompt), json.loads(view or "null"), saved_at, found.id)

    def _collect(self) -> Write | None:
        """In the writer thread: the latest state, if it is not written yet."""
        with self._lock:
            self._collecting = False
            draft, state, self._latest = self._id, self._latest, None
        if state is None:
            return None
        return Write(lambda: [self._row(draft, state, "open")], expendable=True)

    def _row(self, draft: str, state: _State, as_: str) -> Statement:
        view = to_json(state.view, clean_text) if state.view is not None else None
        return _SAVE, (
            draft,
            self._database.session,
            as_,
            moment(state.at),
            to_json(state.prompt, clean_text),
            view,
        )
