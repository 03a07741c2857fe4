"""The conversation that asks a preset again and says what moved since it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.drift.words import verdict
from workbench.core.errors import InputError
from workbench.core.grid_values import GridLimits
from workbench.drift_check import DriftCheck, Given
from workbench.drift_results import DriftResults
from workbench.own_thread import in_own_thread
from workbench.tui.compare_more import MoreGate, limit_fields
from workbench.tui.keys import own_key
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.desk import Desk
    from workbench.tui.preset_source import PresetSource


class CheckRecorded:
    """Checks the prompt on the desk. `ask` shows a screen and waits for it, `say` a line, `show` the comparison."""

    def __init__(
        self, desk: Desk, *, ask: Ask, say: Say, show: Callable[[CompareDesk], Coroutine[None, None, None]]
    ) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._show = show

    async def begin(self, warmed: asyncio.Event) -> None:
        """From the file beside the preset to the comparison; the model rules are read once `warmed` is set."""
        await warmed.wait()
        source = self._desk.source
        if source is None:
            self._say(
                f"this prompt is in no file yet: save it ({own_key('save')}), then record what it answers", "warning"
            )
            return
        try:
            check = await in_own_thread(self._opened, source)
        except InputError as error:
            self._say(error.line, "error")
            return
        recording = check.lock.recording
        if recording is None:
            told = f"nothing was recorded of {check.slug} yet: `workbench check {check.slug} --record` does"
            self._say(told, "warning")
        elif check.changes or check.gone:
            self._say(verdict(DriftResults(check, ()).report()), "warning")
        else:
            await self._ask_again(check, f"recorded on {check.recorded_on} at {recording.connection}")

    def _opened(self, source: PresetSource) -> DriftCheck:
        services, prompt = self._desk.services, self._desk.prompt
        typed = tuple(each.name for each in prompt.variables if each.value is not None)
        return DriftCheck(services, source.read(services.presets), prompt, Given(variables=typed))

    async def _ask_again(self, check: DriftCheck, told: str) -> None:
        from workbench.tui.screens.compare_setup import CompareSetup

        comparing = check.comparing
        gate = MoreGate(comparing, comparing.experiment.cells(), comparing.experiment.size_text)
        setup = await self._ask(
            CompareSetup(
                gate, limit_fields(GridLimits()), told=told, title=f"Check {check.slug} against what was recorded"
            )
        )
        if setup is None:
            return
        comparing.anyway |= setup.anyway
        comparing.over_budget |= setup.over_budget
        # Imported once the gate is passed: what is only looked at needs neither the statistics nor the columns.
        from workbench.tui.drift_desk import DriftDesk

        try:
            desk = DriftDesk(check, limits=setup.limits, plan=setup.plan)
        except InputError as error:
            self._say(error.line, "error")
            return
        await self._show(desk)
