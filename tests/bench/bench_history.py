"""What the history of 100,000 runs costs: opening it, searching it, a run of 20 MB, and the index. Run it by hand:

    .venv/bin/python tests/bench/bench_history.py [--runs N] [-n TIMES] [--keep FOLDER]

A database is filled with generated runs, half of them Korean (history_rows.py), and indexed. Then, in this process:
the first page of a search for several kinds of words, beside a plain LIKE over the same texts. Then the whole program
in a terminal of 120x40: from ^R to the newest row, from a pasted word to its first row, and from the cursor on a
run of 20 MB to its first line. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.harness import Figure, Program, Row, print_table
from tests.bench.history_rows import ABSENT, RARE, RARE_KOREAN, fill
from tests.support.storage import a_connection, a_prompt, a_request
from tests.support.terminal import clean_environ
from workbench.adapters import search_index
from workbench.adapters.database import Database
from workbench.adapters.database_file import connect
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.adapters.history_search import HistorySearch
from workbench.adapters.search_index import SearchIndex
from workbench.core.events import State
from workbench.core.history_query import HistoryQuery
from workbench.core.outcome import Answer, Choice, Outcome

NEEDLES = {
    "rare": RARE,
    "rare, Korean": RARE_KOREAN,
    "frequent": "default",
    "two words": "exception handler",
    "two syllables": "점심",
    "one syllable": "뉴",
    "one letter": "q",
    "absent": ABSENT,
    "absent, one syllable": "뷁",
}
FOUND = "prompt 0 "
"""On the row of the newest run that has the rare word (history_rows.py)."""
FIRST_LINE = "answer · stop · the first of"
PAGE = 100
OPENS_MS, FINDS_MS = 300, 200
LARGE = 20_000_000
LIKE = """
SELECT r.id FROM runs r JOIN bodies b ON b.run = r.id JOIN answers a ON a.run = r.id
WHERE b.request LIKE ? OR a.text LIKE ? ORDER BY r.id DESC LIMIT 100
"""


def prepare(home: Path, runs: int) -> Paths:
    """Fill and index a database, unless it is there; say what that took."""
    paths = Paths.find({"WORKBENCH_HOME": str(home)})
    if paths.database.exists():
        return paths
    Database.open(paths).close(60)
    size = fill(paths.database, runs)
    before = paths.database.stat().st_size
    print(f"{runs:,} runs: {size / 1e6:.0f} MB of text, a database of {before / 1e6:.0f} MB")
    database = Database.open(paths)
    search_index._BREATH = 0
    began = time.perf_counter()
    SearchIndex(database).keep_up(lambda: True)
    took = time.perf_counter() - began
    database.flush(60)
    with database.read() as connection:
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search%' OR name LIKE '%search_places%'"
        (index,) = connection.execute(query).fetchone()
        (gram_rows,) = connection.execute("SELECT count(*) FROM search_grams").fetchone()
    database.close(60)
    print(
        f"index: {index / 1e6:.0f} MB ({index / size:.0%} of the text, {index / before:.0%} of the database), "
        f"{gram_rows:,} rows; {1e3 * took / runs:.2f} ms a run, without the rests"
    )
    (home / "first-start").touch()
    return paths


def searches(paths: Paths, times: int) -> list[Row]:
    """The first page of each search, in this process."""
    database = Database.open(paths)
    search = HistorySearch(database)
    rows = []
    for kind, needle in NEEDLES.items():
        query = HistoryQuery(needle)
        took = [_timed(partial(search.page, query, limit=PAGE)) for _ in range(times)]
        found = len(search.page(HistoryQuery(needle), limit=PAGE).runs)
        with closing(connect(paths.database, read_only=True)) as connection:
            floor = [_timed(partial(_like, connection, needle)) for _ in range(min(times, 2))]
        name = f"first page, {kind} ({needle}): {found}"
        rows.append(Row(name, "ms", Figure.median(took), "plain LIKE", Figure.median(floor), FINDS_MS, "value"))
    listed = [_timed(partial(search.page, HistoryQuery(), limit=PAGE)) for _ in range(times)]
    rows.append(Row("first page of all", "ms", Figure.median(listed)))
    filtered = [_timed(partial(search.page, HistoryQuery(model="nobody"), limit=PAGE)) for _ in range(times)]
    rows.append(Row("a filter that nothing fits", "ms", Figure.median(filtered)))
    database.close(60)
    return rows


def _like(connection: sqlite3.Connection, needle: str) -> None:
    connection.execute(LIKE, (f"%{needle}%",) * 2).fetchall()


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return 1e3 * (time.perf_counter() - began)


async def add_large(paths: Paths) -> None:
    """A run of 20 MB, the newest."""
    database = Database.open(paths)
    text = "a line of a very large answer 한글\n" * (LARGE // 38)
    answer = Answer((Choice(0, text, "stop"),), "m-1", None, {"choices": [{"message": {"content": text}}]})
    record = await History(database).begin(prompt=a_prompt(), request=a_request(), connection=a_connection())
    await record.end(Outcome(State.COMPLETE, a_request(), answer, attempts=1))
    database.flush(60)
    database.close(60)


class Seen:
    """What a person waits for, in the whole program."""

    def __init__(self, home: Path, newest: str) -> None:
        environ = {"PYTHONPATH": str(Path(__file__).parents[2]), "WORKBENCH_HOME": str(home)}
        with Program([sys.executable, "-m", "workbench"], clean_environ(home, environ), home) as program:
            program.wait("message", 0)
            program.rest()
            self.opens_ms = self._key(program, "\x12", newest)
            program.rest()
            self.again_ms = self._reopened(program, newest)
            program.rest()
            self.finds_ms = {kind: self._find(program, needle) for kind, needle in (("rare", RARE), ("absent", ABSENT))}

    @staticmethod
    def _key(program: Program, key: str, then: str) -> float:
        mark = program.mark()
        began = program.send(key)
        return 1e3 * (program.wait(then, mark, 30) - began)

    def _reopened(self, program: Program, newest: str) -> float:
        program.send("\x1b")
        program.rest()
        return self._key(program, "\x12", newest)

    def _find(self, program: Program, needle: str) -> float:
        took = self._key(program, needle, "nothing has that" if needle == ABSENT else FOUND)
        program.rest()
        program.send("\x7f" * len(needle))
        program.rest()
        return took


class LargeSeen:
    """How soon the first line of a run of 20 MB is read."""

    def __init__(self, home: Path) -> None:
        environ = {"PYTHONPATH": str(Path(__file__).parents[2]), "WORKBENCH_HOME": str(home)}
        with Program([sys.executable, "-m", "workbench"], clean_environ(home, environ), home) as program:
            program.wait("message", 0)
            program.rest()
            mark = program.mark()
            began = program.send("\x12")
            self.first_ms = 1e3 * (program.wait(FIRST_LINE, mark, 60) - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("-n", type=int, default=5, metavar="TIMES", help="of everything")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the database there, or use the one that is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        home = options.keep or Path(name)
        home.mkdir(exist_ok=True)
        paths = prepare(home, options.runs)
        rows = searches(paths, options.n)
        seen = [Seen(home, f"prompt {(options.runs - 1) % 400}") for _ in range(options.n)]
        rows += [
            Row(
                "^R to the newest row, the first time",
                "ms",
                Figure.median([each.opens_ms for each in seen]),
                target=OPENS_MS,
                of="value",
            ),
            Row("^R again", "ms", Figure.median([each.again_ms for each in seen]), target=OPENS_MS, of="value"),
            *(
                Row(
                    f"a word pasted to what it finds, {kind}",
                    "ms",
                    Figure.median([each.finds_ms[kind] for each in seen]),
                    target=FINDS_MS,
                    of="value",
                )
                for kind in seen[0].finds_ms
            ),
        ]
        if options.keep is None:
            asyncio.run(add_large(paths))
            large = [LargeSeen(home).first_ms for _ in range(min(3, options.n))]
            rows.append(Row("^R to the first line of a run of 20 MB", "ms", Figure.median(large)))
        print_table(rows)


if __name__ == "__main__":
    main()
