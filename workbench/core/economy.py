"""Where the tokens of a prompt are, which of them stay the same from run to run, and what a cache makes of that.

Facts, not advice: what is counted here was sent or would be sent, and what nobody knows is None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.token_calibration import MESSAGE_OVERHEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.beside_messages import Spoken

    Messages: TypeAlias = tuple[Spoken, ...]

CountText: TypeAlias = Callable[[str], int]
OPENAI_THRESHOLD = 1_024
"""Tokens of a prefix from which OpenAI caches it (prompt caching guide)."""
_AROUND = MESSAGE_OVERHEAD + 1
"""Tokens of a message besides its text: those around it, and its role."""
_STILL_THE_SAME = 0.8
"""Of the prefix that the last run shares: a run that shares less ends the row of runs that are looked at."""


class PastRun(NamedTuple):
    """A stored run of the prompt. Tokens as the endpoint reported them."""

    messages: Messages
    prompt_tokens: int
    cached_tokens: int | None = None
    completion_tokens: int | None = None


class Part(NamedTuple):
    """One message of the prompt, or what goes beside the messages (tools, a schema)."""

    place: int
    """From 1 on; 0 for what goes beside the messages."""
    role: str
    """Or what it is, for what goes beside the messages."""
    text: str
    tokens: int
    """With what is around it."""
    share: float
    """Of the whole prompt."""
    unchanged: int = 0
    """In how many of the last runs, without a gap, the same stood at its place."""


class Prefix(NamedTuple):
    """What the prompt and its last runs begin with in common."""

    tokens: int
    messages: int
    """Whole ones."""
    inside: int
    """Tokens of the next message that are the same too."""
    runs: int
    """How many of the last runs share it; 0: there is none to compare with."""
    whole: bool = False
    """All of the prompt is the same."""


class CacheSeen(NamedTuple):
    """What the endpoint said of its cache in the last runs. Tokens."""

    runs: int
    cached: int
    prompt: int

    @property
    def share(self) -> float:
        return self.cached / self.prompt if self.prompt else 0.0


class Economy(NamedTuple):
    """All of it for one prompt at one model."""

    tokens: int
    parts: tuple[Part, ...]
    """In the order in which they are sent."""
    runs: int
    """Runs of this prompt that are known."""
    prefix: Prefix
    seen: CacheSeen | None
    """None where no run of it told of a cache."""
    typical_answer: int | None
    """The median of its answers; None where there is none yet."""

    @property
    def largest(self) -> tuple[Part, ...]:
        """The parts, the largest first."""
        return tuple(sorted(self.parts, key=lambda part: -part.tokens))


def economy(
    messages: Messages, past: Sequence[PastRun], count: CountText, total: int, beside: Mapping[str, int] | None = None
) -> Economy:
    """The economy of a prompt of these messages. `past` are its runs, newest first; `total` is what the whole prompt
    takes; `beside` has the tokens of what is counted with it besides texts, by what it is."""
    parts = [
        Part(
            place,
            each.role,
            each.text,
            tokens := _AROUND + count(each.text),
            _share(tokens, total),
            _unchanged(place - 1, messages, past),
        )
        for place, each in enumerate(messages, 1)
    ]
    parts += [Part(0, name, "", tokens, _share(tokens, total)) for name, tokens in (beside or {}).items() if tokens]
    answers = [run.completion_tokens for run in past if run.completion_tokens]
    return Economy(
        total,
        tuple(parts),
        len(past),
        _prefix(messages, past, count),
        _seen(past),
        median_low(answers) if answers else None,
    )


def _share(tokens: int, total: int) -> float:
    return tokens / total if total else 0.0


def _unchanged(index: int, messages: Messages, past: Sequence[PastRun]) -> int:
    for number, run in enumerate(past):
        if run.messages[index : index + 1] != messages[index : index + 1]:
            return number
    return len(past)


def _seen(past: Sequence[PastRun]) -> CacheSeen | None:
    told = [(run.cached_tokens, run.prompt_tokens) for run in past if run.cached_tokens is not None]
    return CacheSeen(len(told), sum(c for c, _ in told), sum(p for _, p in told)) if told else None


# -- what stays the same ---------------------------------------------------------------------------------------------


class _Common(NamedTuple):
    """How much two prompts begin with in common: whole messages, and characters of the next one."""

    messages: int
    characters: int


def _prefix(messages: Messages, past: Sequence[PastRun], count: CountText) -> Prefix:
    """Over the last runs for as long as they share about what the very last one shares."""
    shared, runs = _Common(len(messages), 0), 0
    least = 0.0
    for run in past:
        both = min(shared, _common(messages, run.messages))
        size = _size(messages, both)
        if runs and size < least:
            break
        if not runs:
            least = _STILL_THE_SAME * size
        shared, runs = both, runs + 1
        if not size:
            break
    if not runs:
        return Prefix(0, 0, 0, 0)
    inside = count(messages[shared.messages].text[: shared.characters]) if shared.characters else 0
    tokens = sum(_AROUND + count(each.text) for each in messages[: shared.messages]) + inside
    return Prefix(tokens, shared.messages, inside, runs, whole=shared.messages == len(messages))


def _common(mine: Messages, theirs: Messages) -> _Common:
    for index, (my, their) in enumerate(zip(mine, theirs, strict=False)):
        if my != their:
            comparable = my.role == their.role and not my.more and not their.more
            return _Common(index, _same_beginning(my.text, their.text) if comparable else 0)
    return _Common(min(len(mine), len(theirs)), 0)


def _same_beginning(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _size(messages: Messages, common: _Common) -> int:
    return sum(len(each.text) + 1 for each in messages[: common.messages]) + common.characters


# -- the runs of a prompt ----------------------------------------------------------------------------------------------


class Origin(NamedTuple):
    """By what the runs of a prompt are known: its file, else its name, else how it begins. What one of the two has not
    (a run from before the prompt was saved) does not tell them apart."""

    preset: str
    name: str
    first: Spoken | None
    """The first message."""


def is_of(origin: Origin, preset: str, name: str, messages: Messages) -> bool:
    """Whether a run (the slug of its file, its prompt's name, its messages) is one of that prompt."""
    if origin.preset and preset:
        return origin.preset == preset
    if origin.name and name:
        return origin.name == name
    return bool(messages) and messages[0] == origin.first
