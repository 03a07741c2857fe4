"""The first word where two answers part: where to look when a model was free to choose."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from workbench.core.compare.words import same_form, split


class Divergence(NamedTuple):
    """Where two texts part. `word` counts the words before, which both share.

    The word itself is `a[a_start:a_end]` and `b[b_start:b_end]` (offsets in characters): two different words, or two
    different spaces where only these differ, or nothing in the text that ends there.
    """

    word: int
    a_start: int
    a_end: int
    b_start: int
    b_end: int


def first_divergence(a: str, b: str) -> Divergence | None:
    """The first word in which `a` and `b` differ; None for texts that are equal, in whichever Unicode form."""
    if a == b or same_form(a) == same_form(b):
        return None
    word = at_a = at_b = 0
    for one, other in zip_longest(split(a), split(b), fillvalue=""):
        if same_form(one) != same_form(other):
            return Divergence(word, at_a, at_a + len(one), at_b, at_b + len(other))
        word += not one.isspace()
        at_a, at_b = at_a + len(one), at_b + len(other)
    return None
