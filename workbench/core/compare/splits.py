"""The ways to deal answers out to columns anew, which a permutation test tries instead of assuming a distribution.

Where there are few ways, all are tried and p is exact. Otherwise they are drawn at random, from a stream that a fixed
seed determines: the same answers give the same p each time and everywhere. A drawn p is (b + 1) / (m + 1) for b draws
of m at least as extreme as what was seen (Phipson and Smyth 2010, Statistical Applications in Genetics and Molecular
Biology 9:39), so it is never 0; drawing ends at the hundredth such draw, with p = 100 / draws (Besag and Clifford
1991, Biometrika 78:301-304), since nothing new can then be learnt.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import shake_256
from itertools import combinations, count, islice
from math import factorial, prod
from typing import TypeVar

_Value = TypeVar("_Value")

Groups = tuple[tuple[int, ...], ...]
"""For each column, the places of the answers that were dealt to it."""

EXACT = 5000
"""All ways are tried up to this many."""
DRAWS = 1999
_LEAST_DRAWS = 99
"""However long a draw takes: p can then fall to 0.01."""
LISTED = 500
"""Up to this many ways to deal out one case, each is worked out once; then one after another of them is chosen."""
_ENOUGH = 100
_NEAR = 1e-9
_BLOCK = 256


def count_arrangements(sizes: Sequence[int]) -> int:
    """How many ways there are to deal answers to columns of these sizes."""
    return factorial(sum(sizes)) // prod(map(factorial, sizes))


def count_partitions(sizes: Sequence[int]) -> int:
    """As many as differ where it does not matter which of two columns of one size is which."""
    return count_arrangements(sizes) // prod(map(factorial, Counter(sizes).values()))


def arrangements(sizes: Sequence[int]) -> Iterator[Groups]:
    """All ways to deal the places 0, 1, ... to columns of these sizes."""
    return _deal(tuple(range(sum(sizes))), tuple(sizes))


def _deal(places: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[Groups]:
    if len(sizes) == 1:
        yield (places,)
        return
    for chosen in combinations(places, sizes[0]):
        left = tuple(place for place in places if place not in chosen)
        for rest in _deal(left, sizes[1:]):
            yield (chosen, *rest)


def partitions(sizes: Sequence[int]) -> Iterator[Groups]:
    """As `arrangements`, but of those that only exchange columns of one size, one; the columns come in any order."""
    return _part(tuple(range(sum(sizes))), tuple(size for size in sizes if size))


def _part(places: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[Groups]:
    if not sizes:
        yield ()
        return
    first, others = places[0], places[1:]
    for size in dict.fromkeys(sizes):  # the column of the first place: one of each size is enough
        at = sizes.index(size)
        for chosen in combinations(others, size - 1):
            left = tuple(place for place in others if place not in chosen)
            for rest in _part(left, sizes[:at] + sizes[at + 1 :]):
                yield ((first, *chosen), *rest)


def numbers(seed: str) -> Iterator[int]:
    """Random numbers of 64 bits without end, the same for the same seed (SHAKE-256 as the generator)."""
    for block in count():
        yield from array("Q", shake_256(f"{seed}/{block}".encode()).digest(8 * _BLOCK))


def own_groups(sizes: Sequence[int]) -> Groups:
    """The answers where they are: the first places in the first column, and so on."""
    return tuple(tuple(range(start, end)) for start, end in _cuts(tuple(sizes)))


def drawn(sizes: Sequence[int], seed: str) -> Iterator[Groups]:
    """Ways to deal answers to columns of these sizes, at random, without end."""
    total = sum(sizes)
    cuts = _cuts(tuple(sizes))
    stream = numbers(f"{seed}/{total}")
    while True:
        order = sorted(range(total), key=list(islice(stream, total)).__getitem__)
        yield tuple(tuple(order[start:end]) for start, end in cuts)


def chosen(values: Sequence[_Value], seed: str) -> Iterator[_Value]:
    """What `values` has for all ways, one way after another at random, without end."""
    number = len(values)
    return (values[at % number] for at in numbers(f"{seed}/{number}"))


def seconds_to_draw(sizes: Sequence[int] = ()) -> float:
    """What it takes, about, to draw one way to deal answers to columns of these sizes; without any, to choose one."""
    return 3e-7 + 4e-7 * sum(sizes)


def draws_for(tests: int) -> int:
    """How many ways are drawn for each of so many tests, for a p that their correction leaves small."""
    return max(DRAWS, 40 * tests - 1)


def draws_in(seconds: float, each: float, most: int = DRAWS) -> int:
    """How many draws of so many seconds each there is time for. By estimate and not by the clock: the same answers
    give the same p."""
    return max(_LEAST_DRAWS, min(most, int(seconds / each)))


@cache
def _cuts(sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    return list(zip([0, *ends], ends, strict=False))


def exact_p(observed: float, values: Iterable[float]) -> float:
    """The share of all ways, `values`, that are at least as extreme (as high) as what was `observed`."""
    total = extreme = 0
    for value in values:
        total += 1
        extreme += value >= observed - _NEAR
    return extreme / total


def drawn_p(observed: float, values: Iterator[float], draws: int) -> float:
    """p from at most `draws` random `values`."""
    extreme = 0
    for drawn_so_far, value in enumerate(islice(values, draws), 1):
        if value >= observed - _NEAR:
            extreme += 1
            if extreme == _ENOUGH:
                return extreme / drawn_so_far
    return (extreme + 1) / (draws + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several tests, corrected so that the chance of any false alarm stays what it is for one.

    Holm 1979 (Scandinavian Journal of Statistics 6:65-70): the smallest times their number, the next times one less.
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = min(1.0, max(least, p_values[place] * (len(p_values) - rank)))
        corrected[place] = least
    return corrected
