"""What is known of a model before it is chosen: one card, from the endpoint's list, the rules and the prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.counted import counted
from workbench.core.usage import money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from workbench.core.models import Lessons, ModelInfo, ModelRules

SOON = 60
"""Days before a model's end from which it is marked."""

Temperature = Literal["yes", "at effort none", "1 alone", "no", "unknown"]


class PricePair(NamedTuple):
    """US dollars per million tokens."""

    prompt: float
    completion: float
    own: bool = False
    """It is a price of the person's own."""

    @property
    def is_free(self) -> bool:
        return self.prompt == 0 and self.completion == 0


class ModelCard(NamedTuple):
    """One model as the picker shows it. What is not known is None, or `unknown`."""

    id: str
    window: int | None = None
    """Tokens, input and output together."""
    max_output: int | None = None
    price: PricePair | None = None
    temperature: Temperature = "unknown"
    efforts: tuple[str, ...] | None = None
    """The reasoning efforts that it takes; () where it takes none."""
    json_schema: bool | None = None
    images: bool | None = None
    shutdown: date | None = None
    refused: tuple[str, ...] = ()
    """Parameters that this host refused for it."""
    recent: bool = False
    """Whether it was asked here not long ago."""
    listed: bool = True
    """Whether the endpoint lists it."""

    def days_left(self, today: date) -> int | None:
        """Days until it is switched off, negative afterwards; None where no day is known."""
        return None if self.shutdown is None else (self.shutdown - today).days


def model_card(
    info: ModelInfo,
    *,
    rules: ModelRules | None,
    lessons: Lessons,
    price: PricePair | None = None,
    recent: bool = False,
    listed: bool = True,
) -> ModelCard:
    """The card of one model. What the endpoint says of itself goes before the rules."""
    refused = tuple(sorted(parameter for model, parameter in lessons.refused if model == info.id))
    known = rules is not None and bool(rules.parameters)
    return ModelCard(
        info.id,
        info.window or (rules.context_window if rules is not None else None),
        rules.max_output if rules is not None else None,
        price,
        "no" if "temperature" in refused else _temperature(info, rules if known else None),
        () if "reasoning_effort" in refused else _efforts(info, rules if known else None),
        False if "response_format" in refused else _json_schema(info, known),
        info.images if info.images is not None or rules is None else rules.images,
        info.shutdown or (rules.shutdown if rules is not None else None),
        refused,
        recent,
        listed,
    )


def _temperature(info: ModelInfo, rules: ModelRules | None) -> Temperature:
    if info.takes is not None:
        return "yes" if "temperature" in info.takes else "no"
    if rules is None:
        return "unknown"
    rule = rules.parameters.get("temperature")
    if rule is None:
        return "yes"
    if rule.taken == "at_effort_none":
        effort = rules.parameters.get("reasoning_effort")
        return "yes" if effort is not None and effort.default == "none" else "at effort none"
    if rule.only is not None:
        return "1 alone"
    return {"always": "yes", "never": "no"}.get(rule.taken, "unknown")  # type: ignore[return-value]


def _efforts(info: ModelInfo, rules: ModelRules | None) -> tuple[str, ...] | None:
    from workbench.core.request_rules import choices_for  # with the whole table of parameters

    if info.takes is not None:
        return choices_for("reasoning_effort", None) if info.takes & {"reasoning", "reasoning_effort"} else ()
    if rules is None:
        return None
    rule = rules.parameters.get("reasoning_effort")
    return () if rule is not None and rule.taken == "never" else choices_for("reasoning_effort", rules)


def _json_schema(info: ModelInfo, known: bool) -> bool | None:
    if info.takes is not None:
        return bool(info.takes & {"structured_outputs", "response_format"})
    return True if known else None


def ordered(cards: Sequence[ModelCard], recent: Sequence[str]) -> tuple[ModelCard, ...]:
    """Those asked not long ago first, the newest of them first; the others as the endpoint lists them."""
    places = {name: place for place, name in enumerate(recent)}
    return tuple(sorted(cards, key=lambda card: places.get(card.id, len(places))))


