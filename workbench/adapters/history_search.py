"""Finding runs and comparisons, newest first: a page at a time, by where they stand and not by how many come before."""

from __future__ import annotations

import heapq
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.deletions import VISIBLE
from workbench.adapters.history_rows import SUMMARY_COLUMNS, RunSummary, summary_of
from workbench.adapters.search_index import BLOCK, texts_of
from workbench.core.events import State
from workbench.core.history_query import FAILED, RUNNING
from workbench.core.search_grams import places_of, unpacked, wanted
from workbench.core.search_text import Found, folded, found_in, stands_in_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from workbench.adapters.database import Database
    from workbench.core.history_query import HistoryQuery
    from workbench.core.search_grams import Wanted

_AT_ONCE = 500
"""Runs that `every` reads at a time."""
NEWEST = "~"
"""Behind every id."""
_NAMED = "SELECT id, name, note FROM runs WHERE (name <> '' OR note <> '') AND id < ? ORDER BY id DESC"
_WAITING = "SELECT run FROM search_waiting WHERE run < ? ORDER BY run DESC"
_BLOCKS = "SELECT block, newest FROM search_blocks WHERE oldest < ? ORDER BY newest DESC"
_ONE_GRAM = "SELECT places FROM search_grams WHERE block = ? AND gram = ?"
_BEGINNING = "SELECT places FROM search_grams WHERE block = ? AND gram >= ? AND gram < ?"
_OF_BLOCK = "SELECT run FROM search_places WHERE block = ? AND place = ?"


class Page(NamedTuple):
    """Some of what was looked for, newest first."""

    runs: tuple[RunSummary, ...]
    reached: str | None
    """The id to go on `before`; None where all is found."""
    found: Mapping[str, Found] = {}
    """Of a search, by id: where the text stands; not of a run whose name or note has it."""


class HistorySearch:
    """Looks through the runs of one database. Every method takes its time: not for the thread of the screen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        query: HistoryQuery,
        *,
        before: str = NEWEST,
        after: str = "",
        limit: int = 50,
        seconds: float | None = None,
        cells: bool = True,
    ) -> Page:
        """The newest runs that fit, older than the id `before` and newer than `after`, at most `limit`.

        After so many `seconds` it gives what it has; there may be more behind `reached`. Without `cells` those that
        belong to a comparison are left out. Raises StorageError.
        """
        until = time.monotonic() + seconds if seconds is not None else None
        where, values = _where(query, cells)
        span = (before, after)
        with self._database.read() as connection:
            if query.text:
                rows, reached, places = _search(connection, query.text, (where, values), span, limit, until)
            else:
                found = connection.execute(
                    f"SELECT session, {SUMMARY_COLUMNS} FROM runs WHERE id < ? AND id > ? AND {where} "
                    "ORDER BY id DESC LIMIT ?",
                    (*span, *values, limit),
                ).fetchall()
                rows, reached = found, str(found[-1][1]) if len(found) == limit else None
                places = {}
        return Page(self._summaries(rows), reached, places)

    def every(self, query: HistoryQuery, limit: int | None = None) -> Iterator[RunSummary]:
        """All runs that fit, newest first, at most `limit`. Raises StorageError."""
        left, page = limit, Page((), NEWEST)
        while page.reached is not None and left != 0:
            page = self.page(query, before=page.reached, limit=_AT_ONCE if left is None else min(left, _AT_ONCE))
            left = None if left is None else left - len(page.runs)
            yield from page.runs

    def runs(self, ids: Iterable[str]) -> tuple[RunSummary, ...]:
        """These runs as they are now, in this order; without those that are gone. Raises StorageError."""
        with self._database.read() as connection:
            rows = [
                connection.execute(f"SELECT session, {SUMMARY_COLUMNS} FROM runs WHERE id = ?", (id,)).fetchone()
                for id in ids
            ]
        return self._summaries([row for row in rows if row is not None])

    def comparison_of(self, run: str) -> str:
        """The id of the comparison whose cell a run is, or ""; the newest one. Raises StorageError."""
        with self._database.read() as connection:
            row = connection.execute("SELECT max(experiment) FROM cells WHERE run = ?", (run,)).fetchone()
        return row[0] or ""

    def _summaries(self, rows: list[tuple[object, ...]]) -> tuple[RunSummary, ...]:
        sessions = {str(session) for session, _id, _began, _ended, state, *_ in rows if state is None}
        alive = {session for session in sessions if self._database.is_alive(session)}
        return tuple(summary_of(row[1:], alive=row[0] in alive) for row in rows)


_Where = tuple[str, list[object]]


def _where(query: HistoryQuery, cells: bool) -> _Where:
    """The condition of all that is not the text, and its values."""
    parts = [VISIBLE]
    values: list[object] = []

    def add(part: str, *given: object) -> None:
        parts.append(part)
        values.extend(given)

    if not cells:
        add("source <> 'compare'")
    if query.model:
        add("(instr(lower(model), ?) OR instr(lower(answered_by), ?))", query.model.lower(), query.model.lower())
    if query.preset:
        add("instr(lower(preset), ?)", query.preset.lower())
    if query.connection:
        add("instr(lower(connection), ?)", query.connection.lower())
    if query.states:
        named = [state.value for state in State if state.value in query.states]
        named += [State.ERROR.value, State.TRUNCATED.value] * (FAILED in query.states)
        running = " OR state IS NULL" * (RUNNING in query.states)
        add(f"(state IN ({', '.join('?' * len(named))}){running})", *named)
    if query.since is not None:
        add("id >= ?", _id_of(query.since))
    if query.until is not None:
        add("id < ?", _id_of(query.until + timedelta(days=1)))
    if query.over_usd is not None:
        add("cost_usd > ?", query.over_usd)
    if query.under_usd is not None:
        add("cost_usd < ?", query.under_usd)
    if query.starred:
        add("starred = 1")
    return " AND ".join(parts), values


def _id_of(day: date) -> str:
    """What the ids of a day on this machine's clock begin with, or come behind (ids.py)."""
    return f"{datetime.combine(day, clock()).astimezone().astimezone(UTC):%Y%m%d-%H%M%S}"


