"""A loopback server of the tests' own that says exactly the bytes it is told to, and remembers what it was sent.

    async with FaultServer() as server:
        server.reply(*sse(text_chunk("Hel"), text_chunk("lo", finish="stop")))
        ...                       # something sends a request to server.base_url
        assert server.requests[0].json["model"] == "m"

A reply is a row of steps: bytes to send, and things to do between them.

    bytes            sent at once, as one write
    Pause(seconds)   wait; for drips and slow starts only
    asyncio.Event    wait until the test sets it
    STALL            say nothing more until the client goes away
    CUT              close the connection (FIN), whatever was promised
    RESET            close it with RST
    FLOOD(piece)     send the piece again and again until the client goes away

After its last step a connection is closed, unless the reply says `KEEP` at its end: then it serves the next request.
Replies are used in order; the last one answers every request after it. `answer_with` decides by the request instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeAlias


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Flood:
    piece: bytes


@dataclass(frozen=True, slots=True)
class _Act:
    name: str


STALL, CUT, RESET, KEEP = _Act("stall"), _Act("cut"), _Act("reset"), _Act("keep")
Step: TypeAlias = bytes | Pause | Flood | _Act | asyncio.Event


@dataclass(slots=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the connection is gone, from whichever side."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FaultServer:
    """See the module. `requests` holds every physical request; of `connections`, `open_connections` are open now."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self.open_connections = 0
        self.port = 0
        self._tls = tls
        self._replies: list[Sequence[Step]] = []
        self._decide: Callable[[Seen], Sequence[Step]] | None = None
        self._arrived = asyncio.Condition()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reply(self, *steps: Step) -> None:
        """The next reply in line."""
        self._replies.append(steps)

    def answer_with(self, decide: Callable[[Seen], Sequence[Step]]) -> None:
        """Let a function of the request choose the steps."""
        self._decide = decide

    async def wait_for_requests(self, count: int) -> None:
        """Until `count` requests have arrived."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        tasks = list(self._open)
        for task in tasks:
            self._open[task].transport.abort()  # what it still had to say, nobody hears any more
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        self.connections += 1
        self.open_connections += 1
        seen: Seen | None = None
        try:
            while (seen := await self._read_request(reader)) is not None:
                if not await self._play(seen, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            self.open_connections -= 1
            if seen is not None:
                seen.left.set()
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError, ssl.SSLError):
                await writer.wait_closed()
            self._open.pop(task, None)

    async def _read_request(self, reader: asyncio.StreamReader) -> Seen | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(method, path, headers, body)
        async with self._arrived:
            self.requests.append(seen)
            self._arrived.notify_all()
        return seen

    def _steps(self, seen: Seen) -> Sequence[Step]:
        if self._decide is not None:
            return self._decide(seen)
        assert self._replies, "the test gave this server no reply"
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    async def _play(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Do the steps; True where the connection then serves the next request."""
        for step in self._steps(seen):
            match step:
                case bytes():
                    writer.write(step)
                    await writer.drain()
                case Pause():
                    await asyncio.sleep(step.seconds)
                case asyncio.Event():
                    await step.wait()
                case Flood():
                    while not reader.at_eof():
                        writer.write(step.piece)
                        await writer.drain()
                case _Act("stall"):
                    await reader.read()
                case _Act("reset"):
                    sock: socket.socket = writer.get_extra_info("socket")
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
                    return False
                case _Act("cut"):
                    return False
                case _Act("keep"):
                    return True
        return False


def head(status: int = 200, headers: Mapping[str, str] | None = None, reason: str = "X") -> bytes:
    """A status line and headers, up to and with the blank line. Nothing is added to `headers`."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def whole(
    body: bytes | str | object, status: int = 200, headers: Mapping[str, str] | None = None
) -> tuple[bytes, _Act]:
    """A complete response with its length; what is neither bytes nor str becomes JSON. The connection stays open."""
    kind = "text/plain"
    if not isinstance(body, bytes | str):
        body, kind = json.dumps(body), "application/json"
    raw = body if isinstance(body, bytes) else body.encode()
    return head(status, {"Content-Type": kind, "Content-Length": str(len(raw)), **(headers or {})}) + raw, KEEP


SSE = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", "x-request-id": "req-1"}
LAST_FRAME = b"0\r\n\r\n"


def frame(data: bytes) -> bytes:
    """One piece of a body in chunked transfer encoding."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(item: object) -> bytes:
    """One server-sent event; a str is its data as it stands, anything else becomes JSON."""
    return b"data: " + (item if isinstance(item, str) else json.dumps(item)).encode() + b"\n\n"


def text_chunk(text: str | None = None, *, index: int = 0, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk such as OpenAI sends; `more` goes to its top level."""
    delta = {} if text is None else {"content": text}
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m-1",
        "choices": [choice],
        **more,
    }


def sse(*items: object, done: bool = True, end: bool = True) -> tuple[Step, ...]:
    """A streamed answer: an event for each item, each in its own write; steps among the items stay steps.

    With `done` [DONE] follows, with `end` the last frame, after which the connection stays open.
    """
    steps: list[Step] = [
        item if isinstance(item, Pause | Flood | _Act | asyncio.Event) else frame(event(item))
        for item in ((*items, "[DONE]") if done else items)
    ]
    return (head(200, SSE), *steps, *((LAST_FRAME, KEEP) if end else ()))


def raw_sse(*pieces: bytes | Step, end: bool = True) -> tuple[Step, ...]:
    """A streamed answer whose body is these bytes, each in its own frame and write."""
    frames: list[Step] = [frame(piece) if isinstance(piece, bytes) else piece for piece in pieces]
    return (head(200, SSE), *frames, *((LAST_FRAME, KEEP) if end else ()))


def completion(text: str = "Hello", *, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    """An unstreamed answer such as OpenAI gives."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
        **more,
    }
