"""What can go wrong between this machine and the endpoint, told apart by the true cause.

The SDK says "Connection error." for all of it; what happened stands further down, in `__cause__`, `__context__` and,
where several addresses were tried, inside an ExceptionGroup.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, TypeVar

from workbench.adapters.http_errors import ErrorTranslator
from workbench.core.errors import BrokenStream, ConnectionFailed, InternalFault, Refused, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.core.connection import Connection

_E = TypeVar("_E", bound=BaseException)

# OpenSSL's reason for "what came is no TLS record": TLS was spoken to a port that speaks plain HTTP.
_PLAIN_REASONS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")


def translate(fault: Exception, connection: Connection, *, opened: bool, proxy: str, writable: bool = True) -> RunError:
    """One of our errors for whatever came out of the SDK. `opened`: the response's headers had come.

    `proxy` is the host of the proxy in use, or ""; `writable` is False where the body is no JSON. The result holds
    no reference to `fault`, which carries the request with its headers, and so the key.
    """
    if isinstance(fault, RunError):
        return fault
    causes = list(_causes(fault))
    if opened:
        return _in_the_answer(causes, connection) or _internal(fault)
    return (
        _not_connected(causes, connection, proxy)
        or _not_written(causes, connection, writable)
        or _no_answer(causes, connection)
        or _internal(fault)
    )


def _not_connected(causes: list[BaseException], connection: Connection, proxy: str) -> RunError | None:
    """No connection came about, so that nobody has seen the request."""
    import httpx2  # here: not needed before the first request

    connecting = _first(causes, httpx2.ConnectError)
    broken = _first(causes, ssl.SSLError)
    if broken is not None and connecting is not None:
        return _tls(broken, connection)
    refusing = _first(causes, httpx2.ProxyError)
    if refusing is not None:
        said = ErrorTranslator(connection).say(str(refusing), 120)
        hint = "check HTTPS_PROXY and HTTP_PROXY, and the proxy's user and password"
        return ConnectionFailed(f"the proxy {proxy} refused the way to {connection.host}: {said}", hint, code="proxy")
    host = f"the proxy {proxy}" if proxy else connection.host
    proxy_hint = "check HTTPS_PROXY and HTTP_PROXY" if proxy else ""
    if _first(causes, socket.gaierror) is not None:
        what, code, hint = f"cannot resolve {host}", "dns", "check the host's name and the network"
    elif _first(causes, ConnectionRefusedError) is not None:
        what, code, hint = f"{host} refuses the connection", "refused", "is the server running?"
    elif _first(causes, httpx2.ConnectTimeout) is not None:
        what, code = f"no connection to {host} within the connect limit", "connect_timeout"
        hint = "check the address, the network and any firewall"
    elif connecting is not None:
        reasons = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
        what, code = f"cannot connect to {host}" + (f": {reasons[0]}" if reasons else ""), "other"
        hint = "check the address and the network"
    else:
        return None
    return ConnectionFailed(what, proxy_hint or hint, code="proxy" if proxy else code, not_sent=True)


def _tls(broken: ssl.SSLError, connection: Connection) -> ConnectionFailed:
    host = connection.host
    if isinstance(broken, ssl.SSLCertVerificationError):
        reason = str(broken.verify_message or "it can't be verified").rstrip(".")
        what = f"the certificate of {host} is not accepted: {reason}"
        hint = "for a certificate of your own, set SSL_CERT_FILE to the file of the authority that signed it"
    elif any(word in str(broken).upper().replace(" ", "_") for word in _PLAIN_REASONS):
        what = f"{host} does not speak TLS on this port"
        hint = "if it is a plain server, use http:// in the base URL; otherwise check the port"
    else:
        what = f"the TLS connection to {host} failed: {(broken.reason or 'handshake broken off').lower()}"
        hint = "check the port and what stands between"
    return ConnectionFailed(ErrorTranslator(connection).say(what), hint, code="tls")


def _no_answer(causes: list[BaseException], connection: Connection) -> RunError | None:
    """The request was written, and no response came that could be read: it may have been billed."""
    import httpx2

    host = connection.host
    garbled = _first(causes, httpx2.RemoteProtocolError)
    if garbled is not None and "disconnected" not in str(garbled):
        secure = connection.base_url.startswith("http://")
        hint = "check host and port" + ("; if the server speaks TLS, use https:// in the base URL" if secure else "")
        return ConnectionFailed(f"{host} does not speak HTTP on this port", hint, code="not_http")
    if garbled is not None or _first(causes, httpx2.NetworkError, ssl.SSLError) is not None:
        hint = "the request may have been read and billed, so it was not sent again by itself: run again"
        if connection.base_url.startswith("http://"):
            hint += "; if the server speaks TLS, use https:// in the base URL"
        return ConnectionFailed(f"{host} closed the connection without an HTTP answer", hint, code="closed")
    if _first(causes, httpx2.RequestError) is not None:
        return ConnectionFailed(f"the connection to {host} failed", "run again", code="other")
    return None


def _in_the_answer(causes: list[BaseException], connection: Connection) -> RunError | None:
    import httpx2

    host = connection.host
    if _first(causes, httpx2.DecodingError) is not None:
        return BrokenStream(f"the answer of {host} can't be unpacked", "run again", code="decoding")
    if _first(causes, httpx2.TransportError, ssl.SSLError, OSError) is not None:
        return BrokenStream(
            f"{host} broke the connection off before the answer's end",
            "what came is kept; run again for the whole answer",
            code="closed",
        )
    return None


def _not_written(causes: list[BaseException], connection: Connection, writable: bool) -> RunError | None:
    """The request could not be made at all."""
    import httpx2

    if not writable:
        if _first(causes, UnicodeError) is not None:
            return Refused("the request has half a character in it (a lone surrogate)", "write that character again")
        return Refused("the request can't be written as JSON", "look for NaN, infinity or very deep nesting in it")
    if _first(causes, httpx2.InvalidURL, httpx2.UnsupportedProtocol, OverflowError) is not None:
        return bad_base_url(connection)
    if _first(causes, httpx2.LocalProtocolError, UnicodeEncodeError) is not None:
        return Refused("a header of the request is not allowed in HTTP", "check the key for characters that are odd")
    return None


def bad_base_url(connection: Connection) -> ConnectionFailed:
    return ConnectionFailed(
        f"the base URL of {connection.name} can't be used", "it looks like https://host/v1", code="other"
    )


def _internal(fault: Exception) -> InternalFault:
    # The text of an unknown exception may hold anything, a key too: only its type is said.
    return InternalFault(f"the request failed inside the program ({type(fault).__name__})", "please report this")


def _causes(fault: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException] = [fault]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)
        waiting.extend(link for link in (cause.__cause__, cause.__context__) if link is not None)


def _first(causes: list[BaseException], *kinds: type[_E]) -> _E | None:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)
