"""Everything that is worked out about the answers of an experiment, before words are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.answers import Answers, DistanceCache, cases_of
from workbench.core.compare.content import Comparison, ContentTest, comparisons, content_test
from workbench.core.compare.needed import LEVEL, Needed, repeats_needed
from workbench.core.compare.spread import Spread, spread
from workbench.core.compare.variety import Order, VarietyTest, dispersion_test, trend_test
from workbench.core.compare.words import same_form

if TYPE_CHECKING:
    from workbench.core.json_value import JSON


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
    content: ContentTest
    dispersion: VarietyTest
    trend: VarietyTest | None
    """None without an ordered axis."""
    axis: str
    """The name of the ordered axis; empty without one."""
    needed: Needed

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
                    "method": "permanova",
                    "share": self.content.share,
                    "repeats_needed": self.needed.content,
                    "repeats_needed_for_pairs": self.needed.pairs,
                },
                "variety": {
                    **_fields(self.variety),
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
    cases = cases_of(answers, cache)
    return Findings(
        labels=tuple(labels),
        sizes=tuple(tuple(map(len, column)) for column in answers),
        incomplete=incomplete,
        all_the_same=all(len(texts) == 1 for texts in _texts(answers, len(cases))),
        spreads=tuple(spread(column, texts, cases) for column, texts in enumerate(answers)),
        comparisons=comparisons(cases, len(labels)),
        content=content_test(cases, len(labels)),
        dispersion=dispersion_test(cases, len(labels)),
        trend=trend_test(cases, order) if order else None,
        axis=order.name if order else "",
        needed=repeats_needed(len(labels), max(len(cases), 1), order),
    )


def _texts(answers: Answers, cases: int) -> list[set[str]]:
    """The different texts of each case that has any."""
    found = [
        {same_form(text) for column in answers if case < len(column) for text in column[case]} for case in range(cases)
    ]
    return [texts for texts in found if texts]


def _fields(test: ContentTest | VarietyTest) -> dict[str, JSON]:
    return {
        "p_value": test.p_value,
        "smallest_possible_p": test.smallest_possible_p,
        "splits": test.splits,
        "draws": test.draws,
    }
