"""What was judged blind on the compare screen, and what is still to be judged. No widget here."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

from workbench.core.judging import Judgement, Round, rounds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workbench.core.experiment import Cell


class KeepsJudgements(Protocol):
    """The experiment's row in history; it never waits."""

    def judged(self, judgement: Judgement) -> None: ...

    def unjudged(self, case: int, repeat: int) -> None: ...


class Judging:
    """The judgements of one experiment, each kept as it is made."""

    def __init__(self, record: KeepsJudgements, judgements: Iterable[Judgement] = ()) -> None:
        """`judgements` are those of an experiment that goes on."""
        self._record = record
        self._judged = {(each.case, each.repeat): each for each in judgements}
        # A person must not guess the order of the cards: it differs at every start.
        self._chance = random.Random()

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        return tuple(self._judged.values())

    def open_rounds(self, answers: Mapping[Cell, str]) -> tuple[Round, ...]:
        """The rounds that these complete answers make and that were not judged yet."""
        left = {cell: text for cell, text in answers.items() if (cell.case, cell.repeat) not in self._judged}
        return rounds_of(left, self._chance.shuffle)

    def keep(self, judgement: Judgement) -> None:
        """Keep it, in place of an earlier one of that round."""
        self._judged.pop((judgement.case, judgement.repeat), None)
        self._judged[judgement.case, judgement.repeat] = judgement
        self._record.judged(judgement)

    def forget(self, case: int, repeat: int) -> None:
        """Take the judgement of a round back: one of its answers is another one now, or it is to be judged anew."""
        if self._judged.pop((case, repeat), None) is not None:
            self._record.unjudged(case, repeat)

    def forget_all(self) -> None:
        """Judge everything anew."""
        for case, repeat in list(self._judged):
            self.forget(case, repeat)
