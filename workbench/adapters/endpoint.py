"""Sends a request to an endpoint through the SDK, one physical attempt at a time, and gives back parsed pieces.

The SDK writes the request and owns the connection; the answer is read by our own reader from its raw bytes, because
the SDK takes eight kinds of broken answer for a good one and costs ten times as much for each chunk.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any, cast

from workbench.adapters import http_client
from workbench.adapters.answer_body import AnswerBody
from workbench.adapters.http_client import make_client, proxy_for, proxy_host
from workbench.adapters.http_errors import ErrorTranslator
from workbench.adapters.model_list import parse_models
from workbench.adapters.network_errors import bad_base_url, translate
from workbench.adapters.read_ahead import ReadAhead
from workbench.adapters.time_limits import TimeLimits
from workbench.core.connection import Connection
from workbench.core.errors import ConnectionFailed, NotAnApi, RunError
from workbench.core.request import Request
from workbench.core.sse import parse_json
from workbench.core.wire import Limits, Opened, RawPiece, Received

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    import httpx2
    from openai import AsyncAPIResponse, AsyncOpenAI

    from workbench.core.json_value import JSON
    from workbench.core.models import ModelInfo

ERROR_BYTES = 64 * 1024
"""The most of an error's body that is read."""
ERROR_SECONDS = 5.0
"""The longest wait for an error's body: its status alone says enough."""
LIST_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 0.1
"""How long to wait after [DONE] for the response's own end, so that the connection can serve the next request."""

_PRIVATE_HEADERS = frozenset({"set-cookie", "authorization", "www-authenticate"})


def warm() -> None:
    """Do once, in a thread, what makes a first request slow: import the SDK, load the certificates, rehearse.

    The rehearsal ends inside the process: its transport answers itself, and no socket is opened.
    """
    http_client.warm()
    asyncio.run(_rehearse())


