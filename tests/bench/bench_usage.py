"""What the sums of the usage screen take over a large ledger, beside reading one column of it alone, in one run.

    .venv/bin/python tests/bench/bench_usage.py [ROWS] [DAYS]

Fills a ledger in a temporary folder with ROWS (100,000) requests of the last DAYS (365), spread by chance over twelve
models, thirty presets and three connections, and prints milliseconds, the best of several rounds: each of the sums,
what the screen reads when it opens and at its slowest, and what a budget asks before each request. The floor is SQLite
adding up one column of the same rows. Every reading opens the database anew, as the program does.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from workbench.adapters.accounts import Accounts
from workbench.adapters.database import Database
from workbench.adapters.files import Paths
from workbench.adapters.ledger import Ledger
from workbench.adapters.prices import newest_change
from workbench.adapters.settings import Settings
from workbench.adapters.write import Write
from workbench.core.ledger import By
from workbench.spending import Spending

ROWS, DAYS = 100_000, 365
ROUNDS = 7
_BATCH = 20_000
_INSERT = """
INSERT INTO ledger (run, attempt, session, sent_at, source, model, preset, connection, host, state, error_kind,
  prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, counted, cost, certainty, price)
VALUES (?, 1, 's', ?, 'tui', ?, ?, ?, 'h', ?, NULL, ?, ?, ?, ?, ?, ?, ?, 'genai-prices 1')
"""


def a_row(number: int, at: datetime, chance: random.Random) -> tuple[object, ...]:
    """A request: one in thirty failed, one in ten estimated, one in twenty without a price."""
    prompt, answer = chance.randrange(20, 6_000), chance.randrange(10, 2_000)
    certainty = chance.choice(("exact",) * 17 + ("estimated", "estimated", "unknown"))
    return (
        f"{at:%Y%m%d-%H%M%S%f}-{number:06x}",
        at.isoformat(timespec="microseconds"),
        f"model-{chance.randrange(12)}",
        f"preset-{chance.randrange(30)}" if chance.random() < 0.7 else "",
        chance.choice(("openai", "gateway", "ollama")),
        chance.choice(("complete",) * 29 + ("error",)),
        prompt,
        prompt // 3,
        answer,
        answer // 5,
        "reported" if certainty == "exact" else "counted",
        None if certainty == "unknown" else prompt * 750 + answer * 4_500,
        certainty,
    )


def fill(database: Database, rows: int, days: int) -> None:
    """The ledger's rows, in the order of their times."""
    chance = random.Random(6)
    now = datetime.now(UTC)
    times = sorted(now - timedelta(seconds=chance.random() * days * 86_400) for _ in range(rows))
    made = [(_INSERT, a_row(number, at, chance)) for number, at in enumerate(times)]
    for start in range(0, rows, _BATCH):
        database.submit(Write(partial(list, made[start : start + _BATCH]))).result(120)


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the quickest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def main(rows: int, days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Paths.find({"WORKBENCH_HOME": folder}))
        try:
            fill(database, rows, days)
            measure(database, rows, days)
        finally:
            database.close()


def measure(database: Database, rows: int, days: int) -> None:
    ledger = Ledger(database)
    spending = Spending(ledger, Accounts(), lambda: Settings(budget_day=1.0, budget_month=20.0), Path("settings.toml"))
    newest_change()  # read once by a process

    def floor() -> None:
        with database.read() as connection:
            connection.execute("SELECT sum(prompt_tokens) FROM ledger").fetchone()

    print(f"{rows:,} requests in {days} days; milliseconds, best of {ROUNDS}")
    print(f"  floor: one column summed     {best(floor):7.1f}")
    for by in By:
        print(f"  by {by.value:<12} all of them  {best(partial(ledger.sums, by)):7.1f}")
    print(f"  the screen as it opens       {best(lambda: spending.look(By.DAY, 30)):7.1f}")
    print(f"  its slowest: model, all time {best(lambda: spending.look(By.MODEL, None)):7.1f}")
    print(f"  the budgets, before a send   {best(spending.uses):7.1f}")


if __name__ == "__main__":
    main(*(int(each.replace(",", "")) for each in sys.argv[1:3]), *(ROWS, DAYS)[len(sys.argv[1:3]) :])
