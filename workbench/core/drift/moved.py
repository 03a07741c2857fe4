"""What moved between two recordings of the same requests.

Counted as drift: another model that answers; another text where the same one is to be expected; a content that moved
beyond the noise; a check that passes another share; a prompt that the endpoint counts as another number of tokens. Not
counted: a new `system_fingerprint` (it says that another build answers, and the answers are there to show whether that
matters), and what an answer takes in tokens, money and time; all of these are reported.

The content of all columns with noise is tested together, at 5 % (PERMANOVA over recorded answers and those of now, each
column and case a block of its own); which columns it is, is asked only then, with Holm's correction. So of twenty
checks of what never moved one is expected to say drift.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.findings import differs, find
from workbench.core.compare.needed import LEVEL
from workbench.core.compare.splits import holm
from workbench.core.compare.words import same_form
from workbench.core.drift.asked import by_setting
from workbench.core.drift.rates import rates_p

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workbench.core.compare.findings import Findings
    from workbench.core.drift.recording import RecordedCase, RecordedCheck, RecordedColumn, Recording

MODEL = "model"
TEXT = "text"
CONTENT = "content"
CHECKS = "checks"
PROMPT_TOKENS = "prompt_tokens"

_SIDES = ("recorded", "now")


class CheckMove(NamedTuple):
    """One check on the recorded answers and on those of now."""

    recorded: RecordedCheck
    now: RecordedCheck
    p_value: float | None
    """Corrected over all checks of all columns (Holm); None where one side was not judged."""
    moved: bool


class ColumnMove(NamedTuple):
    """One setting, then and now."""

    place: int
    """The column's, among those of now."""
    recorded: RecordedColumn
    now: RecordedColumn
    expects_text: bool
    """The same text is to be expected each time: any other is drift, and nothing is tested."""
    runs: int
    """Complete answers of now."""
    known: int
    """Those of them that were recorded for their case (in Unicode's form NFC)."""
    identical: bool
    """Each answer of now is there as often as it was recorded, or as often as repeats allow."""
    distance_between: float | None
    p_value: float | None
    """Whether the content of this column moved, corrected over the columns (Holm); None where that is not tested."""
    checks: tuple[CheckMove, ...]
    moved: tuple[str, ...]
    """MODEL, TEXT, CONTENT, CHECKS, PROMPT_TOKENS: what counts as drift."""

    @property
    def new_models(self) -> tuple[str, ...]:
        """What answers under a name that was not recorded."""
        return _new(self.recorded.models, self.now.models)

    @property
    def new_fingerprints(self) -> tuple[str, ...]:
        return _new(self.recorded.fingerprints, self.now.fingerprints)


class Moved(NamedTuple):
    """All columns that were asked the same as then."""

    columns: tuple[ColumnMove, ...]
    p_value: float | None = None
    """Whether the content moved, of all columns with noise together; None where nothing could be tested."""
    smallest_possible_p: float | None = None
    repeats_needed: int | None = None
    """So many repeats on both sides, and p could fall below 5 %; None where 50 would not do."""

    @property
    def content(self) -> bool:
        """The content moved beyond the noise, whether or not a single column can be named for it."""
        return differs(self.p_value) is True

    @property
    def drifted(self) -> bool:
        return self.content or any(column.moved for column in self.columns)

    @property
    def identical(self) -> bool:
        """Every answer is one that was recorded, as often as it was."""
        return all(column.identical for column in self.columns)

    @property
    def can_tell(self) -> bool:
        """Whether a content that moved could have been shown; there is nothing to show where the texts are the same."""
        if all(column.identical or column.expects_text for column in self.columns):
            return True
        return self.smallest_possible_p is not None and self.smallest_possible_p < LEVEL


class _Pair(NamedTuple):
    """One setting on both sides, with the cases that have answers on both."""

    place: int
    old: RecordedColumn
    new: RecordedColumn

    def side(self, now: bool) -> tuple[tuple[str, ...], ...]:
        return (self.new if now else self.old).answers


def moved(recorded: Recording, now: Recording) -> Moved:
    """What moved. Of a case that was asked otherwise then, or that has no answer on one side, nothing is said.

    Takes its time, a second and more with many repeats: for a thread.
    """
    pairs = list(_pairs(recorded, now.cut(recorded.characters)))
    if not pairs:
        return Moved(())
    noisy = [pair for pair in pairs if not pair.old.should_repeat]
    found = [_found([pair]) for pair in pairs]
    together = found[0] if noisy == pairs and len(pairs) == 1 else _found(noisy)
    p_values = _holm(
        [None if pair.old.should_repeat else each.content.p_value for pair, each in zip(pairs, found, strict=True)]
    )
    shown = differs(together.content.p_value) is True
    columns = tuple(
        _column(pair, each, p_value, checks, content=shown and differs(p_value) is True)
        for pair, each, p_value, checks in zip(pairs, found, p_values, _checks(pairs), strict=True)
    )
    test = together.content
    return Moved(columns, test.p_value, test.smallest_possible_p, together.needed.content if noisy else None)


