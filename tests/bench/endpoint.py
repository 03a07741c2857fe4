"""A fast Chat Completions endpoint on the loopback interface, in a process of its own; and `serve`, which starts it.

    .venv/bin/python tests/bench/endpoint.py LOG

The model's name says what comes: `bench-N` is N chunks as fast as they are read, `paced-R-N` is N chunks, R a second,
`late-M-R-N` the same behind M chunks that come at once. The text is Markdown; its first word is BEGINSTREAM, its last
ENDOFSTREAM in a paragraph of its own; with `-marked` at the end of the name the temperature stands behind that, which
tells the columns of a comparison apart. LOG gets a line of JSON for each request, with the time of its arrival
(CLOCK_MONOTONIC, which all processes of a machine share).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

BEGIN, END = "BEGINSTREAM", "ENDOFSTREAM"
_MODEL = re.compile(
    r"(?:bench-(?P<all>\d+)|(?:late-(?P<first>\d+)|paced)-(?P<rate>\d+)-(?P<count>\d+))(?P<marked>-marked)?"
)
_CHARACTERS = 4
"""Of one chunk: about a token of English."""
_WRITE = 1 << 16
_TEXT = """\
# A walk through the market

The **oldest stalls** open before six; the *last* one closes long after dark, and `cash` is still what most of them
take. See [the map](https://example.org/map) for the way from the station, which is about ten minutes on foot.

## What to try first

1. A bowl of noodles, hot, from the corner by the eastern gate.
2. Pancakes with mung beans:
   - crisp at the edge,
   - eaten at once, standing.
3. Something sweet for the way back.

시장은 이른 아침에 가장 활기차고, 상인들은 서로 안부를 물으며 하루를 시작합니다.
처음 온 사람도 금세 길을 찾을 수 있습니다. 비가 오는 날에는 지붕이 있는 골목으로 돌아가세요.

> Whoever comes hungry leaves happy; whoever comes full comes back.

| stall | dish | price |
|:------|:----:|------:|
| 12 | 칼국수 | 7,000 |
| 31 | 빈대떡 | 5,000 |

```python
def total(prices: dict[str, int], wanted: list[str]) -> int:
    # What is not on the list costs nothing, since nobody brings it.
    return sum(prices.get(name, 0) for name in wanted)
```

Prices change with the season, and so do the opening hours; both are written on the board beside the gate.

"""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a model's name asks for: chunks, and how many of them a second (0: as fast as they are read) behind the
    `first`, which come at once."""

    count: int
    rate: int
    first: int = 0
    marked: bool = False

    @classmethod
    def of(cls, model: str) -> Stream | None:
        match = _MODEL.fullmatch(model)
        if match is None:
            return None
        count, rate, first = match["all"] or match["count"], match["rate"] or 0, int(match["first"] or 0)
        return cls(first + max(2, int(count)), int(rate), first, bool(match["marked"]))


def pieces_of(count: int, mark: str = "") -> list[str]:
    """An answer in exactly `count` pieces, with `mark` behind its last word."""
    size = (count - 2) * _CHARACTERS
    body = (_TEXT * (size // len(_TEXT) + 1))[:size]
    # An open fence would swallow the end mark.
    close = "\n```" if body.count("```") % 2 else ""
    middle = [body[at : at + _CHARACTERS] for at in range(0, size, _CHARACTERS)]
    return [f"{BEGIN}\n\n", *middle, f"{close}\n\n{END}{mark}\n"]


def _event(value: bytes) -> bytes:
    """An event as it goes over the wire, in an HTTP chunk of its own."""
    data = b"data: " + value + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


@lru_cache(maxsize=32)
def events_of(model: str, count: int, usage: bool, mark: str = "") -> tuple[bytes, ...]:
    """The body of the answer, event by event. Made once for each model: the endpoint must not be what is measured."""
    fixed = {
        "id": "chatcmpl-bench4f9a8b7c6d5e4f3a2b1c",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_bench",
    }
    extra = {"usage": None} if usage else {}

    def chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return _event(json.dumps({**fixed, "choices": [choice], **extra}, ensure_ascii=False).encode())

    events = [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in pieces_of(count, mark)),
    ]
    events.append(chunk({}, "stop"))
    if usage:
        told = {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": count + 9}
        events.append(_event(json.dumps({**fixed, "choices": [], "usage": told}).encode()))
    return (*events, _event(b"[DONE]") + b"0\r\n\r\n")


class _Server:
    def __init__(self, log: IO[str]) -> None:
        self._log = log

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The requests of one connection, one after the other."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?im)^content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        arrived = time.monotonic()
        if not head.startswith("POST /v1/chat/completions "):
            return _send_json(writer, 404, {"error": {"message": "no such path", "type": "invalid_request_error"}})
        asked: dict[str, Any] = json.loads(body)
        model = str(asked.get("model"))
        stream = Stream.of(model)
        if stream is None or not asked.get("stream"):
            message = "the model must be bench-N or paced-R-N, and streamed"
            return _send_json(writer, 400, {"error": {"message": message, "type": "invalid_request_error"}})
        mark = mark_of(asked.get("temperature")) if stream.marked else ""
        self._log.write(json.dumps({"arrived": arrived, "model": model, "mark": mark}) + "\n")
        usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        await _stream(writer, events_of(model, stream.count, usage, mark), stream)
        return None


def mark_of(temperature: float | None) -> str:
    """What stands behind the last word of an answer at that temperature."""
    return "" if temperature is None else f"{temperature:g}"


def _send_json(writer: asyncio.StreamWriter, status: int, value: object) -> None:
    body = json.dumps(value).encode()
    writer.write(
        b"HTTP/1.1 %d Error\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    )
    writer.write(body)


async def _stream(writer: asyncio.StreamWriter, events: tuple[bytes, ...], stream: Stream) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    at_once = stream.first if stream.rate else len(events)
    body = b"".join(events[:at_once])
    for at in range(0, len(body), _WRITE):
        writer.write(body[at : at + _WRITE])
        await writer.drain()
    began = time.monotonic()
    for number, event in enumerate(events[at_once:]):
        # By the clock of the whole stream, so that a late chunk does not make the rest late.
        await asyncio.sleep(max(0.0, began + number / stream.rate - time.monotonic()))
        writer.write(event)
        await writer.drain()


async def _main(log: Path) -> None:
    with log.open("a", buffering=1) as file:
        server = await asyncio.start_server(_Server(file).serve, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
        await server.serve_forever()


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint that runs."""

    base_url: str
    log: Path

    def arrival(self, after: float) -> float:
        """When the first request after that moment was there; ValueError if none was."""
        return min(self.arrivals(after).values())

    def arrivals(self, after: float) -> dict[str, float]:
        """When the first request with each mark after that moment was there."""
        found: dict[str, float] = {}
        for line in self.log.read_text().splitlines():
            request = json.loads(line)
            if request["arrived"] >= after:
                found.setdefault(request["mark"], float(request["arrived"]))
        return found


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """The endpoint in a process of its own; its log goes into `folder`."""
    log = folder / "requests.jsonl"
    process = subprocess.Popen([sys.executable, __file__, str(log)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        if not base_url:
            raise RuntimeError("the endpoint did not start")
        yield Served(base_url, log)
    finally:
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Path(sys.argv[1])))
