"""The complete answers of an experiment and the distances between those to the same case.

Answers to different cases are never compared: their distance says how the cases differ, which nobody asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.core.compare.distance import Distances

Answers = Sequence[Sequence[Sequence[str]]]
"""`answers[column][case]`: the complete answers, one text for each repeat that ended so. Without cases, one case."""

Matrix = Sequence[Sequence[float]]


class Case(NamedTuple):
    """All answers to one case: `members[column]` are their places in `distances`; a column may have none."""

    members: tuple[range, ...]
    distances: Matrix

    def sizes(self, columns: Sequence[int]) -> tuple[int, ...]:
        """How many answers each of `columns` has."""
        return tuple(len(self.members[column]) for column in columns)

    def among(self, places: Sequence[int]) -> Matrix:
        """The distances between the answers at `places`."""
        return [[self.distances[i][j] for j in places] for i in places]


class Own(NamedTuple):
    """The answers of one column among themselves."""

    distances: tuple[Matrix, ...]
    """For each case; an empty one where it has no answer to it."""
    words: tuple[int, ...]
    """How many each of its texts has."""


class DistanceCache:
    """The distances of one experiment's answers, kept while more arrive: each pair is compared once."""

    def __init__(self) -> None:
        self._cases: dict[int, Distances] = {}

    def case(self, case: int) -> Distances:
        """The distances between answers to the case with this index."""
        return self._cases.setdefault(case, Distances())


def cases_of(answers: Answers, cache: DistanceCache | None = None) -> tuple[Case, ...]:
    """The cases of `answers`, each with its distances; a column may have fewer cases than another."""
    cache = cache or DistanceCache()
    return tuple(_case(answers, index, cache) for index in range(max(map(len, answers), default=0)))


def columns_of(answers: Answers, cache: DistanceCache | None = None) -> tuple[Own, ...]:
    """The columns of `answers`, each with the distances among its own alone: far fewer than those of `cases_of`."""
    cache = cache or DistanceCache()
    return tuple(_column(column, cache) for column in answers)


def _case(answers: Answers, index: int, cache: DistanceCache) -> Case:
    texts: list[str] = []
    members: list[range] = []
    for column in answers:
        found = column[index] if index < len(column) else ()
        members.append(range(len(texts), len(texts) + len(found)))
        texts.extend(found)
    return Case(tuple(members), cache.case(index).matrix(texts))


def _column(column: Sequence[Sequence[str]], cache: DistanceCache) -> Own:
    return Own(
        tuple(cache.case(case).matrix(texts) for case, texts in enumerate(column)),
        tuple(cache.case(case).words(text) for case, texts in enumerate(column) for text in dict.fromkeys(texts)),
    )
