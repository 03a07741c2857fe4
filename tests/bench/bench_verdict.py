"""What a verdict on many answers costs, and how long it keeps an event loop waiting beside it. Run it by hand:

    .venv/bin/python tests/bench/bench_verdict.py [NAME ...]

Prints the seconds of CPU for answers of 300 words, made up as in tests/core/compare/worlds.py, and how late a loop is
that wants to do something every 5 ms while the verdict is worked out as the screen has it: half of the times, 95 of a
hundred, and the longest. CPU seconds are also those of its process. No answer is like another, and the settings
differ, so that no test ends early.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.core.compare.worlds import slots
from workbench.core.compare.answers import DistanceCache
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict
from workbench.verdict_process import Asked, verdict_aside

WORDS = 60
TICK_S = 0.005
SHAPES = {
    "8 x 10": (8, 10, 1, 300),
    "4 x 50": (4, 50, 1, 300),
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


async def late(asked: Asked, lateness: list[float]) -> Verdict:
    """Have it worked out aside; how late the loop is meanwhile goes into `lateness`, in seconds."""
    task = asyncio.create_task(verdict_aside(asked, DistanceCache()))
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        lateness.append(time.perf_counter() - began - TICK_S)
    return task.result()


def cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    names = sys.argv[1:] or list(SHAPES)
    print(f"{'':24}{'CPU s':>8}{'late ms: half':>16}{'95 %':>8}{'longest':>9}   compared within, between")
    for name in names:
        made = answers(*SHAPES[name])
        labels = [f"c{place}" for place in range(len(made))]
        order = Order("x", tuple(map(float, range(len(made))))) if len(made) > 1 else None
        lateness: list[float] = []
        began = cpu_seconds()
        found = asyncio.run(late(Asked(labels, made, order, 0), lateness))
        cpu_s = cpu_seconds() - began
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
