"""The practice endpoint as an httpx2 transport: it sits where the network sits, and answers as an endpoint would."""

from __future__ import annotations

import asyncio
import secrets
import time
from random import Random
from typing import TYPE_CHECKING

import httpx2

from workbench.adapters.practice import answer, checks
from workbench.adapters.practice.faults import ApiFault
from workbench.adapters.practice.generation import Choice, Piece, make_choices
from workbench.adapters.practice.models import MODELS
from workbench.adapters.practice.ngram import base_model
from workbench.adapters.practice.schema_tree import Unsatisfiable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from workbench.adapters.practice.checks import Job

_CONNECT_S = 0.0005
"""What a connection to this endpoint is said to take."""
_TURN_S = 0.004
"""How long pieces are made in a row before others get their turn on the event loop."""
_MODELS, _CHAT = "/v1/models", "/v1/chat/completions"


class PracticeTransport(httpx2.AsyncBaseTransport):
    """Answers requests out of this process. Keys and other headers are ignored."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        started = time.perf_counter()
        limits = request.extensions.get("timeout", {})
        connect = limits.get("connect")
        if connect is not None and connect < _CONNECT_S:
            raise httpx2.ConnectTimeout("The connection took longer than its limit.", request=request)
        content = await request.aread()
        try:
            async with asyncio.timeout(limits.get("read")):
                response = await self._answer(request, content)
        except TimeoutError:
            raise httpx2.ReadTimeout("No answer came within the read limit.", request=request) from None
        except ApiFault as fault:
            response = _whole(fault.status, answer.pretty(fault.body()))
        response.headers["x-request-id"] = f"req_{secrets.token_hex(16)}"
        response.headers["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
        response.headers["openai-version"] = "2020-10-01"
        return response

    async def _answer(self, request: httpx2.Request, content: bytes) -> httpx2.Response:
        method, path = request.method, request.url.path
        if path == _CHAT:
            if method != "POST":
                raise ApiFault("Only POST requests are accepted.", None, "method_not_supported", 405)
            return await self._chat(request, content)
        if path == _MODELS and method == "GET":
            return _whole(200, answer.pretty(answer.models_body()))
        if path.startswith(f"{_MODELS}/") and method == "GET":
            name = path.removeprefix(f"{_MODELS}/")
            if name not in MODELS:
                raise ApiFault(f"The model '{name}' does not exist", "model", "model_not_found", 404)
            return _whole(200, answer.pretty(answer.model_body(MODELS[name])))
        raise ApiFault(f"Invalid URL ({method} {path})", status=404)

    async def _chat(self, request: httpx2.Request, content: bytes) -> httpx2.Response:
        started = time.perf_counter()
        # In a thread: the first request trains the model, and a long prompt or a large schema takes its time too.
        job, choices, fingerprint = await asyncio.to_thread(_prepare, content)
        body = answer.Answer(job, fingerprint)
        pace = _Pace(job, started)
        await pace.first()
        if job.stream:
            limits = request.extensions.get("timeout", {})
            stream = _EventStream(_events(job, body, choices, pace, _Patience(limits.get("read"), request)))
            return httpx2.Response(200, headers={"content-type": "text/event-stream; charset=utf-8"}, stream=stream)
        pieces = await _all_pieces(choices, pace)
        return _whole(200, body.whole(choices, pieces))


def _prepare(content: bytes) -> tuple[Job, list[Choice], str]:
    body = checks.read_body(content)
    job = checks.read_job(body)
    model = base_model()
    try:
        return job, make_choices(job, model), model.fingerprint
    except (Unsatisfiable, RecursionError) as caught:
        error = caught if isinstance(caught, Unsatisfiable) else "it is nested too deeply"
        if tools := job.tools.callable or (job.tools.offered if job.format.kind == "text" else ()):
            names = ", ".join(repr(tool.name) for tool in tools)
            raise ApiFault(
                f"Invalid schema for function {names}: {error}.", "tools", "invalid_function_parameters"
            ) from caught
        text = f"Invalid schema for response_format '{job.format.name}': {error}."
        raise ApiFault(text, "response_format") from caught


def _whole(status: int, content: bytes) -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": "application/json"}, content=content)


class _Pace:
    """When the next token is due: like a real model's, a little uneven."""

    def __init__(self, job: Job, started: float) -> None:
        self._rate = job.model.tokens_per_s
        self._random = Random()
        self._due = started + job.model.first_token_s * self._random.uniform(0.9, 1.2)

    async def first(self) -> None:
        await asyncio.sleep(self._due - time.perf_counter())

    def until_next(self) -> float:
        """Seconds to wait before the next token of each choice; 0 without a pace."""
        if self._rate is None:
            return 0.0
        self._due += self._random.uniform(0.5, 1.5) / self._rate
        return self._due - time.perf_counter()


class _Patience:
    """The read limit of a request: how long it waits for the next bytes."""

    def __init__(self, limit: float | None, request: httpx2.Request) -> None:
        self._limit, self._request = limit, request

    async def wait(self, seconds: float) -> None:
        if self._limit is not None and seconds > self._limit:
            await asyncio.sleep(self._limit)
            raise httpx2.ReadTimeout("No more of the answer came within the read limit.", request=self._request)
        await asyncio.sleep(seconds)


class _EventStream(httpx2.AsyncByteStream):
    """A body whose bytes are made when they are read; closing it ends the making."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        self._events = events

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._events

    async def aclose(self) -> None:
        await self._events.aclose()


async def _events(
    job: Job, body: answer.Answer, choices: Sequence[Choice], pace: _Pace, patience: _Patience
) -> AsyncGenerator[bytes, None]:
    yield b"".join(body.opening(index, choice) for index, choice in enumerate(choices))
    going = list(enumerate(choices))
    while going:
        # With a pace one round of tokens; without one as many as fit in a turn.
        turn_ends = time.perf_counter() + (_TURN_S if job.model.tokens_per_s is None else 0.0)
        events: list[bytes] = []
        while going:
            for index, choice in going:
                if (piece := choice.step()) is not None:
                    events.append(body.piece(index, choice, piece))
                if choice.finish_reason is not None:
                    events.append(body.closing(index, choice))
            going = [(index, choice) for index, choice in going if choice.finish_reason is None]
            if time.perf_counter() >= turn_ends:
                break
        if events:
            yield b"".join(events)
        await patience.wait(max(0.0, pace.until_next()) if going else 0.0)
    for event in body.ending(choices):
        yield event


async def _all_pieces(choices: Sequence[Choice], pace: _Pace) -> list[list[Piece]]:
    """Every piece of every choice, after the time that their streaming would have taken."""
    pieces: list[list[Piece]] = [[] for _ in choices]
    wait = 0.0
    turn_ends = time.perf_counter() + _TURN_S
    while any(choice.finish_reason is None for choice in choices):
        for index, choice in enumerate(choices):
            if choice.finish_reason is None and (piece := choice.step()) is not None:
                pieces[index].append(piece)
        wait = pace.until_next()
        if time.perf_counter() >= turn_ends:
            await asyncio.sleep(0)
            turn_ends = time.perf_counter() + _TURN_S
    await asyncio.sleep(max(0.0, wait))
    return pieces
