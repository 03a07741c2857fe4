"""What the counts that an endpoint reports say of an estimate: by how much it is off for each script, and what every
prompt has on top (the chat template, a system text of the server's own).

The figures are medians over runs, so that a few wild counts (another model behind the same name, a hidden tool) move
nothing. A script that was hardly seen stays as it is: how English is cut says nothing of Korean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.token_estimate import Scripts, weigh_scripts

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

REPLY_OVERHEAD = 3
MESSAGE_OVERHEAD = 3
"""Tokens around a reply and around each message (OpenAI cookbook, "How to count tokens with tiktoken")."""
LEAST_RUNS = 3
"""Fewer runs say nothing yet."""
_LEAST_TEXTS = 4
"""Fewer texts of a script say nothing of it yet."""
_FULL_WEIGHT = 100.0
"""Tokens of a text from which on a longer one says no more."""
_DOUBT = (1.0, 2 * _FULL_WEIGHT)
"""That the estimate is right as it is counts for two texts."""
_LEAST_TOKENS = 20
"""Of a script in one text: below it rounding weighs more than the tokenizer."""
_MOST_FACTOR = 3.0
"""No tokenizer takes so many times what another takes for the same script, in prose."""
_WILD = 6.0
"""A count that is so many times the estimate, or so small a part, is of something else than the text."""
_MOST_EXTRA = 2_000
_ROUNDS = 4
_UNCHANGED = Scripts(1.0, 1.0, 1.0, 1.0)
_COUNTED_AS_TEXT = ("tools", "functions", "prediction", "audio", "modalities")
"""What has tokens of its own in a prompt or an answer that no text shows."""


class Sample(NamedTuple):
    """One text, or the texts of one prompt, and the tokens that the endpoint reported for it."""

    weights: Scripts
    """Estimated tokens by script."""
    reported: int
    messages: int = 0
    """How many messages a prompt has; 0 for an answer."""

    @property
    def around(self) -> int:
        """The tokens that are around the texts in any case."""
        return REPLY_OVERHEAD + self.messages * (MESSAGE_OVERHEAD + 1) if self.messages else 0


class Calibration(NamedTuple):
    """How an estimate is corrected for one model at one host."""

    factors: Scripts = _UNCHANGED
    extra: float = 0.0
    """Tokens that every prompt has on top of its messages."""
    runs: int = 0
    """How many runs it is from."""
    error: float | None = None
    """The median error over these runs as a share (0.02 is 2 %): what is left."""
    error_before: float | None = None
    """The same without the calibration."""

    def weigh(self, text: str) -> float:
        """The estimated tokens of a text."""
        return weigh_scripts(text).scaled(self.factors)


NO_CALIBRATION = Calibration()


def calibrate(samples_by_run: Sequence[Sequence[Sample]]) -> Calibration:
    """The calibration that so many runs make, newest first or in any order; none where they are too few."""
    runs = [kept for samples in samples_by_run if (kept := [each for each in samples if not _is_wild(each)])]
    if len(runs) < LEAST_RUNS:
        return NO_CALIBRATION
    samples = _without_hidden([each for run in runs for each in run])
    before = _errors(samples, _UNCHANGED, 0.0)
    factors, extra = _UNCHANGED, 0.0
    for _ in range(_ROUNDS):
        factors = _factors(samples, factors, extra)
        extra = _extra(samples, factors)
    after = _errors(samples, factors, extra)
    # Not the median here: it would be that of the script that is written most, and say nothing of the others.
    if sum(after) >= sum(before):
        return Calibration(runs=len(runs), error=median(before), error_before=median(before))
    return Calibration(factors, extra, len(runs), median(after), median(before))


def _is_wild(sample: Sample) -> bool:
    estimated = max(1.0, sample.weights.total + sample.around)
    # A short prompt may well be tripled by what its server puts before it.
    most = _WILD * estimated + (_MOST_EXTRA if sample.messages else 0)
    return not estimated / _WILD <= sample.reported <= most


def _without_hidden(samples: list[Sample]) -> list[Sample]:
    """Without the answers, where they have far more tokens than their text, measured by the prompts: some endpoints
    count reasoning that they neither show nor tell."""
    prompts = [_plain_ratio(each) for each in samples if each.messages]
    answers = [_plain_ratio(each) for each in samples if not each.messages]
    if not prompts or not answers or median(answers) < 1.5 * max(0.5, median(prompts)):
        return samples
    return [each for each in samples if each.messages]


def _plain_ratio(sample: Sample) -> float:
    return (sample.reported - sample.around) / max(1.0, sample.weights.total)


def _factors(samples: Sequence[Sample], factors: Scripts, extra: float) -> Scripts:
    """For each script the median of reported to estimated tokens over the texts in which it is most, with the other
    scripts and the extra as they are known so far."""
    return Scripts(*(_factor(samples, place, factors, extra) for place in range(len(factors))))


def _factor(samples: Sequence[Sample], place: int, factors: Scripts, extra: float) -> float:
    ratios: list[tuple[float, float]] = []
    for sample in samples:
        weight = sample.weights[place]
        if weight < _LEAST_TOKENS or weight < 0.5 * sample.weights.total:
            continue
        rest = sample.weights.scaled(factors) - weight * factors[place]
        fixed = sample.around + (extra if sample.messages else 0.0)
        ratios.append(((sample.reported - fixed - rest) / weight, min(weight, _FULL_WEIGHT)))
    if len(ratios) < _LEAST_TEXTS:
        return 1.0
    return min(_MOST_FACTOR, max(1 / _MOST_FACTOR, _weighted_median([*ratios, _DOUBT])))


def _weighted_median(values: Sequence[tuple[float, float]]) -> float:
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered) / 2
    passed = 0.0
    for value, weight in ordered:
        passed += weight
        if passed >= half:
            return value
    return ordered[-1][0]


def _extra(samples: Sequence[Sample], factors: Scripts) -> float:
    left = [each.reported - each.around - each.weights.scaled(factors) for each in samples if each.messages]
    return min(float(_MOST_EXTRA), max(0.0, median(left))) if len(left) >= LEAST_RUNS else 0.0


def _errors(samples: Sequence[Sample], factors: Scripts, extra: float) -> list[float]:
    """By how much each estimate would have been off, as a share of what was reported; at most all of it."""
    errors = []
    for each in samples:
        told = each.around + each.weights.scaled(factors) + (extra if each.messages else 0.0)
        errors.append(min(1.0, abs(told - each.reported) / max(1, each.reported)))
    return errors


# -- what a stored run says ------------------------------------------------------------------------------------------


class CountedRun(NamedTuple):
    """A run as far as its counts can be compared with its texts."""

    request: Mapping[str, JSON]
    prompt_tokens: int | None
    completion_tokens: int | None
    answer: str | None
    """The one answer's text, where it is all that was written: no call, no refusal, no reasoning; else None."""


