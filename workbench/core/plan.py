"""The gate of an experiment: how many requests it makes, what they may take, and what of that is not known.

What is not known is said and never counted as 0: a model without a price, an answer without a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.counted import counted
from workbench.core.usage import PRICE_UNKNOWN, money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from workbench.core.experiment import Cell, Experiment
    from workbench.core.json_value import JSON
    from workbench.core.request import Request

TYPICAL_ANSWER = 300
"""Tokens of an answer of which nothing is known yet: two or three paragraphs."""

Price: TypeAlias = "Callable[[int, int], float | None]"
"""US dollars of so many prompt and completion tokens; None where the price is unknown, 0.0 where nothing is paid."""


class ColumnFigures(NamedTuple):
    """What is known of a column's requests before they are sent."""

    prompt_tokens: tuple[int, ...]
    """Of one request, for each case; one number where there are no cases."""
    price: Price
    most_answer: int | None = None
    """The most tokens that an answer may take: max tokens, else the model's own limit. None: not known."""
    typical_answer: int = TYPICAL_ANSWER
    answers: int = 1
    """`n` of the request."""
    asked_again: bool = False
    """Whether a request may go out once more because the host refuses what the builder added (stream_options)."""


def figures_for(
    requests: Sequence[Request],
    prompt_tokens: Sequence[int],
    price: Price,
    *,
    model_limit: int | None = None,
    typical_answer: int = TYPICAL_ANSWER,
) -> ColumnFigures:
    """The figures of a column from its requests, one for each case, and the tokens of each.

    `model_limit` is the most that the model writes in any case (`ModelRules.max_output`).
    """
    body = requests[0].body
    asked = [_count(body.get(name)) for name in ("max_completion_tokens", "max_tokens")]
    limits = [limit for limit in (*asked, model_limit) if limit is not None]
    return ColumnFigures(
        prompt_tokens=tuple(prompt_tokens),
        price=price,
        most_answer=min(limits, default=None),
        typical_answer=typical_answer,
        answers=_count(body.get("n")) or 1,
        asked_again=any(note.field == "stream_options" for note in requests[0].notes),
    )


def _count(value: JSON) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


class Plan(NamedTuple):
    """The figures of the gate. `low` is an answer of typical length, `high` one that is as long as it may be."""

    cells: int
    most_requests: int
    """Physical requests where every cell is tried as often as the retry policy allows."""
    tokens_low: int
    tokens_high: int | None
    """None where an answer has no limit that is known."""
    cost_low: float | None
    """US dollars of all columns whose price is known; None where none is. 0.0 only where there is nothing to pay."""
    cost_high: float | None
    """As `cost_low`; None too where what is paid has no limit that is known."""
    unpriced: int = 0
    """Columns without a known price; what they cost comes on top."""

    @property
    def free(self) -> bool:
        """Nobody sends a bill for any of it."""
        return self.cost_low == 0 and not self.unpriced

    @property
    def requests_text(self) -> str:
        """`20 requests, 60 at most with retries`."""
        many = counted(self.cells, "request")
        return many if self.most_requests <= self.cells else f"{many}, {self.most_requests:,} at most with retries"

    @property
    def tokens_text(self) -> str:
        """`~1,200 to 5,400 tokens`, `~1,200 tokens and more`."""
        if self.tokens_high is None:
            return f"~{self.tokens_low:,} tokens and more: the answers have no limit that is known"
        if self.tokens_high == self.tokens_low:
            return f"~{self.tokens_low:,} tokens"
        return f"~{self.tokens_low:,} to {self.tokens_high:,} tokens"

    @property
    def cost_text(self) -> str:
        """`~$0.017 to $0.051`, `free`, `price unknown`, `~$0.017 to $0.051 + 2 columns at an unknown price`."""
        if self.cost_low is None:
            return PRICE_UNKNOWN
        text = self._known_cost()
        if not self.unpriced:
            return text
        return f"{text} + {counted(self.unpriced, 'column')} at an unknown price"

    def _known_cost(self) -> str:
        low = money_text(self.cost_low, exact=False)
        if self.cost_high is None:
            return f"{low} and more"
        high = money_text(self.cost_high)
        return low if low.removeprefix("~") == high else f"{low} to {high}"


class _Range(NamedTuple):
    low: float
    high: float | None


def plan(
    experiment: Experiment, figures: Sequence[ColumnFigures], *, retries: int, cells: Collection[Cell] | None = None
) -> Plan:
    """The figures of an experiment, or of some of its cells. `figures` has an entry for each column; `retries` are
    those after a first try."""
    columns = [_Requests(each, times) for each, times in zip(figures, _times(experiment, cells), strict=True)]
    sent = [each for each in columns if any(each.times)]
    tokens = [_tokens(each) for each in sent]
    costs = [cost for each in sent if (cost := _cost(each)) is not None]
    return Plan(
        cells=experiment.cell_count if cells is None else len(cells),
        most_requests=sum(each.in_all * (1 + retries + each.figures.asked_again) for each in sent),
        tokens_low=int(sum(low for low, _ in tokens)),
        tokens_high=_whole_sum([high for _, high in tokens]),
        cost_low=sum(low for low, _ in costs) if costs else None,
        cost_high=_sum([high for _, high in costs]) if costs else None,
        unpriced=len(sent) - len(costs),
    )


class _Requests(NamedTuple):
    """A column's requests: its figures, and how often each case is sent."""

    figures: ColumnFigures
    times: Sequence[int]

    @property
    def in_all(self) -> int:
        return sum(self.times)

    @property
    def prompts(self) -> list[tuple[int, int]]:
        """The tokens of a prompt, and how often it is sent, for each case."""
        return list(zip(self.figures.prompt_tokens, self.times, strict=True))


def _times(experiment: Experiment, cells: Collection[Cell] | None) -> list[list[int]]:
    """How often each case of each column is sent."""
    if cells is None:
        return [[experiment.repeats] * experiment.case_count for _ in range(experiment.column_count)]
    times = [[0] * experiment.case_count for _ in range(experiment.column_count)]
    for cell in cells:
        times[cell.column][cell.case] += 1
    return times


def _tokens(requests: _Requests) -> _Range:
    figures = requests.figures
    prompts = sum(tokens * times for tokens, times in requests.prompts)
    answers = requests.in_all * figures.answers
    high = None if figures.most_answer is None else prompts + answers * figures.most_answer
    return _Range(prompts + answers * _typical(figures), high)


def _cost(requests: _Requests) -> _Range | None:
    """US dollars; None where a price is not known."""
    figures = requests.figures
    low = _priced(requests, _typical(figures))
    if low is None:
        return None
    if not low:
        return _Range(0.0, 0.0)
    return _Range(low, None if figures.most_answer is None else _priced(requests, figures.most_answer))


def _priced(requests: _Requests, answer: int) -> float | None:
    """US dollars of all of them with answers of so many tokens; None where a price is not known."""
    figures = requests.figures
    return _sum(
        [
            None if (cost := figures.price(tokens, answer * figures.answers)) is None else cost * times
            for tokens, times in requests.prompts
            if times
        ]
    )


def _typical(figures: ColumnFigures) -> int:
    most = figures.most_answer
    return figures.typical_answer if most is None else min(figures.typical_answer, most)


def _sum(values: Sequence[float | None]) -> float | None:
    """None where one of them is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _whole_sum(values: Sequence[float | None]) -> int | None:
    total = _sum(values)
    return None if total is None else int(total)
