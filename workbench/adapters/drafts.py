"""The drafts that are open, on disk at most 250 ms after a key, and taken up again at the next start.

Drafts belong to the process that edits them; together they are its set, in the order of their tabs. At a start, a set
whose process is gone without closing it is `crashed` and offered; otherwise the one that was closed last is `reopened`;
a living process' drafts are nobody else's. What is closed, or offered and declined, is kept: `kept` lists it and
`accept` takes it up.
"""

from __future__ import annotations

import threading
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters import draft_rows
from workbench.adapters.database_file import lock_path
from workbench.adapters.draft_rows import TAKE_ONE, TAKE_SET, Row
from workbench.adapters.ids import new_id
from workbench.adapters.locks import is_held
from workbench.adapters.write import Statement, Write
from workbench.core.draft import MOST_KEPT, DraftContent, DraftState, FoundDraft, KeptDraft
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from workbench.adapters.database import Database
    from workbench.adapters.files import Paths
    from workbench.core.json_value import JSON

JOURNAL_SECONDS = 0.15
"""From a key to its write; with the write itself it stays below the promised 250 ms."""
_MOST_ATTEMPTS = 2
"""Starts that may take up a draft in a row without an edit after it; the next start leaves it aside."""
_PATIENCE = 0.3
"""Seconds that a draft waits for its count to be on the disk before it is read."""


class Restored(NamedTuple):
    """What a start finds: the drafts of a set, the one in front, and what is in that one. `note` is a line for the
    person, or ""."""

    kind: Literal["new", "reopened", "crashed"]
    drafts: tuple[FoundDraft, ...] = ()
    front: str = ""
    content: DraftContent | None = None
    owner: str = ""
    """Whose they are until they are accepted."""
    note: str = ""

    @property
    def saved_at(self) -> datetime | None:
        """When one of them was written last."""
        return max((draft.saved_at for draft in self.drafts), default=None)


