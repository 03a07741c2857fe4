"""One choice of an answer: tokens from the writer or of an instance, held against stop strings and the cap."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from workbench.adapters.practice.json_object import make_object
from workbench.adapters.practice.models import FILL_FROM
from workbench.adapters.practice.prompt_model import PromptModel, message_text
from workbench.adapters.practice.sampling import Sampler, Settings
from workbench.adapters.practice.schema_instance import Segment, make_instance
from workbench.adapters.practice.tokens import END_OF_TEXT, END_OF_TEXT_TOKEN, split_tokens, token_id
from workbench.adapters.practice.writer import SHORTEST, Writer, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from workbench.adapters.practice.checks import Job
    from workbench.adapters.practice.ngram import BaseModel
    from workbench.adapters.practice.tool_checks import Tool

_MARKS = ("\n\n", "\n", "-", "##", "```", "`", ".", "?", "!", END_OF_TEXT_TOKEN)
_LENGTHS = {"low": (0, 30), "medium": (10, 100), "high": (120, 120)}
"""By verbosity: tokens above SHORTEST that an answer has before it ends, from and over how wide a range."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk brings: text, and the tokens that it is of."""

    text: str
    tokens: tuple[Written, ...]
    call: int = 0
    """Which of the calls it is of, where the answer calls tools."""


class Choice:
    """One of the n answers to a request; `step` makes its next piece. Nothing runs between steps."""

    def __init__(self, job: Job, sources: Sequence[Callable[[], Written | None]], tools: tuple[Tool, ...] = ()) -> None:
        """`sources` give the tokens of the text, or those of each call."""
        self._sources = sources
        self._stops, self._cap = job.stop, job.max_tokens
        self._natural_end = "tool_calls" if tools and not job.tools.named else "stop"
        self.tools = tools
        """What it calls; empty: it is text."""
        self._call = 0
        self.finish_reason: str | None = None
        self.tokens = 0
        self._held = ""
        self._held_tokens: list[tuple[int, Written]] = []
        """Tokens not given out yet, with the place in `_held` where each begins."""

    def step(self) -> Piece | None:
        """The next piece, or None where a token brought none (a stop string may have begun) or the end is reached.

        After the end `finish_reason` is set.
        """
        token = self._sources[self._call]() if self.tokens < self._cap else None
        if token is None and self.tokens < self._cap and self._call + 1 < len(self._sources):
            piece = self._release(len(self._held))
            self._call += 1
            return piece
        if token is None:
            self.finish_reason = "length" if self.tokens >= self._cap else self._natural_end
            return self._release(len(self._held))
        self.tokens += 1
        self._held_tokens.append((len(self._held), token))
        self._held += token.text
        found = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if found:
            self.finish_reason = "stop"
            return self._release(min(found))
        return self._release(len(self._held) - self._beginning_of_stop())

    def _beginning_of_stop(self) -> int:
        """How many characters at the end could be the beginning of a stop string."""
        held, longest = self._held, 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(held)), longest, -1):
                if held.endswith(stop[:length]):
                    longest = length
                    break
        return longest

    def _release(self, end: int) -> Piece | None:
        text, self._held = self._held[:end], self._held[end:]
        tokens = tuple(token for start, token in self._held_tokens if start < end)
        self._held_tokens = [(start - end, token) for start, token in self._held_tokens if start >= end]
        return Piece(text, tokens, self._call) if text else None


def make_choices(job: Job, model: BaseModel) -> list[Choice]:
    """The n choices of a request. An instance of a schema is made here, whole: call it in a thread.

    Raises:
        Unsatisfiable: no instance of the schema was found.
    """
    prompt = PromptModel(job.messages, model.everyday)
    settings = Settings(
        temperature=job.temperature,
        top_p=job.top_p,
        frequency_penalty=job.frequency_penalty,
        presence_penalty=job.presence_penalty,
        bias=_bias(job, model, prompt),
        top_logprobs=job.top_logprobs if job.logprobs else None,
    )
    return [_make_choice(job, model, prompt, settings, index) for index in range(job.n)]


def _make_choice(job: Job, model: BaseModel, prompt: PromptModel, settings: Settings, index: int) -> Choice:
    # A text seeds the same in every process; without a seed the system's randomness is used.
    random = Random() if job.seed is None else Random(f"{job.seed}/{index}")
    sampler = Sampler(settings, model.common, random)
    writer = Writer(model, prompt, sampler, length=_length(job, prompt), explains=job.logprobs)
    if tools := _called(job, writer, sampler):
        return Choice(job, [_replay(_arguments(tool, writer, sampler)) for tool in tools], tools)
    if job.format.kind == "json_schema":
        return Choice(job, [_replay(make_instance(job.format.schema, writer, sampler).segments)])
    if job.format.kind == "json_object":
        return Choice(job, [_replay(make_object(writer, sampler))])
    return Choice(job, [writer.next])


def _called(job: Job, writer: Writer, sampler: Sampler) -> tuple[Tool, ...]:
    """What the answer calls: those that the user's last message names, where it is what is answered; where one has to
    be called and none is named, any."""
    last = job.messages[-1]
    asked = job.tools.asked_for(message_text(last)) if last.get("role") == "user" else ()
    needed = job.tools.callable
    if asked or not needed:
        return asked
    return (needed[sampler.choose([writer.taste("tool", tool.name) for tool in needed])[0]],)


def _arguments(tool: Tool, writer: Writer, sampler: Sampler) -> tuple[Segment, ...]:
    return _input(writer) if tool.custom else tuple(make_instance(tool.parameters, writer, sampler).segments)


def _length(job: Job, prompt: PromptModel) -> int | None:
    if job.model.fills and job.capped is not None and job.capped >= FILL_FROM:
        return None
    least, width = _LENGTHS[job.verbosity]
    return SHORTEST + least + prompt.key % width


def _input(writer: Writer) -> tuple[Segment, ...]:
    return tuple(Segment(word, logprob) for word, logprob in writer.phrase(20))


def _replay(segments: Iterable[Segment]) -> Callable[[], Written | None]:
    tokens = _tokens(tuple(segments))
    return lambda: next(tokens, None)


def _tokens(segments: tuple[Segment, ...]) -> Iterator[Written]:
    """The text of the segments as tokens; what was paid for a segment is told with the token that it begins in."""
    paid = iter([*_places(segments)])
    place, following = 0, next(paid, None)
    for text in split_tokens("".join(segment.text for segment in segments)):
        place += len(text)
        logprob = 0.0
        while following is not None and following[0] < place:
            logprob += following[1]
            following = next(paid, None)
        yield Written(text, logprob, ((text, logprob),))


def _places(segments: tuple[Segment, ...]) -> Iterator[tuple[int, float]]:
    place = 0
    for segment in segments:
        yield place, segment.logprob
        place += len(segment.text)


def _bias(job: Job, model: BaseModel, prompt: PromptModel) -> dict[str, float]:
    """logit_bias by token: an id stands for a word with and without the space before it."""
    if not job.logit_bias:
        return {}
    known = {*model.vocabulary, *prompt.vocabulary, *prompt.terms, *_MARKS}
    bias = {token: job.logit_bias[number] for token in known if (number := token_id(token)) in job.logit_bias}
    if END_OF_TEXT in job.logit_bias:
        bias[END_OF_TEXT_TOKEN] = job.logit_bias[END_OF_TEXT]
    return bias
