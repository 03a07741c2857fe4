"""Whether answers at different settings differ by more than the noise. Pure functions on plain lists of texts.

words ── align ──┬─ diff, divergence        (two texts side by side)
                 └─ distance ── answers ──┬─ spread                         (description)
                                          ├─ content ──┐
                                          └─ variety ──┴─ findings ── verdict, verdict_words
                              splits (permutations, Holm) ┘   needed (how many repeats would do)

Each is imported from its own room: `from workbench.core.compare.verdict import verdict`.
"""

from __future__ import annotations
