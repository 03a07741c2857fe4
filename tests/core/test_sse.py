"""The event-stream reader: any bytes, in any pieces."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.sse import ChunkReader, SseReader, parse_json


def events_of(*pieces: bytes) -> list[tuple[str, str]]:
    reader = SseReader()
    found = [event for piece in pieces for event in reader.feed(piece)]
    return [(event.name, event.data) for event in [*found, *reader.finish()]]


def read(*pieces: bytes) -> tuple[list[JSON], bool, list[str]]:
    """Items, done and faults of a whole stream."""
    reader = ChunkReader()
    chunks = [reader.feed(piece) for piece in pieces]
    chunks.append(reader.finish())
    faults = [fault for part in chunks for fault in part.faults]
    return [item for part in chunks for item in part.items], chunks[-1].done, faults


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data: a\ndata\ndata:\n\n", ["a\n\n"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b": ping\n\ndata: a\n\n: ping\n", ["a"]),
        (b"id: 7\nretry: 10\n\ndata: a\n\nid: 8\n\n", ["a"]),
        (b"database: no\n\ndata: a\n\n", ["a"]),
        (b"nonsense\n{}\n\ndata: a\n\n", ["a"]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", ["a", "b", "c"]),
        (b"data: a\n\n\n\n\ndata: b", ["a", "b"]),
        ("data: \u2028\u2029\x85\x0b\x0c\x1c\x1e\n\n".encode(), ["\u2028\u2029\x85\x0b\x0c\x1c\x1e"]),
    ],
)
def test_line_rules(raw: bytes, data: list[str]) -> None:
    assert [event[1] for event in events_of(raw)] == data


def test_event_names_belong_to_one_event() -> None:
    raw = b"event: error\ndata: a\n\ndata: b\n\nevent: lost\n\ndata: c\n\n"
    assert events_of(raw) == [("error", "a"), ("", "b"), ("", "c")]


LINES = st.sampled_from(
    [
        b"data: {}",
        b"data:[1,2]",
        b"data: [DONE]",
        "data: 한글🤝 \u2028 é".encode(),
        b"data: \xff\xfe",
        b": comment",
        b"event: error",
        b"id: 3",
        b"",
        b"",
        b"data",
        b"\xef\xbb\xbfdata: x",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@settings(max_examples=75)
@given(st.lists(st.tuples(LINES, ENDS), max_size=14), st.booleans(), st.data())
def test_any_split_gives_the_same(lines: list[tuple[bytes, bytes]], bom: bool, data: st.DataObject) -> None:
    raw = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    pieces = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    every_byte = [raw[i : i + 1] for i in range(len(raw))]
    assert events_of(*pieces) == events_of(raw) == events_of(*every_byte)
    assert read(*pieces) == read(raw)


@settings(max_examples=60)
@given(st.lists(st.text(), max_size=5), st.integers(1, 9))
def test_any_text_survives(texts: list[str], step: int) -> None:
    sent: list[JSON] = [{"t": text} for text in texts]
    raw = b"".join(b"data: " + json.dumps(item).encode() + b"\n\n" for item in sent) + b"data: [DONE]\n\n"
    items, done, faults = read(*(raw[i : i + step] for i in range(0, len(raw), step)))
    assert (items, done, faults) == (sent, True, [])


@pytest.mark.parametrize("end", [b"[DONE]", b"[DONE]  ", b" [DONE]"[1:] + b"\t"])
def test_done_ends_it(end: bytes) -> None:
    items, done, faults = read(b'data: {"a":1}\n\ndata:' + end + b'\n\ndata: {"b":2}\n\ndata: junk\n\n')
    assert (items, done, faults) == ([{"a": 1}], True, [])


def test_done_without_its_blank_line() -> None:
    assert read(b"data: 1\n\ndata: [DONE]") == ([1], True, [])


def test_a_bad_event_is_skipped_and_named() -> None:
    items, _, faults = read(b'data: {"a":1}\n\ndata: {"a":\n\ndata: {"a":3}\n\n')
    assert items == [{"a": 1}, {"a": 3}]
    assert len(faults) == 1
    assert faults[0].startswith("event 2 was skipped: not JSON")


def test_a_cut_last_event_is_a_fault() -> None:
    items, done, faults = read(b'data: {"a":1}\n\ndata: {"a"')
    assert (items, done) == ([{"a": 1}], False)
    assert faults[0].startswith("event 2")


def test_invalid_utf8_goes_on_with_a_note() -> None:
    items, _, faults = read(b'data: {"a":"x\xff\xe2\x82y"}\n\n')
    assert items == [{"a": "x\ufffd\ufffdy"}]
    assert "UTF-8" in faults[0]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'{"error":{"message":"no"}}', {"message": "no"}),
        (b'{"message":"no"}', {"message": "no"}),
        (b'"no"', "no"),
        (b"not json", "not json"),
    ],
)
def test_error_events_have_one_shape(data: bytes, error: JSON) -> None:
    assert read(b"event: error\ndata: " + data + b"\n\n")[0] == [{"error": error}]


@pytest.mark.parametrize("step", [1_000, 65_536, 10**9])
def test_an_event_that_is_too_long_stops_the_reading(step: int) -> None:
    reader = ChunkReader(event_bytes=100_000)
    raw = b'data: {"a":1}\n\ndata: "' + b"x" * 200_000 + b'"\n\ndata: {"b":2}\n\n'
    items = [item for i in range(0, len(raw), step) for item in reader.feed(raw[i : i + step]).items]
    assert reader.overflow
    assert [*items, *reader.finish().items] == [{"a": 1}]


def test_many_data_lines_count_together() -> None:
    reader = SseReader(event_bytes=1_000)
    assert reader.feed(b"data: xxxxxxxxxxxxxxxxxxxx\n" * 100) == []
    assert reader.overflow


def test_a_long_line_in_small_pieces_is_not_quadratic() -> None:
    def cost(size: int) -> float:
        reader = SseReader(event_bytes=10**9)
        began = time.process_time()
        reader.feed(b"data: ")
        for _ in range(size):
            reader.feed(b"x" * 64)
        assert len(reader.feed(b"\n\n")[0].data) == size * 64
        return time.process_time() - began

    cost(1_000)
    # Eight times as much: about 8 times the time where it is linear, 64 where it is not.
    assert cost(64_000) < 30 * max(cost(8_000), 0.004)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NaN", None),
        ('{"a": [-Infinity, 1e400, -1e400, 1e30, 1.5]}', {"a": [None, None, None, 1e30, 1.5]}),
        ('"\\ud83d"', "\ud83d"),
        (str(2**80), 2**80),
        (" [1] \n", [1]),
        ("[" * 3 + "]" * 3, [[[]]]),
        (json.dumps({"s": "[{" * 500, "l": [[]] * 300}), {"s": "[{" * 500, "l": [[]] * 300}),
        (json.dumps('\\"[' * 500), '\\"[' * 500),
    ],
)
def test_parsing(text: str, value: JSON) -> None:
    parsed = parse_json(text)
    assert parsed == value
    json.dumps(parsed, allow_nan=False)


@pytest.mark.parametrize(
    "text", ["", "{", "nul", "[1,]", "9" * 5_000, "[" * 100_000, "[" * 300 + "]" * 300, '{"a":1} x']
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_json(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 100


def test_deep_nesting_is_one_skipped_event() -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    items, done, faults = read(b"data: " + deep + b"\n\ndata: 1\n\ndata: [DONE]\n\n")
    assert (items, done) == ([1], True)
    assert faults == ["event 1 was skipped: nested too deep"]
