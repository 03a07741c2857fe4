"""The endpoint on the wire: what goes out, what is refused, how it ends."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx2
import pytest

from tests.support.attempts import CANARY, STREAMED, UNSTREAMED, attempt, attempt_at, connection_to, shown
from tests.support.fault_server import (
    CUT,
    KEEP,
    SSE,
    STALL,
    FaultServer,
    Flood,
    Pause,
    Step,
    completion,
    event,
    frame,
    head,
    sse,
    text_chunk,
    whole,
)
from workbench.adapters.endpoint import Endpoint
from workbench.core.connection import Connection
from workbench.core.errors import ErrorKind, RunError
from workbench.core.events import State
from workbench.core.json_value import JSON
from workbench.core.request import Request
from workbench.core.secret import Secret
from workbench.core.wire import Chunks, Limits, Opened, RawPiece

GOOD = sse(text_chunk("Hel"), text_chunk("lo", finish="stop"))
ODD_BODY: dict[str, JSON] = {
    "zeta_first": [1, None, {"a": None}],
    "messages": [
        {"role": "user", "content": "한글 \u2028 🤝 \"'"},
        {"role": "developer", "content": [{"type": "text"}]},
    ],
    "model": "m-1",
    "temperature": 0,
    "stop": None,
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"format": "date"}}},
    "metadata": {},
    "top_k": 5,
    "seed": 2**60,
}


@pytest.mark.parametrize("extra", [{}, {"stream": True, "stream_options": {"include_usage": True}}, {"stream": False}])
async def test_the_body_is_sent_as_it_is(extra: dict[str, JSON]) -> None:
    async with FaultServer() as server:
        server.reply(*(GOOD if extra.get("stream") else whole(completion())))
        body = {**ODD_BODY, **extra}
        assert (await attempt_at(server, body)).state is State.COMPLETE
        assert json.loads(server.requests[0].body) == body
        assert list(server.requests[0].json) == list(body)


async def test_a_body_without_model_and_messages_gets_none() -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        await attempt_at(server, {"input": "x"})
        assert server.requests[0].json == {"input": "x"}


async def test_path_method_and_key() -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        await attempt_at(server)
        seen = server.requests[0]
        assert (seen.method, seen.path) == ("POST", "/v1/chat/completions")
        assert seen.headers["authorization"] == f"Bearer {CANARY}"
        assert seen.headers["content-type"] == "application/json"


@pytest.mark.parametrize("key", [None, CANARY])
async def test_nothing_of_the_environment_goes_out(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", f"evil-{name}")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://evil.invalid/v1")
    custom = ("X-Evil", "Authorization", "Cookie", "Host", "Accept", "User-Agent", "X-Stainless-OS", "Content-Type")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "\n".join(f"{name}: evil" for name in custom))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with FaultServer() as server:
        server.reply(*GOOD)
        assert (await attempt_at(server, key=key)).state is State.COMPLETE
        headers = server.requests[0].headers
    assert "evil" not in repr(headers).lower()
    assert headers.get("authorization") == (None if key is None else f"Bearer {key}")
    known = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
    assert set(headers) - {"authorization"} == known | {"x-stainless-raw-response"}


async def test_organization_and_project_are_the_connections() -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        endpoint = Endpoint(connection_to(server, organization="org-1", project="proj-1"))
        await attempt(endpoint)
        await endpoint.close()
        headers = server.requests[0].headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")


async def test_no_cookie_comes_back() -> None:
    async with FaultServer() as server:
        server.reply(*whole(completion(), headers={"Set-Cookie": "track=1; Path=/"}))
        endpoint = Endpoint(connection_to(server))
        first = await attempt(endpoint)
        await attempt(endpoint)
        await endpoint.close()
        assert "cookie" not in server.requests[1].headers
        assert first.opened is not None
        assert "set-cookie" not in first.opened.headers


async def test_opened_names_the_request_and_hides_an_echoed_key() -> None:
    async with FaultServer() as server:
        server.reply(*whole(completion(), headers={"x-request-id": "req-7", "x-echo": f"Bearer {CANARY}"}))
        opened = (await attempt_at(server)).opened
    assert opened is not None
    assert (opened.status, opened.request_id) == (200, "req-7")
    assert CANARY not in repr(opened)


async def test_events_come_as_they_arrive_and_in_batches() -> None:
    async with FaultServer() as server:
        gate = asyncio.Event()
        burst = frame(event(text_chunk("a")) + event(text_chunk("b")))
        server.reply(head(200, SSE), burst, gate, frame(event("[DONE]")))
        endpoint = Endpoint(connection_to(server))
        received = endpoint.send(Request(STREAMED), Limits())
        assert isinstance(await anext(received), Opened)
        assert await anext(received) == RawPiece(event(text_chunk("a")) + event(text_chunk("b")))
        first = await anext(received)
        assert isinstance(first, Chunks)
        assert (len(first.items), first.done) == (2, False)
        gate.set()
        assert await anext(received) == RawPiece(event("[DONE]"))
        assert await anext(received) == Chunks((), True)
        await received.aclose()
        await endpoint.close()


async def test_a_connection_serves_the_next_request() -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        endpoint = Endpoint(connection_to(server))
        for _ in range(3):
            assert (await attempt(endpoint)).text == "Hello"
        assert (len(server.requests), server.connections) == (3, 1)
        await endpoint.close()
        assert (await attempt(endpoint)).text == "Hello"
        await endpoint.close()


async def test_a_server_that_never_ends_after_done_keeps_nobody_waiting() -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("Hi", finish="stop"), end=False), STALL)
        result = await asyncio.wait_for(attempt_at(server), 2)
        assert (result.state, result.text) == (State.COMPLETE, "Hi")
        await asyncio.wait_for(server.requests[0].left.wait(), 1)


PLACES: dict[str, Sequence[Step]] = {
    "before the headers": (STALL,),
    "before the first event": (head(200, SSE), STALL),
    "in the stream": (*sse(text_chunk("x"), done=False, end=False), STALL),
    "while it keeps sending": (head(200, SSE), Flood(frame(event(text_chunk("x"))))),
}


@pytest.mark.parametrize("place", PLACES)
async def test_h82_cancel_closes_the_socket_at_once(place: str) -> None:
    async with FaultServer() as server:
        server.reply(*PLACES[place])
        endpoint = Endpoint(connection_to(server))
        tasks = asyncio.all_tasks()
        run = asyncio.create_task(attempt(endpoint))
        await server.wait_for_requests(1)
        await asyncio.sleep(0.02)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        await asyncio.wait_for(server.requests[0].left.wait(), 0.2)
        assert {task for task in asyncio.all_tasks() - tasks if "_accept" not in repr(task)} == set()
        await endpoint.close()


async def test_closing_the_generator_closes_the_socket() -> None:
    async with FaultServer() as server:
        server.reply(head(200, SSE), Flood(frame(event(text_chunk("x")))))
        endpoint = Endpoint(connection_to(server))
        received = endpoint.send(Request(STREAMED), Limits())
        async for item in received:
            if isinstance(item, Chunks):
                break
        await received.aclose()
        await asyncio.wait_for(server.requests[0].left.wait(), 0.2)
        await endpoint.close()


async def test_h84_64_streams_at_once() -> None:
    async with FaultServer() as server:
        gate = asyncio.Event()
        server.reply(*sse(text_chunk("Hel"), gate, text_chunk("lo", finish="stop")))
        endpoint = Endpoint(connection_to(server))
        runs = [asyncio.create_task(attempt(endpoint)) for _ in range(64)]
        await server.wait_for_requests(64)
        gate.set()
        assert {(run.state, run.text) for run in await asyncio.gather(*runs)} == {(State.COMPLETE, "Hello")}
        await endpoint.close()
        assert len(server.requests) == 64


async def test_h83_each_of_eight_ends_in_its_own_state() -> None:
    replies: dict[str, Sequence[Step]] = {
        "ok": GOOD,
        "401": whole({"error": {"message": "no"}}, 401),
        "429": whole({"error": {"message": "slow"}}, 429),
        "stall": (*sse(text_chunk("a"), done=False, end=False), STALL),
        "drop": (*sse(text_chunk("b"), done=False, end=False), CUT),
        "bad json": sse("{", text_chunk("c", finish="stop")),
        "large": sse(text_chunk("d"), text_chunk("x" * 400_000)),
        "slow": (asyncio.Event(), *GOOD),
    }

    def decide(seen: Any) -> Sequence[Step]:
        return replies[seen.json["model"]]

    async with FaultServer() as server:
        server.answer_with(decide)
        endpoint = Endpoint(connection_to(server))
        limits = Limits(idle=0.5, first_byte=1.5, event_bytes=200_000)
        bodies = [Request({**STREAMED, "model": name}) for name in replies]
        results = await asyncio.gather(*(attempt(endpoint, body, limits) for body in bodies))
        await endpoint.close()
    found = {
        name: (run.state.value, run.text, run.ended.error.kind.value if run.ended.error else "")
        for name, run in zip(replies, results, strict=True)
    }
    assert found == {
        "ok": ("complete", "Hello", ""),
        "401": ("error", "", "authentication"),
        "429": ("error", "", "rate_limit"),
        "stall": ("truncated", "a", "timeout"),
        "drop": ("truncated", "b", "broken_stream"),
        "bad json": ("complete", "c", ""),
        "large": ("truncated", "d", "broken_stream"),
        "slow": ("error", "", "timeout"),
    }


@pytest.mark.parametrize("body", [STREAMED, UNSTREAMED])
@pytest.mark.parametrize("padding", [b'data: {"x":"', b'{"choices":"', b": "])
async def test_h69_a_bomb_is_not_unpacked(body: dict[str, JSON], padding: bytes) -> None:
    bomb = gzip.compress(padding + b"x" * 24_000_000, 1)
    async with FaultServer() as server:
        server.reply(*whole(bomb, headers={"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}))
        tracemalloc.start()
        result = await attempt_at(server, body, Limits(event_bytes=2**20, response_bytes=4 * 2**20))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert result.state is State.ERROR
    assert result.error.code in ("event_too_large", "response_too_large")
    assert peak < 16 * 2**20


async def test_the_prompts_own_timeout_ends_the_run() -> None:
    async with FaultServer() as server:
        server.reply(STALL)
        result = await attempt_at(server, Request(STREAMED, timeout=0.001))
        assert (result.state, result.error.kind, result.error.code) == (State.ERROR, ErrorKind.TIMEOUT, "total")
        assert "0.001 s" in result.error.message


async def test_a_limit_of_0_is_none() -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("Hel"), Pause(0.05), text_chunk("lo", finish="stop")))
        limits = Limits(connect=0, first_byte=0, idle=0, total=0)
        assert (await attempt_at(server, limits=limits)).state is State.COMPLETE


async def test_a_reader_that_is_slow_is_not_the_servers_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    clock, slow = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: clock() + slow)
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("a"), text_chunk("b", finish="stop")))
        endpoint = Endpoint(connection_to(server))
        items = []
        async for item in endpoint.send(Request(STREAMED), Limits(first_byte=30, idle=30)):
            items.append(item)
            slow += 100
        await endpoint.close()
    assert any(isinstance(item, Chunks) and item.done for item in items)


DEEP: JSON = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("extra", "word"),
    [({"x": float("nan")}, "JSON"), ({"x": "\ud83d"}, "half a character"), ({"x": DEEP}, "JSON")],
    ids=["nan", "surrogate", "deep"],
)
async def test_what_can_not_be_written_is_refused_unsent(extra: dict[str, JSON], word: str) -> None:
    async with FaultServer() as server:
        result = await attempt_at(server, {**STREAMED, **extra})
        assert server.requests == []
    assert (result.state, result.error.kind) == (State.ERROR, ErrorKind.REFUSED)
    assert word in result.error.message


@pytest.mark.parametrize("key", ["sk-a\nb-CANARY", "sk-é-CANARY", "sk-a\r\nX-Evil: 1"])
async def test_h80_a_key_that_is_no_header_is_refused_unsent(key: str) -> None:
    async with FaultServer() as server:
        result = await attempt_at(server, key=key)
        assert server.requests == []
    assert result.error.kind is ErrorKind.REFUSED
    assert "CANARY" not in shown(result.error)
    assert "Evil" not in shown(result.error)


class Raising(httpx2.AsyncBaseTransport):
    """A transport that fails in a way nobody thought of."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (KeyError(CANARY), ErrorKind.INTERNAL),
        (RuntimeError(CANARY), ErrorKind.INTERNAL),
        (ExceptionGroup(CANARY, [KeyError(CANARY)]), ErrorKind.INTERNAL),
        (ExceptionGroup("x", [httpx2.ConnectError(CANARY)]), ErrorKind.CONNECTION),
        (httpx2.PoolTimeout(CANARY), ErrorKind.CONNECTION),
        (httpx2.CloseError(CANARY), ErrorKind.CONNECTION),
        (json.JSONDecodeError(CANARY, "", 0), ErrorKind.INTERNAL),
        (RecursionError(CANARY), ErrorKind.INTERNAL),
    ],
)
async def test_no_raw_exception_leaves(fault: Exception, kind: ErrorKind) -> None:
    connection = Connection("x", "endpoint", "http://x.invalid/v1", "x.invalid", Secret(CANARY))
    result = await attempt(Endpoint(connection, transport=Raising(fault)))
    assert result.error.kind is kind
    assert "CANARY" not in shown(result.error)
    if kind is ErrorKind.INTERNAL:
        assert type(fault).__name__ in result.error.message


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/v1", "http://[::1/v1", "ftp://x.invalid/v1", "notaurl", ""])
async def test_h79_a_bad_base_url_does_no_harm(url: str) -> None:
    endpoint = Endpoint(Connection("bad", "endpoint", url, "bad", Secret(CANARY)))
    result = await attempt(endpoint)
    assert (result.state, result.error.kind) == (State.ERROR, ErrorKind.CONNECTION)
    assert result.error.hint


