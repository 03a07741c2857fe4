"""What a run used and cost: two drawn lines, three where there is room, in slots that keep their place.

in 871 (0 cached)     out ~142 (reasoning 20)    total 1,013   ctx ▎─────────── 0.3 %
$0.0013 · session $0.021   88 tok/s   first token 0.3 s   total 1.4 s   attempts 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.widget import Widget

from workbench.core.usage import (
    PRICE_UNKNOWN,
    UNKNOWN,
    SessionCost,
    context_share,
    money_text,
    rate_text,
    seconds_text,
    share_text,
    tokens_text,
)
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.drawing import Piece, bar, strip_of, styles_of, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

_NEARLY_FULL = 0.9
"""Share of the context window from which on it is shown as a warning."""


class UsageState(NamedTuple):
    """What is known so far; None is not known, and is never shown as 0. Tokens, US dollars, seconds."""

    prompt_tokens: int | None = None
    prompt_exact: bool = False
    """It is no estimate, although the endpoint has not said it."""
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    window: int | None = None
    """The model's context window in tokens."""
    cost_usd: float | None = None
    """None: the price is not known."""
    before: bool = False
    """Nothing was sent yet: what is known is the prompt alone, and its cost without an answer."""
    session: SessionCost | None = None
    free: bool = False
    """There is nothing to pay: practice, or a server on this machine."""
    tokens_per_s: float | None = None
    first_token_s: float | None = None
    total_s: float | None = None
    attempts: int = 0
    own_price: bool = False
    """The cost is by a price of the person's own."""
    live: bool = False
    """The run goes on: counts and cost are estimates and marked ~."""
    estimated: bool = False
    """The run has ended and its endpoint reported no usage: the counts stay estimates."""
    budget: str = ""
    """What there is to say of a budget that is nearly used up; "" otherwise."""
    sending: str = ""
    """What is sent of the conversation and what that saves, where it is not all of it."""

    @property
    def context_share(self) -> float | None:
        """Input and output as a share of the window, 0 and up; None where one of them is not known."""
        used = self.total_tokens
        if used is None and self.prompt_tokens is not None:
            used = self.prompt_tokens + (self.completion_tokens or 0)
        return context_share(used, self.window)


class Slot(NamedTuple):
    """One fact of the meter in a place of its own: `width` cells, whatever its text. The highest rank goes first."""

    pieces: tuple[Piece, ...]
    width: int
    rank: int
    short: tuple[Piece, ...] = ()
    """What stands there, in `short_width` cells, before the slot goes altogether; () where there is no short form."""
    short_width: int = 0
    short_rank: int = 0

    @property
    def cells(self) -> int:
        """The slot's width; a text that is longer, which is rare, pushes the others rather than being cut."""
        return max(self.width, width_of(self.pieces) + 2)


