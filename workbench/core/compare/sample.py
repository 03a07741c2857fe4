"""Which of very many answers are compared, and how much of very long ones, so that a verdict takes seconds.

What is compared grows with the square of the answers and of their words. Up to some 250 answers of 300 words to one
case, or 400 of 60, all of it is; beyond, of each setting's answers to a case only the first so many are, and of each
answer the first so many characters. First the repeats beyond ten are given up, then length, then further repeats.
Nothing is left to chance or to the clock: the same answers are compared in the same way each time and everywhere, and
of answers that still come in, the first stay the first.

How the answers of one column differ among themselves takes far less than how columns differ, so that more of them are
compared for that. What is counted without comparing (runs, distinct texts, the identical share) is always of all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from workbench.core.compare.answers import Answers, DistanceCache

MOST_CHARACTERS = 5_000_000
"""Of all answers together, that are split into words."""
LONGEST = 64_000
"""Characters of one answer."""
_WORK = 0.7
"""About so many seconds go into the distances within columns, and as many into those between."""
_PAIR = 3e-6
_WORD_PAIR = 1.7e-10
"""Seconds for two different texts, and for two words of them."""
_SQUARE_WITHIN = 4e-6
_SQUARE_BETWEEN = 1e-6
"""Seconds for the tests of so many answers, by their square, beside the draws, which have limits of their own."""
_EXACT_WORDS = 4096
"""Longer answers are compared in pieces, see `align`."""


class Reach(NamedTuple):
    """How far a comparison goes that does not take in everything."""

    repeats: int | None
    """So many answers of each column to each case, the first; 0: none. None: all."""
    characters: int | None
    """So many of each answer, the first. None: all."""


class _Step(NamedTuple):
    repeats: int
    characters: int


class Sample(NamedTuple):
    """The answers that are compared."""

    within: Answers
    """With those of their own column."""
    between: Answers
    """With all to the same case; empty where there are so many columns that none can be."""
    reach_within: Reach | None
    reach_between: Reach | None
    """None: all answers, as they are."""


class _Read(NamedTuple):
    """An answer that has been split into its words."""

    text: str
    words: int


def sampled(answers: Answers, cache: DistanceCache) -> Sample:
    """What there is time to compare of `answers`, which are split into words for that; `cache` keeps them."""
    ladder = _ladder(max((len(texts) for column in answers for texts in column), default=0))
    longest = max((len(text) for column in answers for texts in column for text in texts), default=0)
    start = min(_first(ladder, 0, lambda step: _characters(answers, step) <= MOST_CHARACTERS), len(ladder) - 1)
    read = _read(_cut(answers, ladder[start]), cache)
    columns = [texts for column in read for texts in column]
    cases = [
        [column[case] if case < len(column) else [] for column in read]
        for case in range(max(map(len, read), default=0))
    ]

    def time_within(step: _Step) -> bool:
        return sum(_seconds(texts[: step.repeats], step, _SQUARE_WITHIN) for texts in columns) <= _WORK

    def time_between(step: _Step) -> bool:
        together = ([one for texts in case for one in texts[: step.repeats]] for case in cases)
        return sum(_seconds(texts, step, _SQUARE_BETWEEN) for texts in together) <= _WORK

    within = ladder[min(_first(ladder, start, time_within), len(ladder) - 1)]
    at = _first(ladder, start, time_between)
    between = ladder[at] if at < len(ladder) else None

    def told(step: _Step) -> Reach | None:
        repeats = step.repeats if step.repeats < ladder[0].repeats else None
        characters = step.characters if step.characters < longest else None
        return None if repeats is characters is None else Reach(repeats, characters)

    return Sample(
        answers if told(within) is None else _cut(answers, within),
        () if between is None else answers if told(between) is None else _cut(answers, between),
        told(within),
        Reach(0, None) if between is None else told(between),
    )


def _ladder(most: int) -> list[_Step]:
    """From all that there is to the least worth comparing, in the order in which it is given up."""
    some, few, least = min(most, 10), min(most, 5), min(most, 2)
    return [
        *(_Step(repeats, LONGEST) for repeats in range(most, some - 1, -1)),
        *(_Step(some, characters) for characters in (32_000, 16_000, 8_000)),
        *(_Step(repeats, 8_000) for repeats in range(some - 1, few - 1, -1)),
        *(_Step(few, characters) for characters in (4_000, 2_000)),
        *(_Step(repeats, 2_000) for repeats in range(few - 1, least - 1, -1)),
        *(_Step(least, characters) for characters in (1_000, 500)),
    ]


def _first(ladder: Sequence[_Step], start: int, fits: Callable[[_Step], bool]) -> int:
    """The first step from `start` on that fits, as all after it do; the number of steps where none does."""
    return bisect_left(ladder, True, lo=start, key=fits)


def _characters(answers: Answers, step: _Step) -> int:
    return sum(
        min(len(text), step.characters) for column in answers for texts in column for text in texts[: step.repeats]
    )


def _cut(answers: Answers, step: _Step) -> list[list[list[str]]]:
    repeats, characters = step
    return [[[text[:characters] for text in texts[:repeats]] for texts in column] for column in answers]


def _read(answers: Answers, cache: DistanceCache) -> list[list[list[_Read]]]:
    return [
        [[_Read(text, cache.case(case).words(text)) for text in texts] for case, texts in enumerate(column)]
        for column in answers
    ]


def _seconds(answers: Iterable[_Read], step: _Step, square: float) -> float:
    """What it takes, about, to compare these with one another."""
    number = 0
    words: dict[str, float] = {}
    for text, count in answers:
        number += 1
        words[text] = min(count * min(1.0, step.characters / len(text)) if text else 0, _EXACT_WORDS)
    pairs = len(words) * len(words) / 2 * _PAIR + sum(words.values()) ** 2 / 2 * _WORD_PAIR
    return pairs + number * number * square
