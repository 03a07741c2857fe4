"""Whether a preset still answers as it did when that was recorded. Pure functions on plain values.

requests ── asked ──┬─ changes          (what changed here: the prompt, its parts, the host)
                    └─ recording ── measure (with the answers) ── moved ── words
                                                    (what moved there: model, texts, distance, checks)
"""

from __future__ import annotations
