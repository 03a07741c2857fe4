"""The ledger: a row for each physical request, in whatever way it ends, summed by the person's own days."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.adapters.accounts import Accounts
from workbench.adapters.database import Database
from workbench.adapters.deletions import Deletions
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.adapters.ledger import Ledger
from workbench.adapters.prices import Prices
from workbench.adapters.settings_prices import OwnPrice
from workbench.adapters.write import Write
from workbench.core.connection import Connection
from workbench.core.errors import ConnectionFailed, RateLimited, RunError, ServerError
from workbench.core.events import State, TextDelta
from workbench.core.json_value import JSON
from workbench.core.ledger import By, total
from workbench.core.outcome import Answer, Choice, Outcome
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.request import Request

OPENAI = Connection("openai", "openai", "https://api.openai.com/v1", "api.openai.com")
PRACTICE = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")
OWN = Prices({"m": OwnPrice(1, 2, 0.5)})
"""$1, $2 and $0.50 a million: a token of prompt costs 1,000 billionths, one of the answer 2,000."""
REQUEST = Request({"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 10})
PROMPT = Prompt(messages=(Message(Role.USER, "hello"),), model="m")
USAGE: dict[str, JSON] = {
    "prompt_tokens": 100,
    "completion_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 40},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(Paths.find({"WORKBENCH_HOME": str(tmp_path)}))
    yield opened
    opened.close()


def answered(usage: dict[str, JSON] | None = USAGE, **values: Any) -> Outcome:
    return Outcome(State.COMPLETE, REQUEST, Answer((Choice(0, "hi", "stop"),), "m", usage), attempts=1, **values)


async def sent(database: Database, *ends: Outcome | RunError | None, connection: Connection = OPENAI) -> str:
    """A run whose attempts end so; None: it is never told how."""
    record = await History(database, Accounts(lambda: OWN)).begin(
        prompt=PROMPT, request=REQUEST, connection=connection, preset="p"
    )
    for number, end in enumerate(ends, 1):
        record.attempt(number)
        if isinstance(end, RunError):
            record.failed(number, end)
        elif end is not None:
            await record.end(replace(end, attempts=number))
    assert database.flush()
    return record.id


def row(database: Database, run: str, attempt: int = 1) -> dict[str, Any]:
    with database.read() as connection:
        found = connection.execute("SELECT * FROM ledger WHERE run = ? AND attempt = ?", (run, attempt))
        return dict(zip((column[0] for column in found.description), found.fetchone(), strict=True))


async def test_what_the_endpoint_reported_is_exact(database: Database) -> None:
    found = row(database, await sent(database, answered()))
    assert (found["state"], found["certainty"], found["counted"], found["price"]) == (
        "complete",
        "exact",
        "reported",
        "own price",
    )
    assert (found["prompt_tokens"], found["cached_tokens"], found["completion_tokens"]) == (100, 40, 10)
    assert (found["reasoning_tokens"], found["preset"], found["connection"]) == (4, "p", "openai")
    assert found["cost"] == 60 * 1000 + 40 * 500 + 10 * 2000


async def test_what_is_under_way_or_was_killed_counts_as_expected(database: Database) -> None:
    run = await sent(database, None)
    found = row(database, run)
    prompt = found["prompt_tokens"]
    # The prompt, and an answer of at most max_tokens.
    assert (found["state"], found["certainty"], found["completion_tokens"]) == (None, "estimated", 10)
    assert found["cost"] == prompt * 1000 + 10 * 2000
    database.submit(
        Write(lambda: [("UPDATE runs SET session = 'gone-p1'", ()), ("UPDATE ledger SET session = 'gone-p1'", ())])
    )
    record = await History(database).begin(prompt=PROMPT, request=REQUEST, connection=OPENAI)
    record.attempt(1)
    assert database.flush()
    await asyncio.wrap_future(History(database, Accounts(lambda: OWN)).sweep())
    swept = row(database, run)
    assert (swept["state"], swept["certainty"]) == ("truncated", "estimated")
    # Nothing had come of its answer.
    assert swept["cost"] == prompt * 1000
    assert row(database, record.id)["state"] is None


async def test_the_list_of_prices_is_not_waited_for_and_a_killed_run_is_priced_by_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = replace(REQUEST, body={**REQUEST.body, "model": "gpt-5.4-mini"})
    monkeypatch.setattr(Prices, "is_ready", lambda *_: False)
    record = await History(database).begin(prompt=PROMPT, request=paid, connection=OPENAI)
    record.attempt(1)
    assert database.flush()
    found = row(database, record.id)
    assert (found["certainty"], found["cost"], found["completion_tokens"]) == ("unknown", None, 10)
    gone = [(f"UPDATE {table} SET session = 'gone-p1'", ()) for table in ("runs", "ledger")]
    database.submit(Write(lambda: gone))
    assert database.flush()
    await asyncio.wrap_future(History(database).sweep())
    found = row(database, record.id)
    assert (found["certainty"], found["cost"]) == ("estimated", found["prompt_tokens"] * 750)


async def test_what_had_come_of_a_killed_run_is_counted(database: Database) -> None:
    record = await History(database, Accounts(lambda: OWN)).begin(prompt=PROMPT, request=REQUEST, connection=OPENAI)
    record.attempt(1)
    record.append([TextDelta(0, "word " * 200)])
    assert database.flush()
    gone = [(f"UPDATE {table} SET session = 'gone-p1'", ()) for table in ("runs", "ledger")]
    database.submit(Write(lambda: gone))
    assert database.flush()
    await asyncio.wrap_future(History(database, Accounts(lambda: OWN)).sweep())
    found = row(database, record.id)
    assert found["completion_tokens"] > 100
    assert found["cost"] == found["prompt_tokens"] * 1000 + found["completion_tokens"] * 2000


async def test_a_refused_attempt_costs_nothing_and_one_that_may_be_billed_is_an_estimate(database: Database) -> None:
    run = await sent(database, RateLimited("slow down", status=429), ServerError("oops", status=503), answered())
    limited, broke, done = (row(database, run, number) for number in (1, 2, 3))
    assert [each["state"] for each in (limited, broke, done)] == ["retried", "retried", "complete"]
    assert (limited["cost"], limited["certainty"], limited["prompt_tokens"]) == (0, "exact", None)
    assert (broke["certainty"], broke["completion_tokens"]) == ("estimated", 0)
    assert broke["cost"] == broke["prompt_tokens"] * 1000
    unmade = await sent(database, Outcome(State.ERROR, REQUEST, error=ConnectionFailed("no such host", not_sent=True)))
    assert row(database, unmade)["error_kind"] == "connection"
    (whole,) = Ledger(database).sums(By.DAY)
    assert (whole.requests, whole.retried, whole.retried_cost) == (4, 2, broke["cost"])


async def test_a_stopped_one_is_counted_here(database: Database) -> None:
    run = await sent(database, replace(answered(None), state=State.CANCELLED))
    found = row(database, run)
    assert (found["state"], found["counted"], found["certainty"]) == ("cancelled", "counted", "estimated")
    assert found["cost"] == found["prompt_tokens"] * 1000 + 2000


async def test_practice_is_free_and_an_unknown_price_is_unknown(database: Database) -> None:
    await sent(database, answered(), connection=PRACTICE)
    nobody = replace(OPENAI, base_url="https://gateway.example/v1", host="gateway.example", name="gateway")
    record = await History(database).begin(prompt=PROMPT, request=REQUEST, connection=nobody)
    record.attempt(1)
    await record.end(answered())
    whole = total(Ledger(database).sums(By.CONNECTION))
    assert (whole.requests, whole.free, whole.free_tokens, whole.unknown, whole.cost) == (2, 1, 110, 1, 0)
    by_connection = {each.key: each.cost_text for each in Ledger(database).sums(By.CONNECTION)}
    assert by_connection == {"practice": "free", "gateway": "price unknown"}


def insert(database: Database, *moments: datetime) -> None:
    rows = [
        (
            "INSERT INTO ledger VALUES (?, 1, 's', ?, 'tui', 'm', '', 'c', 'h', 'complete', NULL, 1, 0, 1, 0, "
            "'reported', 5, 'exact', '')",
            (f"r{number}", at.astimezone(UTC).isoformat(timespec="microseconds")),
        )
        for number, at in enumerate(moments)
    ]
    database.submit(Write(lambda: rows))
    assert database.flush()


def test_a_day_is_the_persons_own(database: Database) -> None:
    insert(
        database,
        datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=SEOUL),
        datetime(2026, 3, 2, 0, 0, tzinfo=SEOUL),
        datetime(2026, 3, 2, 23, 59, 59, tzinfo=SEOUL),
    )
    assert [(each.key, each.requests) for each in Ledger(database, SEOUL).sums(By.DAY)] == [
        ("2026-03-01", 1),
        ("2026-03-02", 2),
    ]
    assert [each.key for each in Ledger(database, UTC).sums(By.DAY)] == ["2026-03-01", "2026-03-02"]
    assert Ledger(database, SEOUL).spent(date(2026, 3, 2)).cost == 10
    assert [each.requests for each in Ledger(database, SEOUL).sums(By.MODEL, date(2026, 3, 1), date(2026, 3, 1))] == [1]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # the clock goes from 24:00 to 01:00: there is no midnight
        ("America/Havana", date(2026, 11, 1), 25),  # there are two
        ("Asia/Kathmandu", date(2026, 1, 1), 24),
    ],
)
def test_days_of_23_and_25_hours_are_whole(database: Database, zone: str, day: date, hours: int) -> None:
    ledger = Ledger(database, ZoneInfo(zone))
    start, end = ledger.start_of(day), ledger.start_of(date.fromordinal(day.toordinal() + 1))
    assert (end - start).total_seconds() == hours * 3600


async def test_a_deleted_run_is_still_accounted_for(database: Database) -> None:
    run = await sent(database, answered())
    Deletions(database).forget([run])
    assert History(database).get(run) is None
    (whole,) = Ledger(database).sums(By.PRESET)
    assert (whole.key, whole.requests, whole.prompt_tokens, whole.cost) == ("p", 1, 100, 100_000)


seconds = st.integers(0, 12 * 86_400)
starts = st.sampled_from(
    [datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 8, 30, tzinfo=UTC), datetime(2011, 12, 25, tzinfo=UTC)]
)
"""Before clocks are changed in Europe and in Chile, and before the day that Samoa left out."""
zones = st.sampled_from(["UTC", "Asia/Seoul", "America/Santiago", "Asia/Kathmandu", "Europe/Berlin", "Pacific/Apia"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(seconds, min_size=1, max_size=12), starts, zones)
def test_every_request_is_in_one_day_and_sums_are_exact(
    database: Database, moments: list[int], start: datetime, zone: str
) -> None:
    database.submit(Write(lambda: [("DELETE FROM ledger", ())]))
    there = ZoneInfo(zone)
    times = [start + timedelta(seconds=each) for each in moments]
    insert(database, *times)
    ledger = Ledger(database, there)
    days = Counter(at.astimezone(there).date().isoformat() for at in times)
    sums = ledger.sums(By.DAY, until=start.date() + timedelta(days=14))
    assert [(each.key, each.requests) for each in sums] == sorted(days.items())
    assert [each[:2] for each in ledger.daily(until=start.date() + timedelta(days=14))] == sorted(days.items())
    whole = total(ledger.sums(By.CONNECTION))
    assert (whole.requests, whole.cost) == (len(times), 5 * len(times))
