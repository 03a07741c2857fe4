"""A stored answer, shown as it would have come."""

from __future__ import annotations

from workbench.core.accumulate import Accumulator
from workbench.core.errors import BadRequest, ErrorKind, InternalFault, RunError
from workbench.core.events import ReasoningDelta, RefusalDelta, TextDelta, TokenProbabilities, ToolCallDelta
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice
from workbench.core.replay import events_of

CALL: JSON = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
TOKEN: JSON = {"token": "답", "logprob": -0.1}


def test_each_text_comes_in_one_piece() -> None:
    first = Choice(0, "text", "stop", reasoning="why", tool_calls=(CALL, "damaged"), logprobs={"content": [TOKEN]})
    assert events_of(Answer((first, Choice(1, refusal="no")))) == [
        ReasoningDelta(0, "why"),
        TextDelta(0, "text"),
        ToolCallDelta(0, 0, "c1", "f", '{"a": 1}'),
        TokenProbabilities(0, (TOKEN,)),
        RefusalDelta(1, "no"),
    ]


def test_what_a_stream_made_is_played_again() -> None:
    """The events of the finished answer are those of the stream, joined."""
    accumulator = Accumulator(1, "host")
    chunks: list[JSON] = [
        {"choices": [{"index": 0, "delta": {"content": "하나 "}}]},
        {"choices": [{"index": 0, "delta": {"content": "둘"}, "finish_reason": "stop"}]},
    ]
    streamed = [event for event in accumulator.feed(chunks) if isinstance(event, TextDelta)]
    [played] = events_of(accumulator.answer())
    assert played == TextDelta(0, "".join(event.text for event in streamed))


def test_every_error_comes_back_as_its_kind() -> None:
    for kind in ErrorKind:
        error = RunError.from_json({"kind": kind.value, "message": "m", "hint": "h", "status": 400})
        assert (error.kind, error.message, error.hint, error.status) == (kind, "m", "h", 400)
    assert isinstance(RunError.from_json(BadRequest("x").to_json()), BadRequest)
    assert isinstance(RunError.from_json({"kind": "of the future", "message": "m"}), InternalFault)
