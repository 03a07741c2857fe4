"""An answer that is all there, as the events that it would have come in: each text in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.events import (
    Event,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    TokenProbabilities,
    ToolCallDelta,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.core.outcome import Answer, Choice


def events_of(answer: Answer) -> list[Event]:
    """What shows the answer where it is shown as it comes."""
    return [event for choice in answer.choices for event in _events(choice)]


def _events(choice: Choice) -> Iterator[Event]:
    if choice.reasoning:
        yield ReasoningDelta(choice.index, choice.reasoning)
    if choice.text:
        yield TextDelta(choice.index, choice.text)
    if choice.refusal:
        yield RefusalDelta(choice.index, choice.refusal)
    for place, call in enumerate(choice.tool_calls):
        match call:
            case {"id": str(id), "function": {"name": str(name), "arguments": str(arguments)}}:
                yield ToolCallDelta(choice.index, place, id, name, arguments)
    match choice.logprobs:
        case {"content": [*tokens]} if tokens:
            yield TokenProbabilities(choice.index, tuple(tokens))
