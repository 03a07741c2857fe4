"""Putting an answer together from chunks of any shape."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fault_server import completion, text_chunk
from workbench.core.accumulate import Accumulator
from workbench.core.errors import (
    BrokenStream,
    ConnectionFailed,
    NotAnApi,
    RateLimited,
    RunError,
    ServerError,
    TimedOut,
)
from workbench.core.events import (
    AnswerEvent,
    Noted,
    ReasoningDelta,
    RefusalDelta,
    State,
    TextDelta,
    TokenProbabilities,
    ToolCallDelta,
    UsageReported,
)
from workbench.core.json_value import JSON


def delta(fields: JSON, index: int = 0, **more: Any) -> dict[str, JSON]:
    return {"choices": [{"index": index, "delta": fields, "finish_reason": None, **more}]}


def finished(reason: JSON = "stop", index: int = 0) -> dict[str, JSON]:
    return {"choices": [{"index": index, "delta": {}, "finish_reason": reason}]}


def notes(events: list[AnswerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Noted)]


def text(accumulator: Accumulator, index: int = 0) -> str:
    return accumulator.answer().choices[index].text


def test_an_ordinary_stream() -> None:
    accumulator = Accumulator()
    first = accumulator.feed([delta({"role": "assistant", "content": ""})])
    assert (first, accumulator.has_content) == ([], False)
    assert accumulator.feed([text_chunk("Hel"), text_chunk("lo")]) == [TextDelta(0, "Hello")]
    assert accumulator.has_content is True
    usage: dict[str, JSON] = {"prompt_tokens": 1}
    assert accumulator.feed([text_chunk("!", finish="stop"), {"choices": [], "usage": usage}]) == [
        TextDelta(0, "!"),
        UsageReported(usage),
    ]
    accumulator.done = True
    assert accumulator.flush() == []
    ended = accumulator.end()
    assert (ended.state, ended.finish_reasons, ended.error) == (State.COMPLETE, ("stop",), None)
    answer = accumulator.answer()
    assert (answer.model, answer.usage, text(accumulator)) == ("m-1", usage, "Hello!")


def test_the_response_is_the_unstreamed_object() -> None:
    accumulator = Accumulator()
    top: dict[str, Any] = {
        "system_fingerprint": "fp",
        "service_tier": "default",
        "obfuscation": "xx",
        "new_field": {"a": [1]},
    }
    accumulator.feed([text_chunk("Hi", usage=None, **top), text_chunk("", finish="stop", **top)])
    accumulator.feed([{"choices": [], "usage": {"total_tokens": 4}}])
    assert accumulator.answer().response == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "system_fingerprint": "fp",
        "service_tier": "default",
        "new_field": {"a": [1]},
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"total_tokens": 4},
    }


def test_reasoning_refusal_tools_and_logprobs() -> None:
    accumulator = Accumulator()
    call: dict[str, JSON] = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more: dict[str, JSON] = {"index": 0, "function": {"arguments": '{"a"'}}
    last: dict[str, JSON] = {"index": 0, "function": {"arguments": ":1}"}}
    token: JSON = {"token": "x", "logprob": -0.1, "bytes": [120], "top_logprobs": []}
    assert accumulator.feed([delta({"reasoning_content": "hm"}), delta({"reasoning_content": "m", "x": "y"})]) == [
        ReasoningDelta(0, "hmm")
    ]
    assert accumulator.feed([delta({"refusal": "no"})]) == [RefusalDelta(0, "no")]
    assert accumulator.feed([delta({"tool_calls": [call]}), delta({"tool_calls": [more]})]) == [
        ToolCallDelta(0, 0, "c1", "f", '{"a"')
    ]
    assert accumulator.feed([delta({"tool_calls": [last]})]) == [ToolCallDelta(0, 0, "", "", ":1}")]
    assert accumulator.feed([delta({"content": "x"}, logprobs={"content": [token], "refusal": None})]) == [
        TextDelta(0, "x"),
        TokenProbabilities(0, (token,)),
    ]
    accumulator.feed([delta({}, logprobs={"content": [token]})])
    choice = accumulator.answer().choices[0]
    assert (choice.reasoning, choice.refusal) == ("hmm", "no")
    expected: JSON = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    assert choice.tool_calls == (expected,)
    assert choice.logprobs == {"content": [token, token], "refusal": None}
    response = accumulator.answer().response
    assert response is not None
    assert response["choices"][0]["message"] == {  # type: ignore[index,call-overload]
        "role": "assistant",
        "content": "x",
        "refusal": "no",
        "reasoning_content": "hmm",
        "tool_calls": [expected],
        "x": "y",
    }


def test_both_names_of_reasoning_count_once() -> None:
    accumulator = Accumulator()
    assert accumulator.feed([delta({"reasoning": "a", "reasoning_content": "a"}), delta({"reasoning": "b"})]) == [
        ReasoningDelta(0, "ab")
    ]


def test_tool_calls_without_an_index() -> None:
    accumulator = Accumulator()
    pieces: list[dict[str, JSON]] = [
        {"id": "a", "function": {"name": "f", "arguments": "1"}},
        {"function": {"arguments": "2"}},
        {"id": "b", "function": {"name": "g", "arguments": {"x": 1}}},
        {"id": "a", "function": {"arguments": "3"}},
    ]
    for piece in pieces:
        accumulator.feed([delta({"tool_calls": [piece]})])
    calls: Any = accumulator.answer().choices[0].tool_calls
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [("a", "123"), ("b", '{"x": 1}')]


ODD_CHUNKS: list[JSON] = [
    None,
    7,
    "text",
    [],
    {},
    {"choices": None},
    {"choices": 3},
    {"choices": [None, 4, "x"]},
    {"choices": [{}]},
    {"choices": [{"index": 0, "delta": None}]},
    {"choices": [{"index": None, "delta": []}]},
    {"choices": [{"index": -1, "delta": {"role": None, "content": None}}]},
    {"choices": [{"index": 10**12, "delta": {"content": "far"}}]},
    {"choices": [{"index": True, "delta": {"tool_calls": [None, 3, {}, {"index": 10**9}]}}]},
    {"choices": [{"delta": {"tool_calls": {"a": 1}, "refusal": None}, "logprobs": 5}]},
    {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": 3, "id": 4}]}, "finish_reason": ""}]},
    {"choices": [{"delta": {"role": 5}, "content_filter_results": {"hate": {"filtered": False}}}]},
    {"choices": [], "prompt_filter_results": [{"a": 1}], "id": "", "model": ""},
    {"usage": 4},
    {"usage": []},
    {"id": 5, "created": "soon", "model": None},
    {"error": None, "choices": []},
]


def test_no_odd_chunk_stops_it() -> None:
    accumulator = Accumulator()
    seen: list[AnswerEvent] = []
    for item in ODD_CHUNKS:
        seen += accumulator.feed([item, text_chunk("a")])
    seen += accumulator.feed([text_chunk(finish="stop")])
    assert text(accumulator) == "a" * len(ODD_CHUNKS)
    assert "".join(event.text for event in seen if isinstance(event, TextDelta) and event.choice == 0) == text(
        accumulator
    )
    assert accumulator.end().state is State.COMPLETE
    assert any("1000000000000" in note for note in notes(seen))
    json.dumps(accumulator.answer().response, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        (["a", None, {"text": "b"}], "ab"),
        (42, "42"),
        ({"text": "a"}, "a"),
        ({"b": 1}, '{"b": 1}'),
        (True, "true"),
    ],
)
def test_content_of_any_shape(content: JSON, shown: str) -> None:
    accumulator = Accumulator()
    assert accumulator.feed([delta({"content": content})]) == [TextDelta(0, shown)]


def test_usage_anywhere_and_the_last_wins() -> None:
    accumulator = Accumulator()
    assert accumulator.feed([text_chunk("a", usage={"n": 1}), text_chunk("b", usage={"n": 2})])[1:] == [
        UsageReported({"n": 2})
    ]
    assert accumulator.feed([text_chunk("c", usage={"n": 2})]) == [TextDelta(0, "c")]
    assert accumulator.feed([delta({}, usage={"n": -3})]) == [UsageReported({"n": -3})]
    assert accumulator.answer().usage == {"n": -3}


@pytest.mark.parametrize("together", [True, False])
def test_surrogate_halves_are_joined(together: bool) -> None:
    accumulator = Accumulator()
    items: list[JSON] = [text_chunk("a\ud83e"), text_chunk("\udd1d"), text_chunk("b\ud83e")]
    batches = [items] if together else [[item] for item in items]
    events = [event for batch in batches for event in accumulator.feed(batch)]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a🤝b"
    assert accumulator.flush() == [TextDelta(0, "\ufffd")]
    assert text(accumulator) == "a🤝b\ufffd"


@settings(max_examples=50)
@given(st.text(st.characters(codec=None, exclude_categories=())), st.data())
def test_any_text_in_any_pieces_of_utf16(whole: str, data: st.DataObject) -> None:
    units = whole.encode("utf-16-le", "surrogatepass")
    cuts = sorted(2 * cut for cut in data.draw(st.lists(st.integers(0, len(units) // 2), max_size=6)))
    pieces = [
        units[start:end].decode("utf-16-le", "surrogatepass")
        for start, end in zip([0, *cuts], [*cuts, len(units)], strict=True)
    ]
    accumulator = Accumulator()
    events = [event for piece in pieces for event in accumulator.feed([text_chunk(piece)])] + accumulator.flush()
    expected = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in units.decode("utf-16-le", "surrogatepass"))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == expected
    assert text(accumulator) == expected


def test_lone_surrogates_are_nowhere_in_the_answer() -> None:
    bad = "\ud800"
    accumulator = Accumulator()
    accumulator.feed(
        [
            {"id": bad, "model": bad, bad: {bad: [bad]}, "usage": {bad: bad}},
            delta({"role": bad, "x": bad, "tool_calls": [{"id": bad, "function": {"name": bad, "arguments": bad}}]}),
            delta({"content": bad, "reasoning": bad, "refusal": bad}, logprobs={"content": [{"token": bad}]}),
            finished(bad),
        ]
    )
    accumulator.end()
    answer = accumulator.answer()
    everything = [answer.response, answer.model, [choice.to_json() for choice in answer.choices]]
    json.dumps(everything, ensure_ascii=False).encode("utf-8")


def test_finish_reasons() -> None:
    accumulator = Accumulator()
    events = accumulator.feed([text_chunk("a", finish="eos_token"), finished("eos_token"), finished("stop")])
    assert any("second finish_reason" in note for note in notes(events))
    late = accumulator.feed([text_chunk("b"), text_chunk("c")])
    assert late[0] == TextDelta(0, "bc")
    assert len(notes(late)) == 1
    assert accumulator.end().finish_reasons == ("eos_token",)
    assert text(accumulator) == "abc"


def test_a_changed_model_is_noted_once() -> None:
    accumulator = Accumulator()
    events = accumulator.feed([text_chunk("a"), {"model": "m-2", "choices": []}, {"model": "m-2"}, text_chunk("b")])
    assert len(notes(events)) == 1
    assert "m-2" in notes(events)[0]
    assert accumulator.answer().model == "m-1"


def test_a_broken_endpoint_is_not_noted_20000_times() -> None:
    accumulator = Accumulator()
    events = accumulator.feed([None] * 500 + [{"model": f"m{i}"} for i in range(500)])
    assert 2 <= len(notes(events)) <= 20


@pytest.mark.parametrize(
    ("items", "done", "choices", "state"),
    [
        ([text_chunk("a", finish="stop")], True, 1, State.COMPLETE),
        ([text_chunk("a", finish="stop")], False, 1, State.COMPLETE),
        ([text_chunk("a", finish="length")], True, 1, State.COMPLETE),
        ([text_chunk("a")], True, 1, State.COMPLETE),
        ([text_chunk("a")], False, 1, State.TRUNCATED),
        ([text_chunk("a", finish="")], False, 1, State.TRUNCATED),
        ([delta({"role": "assistant"})], False, 1, State.TRUNCATED),
        ([text_chunk("a", finish="stop")], True, 2, State.COMPLETE),
        ([text_chunk("a", finish="stop")], False, 2, State.TRUNCATED),
        ([text_chunk("a", finish="stop"), text_chunk("b", index=1)], False, 2, State.TRUNCATED),
        ([text_chunk("b", index=1, finish="stop"), text_chunk("a", finish="stop")], False, 2, State.COMPLETE),
        ([], False, 1, State.ERROR),
    ],
)
def test_how_a_stream_ends(items: list[JSON], done: bool, choices: int, state: State) -> None:
    accumulator = Accumulator(choices, host="h.example")
    accumulator.feed(items)
    accumulator.done = done
    ended = accumulator.end()
    assert ended.state is state
    assert (ended.error is None) == (state is State.COMPLETE)
    if ended.error is not None:
        assert isinstance(ended.error, BrokenStream)
        assert "h.example" in ended.error.message


def test_a_missing_done_is_noted() -> None:
    accumulator = Accumulator()
    accumulator.feed([text_chunk("a", finish="stop")])
    assert notes(accumulator.flush()) == ["the stream ended without [DONE]"]
    assert accumulator.flush() == []


@pytest.mark.parametrize(
    ("error", "before", "after"),
    [
        (BrokenStream("cut"), State.ERROR, State.TRUNCATED),
        (TimedOut("idle", code="idle"), State.ERROR, State.TRUNCATED),
        (TimedOut("total", code="total"), State.ERROR, State.TRUNCATED),
        (ConnectionFailed("closed", code="closed"), State.ERROR, State.TRUNCATED),
        (ConnectionFailed("dns", code="dns", not_sent=True), State.ERROR, State.ERROR),
        (ServerError("said so"), State.ERROR, State.ERROR),
        (RateLimited("said so"), State.ERROR, State.ERROR),
        (NotAnApi("page"), State.ERROR, State.ERROR),
    ],
)
def test_errors(error: RunError, before: State, after: State) -> None:
    assert Accumulator().end(error=error).state is before
    accumulator = Accumulator()
    accumulator.feed([text_chunk("kept")])
    ended = accumulator.end(error=error)
    assert (ended.state, ended.error) == (after, error)
    assert text(accumulator) == "kept"


@pytest.mark.parametrize("done", [True, False])
def test_a_cut_after_the_end_is_no_cut(done: bool) -> None:
    accumulator = Accumulator()
    accumulator.feed([text_chunk("a", finish="stop")])
    accumulator.done = done
    ended = accumulator.end(error=BrokenStream("cut"))
    assert (ended.state, ended.error) == (State.COMPLETE, None)


def test_cancelled_keeps_the_text() -> None:
    accumulator = Accumulator()
    accumulator.feed([text_chunk("a")])
    ended = accumulator.end(cancelled=True, error=BrokenStream("cut"))
    assert (ended.state, ended.error) == (State.CANCELLED, None)
    assert text(accumulator) == "a"


def test_a_whole_answer_gives_the_events_of_a_stream() -> None:
    accumulator = Accumulator(2)
    second = {"index": 1, "message": {"role": "assistant", "content": "B", "reasoning": "r"}, "finish_reason": "length"}
    response = completion("A")
    response["choices"].append(second)
    response["extra"] = {"a": "\ud800"}
    assert accumulator.take_whole(response) == [
        TextDelta(0, "A"),
        ReasoningDelta(1, "r"),
        TextDelta(1, "B"),
        UsageReported(response["usage"]),
    ]
    ended = accumulator.end()
    assert (ended.state, ended.finish_reasons) == (State.COMPLETE, ("stop", "length"))
    answer = accumulator.answer()
    assert answer.response == {**response, "extra": {"a": "\ufffd"}}
    assert [choice.text for choice in answer.choices] == ["A", "B"]


def test_whole_answers_that_are_none() -> None:
    empty = Accumulator(host="h")
    empty.take_whole({"choices": []})
    assert empty.end().state is State.ERROR
    open_end = Accumulator()
    open_end.take_whole(completion("A", finish=None))
    assert open_end.end().state is State.TRUNCATED


def test_tool_calls_of_a_whole_answer_stay_apart() -> None:
    message: JSON = {"content": None, "tool_calls": [{"function": {"name": "f"}}, {"function": {"name": "g"}}]}
    accumulator = Accumulator()
    accumulator.take_whole({"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    calls: Any = accumulator.answer().choices[0].tool_calls
    assert [call["function"]["name"] for call in calls] == ["f", "g"]


def test_an_answer_may_be_asked_for_at_any_time() -> None:
    accumulator = Accumulator()
    assert accumulator.answer().choices == ()
    token: JSON = {"token": "x"}
    accumulator.feed([delta({"content": "a", "notes": ["n"]}, logprobs={"content": [token]})])
    early = accumulator.answer()
    accumulator.feed([delta({"content": "b", "notes": ["m"]}, logprobs={"content": [token]})])
    assert early.choices[0].text == "a"
    assert early.choices[0].logprobs == {"content": [token]}
    assert text(accumulator) == "ab"


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_random_shapes_never_raise(seed: int) -> None:
    rng = random.Random(seed)
    words: list[JSON] = ["choices", "delta", "index", "content", "tool_calls", "function", "usage", "logprobs", "model"]
    atoms: list[JSON] = [None, 0, -1, 3, 1.5, True, "", "x", "\ud800", "stop", [], {}]

    def value(depth: int) -> JSON:
        kind = rng.random()
        if depth > 5 or kind < 0.3:
            return rng.choice(atoms)
        if kind < 0.5:
            return [value(depth + 1) for _ in range(rng.randrange(3))]
        return {str(rng.choice(words)): value(depth + 1) for _ in range(rng.randrange(5))}

    accumulator = Accumulator()
    for _ in range(30):
        accumulator.feed([value(0), {"choices": [value(1)]}, delta(value(2)), {"choices": [{"delta": value(2)}]}])
    accumulator.take_whole({"choices": value(1)})
    accumulator.end()
    answer = accumulator.answer()
    json.dumps([answer.response, answer.usage, [c.to_json() for c in answer.choices]], ensure_ascii=False).encode()
