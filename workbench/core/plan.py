"""The gate of an experiment: how many requests it makes, what they may take, and what of that is not known.

What is not known is said and never counted as 0: a model without a price, an answer without a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.usage import PRICE_UNKNOWN, money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.experiment import Experiment
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
        many = f"{self.cells:,} request{'s' * (self.cells != 1)}"
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
        return f"{text} + {self.unpriced} column{'s' * (self.unpriced != 1)} at an unknown price"

    def _known_cost(self) -> str:
        low = money_text(self.cost_low, exact=False)
        if self.cost_high is None:
            return f"{low} and more"
        high = money_text(self.cost_high)
        return low if low.removeprefix("~") == high else f"{low} to {high}"


class _Range(NamedTuple):
    low: float
    high: float | None


def plan(experiment: Experiment, figures: Sequence[ColumnFigures], *, retries: int) -> Plan:
    """The figures of an experiment. `figures` has an entry for each column; `retries` are those after a first try."""
    requests = experiment.case_count * experiment.repeats
    tokens = [_tokens(each, experiment.repeats) for each in figures]
    costs = [cost for each in figures if (cost := _cost(each, experiment.repeats)) is not None]
    return Plan(
        cells=experiment.cell_count,
        most_requests=sum(requests * (1 + retries + each.asked_again) for each in figures),
        tokens_low=int(sum(low for low, _ in tokens)),
        tokens_high=_whole_sum([high for _, high in tokens]),
        cost_low=sum(low for low, _ in costs) if costs else None,
        cost_high=_sum([high for _, high in costs]) if costs else None,
        unpriced=len(figures) - len(costs),
    )


def _tokens(figures: ColumnFigures, repeats: int) -> _Range:
    prompts = sum(figures.prompt_tokens) * repeats
    answers = len(figures.prompt_tokens) * figures.answers * repeats
    high = None if figures.most_answer is None else prompts + answers * figures.most_answer
    return _Range(prompts + answers * _typical(figures), high)


def _cost(figures: ColumnFigures, repeats: int) -> _Range | None:
    """US dollars; None where a price is not known."""
    low = [figures.price(prompt, _typical(figures) * figures.answers) for prompt in figures.prompt_tokens]
    known = [cost for cost in low if cost is not None]
    if len(known) < len(low):
        return None
    if not any(known):
        return _Range(0.0, 0.0)
    if figures.most_answer is None:
        return _Range(sum(known) * repeats, None)
    high = _sum([figures.price(prompt, figures.most_answer * figures.answers) for prompt in figures.prompt_tokens])
    return _Range(sum(known) * repeats, None if high is None else high * repeats)


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
