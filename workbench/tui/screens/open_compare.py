"""The conversation that opens a comparison from history."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.errors import InputError, StorageError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from workbench.services import Services
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.screens.experiment_picker import ExperimentPicker

MOST = 500
"""Comparisons that are listed."""


class OpenCompare:
    """Opens what was compared before. `ask` shows a screen and waits for it, `say` a line, `show` the comparison."""

    def __init__(
        self, services: Services, *, ask: Ask, say: Say, show: Callable[[CompareDesk], Coroutine[None, None, None]]
    ) -> None:
        self._services = services
        self._ask = ask
        self._say = say
        self._show = show

    async def choose(self, warmed: asyncio.Event) -> None:
        """From the list to the screen. What a killed process left is in order once `warmed` is set."""
        from workbench.tui.screens.experiment_picker import ExperimentPicker

        await warmed.wait()
        picker = ExperimentPicker()
        listing = asyncio.create_task(self._list(picker))
        try:
            chosen = await self._ask(picker)
        finally:
            listing.cancel()
        if chosen is not None:
            await self.open(chosen)

    async def _list(self, picker: ExperimentPicker) -> None:
        try:
            picker.set_experiments(await in_own_thread(self._services.experiments.recent, MOST))
        except StorageError as error:
            picker.set_experiments((), error.line)

    async def open(self, experiment: str) -> None:
        """Show the experiment of that id."""
        from workbench.comparing_opened import open_experiment
        from workbench.tui.compare_desk import CompareDesk

        try:
            opened = await in_own_thread(open_experiment, self._services, experiment)
        except (InputError, StorageError) as error:
            self._say(error.line, "error")
            return
        await self._show(CompareDesk.of(opened))
