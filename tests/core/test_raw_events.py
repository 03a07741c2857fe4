"""The bytes of an answer cut into events: any split of the reads gives the same, and each has its time."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.raw_events import RawEvents, brought, buckets, data_of
from workbench.core.trace import RawLog


def cut(*reads: bytes) -> RawEvents:
    log = RawLog()
    events = RawEvents(log)
    for number, read in enumerate(reads, 1):
        log.add(read, float(number))
        events.read()
    return events


def texts(events: RawEvents) -> list[str]:
    return [events.text(index) for index in range(len(events))]


def test_events_comments_and_what_has_not_ended_yet() -> None:
    events = cut(b": hi\n\ndata: {}\n", b"\nevent: x\r\ndata: a\r\n\r\nda", b"ta: b")
    assert texts(events) == [": hi", "data: {}", "event: x\r\ndata: a", "data: b"]
    assert events.times() == [1.0, 1.0, 2.0, 3.0]
    assert events.gap(0) == 1.0
    assert events.are_events


STREAM = b"\xef\xbb\xbfdata: 1\n\n\n\n: c\r\n\r\ndata: \xed\x95\x9c\ndata: 2\r\rdata: x\r\n\n\ndata: [DONE]\n\nrest"


@settings(max_examples=60)
@given(st.sets(st.integers(1, len(STREAM) - 1), max_size=10))
def test_any_split_of_the_reads_gives_the_same_events(places: set[int]) -> None:
    edges = [0, *sorted(places), len(STREAM)]
    events = cut(*(STREAM[start:end] for start, end in pairwise(edges)))
    assert texts(events) == [
        "\ufeffdata: 1", ": c", "data: 한\ndata: 2", "data: x", "data: [DONE]", "rest",
    ]  # fmt: skip


def test_a_body_that_is_no_stream_is_listed_by_its_reads() -> None:
    events = cut(b'{"a":\n\n', b"1}")
    assert texts(events) == ['{"a":\n\n', "1}"]
    assert not events.are_events
    assert events.times() == [1.0, 2.0]


def test_nothing_yet() -> None:
    assert texts(cut()) == []
    assert texts(cut(b"", b"\n", b"\r\n")) == []


def chunk(**delta: object) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]})


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (chunk(content="점심"), '"점심"'),
        (chunk(role="assistant", content=""), "role: assistant"),
        (chunk(role="assistant", content="a"), '"a"'),
        (chunk(reasoning_content="hm", content="a"), 'thinks "hm", "a"'),
        (chunk(refusal="no"), 'refuses "no"'),
        (chunk(tool_calls=[{"index": 0}]), "tool call"),
        ('data: {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"total_tokens": 3}}',
         "finish: stop, usage"),
        ('data: {"choices": [], "usage": {"total_tokens": 3}}', "usage"),
        ("data: [DONE] ", "end"),
        ("\ufeffdata: [DONE]", "end"),
        (": keep-alive", "comment"),
        ("event: error\ndata: {\"error\": {}}", ""),
        ("event: error\ndata: {\"error\": \"x\"}", "error"),
        ("data: {", "not JSON"),
        ("data: 3", ""),
        ("retry: 3", ""),
        ('data: {"choices": [null, {"delta": []}, {"delta": {"content": ["a"]}}]}', ""),
        ('data: {"choices": 3}', ""),
        ('data: {"choices": [{"delta": {"content": ""}, "logprobs": {"content": [1]}}]}', "logprobs"),
    ],
)  # fmt: skip
def test_what_an_event_brings(event: str, words: str) -> None:
    assert brought(event) == words


def test_the_data_of_an_event() -> None:
    assert data_of("event: x\ndata: a\r\ndata:b\n: c") == "a\nb"


def test_rate_and_gaps_over_time() -> None:
    rates, gaps = buckets([0.5, 0.6, 0.7, 3.9], 4.0, 4)
    assert rates == [3.0, 0.0, 0.0, 1.0]
    assert gaps == pytest.approx([0.5, 0.0, 0.0, 3.2])
    assert buckets([], 0.0, 2) == ([0.0, 0.0], [0.0, 0.0])
    assert buckets([9.0], 4.0, 2)[0] == [0.0, 0.5], "a clock that went on is no fault"
