"""One attempt against a server of ours, put together as the runner does it, and what came of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from tests.support.fault_server import FaultServer
from workbench.adapters.endpoint import Endpoint
from workbench.core.accumulate import Accumulator
from workbench.core.connection import Connection
from workbench.core.errors import RunError
from workbench.core.events import Ended, Noted, State
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer
from workbench.core.request import Request
from workbench.core.secret import Secret
from workbench.core.wire import Chunks, Limits, Opened, RawPiece, Received, Whole

CANARY = "sk-proj-CANARYabcdefghijklmnopqrstuvwxyz0123456789WXYZ"
KEY_SOURCE = "OPENAI_API_KEY in the environment"
STREAMED: dict[str, JSON] = {"model": "m-1", "messages": [{"role": "user", "content": "hi"}], "stream": True}
UNSTREAMED: dict[str, JSON] = {"model": "m-1", "messages": [{"role": "user", "content": "hi"}]}


@dataclass(slots=True)
class Attempt:
    """What one call of `Endpoint.send` gave."""

    ended: Ended
    answer: Answer
    notes: list[str]
    received: list[Received] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.ended.state

    @property
    def error(self) -> RunError:
        assert self.ended.error is not None
        return self.ended.error

    @property
    def text(self) -> str:
        return self.answer.choices[0].text if self.answer.choices else ""

    @property
    def opened(self) -> Opened | None:
        return next((item for item in self.received if isinstance(item, Opened)), None)


def connection_to(server: FaultServer, key: str | None = CANARY, **more: str) -> Connection:
    secret = None if key is None else Secret(key)
    source = KEY_SOURCE if key is not None else ""
    return Connection("test", "endpoint", server.base_url, server.host, secret, source, **more)


async def attempt(
    endpoint: Endpoint, body: dict[str, JSON] | Request | None = None, limits: Limits | None = None, choices: int = 1
) -> Attempt:
    """Send once and take in all that comes. Anything that escapes but a RunError fails the test by itself."""
    request = body if isinstance(body, Request) else Request(STREAMED if body is None else body)
    accumulator = Accumulator(choices, endpoint.host)
    received: list[Received] = []
    notes: list[str] = []
    error: RunError | None = None
    try:
        async with contextlib.aclosing(endpoint.send(request, limits or Limits())) as pieces:
            async for item in pieces:
                received.append(item)
                match item:
                    case Chunks():
                        events = accumulator.feed(item.items)
                        accumulator.done = accumulator.done or item.done
                        notes.extend(item.faults)
                    case Whole():
                        events = accumulator.take_whole(item.response)
                    case Opened() | RawPiece():
                        events = []
                notes.extend(event.text for event in events if isinstance(event, Noted))
    except RunError as failed:
        error = failed
    notes.extend(event.text for event in accumulator.flush() if isinstance(event, Noted))
    return Attempt(accumulator.end(error=error), accumulator.answer(), notes, received)


async def attempt_at(
    server: FaultServer,
    body: dict[str, JSON] | Request | None = None,
    limits: Limits | None = None,
    key: str | None = CANARY,
) -> Attempt:
    """`attempt` with an endpoint of its own."""
    endpoint = Endpoint(connection_to(server, key))
    try:
        return await attempt(endpoint, body, limits)
    finally:
        await endpoint.close()


def shown(error: RunError) -> str:
    """Everything of an error that may reach a screen, a file or standard output."""
    return " | ".join([error.message, error.hint, error.details, error.field, error.code, repr(error)])
