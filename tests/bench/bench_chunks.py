"""What one chunk of a streamed answer costs: our path beside the SDK's own stream, over the same bytes, in one run.

    .venv/bin/python tests/bench/bench_chunks.py [CHUNKS]

Prints CPU microseconds for each chunk, the best of several rounds, and their ratio. "parse" is reader and accumulator
over bytes in memory; "endpoint" and "SDK" are whole: an in-memory transport under the SDK's client, so that both carry
the same HTTP layers. Also the time from `send` to the request's arrival once the imports are warm.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from workbench.adapters.endpoint import Endpoint
from workbench.adapters.http_client import warm
from workbench.core.accumulate import Accumulator
from workbench.core.connection import Connection
from workbench.core.json_value import JSON
from workbench.core.request import Request
from workbench.core.sse import ChunkReader
from workbench.core.wire import Chunks, Limits

ROUNDS = 5
URL = "http://bench.invalid/v1"
BODY: dict[str, JSON] = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}


def chunk(number: int) -> bytes:
    """A chunk as OpenAI sends it."""
    value = {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion.chunk",
        "created": 1_741_569_952,
        "model": "gpt-5.4-mini-2026-03-01",
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
        "choices": [{"index": 0, "delta": {"content": f" word{number % 97}"}, "logprobs": None, "finish_reason": None}],
        "usage": None,
        "obfuscation": "aKd93Jx",
    }
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def pieces_of(count: int, together: int) -> list[bytes]:
    """The answer in reads of `together` events each."""
    events = [chunk(number) for number in range(count)]
    end = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    return [*(b"".join(events[i : i + together]) for i in range(0, count, together)), end]


class Canned(httpx2.AsyncBaseTransport):
    """Answers every request with these bytes, a piece for each read; remembers when a request came."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.arrived = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.arrived = time.perf_counter()

        async def body() -> AsyncIterator[bytes]:
            for piece in self.pieces:
                yield piece

        return httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, content=body())


def parse(pieces: list[bytes]) -> int:
    reader, accumulator = ChunkReader(), Accumulator()
    for piece in pieces:
        accumulator.feed(reader.feed(piece).items)
    return len(accumulator.answer().choices[0].text)


async def ours(transport: Canned) -> int:
    endpoint = Endpoint(Connection("bench", "endpoint", URL, "bench.invalid"), transport=transport)
    accumulator = Accumulator()
    async for received in endpoint.send(Request(BODY), Limits()):
        if isinstance(received, Chunks):
            accumulator.feed(received.items)
    return len(accumulator.answer().choices[0].text)


async def the_sdks(transport: Canned) -> int:
    client = AsyncOpenAI(
        api_key="x", base_url=URL, max_retries=0, http_client=DefaultAsyncHttpxClient(transport=transport)
    )
    length = 0
    stream = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True)
    async for item in stream:
        if item.choices and item.choices[0].delta.content:
            length += len(item.choices[0].delta.content)
    return length


async def best(what: Callable[[], Awaitable[int]], count: int) -> tuple[float, int]:
    """The least CPU time of some rounds, in microseconds for each chunk, and the characters that came out."""
    times: list[float] = []
    length = 0
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        length = await what()
        times.append((time.process_time() - began) / count * 1e6)
    return min(times), length


async def key_to_request() -> float:
    """Milliseconds from the first `send` after `warm` until the request arrives."""
    transport = Canned(pieces_of(1, 1))
    began = time.perf_counter()
    await ours(transport)
    return (transport.arrived - began) * 1e3


async def main(count: int) -> None:
    began = time.perf_counter()
    warm()
    print(f"warm (in a thread, after the first paint): {time.perf_counter() - began:.2f} s")
    print(f"first send to request, after warm: {await key_to_request():.1f} ms\n")
    print(f"{count} chunks, CPU us per chunk, best of {ROUNDS}")
    print(f"{'events/read':>12}{'parse':>9}{'endpoint':>10}{'SDK':>8}{'ratio':>8}")
    for together in (1, 4, 16, 64):
        pieces = pieces_of(count, together)

        async def parsed(pieces: list[bytes] = pieces) -> int:
            return parse(pieces)

        alone, first = await best(parsed, count)
        whole, second = await best(lambda: ours(Canned(pieces)), count)  # noqa: B023 (awaited before the next turn)
        sdk, third = await best(lambda: the_sdks(Canned(pieces)), count)  # noqa: B023
        assert first == second == third
        print(f"{together:>12}{alone:>9.1f}{whole:>10.1f}{sdk:>8.1f}{whole / sdk:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
