"""Answers made so that the truth about them is known: how much they vary, and whether they say the same.

Four ways to vary, because a test can hold for one and fail for another:

- `gauss`: points in 30 dimensions in place of texts; the distances do not saturate.
- `slots`: a fixed text, each word of which is another one with a chance of `spread`.
- `parting`: as models do: all answers begin alike, each parts at some word with a chance of `spread` at each, and goes
  on with words of its own.
- `wordings`: one of five wordings, the first of them with a chance of 1 - `spread`, and a little noise.

A number in place of the name of a world is the share of words in which two contents of `slots` differ. Otherwise
`content` chooses what is said: two contents share no word (in `gauss`: lie 6 apart on an axis of their own).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import dist
from random import Random

from workbench.core.compare.answers import Case, Own, cases_of
from workbench.core.compare.variety import Deviations, deviations

WORDS = 60
WORLDS = (("gauss", 1.0), ("slots", 0.3), ("parting", 0.01), ("parting", 0.05), ("wordings", 0.5))
"""Each world with a middling spread; in the tight `parting` half of the answers are the same."""

Design = tuple[tuple[int, ...], ...]
"""`design[case][column]`: how many answers."""


def cases_in(world: str, design: Design, spreads: list[float], contents: list[int], random: Random) -> tuple[Case, ...]:
    """The cases of one simulated experiment; the contents of two cases differ as well."""
    if world == "gauss":
        return tuple(_points(sizes, spreads, contents, random) for sizes in design)
    makers = {"slots": slots, "parting": parting, "wordings": wordings}
    make = makers.get(world) or partly_other(float(world))
    return cases_of(
        [
            [
                [make(spread, f"{content}c{case}", random) for _ in range(sizes[column])]
                for case, sizes in enumerate(design)
            ]
            for column, (spread, content) in enumerate(zip(spreads, contents, strict=True))
        ]
    )


def deviations_in(cases: Sequence[Case]) -> list[list[Deviations]]:
    """What the tests of variety start from."""
    columns = len(cases[0].members) if cases else 0
    return deviations([Own(tuple(case.among(case.members[column]) for case in cases), ()) for column in range(columns)])


def slots(spread: float, content: str, random: Random) -> str:
    return " ".join(
        f"{content}w{i}" if random.random() >= spread else f"{content}v{i}_{random.randrange(6)}" for i in range(WORDS)
    )


def partly_other(share: float) -> Callable[[float, str, Random], str]:
    """As `slots`, but only this share of the words tells the contents of a case apart."""
    other = round(share * WORDS)

    def make(spread: float, content: str, random: Random) -> str:
        shared = f"0{content[1:]}"
        own, common = slots(spread, content, random).split(), slots(spread, shared, random).split()
        return " ".join(own[:other] + common[other:])

    return make


def parting(spread: float, content: str, random: Random) -> str:
    at = next((i for i in range(WORDS) if random.random() < spread), WORDS)
    return " ".join(f"{content}w{i}" if i < at else f"{content}v{random.randrange(200)}" for i in range(WORDS))


def wordings(spread: float, content: str, random: Random) -> str:
    wording = random.randrange(1, 5) if random.random() < spread else 0
    return " ".join(
        f"{content}v{random.randrange(200)}" if random.random() < 0.05 else f"{content}w{i}_{wording if i % 2 else 0}"
        for i in range(WORDS)
    )


def _points(sizes: tuple[int, ...], spreads: list[float], contents: list[int], random: Random) -> Case:
    points: list[list[float]] = []
    members = []
    for size, spread, content in zip(sizes, spreads, contents, strict=True):
        members.append(range(len(points), len(points) + size))
        for _ in range(size):
            point = [random.gauss(0, spread) for _ in range(30)]
            point[content % 30] += 6
            points.append(point)
    return Case(tuple(members), [[dist(a, b) for b in points] for a in points])
