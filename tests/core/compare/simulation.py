"""False alarms and power of the tests of a comparison, on answers whose truth is known; prints two tables.

    nice .venv/bin/python -m tests.core.compare.simulation [nulls, 1000] [processes, 2]

`null same`: all columns alike. `null other`: as much variety in each column, other content, so only the variety tests
count. Where the power table says `0.1 - 0.4`, the spread grows evenly from column to column around the same text, so
that its first two columns show how often a difference in variety alone is taken for one in content; `20% other
content` is said by the last column in a fifth of its words. A rate is the share of runs with p < 0.05; `pairs` is that
of runs with any pair whose corrected p is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random
from typing import NamedTuple

from tests.core.compare.worlds import WORLDS, Design, cases_in, deviations_in
from workbench.core.compare.answers import Case
from workbench.core.compare.content import content_test
from workbench.core.compare.needed import LEVEL
from workbench.core.compare.pairs import Comparison, pairs_test
from workbench.core.compare.variety import Order, dispersion_test, trend_test

DESIGNS: dict[str, Design] = {
    "2 x 3": ((3, 3),),
    "2 x 4": ((4, 4),),
    "2 x 5": ((5, 5),),
    "3 x 3": ((3, 3, 3),),
    "4 x 3": ((3, 3, 3, 3),),
    "4 x 5": ((5, 5, 5, 5),),
    "3, 4, 6": ((3, 4, 6),),
    "3, 5, 8, 10": ((3, 5, 8, 10),),
    "10, 8, 5, 3": ((10, 8, 5, 3),),
    "3 cases, 3 x 3": ((3, 3, 3),) * 3,
    "8 cases, 4 x 2": ((2, 2, 2, 2),) * 8,
    "3 cases, uneven": ((2, 3, 5), (3, 3, 0), (4, 1, 3)),
}
EFFECTS: dict[str, tuple[str, float, float]] = {
    "slots 0.1 - 0.4": ("slots", 0.1, 0.4),
    "slots 0.2 - 0.3": ("slots", 0.2, 0.3),
    "parting 0.01 - 0.08": ("parting", 0.01, 0.08),
    "wordings 0.1 - 0.9": ("wordings", 0.1, 0.9),
    "gauss 1 - 1.6": ("gauss", 1.0, 1.6),
    "slots 0 - 0.3": ("slots", 0.0, 0.3),
}
POWER_DESIGNS = {f"{columns} x {repeats}": ((repeats,) * columns,) for columns in (2, 4) for repeats in (3, 5, 10)} | {
    "4 cases, 4 x 3": ((3, 3, 3, 3),) * 4
}
CONTENT = ("content", "pairs")
VARIETY = ("dispersion", "trend")
_SLOW = 20
"""With more answers the pairs of unequal columns take the longest of all."""


class Setup(NamedTuple):
    """One simulated experiment: what is true of it."""

    title: str
    world: str
    design: Design
    spreads: tuple[float, ...]
    contents: tuple[int, ...]
    tests: tuple[str, ...] = (*CONTENT, *VARIETY)


def nulls() -> list[Setup]:
    """Experiments in which the variety does not differ, and in those called `null same` the content neither."""
    setups = []
    for world, spread in WORLDS:
        for name, design in DESIGNS.items():
            columns = len(design[0])
            spreads = (spread,) * columns
            if sum(map(sum, design)) <= _SLOW or len(design) > 1:
                setups.append(Setup(f"null same  {world:8} {spread:<4} {name}", world, design, spreads, (1,) * columns))
            others = tuple(range(columns))
            setups.append(Setup(f"null other {world:8} {spread:<4} {name}", world, design, spreads, others, VARIETY))
    return setups


def effects() -> list[Setup]:
    """Experiments in which the variety grows evenly, and such in which one column says something else."""
    setups = []
    for title, (world, least, most) in EFFECTS.items():
        for name, design in POWER_DESIGNS.items():
            columns = len(design[0])
            spreads = tuple(least + (most - least) * i / (columns - 1) for i in range(columns))
            setups.append(Setup(f"{title:20} {name}", world, design, spreads, (1,) * columns))
    return setups


def content_effects() -> list[Setup]:
    """Experiments in which the last column begins with other words: the share of the text that is other content."""
    return [
        Setup(
            f"{share:.0%} other content".ljust(20) + f" {name}",
            str(share),
            design,
            (0.3,) * len(design[0]),
            (*(0,) * (len(design[0]) - 1), 1),
        )
        for share in (0.05, 0.1, 0.2)
        for name, design in POWER_DESIGNS.items()
    ]


def rates(setup: Setup, runs: int) -> dict[str, float]:
    """The share of `runs` in which each test calls a difference."""
    random = Random(f"{setup.title}/{setup.world}")
    columns = len(setup.contents)
    order = Order("axis", tuple(float(i) for i in range(columns)))
    tests: dict[str, Callable[[Sequence[Case]], float | None]] = {
        "content": lambda cases: content_test(cases, columns).p_value,
        "pairs": lambda cases: _least(pairs_test(cases, columns, content_test(cases, columns)).comparisons),
        "dispersion": lambda cases: dispersion_test(deviations_in(cases)).p_value,
        "trend": lambda cases: trend_test(deviations_in(cases), order).p_value,
    }
    hits = dict.fromkeys(setup.tests, 0)
    for _ in range(runs):
        cases = cases_in(setup.world, setup.design, list(setup.spreads), list(setup.contents), random)
        for test in setup.tests:
            p_value = tests[test](cases)
            hits[test] += p_value is not None and p_value < LEVEL
    return {test: count / runs for test, count in hits.items()}


def _least(pairs: Sequence[Comparison]) -> float | None:
    return min((pair.p_value for pair in pairs if pair.p_value is not None), default=None)


def table(heading: str, setups: Sequence[Setup], runs: int, processes: int) -> dict[str, dict[str, float]]:
    """The rates of all `setups` by title, printed as they come."""
    print(f"\n{heading:45}" + "".join(f"{test:>12}" for test in (*CONTENT, *VARIETY)), flush=True)
    rows = {}
    with ProcessPoolExecutor(processes) as pool:
        for setup, found in zip(setups, pool.map(rates, setups, [runs] * len(setups)), strict=True):
            cells = [f"{found[test]:.3f}" if test in found else "-" for test in (*CONTENT, *VARIETY)]
            print(f"{setup.title:45}" + "".join(f"{cell:>12}" for cell in cells), flush=True)
            rows[setup.title] = found
    return rows


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    table(f"False alarms in {runs} nulls", nulls(), runs, processes)
    table(f"Power in {runs // 5} runs", [*effects(), *content_effects()], runs // 5, processes)


if __name__ == "__main__":
    main()
