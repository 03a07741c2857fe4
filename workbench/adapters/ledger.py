"""The ledger read: what all processes have sent, summed up.

A day is the person's own, from midnight to midnight on their clock; rows bear UTC, so a day of 23 or 25 hours is summed
as what it is, and someone who travels sees their days by the clock that they are at.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.row_text import moment
from workbench.core.ledger import By, Counted, LedgerGroup, LedgerSum, Went, summed
from workbench.core.money import OWN_PRICE, Certainty

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from workbench.adapters.database import Database

_SUMS = f"""
SELECT {{key}}, state, certainty, price = '{OWN_PRICE}', counted = '{Counted.HERE}', count(*),
  coalesce(sum(prompt_tokens), 0), coalesce(sum(cached_tokens), 0), coalesce(sum(completion_tokens), 0),
  coalesce(sum(reasoning_tokens), 0), coalesce(sum(cost), 0)
FROM ledger {{how}} WHERE sent_at >= ? AND sent_at < ? GROUP BY 1, 2, 3, 4, 5
"""
_DAY = """
SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), coalesce(sum(cost), 0)
FROM ledger WHERE sent_at >= ? AND sent_at < ?
"""
# What goes out after this request has no say in whether it may go out itself.
_SPENT = """
SELECT coalesce(sum(cost), 0), coalesce(sum(certainty = 'estimated' AND cost > 0), 0),
  coalesce(sum(certainty = 'unknown'), 0)
FROM ledger WHERE sent_at >= ? AND (state IS NOT NULL OR rowid < ?)
"""
_LAST = 2**63 - 1
_WENT = {
    None: Went.UNDER_WAY,
    "complete": Went.COMPLETE,
    "truncated": Went.FAILED,
    "error": Went.FAILED,
    "cancelled": Went.STOPPED,
    "retried": Went.RETRIED,
}


class Spent(NamedTuple):
    """What was spent since some moment, in billionths of a US dollar."""

    cost: int = 0
    estimated: int = 0
    """Requests of which the cost is an estimate."""
    unknown: int = 0
    """Requests without a known price."""


class Ledger:
    """The sums over all processes. Each reads the disk: for a thread on a screen. StorageError."""

    def __init__(self, database: Database, zone: tzinfo | None = None) -> None:
        """`zone` is where the person's days are; None: where this machine's clock is."""
        self._database = database
        self._zone = zone

    def today(self) -> date:
        """The person's day now."""
        return datetime.now(UTC).astimezone(self._zone).date()

    def sums(self, by: By, since: date | None = None, until: date | None = None) -> tuple[LedgerSum, ...]:
        """What was sent from the day `since` to the end of the day `until`, by `by`.

        Days come in their order, those without a request left out; all else with what cost most first.
        """
        with self._database.read() as connection:
            span = self._span(connection, since, until)
            if span is None:
                return ()
            start, end = span
            if by is By.DAY:
                days = self._days(start, end)
                return summed(each for day, a, b in days for each in _groups(connection, f"'{day}'", a, b))
            # To go through all rows in their order is quicker than to look each of them up by its time.
            how = "NOT INDEXED" if since is None else ""
            found = summed(_groups(connection, by.value, start, end, how))
        return tuple(sorted(found, key=lambda each: (-each.cost, -each.requests, each.key)))

    def daily(self, since: date | None = None, until: date | None = None) -> tuple[LedgerSum, ...]:
        """Of each day requests, tokens and cost alone: what a chart shows, in a third of the time of its sums."""
        with self._database.read() as connection:
            span = self._span(connection, since, until)
            if span is None:
                return ()
            found = (
                (day, connection.execute(_DAY, tuple(map(moment, of))).fetchone()) for day, *of in self._days(*span)
            )
            return tuple(
                LedgerSum(day.isoformat(), requests, prompt_tokens=prompt, completion_tokens=completion, cost=cost)
                for day, (requests, prompt, completion, cost) in found
                if requests
            )

    def spent(self, since: date, before: int | None = None) -> Spent:
        """What was spent from that day's beginning on; of what is under way the rows that are older than `before`."""
        start = moment(self.start_of(since))
        with self._database.read() as connection:
            row = connection.execute(_SPENT, (start, _LAST if before is None else before)).fetchone()
        return Spent(*row)

    def row_of(self, run: str, attempt: int) -> int | None:
        """The place of a request's row among all; None where it is not there."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT rowid FROM ledger WHERE run = ? AND attempt = ?", (run, attempt)
            ).fetchone()
        return int(row[0]) if row is not None else None

    def start_of(self, day: date) -> datetime:
        """The moment at which a day of the person's begins. Where the clock skips midnight that is when it does so;
        where it shows midnight twice, the first time."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _span(
        self, connection: sqlite3.Connection, since: date | None, until: date | None
    ) -> tuple[datetime, datetime] | None:
        """From the first request, or the beginning of `since`, to the end of `until`; None where nothing is there."""
        start = _first(connection)
        if start is None:
            return None
        if since is not None:
            start = max(start, self.start_of(since))
        end = self.start_of((until or self.today()) + timedelta(days=1))
        return (start, end) if start < end else None

    def _days(self, start: datetime, end: datetime) -> Iterator[tuple[date, datetime, datetime]]:
        """Each day with its beginning and its end. One short sum for each, along the index, takes half the time of one
        that sorts all rows by their day."""
        day = start.astimezone(self._zone).date()
        while (begins := self.start_of(day)) < end:
            following = day + timedelta(days=1)
            yield day, begins, self.start_of(following)
            day = following


def _groups(
    connection: sqlite3.Connection, key: str, start: datetime, end: datetime, how: str = ""
) -> Iterable[LedgerGroup]:
    rows = connection.execute(_SUMS.format(key=key, how=how), (moment(start), moment(end)))
    for name, state, certainty, own, here, *figures in rows:
        went = _WENT.get(state, Went.FAILED)
        yield LedgerGroup(name, went, Certainty(certainty), bool(own), bool(here), *figures)


def _first(connection: sqlite3.Connection) -> datetime | None:
    (first,) = connection.execute("SELECT min(sent_at) FROM ledger").fetchone()
    return datetime.fromisoformat(first) if first else None
