"""Services in a folder of the test's own, and model servers on loopback ports, for what connects."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.fault_server import FaultServer, Seen, Step, whole
from workbench.adapters import local_servers
from workbench.services import Services

KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"
OLLAMA = {"data": [{"id": "nomic-embed-text", "owned_by": "library"}, {"id": "llama3.2", "owned_by": "library"}]}
VLLM = {"data": [{"id": "한국어-모델", "owned_by": "vllm", "max_model_len": 4096}]}


@contextlib.contextmanager
def services_in(home: Path, **environ: str) -> Iterator[Services]:
    """Services over `home`, with nothing of the tester's: settings in `home/files`, the working folder `home/work`."""
    for folder in ("files", "work", "llm"):
        (home / folder).mkdir(exist_ok=True)
    own = {"WORKBENCH_HOME": str(home / "files"), "LLM_USER_PATH": str(home / "llm"), **environ}
    with Services.open(own, home / "work") as services:
        yield services


@contextlib.asynccontextmanager
async def model_server(listing: Any, *, key: str = "", path: str = "/v1") -> AsyncIterator[FaultServer]:
    """A server that lists these models at `path`/models, to whoever has the key where one is named."""
    async with FaultServer() as server:
        server.answer_with(partial(_answer, listing, key, path))
        yield server


def _answer(listing: Any, key: str, path: str, seen: Seen) -> Sequence[Step]:
    if seen.path != f"{path}/models":
        return whole({"detail": "Not Found"}, 404)
    if key and seen.headers.get("authorization") != f"Bearer {key}":
        return whole({"error": {"message": "no such key", "code": "invalid_api_key"}}, 401)
    return whole(listing)


def looks_only_at(monkeypatch: pytest.MonkeyPatch, *servers: FaultServer) -> None:
    """Let the search for servers ask the ports of these alone, and none of the tester's machine; it ends once they have
    answered, however long that takes on a busy one."""
    monkeypatch.setattr(local_servers, "PORTS", tuple(server.port for server in servers))
    monkeypatch.setattr(local_servers, "SECONDS", 10.0)


def files_with(text: str, folder: Path) -> list[str]:
    """The files under a folder in which this stands."""
    found = [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
    return sorted(str(path.relative_to(folder)) for path in found)
