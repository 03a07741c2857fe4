"""Whether answers at different settings differ by more than the noise. Pure functions on plain lists of texts.

words ── align ──┬─ diff, divergence        (two texts side by side)
                 └─ distance ── answers ──┬─ spread                         (description)
                                          ├─ content ──┐
                                          └─ variety ──┴─ findings ── verdict, verdict_words
                              splits (permutations, Holm) ┘   needed (how many repeats would do)
"""

from __future__ import annotations

from workbench.core.compare.answers import Answers, DistanceCache, cases_of
from workbench.core.compare.diff import DiffOp, diff
from workbench.core.compare.distance import distance
from workbench.core.compare.divergence import Divergence, first_divergence
from workbench.core.compare.spread import Spread, between, spread
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict, verdict

__all__ = [
    "Answers",
    "DiffOp",
    "DistanceCache",
    "Divergence",
    "Order",
    "Spread",
    "Verdict",
    "between",
    "cases_of",
    "diff",
    "distance",
    "first_divergence",
    "spread",
    "verdict",
]
