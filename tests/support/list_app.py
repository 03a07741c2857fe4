"""A message list alone, with what its screen does for it: a history of the prompt, and the keys of it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from workbench.core.prompt import Message, Prompt
from workbench.core.prompt_change import spot_of
from workbench.core.prompt_history import PromptHistory
from workbench.tui.widgets.message_list import MessageList


class ListApp(App[None]):
    """To be given a `compose` with one MessageList of `first`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "step(True)", show=False),
        Binding("ctrl+y", "step(False)", show=False),
    ]

    def __init__(self, *messages: Message) -> None:
        super().__init__()
        self.first = messages
        self.changes: list[tuple[Message, ...]] = []
        self.history = PromptHistory()
        self._prompt = Prompt(messages=messages)

    @property
    def cards(self) -> MessageList:
        return self.query_one(MessageList)

    def on_message_list_changed(self, event: MessageList.Changed) -> None:
        self.changes.append(event.messages)
        self._take_typed()

    def on_message_list_step_wanted(self, event: MessageList.StepWanted) -> None:
        self.action_step(event.back)

    def _take_typed(self) -> None:
        after = replace(self._prompt, messages=self.cards.messages)
        self.history.record(self._prompt, after, 0.0)
        self._prompt = after

    def action_step(self, back: bool) -> None:
        self._take_typed()
        before = self._prompt
        after = self.history.undo(before) if back else self.history.redo(before)
        if after is not None and (spot := spot_of(before, after)) is not None:
            self._prompt = after
            self.cards.restore(after.messages, spot)
