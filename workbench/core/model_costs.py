"""What one prompt takes on several models: tokens, money, and whether it fits. What is not known is None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from workbench.core.counted import counted
from workbench.core.usage import PRICE_UNKNOWN, UNKNOWN, money_text, share_text, tokens_text

Price: TypeAlias = Callable[[int, int], float | None]
"""US dollars of so many prompt and completion tokens; None where the price is unknown, 0.0 where nothing is paid."""
Fit = Literal["fits", "tight", "too long", "unknown"]


class ModelCost(NamedTuple):
    """A prompt on one model. Money in US dollars, for one answer of that length."""

    id: str
    tokens: int
    exact: bool
    prompt_usd: float | None
    typical_usd: float | None
    """With an answer of typical length."""
    most_usd: float | None
    """With the longest answer that it may give; None too where that is not known."""
    most_answer: int | None
    window: int | None
    recent: bool = False
    uncounted: int = 0
    """Images whose tokens are not known; they come on top."""

    @property
    def fit(self) -> Fit:
        """`tight`: the prompt fits into the window, the longest answer does not fit beside it."""
        if not self.window:
            return "unknown"
        if self.tokens > self.window:
            return "too long"
        return "tight" if self.most_answer and self.tokens + self.most_answer > self.window else "fits"


def model_cost(
    id: str,
    tokens: int,
    exact: bool,
    price: Price,
    *,
    typical_answer: int,
    most_answer: int | None,
    window: int | None,
    recent: bool = False,
    uncounted: int = 0,
) -> ModelCost:
    """The costs of `tokens` of prompt on a model."""
    typical = typical_answer if most_answer is None else min(typical_answer, most_answer)
    most = price(tokens, most_answer) if most_answer is not None else None
    return ModelCost(
        id, tokens, exact, price(tokens, 0), price(tokens, typical), most, most_answer, window, recent, uncounted
    )


def in_order(costs: Sequence[ModelCost], current: str) -> tuple[ModelCost, ...]:
    """The current model, then those asked lately as they come, then the cheaper ones first; unpriced ones last."""

    def rank(cost: ModelCost) -> tuple[int, float]:
        if cost.id == current:
            return 0, 0.0
        if cost.recent:
            return 1, 0.0
        return (3, 0.0) if cost.typical_usd is None else (2, cost.typical_usd)

    return tuple(sorted(costs, key=rank))


# -- words -------------------------------------------------------------------------------------------------------------


def about(cost: ModelCost, typical_answer: int) -> str:
    """All that is known of one row, for whoever looks at it."""
    parts = [
        f"{tokens_text(cost.tokens, exact=cost.exact)} prompt tokens",
        _uncounted(cost.uncounted),
        _fit_words(cost),
    ]
    if cost.prompt_usd is None:
        return " · ".join([*(part for part in parts if part), PRICE_UNKNOWN])
    if cost.prompt_usd == 0 and cost.typical_usd == 0:
        return " · ".join([*(part for part in parts if part), "costs nothing"])
    parts.append(f"prompt {_money(cost.prompt_usd, cost)}")
    if cost.typical_usd is not None:
        parts.append(f"{_money(cost.typical_usd, cost)} with {typical_answer:,} of answer")
    if cost.most_answer is None:
        parts.append("the longest answer is not known")
    elif cost.most_usd is not None:
        parts.append(f"at most {_money(cost.most_usd, cost)} with {cost.most_answer:,}")
    return " · ".join(part for part in parts if part)


def _uncounted(images: int) -> str:
    return f"{counted(images, 'image')} not counted" if images else ""


def _fit_words(cost: ModelCost) -> str:
    window = cost.window or 0
    match cost.fit:
        case "too long":
            return f"does not fit: the window has {window:,}"
        case "tight":
            return f"room for {window - cost.tokens:,} of answer in a window of {window:,}"
        case "unknown":
            return "window not known"
    return f"{share_text(cost.tokens / window)} of a window of {window:,}"


def _money(dollars: float, cost: ModelCost) -> str:
    return money_text(dollars, exact=cost.exact)


class _Column(NamedTuple):
    """The one with the highest `rank` is the first to go where there is too little room."""

    heading: str
    rank: int
    cell: Callable[[ModelCost], str]


_GAP = 2


def cost_columns(costs: Sequence[ModelCost], room: int) -> tuple[str, list[str]]:
    """The headings and each row's figures, aligned to the right, in at most `room` cells (all of it is ASCII but the
    dash for what is unknown, which has one cell)."""
    shown = [(column, [column.cell(cost) for cost in costs]) for column in _COLUMNS]
    while len(shown) > 1 and _width(shown) > room:
        shown.remove(max(shown, key=lambda pair: pair[0].rank))
    widths = [max(len(column.heading), *map(len, cells), 1) for column, cells in shown]
    heading = _row([column.heading for column, _ in shown], widths)
    return heading, [_row([cells[at] for _, cells in shown], widths) for at in range(len(costs))]


def _width(shown: Sequence[tuple[_Column, list[str]]]) -> int:
    return sum(max(len(column.heading), *map(len, cells), 1) + _GAP for column, cells in shown) - _GAP


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * _GAP).join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _dollars(dollars: float | None) -> str:
    return UNKNOWN if dollars is None else "free" if dollars == 0 else money_text(dollars)


def _window(cost: ModelCost) -> str:
    if not cost.window:
        return UNKNOWN
    size, unit = next((pair for pair in ((1_000_000, "M"), (1_000, "k")) if cost.window >= pair[0]), (1, ""))
    return f"{cost.window / size:.3g}{unit}"


_FITS: dict[Fit, str] = {"fits": "fits", "tight": "tight", "too long": "TOO LONG", "unknown": UNKNOWN}
_COLUMNS = (
    _Column("tokens", 1, lambda cost: tokens_text(cost.tokens, exact=cost.exact)),
    _Column("$ prompt", 3, lambda cost: _dollars(cost.prompt_usd)),
    _Column("typical", 0, lambda cost: _dollars(cost.typical_usd)),
    _Column("at most", 4, lambda cost: _dollars(cost.most_usd)),
    _Column("window", 5, _window),
    _Column("fits", 2, lambda cost: _FITS[cost.fit]),
)
