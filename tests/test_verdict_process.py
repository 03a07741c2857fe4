"""The verdict in a process of its own."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.core.compare.worlds import slots
from tests.core.drift.test_moved import column, recording
from workbench import verdict_process
from workbench.core.compare.answers import DistanceCache
from workbench.core.compare.variety import Order
from workbench.core.drift.moved import moved
from workbench.verdict_process import FEW, Asked, environment, moved_aside, verdict_aside

NAMES = ("temperature 0", "temperature 1")


def asked(repeats: int) -> Asked:
    random = Random(1)
    answers = [[[slots(0.2 + 0.6 * column, "말", random) for _ in range(repeats)]] for column in range(2)]
    return Asked(NAMES, answers, Order("temperature", (0.0, 1.0)), 1)


async def test_a_process_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(FEW // 2)
    expected = question.work_out().to_json()
    monkeypatch.setattr(Asked, "work_out", None)  # here; the process has its own
    assert (await verdict_aside(question, DistanceCache())).to_json() == expected


async def test_a_process_says_what_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = (recording(column(tuple(texts[0]))) for texts in asked(FEW // 2).answers)
    expected = moved(before, now)
    exchange, ended = verdict_process._exchange, []

    def exchanged(process: subprocess.Popen[bytes], work: Callable[[], object]) -> bytes:
        ended.append(exchange(process, work))
        return ended[0]

    monkeypatch.setattr(verdict_process, "_exchange", exchanged)
    assert await moved_aside(before, now) == expected
    assert expected.drifted
    assert pickle.loads(ended[0]) == expected


@pytest.mark.parametrize(
    "command", [["/nowhere/python"], [sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"]], ids=["none", "fails"]
)
async def test_without_a_process_it_is_worked_out_here(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setattr(verdict_process, "command", lambda: command)
    question = asked(FEW // 2)
    assert (await verdict_aside(question, DistanceCache())).words == question.work_out().words


async def test_few_answers_start_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert (await verdict_aside(asked(3), DistanceCache())).words


async def test_nobody_waits_for_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    processes: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def started(*args: Any, **named: Any) -> subprocess.Popen[bytes]:
        processes.append(start(*args, **named))
        loop.call_soon_threadsafe(begun.set)
        return processes[0]

    monkeypatch.setattr(verdict_process, "command", lambda: [sys.executable, "-I", "-S", "-c", "while True: pass"])
    monkeypatch.setattr(subprocess, "Popen", started)
    task = asyncio.create_task(verdict_aside(asked(FEW // 2), DistanceCache()))
    async with asyncio.timeout(10):
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(processes[0].wait) != 0


def test_it_gets_no_key() -> None:
    assert environment({"OPENAI_API_KEY": "sk-canary", "PATH": "/bin", "HOME": "/root"}) == {"PATH": "/bin"}
