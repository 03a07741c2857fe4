"""Where requests go: choosing the model and the connection, and asking before a host is trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from workbench.core.connection import PRACTICE, PRACTICE_MODELS, Connection
from workbench.core.counted import counted
from workbench.core.errors import RunError
from workbench.tui.keys import own_key
from workbench.tui.screens.questions import question_chooser

if TYPE_CHECKING:
    from textual.screen import Screen

    from workbench.core.model_card import ModelCard
    from workbench.tui.desk import Desk
    from workbench.tui.widgets.model_field import ModelPicker
    from workbench.tui.widgets.notice import Kind

PRACTICE_LINE = "practice: a text generator to try the controls with, not an AI"

Answer = TypeVar("Answer")
Say = Callable[[str, "Kind"], None]


class Ask(Protocol):
    """Shows a question and waits for what it ends with."""

    async def __call__(self, question: Screen[Answer], /) -> Answer: ...


class Where:
    """The conversation about model and connection. `warmed` is set once requests can be made; `ask` shows a question,
    `say` a line, `changed` redraws."""

    def __init__(self, desk: Desk, *, warmed: asyncio.Event, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._warmed = warmed
        self._services = desk.services
        self._ask = ask
        self._say = say
        self._changed = changed

    def use(self, connection: Connection) -> None:
        """Send to this connection from now on, and say where that is."""
        desk = self._desk
        desk.connection = connection
        if not connection.is_practice and desk.prompt.model in PRACTICE_MODELS:
            desk.edit(replace(desk.prompt, model=""))
        self.tell()
        self._changed()

    def tell(self) -> None:
        """Say where requests go and where the key is from; of practice, what it is."""
        connection = self._desk.connection
        if connection.is_practice:
            self._say(f"{PRACTICE_LINE} · {own_key('connection')} connects", "info")
        else:
            key = f"key: {connection.key_source}" if connection.key is not None else "no key"
            self._say(f"requests go to {connection.host} · {key}", "info")

    async def choose_connection(self) -> None:
        """Let the person choose where requests go, on a screen of its own where keys and endpoints are changed too."""
        from workbench.connecting import Connecting
        from workbench.tui.screens.connect import ConnectScreen

        desk = self._desk
        chosen = await self._ask(ConnectScreen(Connecting(self._services), desk.connection, self._warmed))
        if chosen is None:
            desk.connection = self._services.refreshed(desk.connection)  # its key may be another one now
            self._changed()
            return
        self.use(chosen.connection)
        if chosen.models and desk.model not in chosen.models:
            self._say(f"{desk.model} is not among the models of {chosen.connection.name}: choose another", "warning")

    async def ask_first_questions(self) -> None:
        """What the environment brings that is used only after a yes: asked once at the start."""
        for question in self._services.connections().questions:
            if self._services.lessons.declined(question.host, question.purpose):
                continue
            if await self._ask(question_chooser(question)) == "yes":
                self._services.lessons.trust(question.host, question.purpose)
                self.use(self._services.connection(question.connection))
            else:
                self._services.lessons.decline(question.host, question.purpose)

    async def choose_model(self, list_models: Callable[[ModelPicker], None]) -> None:
        """Let the person choose or type a model; `list_models` starts the fetching of the endpoint's list."""
        from datetime import date

        from workbench.tui.widgets.model_field import ModelPicker

        note = f"asking {self._desk.connection.host} for its models ..."
        picker = ModelPicker(self._desk.model, note, today=date.today(), card_of=self._card_of)
        list_models(picker)
        chosen = await self._ask(picker)
        if chosen is None:
            return
        self._desk.edit(replace(self._desk.prompt, model=chosen))
        if chosen in PRACTICE_MODELS and not self._desk.connection.is_practice:
            self.use(self._services.connection(PRACTICE))
        self._changed()

    def _card_of(self, name: str) -> ModelCard:
        from workbench.core.model_card import ModelCard
        from workbench.model_cards import card_of

        # Rules and prices are loaded once the program is warm; no key waits for that.
        ready = self._warmed.is_set()
        return card_of(self._services, self._desk.connection, name) if ready else ModelCard(name, listed=False)

    async def list_models(self, picker: ModelPicker) -> None:
        """Fetch the endpoint's list into the open picker; where there is none, say why."""
        from workbench.model_cards import list_models, recent_models

        connection = self._desk.connection
        try:
            models = await list_models(self._services, connection)
        except RunError as error:
            used = await asyncio.to_thread(recent_models, self._services, connection)
            picker.set_models(used.cards, f"{error.message}; any name may be typed")
            return
        count = len(models.cards)
        lately = f", {models.recent} asked lately first" if models.recent else ""
        said = f"{counted(count, 'model')} at {connection.host}{lately}; any name may be typed"
        picker.set_models(models.cards, said)
