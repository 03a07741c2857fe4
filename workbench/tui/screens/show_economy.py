"""The conversation about the tokens of a prompt: what is known is read and priced while the screen is open."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.counted import counted
from workbench.core.errors import RunError, WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.model_card import ModelCard
    from workbench.core.model_costs import ModelCost
    from workbench.token_economy import TokenEconomy
    from workbench.tui.desk import Desk
    from workbench.tui.screens.economy import EconomyScreen


class ShowEconomy:
    """`ask` shows the screen and waits for it, `say` says a line, `changed` shows the prompt anew."""

    def __init__(self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed

    async def show(self, warmed: asyncio.Event) -> None:
        """Show it; the model that the person takes there is the prompt's from then on."""
        from workbench.tui.screens.economy import EconomyScreen

        await warmed.wait()
        desk = self._desk
        known: asyncio.Future[TokenEconomy] = asyncio.get_running_loop().create_future()

        async def cost_of(name: str) -> ModelCost:
            return (await in_own_thread(self._priced_name, await known, name))[0]

        title = desk.prompt.name or "this prompt"
        screen = EconomyScreen(title, desk.model, cost_of)
        filling = asyncio.create_task(self._fill(screen, known))
        try:
            chosen = await self._ask(screen)
        finally:
            filling.cancel()
            known.cancel()
        if chosen is not None and chosen != desk.model:
            desk.edit(replace(desk.prompt, model=chosen))
            self._changed()
            self._say(f"the model is {chosen} now", "success")

    async def _fill(self, screen: EconomyScreen, known: asyncio.Future[TokenEconomy]) -> None:
        try:
            found = await in_own_thread(self._read)
        except WorkbenchError as error:
            screen.say(error.line)
            return
        known.set_result(found)
        screen.show(found)
        await self._fill_models(screen, found)

    def _read(self) -> TokenEconomy:
        from workbench.token_economy import read_economy

        desk = self._desk
        slug = desk.source.slug if desk.source is not None else ""
        return read_economy(desk.services, desk.prompt, desk.connection, slug)

    async def _fill_models(self, screen: EconomyScreen, known: TokenEconomy) -> None:
        from workbench.model_cards import list_models

        services, connection = self._desk.services, known.connection
        typical = known.typical_answer
        runs = known.economy.runs if known.economy.typical_answer is not None else 0
        answers = f"typical: an answer of {typical:,} tokens"
        answers += f", the median of {counted(runs, 'run')}" if runs else " (no run of this prompt yet)"
        first = await in_own_thread(self._priced_recent, known)
        screen.set_costs(first, f"{answers} · asking {connection.host} for its models ...", typical)
        try:
            listed = await list_models(services, connection)
        except RunError as error:
            known_here = await in_own_thread(self._priced_from_list, known, first)
            screen.set_costs([*first, *known_here], f"{answers} · {error.message}; any name may be typed", typical)
            return
        costs = await in_own_thread(self._priced, known, listed.cards)
        named = {cost.id for cost in costs}
        own = [cost for cost in first if cost.id not in named]
        models = f"{counted(len(costs), 'model')} at {connection.host}"
        screen.set_costs([*own, *costs], f"{answers} · {models}", typical)

    def _priced_recent(self, known: TokenEconomy) -> tuple[ModelCost, ...]:
        from workbench.model_cards import card_of, recent_models

        services, model = self._desk.services, known.request.model
        recent = [card for card in recent_models(services, known.connection).cards if card.id != model]
        return self._priced(known, [card_of(services, known.connection, model), *recent])

    def _priced_from_list(self, known: TokenEconomy, first: Sequence[ModelCost]) -> tuple[ModelCost, ...]:
        from workbench.model_cards import priced_models

        shown = {cost.id for cost in first}
        cards = priced_models(self._desk.services, known.connection)
        return self._priced(known, [card for card in cards if card.id not in shown])

    def _priced_name(self, known: TokenEconomy, name: str) -> tuple[ModelCost, ...]:
        from workbench.model_cards import card_of

        return self._priced(known, [card_of(self._desk.services, known.connection, name)])

    def _priced(self, known: TokenEconomy, cards: Sequence[ModelCard]) -> tuple[ModelCost, ...]:
        from workbench.token_economy import costs

        return costs(self._desk.services, known, cards)
