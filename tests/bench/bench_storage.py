"""How long history of many runs takes to be brought up to date, to lose some, to be written anew, to be salvaged.

    .venv/bin/python tests/bench/bench_storage.py            # 100,000 runs, about a minute
    .venv/bin/python tests/bench/bench_storage.py -n 20000

Each figure stands beside a floor of the same run: reading, and copying, the bytes of the file once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.history_rows import fill
from workbench.adapters.database import Database
from workbench.adapters.database_file import connect
from workbench.adapters.deletions import Deletions
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.adapters.history_pick import Rule, meant, sizes
from workbench.adapters.migrations import MIGRATIONS, migrate
from workbench.adapters.salvage import salvage

OLDEST = 4
"""The schema that a file is brought up to date from."""


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what:<62} {time.perf_counter() - began:8.3f} s", flush=True)


def older(newest: Path, path: Path) -> None:
    """The same runs in a file of an older schema."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        migrate(connection, path, MIGRATIONS[:OLDEST])
        connection.execute("ATTACH ? AS newest", (str(newest),))
        for table in ("runs", "bodies", "answers"):
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM newest.{table}")
        connection.execute("DETACH newest")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(count: int, folder: Path) -> None:
    paths = Paths.find({"WORKBENCH_HOME": str(folder / "home")})
    Database.open(paths).close()
    fill(paths.database, count)
    with contextlib.closing(connect(paths.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"{count:,} runs, {paths.database.stat().st_size / 1e6:,.1f} MB")
    with timed("floor: read the file"):
        paths.database.read_bytes()
    with timed("floor: copy the file and sync it"):
        shutil.copy(paths.database, folder / "copy")
        with (folder / "copy").open("rb") as file:
            os.fsync(file.fileno())

    old = folder / "old.db"
    older(paths.database, old)
    with contextlib.closing(connect(old)) as connection, timed(f"bring schema {OLDEST} up to date, with its backup"):
        migrate(connection, old)

    database = Database.open(paths)
    deletions, history = Deletions(database), History(database)
    with timed("hide one run, until it is on the disk"):
        deletions.hide([history.recent(1)[0].id]).result(10)
    with timed("forget it: no trace in any file"):
        assert deletions.forget_hidden().total == 1
    with timed("what prune --keep would take, and its size"), database.read() as connection:
        found = meant(connection, Rule(keep=count - count // 10))
        sizes(connection, found)
    with timed(f"forget {len(found):,} runs"):
        assert not deletions.forget(entry.id for entry in found).waiting
    with timed("vacuum"):
        assert deletions.write_anew() == ""

    data = bytearray((folder / "copy").read_bytes())
    data[:4096] = bytes(4096)
    damaged = folder / "damaged.db"
    damaged.write_bytes(data)
    other = Database.open(Paths.find({"WORKBENCH_HOME": str(folder / "other")}))
    with timed("salvage a file whose first page is gone"):
        salvaged = salvage(damaged, other)
    print(f"    {salvaged.runs:,} of {count:,} runs")
    other.close()
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=100_000, help="how many runs")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        measure(parser.parse_args().n, Path(folder))


if __name__ == "__main__":
    main()