LISTS: list[tuple[Any, list[str]]] = [
    ({"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}]}, ["b", "a"]),
    ({"models": [{"name": "llama"}], "object": "list"}, ["llama"]),
    ([{"id": "a"}, "b", None, 4, {}, {"id": None}, {"id": ""}, {"id": "x\x1b[31m"}, {"id": "y" * 900}], ["a", "b"]),
    ({"data": []}, []),
]


@pytest.mark.parametrize(("body", "ids"), LISTS)
async def test_models(body: Any, ids: list[str]) -> None:
    async with FaultServer() as server:
        server.reply(*whole(body))
        endpoint = Endpoint(connection_to(server))
        assert [model.id for model in await endpoint.models(Limits())] == ids
        await endpoint.close()
        seen = server.requests[0]
        assert (seen.method, seen.path, seen.headers["authorization"]) == ("GET", "/v1/models", f"Bearer {CANARY}")


async def test_what_models_tell_of_themselves() -> None:
    data = [
        {"id": "a", "shutdown_date": "2026-12-11", "max_model_len": 4096},
        {"id": "b", "shutdown_date": "soon", "meta": {"n_ctx": 512}, "context_length": -1},
        {"id": "c", "shutdown_date": None, "context_window": True},
    ]
    async with FaultServer() as server:
        server.reply(*whole({"data": data}))
        endpoint = Endpoint(connection_to(server))
        models = await endpoint.models(Limits())
        await endpoint.close()
    assert [(model.shutdown, model.window) for model in models] == [
        (date(2026, 12, 11), 4096),
        (None, 512),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (whole("<html>"), ErrorKind.NOT_AN_API),
        (whole({"ok": 1}), ErrorKind.NOT_AN_API),
        (whole("[" * 100_000), ErrorKind.NOT_AN_API),
        (whole({"error": {"message": "no", "code": "invalid_api_key"}}), ErrorKind.AUTHENTICATION),
        (whole("", 404), ErrorKind.NOT_FOUND),
        ((CUT,), ErrorKind.CONNECTION),
        ((head(200, {"Content-Length": "50"}) + b"{", CUT), ErrorKind.BROKEN_STREAM),
        ((STALL,), ErrorKind.TIMEOUT),
        ((head(200, {"Content-Length": "50"}) + b"{", STALL), ErrorKind.TIMEOUT),
    ],
)
async def test_models_that_fail(steps: Sequence[Step], kind: ErrorKind) -> None:
    async with FaultServer() as server:
        server.reply(*steps)
        endpoint = Endpoint(connection_to(server))
        with pytest.raises(RunError) as caught:
            await endpoint.models(Limits(first_byte=0.2, idle=0.2) if STALL in steps else Limits())
        await endpoint.close()
    assert caught.value.kind is kind
    assert server.host in caught.value.message


def test_warm_needs_no_loop() -> None:
    from workbench.adapters.endpoint import warm

    warm()


async def test_keep_is_what_its_name_says() -> None:
    """The server's own step: without it the tests of reused connections would prove nothing."""
    async with FaultServer() as server:
        server.reply(*GOOD[: GOOD.index(KEEP)])
        endpoint = Endpoint(connection_to(server))
        for _ in range(2):
            await attempt(endpoint)
        await endpoint.close()
        assert server.connections == 2
