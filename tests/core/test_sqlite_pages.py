"""Rows read from the pages of an SQLite file: all of a whole one, and of a damaged one what is in whole pages."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.sqlite_pages import DamagedFile, Row, Value

PAGE = 512
"""Bytes; small, so that rows go on over several."""
Rows = list[tuple[Value, ...]]

values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=1500),
    st.binary(max_size=3000),
)


@contextlib.contextmanager
def a_file(rows: Rows, *, checkpoint: bool = True, page: int = PAGE) -> Iterator[tuple[bytes, bytes]]:
    """The bytes of a database with these rows in its table `kept`, and those of its log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "db"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {page}")
            connection.execute("CREATE TABLE kept (a, b)")
            connection.execute("CREATE TABLE gone (a, b)")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO gone VALUES (?, ?)", [("gone", "x" * 900)] * 9)
            connection.executemany("INSERT INTO kept VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            connection.execute("DROP TABLE gone")
            if checkpoint:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield path.read_bytes(), (Path(folder) / "db-wal").read_bytes()


def read(data: bytes, log: bytes = b"") -> list[Row]:
    return list(DamagedFile(data, log).rows())


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(values, values), max_size=40), checkpoint=st.booleans())
def test_a_whole_file_is_read_whole_and_nothing_that_was_deleted(rows: Rows, checkpoint: bool) -> None:
    with a_file(rows, checkpoint=checkpoint) as (data, log):
        damaged = DamagedFile(data, log)
        found = [row for row in damaged.rows() if row.table != "sqlite_master"]
    assert Counter(map(repr, found)) == Counter(repr(Row("kept", row)) for row in rows)
    assert damaged.unreadable == 0


SMALL: Rows = [(number, f"row {number:04} " * 5) for number in range(300)]
LARGE: Rows = [(number, f"{number:04}" * 400) for number in range(60)]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.sampled_from([SMALL, LARGE]), first=st.booleans())
def test_damaged_pages_cost_their_own_rows_and_bring_none_in(seed: int, rows: Rows, first: bool) -> None:
    size = 4096 if first else PAGE  # without its first page a file does not tell the size of the others
    with a_file(rows, page=size) as (data, _):
        pass
    chance, pages = random.Random(seed), bytearray(data)
    hit = {0} if first else set(chance.sample(range(1, len(data) // size), 3))
    for page in hit:
        what = chance.choice([bytes(size), chance.randbytes(size), b"\xff" * size])
        pages[page * size : (page + 1) * size] = what
    cut = chance.choice([0, 0, 700])
    pages = pages[: len(pages) - cut]
    lost = len(hit - {0}) + -(-cut // size)
    # Of a row that is whole in its page, all is there; what is on other pages may be those of other rows by now.
    found = {values for _, values in read(bytes(pages)) if len(values) == 2 and isinstance(values[0], int)}
    assert len({values for values in rows if values not in found}) <= lost * (size // 40 + 1)
    if rows is SMALL:
        assert found <= set(rows)


@pytest.mark.parametrize("size", [0, 1, 99, 100, 511, 512, 5000])
def test_what_is_no_database_has_no_rows(size: int) -> None:
    assert read(random.Random(size).randbytes(size)) == []
    assert read(b"SQLite format 3\x00" + bytes(size)) == []
    assert read(b"\x0d" * size) == []


def test_a_log_that_was_begun_again_gives_nothing_old() -> None:
    with a_file(SMALL, checkpoint=False) as (data, log):
        torn = bytearray(log)
        torn[16:20] = b"new!"  # its salt
        assert [row for row in read(data, bytes(torn)) if row.table == "kept"] == []
        assert len([row for row in read(data, log[:-1]) if row.table == "kept"]) in (0, 300)
