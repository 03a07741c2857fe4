"""Reads a body in a task of its own, so that all that one read of the network brought is handled at once.

httpx gives a piece for each HTTP chunk, which is each event of a stream: with one wake-up, one limit and one batch of
events for each, a fast stream spent two thirds of its time on the way between them.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

ROOM = 1024 * 1024
"""Bytes that may wait to be taken; then reading stops, and the server feels it."""


class ReadAhead:
    """An `async with` around the reading; leave it before the pieces themselves are closed."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._waiting: list[bytes] = []
        self._size = 0
        self._ended = False
        self._fault: Exception | None = None
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read(), name="read")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def take(self) -> bytes:
        """All that has come since the last call, waiting for some; b"" at the end. Raises what the reading raised."""
        if not self._waiting and not self._ended:
            self._news.clear()
            await self._news.wait()
        waiting, self._waiting, self._size = self._waiting, [], 0
        self._taken.set()
        if waiting:
            return b"".join(waiting)
        if self._fault is not None:
            raise self._fault
        return b""

    async def _read(self) -> None:
        try:
            async for piece in self._pieces:
                if not piece:
                    continue
                self._waiting.append(piece)
                self._size += len(piece)
                self._news.set()
                while self._size > ROOM:
                    self._taken.clear()
                    await self._taken.wait()
        except Exception as fault:
            self._fault = fault
        finally:
            self._ended = True
            self._news.set()