def samples_of(run: CountedRun, weigh: Callable[[str], Scripts] = weigh_scripts) -> tuple[Sample, ...]:
    """What the run says: nothing of a prompt with images or tools, nor of an answer with hidden reasoning."""
    samples = []
    texts = message_texts(run.request)
    if texts and run.prompt_tokens and not _has_more_than_text(run.request):
        total = Scripts()
        for _, text in texts:
            total = total.plus(weigh(text))
        samples.append(Sample(total, run.prompt_tokens, len(texts)))
    if run.answer and run.completion_tokens:
        samples.append(Sample(weigh(run.answer), run.completion_tokens))
    return tuple(samples)


def message_texts(request: Mapping[str, JSON]) -> tuple[tuple[str, str], ...]:
    """(role, text) of each message of a request; () where one of them is not all text."""
    found: list[tuple[str, str]] = []
    messages = request.get("messages")
    for message in messages if isinstance(messages, list) else ():
        match message:
            case {"role": str(role), "content": str(content), **more} if not more.get("tool_calls"):
                found.append((role, content))
            case _:
                return ()
    return tuple(found)


def _has_more_than_text(request: Mapping[str, JSON]) -> bool:
    format = request.get("response_format")
    has_schema = isinstance(format, dict) and format.get("type") == "json_schema"
    return has_schema or any(request.get(name) for name in _COUNTED_AS_TEXT)
