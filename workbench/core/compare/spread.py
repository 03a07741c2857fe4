"""How much the answers of one column differ among themselves, and how far two columns are apart: description, no test.

With cases, answers are compared within a case only, and each case counts the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from workbench.core.compare.answers import Case, Matrix, Own
from workbench.core.compare.words import same_form


class Spread(NamedTuple):
    """What the complete answers of one column have in common."""

    runs: int
    """Complete answers."""
    distinct: int
    """Different texts among them (in Unicode's form NFC); the same text for two cases counts twice."""
    identical_share: float | None
    """0 to 1: the runs that gave their case's most frequent text, where at least two did; None without repeats."""
    distance_within: float | None
    """The mean distance of two answers to the same case, 0 to 1; None where no case has two."""
    shortest: int
    longest: int
    """In words, of the answers' own; both 0 where there is none."""

    @property
    def deterministic(self) -> bool:
        """Every case has the same text each time, and more than one time somewhere."""
        return self.identical_share is not None and self.distance_within == 0 and self.identical_share == 1


def spread(texts: Sequence[Sequence[str]], own: Own) -> Spread:
    """The spread of the answers `texts[case]` of a column; `own` are those, or some of them, compared."""
    counts = [Counter(map(same_form, answers)) for answers in texts]
    repeated = [count for count in counts if count.total() > 1]
    return Spread(
        runs=sum(map(len, texts)),
        distinct=sum(map(len, counts)),
        identical_share=sum(map(_most, repeated)) / sum(count.total() for count in repeated) if repeated else None,
        distance_within=_mean([_below(distances) for distances in own.distances if len(distances) > 1]),
        shortest=min(own.words, default=0),
        longest=max(own.words, default=0),
    )


def between(a: int, b: int, cases: Iterable[Case]) -> float | None:
    """The mean distance of an answer of column `a` from one of `b` to the same case; None where no case has both.

    What differs within the columns is part of it: two columns at the same setting are as far apart as their answers.
    """
    return _mean(
        [
            [case.distances[i][j] for i in case.members[a] for j in case.members[b]]
            for case in cases
            if case.members[a] and case.members[b]
        ]
    )


def _below(distances: Matrix) -> list[float]:
    """Each pair once."""
    return [distances[i][j] for i, j in combinations(range(len(distances)), 2)]


def _most(count: Counter[str]) -> int:
    most = max(count.values())
    return most if most > 1 else 0


def _mean(cases: Sequence[Sequence[float]]) -> float | None:
    return sum(sum(values) / len(values) for values in cases) / len(cases) if cases else None
