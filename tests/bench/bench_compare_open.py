"""What opening a comparison of 1,000 cells from history takes, and what it does to the memory. Run it by hand:

    .venv/bin/python tests/bench/bench_compare_open.py [-n RUNS] [--cells N]

The whole program in a terminal of 200x50, from the Enter in the list of comparisons to the first word of an answer,
beside what reading the rows of its cells, runs and answers costs alone, in a process of its own. Then every case is
paged to, and an answer of each is looked for on the screen. The memory is that of the program once it is at rest, with
short answers and with long ones: by how much it differs, beside how much the answers do. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import harness
from tests.bench.harness import Figure, Late, Program, Row, print_table
from tests.support.terminal import clean_environ

COLUMNS, REPEATS = 4, 5
WORDS = "the model writes words in a paragraph 한글도 나온다 and goes on with another one".split()
SHORT, LONG = 400, 1600
"""Words of an answer: 2.4 kB, 9.6 kB."""
TARGET_MS = 300
FLOOR = (
    "SELECT c.column_index, c.case_index, c.repeat_index, c.state, r.*, a.text FROM cells c "
    "JOIN runs r ON r.id = c.run JOIN answers a ON a.run = c.run WHERE c.experiment = ? "
    "ORDER BY c.repeat_index, c.case_index, c.column_index"
)


def name_of(column: int, case: int, repeat: int) -> str:
    """The first word of an answer."""
    return f"answer-{column}-{case}-{repeat}"


def answer(column: int, case: int, repeat: int, words: int) -> str:
    chance = random.Random(name_of(column, case, repeat))
    return f"{name_of(column, case, repeat)} " + " ".join(chance.choices(WORDS, k=words))


async def fill(home: Path, cells: int, words: int) -> str:
    """Store an experiment of so many cells, as a grid would; its id."""
    from workbench.adapters.database import Database
    from workbench.adapters.experiments import Experiments
    from workbench.adapters.files import Paths
    from workbench.adapters.history import History
    from workbench.core.axes import Axis
    from workbench.core.connection import Connection
    from workbench.core.events import State
    from workbench.core.experiment import Experiment
    from workbench.core.grid_values import GridState
    from workbench.core.outcome import Answer, Choice, Outcome, Timings
    from workbench.core.prompt import Message, Prompt, Role
    from workbench.core.request import build_request

    database = Database.open(Paths.find({"WORKBENCH_HOME": str(home)}))
    prompt = Prompt(name="rain", model="practice-fast", messages=(Message(Role.USER, "tell me about {{what}} " * 40),))
    cases = tuple({"what": f"rain {number}"} for number in range(cells // COLUMNS // REPEATS))
    experiment = Experiment(prompt, (Axis("temperature", (0, 0.5, 1, 1.5)),), REPEATS, cases)
    connection = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")
    history, record = History(database), Experiments(database).new()
    await record.begin(experiment)
    for cell in experiment.cells():
        request = build_request(experiment.prompt_of(cell))
        run = await history.begin(prompt=experiment.prompt_of(cell), request=request, connection=connection)
        text = answer(*cell, words)
        usage: dict[str, Any] = {"prompt_tokens": 200, "completion_tokens": words, "total_tokens": 200 + words}
        reply = Answer((Choice(0, text, "stop"),), "practice-fast", usage, {"choices": [{"message": text}]})
        outcome = Outcome(State.COMPLETE, request, reply, timings=Timings(0.1, 0.1, 1.0), attempts=1, cost_usd=0.0)
        record.cell(cell, run.id)
        await run.end(outcome)
        record.cell(cell, run.id, State.COMPLETE)
    await record.end(GridState.COMPLETE)
    assert database.flush(120)
    database.close()
    return record.id


def read_rows(home: Path, experiment: str) -> None:
    """The floor: read the rows, and nothing else; prints the milliseconds."""
    from workbench.adapters.database_file import connect

    began = time.perf_counter()
    with closing(connect(home / "workbench.db")) as connection:
        rows = connection.execute(FLOOR, (experiment,)).fetchall()
    assert rows
    print(1e3 * (time.perf_counter() - began))


def floor(home: Path, experiment: str) -> float:
    command = [sys.executable, __file__, "--rows", str(home), experiment]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


class Opened:
    """The program with the experiment on its screen."""

    def __init__(self, home: Path, cases: int) -> None:
        environ = {"PYTHONPATH": str(Path(__file__).parents[2]), "WORKBENCH_HOME": str(home)}
        self.lost: list[str] = []
        """Answers that were paged to and did not come."""
        self.step_ms: list[float] = []
        with Program([sys.executable, "-m", "workbench"], clean_environ(home, environ), home) as program:
            program.wait("message", 0)
            program.rest()
            self.before_mb = _resident_mb(program.pid)
            self._press(program, "\x10", "Search")
            self._press(program, "open a comparison", "One of before")
            self._press(program, "\r", "1,000 cells" if cases == 50 else "cells")
            program.rest()
            mark = program.mark()
            began = program.send("\r")
            self.open_ms = 1e3 * (program.wait(name_of(0, 0, 0), mark) - began)
            program.rest(seconds=300)
            for case in range(1, cases):
                mark = program.mark()
                pressed = program.send("\x1b[6~")
                try:
                    self.step_ms.append(1e3 * (program.wait(name_of(0, case, 0), mark, 5) - pressed))
                except Late:
                    self.lost.append(name_of(0, case, 0))
            program.rest()
            self.grown_mb = _resident_mb(program.pid) - self.before_mb

    @staticmethod
    def _press(program: Program, keys: str, then: str) -> None:
        mark = program.mark()
        program.send(keys)
        program.wait(then, mark)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=3, metavar="RUNS", help="of everything")
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--rows", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rows:
        read_rows(Path(options.rows[0]), options.rows[1])
        return
    harness.COLUMNS, harness.ROWS = 200, 50
    cases = options.cells // COLUMNS // REPEATS
    floors: list[float] = []
    opened: dict[int, list[Opened]] = {SHORT: [], LONG: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        filled = {words: Path(name, str(words)) for words in opened}
        ids = {}
        for words, home in filled.items():
            home.mkdir()
            ids[words] = asyncio.run(fill(home, options.cells, words))
        for _ in range(options.n):
            floors.append(floor(filled[SHORT], ids[SHORT]))
            for words, home in filled.items():
                opened[words].append(Opened(home, cases))
    _print(options.cells, floors, opened)


def _print(cells: int, floors: list[float], opened: dict[int, list[Opened]]) -> None:
    short = opened[SHORT]
    more_mb = cells * (len(answer(0, 0, 0, LONG).encode()) - len(answer(0, 0, 0, SHORT).encode())) / 1e6
    grown = [long.grown_mb - each.grown_mb for long, each in zip(opened[LONG], short, strict=True)]
    rows = [
        Row(
            f"opening {cells:,} cells",
            "ms",
            Figure.median([each.open_ms for each in short]),
            "reading their rows alone",
            Figure.median(floors),
            TARGET_MS,
            "value",
        ),
        Row("a case further, p95", "ms", Figure.quantile([each.step_ms for each in short], 95)),
        Row(f"memory for {SHORT} words each", "MB", Figure.median([each.grown_mb for each in short])),
        Row(
            f"memory more for {LONG} words each",
            "MB",
            Figure.median(grown),
            "the answers are larger by",
            Figure(more_mb, more_mb, more_mb),
        ),
    ]
    print_table(rows)
    lost = [name for runs in opened.values() for each in runs for name in each.lost]
    print(f"answers that were paged to and did not come: {', '.join(lost) or 'none'}")


if __name__ == "__main__":
    main()
