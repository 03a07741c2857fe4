"""What the repeats of an experiment can show, in one or two sentences, with the figures behind them.

    verdict(["temperature 0", "temperature 1"], answers, order=Order("temperature", (0, 1)))

`answers[column][case]` are texts, one for each repeat that completed. Two questions are asked, each at 5 %: does the
content differ (`content`), and does the variety differ, or grow along an ordered axis (`variety`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.answers import Answers, DistanceCache
from workbench.core.compare.findings import Findings, find
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict_words import notes_on, sentences

if TYPE_CHECKING:
    from workbench.core.json_value import JSON


class Verdict(NamedTuple):
    """What was found, and how it is said."""

    words: str
    """One or two plain sentences."""
    notes: tuple[str, ...]
    """What else to know, each a sentence: answers left out, settings without any, pairs that can't be told apart."""
    findings: Findings

    def to_json(self) -> dict[str, JSON]:
        """The fields `comparisons`, `tests` and `verdict` of `workbench compare --json`."""
        return {**self.findings.to_json(), "verdict": self.words}


def verdict(
    labels: Sequence[str],
    answers: Answers,
    *,
    order: Order | None = None,
    incomplete: int = 0,
    cache: DistanceCache | None = None,
) -> Verdict:
    """What the complete answers of the columns named by `labels` show.

    `incomplete` is how many answers were left out because they did not complete. A `cache` kept from one verdict to the
    next spares comparing the same answers again. ValueError where labels, columns and positions differ in number.

    Takes 0.2 s for 8 columns of 10 answers of 300 words, and some 3 s for 1,000: no work for the thread that draws. Of
    more, and of very long ones, not all is compared: see `sample`.
    """
    findings = find(labels, answers, order, incomplete, cache)
    return Verdict(sentences(findings), notes_on(findings), findings)
