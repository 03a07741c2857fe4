"""What endpoints taught and what hosts are trusted with, over a restart."""

from __future__ import annotations

from pathlib import Path

from tests.support.storage import paths_in
from workbench.adapters.database import Database
from workbench.adapters.lessons import LessonStore
from workbench.core.models import Lessons


def test_lessons_last_and_are_cleared_per_host(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    database = Database.open(paths)
    store = LessonStore(database)
    assert store.get("a") == Lessons()
    store.learn_refused("a", "m-1", "temperature")
    store.learn_refused("a", "m-1", "temperature")
    store.learn_refused("a", "m-2", "top_p")
    store.learn_no_stream_usage("a")
    store.learn_wants_max_tokens("b:8080")
    taught = Lessons(True, False, frozenset({("m-1", "temperature"), ("m-2", "top_p")}))
    assert store.get("a") == taught
    assert database.close() == 0

    database = Database.open(paths)
    store = LessonStore(database)
    assert store.get("a") == taught
    assert store.get("b:8080") == Lessons(wants_max_tokens=True)
    store.clear("a")
    assert store.get("a") == Lessons()
    database.close()

    database = Database.open(paths)
    store = LessonStore(database)
    assert store.get("a") == Lessons()
    assert store.get("b:8080").wants_max_tokens
    database.close()


def test_trust_is_for_one_host_and_one_thing(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    database = Database.open(paths)
    store = LessonStore(database)
    store.trust("a", "plain-http")
    store.trust("a", "plain-http")
    store.clear("a")
    database.close()
    database = Database.open(paths)
    store = LessonStore(database)
    assert store.trusts("a", "plain-http")
    assert not store.trusts("a", "base-url-from-dotenv")
    assert not store.trusts("b", "plain-http")
    database.close()


def test_a_no_is_remembered_and_a_later_yes_counts(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    database = Database.open(paths)
    LessonStore(database).decline("a", "plain-http")
    database.close()
    database = Database.open(paths)
    store = LessonStore(database)
    assert store.declined("a", "plain-http")
    assert not store.declined("b", "plain-http")
    assert not store.trusts("a", "plain-http")
    store.trust("a", "plain-http")
    assert store.trusts("a", "plain-http")
    database.close()