class Drafts:
    """The drafts of the database, and the set that this process edits."""

    def __init__(self, database: Database, paths: Paths) -> None:
        self._database = database
        self._paths = paths
        self._lock = threading.Lock()
        self._latest: dict[str, tuple[DraftState, datetime]] = {}
        """What is to be written, each replaced as a whole: the writer thread sees one state or the other."""
        self._places: dict[str, tuple[int, bool]] = {}
        """Where each draft's tab stands, and whether it is in front."""
        self._written_places: dict[str, tuple[int, bool]] = {}
        self._counted: set[str] = set()
        self._collecting = False
        self._closed = False

    # -- what is edited ----------------------------------------------------------------------------------------

    def new(self) -> str:
        """The id of another draft. Nothing of it is stored before its first `journal`."""
        return new_id()

    def journal(self, draft_id: str, state: DraftState) -> None:
        """Take the state after an edit; never waits."""
        with self._lock:
            if self._closed:
                return
            self._latest[draft_id] = (state, datetime.now(UTC))
        self._collect_soon()

    def arrange(self, order: Sequence[str], front: str) -> None:
        """These are the tabs now, and this one is in front; never waits."""
        with self._lock:
            self._places = {draft_id: (place, draft_id == front) for place, draft_id in enumerate(order)}
        self._collect_soon()

    def keep(self, draft_id: str, state: DraftState | None = None) -> None:
        """Put a draft aside as it stands, or in this last state: it is not opened again by itself, and in `kept`."""
        mine, at = self._database.session, datetime.now(UTC)
        with self._lock:
            # What is under way is as good as no state: without this it would come after and open the draft again.
            last = (state, at) if state is not None else self._latest.get(draft_id)
            self._latest.pop(draft_id, None)
            self._places.pop(draft_id, None)
        if last is None:
            statement = draft_rows.kept(draft_id, mine)
        else:
            statement = draft_rows.saved(draft_id, mine, "kept", *last, 0, False)
        self._submit([statement, draft_rows.pruned()])

    def remove(self, draft_id: str) -> None:
        """Forget a draft of which nothing would be lost."""
        with self._lock:
            self._latest.pop(draft_id, None)
            self._places.pop(draft_id, None)
        self._submit([draft_rows.removed(draft_id, self._database.session)])

    def close(self, states: Mapping[str, DraftState], others: Sequence[str] = ()) -> Future[None]:
        """Store the last states as closed, at a normal quit: the next start reopens them, and the `others`, which were
        not looked at. `Database.close` waits."""
        with self._lock:
            self._closed = True
            self._latest = {}
        mine, at = self._database.session, datetime.now(UTC)
        places = self._places

        def statements() -> list[Statement]:
            rows = [draft_rows.saved(i, mine, "closed", s, at, *places.get(i, (0, False))) for i, s in states.items()]
            rows += [draft_rows.placed(each, mine, *places[each]) for each in others if each in places]
            return rows + [draft_rows.closed(each, mine) for each in others]

        return self._database.submit(Write(statements, durable=True))

    # -- what is found -----------------------------------------------------------------------------------------

    def restore(self) -> Restored:
        """Find what to start with, and make it this process' own. To be called once, before the first `journal`.

        `crashed` drafts are only offered, until `accept` or `keep` is called. That the one in front is taken up is
        counted before this returns, so that a draft that brings the program down does so once.
        """
        notes: list[str] = []
        try:
            for rows in self._sets():
                restored = self._take_up(rows, notes)
                if restored is not None:
                    return restored._replace(note=" · ".join(notes))
        except StorageError as error:
            notes = [f"the last drafts can't be opened now, and stay where they are: {error.message}"]
        return Restored("new", note=" · ".join(notes))

    def load(self, draft_id: str) -> DraftContent:
        """What is in a draft of the set, to be shown for the first time; that is counted before. For a thread.
        StorageError where it can't be read."""
        if draft_id not in self._counted:
            self._counted.add(draft_id)
            try:
                self._submit([draft_rows.counted(draft_id, self._database.session)]).result(_PATIENCE)
            except FutureTimeout:  # the disk is in trouble, of which the person is told
                pass
        with self._database.read() as connection:
            found = draft_rows.content(connection, draft_id)
        if found is None:
            raise StorageError("this draft is not in the database any more")
        return found

    def views(self, draft_ids: Sequence[str]) -> dict[str, dict[str, JSON] | None]:
        """What belongs to these drafts beside their prompts. For a thread. StorageError."""
        with self._database.read() as connection:
            return draft_rows.views(connection, draft_ids)

    def accept(self, restored: Restored) -> None:
        """Go on with drafts that were offered: they belong to this process' set."""
        mine = self._database.session
        self._submit([draft_rows.accepted(draft.draft_id, mine, restored.owner) for draft in restored.drafts])

    def reopen(self, draft_id: str) -> None:
        """Go on with a draft that this process has put aside."""
        mine = self._database.session
        self._submit([draft_rows.accepted(draft_id, mine, mine)])

    def take_up(self, kept_id: str, draft_id: str, state: DraftState) -> None:
        """Go on with a draft that was put aside, under another id: another process may have been offered it too, and
        has its own then. It is written at once, and not among the kept ones any more."""
        row = draft_rows.saved(draft_id, self._database.session, "open", state, datetime.now(UTC), 0, False)
        self._submit([row, draft_rows.taken_up(kept_id)])

    def kept(self, limit: int = MOST_KEPT) -> tuple[KeptDraft, ...]:
        """The drafts that were put aside, newest first. Raises StorageError. For a thread."""
        with self._database.read() as connection:
            return draft_rows.kept_drafts(connection, limit)

    def _sets(self) -> list[list[Row]]:
        with self._database.read() as connection:
            return draft_rows.sets_of_drafts(connection)

    def _take_up(self, rows: list[Row], notes: list[str]) -> Restored | None:
        """Claim a set and read its front; None where there is nothing of it to be had."""
        owner, state = rows[0].owner, rows[0].state
        if is_held(lock_path(self._paths, owner)):
            return None
        for row in [row for row in rows if row.state == "open" and row.attempts >= _MOST_ATTEMPTS]:
            rows.remove(row)
            if self._database.write_now(TAKE_ONE, (self._database.session, "kept", row.id, owner)) == 1:
                notes.append(f"the draft of {row.saved_at[:16]} was open at several failed starts in a row: it is kept")
        if not rows:
            return None
        front = next((row for row in rows if row.front), None) or max(rows, key=lambda row: row.saved_at)
        crashed = state == "open"
        try:
            if not self._database.write_now(TAKE_SET, (self._database.session, front.id, owner, state)):
                return None  # another process that started at the same moment was faster
            self._counted.add(front.id)
            owner = self._database.session
        except StorageError as error:
            # Not marked, so it might bring down one start after the other: it is not opened by itself, only offered.
            notes.append(f"it could not be marked as taken up: {error.message}")
            crashed = True
        with self._database.read() as connection:
            content = draft_rows.content(connection, front.id)
        return Restored(
            "crashed" if crashed else "reopened", tuple(row.found for row in rows), front.id, content, owner
        )

    # -- writing -----------------------------------------------------------------------------------------------

    def _submit(self, statements: list[Statement]) -> Future[None]:
        return self._database.submit(Write(lambda: statements))

    def _collect_soon(self) -> None:
        with self._lock:
            ask, self._collecting = not self._collecting, True
        if ask:
            self._database.schedule(self._collect, JOURNAL_SECONDS)

    def _collect(self) -> Write | None:
        """In the writer thread: the latest states and places that are not written yet."""
        with self._lock:
            self._collecting = False
            if self._closed:
                return None
            latest, self._latest = self._latest, {}
            places, before, self._written_places = self._places, self._written_places, self._places
        mine = self._database.session
        moved = [i for i, place in places.items() if before.get(i) != place and i not in latest]
        if not latest and not moved:
            return None

        def statements() -> list[Statement]:
            rows = [
                draft_rows.saved(i, mine, "open", state, at, *places.get(i, (0, False)))
                for i, (state, at) in latest.items()
            ]
            return rows + [draft_rows.placed(i, mine, *places[i]) for i in moved]

        # Where a tab stands does not come again with the next key.
        write = Write(statements, expendable=not moved)
        write.future.add_done_callback(partial(self._settled, latest))
        return write

    def _settled(self, latest: dict[str, tuple[DraftState, datetime]], future: Future[None]) -> None:
        """What was dropped goes along with the next write of any draft."""
        if future.exception() is not None:
            with self._lock:
                self._latest = {**latest, **self._latest}
