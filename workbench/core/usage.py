"""What a run used, and how that reads: tokens, share of the window, rate, money, time.

Endpoints report usage with holes, nulls and nonsense; here a number that can't be one is None, and None is never
shown as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON
    from workbench.core.outcome import Outcome

ABSURD = 1_000_000_000
"""Tokens. No endpoint takes or gives so many in one request."""
UNKNOWN = "—"
PRICE_UNKNOWN = "price unknown"


class UsageFacts(NamedTuple):
    """The numbers of a usage object that can be believed, in tokens; None where there is none."""

    prompt: int | None = None
    cached: int | None = None
    """Of the prompt, read from a cache."""
    cache_written: int | None = None
    """Of the prompt, written to a cache."""
    completion: int | None = None
    """With the reasoning."""
    reasoning: int | None = None
    total: int | None = None

    @classmethod
    def from_usage(cls, usage: Mapping[str, JSON] | None) -> UsageFacts:
        """Read `usage` as Chat Completions names it. A part is at most its whole; a missing total is the sum."""
        if not usage:
            return cls()
        prompt_details = _details(usage, "prompt_tokens_details")
        prompt = _tokens(usage.get("prompt_tokens"))
        completion = _tokens(usage.get("completion_tokens"))
        total = _tokens(usage.get("total_tokens"))
        if total is None and prompt is not None and completion is not None:
            total = prompt + completion
        # DeepSeek reports its cache under a name of its own.
        cached = _tokens(prompt_details.get("cached_tokens", usage.get("prompt_cache_hit_tokens")))
        reasoning = _tokens(_details(usage, "completion_tokens_details").get("reasoning_tokens"))
        return cls(
            prompt=prompt,
            cached=_at_most(cached, prompt),
            cache_written=_at_most(_tokens(prompt_details.get("cache_write_tokens")), prompt),
            completion=completion,
            reasoning=_at_most(reasoning, completion),
            total=total,
        )


def _details(usage: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    details = usage.get(name)
    return details if isinstance(details, dict) else {}


def _tokens(value: JSON) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # The range first: int() raises on infinity, and NaN is in no range.
    return int(value) if 0 <= value <= ABSURD and value == int(value) else None


def _at_most(part: int | None, whole: int | None) -> int | None:
    return part if part is None or whole is None else min(part, whole)


def context_share(tokens: int | None, window: int | None) -> float | None:
    """The part of a model's window that `tokens` fill, 0.0 and more; None where one of them is not known."""
    return None if tokens is None or not window or window < 0 else tokens / window


def tokens_per_second(completion: int | None, first_token_s: float | None, total_s: float | None) -> float | None:
    """The rate at which an answer came, counted from its first token; over the whole time where it came at once."""
    if not completion or total_s is None or total_s <= 0:
        return None
    if first_token_s is not None and completion > 1 and total_s - first_token_s >= 0.001:
        return (completion - 1) / (total_s - first_token_s)
    return completion / total_s


class SessionCost(NamedTuple):
    """What a session has cost so far, in US dollars, and how many of its runs have no known price."""

    known: float = 0.0
    unknown_runs: int = 0
    estimated: bool = False
    """Some of what is known is an estimate."""

    def plus(self, cost: float | None, *, exact: bool = True) -> SessionCost:
        """With one more run."""
        if cost is None:
            return self._replace(unknown_runs=self.unknown_runs + 1)
        return self._replace(known=self.known + cost, estimated=self.estimated or not exact)

    @property
    def text(self) -> str:
        """`$0.012`, `$0.012 + 2 unknown`, `price unknown`, `free`."""
        known = money_text(self.known, exact=not self.estimated)
        if not self.unknown_runs:
            return known
        return f"{known} + {self.unknown_runs} unknown" if self.known else PRICE_UNKNOWN


def tokens_text(tokens: int | None, *, exact: bool = True) -> str:
    """`1,234`, `~1,234` for an estimate, `—` for none."""
    return UNKNOWN if tokens is None else f"{'' if exact else '~'}{tokens:,}"


def money_text(dollars: float | None, *, exact: bool = True) -> str:
    """US dollars with two figures that count: `$0.00014`, `$1.20`; `free` for 0, `price unknown` for None.

    A known price is never shown as $0.
    """
    if dollars is None:
        return PRICE_UNKNOWN
    if dollars == 0:
        return "free"
    return f"{'' if exact else '~'}{_money(dollars)}"


def _money(dollars: float) -> str:
    if dollars < 0.000_000_1:
        return "<$0.0000001"
    if dollars >= 0.995:
        return f"${dollars:,.2f}"
    decimals = 2
    while decimals < 9 and round(dollars, decimals) < 10 ** -(decimals - 1):
        decimals += 1
    return f"${dollars:.{decimals}f}"


def seconds_text(seconds: float | None) -> str:
    """`0.31 s`, `1.4 s`, `12 s`, `2 m 05 s`; `—` for None."""
    if seconds is None:
        return UNKNOWN
    if seconds < 0.995:
        return f"{max(0.0, seconds):.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} m {rest:02d} s"


def rate_text(rate: float | None) -> str:
    """`88 tok/s`, `4.2 tok/s`; `—` for None."""
    if rate is None:
        return UNKNOWN
    return f"{rate:.1f} tok/s" if rate < 9.95 else f"{rate:,.0f} tok/s"


def share_text(share: float | None) -> str:
    """`0.8 %`, `<0.1 %`, `112 %`; `—` for None."""
    if share is None:
        return UNKNOWN
    if 0 < share < 0.0005:
        return "<0.1 %"
    return (f"{share:.1%}" if share < 0.0995 else f"{share:.0%}").replace("%", " %")


def size_text(size: int) -> str:
    """Bytes for a person: `812 B`, `3.2 kB`, `1.4 MB`."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 999_950 else f"{size / 1_000_000:.1f} MB"


def summary_line(outcome: Outcome, cost: str = "") -> str:
    """The usage of a run in one line, for stderr: `in 859 (400 cached) · out 142 · $0.00014 · 1.4 s · 88 tok/s`.

    `cost` stands in place of what the run told itself.
    """
    facts = UsageFacts.from_usage(outcome.answer.usage)
    timings = outcome.timings
    parts = [
        f"in {tokens_text(facts.prompt)}{_part(facts.cached, 'cached')}",
        f"out {tokens_text(facts.completion)}{_part(facts.reasoning, 'reasoning')}",
        cost or money_text(outcome.cost_usd),
        seconds_text(timings.total_s),
    ]
    if timings.first_token_s is not None:
        parts.append(f"first token {seconds_text(timings.first_token_s)}")
    rate = tokens_per_second(facts.completion, timings.first_token_s, timings.total_s)
    if rate is not None:
        parts.append(rate_text(rate))
    if outcome.attempts > 1:
        parts.append(f"{outcome.attempts} attempts")
    return " · ".join(parts)


def _part(tokens: int | None, name: str) -> str:
    return f" ({tokens_text(tokens)} {name})" if tokens else ""