def _search(
    connection: sqlite3.Connection, text: str, where: _Where, span: tuple[str, str], limit: int, until: float | None
) -> tuple[list[tuple[object, ...]], str | None, dict[str, Found]]:
    needle = folded(text)
    condition, values = where
    before, after = span
    named = {
        id
        for id, name, note in connection.execute(_NAMED, (before,))
        if needle in folded(name) or needle in folded(note)
    }
    rows: list[tuple[object, ...]] = []
    places: dict[str, Found] = {}
    last = ""
    for run in _candidates(connection, wanted(needle), sorted(named, reverse=True), before):
        if run <= after:
            break
        if run == last:
            continue
        if len(rows) == limit or (until is not None and time.monotonic() > until and last):
            return rows, last, places
        last = run
        row = connection.execute(
            f"SELECT session, {SUMMARY_COLUMNS} FROM runs WHERE id = ? AND {condition}", (run, *values)
        ).fetchone()
        if row is None:
            continue
        place = _place_in(connection, run, needle)
        if place is not None:
            places[run] = place
        if place is not None or run in named:
            rows.append(row)
    return rows, None, places


def _place_in(connection: sqlite3.Connection, run: str, needle: str) -> Found | None:
    texts = texts_of(connection, run)
    if stands_in_json(needle) and not any(
        needle in folded(text) for text in (*texts.answers, texts.prompt, texts.request)
    ):
        return None  # most of those that an index finds in vain; their JSON need not be read
    return next((place for text in texts.each() if (place := found_in(text, needle)) is not None), None)


def _candidates(connection: sqlite3.Connection, grams: Wanted, named: list[str], before: str) -> Iterator[str]:
    """The runs that may hold what is wanted, newest first; one may come twice."""
    waiting = (run for (run,) in connection.execute(_WAITING, (before,)))
    return heapq.merge(named, waiting, _indexed(connection, grams, before), reverse=True)


def _indexed(connection: sqlite3.Connection, grams: Wanted, before: str) -> Iterator[str]:
    """A block is looked at once the runs in it may be the next ones."""
    held: list[_Reversed] = []
    for block, newest in chain(connection.execute(_BLOCKS, (before,)).fetchall(), [(None, "")]):
        while held and held[0].run > newest:
            run = held[0]
            following = next(run.rest, None)
            if following is None:
                heapq.heappop(held)
            else:
                heapq.heapreplace(held, _Reversed(following, run.rest))
            yield run.run
        if block is not None:
            runs = _of_block(connection, block, grams, before)
            first = next(runs, None)
            if first is not None:
                heapq.heappush(held, _Reversed(first, runs))


class _Reversed(NamedTuple):
    """The newest of what is left of a block; sorts the newest first."""

    run: str
    rest: Iterator[str]

    def __lt__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and self.run > other.run


def _of_block(connection: sqlite3.Connection, block: int, grams: Wanted, before: str) -> Iterator[str]:
    for place in places_of(_places(connection, block, grams)):
        row = connection.execute(_OF_BLOCK, (block, place)).fetchone()
        if row is not None and row[0] < before:
            yield row[0]


def _places(connection: sqlite3.Connection, block: int, grams: Wanted) -> int:
    if not grams.all:
        bits = 0
        for (places,) in connection.execute(_BEGINNING, (block, grams.start, grams.end)):
            bits |= unpacked(places, BLOCK)
        return bits
    bits = -1
    for gram in grams.all:
        row = connection.execute(_ONE_GRAM, (block, gram)).fetchone()
        bits &= unpacked(row[0], BLOCK) if row is not None else 0
        if not bits:
            break
    return bits
