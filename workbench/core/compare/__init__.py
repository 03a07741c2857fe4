"""Whether answers at different settings differ by more than the noise. Pure functions on plain lists of texts.

words ── align ──┬─ diff, divergence        (two texts side by side)
                 └─ distance ── answers ── sample (of very many, the first) ──┬─ spread (description)
                                                                              ├─ content ── pairs ──┐
                                                                              └─ variety ───────────┤
    splits (permutations, Holm), sums (many at once), needed (how many repeats would do) ── findings ── verdict

Each is imported from its own room: `from workbench.core.compare.verdict import verdict`.
"""

from __future__ import annotations
