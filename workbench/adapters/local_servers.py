"""Finding model servers that run on this machine: asked for on the loopback addresses alone, and told apart by what
they answer, since several share a port.

Nothing is sent but two GETs to each port that listens, without a key, and half a second after the start it is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from workbench.adapters.base_url import is_this_machine
from workbench.adapters.model_list import parse_models
from workbench.core.sse import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx2

    from workbench.core.json_value import JSON
    from workbench.core.models import ModelInfo

SECONDS = 0.5
"""The longest that the whole search takes."""
BYTES = 1_000_000
"""The most that is read of an answer."""

PORTS = (
    11434,  # Ollama
    1234,  # LM Studio
    8080,  # llama.cpp, LocalAI, mlx_lm
    8000,  # vLLM, llama-cpp-python, transformers serve
    1337,  # Jan
    5000,  # text-generation-webui, TabbyAPI
    5001,  # KoboldCpp
    30000,  # SGLang
    4000,  # LiteLLM
    4891,  # GPT4All
    12434,  # Docker Model Runner
    8081,  # the second llama.cpp of a machine
)
"""Where such servers listen unless they are told otherwise: where to ask, never what is there."""
ADDRESSES = ("127.0.0.1", "[::1]")

_OWNERS = {
    "library": "Ollama",
    "organization_owner": "LM Studio",
    "llamacpp": "llama.cpp",
    "vllm": "vLLM",
    "sglang": "SGLang",
    "koboldcpp": "KoboldCpp",
    "me": "llama-cpp-python",
    "user": "text-generation-webui",
    "tabbyapi": "TabbyAPI",
    "humanity": "GPT4All",
    "docker": "Docker Model Runner",
}
"""`owned_by` of a listed model, where the server puts its own name there (each server's source)."""
_UNKNOWN = "a server"
_IGNORES_MAX_COMPLETION_TOKENS = ("Ollama", "llama-cpp-python")


class LocalServer(NamedTuple):
    """A server that was found running."""

    name: str
    """`Ollama`, `vLLM`; `a server` where it does not tell."""
    base_url: str
    host: str
    """host:port, as lessons and errors name it."""
    models: tuple[ModelInfo, ...] = ()
    wants_key: bool = False
    """It answered 401 or 403 without one, so that its models are not known."""

    @property
    def wants_max_tokens(self) -> bool:
        """Whether it is known to ignore `max_completion_tokens` without a word."""
        return self.name in _IGNORES_MAX_COMPLETION_TOKENS


class _Answer(NamedTuple):
    status: int
    text: str
    server: str


async def find_local_servers(
    environ: Mapping[str, str], *, ports: Sequence[int] = PORTS, seconds: float = SECONDS
) -> tuple[LocalServer, ...]:
    """The servers that listen on these ports of this machine, and on OLLAMA_HOST's, in the order of the ports.

    Never takes longer than `seconds`; what has not answered by then is not there. Raises nothing.
    """
    # Imported here: it is loaded with the SDK, after the first paint.
    import httpx2

    asked = [(port, address) for port in dict.fromkeys((*_ollamas_port(environ), *ports)) for address in ADDRESSES]
    if not asked:
        return ()
    found: dict[tuple[int, str], LocalServer] = {}

    async def ask(client: httpx2.AsyncClient, port: int, address: str) -> None:
        server = await _ask(client, f"{address}:{port}")
        if server is not None:
            found[port, address] = server

    transport = httpx2.AsyncHTTPTransport(verify=False, trust_env=False)
    timeout = httpx2.Timeout(seconds)
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=timeout) as client:
        tasks = [asyncio.create_task(ask(client, port, address)) for port, address in asked]
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    first: dict[int, LocalServer] = {}
    for port, address in asked:  # a server that listens on both addresses is one
        if (port, address) in found:
            first.setdefault(port, found[port, address])
    return tuple(first.values())


def _ollamas_port(environ: Mapping[str, str]) -> list[int]:
    """The port of OLLAMA_HOST, where that is this machine."""
    text = environ.get("OLLAMA_HOST", "").strip()
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port, host = parts.port, parts.hostname or ADDRESSES[0]
    except ValueError:
        return []
    return [port] if port and is_this_machine(host) else []


async def _ask(client: httpx2.AsyncClient, host: str) -> LocalServer | None:
    listed = await _get(client, f"http://{host}/v1/models")
    if listed is None:
        return None
    base_url = f"http://{host}/v1"
    value = _json(listed.text)
    if listed.status in (401, 403):
        # Any web server may say so; an API says it in JSON.
        return LocalServer(_UNKNOWN, base_url, host, wants_key=True) if isinstance(value, dict) else None
    models = parse_models(value) if listed.status == 200 else None
    if models is None:
        return None
    name = _name(value, listed.server)
    if name == _UNKNOWN:
        front = await _get(client, f"http://{host}/")
        name = "Ollama" if front is not None and "Ollama is running" in front.text[:200] else name
    return LocalServer(name, base_url, host, models)


def _name(value: JSON, server: str) -> str:
    items = value.get("data") if isinstance(value, dict) else None
    for item in items if isinstance(items, list) else ():
        owner = item.get("owned_by") if isinstance(item, dict) else None
        if isinstance(owner, str) and (name := _OWNERS.get(owner.strip().lower())):
            return name
    return "llama.cpp" if server.lower().startswith("llama.cpp") else _UNKNOWN


async def _get(client: httpx2.AsyncClient, url: str) -> _Answer | None:
    """The answer to a GET; None where there is none that could be read."""
    import httpx2

    # Whatever listens there: what it says may be no HTTP, no text, or without end.
    with contextlib.suppress(httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError):
        async with client.stream("GET", url, headers={"Accept": "application/json"}) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > BYTES:
                    return None
            server = response.headers.get("server", "")
            return _Answer(response.status_code, body.decode("utf-8", "replace"), server)
    return None


def _json(text: str) -> JSON:
    try:
        return parse_json(text)
    except ValueError:
        return None
