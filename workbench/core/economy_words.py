"""The economy of a prompt in plain sentences: each says what was counted or seen, none what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.usage import money_text, share_text, tokens_text

if TYPE_CHECKING:
    from workbench.core.economy import CacheSeen, Economy, Part, Prefix
    from workbench.core.token_calibration import Calibration

_WORTH_SAYING = 0.2
"""Share of the prompt from which a message has a sentence of its own."""
_MOST_PARTS = 3
_WORTH_ADDING = 3
"""Tokens that a server puts around a prompt; fewer are within the error."""


class CacheFacts(NamedTuple):
    """What is known of the cache of a host."""

    host: str
    threshold: int | None = None
    """Tokens from which it caches a prefix; None: not known."""
    plain_usd: float | None = None
    """What the prefix costs as it is, a run; None: the price is not known."""
    cached_usd: float | None = None
    """What it costs when it is read from the cache."""
    free: bool = False
    """Nobody sends a bill."""


def part_sentences(economy: Economy) -> list[str]:
    """`The system message is 61 % of the prompt and did not change in 12 runs.`"""
    large = [part for part in economy.largest[:_MOST_PARTS] if part.share >= _WORTH_SAYING]
    return [_part_sentence(part, economy) for part in large]


def _part_sentence(part: Part, economy: Economy) -> str:
    alone = sum(each.role == part.role for each in economy.parts) == 1
    name = part.role if alone else f"{part.role} message {part.place}"
    subject = f"The {name} message is" if alone and part.place else f"The {name} is"
    return f"{subject} {share_text(part.share)} of the prompt{_unchanged_words(part, economy.runs)}."


def _unchanged_words(part: Part, runs: int) -> str:
    if not runs or not part.place:
        return ""
    if not part.unchanged:
        return " and was another in the last run"
    return f" and did not change in {'the last run' if part.unchanged == 1 else f'{part.unchanged} runs'}"


def prefix_sentences(prefix: Prefix, cache: CacheFacts, *, exact: bool) -> list[str]:
    """What stays the same at the beginning, whether the host would cache it, and what that makes of its cost."""
    if not prefix.runs:
        return ["No run of this prompt is in history yet: what stays the same is not known."]
    runs = "the last run" if prefix.runs == 1 else f"the last {prefix.runs} runs"
    if not prefix.tokens:
        return [f"Nothing at the beginning is the same as in {runs}."]
    tokens = f"{tokens_text(prefix.tokens, exact=exact)} tokens"
    subject = f"The whole prompt ({tokens})" if prefix.whole else f"{_what(prefix, exact).capitalize()} ({tokens})"
    said = [f"{subject} {'is' if prefix.whole or _is_one(prefix) else 'are'} the same in {runs}."]
    return [*said, *_threshold_words(prefix, cache), *_saving_words(prefix, cache, exact)]


def _is_one(prefix: Prefix) -> bool:
    return prefix.messages == 1 and not prefix.inside


def _what(prefix: Prefix, exact: bool) -> str:
    inside = f"the first {tokens_text(prefix.inside, exact=exact)} tokens of message {prefix.messages + 1}"
    if not prefix.messages:
        return inside
    whole = "the first message" if prefix.messages == 1 else f"the first {prefix.messages} messages"
    return f"{whole} and {inside}" if prefix.inside else whole


def _threshold_words(prefix: Prefix, cache: CacheFacts) -> list[str]:
    if cache.free:
        return []
    if cache.threshold is None:
        return [f"From how many tokens {cache.host} caches is not known here."]
    short = cache.threshold - prefix.tokens
    where = f"the {cache.threshold:,} from which {cache.host} caches a beginning"
    return [f"That is {short:,} tokens short of {where}." if short > 0 else f"That is over {where}."]


def _saving_words(prefix: Prefix, cache: CacheFacts, exact: bool) -> list[str]:
    over = cache.threshold is not None and prefix.tokens >= cache.threshold
    if cache.free or not over or cache.plain_usd is None or cache.cached_usd is None:
        return []
    cached, plain = (money_text(dollars, exact=exact) for dollars in (cache.cached_usd, cache.plain_usd))
    return [f"Read from the cache, these tokens cost {cached} a run in place of {plain}."]


def seen_sentence(seen: CacheSeen | None, runs: int) -> str:
    """What came from the cache in fact; "" where there was no run."""
    if not runs:
        return ""
    if seen is None:
        return "Whether any of it came from a cache was not reported."
    many = "the last run" if seen.runs == 1 else f"{seen.runs} runs"
    if not seen.cached:
        return f"Seen: nothing of the {seen.prompt:,} prompt tokens of {many} came from the cache."
    figures = f"{seen.cached:,} of {seen.prompt:,}"
    return f"Seen: {share_text(seen.share)} of the prompt tokens of {many} came from the cache ({figures})."


def uncounted_words(images: int) -> str:
    """What is said of images whose tokens nobody knows; "" where there are none."""
    return f"{images} image{'s come' if images > 1 else ' comes'} on top: not counted here." if images else ""


def count_sentence(*, exact: bool, practice: bool, calibration: Calibration, has_ranks: bool) -> str:
    """How the tokens were counted, and how far an estimate can be trusted."""
    if practice or exact:
        return "Tokens are counted exactly." if not practice else "Tokens are the practice model's own."
    if has_ranks:
        return "Tokens are estimated (~) with the table of the models before this one."
    if not calibration.runs or calibration.error is None:
        return "Tokens are estimated (~); after three runs the estimate goes by what this host reports."
    before = calibration.error_before or 0.0
    was = f", {share_text(before)} without" if before > calibration.error else ""
    off = share_text(calibration.error)
    own = f" The server adds about {round(calibration.extra)} of its own." if calibration.extra >= _WORTH_ADDING else ""
    return f"Tokens are estimated (~), by {calibration.runs} runs at this host: off by {off} in the median{was}.{own}"
