"""Runs are found by any part of their texts, indexed or not, newest first, and not any more once they are deleted."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.settle import until
from tests.support.storage import a_connection, a_prompt, a_request, an_outcome
from workbench.adapters import index_keeper, search_index
from workbench.adapters.database import Database
from workbench.adapters.deletions import Deletions
from workbench.adapters.history import History
from workbench.adapters.history_search import HistorySearch, Page
from workbench.adapters.index_keeper import IndexKeeper
from workbench.adapters.search_index import SearchIndex
from workbench.core.events import State, TextDelta
from workbench.core.history_query import HistoryQuery

FIRST = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANSWERS = [f"answer {number} " + ("점심 메뉴는 비빔밥" if number % 3 else "Straße and CAFÉ") for number in range(40)]


async def stored(database: Database, *, state: State = State.COMPLETE) -> list[str]:
    """Forty runs an hour apart, with an answer each; their ids, oldest first."""
    history, ids = History(database), []
    for number, text in enumerate(ANSWERS):
        record = await history.begin(
            prompt=a_prompt(f"question <{number}> \\path"),
            request=a_request(f"question <{number}> \\path"),
            connection=a_connection(),
            at=FIRST + timedelta(hours=number),
        )
        ids.append(record.id)
        record.end(an_outcome(text, cost=number / 100, state=state))
    assert database.flush()
    return ids


def all_of(search: HistorySearch, text: str, limit: int = 7) -> list[str]:
    """The ids on all pages."""
    found: list[str] = []
    page = Page((), "~")
    while page.reached is not None:
        page = search.page(HistoryQuery(text), before=page.reached, limit=limit)
        found += [run.id for run in page.runs]
    return found


@pytest.mark.parametrize(("full", "waiting"), [(0, 40), (12, 4), (20, 0)])
async def test_each_way_of_finding_finds_the_same(
    database: Database, full: int, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await stored(database)
    if full:
        monkeypatch.setattr(search_index, "_FULL", full)
        SearchIndex(database).keep_up(lambda: True)
    assert SearchIndex(database).waiting() == waiting
    search = HistorySearch(database)
    for needle in ("메뉴", "뉴", "뉴는 비", "STRASSE", "é", "e", "er 1", "<7>", "<7> \\p", "nowhere", "zq", "Q"):
        key = unicodedata.normalize("NFC", needle.casefold())
        expected = [
            id
            for number, (id, text) in enumerate(zip(ids, ANSWERS, strict=True))
            if any(key in each.casefold() for each in (text, f"question <{number}> \\path", "greeting", "Be brief"))
            or key in "thought"
        ]
        assert all_of(search, unicodedata.normalize("NFD", needle)) == expected[::-1], needle


async def test_filters_narrow_a_search_and_stand_alone(database: Database) -> None:
    ids = await stored(database)
    search = HistorySearch(database)

    def found(**asked: object) -> list[str]:
        return [run.id for run in search.page(HistoryQuery(**asked)).runs]  # type: ignore[arg-type]

    assert found(over_usd=0.365) == ids[:36:-1]
    assert found(text="점심", over_usd=0.365) == [ids[38], ids[37]]
    assert found(model="M-1-2026", under_usd=0.015) == ids[1::-1]
    assert found(model="other") == found(starred=True) == found(states=("running", "failed")) == []
    day = date(2026, 11, 21)
    within = [
        id for id in ids if datetime.strptime(id[:13], "%Y%m%d-%H%M").replace(tzinfo=UTC).astimezone().date() == day
    ]
    assert found(since=day, until=day) == within[::-1]


async def test_a_run_is_found_by_its_note_and_while_it_runs(database: Database) -> None:
    record = await History(database).begin(prompt=a_prompt(), request=a_request(), connection=a_connection())
    record.append([TextDelta(0, "half a senten")])
    assert database.flush()
    assert all_of(HistorySearch(database), "half a sen") == [record.id]
    database.write_now("UPDATE runs SET note = 'the BEST one' WHERE id = ?", (record.id,))
    assert all_of(HistorySearch(database), "best") == [record.id]


async def test_deleting_takes_the_index_along(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await stored(database)
    monkeypatch.setattr(search_index, "_FULL", 20)
    SearchIndex(database).keep_up(lambda: True)
    Deletions(database).forget([ids[3]])
    search = HistorySearch(database)
    assert all_of(search, "answer") == [id for id in reversed(ids) if id != ids[3]]
    with database.read() as connection:
        (indexed,) = connection.execute("SELECT count(*) FROM search_places").fetchone()
        assert indexed == 20  # the block that it was in is gone, and the others of it wait
        assert connection.execute("SELECT count(DISTINCT block) FROM search_grams").fetchone() == (1,)
    assert SearchIndex(database).waiting() == 19


async def test_the_index_is_kept_up_until_it_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await stored(database)
    monkeypatch.setattr(search_index, "_FULL", 20)
    monkeypatch.setattr(index_keeper, "_FIRST_SECONDS", 0.01)
    keeper = IndexKeeper(database)
    keeper.start()
    await until(lambda: SearchIndex(database).waiting() == 0)
    keeper.stop()
    assert all_of(HistorySearch(database), "answer 7") == [ids[7]]
