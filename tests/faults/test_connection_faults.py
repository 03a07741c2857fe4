"""No connection, or not the right one (H74 to H77), proxies, and what the message says of the true cause."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.attempts import CANARY, Attempt, attempt, attempt_at, connection_to, shown
from tests.support.fault_server import STALL, FaultServer, head, sse, text_chunk, whole
from workbench.adapters import http_client
from workbench.adapters.endpoint import Endpoint
from workbench.adapters.http_client import proxy_for, proxy_host
from workbench.core.connection import Connection
from workbench.core.errors import ErrorKind
from workbench.core.events import State
from workbench.core.secret import Secret
from workbench.core.wire import Limits

GOOD = sse(text_chunk("Hello", finish="stop"))
PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy_of_the_tester(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def attempt_url(url: str, host: str, limits: Limits | None = None) -> Attempt:
    endpoint = Endpoint(Connection("test", "endpoint", url, host, Secret(CANARY), "X_API_KEY in the environment"))
    try:
        return await attempt(endpoint, limits=limits)
    finally:
        await endpoint.close()


def check(result: Attempt, code: str, host: str, *, not_sent: bool) -> str:
    """What every failed connection has; gives back the words."""
    error = result.error
    assert (result.state, error.kind, error.code) == (State.ERROR, ErrorKind.CONNECTION, code)
    assert error.not_sent is not_sent
    assert host in error.message
    assert error.hint
    assert CANARY not in shown(error)
    assert "Connection error" not in error.message
    return f"{error.message} | {error.hint}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def port_that_says(answer: bytes) -> AsyncIterator[str]:
    """The host of a port that answers any first byte with this, and waits until the client has gone."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
            writer.write(answer)
            await reader.read()
            writer.close()
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await over.wait()
    server.close()


async def test_h74_refused() -> None:
    port = free_port()
    result = await attempt_url(f"http://127.0.0.1:{port}/v1", f"127.0.0.1:{port}")
    assert "is the server running?" in check(result, "refused", f"127.0.0.1:{port}", not_sent=True)


async def test_h74_refused_at_every_address_of_a_name() -> None:
    port = free_port()
    result = await attempt_url(f"http://localhost:{port}/v1", f"localhost:{port}")
    check(result, "refused", f"localhost:{port}", not_sent=True)


async def test_h75_dns_and_then_it_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    up = False

    def resolve(host: Any, *args: Any, **more: Any) -> Any:
        if host in ("api.example.invalid", b"api.example.invalid"):
            if not up:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            host = "127.0.0.1"
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with FaultServer() as server:
        server.reply(*GOOD)
        host = f"api.example.invalid:{server.port}"
        endpoint = Endpoint(Connection("test", "endpoint", f"http://{host}/v1", host))
        assert f"cannot resolve {host}" in check(await attempt(endpoint), "dns", host, not_sent=True)
        up = True
        assert (await attempt(endpoint)).text == "Hello"
        await endpoint.close()


async def test_h76_a_black_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_args: Any, **_more: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", never)
    result = await asyncio.wait_for(attempt_url("http://192.0.2.1/v1", "192.0.2.1", Limits(connect=0.1)), 3)
    assert "connect limit" in check(result, "connect_timeout", "192.0.2.1", not_sent=True)


async def test_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(*_args: Any, **_more: Any) -> Any:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", unreachable)
    result = await attempt_url("http://192.0.2.1/v1", "192.0.2.1")
    assert "unreachable" in check(result, "other", "192.0.2.1", not_sent=True)


