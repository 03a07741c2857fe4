"""Waiting in a test until an app has done all it can do by itself, in place of a guess from the processor's time.

Textual's pilot waits after each key and each pause with `textual._wait.wait_for_idle`: it sleeps 20 ms at a time until
the process has used little of the processor. That is too long on an idle machine and too short on a busy one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pytest
import textual.app
import textual.pilot
from textual.css.query import NoMatches

P = ParamSpec("P")
T = TypeVar("T")

SOON_S = 1 / 50
"""A timer that is due so soon is waited for: the screen draws what has changed at its next frame, or the one after."""
TIMERS = 6
"""So many are waited for one after another; what draws by itself, such as an answer that arrives, has no end."""
LOOK_S = 0.002
"""How often it is looked whether a thread has ended its work, or what a test waits for holds."""

_to_thread = asyncio.to_thread
_working: set[object] = set()
"""What `asyncio.to_thread` was given and has not brought back."""
_hanging: set[object] = set()
"""What did not end in the time there is for it: a test keeps it waiting, and no key waits for it again."""


async def settle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Until nothing is left to do in this loop now or soon, nor in a thread of it; `max_sleep` seconds at most."""
    loop: Any = asyncio.get_running_loop()
    start: float = loop.time()
    timers = 0
    while loop.time() < start + max_sleep:
        for _ in range(2):  # the second round has asked sockets and other threads
            await asyncio.sleep(0)
        if loop._ready:
            continue
        now = loop.time()
        due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=now + max_sleep)
        if due <= max(now, start + min_sleep) + SOON_S and timers < TIMERS:
            timers += 1
            await asyncio.sleep(max(0.0, due - now))
        elif _in_threads():
            await asyncio.sleep(LOOK_S)
        else:
            return
    _hanging.update(_in_threads())


def _in_threads() -> set[object]:
    """What threads are doing for the app: `asyncio.to_thread` and `workbench.own_thread`."""
    return {*_working, *(thread for thread in threading.enumerate() if thread.name == "aside")} - _hanging


async def _to_thread_and_known(work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    one = object()
    _working.add(one)
    try:
        return await _to_thread(work, *args, **named)
    finally:
        _working.discard(one)


async def until(holds: Callable[[], object], seconds: float = 15.0, told: Callable[[], object] = str) -> None:
    """Let an app work until `holds()` is true; what is not mounted yet does not hold. AssertionError in time, with
    what `told` returns."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        with contextlib.suppress(NoMatches):
            if holds():
                return
        assert asyncio.get_running_loop().time() < end, f"it did not hold in {seconds} s; {told()}"
        await asyncio.sleep(LOOK_S)


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot wait with `settle`."""
    _working.clear()
    _hanging.clear()
    monkeypatch.setattr(asyncio, "to_thread", _to_thread_and_known)
    monkeypatch.setattr(textual.app, "wait_for_idle", settle)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", settle)
