"""Fetches the ranks of an encoding once, into the program's own folder. For a thread: it may take as long as its limit.

Whether it may be done at all, and that the person was told before, is for the caller to see to (`counting.py`).
"""

from __future__ import annotations

import contextlib
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.adapters import locks
from workbench.adapters.files import private_folder, write_atomic
from workbench.adapters.http_client import certificates, proxy_for
from workbench.adapters.token_ranks import RANKS, read_ranks
from workbench.core.errors import StorageError

if TYPE_CHECKING:
    import httpx2

SECONDS: Final = 120.0
"""For the whole file, which has 3.6 MB; also how long another process is waited for that fetches it."""
_SILENCE: Final = 15.0
"""Seconds without a byte."""
_BYTES: Final = 16 * 1024 * 1024
AGAIN_AFTER: Final = 24 * 3600.0
"""Seconds until it is tried again, where it was tried in vain."""
_POLL: Final = 0.2


class Fetched(StrEnum):
    """How it went."""

    THERE = "there"
    """They are on this machine now: fetched here, or by another process meanwhile."""
    TRIED = "tried"
    """Nothing was sent: it was tried in vain not long ago, or another process is still at it."""
    FAILED = "failed"


def was_tried(encoding: str, folder: Path, *, ever: bool = False) -> bool:
    """Whether these ranks were asked for in vain during the last day, or `ever`."""
    try:
        tried = _tried(encoding, folder).stat().st_mtime
    except (OSError, ValueError):
        return False
    # One that is in the future is of a clock that was put back.
    return ever or 0 <= time.time() - tried < AGAIN_AFTER


def fetch_ranks(
    encoding: str, folder: Path, *, transport: httpx2.BaseTransport | None = None, seconds: float = SECONDS
) -> tuple[Fetched, str]:
    """Put the ranks of `encoding` into `folder`, whole and with the right hash, or leave it as it was; and why they
    could not be had, in a few words. Raises nothing.

    Of several processes that ask at once one fetches, and the others wait for it. `transport` replaces the network.
    """
    end = time.monotonic() + seconds
    try:
        private_folder(folder)
        lock = _take(folder / f"{encoding}.lock", end)
    except (OSError, StorageError) as error:
        return Fetched.FAILED, error.line if isinstance(error, StorageError) else str(error.strerror or error)
    if lock is None:
        return Fetched.TRIED, ""
    try:
        if read_ranks(encoding, folder) is not None:
            return Fetched.THERE, ""
        if was_tried(encoding, folder):
            return Fetched.TRIED, ""
        return _fetch(encoding, folder, transport, end)
    finally:
        lock.release()


def _fetch(encoding: str, folder: Path, transport: httpx2.BaseTransport | None, end: float) -> tuple[Fetched, str]:
    ranks, tried = RANKS[encoding], _tried(encoding, folder)
    try:
        tried.touch(mode=0o600)
        os.utime(tried)
        data, why = _download(ranks.url, transport, end)
        if data is None:
            return Fetched.FAILED, why
        if not ranks.are(data):
            return Fetched.FAILED, "what came is not the table that was asked for"
        write_atomic(folder / ranks.file_name, data)
    except (OSError, StorageError) as error:
        return Fetched.FAILED, error.line if isinstance(error, StorageError) else str(error.strerror or error)
    with contextlib.suppress(OSError):
        tried.unlink()
    return Fetched.THERE, ""


def _download(url: str, transport: httpx2.BaseTransport | None, end: float) -> tuple[bytes | None, str]:
    """The bytes behind the URL, or why there are none."""
    import httpx2  # not before the first request

    try:
        way = transport or httpx2.HTTPTransport(
            verify=certificates(tls=True), proxy=proxy_for(url) or None, trust_env=False
        )
        timeout = httpx2.Timeout(_SILENCE)
        with (
            httpx2.Client(transport=way, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream("GET", url, headers={"Accept": "*/*", "User-Agent": "prompt-workbench"}) as response,
        ):
            if response.status_code != 200:
                return None, f"the server answered {response.status_code}"
            return _read(response, end)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError, ImportError):
        # The texts of these name addresses and libraries: of use to nobody who only wants to count tokens.
        return None, "the server could not be reached"


def _read(response: httpx2.Response, end: float) -> tuple[bytes | None, str]:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _BYTES:
            return None, "what came is not the table that was asked for"
        if time.monotonic() > end:
            return None, "it took too long"
    return bytes(body), ""


def _take(path: Path, end: float) -> locks.ProcessLock | None:
    """The lock, waited for until `end`; None where another process holds it still. OSError."""
    while (lock := locks.take(path)) is None and time.monotonic() < end:
        time.sleep(_POLL)
    return lock


def _tried(encoding: str, folder: Path) -> Path:
    return folder / f"{encoding}.tried"