# -- words ---------------------------------------------------------------------------------------------------------


def about(card: ModelCard, today: date) -> str:
    """All that is known of it in one text, for whoever looks at it; "" where nothing is."""
    parts = [
        f"window {card.window:,}" if card.window else "",
        f"answers up to {card.max_output:,}" if card.max_output else "",
        price_words(card.price),
        *_takes_words(card),
        f"refused here: {', '.join(card.refused)}" if card.refused else "",
        end_words(card, today),
    ]
    return " · ".join(part for part in parts if part)


def price_words(price: PricePair | None) -> str:
    if price is None:
        return ""
    if price.is_free:
        return "costs nothing"
    told = f"{money_text(price.prompt)} in, {money_text(price.completion)} out per million tokens"
    return f"{told} (own price)" if price.own else told


def _takes_words(card: ModelCard) -> list[str]:
    temperature = {"yes": "temperature", "no": "no temperature", "unknown": ""}
    efforts = card.efforts
    return [
        temperature.get(card.temperature, f"temperature {card.temperature}"),
        "" if efforts is None else f"effort {efforts[0]} to {efforts[-1]}" if efforts else "no effort",
        "" if card.json_schema is None else "JSON schema" if card.json_schema else "no JSON schema",
        "" if card.images is None else "images" if card.images else "no images",
    ]


def end_words(card: ModelCard, today: date) -> str:
    """When it is switched off, and in how many days where that is soon."""
    days = card.days_left(today)
    if days is None:
        return ""
    if days <= 0:
        return f"switched off on {card.shutdown}"
    return f"ends {card.shutdown}" + (f", in {counted(days, 'day')}" if days <= SOON else "")


# -- columns -------------------------------------------------------------------------------------------------------


class Column(NamedTuple):
    """A column of the table: `cell` gives its text for a card. The one with the highest `rank` is the first to go."""

    heading: str
    rank: int
    cell: Callable[[ModelCard], str]


GAP = 2


def model_columns(cards: Sequence[ModelCard], room: int) -> tuple[str, list[str]]:
    """The headings and each card's facts as aligned text of at most `room` cells (all of it is ASCII).

    Columns that nobody fills are left out; where there is too little room, what a card takes goes first, then its
    end, its price, its window.
    """
    shown = [(column, [column.cell(card) for card in cards]) for column in _COLUMNS]
    shown = [(column, cells) for column, cells in shown if any(cell.strip() for cell in cells)]
    while shown and _width(shown) > room:
        shown.remove(max(shown, key=lambda pair: pair[0].rank))
    widths = [max(len(column.heading), *map(len, cells)) for column, cells in shown]
    heading = _row([column.heading for column, _ in shown], widths)
    rows = [_row([cells[at] for _, cells in shown], widths) for at in range(len(cards))]
    return heading, rows


def _width(shown: Sequence[tuple[Column, list[str]]]) -> int:
    return sum(max(len(column.heading), *map(len, cells)) + GAP for column, cells in shown) - GAP


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * GAP).join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _window(card: ModelCard) -> str:
    if not card.window:
        return ""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if card.window >= size:
            return f"{card.window / size:.3g}{unit}".rjust(6)
    return str(card.window).rjust(6)


def _price(card: ModelCard) -> str:
    if card.price is None:
        return ""
    return "free" if card.price.is_free else f"{card.price.prompt:.3g} / {card.price.completion:.3g}"


def _takes(card: ModelCard) -> str:
    temperature = {"yes": "temp", "at effort none": "temp*"}.get(card.temperature, "")
    slots = (
        (temperature, 5),
        ("effort" if card.efforts else "", 6),
        ("json" if card.json_schema else "", 4),
        ("img" if card.images else "", 3),
    )
    return " ".join(text.ljust(width) for text, width in slots)


def _end(card: ModelCard) -> str:
    return "" if card.shutdown is None else card.shutdown.isoformat()


_COLUMNS = (
    Column("window", 1, _window),
    Column("$ in / out 1M", 2, _price),
    Column("takes", 4, _takes),
    Column("ends", 3, _end),
)
