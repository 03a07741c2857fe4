"""What is wrong with a connection, in one line that begins with the cause in a word or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import (
    AuthenticationError,
    BrokenStream,
    ConnectionFailed,
    NotAnApi,
    NotFound,
    PermissionRefused,
    QuotaExceeded,
    RateLimited,
    RunError,
    ServerError,
    TimedOut,
)

if TYPE_CHECKING:
    from workbench.core.connection import Connection

_CONNECTING = {
    "dns": "DNS",
    "refused": "refused",
    "connect_timeout": "no answer",
    "tls": "TLS",
    "proxy": "proxy",
    "not_http": "not HTTP",
    "closed": "closed",
}
"""`ConnectionFailed.code` in the words of a person."""
_KINDS: tuple[tuple[type[RunError], str], ...] = (
    (AuthenticationError, "wrong key"),
    (PermissionRefused, "not permitted"),
    (NotFound, "wrong path"),
    (NotAnApi, "not an API"),
    (BrokenStream, "not an API"),
    (TimedOut, "no answer"),
    (QuotaExceeded, "out of quota"),
    (RateLimited, "rate limit"),
    (ServerError, "server error"),
)


def cause_of(error: RunError, connection: Connection) -> str:
    """The cause in a word or two: `DNS`, `refused`, `TLS`, `proxy`, `wrong path`, `wrong key`, `not an API`."""
    if isinstance(error, ConnectionFailed):
        return _CONNECTING.get(error.code, "no connection")
    if isinstance(error, AuthenticationError) and connection.key is None:
        return "no key"
    return next((words for kind, words in _KINDS if isinstance(error, kind)), "failed")


def fault_line(error: RunError, connection: Connection) -> str:
    """One line: the cause, what happened and where, and what to do."""
    return f"{cause_of(error, connection)}: {error.line}"


def may_be_the_path(error: RunError) -> bool:
    """Whether another path at the same host is worth a look: something answered there, and it was no API."""
    return isinstance(error, NotFound | NotAnApi) and (error.status is None or not 300 <= error.status < 400)


def other_paths(base_url: str) -> tuple[str, ...]:
    """Where else at this host the API may be, the likeliest first."""
    scheme, _, rest = base_url.partition("://")
    host, slash, path = rest.partition("/")
    origin, path = f"{scheme}://{host}", slash + path
    shorter = path.removesuffix("/v1")
    candidates = (f"{path}/v1", "/v1", "/api/v1", "/openai/v1", shorter)
    found = [candidate for candidate in candidates if candidate != path and not candidate.endswith("/v1/v1")]
    return tuple(origin + candidate for candidate in dict.fromkeys(found))
