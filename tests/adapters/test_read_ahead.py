"""Reading ahead: one batch for what was there at once, nothing lost, faults and ends in their place, room bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from workbench.adapters.read_ahead import ROOM, ReadAhead

pytestmark = pytest.mark.usefixtures("task_start")


async def pieces_of(*pieces: bytes | asyncio.Event | Exception) -> AsyncIterator[bytes]:
    for piece in pieces:
        if isinstance(piece, asyncio.Event):
            await piece.wait()
        elif isinstance(piece, Exception):
            raise piece
        else:
            yield piece


async def test_what_is_there_at_once_comes_at_once() -> None:
    more = asyncio.Event()
    async with ReadAhead(pieces_of(b"a", b"b", b"", b"c", more, b"d")) as reader:
        assert await reader.take() == b"abc"
        more.set()
        assert await reader.take() == b"d"
        assert await reader.take() == b""
        assert await reader.take() == b""


async def test_a_fault_comes_after_what_came_before_it() -> None:
    async with ReadAhead(pieces_of(b"kept", ConnectionError("cut"))) as reader:
        assert await reader.take() == b"kept"
        with pytest.raises(ConnectionError, match="cut"):
            await reader.take()


async def test_reading_stops_when_there_is_no_room() -> None:
    given: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            given.append(1)
            yield bytes(ROOM // 2)

    async with ReadAhead(endless()) as reader:
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(given) == 3
        assert len(await reader.take()) == 3 * (ROOM // 2)


async def test_leaving_ends_the_reading() -> None:
    ended = asyncio.Event()

    async def waits() -> AsyncIterator[bytes]:
        try:
            yield b"first"
            await asyncio.Event().wait()
        finally:
            ended.set()

    pieces = waits()
    async with ReadAhead(pieces) as reader:
        assert await reader.take() == b"first"
        waiting = asyncio.create_task(reader.take())
        await asyncio.sleep(0)
        waiting.cancel()
    assert ended.is_set()
