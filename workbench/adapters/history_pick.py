"""Which runs and comparisons are meant: by their ids, their age, their size.

A comparison goes or stays as a whole, with the runs of its cells: it is one entry, as new as the newest of them and
starred where one of them is.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.deletions import VISIBLE
from workbench.adapters.tables import OF_RUN
from workbench.core.errors import InputError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

LAST = "last"
"""Means the newest run, where an id is asked for."""
_SHOWN_MATCHES = 3
_IDS = "(SELECT value FROM json_each(?1))"
_RUNS = """
SELECT id, '', began_at, 1, starred, CASE WHEN first_line <> '' THEN first_line ELSE prompt_name END
FROM runs WHERE
"""
_COMPARISONS = """
SELECT each.id, 'comparison', max(each.began_at, ifnull(max(runs.began_at), '')), count(runs.id),
  ifnull(max(runs.starred), 0), CASE WHEN each.name <> '' THEN each.name
    ELSE ifnull(substr(json_extract(each.experiment, '$.prompt.messages[#-1].content'), 1, 200), '') END
FROM experiments AS each LEFT JOIN cells ON cells.experiment = each.id LEFT JOIN runs ON runs.id = cells.run
WHERE each.{which} GROUP BY each.id
"""
_NAMED = f"""
SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || 'g' AND {VISIBLE}
UNION SELECT id FROM experiments WHERE id >= ?1 AND id < ?1 || 'g' AND {VISIBLE} LIMIT 4
"""


class Entry(NamedTuple):
    """A run, or a comparison with the runs of its cells."""

    id: str
    is_comparison: bool
    began_at: datetime
    """Of a comparison, the newest of its runs'."""
    runs: int
    starred: bool
    title: str


class Rule(NamedTuple):
    """Which entries are meant: those that fit all that is not None."""

    before: datetime | None = None
    keep: int | None = None
    """So many of the newest are not meant."""
    larger_than: int | None = None
    """Bytes."""
    starred: bool = False
    """Starred ones are meant too."""


def named(connection: sqlite3.Connection, word: str) -> str:
    """The id of the run or comparison that a person named: whole, its beginning, or `last`. InputError."""
    if word == LAST:
        found = connection.execute(f"SELECT id FROM runs WHERE {VISIBLE} ORDER BY id DESC LIMIT 1").fetchall()
        if not found:
            raise InputError("there is no run in history yet", "run one first")
        return str(found[0][0])
    found = connection.execute(_NAMED, (word,)).fetchall() if word else []
    if (word,) in found:
        return word
    if not found:
        raise InputError(f"there is no run {word} in history", f"name another, or {LAST}")
    if len(found) > 1:
        some = ", ".join(id for (id,) in found[:_SHOWN_MATCHES]) + (" …" if len(found) > _SHOWN_MATCHES else "")
        raise InputError(f"{word} is the beginning of several ids: {some}", "give more of it")
    return str(found[0][0])


def entries(connection: sqlite3.Connection, ids: Iterable[str] | None = None) -> list[Entry]:
    """All that is in history, newest first; or what these ids name, a run of a comparison by itself."""
    if ids is None:
        alone = f"{VISIBLE} AND id NOT IN (SELECT run FROM cells)"
        rows = connection.execute(f"{_RUNS} {alone} UNION ALL {_COMPARISONS.format(which=VISIBLE)}").fetchall()
    else:
        asked, of_these = json.dumps(list(ids)), f"id IN {_IDS}"
        query = f"{_RUNS} {of_these} UNION ALL {_COMPARISONS.format(which=of_these)}"
        rows = connection.execute(query, (asked,)).fetchall()
    found = [
        Entry(id, bool(kind), datetime.fromisoformat(began), runs, bool(starred), title)
        for id, kind, began, runs, starred, title in rows
    ]
    return sorted(found, key=lambda entry: entry.began_at, reverse=True)


def meant(connection: sqlite3.Connection, rule: Rule) -> list[Entry]:
    """The entries that a rule means, newest first."""
    found = [
        entry
        for entry in entries(connection)[rule.keep or 0 :]
        if (rule.starred or not entry.starred) and (rule.before is None or entry.began_at < rule.before)
    ]
    if rule.larger_than is None:
        return found
    kept = sizes(connection, found)
    return [entry for entry in found if kept[entry.id] > rule.larger_than]


def sizes(connection: sqlite3.Connection, of: Collection[Entry]) -> dict[str, int]:
    """Bytes of what is kept of each entry, about: what its rows hold, not what SQLite makes of it."""
    holder = {entry.id: entry.id for entry in of}
    compared = json.dumps([entry.id for entry in of if entry.is_comparison])
    cells = connection.execute(f"SELECT run, experiment FROM cells WHERE experiment IN {_IDS}", (compared,))
    holder.update((run, experiment) for run, experiment in cells if run)
    total = dict.fromkeys((entry.id for entry in of), 0)
    asked = json.dumps(list(holder))
    for table in OF_RUN:
        octets = _octets(connection, table)
        query = f"SELECT run, {octets} FROM {table} WHERE run IN {_IDS}"
        for run, size in connection.execute(query, (asked,)):
            total[holder[run]] += size
    query = f"SELECT id, {_octets(connection, 'experiments')} FROM experiments WHERE id IN {_IDS}"
    for id, size in connection.execute(query, (compared,)):
        total[id] += size
    return total


def _octets(connection: sqlite3.Connection, table: str) -> str:
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    return " + ".join(f"ifnull(length(CAST({name} AS BLOB)), 0)" for name in columns)


def comparisons_of(connection: sqlite3.Connection, runs: Sequence[str]) -> dict[str, str]:
    """The comparison that each of these runs is a cell of, where it is one."""
    query = f"SELECT run, experiment FROM cells WHERE run IN {_IDS}"
    return dict(connection.execute(query, (json.dumps(list(runs)),)).fetchall())
