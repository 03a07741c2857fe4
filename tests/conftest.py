"""What tests of several areas share."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.tasks import EAGER


@pytest.fixture(params=[None, EAGER] if EAGER is not None else [None], ids=lambda start: "eager" if start else "later")
async def task_start(request: pytest.FixtureRequest) -> None:
    """The test once with tasks that begin later, as on the command line, and once with eager ones, as on the screen."""
    asyncio.get_running_loop().set_task_factory(request.param)