def _pairs(recorded: Recording, now: Recording) -> Iterator[_Pair]:
    """The columns that were asked the same at the same host."""
    before = by_setting(recorded)
    for place, (key, after) in enumerate(by_setting(now).items()):
        old = before.get(key)
        if old is None or old.host != after.host:
            continue
        same = [each for each in zip(old.cases, after.cases, strict=False) if _is_same(*each)]
        if same:
            olds, news = zip(*same, strict=True)
            yield _Pair(place, replace(old, cases=olds), replace(after, cases=news))


def _is_same(old: RecordedCase, new: RecordedCase) -> bool:
    return old.request == new.request and bool(old.answers) and bool(new.answers)


def _found(pairs: Sequence[_Pair]) -> Findings:
    """The findings on two sides, recorded and now; each case of each column is a case."""
    return find(_SIDES, [[texts for pair in pairs for texts in pair.side(now)] for now in (False, True)])


def _holm(values: Sequence[float | None]) -> list[float | None]:
    """Corrected together; None stays."""
    corrected = iter(holm([value for value in values if value is not None]))
    return [None if value is None else next(corrected) for value in values]


def _column(
    pair: _Pair, found: Findings, p_value: float | None, checks: tuple[CheckMove, ...], *, content: bool
) -> ColumnMove:
    place, old, new = pair
    runs, known = sum(map(len, new.answers)), sum(map(_known, old.cases, new.cases))
    signs = {
        MODEL: bool(_new(old.models, new.models)),
        TEXT: old.should_repeat and known < runs,
        CONTENT: content,
        CHECKS: any(check.moved for check in checks),
        PROMPT_TOKENS: any(map(_other_tokens, old.cases, new.cases)),
    }
    return ColumnMove(
        place=place,
        recorded=old,
        now=new,
        expects_text=old.should_repeat,
        runs=runs,
        known=known,
        identical=all(map(_identical, old.cases, new.cases)),
        distance_between=found.comparisons[0].distance_between,
        p_value=p_value,
        checks=checks,
        moved=tuple(name for name, is_so in signs.items() if is_so),
    )


def _known(old: RecordedCase, new: RecordedCase) -> int:
    texts = set(map(same_form, old.answers))
    return sum(same_form(text) in texts for text in new.answers)


def _identical(old: RecordedCase, new: RecordedCase) -> bool:
    before, after = Counter(map(same_form, old.answers)), Counter(map(same_form, new.answers))
    # Of fewer or more repeats, those of one side are all among the other's.
    return before <= after or after <= before


def _other_tokens(old: RecordedCase, new: RecordedCase) -> bool:
    return None not in (old.prompt_tokens, new.prompt_tokens) and old.prompt_tokens != new.prompt_tokens


def _new(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    """What has no counterpart then; () where nothing was told then, which is no reason to call it new."""
    return tuple(name for name in after if name not in before) if before else ()


# -- checks ----------------------------------------------------------------------------------------------------------


def _checks(pairs: Sequence[_Pair]) -> list[tuple[CheckMove, ...]]:
    """Of each column, the checks that were recorded and are in the preset still."""
    both = [list(_both(pair)) for pair in pairs]
    p_values = iter(
        _holm([rates_p(old.passed, old.judged, new.passed, new.judged) for each in both for old, new in each])
    )
    return [
        tuple(_check(pair, old, new, next(p_values)) for old, new in each)
        for pair, each in zip(pairs, both, strict=True)
    ]


def _both(pair: _Pair) -> Iterator[tuple[RecordedCheck, RecordedCheck]]:
    for check in pair.new.checks:
        before = next((each for each in pair.old.checks if (each.type, each.value) == (check.type, check.value)), None)
        if before is not None:
            yield before, check


def _check(pair: _Pair, old: RecordedCheck, new: RecordedCheck, p_value: float | None) -> CheckMove:
    turned = pair.old.should_repeat and p_value is not None and (old.failed > 0) != (new.failed > 0)
    return CheckMove(old, new, p_value, turned or differs(p_value) is True)