class UsageMeter(Widget):
    """Draws a `UsageState`. Narrow: the least important facts go, none is cut in the middle."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "usage--plain",
        "usage--label",
        "usage--value",
        "usage--live",
        "usage--warning",
        "usage--bar",
    }
    DEFAULT_CSS = """
    UsageMeter {
        height: 4;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        & > .usage--label { color: $text-muted; }
        & > .usage--value { color: $foreground; text-style: bold; }
        & > .usage--live { color: $text-accent; text-style: bold; }
        & > .usage--warning { color: $text-warning; }
        & > .usage--bar { color: $foreground 35%; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._usage = UsageState()
        self.border_title = "Usage"

    @property
    def usage(self) -> UsageState:
        return self._usage

    def show(self, usage: UsageState) -> None:
        """Show this; drawn again only when it differs."""
        if usage != self._usage:
            self._usage = usage
            self.border_subtitle = literal(one_line(usage.sending, max(10, self.size.width - 2)))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        lines = meter_lines(self._usage, width, height)
        return strip_of(lines[y] if y < len(lines) else [], width, styles_of(self, "usage"))


def meter_lines(usage: UsageState, width: int, height: int) -> list[list[Piece]]:
    """The meter's lines: two, or three where the height allows (the context's bar then has its own)."""
    counts, times = _count_slots(usage), _money_slots(usage) + _time_slots(usage)
    if height >= 3:
        return [_placed(counts, width), _context_line(usage, width), _placed(times, width)]
    left = _placed([*counts, _context_slot(usage)], width)
    return [left, _placed(times, width)]


def _placed(slots: Sequence[Slot], width: int) -> list[Piece]:
    """The slots side by side: while they are too wide the least important one is shortened, then left out."""
    kept = list(slots)
    while kept and sum(slot.cells for slot in kept) > width + 2:
        last = max(range(len(kept)), key=lambda index: kept[index].rank)
        slot = kept[last]
        if slot.short:
            kept[last] = Slot(slot.short, slot.short_width, slot.short_rank)
        elif len(kept) == 1:
            break
        else:
            del kept[last]
    pieces: list[Piece] = []
    for slot in kept:
        pieces += [*slot.pieces, Piece(" " * (slot.cells - width_of(slot.pieces)))]
    return pieces


def _count_slots(usage: UsageState) -> list[Slot]:
    exact = not usage.live and not usage.estimated
    value = "live" if usage.live else "value"
    # The prompt's count is the endpoint's own once it says how much of it was cached.
    asked_exact = exact or usage.prompt_exact or usage.cached_tokens is not None
    asked = _number("in ", usage.prompt_tokens, asked_exact, "value")
    answered = _number("out ", usage.completion_tokens, exact, value)
    cached = _aside(usage.cached_tokens, "{} cached")
    thought = _aside(usage.reasoning_tokens, "reasoning {}")
    return [
        Slot((*asked, *cached), 27, 4, asked, 12, 1),
        Slot((*answered, *thought), 29, 5, answered, 13, 0),
        Slot(_number("total ", usage.total_tokens, exact, "value"), 16, 6),
    ]


def _number(label: str, count: int | None, exact: bool, style: str) -> tuple[Piece, ...]:
    return Piece(label, "label"), Piece(tokens_text(count, exact=exact), "label" if count is None else style)


def _aside(count: int | None, words: str) -> tuple[Piece, ...]:
    return () if count is None else (Piece(f" ({words.format(tokens_text(count))})", "label"),)


def _context_slot(usage: UsageState) -> Slot:
    share = usage.context_share
    if share is None:
        return Slot((Piece(f"ctx {UNKNOWN}", "label"),), 22, 3, (Piece(f"ctx {UNKNOWN}", "label"),), 12, 2)
    percent = Piece(share_text(share), _share_style(share, "value"))
    short = (Piece("ctx ", "label"), percent)
    whole = (Piece("ctx ", "label"), *_bar(share, 10), Piece(" "), percent)
    return Slot(whole, 22, 3, short, 12, 2)


def _context_line(usage: UsageState, width: int) -> list[Piece]:
    share = usage.context_share
    if share is None or usage.window is None:
        return [Piece(f"context {UNKNOWN}", "label")]
    percent = Piece(f" {share_text(share):<7}", _share_style(share, "value"))
    window = Piece(f"of {tokens_text(usage.window)}", "label")
    room = width - len("context ") - width_of((percent, window))
    if room < 6:
        return [Piece("context", "label"), percent]
    return [Piece("context ", "label"), *_bar(share, min(room, 40)), percent, window]


def _share_style(share: float, otherwise: str) -> str:
    return "warning" if share >= _NEARLY_FULL else otherwise


def _bar(share: float, width: int) -> tuple[Piece, ...]:
    filled = bar(share, width)
    return Piece(filled, _share_style(share, "live")), Piece("─" * (width - len(filled)), "bar")


def _money_slots(usage: UsageState) -> list[Slot]:
    run = _cost(usage)
    own = (Piece(" own price", "label"),) if usage.own_price and usage.cost_usd is not None else ()
    session = usage.session
    whole: tuple[Piece, ...] = (run, *own)
    if session is not None and (session.known or session.unknown_runs):
        whole += (Piece(" · session ", "label"), Piece(session.text, "value"))
    cost = Slot(whole, 28, 4, (run, *own), 16, -1)
    return [cost, Slot((Piece(usage.budget, "warning"),), 0, 0)] if usage.budget else [cost]


def _cost(usage: UsageState) -> Piece:
    if usage.free:
        return Piece("free", "value")
    if usage.cost_usd is None:
        # Before the first request there is nothing to have a price.
        return Piece(PRICE_UNKNOWN if usage.live or usage.attempts else UNKNOWN, "label")
    if usage.before:
        return Piece(f"prompt {money_text(usage.cost_usd, exact=usage.prompt_exact)}", "value")
    if not usage.cost_usd and usage.completion_tokens is None and not usage.live:
        return Piece("$0", "value")  # refused before anything was done: that is not free
    exact = not usage.live and not usage.estimated
    return Piece(money_text(usage.cost_usd, exact=exact), "live" if usage.live else "value")


def _time_slots(usage: UsageState) -> list[Slot]:
    known = "live" if usage.live else "value"
    rate = Piece(rate_text(usage.tokens_per_s), known if usage.tokens_per_s is not None else "label")
    slots = [
        Slot((rate,), 12, 2),
        Slot(_seconds("first token ", usage.first_token_s), 21, 5),
        Slot(_seconds("total ", usage.total_s), 15, 1),
    ]
    if usage.attempts > 1:
        slots.append(Slot((Piece("attempts ", "label"), Piece(str(usage.attempts), "warning")), 13, 3))
    return slots


def _seconds(label: str, seconds: float | None) -> tuple[Piece, ...]:
    return Piece(label, "label"), Piece(seconds_text(seconds), "label" if seconds is None else "value")
