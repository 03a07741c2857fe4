"""What tests of several areas share."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, Phase, settings

# Before anything imports textual: a test waits for a frame after each key, and need not wait as long as an eye would.
os.environ["TEXTUAL_FPS"] = "500"

from tests.support.tasks import EAGER
from workbench.adapters import ranks_download

# Containers often set it. Each worker would then compile every test anew, and each program that a test starts too.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Nothing here depends on how busy the machine is. Explaining a failure of the screen takes minutes.
settings.register_profile(
    "tests",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
settings.load_profile("tests")

# What is imported and collected stays to the end: looking through it for garbage is a tenth of the suite's time.
gc.disable()


def pytest_xdist_auto_num_workers() -> int | None:
    """Three workers for two cores: for a quarter of its time a test waits for a program, a thread or a timer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else cores + cores // 2


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


def _refuse(url: str, transport: object, end: float) -> NoReturn:
    raise AssertionError(f"a test went to the network for {url}")


_DOWNLOAD = ranks_download._download
ranks_download._download = _refuse


@pytest.fixture
def the_download() -> Callable[..., tuple[bytes | None, str]]:
    """The function that a test can't reach otherwise; to be used with a transport that is no network."""
    return _DOWNLOAD


@pytest.fixture(params=[None, EAGER] if EAGER is not None else [None], ids=lambda start: "eager" if start else "later")
async def task_start(request: pytest.FixtureRequest) -> None:
    """The test once with tasks that begin later, as on the command line, and once with eager ones, as on the screen."""
    asyncio.get_running_loop().set_task_factory(request.param)
