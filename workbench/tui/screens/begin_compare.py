"""The conversation that begins a comparison: what is varied, and the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from workbench.core.ladder import Alternative
    from workbench.core.prompt import Prompt
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.compare_gate import GateFields, Setup
    from workbench.tui.desk import Desk

_OTHER = "other"


class BeginCompare:
    """Compares the prompt on the desk. `ask` shows a screen and waits for it, `say` a line, `show` the comparison."""

    def __init__(
        self, desk: Desk, *, ask: Ask, say: Say, show: Callable[[CompareDesk], Coroutine[None, None, None]]
    ) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._show = show

    async def begin(self, warmed: asyncio.Event) -> None:
        """From the gate to what is taken back; the model rules are read once `warmed` is set."""
        await warmed.wait()
        desk = self._desk
        connection = desk.connection.name
        setup = await self._set_up(connection)
        if setup is None:
            return
        # Imported once the gate is passed: what is only looked at needs neither the statistics nor the columns.
        from workbench.tui.compare_desk import CompareDesk

        preset = desk.source.slug if desk.source is not None else ""
        try:
            comparing = CompareDesk(
                desk.services,
                setup.experiment,
                connection,
                preset=preset,
                limits=setup.limits,
                plan=setup.plan,
                anyway=setup.anyway,
                over_budget=setup.over_budget,
            )
        except InputError as error:
            self._say(error.line, "error")
            return
        await self._show(comparing)

    # -- the gate ----------------------------------------------------------------------------------------------

    async def _set_up(self, connection: str) -> Setup | None:
        from workbench.tui.compare_gate import Gate
        from workbench.tui.screens.compare_setup import CompareSetup

        proposed = await self._propose()
        if proposed is None:
            return None
        prompt, fields, told = proposed
        return await self._ask(CompareSetup(Gate(self._desk.services, prompt, connection), fields, told=told))

    async def _propose(self) -> tuple[Prompt, GateFields, str] | None:
        """The base prompt, the fields to begin with, and a line about them; None where the person leaves."""
        from workbench.comparing import proposal
        from workbench.core.experiment import Experiment
        from workbench.tui.compare_gate import REPEATS, fields_of

        prompt = self._desk.prompt
        if prompt.compare is not None and prompt.compare.vary:
            try:
                saved = Experiment.from_comparison(prompt)
            except InputError as error:
                self._say(f"the comparison that is saved with the prompt can't be run: {error.line}", "warning")
            else:
                return prompt, fields_of(saved.axes, saved.repeats), "as it is saved with the prompt"
        ladder = proposal(self._desk.services, prompt, self._desk.connection)
        if ladder.axis is not None:
            return prompt, fields_of([ladder.axis], REPEATS), ""
        return await self._instead(prompt, ladder.refused, ladder.alternatives)

    async def _instead(
        self, prompt: Prompt, refused: str, alternatives: tuple[Alternative, ...]
    ) -> tuple[Prompt, GateFields, str] | None:
        """Let the person choose what is varied where the model does not take a temperature."""
        from workbench.core.axis_text import axis_text
        from workbench.tui.compare_gate import REPEATS, fields_of
        from workbench.tui.widgets.chooser import Chooser
        from workbench.tui.widgets.pick_list import Choice

        rows = [
            Choice(str(place), each.text, axis_text(each.axis) if each.axis.values else "")
            for place, each in enumerate(alternatives)
        ]
        rows.append(Choice(_OTHER, "something else", "you write what is varied"))
        chosen = await self._ask(Chooser("What is varied?", rows, text=refused))
        if chosen is None:
            return None
        fields = fields_of([], REPEATS)
        if chosen == _OTHER:
            return prompt, fields, refused
        picked = alternatives[int(chosen)]
        parameters = prompt.parameters
        for name, value in picked.parameters.items():
            parameters = parameters.set(name, value)
        told = ", ".join(f"with {name} {value}" for name, value in picked.parameters.items())
        values = axis_text(picked.axis) if picked.axis.values else ""
        # One that is not complete waits for a name behind its last comma.
        vary = f"{picked.axis.name}: {values}{'' if picked.complete else ', ' if values else ''}"
        return prompt.with_parameters(parameters), fields._replace(vary=vary), told
