"""A grid in a process of its own, to be killed.

    python -m tests.support.grid_process <home> <url> <columns> <ended> <stuck>

Says "on disk" once so many cells have ended, as many as never end have some text, and all that came is written.
"""

from __future__ import annotations

import asyncio
import sys

from tests.support.grid import GridBench, an_experiment
from workbench.adapters.database import Database
from workbench.adapters.files import Paths
from workbench.core.connection import Connection
from workbench.core.wire import Limits


async def main(home: str, url: str, columns: str, ended: str, stuck: str) -> None:
    database = Database.open(Paths.find({"WORKBENCH_HOME": home}))
    bench = GridBench(database, Connection("test", "endpoint", url, url.split("/")[2]))
    bench.limits = Limits()
    running = asyncio.create_task(bench.grid(an_experiment(int(columns))).execute())
    await bench.until(lambda: len(bench.ended) == int(ended) and len(bench.with_text) == int(ended) + int(stuck))
    assert database.flush(10)
    print("on disk", flush=True)
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
