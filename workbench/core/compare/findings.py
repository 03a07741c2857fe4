"""Everything that is worked out about the answers of an experiment, before words are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.answers import Answers, DistanceCache, cases_of, columns_of
from workbench.core.compare.content import ContentTest, content_test
from workbench.core.compare.needed import LEVEL, Needed, repeats_needed
from workbench.core.compare.pairs import Comparison, pairs_test
from workbench.core.compare.sample import Reach, sampled
from workbench.core.compare.spread import Spread, spread
from workbench.core.compare.variety import Order, VarietyTest, deviations, dispersion_test, trend_test
from workbench.core.compare.words import same_form

if TYPE_CHECKING:
    from workbench.core.json_value import JSON


_MOST_SPLITS = 10**15
"""Said of more, which can have thousands of digits: readers of JSON take a number for 53 bits."""


class Findings(NamedTuple):
    """Columns are indexes into `labels`."""

    labels: tuple[str, ...]
    sizes: tuple[tuple[int, ...], ...]
    """The complete answers of each column to each case."""
    incomplete: int
    """Answers that are not counted because they did not complete."""
    all_the_same: bool
    """Every case has the same text from all columns."""
    spreads: tuple[Spread, ...]
    comparisons: tuple[Comparison, ...]
    only_first_pairs: bool
    """Of the pairs, only those with the first column were tested."""
    content: ContentTest
    dispersion: VarietyTest
    trend: VarietyTest | None
    """None without an ordered axis."""
    axis: str
    """The name of the ordered axis; empty without one."""
    needed: Needed
    reach_within: Reach | None
    reach_between: Reach | None
    """How many of the answers, and how much of each, was compared with those of its own column and of all columns;
    None: all of it. No repeats at all: nothing."""

    @property
    def variety(self) -> VarietyTest:
        """The test that answers whether the variety differs: along an ordered axis, whether it grows."""
        return self.trend or self.dispersion

    def to_json(self) -> dict[str, JSON]:
        """The fields `comparisons` and `tests` of `workbench compare --json`; `a` and `b` are indexes of columns."""
        return {
            "comparisons": [
                {
                    "a": pair.a,
                    "b": pair.b,
                    "distance_between": pair.distance_between,
                    "p_value": pair.p_value,
                    "smallest_possible_p": pair.smallest_possible_p,
                    "differs": differs(pair.p_value),
                }
                for pair in self.comparisons
            ],
            "tests": {
                "content": {
                    **_fields(self.content),
                    "compared": _reach(self.reach_between),
                    "method": "permanova",
                    "share": self.content.share,
                    "repeats_needed": self.needed.content,
                    "repeats_needed_for_pairs": self.needed.pairs,
                },
                "variety": {
                    **_fields(self.variety),
                    "compared": _reach(self.reach_within),
                    "method": "trend" if self.trend else "dispersion",
                    "axis": self.axis or None,
                    "repeats_needed": self.needed.variety,
                    "dispersion": _fields(self.dispersion),
                },
            },
        }


def differs(p_value: float | None) -> bool | None:
    """Whether p shows a difference; None where nothing could be tested."""
    return None if p_value is None else p_value < LEVEL


def find(
    labels: Sequence[str],
    answers: Answers,
    order: Order | None = None,
    incomplete: int = 0,
    cache: DistanceCache | None = None,
) -> Findings:
    """The spreads and tests of `answers[column][case]`; the arguments are those of `verdict`."""
    for name, found in (("labels", labels), ("positions", order.positions if order else labels)):
        if len(found) != len(answers):
            raise ValueError(f"{len(found)} {name} for {len(answers)} columns")
    if order and len(set(order.positions)) < 2:
        order = None
    cache = cache or DistanceCache()
    sample = sampled(answers, cache)
    cases = cases_of(sample.between, cache)
    own = columns_of(sample.within, cache)
    varied = deviations(own)
    content = content_test(cases, len(labels))
    pairs = pairs_test(cases, len(labels), content)
    case_count = max(map(len, answers), default=0)
    return Findings(
        labels=tuple(labels),
        sizes=tuple(tuple(map(len, column)) for column in answers),
        incomplete=incomplete,
        all_the_same=all(len(texts) == 1 for texts in _texts(answers, case_count)),
        spreads=tuple(spread(texts, each) for texts, each in zip(answers, own, strict=True)),
        comparisons=pairs.comparisons,
        only_first_pairs=pairs.only_first,
        content=content,
        dispersion=dispersion_test(varied),
        trend=trend_test(varied, order) if order else None,
        axis=order.name if order else "",
        needed=repeats_needed(len(labels), max(case_count, 1), order),
        reach_within=sample.reach_within,
        reach_between=sample.reach_between,
    )


def _texts(answers: Answers, cases: int) -> list[set[str]]:
    """The different texts of each case that has any."""
    found = [
        {same_form(text) for column in answers if case < len(column) for text in column[case]} for case in range(cases)
    ]
    return [texts for texts in found if texts]


def _reach(reach: Reach | None) -> JSON:
    """The first answers of each column to each case, the first characters of each answer; null: all."""
    return {"repeats": reach.repeats, "characters": reach.characters} if reach is not None else None


def _fields(test: ContentTest | VarietyTest) -> dict[str, JSON]:
    return {
        "p_value": test.p_value,
        "smallest_possible_p": test.smallest_possible_p,
        "splits": min(test.splits, _MOST_SPLITS),
        "draws": test.draws,
    }
