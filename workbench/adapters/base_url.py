"""A base URL as a person writes it, made into the one form that everything else uses.

Taken: the host alone, with /v1, with a slash at the end, or the full address of chat completions. Anything that is
not plainly an http address is refused before a byte is sent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

from workbench.core.errors import InputError
from workbench.core.keys import mask_keys
from workbench.core.visible import escaped

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_HOST = "api.openai.com"

_ENDPOINTS = ("/chat/completions", "/completions", "/responses", "/models")
_DEFAULT_PORT = {"http": 80, "https": 443}
_PATH = re.compile(r"(?:/[A-Za-z0-9\-._~!$&'()*+,;=:@%]*)*")
_EXAMPLE = "Write it like https://api.example.com/v1."


class BaseUrl(NamedTuple):
    """A base URL, normalised."""

    url: str
    """Without a trailing slash, the host in lower case and punycode: `https://api.openai.com/v1`."""
    host: str
    """The host, with the port where it is not the scheme's own: `127.0.0.1:8089`."""
    is_local: bool
    """Whether the host is this machine."""
    is_plain_http: bool
    said: str = ""
    """What was made of the text, for people; "" where it was taken as it stands."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a key belongs to."""
        return f"{'http' if self.is_plain_http else 'https'}://{self.host}"


def parse_base_url(text: str) -> BaseUrl:
    """Normalise `text`. Raises InputError, whose message shows neither user:password nor a query, and what to write."""
    text = text.strip()
    if not text:
        raise InputError("the base URL is empty", _EXAMPLE)
    if any(ch.isspace() or unicodedata.category(ch) in {"Cc", "Cf", "Cs", "Co", "Cn"} for ch in text):
        raise InputError(f"{_shown(text)} has a blank or an invisible character inside", _EXAMPLE)
    scheme = _scheme(text)
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        if "@" in text:
            raise _with_password(text) from None
        raise InputError(f"{_shown(text)} has a bad host or port", _host_hint(text)) from None
    if parts.username is not None or parts.password is not None:
        raise _with_password(text)
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise InputError(f"{_shown(text)} has something after ? or #", "Leave it out.")
    if port == 0:
        raise InputError(f"{_shown(text)} has the port 0", "A port is 1 to 65535.")
    ascii_host = _ascii_host(host, text)
    authority = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    if port is not None and port != _DEFAULT_PORT[scheme]:
        authority = f"{authority}:{port}"
    url = f"{scheme}://{authority}{_path(parts.path, text)}"
    return BaseUrl(url, authority, is_this_machine(ascii_host), scheme == "http", _said(text, url, host, ascii_host))


def parse_typed(text: str) -> BaseUrl:
    """As `parse_base_url`, of an address that a person types: the scheme of a plain host may be left out."""
    bare = text.strip()
    if re.match(r"(localhost|[\w\-]+(\.[\w\-]+)+|\[[0-9a-fA-F:]+\])(:\d+)?(/\S*)?$", bare):
        name = bare.partition("/")[0] if bare.startswith("[") else re.split("[:/]", bare, maxsplit=1)[0]
        scheme = "http" if is_this_machine(re.sub(r"(?<=\]):\d+$", "", name)) else "https"
        url = parse_base_url(f"{scheme}://{bare}")
        return url._replace(said=url.said or f"taken as {url.url}")
    return parse_base_url(bare)


def _with_password(text: str) -> InputError:
    return InputError(f"{_shown(text)} holds a user name or password", "Leave out everything before the @.")


def _scheme(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise InputError(f"{_shown(text)} is no address: it does not begin with https://", _with_scheme(text))
    if scheme.lower() not in _DEFAULT_PORT:
        raise InputError(f"{_shown(text)} does not begin with http:// or https://", _EXAMPLE)
    if not rest.strip("/"):
        raise InputError(f"{_shown(text)} names no host", _EXAMPLE)
    return scheme.lower()


def _with_scheme(text: str) -> str:
    """What to write in place of an address that has no scheme."""
    shown = _shown(text).strip("'")
    if not re.fullmatch(r"[\w.\-]+(:\d+)?(/\S*)?", shown):
        return _EXAMPLE
    name = text.partition("/")[0].partition(":")[0]
    return f"Write {'http' if is_this_machine(name) else 'https'}://{shown}."


def _host_hint(text: str) -> str:
    if "[" in text or "]" in text:
        return "An IPv6 address stands in brackets: http://[::1]:8080/v1."
    return "A port is a number from 1 to 65535."


def _path(path: str, text: str) -> str:
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        raise InputError(f"{_shown(text)} has a path that no API has", _EXAMPLE)
    path = path.rstrip("/")
    for endpoint in _ENDPOINTS:
        if path.endswith(endpoint):
            # The person gave the address itself, so what stands before it is the root, also where that is "".
            return path.removesuffix(endpoint).rstrip("/")
    return path or "/v1"


def _ascii_host(host: str, text: str) -> str:
    if not host:
        raise InputError(f"{_shown(text)} names no host", _EXAMPLE)
    if ":" in host:
        return _ipv6(host, text)
    try:
        return ".".join(_label(label) for label in host.removesuffix(".").split("."))
    except ValueError:
        raise InputError(f"{_shown(text)} has a host name that can't exist", _EXAMPLE) from None


def _ipv6(host: str, text: str) -> str:
    import ipaddress  # the first paint has no IPv6 address to read

    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise InputError(f"{_shown(text)} has a bad IPv6 address", _host_hint("[")) from None
    if address.scope_id:
        raise InputError(f"{_shown(text)} has an IPv6 zone", "Use an address without %.")
    return str(address)


def _label(label: str) -> str:
    """One part of a host name in ASCII. Raises ValueError.

    Punycode is made of exactly the letters that were written (IDNA 2008); the stdlib's idna codec would quietly turn
    ß into ss, which is another host.
    """
    lower = label.lower()
    if not lower.isascii():
        if unicodedata.normalize("NFKC", lower) != lower or not all(_in_name(ch) for ch in lower):
            raise ValueError("not a letter of a host name")
        lower = "xn--" + lower.encode("punycode").decode("ascii")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", lower):
        raise ValueError("not a label")
    return lower


def _in_name(ch: str) -> bool:
    return ch.isalnum() or ch in "-_" or unicodedata.category(ch).startswith("M")


def is_this_machine(host: str) -> bool:
    """Whether `host` (no port) is this machine: a loopback address, localhost, or the address of every interface."""
    host = host.strip("[]").lower().removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    if not host or host[-1] not in "0123456789abcdef:":
        return False
    import ipaddress  # only hosts that may be a number need it

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified


def _said(text: str, url: str, host: str, ascii_host: str) -> str:
    if not host.isascii():
        # A letter that only looks Latin shows in punycode, so the two forms stand side by side.
        return f"{ascii_host} (written {host}): requests go to {url}"
    return "" if text == url else f"taken as {url}"


def _shown(text: str) -> str:
    """`text` for a message: no user:password, query or key, no invisible character, at most 80 characters."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    rest = rest.partition("?")[0].partition("#")[0]
    if "@" in rest:
        # A password may hold a slash, so everything up to the last @ goes.
        rest = "[hidden]@" + rest.rpartition("@")[2]
    shown = escaped(mask_keys(f"{scheme}{separator}{rest}"))
    return f"'{shown[:77]}...'" if len(shown) > 80 else f"'{shown}'"
