"""The conversation that opens a comparison from history."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.errors import StorageError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from workbench.comparing_opened import Opened
    from workbench.services import Services
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.screens.experiment_picker import ExperimentPicker

MOST = 500
"""Comparisons that are listed."""


class OpenCompare:
    """Opens what was compared before. `ask` shows a screen and waits for it, `show` the comparison."""

    def __init__(
        self, services: Services, *, ask: Ask, show: Callable[[CompareDesk], Coroutine[None, None, None]]
    ) -> None:
        self._services = services
        self._ask = ask
        self._show = show

    async def choose(self, warmed: asyncio.Event) -> None:
        """From the list to the screen. What a killed process left is in order once `warmed` is set."""
        from workbench.tui.screens.experiment_picker import ExperimentPicker

        await warmed.wait()
        picker = ExperimentPicker(self._read)
        listing = asyncio.create_task(self._list(picker))
        loading = asyncio.create_task(in_own_thread(_load))  # while the person reads the list
        try:
            opened = await self._ask(picker)
        finally:
            listing.cancel()
            loading.cancel()
        if opened is not None:
            await self._show_opened(opened)

    async def open(self, experiment: str) -> None:
        """Open the comparison of this id. InputError, StorageError."""
        await self._show_opened(await self._read(experiment))

    async def _show_opened(self, opened: Opened) -> None:
        from workbench.tui.compare_desk import CompareDesk

        await self._show(CompareDesk.of(opened))

    async def _list(self, picker: ExperimentPicker) -> None:
        try:
            picker.set_experiments(await in_own_thread(self._services.experiments.recent, MOST))
        except StorageError as error:
            picker.set_experiments((), error.line)

    async def _read(self, experiment: str) -> Opened:
        from workbench.comparing_opened import open_experiment

        return await in_own_thread(open_experiment, self._services, experiment)


def _load() -> None:
    """Import what shows a comparison: it takes as long as the reading."""
    from workbench import comparing_opened  # noqa: F401
    from workbench.tui import compare_desk  # noqa: F401
    from workbench.tui.screens import compare  # noqa: F401
