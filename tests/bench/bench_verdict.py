"""What a verdict on many answers costs, and how long it keeps an event loop waiting beside it. Run it by hand:

    .venv/bin/python tests/bench/bench_verdict.py [NAME ...]

Prints the seconds of CPU for answers of 300 words, made up as in tests/core/compare/worlds.py, and how late a loop is
that wants to do something every 5 ms while the verdict is worked out in a thread of its own: half of the times, 95 of a
hundred, and the longest. No answer is like another, and the settings differ, so that no test ends early.
"""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.core.compare.worlds import slots
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict, verdict
from workbench.own_thread import in_own_thread

WORDS = 60
TICK_S = 0.005
SHAPES = {
    "8 x 10": (8, 10, 1, 300),
    "4 x 250": (4, 250, 1, 300),
    "100 x 10": (100, 10, 1, 300),
    "1 x 1,000": (1, 1000, 1, 300),
    "10 x 5, 20 cases": (10, 5, 20, 300),
    "2 x 2, 2,500 cases": (2, 2, 2500, 60),
    "10 x 2, 500 cases": (10, 2, 500, 60),
    "3 x 3,333": (3, 3333, 1, 60),
    "3,333 x 3": (3333, 3, 1, 60),
    "8 x 8 of 20,000 words": (8, 8, 1, 20_000),
}
"""Columns, repeats, cases, words."""


def answers(columns: int, repeats: int, cases: int, words: int) -> list[list[list[str]]]:
    random = Random(1)
    return [
        [
            [" ".join(slots(0.3, str(column), random) for _ in range(words // WORDS)) for _ in range(repeats)]
            for _ in range(cases)
        ]
        for column in range(columns)
    ]


async def late(work: partial[Verdict], lateness: list[float]) -> Verdict:
    """Do the work in a thread of its own; how late the loop is meanwhile goes into `lateness`, in seconds."""
    task = asyncio.ensure_future(in_own_thread(work))
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        lateness.append(time.perf_counter() - began - TICK_S)
    return task.result()


def main() -> None:
    names = sys.argv[1:] or list(SHAPES)
    print(f"{'':24}{'CPU s':>8}{'late ms: half':>16}{'95 %':>8}{'longest':>9}   compared within, between")
    for name in names:
        made = answers(*SHAPES[name])
        labels = [f"c{place}" for place in range(len(made))]
        order = Order("x", tuple(map(float, range(len(made))))) if len(made) > 1 else None
        lateness: list[float] = []
        began = time.process_time()
        found = asyncio.run(late(partial(verdict, labels, made, order=order), lateness))
        cpu_s = time.process_time() - began
        figures = sorted(1000 * each for each in lateness)
        half, most = figures[len(figures) // 2], figures[int(len(figures) * 0.95)]
        reach = " · ".join(
            "all"
            if each is None
            else "none"
            if each.repeats == 0
            else f"{each.repeats or 'all'} x {each.characters or ''}"
            for each in (found.findings.reach_within, found.findings.reach_between)
        )
        print(f"{name:24}{cpu_s:8.2f}{half:16.1f}{most:8.1f}{figures[-1]:9.1f}   {reach}", flush=True)


if __name__ == "__main__":
    main()