class Authority:
    """Certificates made for this run alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str, subject: str, days: int = 30) -> tuple[Path, Path]:
        key, request, certificate = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        extra = self.folder / f"{name}.ext"
        extra.write_text(f"subjectAltName={subject}\nbasicConstraints=CA:TRUE\n")
        new = [
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=test",
        ]
        sign = ["x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-extfile", extra]
        for command in ([*new, "-keyout", key, "-out", request], [*sign, "-out", certificate]):
            subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
        return certificate, key


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def _trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    http_client.certificates.cache_clear()
    yield
    http_client.certificates.cache_clear()


async def attempt_tls(certificate: Path, key: Path) -> tuple[Attempt, str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with FaultServer(tls=context) as server:
        server.reply(*GOOD)
        result = await attempt_at(server)
        assert len(server.requests) == (1 if result.state is State.COMPLETE else 0)
        return result, server.host


@pytest.mark.usefixtures("_trust")
async def test_h77_self_signed(authority: Authority) -> None:
    result, host = await attempt_tls(*authority.make("unknown", "IP:127.0.0.1"))
    words = check(result, "tls", host, not_sent=False)
    assert "self-signed certificate" in words.replace("self signed", "self-signed")
    assert "verify" not in words.lower()


@pytest.mark.usefixtures("_trust")
@pytest.mark.parametrize(
    ("name", "subject", "days", "words"),
    [
        ("good", "IP:127.0.0.1", 30, ""),
        ("other", "DNS:other.example", 30, "mismatch"),
        ("old", "IP:127.0.0.1", 0, "expired"),
    ],
)
async def test_h77_a_trusted_authority(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str, subject: str, days: int, words: str
) -> None:
    certificate, key = authority.make(name, subject, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    result, host = await attempt_tls(certificate, key)
    if words:
        assert words in check(result, "tls", host, not_sent=False)
    else:
        assert (result.state, result.text) == (State.COMPLETE, "Hello")


async def test_h77_tls_to_a_plain_port() -> None:
    async with port_that_says(head(400, {"Content-Length": "0"})) as host:
        result = await attempt_url(f"https://{host}/v1", host)
        assert "http://" in check(result, "tls", host, not_sent=False)


@pytest.mark.usefixtures("_trust")
async def test_h77_plain_to_a_tls_port(authority: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.make("plain", "IP:127.0.0.1"))
    async with FaultServer(tls=context) as server:
        result = await attempt_url(server.base_url.replace("https", "http"), server.host)
    error = result.error
    assert (error.kind, error.not_sent) == (ErrorKind.CONNECTION, False)
    assert error.code in ("closed", "not_http")
    assert "https://" in error.hint


def test_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://all.example")
    monkeypatch.setenv("NO_PROXY", "internal.example,.corp.example")
    assert proxy_for("https://api.example/v1") == "http://proxy.example:3128"
    assert proxy_for("http://api.example/v1") == "http://all.example"
    for direct in (
        "https://internal.example/v1",
        "https://a.corp.example:8443/v1",
        "https://127.0.0.1/v1",
        "https://[::1]/",
    ):
        assert proxy_for(direct) == ""
    assert proxy_host("http://user:secret@proxy.example:3128/") == "proxy.example:3128"


async def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer() as proxy:
        proxy.reply(*GOOD)
        monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@{proxy.host}")
        result = await attempt_url("http://api.example.invalid/v1", "api.example.invalid")
        assert result.text == "Hello"
        seen = proxy.requests[0]
        assert seen.path == "http://api.example.invalid/v1/chat/completions"
        assert seen.headers["host"] == "api.example.invalid"
        assert seen.headers["proxy-authorization"].startswith("Basic ")


async def test_this_machine_is_never_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer() as proxy, FaultServer() as server:
        for name in PROXY_NAMES[:3]:
            monkeypatch.setenv(name.upper(), f"http://{proxy.host}")
        server.reply(*GOOD)
        assert (await attempt_at(server)).text == "Hello"
        assert proxy.requests == []


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@127.0.0.1:{port}")
    result = await attempt_url("https://api.example.invalid/v1", "api.example.invalid")
    words = check(result, "proxy", f"127.0.0.1:{port}", not_sent=True)
    assert "HTTPS_PROXY" in words
    assert "secret" not in shown(result.error)


async def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer() as proxy:
        proxy.reply(*whole("", 407))
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{proxy.host}")
        result = await attempt_url("https://api.example.invalid/v1", "api.example.invalid")
        assert proxy.requests[0].method == "CONNECT"
        assert "authorization" not in proxy.requests[0].headers
        assert "407" in check(result, "proxy", proxy.host, not_sent=False)
        assert "secret" not in shown(result.error)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "gopher://127.0.0.1:9", "http://[::1"])
async def test_a_proxy_of_a_kind_that_can_not_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    result = await attempt_url("https://api.example.invalid/v1", "api.example.invalid")
    assert (result.error.kind, result.error.code) == (ErrorKind.CONNECTION, "proxy")
    assert result.error.hint


async def test_a_proxys_own_error_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer() as proxy:
        proxy.reply(*whole("<html><title>Sign in</title></html>", 407))
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        result = await attempt_url("http://api.example.invalid/v1", "api.example.invalid")
    assert (result.error.kind, result.error.code) == (ErrorKind.CONNECTION, "proxy")
    assert "Sign in" in result.error.message


async def test_the_limits_hold_while_connecting_to_tls() -> None:
    async with port_that_says(b"") as host:
        result = await attempt_url(f"https://{host}/v1", host, Limits(connect=0.1))
        check(result, "connect_timeout", host, not_sent=True)


async def test_cancelling_while_it_connects_leaves_nothing() -> None:
    async with FaultServer() as server:
        server.reply(STALL)
        endpoint = Endpoint(connection_to(server))
        run = asyncio.create_task(attempt(endpoint))
        await asyncio.sleep(0)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        await endpoint.close()
        assert server.open_connections == 0
