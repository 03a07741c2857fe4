"""Judging answers blind: which are shown side by side, what was picked, and how often each column won.

A round shows the answers of one case and repeat, in an order that says nothing of their columns. Answers that are alike
are shown once, and a pick of them counts for every column that gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.compare.words import same_form
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from workbench.core.experiment import Cell
    from workbench.core.json_value import JSON

MOST_CARDS = 9
"""So many answers are told apart by one digit."""
_Z = 1.959964
"""Of the normal distribution, for 95 %."""

Shuffle = Callable[[list["Card"]], None]
"""Puts a list into an order of chance, in place."""


class Card(NamedTuple):
    """One answer, and the columns that gave it."""

    columns: tuple[int, ...]
    text: str


class Round(NamedTuple):
    """The answers of one case and repeat, in the order in which they are shown; two or more."""

    case: int
    repeat: int
    cards: tuple[Card, ...]


class Judgement(NamedTuple):
    """What was picked in a round."""

    case: int
    repeat: int
    shown: tuple[tuple[int, ...], ...]
    """The columns of each card, in the order of the screen."""
    picked: int | None
    """The place in `shown`; None where the round was skipped."""
    note: str = ""

    @property
    def winners(self) -> tuple[int, ...]:
        """The columns whose answer was picked; () for a skipped round."""
        return () if self.picked is None else self.shown[self.picked]

    def to_json(self) -> dict[str, JSON]:
        """For storage and export; cases, repeats and columns count from 0."""
        return {
            "case": self.case,
            "repeat": self.repeat,
            "shown": [list(columns) for columns in self.shown],
            "picked": self.picked,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, value: JSON) -> Judgement:
        """The judgement of such an object. InputError."""
        match value:
            case {"case": int(case), "repeat": int(repeat), "shown": list(shown), "picked": picked, "note": str(note)}:
                columns = tuple(_columns(each) for each in shown)
                if picked is None or (isinstance(picked, int) and 0 <= picked < len(columns)):
                    return cls(case, repeat, columns, picked, note)
        raise InputError("a stored judgement can't be read")


def _columns(value: JSON) -> tuple[int, ...]:
    columns = tuple(each for each in value if isinstance(each, int)) if isinstance(value, list) else ()
    if not columns:
        raise InputError("a stored judgement can't be read")
    return columns


class WinRate(NamedTuple):
    """How often a column's answer was picked, of the rounds in which one of its answers was shown and one was picked.

    `low` and `high` are Wilson's interval for it, at 95 %.
    """

    wins: int
    rounds: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """0 to 1; None before the first round."""
        return self.wins / self.rounds if self.rounds else None

    def to_json(self) -> dict[str, JSON]:
        """`judged` of a column of `compare --json`."""
        return {"wins": self.wins, "rounds": self.rounds, "rate": self.rate, "low": self.low, "high": self.high}


def rounds_of(answers: Mapping[Cell, str], shuffle: Shuffle) -> tuple[Round, ...]:
    """The rounds that the complete answers make, by repeat, then by case. One where all say the same is none.

    Of more than nine different answers nine are shown, those that `shuffle` puts first.
    """
    cards: dict[tuple[int, int], dict[str, Card]] = {}
    for cell in sorted(answers, key=lambda each: (each.repeat, each.case, each.column)):
        alike = cards.setdefault((cell.repeat, cell.case), {})
        form = same_form(answers[cell])
        known = alike.get(form, Card((), answers[cell]))
        alike[form] = known._replace(columns=(*known.columns, cell.column))
    found: list[Round] = []
    for (repeat, case), alike in cards.items():
        if len(alike) > 1:
            order = list(alike.values())
            shuffle(order)
            found.append(Round(case, repeat, tuple(order[:MOST_CARDS])))
    return tuple(found)


def judged(round: Round, picked: int | None, note: str = "") -> Judgement:
    """The judgement that picks the card at this place of a round, or none. IndexError where there is no such card."""
    if picked is not None:
        _ = round.cards[picked]
    return Judgement(round.case, round.repeat, tuple(card.columns for card in round.cards), picked, note)


def win_rates(judgements: Iterable[Judgement], columns: int) -> tuple[WinRate, ...]:
    """The win rate of each column. A round that was skipped counts for none."""
    wins, rounds = [0] * columns, [0] * columns
    for each in judgements:
        if each.picked is None:
            continue
        for column in _within(each.winners, columns):
            wins[column] += 1
        for shown in each.shown:
            for column in _within(shown, columns):
                rounds[column] += 1
    return tuple(WinRate(won, of, *wilson(won, of)) for won, of in zip(wins, rounds, strict=True))


def picks(judgements: Iterable[Judgement]) -> dict[Cell, bool]:
    """Whether an answer was picked, for each that was shown in a round that was not skipped."""
    from workbench.core.experiment import Cell

    return {
        Cell(column, each.case, each.repeat): column in each.winners
        for each in judgements
        if each.picked is not None
        for shown in each.shown
        for column in shown
    }


def _within(found: Sequence[int], columns: int) -> list[int]:
    return [column for column in found if 0 <= column < columns]


def wilson(wins: int, of: int) -> tuple[float, float]:
    """The interval in which a rate lies with 95 % (Wilson 1927, JASA 22:209-212): unlike the plain one it stays
    within 0 and 1, and says something of 0 in 3. (0.0, 1.0) for nothing of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = wins / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (0.0 if wins == 0 else max(0.0, middle - half)), (1.0 if wins == of else min(1.0, middle + half))
