"""Choosing a token, as the API documents it: logits, minus penalties, plus bias, over temperature, cut at top_p.

A distribution is the logits of some tens of tokens, each weighed for its own sake, and the tail: a few hundred common
words whose logit is their log-frequency plus one number, so that they need not be looked at one by one.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

NO_TAIL = -math.inf
_FLOOR = -14.0
"""The logit of a word that the model would not have thought of here, where a positive bias asks for it."""

Top = tuple[tuple[str, float], ...]
"""(token, log-probability), the most probable first."""


@dataclass(frozen=True, slots=True)
class Settings:
    temperature: float = 1.0
    top_p: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    bias: Mapping[str, float] = field(default_factory=dict)
    """logit_bias, by token instead of id."""
    top_logprobs: int | None = None
    """How many alternatives to tell for each token; None: no log-probabilities at all."""


class Sampler:
    """Chooses tokens for one answer; counts them for the penalties."""

    def __init__(self, settings: Settings, common: Mapping[str, float], random: Random) -> None:
        self._settings = settings
        self._random = random
        self._counts: dict[str, int] = {}
        self._adjust: dict[str, float] = dict(settings.bias)
        self._wanted = tuple(token for token, bias in settings.bias.items() if bias > 0 and token[0] == " ")
        self._common = {token: math.log(share) for token, share in common.items()}
        self._highest = max(self._common.values(), default=0.0)
        scale = 1.0 / max(settings.temperature, 1e-6)
        self._tail = {token: math.exp((logit - self._highest) * scale) for token, logit in self._common.items()}
        self._tail_sum = sum(self._tail.values())
        self._common_sum = sum(common.values())

    def pick(self, logits: Mapping[str, float], tail: float = NO_TAIL) -> str:
        """One token of the distribution, and its count goes up."""
        token = self._pick(self._adjusted(logits, tail) if self._adjust else logits, tail)
        settings = self._settings
        if settings.frequency_penalty or settings.presence_penalty:
            count = self._counts[token] = self._counts.get(token, 0) + 1
            penalty = settings.presence_penalty + settings.frequency_penalty * count
            self._adjust[token] = settings.bias.get(token, 0.0) - penalty
        return token

    def choose(self, logits: Sequence[float]) -> tuple[int, float]:
        """One of some alternatives that are no tokens; its index and its log-probability."""
        named = {str(index): logit for index, logit in enumerate(logits)}
        return int(picked := self._pick(named, NO_TAIL)), self.logprob(picked, named)

    def logprob(self, token: str, logits: Mapping[str, float], tail: float = NO_TAIL) -> float:
        """Its log-probability in the model's own distribution: before temperature, penalties, bias and top_p."""
        return min(0.0, self._logit(token, logits, tail) - self._log_sum(logits, tail))

    def top(self, logits: Mapping[str, float], tail: float = NO_TAIL) -> Top:
        """The `top_logprobs` most probable tokens of the model's own distribution."""
        wanted = self._settings.top_logprobs or 0
        if not wanted:
            return ()
        norm = self._log_sum(logits, tail)
        best = sorted(logits.items(), key=_heaviest_first)[:wanted]
        if tail > NO_TAIL:
            # The common words are kept by frequency: the first few that are not in `logits` are the best of them.
            others = (token for token in self._common if token not in logits)
            best += [(token, self._common[token] + tail) for token, _ in zip(others, range(wanted), strict=False)]
            best = sorted(best, key=_heaviest_first)[:wanted]
        return tuple((token, min(0.0, logit - norm)) for token, logit in best)

    def _logit(self, token: str, logits: Mapping[str, float], tail: float) -> float:
        if (logit := logits.get(token)) is not None:
            return logit
        return self._common[token] + tail if token in self._common and tail > NO_TAIL else _FLOOR

    def _log_sum(self, logits: Mapping[str, float], tail: float) -> float:
        # A biased word that the model would not think of has no share of its own: it is told as _FLOOR.
        total = sum(map(math.exp, logits.values()))
        if tail > NO_TAIL:
            rest = self._common_sum - sum(math.exp(self._common[token]) for token in logits if token in self._common)
            total += max(0.0, rest) * math.exp(tail)
        return math.log(total)

    def _adjusted(self, logits: Mapping[str, float], tail: float) -> Mapping[str, float]:
        adjust = self._adjust
        result = {token: logit + adjust.get(token, 0.0) for token, logit in logits.items()}
        if tail > NO_TAIL:
            for token, change in adjust.items():
                if token not in result and token in self._common:
                    result[token] = self._common[token] + tail + change
            for token in self._wanted:
                if token not in result:
                    result[token] = _FLOOR + adjust[token]
        return result

    def _pick(self, logits: Mapping[str, float], tail: float) -> str:
        if self._settings.temperature == 0:
            return self._greedy(logits, tail)
        highest = max(logits.values())
        scale = 1.0 / max(self._settings.temperature, 1e-6)
        if tail > NO_TAIL:
            highest = max(highest, self._highest + tail)
        weights = [math.exp((logit - highest) * scale) for logit in logits.values()]
        factor = math.exp((self._highest + tail - highest) * scale) if tail > NO_TAIL else 0.0
        known = sum(weights)
        rest = factor * max(0.0, self._tail_sum - sum(self._tail[token] for token in logits if token in self._tail))
        if self._settings.top_p < 1:
            return self._nucleus(list(zip(logits, weights, strict=True)), factor, known + rest)
        point = self._random.random() * (known + rest)
        if point < known or rest == 0.0:
            sums = list(accumulate(weights))
            return list(logits)[min(bisect_left(sums, point), len(sums) - 1)]
        others = [token for token in self._tail if token not in logits]
        sums = list(accumulate(self._tail[token] * factor for token in others))
        return others[min(bisect_left(sums, point - known), len(sums) - 1)]

    def _greedy(self, logits: Mapping[str, float], tail: float) -> str:
        best = max(logits, key=lambda token: (logits[token], token))
        if tail > NO_TAIL and logits[best] < self._highest + tail:
            other = next((token for token in self._common if token not in logits), None)
            if other is not None and self._common[other] + tail > logits[best]:
                return other
        return best

    def _nucleus(self, weighed: list[tuple[str, float]], factor: float, total: float) -> str:
        """The smallest set of tokens with a share of top_p together; at least one."""
        goal = self._settings.top_p * total
        weighed.sort(key=_heaviest_first)
        sums = list(accumulate(weight for _, weight in weighed))
        kept = bisect_left(sums, goal)
        # No common word weighs more than `factor`: most often the goal is reached before the first of them.
        if factor and (kept == len(sums) or weighed[kept][1] < factor):
            known = {token for token, _ in weighed}
            weighed += [(token, weight * factor) for token, weight in self._tail.items() if token not in known]
            weighed.sort(key=_heaviest_first)
            sums = list(accumulate(weight for _, weight in weighed))
            kept = bisect_left(sums, goal)
        kept = min(kept, len(sums) - 1)
        return weighed[min(bisect_left(sums, self._random.random() * sums[kept]), kept)][0]


def _heaviest_first(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]
