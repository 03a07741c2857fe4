"""A comparison on its screen, and what the person takes from there to the workbench."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.tui.keys import own_key
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from workbench.core.prompt import Comparison, Prompt
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.compare_state import Taken
    from workbench.tui.desk import Desk
    from workbench.tui.preset_source import PresetSource
    from workbench.tui.screens.draft_room import DraftRoom, Opened


class ShowCompare:
    """Shows comparisons. `ask` shows a screen and waits for it, `say` a line, `changed` shows a prompt anew;
    `put` opens another one beside it, `room_of` has what belongs to one, `save` saves the prompt into its preset."""

    def __init__(
        self,
        desk: Desk,
        *,
        ask: Ask,
        say: Say,
        changed: Callable[[Desk], None],
        put: Callable[[Prompt, PresetSource | None], Awaitable[Opened | None]],
        room_of: Callable[[Desk], DraftRoom | None],
        save: Callable[[], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed
        self._put = put
        self._room_of = room_of
        self._save_preset = save

    async def show(self, comparing: CompareDesk) -> None:
        """From the screen to what is taken back."""
        from workbench.tui.screens.compare import CompareScreen

        async def save(comparison: Comparison) -> str:
            return await self._save(comparing, comparison)

        taken = await self._ask(CompareScreen(comparing, save=save))
        self._account(comparing)
        if taken is not None:
            await self._take(comparing, taken)

    def _account(self, comparing: CompareDesk) -> None:
        spent, session = comparing.spent_here, self._desk.session
        self._desk.session = session._replace(
            known=session.known + spent.known_usd, unknown_runs=session.unknown_runs + spent.unpriced
        )
        self._changed(self._desk)

    def _is_of_another(self, comparing: CompareDesk) -> bool:
        """Whether it compares another prompt than the one on the desk: one from history may."""
        return comparing.opened is not None and _texts(comparing.experiment.prompt) != _texts(self._desk.prompt)

    async def _take(self, comparing: CompareDesk, taken: Taken) -> None:
        desk, said = self._desk, ""
        told = ["the setting"] if taken.prompt is not None else []
        if self._is_of_another(comparing):
            base = comparing.experiment
            opened = await self._put(replace(taken.prompt or base.prompt, compare=base.to_comparison()), None)
            if opened is None:
                return
            desk, said = opened
        elif taken.prompt is not None:
            desk.edit(replace(taken.prompt, compare=desk.prompt.compare))
        if taken.connection and taken.connection != desk.connection.name:
            try:
                desk.connection = desk.services.connection(taken.connection, desk.prompt.model)
            except InputError as error:
                self._say(error.line, "error")
        if taken.answer or taken.calls:
            desk.take_answer(taken.answer, taken.calls)
            told.append("the answer")
        self._changed(desk)
        text = f"{' and '.join(told)} of the comparison {'are' if len(told) > 1 else 'is'} in the prompt"
        self._say(text + said, "success")
        if taken.calls and (room := self._room_of(desk)) is not None and await room.calls.answer_open():
            room.running.run()

    async def _save(self, comparing: CompareDesk, comparison: Comparison) -> str:
        """Save the comparison with the prompt; a line for the person, "" where nothing was saved."""
        desk = self._desk
        if self._is_of_another(comparing):
            take, save = own_key("compare.take-setting"), own_key("save")
            self._say(f"the workbench has another prompt: {take} takes this one there, and {save} saves it", "warning")
            return ""
        desk.edit(replace(desk.prompt, compare=comparison))
        await self._save_preset()
        if desk.source is None or desk.changed:
            return ""
        return f"the comparison is saved in {desk.source.slug}"


def _texts(prompt: Prompt) -> tuple[object, ...]:
    """What makes it another prompt: all but its parameters and its model, which a comparison varies."""
    return prompt.messages, prompt.persona, prompt.format