async def _rehearse() -> None:
    import anyio
    import httpx2

    answer = (
        b'data: {"choices": [{"index": 0, "delta": {"content": "."}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    )
    reply = functools.partial(httpx2.Response, 200, headers={"content-type": "text/event-stream"}, content=answer)
    endpoint = Endpoint(
        Connection("warm", "endpoint", "http://warm.invalid/v1", "warm.invalid"),
        transport=httpx2.MockTransport(lambda _request: reply()),
    )
    request = Request({"model": "warm", "messages": [], "stream": True})
    async with contextlib.aclosing(endpoint.send(request, Limits())) as received:
        async for _ in received:
            pass
    await endpoint.close()
    await anyio.lowlevel.checkpoint()  # loads what the real transport reads its sockets with


class Endpoint:
    """One connection's way out. Any number of `send` may run at the same time, in one event loop."""

    def __init__(self, connection: Connection, *, transport: object | None = None) -> None:
        """`transport` (an httpx2.AsyncBaseTransport) takes the place of the network: the practice model, tests."""
        self._connection = connection
        self._errors = ErrorTranslator(connection)
        self._transport = cast("httpx2.AsyncBaseTransport | None", transport)
        self._proxy = ""
        self._made: AsyncOpenAI | None = None

    async def send(self, request: Request, limits: Limits) -> AsyncGenerator[Received, None]:
        """Send `request` once. Yields `Opened`, then for each read of the network a `RawPiece` and the `Chunks` that it
        completed; for an answer that is no stream one `Whole` in place of chunks.

        Ends where the body ends or [DONE] came. Raises RunError, and nothing else. Cancelling the task, or closing
        the generator, closes the socket. `request.timeout`, where set, stands in for `limits.total`.
        """
        time = TimeLimits(limits, self.host, total=request.timeout or limits.total)
        failure: RunError | None = None
        opened = False
        try:
            async with AsyncExitStack() as stack:
                response = await time.hold(stack.enter_async_context(self._create(request, limits)))
                opened = True
                time.opened()
                yield self._opened(response)
                body = AnswerBody(self._errors, limits, response.status_code, _content_type(response))
                pieces = await stack.enter_async_context(contextlib.aclosing(_bytes(response)))
                reader = await stack.enter_async_context(ReadAhead(pieces))
                while not body.done:
                    piece = await time.hold(reader.take())
                    if piece:
                        yield RawPiece(piece)
                    received = body.feed(piece) if piece else body.finish()
                    if body.progressed:
                        time.progressed()
                    if received is not None:
                        yield received
                    if body.failure is not None:
                        raise body.failure
                    if not piece:
                        break
                await _drain(reader)
        except Exception as fault:
            failure = self._translated(fault, opened, request.body)
        if failure is not None:
            # Raised out here, where nothing ties it to the SDK's exception and to frames that hold the request's
            # headers, the key among them.
            raise failure

    async def models(self, limits: Limits) -> tuple[ModelInfo, ...]:
        """The models that the endpoint lists. Raises RunError."""
        time = TimeLimits(limits, self.host, total=limits.total)
        failure: RunError | None = None
        opened = False
        try:
            async with AsyncExitStack() as stack:
                listing = self._client().models.with_streaming_response.list(timeout=_dialling(limits))
                response = await time.hold(stack.enter_async_context(listing))
                opened = True
                pieces = await stack.enter_async_context(contextlib.aclosing(_bytes(response)))
                raw = await time.hold(_read(pieces, LIST_BYTES))
                return self._model_list(response, raw)
        except Exception as fault:
            failure = self._translated(fault, opened, {})
        raise failure

    async def close(self) -> None:
        """Close every connection that is kept open. The endpoint can be used again afterwards."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    @property
    def host(self) -> str:
        return self._connection.host

    def _create(self, request: Request, limits: Limits) -> AbstractAsyncContextManager[AsyncAPIResponse[Any]]:
        client = self._client()  # loads the SDK
        from openai import omit

        # The body goes in as `extra_body`, whole: what is sent is the body, key by key and in its order, also where
        # the SDK does not know a key. The two names that `create` demands are left out, or it would add its own.
        create = cast("Any", client.chat.completions.with_streaming_response.create)
        made = create(messages=omit, model=omit, extra_body=dict(request.body), timeout=_dialling(limits))
        return cast("AbstractAsyncContextManager[AsyncAPIResponse[Any]]", made)

    def _client(self) -> AsyncOpenAI:
        if self._made is None:
            try:
                self._proxy = "" if self._transport is not None else proxy_for(self._connection.base_url)
            except ValueError:
                raise bad_base_url(self._connection) from None
            try:
                self._made = make_client(self._connection, self._transport, self._proxy, self._refuse)
            except Exception as fault:
                if not self._proxy:
                    raise
                hint = "SOCKS proxies need the package socksio" if isinstance(fault, ImportError) else ""
                what = f"the proxy {proxy_host(self._proxy)} can't be used"
                raise ConnectionFailed(
                    what, hint or "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY", code="proxy"
                ) from None
        return self._made

    async def _refuse(self, response: httpx2.Response) -> None:
        """Raise for every response that promises no answer, before the SDK reads its body without any limit."""
        status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        if 200 <= status < 300:
            if status in (204, 205) or headers.get("content-length") == "0":
                raise self._errors.empty(status)
            self._refuse_encoding(response, headers)
            return
        body = b""
        # What of the body came in time is enough: the status alone says most of it.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(ERROR_SECONDS), contextlib.aclosing(response.aiter_bytes()) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) >= ERROR_BYTES:
                        break
        sent = response.request.headers.get("content-length", "")
        raise self._errors.of_status(status, headers, body[:ERROR_BYTES], int(sent) if sent.isdigit() else 0)

    def _refuse_encoding(self, response: httpx2.Response, headers: Mapping[str, str]) -> None:
        used = {name.strip().lower() for name in headers.get("content-encoding", "").split(",")} - {"", "identity"}
        known = {name.strip().lower() for name in response.request.headers.get("accept-encoding", "").split(",")}
        if used - known:
            names = self._errors.say(", ".join(sorted(used - known)), 40)
            raise NotAnApi(
                f"{self.host} packed its answer with {names}, which was not asked for",
                "something between may have packed it: check the base URL and any proxy",
                status=response.status_code,
            )

    def _opened(self, response: AsyncAPIResponse[Any]) -> Opened:
        headers = {
            name.lower(): self._errors.say(value)
            for name, value in response.headers.items()
            if name.lower() not in _PRIVATE_HEADERS
        }
        return Opened(response.status_code, headers.get("x-request-id", ""), headers)

    def _model_list(self, response: AsyncAPIResponse[Any], raw: bytes) -> tuple[ModelInfo, ...]:
        value: JSON = None
        with contextlib.suppress(ValueError):  # what is no JSON is no list: said below
            value = parse_json(raw.decode("utf-8", "replace").removeprefix("\ufeff"))
        if isinstance(value, dict) and value.get("error"):
            raise self._errors.of_error_object(value["error"], response.status_code)
        found = parse_models(value)
        if found is None:
            raise self._errors.not_an_api(response.status_code, _content_type(response), raw[:ERROR_BYTES])
        return found

    def _translated(self, fault: Exception, opened: bool, body: Mapping[str, JSON]) -> RunError:
        failure = translate(
            fault,
            self._connection,
            opened=opened,
            proxy=proxy_host(self._proxy),
            writable=isinstance(fault, RunError) or opened or _is_writable(body),
        )
        failure.__cause__ = failure.__context__ = None
        return failure.with_traceback(None)


def _is_writable(body: Mapping[str, JSON]) -> bool:
    """Whether the SDK could write this body: asked only after a failure, for the SDK's own exception tells nothing."""
    try:
        json.dumps(dict(body), allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _dialling(limits: Limits) -> httpx2.Timeout:
    """Only the connection's own limit is the SDK's; the others count differently (see TimeLimits)."""
    import httpx2

    return httpx2.Timeout(None, connect=limits.connect or None)


def _content_type(response: AsyncAPIResponse[Any]) -> str:
    return str(response.headers.get("content-type", ""))


def _bytes(response: AsyncAPIResponse[Any]) -> AsyncGenerator[bytes, None]:
    # Declared as an iterator, it is a generator, and must be closed as one: its socket hangs on it.
    return cast("AsyncGenerator[bytes, None]", response.iter_bytes())


async def _read(pieces: AsyncGenerator[bytes, None], limit: int) -> bytes:
    read = bytearray()
    async for piece in pieces:
        read += piece
        if len(read) > limit:
            break
    return bytes(read[:limit])


async def _drain(reader: ReadAhead) -> None:
    """Read on to the response's own end, so that the connection can serve the next request.

    The answer is whole already: whatever goes wrong here costs a connection, nothing else.
    """
    with contextlib.suppress(Exception):
        async with asyncio.timeout(DRAIN_SECONDS):
            read = 0
            while read < ERROR_BYTES and (piece := await reader.take()):
                read += len(piece)
