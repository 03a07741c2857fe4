"""The SDK's client, made so that it does only what the connection says.

Left to itself the SDK retries in silence, follows redirects with the prompt in hand, obeys OPENAI_BASE_URL and more
of the environment, and sends to 127.0.0.1 through a proxy.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.adapters.base_url import is_this_machine
from workbench.adapters.sdk_import import quick_import
from workbench.core.connection import Connection

if TYPE_CHECKING:
    import ssl

    import httpx2
    from openai import AsyncOpenAI

KEEP_ALIVE = 30.0
"""Seconds that an unused connection stays open: a second run within it needs no new TLS handshake."""

_KEPT_HEADERS = frozenset({"content-length", "content-type", "x-stainless-raw-response"})
"""What the SDK puts on a request and needs there; the last one it reads back to know that it shall not parse."""

ResponseHook = Callable[["httpx2.Response"], Awaitable[None]]


def warm() -> None:
    """Do once, off the UI thread, what makes a first request slow: half a second of imports, and the certificates."""
    connection = Connection("warm", "endpoint", "https://warm.invalid/v1", "warm.invalid")
    client = make_client(connection, None, "", _nothing)
    # The SDK imports what stands behind these two when they are first asked for.
    for resource in (client.chat.completions, client.models):
        operator.attrgetter("with_streaming_response")(resource)


def make_client(
    connection: Connection, transport: httpx2.AsyncBaseTransport | None, proxy: str, on_response: ResponseHook
) -> AsyncOpenAI:
    """A client for this connection; `on_response` sees each response before the SDK does and may raise.

    Raises ImportError, ValueError or httpx2.InvalidURL where `proxy` can't be used.
    """
    # Imported here: it takes a quarter of a second, and nothing before the first request needs it.
    with quick_import():
        import httpx2
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    if transport is None:
        transport = httpx2.AsyncHTTPTransport(
            verify=certificates(tls=bool(proxy) or urlsplit(connection.base_url).scheme == "https"),
            proxy=proxy or None,
            trust_env=False,
            # No limit of its own: the grid queues, and a pool's queue would end in timeouts that nobody sees coming.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE),
        )
    http_client = DefaultAsyncHttpxClient(
        transport=transport, trust_env=False, follow_redirects=False, timeout=httpx2.Timeout(None)
    )
    client = AsyncOpenAI(
        # Never the key: the header is made in `_only_ours`, so that no log, repr or copy of the client can hold it.
        # Not "" either, which the SDK refuses, nor None, for which it looks into the environment.
        api_key="unused",
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        base_url=connection.base_url,
        max_retries=0,
        http_client=http_client,
    )
    ours = {
        "Accept": "application/json",
        "Accept-Encoding": http_client.headers["accept-encoding"],
        "Connection": "keep-alive",
        "User-Agent": client.user_agent,
        "OpenAI-Organization": connection.organization,
        "OpenAI-Project": connection.project,
    }
    http_client.event_hooks = {
        "request": [functools.partial(_only_ours, connection, ours)],
        "response": [on_response],
    }
    return client


async def _only_ours(connection: Connection, ours: Mapping[str, str], request: httpx2.Request) -> None:
    """Make the headers anew: those that HTTP needs, and what the connection says.

    Everything else stays here: what OPENAI_CUSTOM_HEADERS says (a Host or a key among it), cookies that came back,
    and what the SDK tells of this machine.
    """
    for name in list(request.headers):
        if name.lower() not in _KEPT_HEADERS:
            del request.headers[name]
    request.headers["Host"] = request.url.netloc.decode("ascii")
    for name, value in ours.items():
        if value:
            request.headers[name] = value
    if "content-type" in request.headers:
        request.headers["Content-Type"] = "application/json"
    if connection.key is not None:
        request.headers["Authorization"] = f"Bearer {connection.key.reveal()}"


async def _nothing(_response: httpx2.Response) -> None:
    """The hook of a client that sends nothing."""


@functools.lru_cache(maxsize=2)
def certificates(*, tls: bool) -> ssl.SSLContext:
    """The trusted certificates, read once (20 to 50 ms); SSL_CERT_FILE and SSL_CERT_DIR of the environment count.

    Without `tls` none are: a connection that has no use for them trusts nobody.
    """
    if not tls:
        import ssl

        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import httpx2

    return httpx2.create_ssl_context()


def proxy_for(base_url: str) -> str:
    """The URL of the proxy that the environment (or the system's settings) names for this URL, or "".

    Never one for this machine: a proxy elsewhere can't reach it, and would see the prompt.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_this_machine(host):
        return ""
    from urllib.request import getproxies, proxy_bypass  # loads an HTTP client of its own

    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def proxy_host(proxy: str) -> str:
    """The proxy's host and port alone, for messages: its URL may hold a password."""
    return proxy.partition("://")[2].partition("/")[0].rpartition("@")[2]
