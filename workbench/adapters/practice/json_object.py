"""A JSON object of the model's own making, for response_format json_object: keys and values are its words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.adapters.practice.schema_instance import Segment
from workbench.adapters.practice.tokens import count_tokens
from workbench.adapters.practice.writer import SHORTEST, Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.adapters.practice.sampling import Sampler

_PHRASE = 14


def make_object(writer: Writer, sampler: Sampler) -> tuple[Segment, ...]:
    """A valid object of at least SHORTEST tokens, over several lines."""
    return _ObjectMaker(writer, sampler).make()


class _ObjectMaker:
    def __init__(self, writer: Writer, sampler: Sampler) -> None:
        self._writer, self._sampler = writer, sampler
        self._names: list[str] = []

    def make(self) -> tuple[Segment, ...]:
        segments = [Segment("{")]
        written = 0
        makers: tuple[Callable[[], list[Segment]], ...] = (
            self._text,
            self._text,
            self._number,
            self._truth,
            self._list,
        )
        while written < SHORTEST:
            key = self._key()
            index, logprob = self._choose("kind", len(makers))
            member = [Segment(",\n  " if self._names[1:] else "\n  "), *key, Segment(": ", logprob), *makers[index]()]
            segments += member
            written += count_tokens("".join(segment.text for segment in member))
        return (*segments, Segment("\n}"))

    def _choose(self, what: str, count: int) -> tuple[int, float]:
        of = f"{what}/{len(self._names)}"
        return self._sampler.choose([self._writer.taste(of, str(index)) for index in range(count)])

    def _key(self) -> list[Segment]:
        word, logprob = self._writer.phrase(3)[-1]
        name = word.strip().lower()
        if name in self._names:
            name = f"{name}_{len(self._names) + 1}"
        self._names.append(name)
        return [Segment('"'), Segment(_escaped(name), logprob), Segment('"')]

    def _text(self) -> list[Segment]:
        words = [Segment(_escaped(word), logprob) for word, logprob in self._writer.phrase(_PHRASE)]
        return [Segment('"'), *words, Segment('"')]

    def _number(self) -> list[Segment]:
        index, logprob = self._choose("number", 100)
        return [Segment(str(index), logprob)]

    def _truth(self) -> list[Segment]:
        index, logprob = self._choose("truth", 2)
        return [Segment("true" if index else "false", logprob)]

    def _list(self) -> list[Segment]:
        index, logprob = self._choose("items", 3)
        segments = [Segment("[", logprob)]
        for position in range(index + 1):
            segments += [Segment(", " if position else ""), *self._text()]
        return [*segments, Segment("]")]


def _escaped(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]
