"""Servers on this machine: told apart by what they answer, found in half a second whatever else listens."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import pytest

from tests.support.fault_server import STALL, FaultServer, Flood, Seen, Step, head, whole
from workbench.adapters.local_servers import LocalServer, find_local_servers


def listing(*models: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"object": "list", "data": [{"object": "model", **model} for model in models], **more}


def _answer(reply: Sequence[Step], seen: Seen) -> Sequence[Step]:
    return reply if seen.path == "/v1/models" else whole("no", 404)


@contextlib.asynccontextmanager
async def serving(*replies: tuple[Step, ...]) -> AsyncIterator[list[FaultServer]]:
    """A server for each reply, which it gives to GET /v1/models; to any other path 404."""
    async with contextlib.AsyncExitStack() as stack:
        servers = []
        for reply in replies:
            server = await stack.enter_async_context(FaultServer())
            server.answer_with(partial(_answer, reply))
            servers.append(server)
        yield servers


async def found_on(servers: Sequence[FaultServer], **environ: str) -> dict[int, LocalServer]:
    found = await find_local_servers(environ, ports=[server.port for server in servers])
    return {int(server.host.rpartition(":")[2]): server for server in found}


@pytest.mark.parametrize(
    ("answer", "name", "window"),
    [
        (listing({"id": "llama3.2:latest", "owned_by": "library"}), "Ollama", None),
        (listing({"id": "qwen2-7b", "owned_by": "organization_owner"}), "LM Studio", None),
        (listing({"id": "m.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 8192}}), "llama.cpp", 8192),
        (listing({"id": "a/b", "owned_by": "vllm", "max_model_len": 4096}), "vLLM", 4096),
        (listing({"id": "a/b", "owned_by": "tabbyAPI"}), "TabbyAPI", None),
        (listing({"id": "some"}), "a server", None),
    ],
)
async def test_each_is_known_by_its_answer(answer: Any, name: str, window: int | None) -> None:
    async with serving(whole(answer)) as [server]:
        [one] = (await found_on([server])).values()
        assert (one.name, one.wants_key) == (name, False)
        assert (one.base_url, one.host) == (server.base_url, server.host)
        assert [(model.id, model.window) for model in one.models] == [(answer["data"][0]["id"], window)]
        assert one.wants_max_tokens is (name == "Ollama")
        assert all(seen.method == "GET" and "authorization" not in seen.headers for seen in server.requests)


async def test_an_ollama_whose_models_have_other_owners_says_so_at_its_front() -> None:
    def decide(seen: Seen) -> Sequence[Step]:
        models = whole(listing({"id": "someone/model", "owned_by": "someone"}))
        return models if seen.path == "/v1/models" else whole("Ollama is running")

    async with FaultServer() as server:
        server.answer_with(decide)
        [one] = (await found_on([server])).values()
        assert one.name == "Ollama"


async def test_one_that_wants_a_key_is_found_and_what_is_no_api_is_not() -> None:
    replies = (
        whole({"error": {"message": "missing key"}}, 401),
        whole("<html>log in</html>", 401),
        whole("<html>hello</html>"),
        whole({"detail": "Not Found"}, 404),
        whole({"data": "none"}),
        whole(listing(), 500),
        (head(302, {"Location": "http://example.com/", "Content-Length": "0"}),),
        (b"SSH-2.0-OpenSSH_9.6\r\n",),
        (head(200, {"Content-Type": "application/json"}), Flood(b'{"data": [' + b" " * 65536)),
        (STALL,),
    )
    async with serving(*replies) as servers:
        began = time.monotonic()
        found = await found_on(servers)
        assert time.monotonic() - began < 1.5, "half a second, and what a busy machine adds"
        assert list(found) == [servers[0].port]
        assert (found[servers[0].port].wants_key, found[servers[0].port].models) == (True, ())


async def test_the_slow_one_does_not_hide_the_others_and_their_order_is_the_ports() -> None:
    good = whole(listing({"id": "m", "owned_by": "vllm"}))
    async with serving((STALL,), good, good) as servers:
        assert list(await found_on(servers)) == [servers[1].port, servers[2].port]


async def test_where_ollama_was_told_to_listen_is_asked_too_but_only_here() -> None:
    async with serving(whole(listing({"id": "m", "owned_by": "library"}))) as [server]:
        for value in (
            f"127.0.0.1:{server.port}",
            f"http://localhost:{server.port}",
            f":{server.port}",
            f"0.0.0.0:{server.port}",
        ):
            assert [one.name for one in await find_local_servers({"OLLAMA_HOST": value}, ports=[])] == ["Ollama"], value
        for value in (f"example.com:{server.port}", "127.0.0.1:x", "", "[::1"):
            assert await find_local_servers({"OLLAMA_HOST": value}, ports=[]) == ()


async def test_one_that_listens_on_both_addresses_is_named_once() -> None:
    body = whole(listing({"id": "m", "owned_by": "vllm"}))[0]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(body)
        writer.close()

    first = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    try:
        second = await asyncio.start_server(answer, "::1", port, family=socket.AF_INET6)
    except OSError:
        first.close()
        pytest.skip("no IPv6 here")
    async with first, second:
        assert [one.host for one in await find_local_servers({}, ports=[port])] == [f"127.0.0.1:{port}"]
        first.close()
        assert [one.base_url for one in await find_local_servers({}, ports=[port])] == [f"http://[::1]:{port}/v1"]
