"""Drafts as rows: what is read of them, and the statements that write them."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters.row_text import moment, to_json
from workbench.core.draft import MOST_KEPT, DraftContent, FoundDraft, KeptDraft
from workbench.core.json_clean import clean_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from workbench.adapters.write import Statement
    from workbench.core.draft import DraftState
    from workbench.core.json_value import JSON

State = Literal["open", "closed", "kept"]


class Row(NamedTuple):
    """A draft that is open somewhere, or was when its program was closed: all but its content."""

    id: str
    owner: str
    state: State
    saved_at: str
    attempts: int
    front: int
    title: str
    changed: int

    @property
    def found(self) -> FoundDraft:
        return FoundDraft(self.id, self.title, bool(self.changed), datetime.fromisoformat(self.saved_at))


# Answered from the index `drafts_open` alone, however long the prompts are and however many drafts were put aside.
_OPEN_ONES = """
SELECT id, owner, state, saved_at, attempts, front, title, changed FROM drafts
WHERE state IN ('open', 'closed') ORDER BY owner, state, place
"""
_CONTENT = "SELECT prompt, view FROM drafts WHERE id = ?"
_VIEWS = "SELECT id, view FROM drafts WHERE id IN (SELECT value FROM json_each(?))"
_KEPT = "SELECT id, saved_at, title, prompt, view FROM drafts WHERE state = 'kept' ORDER BY saved_at DESC LIMIT ?"
_SAVE = """
INSERT INTO drafts (id, owner, state, saved_at, attempts, prompt, view, place, front, title, changed)
VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, state = excluded.state, saved_at = excluded.saved_at,
  attempts = 0, prompt = excluded.prompt, view = excluded.view, place = excluded.place, front = excluded.front,
  title = excluded.title, changed = excluded.changed
WHERE excluded.saved_at >= drafts.saved_at  -- what a killed process left unsaved may come late
"""
TAKE_SET = """
UPDATE drafts SET owner = ?, state = 'open', attempts = attempts + (id = ?) WHERE owner = ? AND state = ?
"""
"""The new owner, the draft that is looked at first, the old owner and state. One process alone changes any row."""
TAKE_ONE = "UPDATE drafts SET owner = ?, state = ? WHERE id = ? AND owner = ?"
# The owner in each of these: what a killed process left unsaved may come after another one has taken the draft up.
_KEEP = "UPDATE drafts SET state = 'kept' WHERE id = ? AND owner = ?"
_CLOSE = "UPDATE drafts SET state = 'closed', attempts = 0 WHERE id = ? AND owner = ?"
_COUNT = "UPDATE drafts SET attempts = attempts + 1 WHERE id = ? AND owner = ?"
_PLACE = "UPDATE drafts SET place = ?, front = ? WHERE id = ? AND owner = ?"
_REMOVE = "DELETE FROM drafts WHERE id = ? AND owner = ?"
_ACCEPT = "UPDATE drafts SET state = 'open', owner = ? WHERE id = ? AND owner = ?"
_PRUNE = """
DELETE FROM drafts WHERE state = 'kept'
  AND id NOT IN (SELECT id FROM drafts WHERE state = 'kept' ORDER BY saved_at DESC LIMIT ?)
"""
_TAKEN_UP = "DELETE FROM drafts WHERE id = ? AND state = 'kept'"


def sets_of_drafts(connection: sqlite3.Connection) -> list[list[Row]]:
    """The drafts of each process and state, in the order of their tabs: the open ones first, then the newest."""
    rows = [Row(*row) for row in connection.execute(_OPEN_ONES)]
    sets = [list(group) for _, group in groupby(rows, key=lambda row: (row.owner, row.state))]
    sets.sort(key=lambda rows: max(row.saved_at for row in rows), reverse=True)
    sets.sort(key=lambda rows: rows[0].state == "closed")
    return sets


def content(connection: sqlite3.Connection, draft_id: str) -> DraftContent | None:
    """What is in a draft; None where there is no such draft."""
    row = connection.execute(_CONTENT, (draft_id,)).fetchone()
    return None if row is None else _content(*row)


def _content(prompt: str, view: str | None) -> DraftContent:
    try:
        return DraftContent(json.loads(prompt), json.loads(view or "null"))
    except (ValueError, RecursionError):  # written over by something else
        return DraftContent({"damaged": prompt[:100]}, None)  # which is no prompt, as whoever reads it will find


def views(connection: sqlite3.Connection, draft_ids: Sequence[str]) -> dict[str, dict[str, JSON] | None]:
    asked = json.dumps(list(draft_ids))
    return {id: json.loads(view or "null") for id, view in connection.execute(_VIEWS, (asked,))}


def kept_drafts(connection: sqlite3.Connection, limit: int) -> tuple[KeptDraft, ...]:
    rows = connection.execute(_KEPT, (limit,)).fetchall()
    return tuple(
        KeptDraft(id, datetime.fromisoformat(saved_at), title, _content(prompt, view))
        for id, saved_at, title, prompt, view in rows
    )


def saved(draft_id: str, owner: str, as_: State, state: DraftState, at: datetime, place: int, front: bool) -> Statement:
    """The whole of a draft."""
    view = to_json(state.view, clean_text) if state.view is not None else None
    return _SAVE, (
        draft_id,
        owner,
        as_,
        moment(at),
        to_json(state.prompt_json, clean_text),
        view,
        place,
        front,
        clean_text(state.title),
        state.changed,
    )


def kept(draft_id: str, owner: str) -> Statement:
    return _KEEP, (draft_id, owner)


def closed(draft_id: str, owner: str) -> Statement:
    return _CLOSE, (draft_id, owner)


def counted(draft_id: str, owner: str) -> Statement:
    """One more time that it is taken up without an edit after it."""
    return _COUNT, (draft_id, owner)


def placed(draft_id: str, owner: str, place: int, front: bool) -> Statement:
    return _PLACE, (place, front, draft_id, owner)


def removed(draft_id: str, owner: str) -> Statement:
    return _REMOVE, (draft_id, owner)


def accepted(draft_id: str, owner: str, before: str) -> Statement:
    """It belongs to `owner`, where it still belonged to the one `before`."""
    return _ACCEPT, (owner, draft_id, before)


def taken_up(draft_id: str) -> Statement:
    """It is not among those that were put aside any more."""
    return _TAKEN_UP, (draft_id,)


def pruned() -> Statement:
    """Of those that were put aside only the newest stay."""
    return _PRUNE, (MOST_KEPT,)
