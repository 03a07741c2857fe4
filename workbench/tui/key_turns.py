"""Keys in their turn, also where several come in one burst, as over a slow line.

A move between two keys: what was typed before it goes where it was typed, and what is typed after it waits. And the
commands of a field itself (Backspace, the arrows) come between the letters where they were pressed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.message_pump import MessagePump

PATIENCE = 1.0
"""Seconds that a move waits for a field that is busy, or gone."""


class KeyTurns:
    """Makes moves of an app. `takes` is to be asked about each of its events.

    A key goes to the focused widget, which types it, or else up through its ancestors to the app, which runs its
    command: a letter is typed before a command that came before it has run. That matters where a command brings up
    something else to type into, or to send.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: list[events.Event] | None = None
        """The keys that came after a move that is under way."""

    def takes(self, event: events.Event) -> bool:
        """Whether the event is kept, to be handled after the move."""
        if self._waiting is None or event.is_forwarded or not isinstance(event, events.Key | events.Paste):
            return False
        self._waiting.append(event)
        return True

    def move(self, move: Callable[[], Awaitable[None]]) -> None:
        """Make this move once all keys that came before have been handled."""
        waiting = self._waiting = []
        done = False

        async def climb(node: MessagePump) -> None:
            # The way that a key takes that nobody wants.
            if node is not self._app and node._parent is not None:
                node._parent.call_later(climb, node._parent)
            else:
                await finish()

        async def finish() -> None:
            nonlocal done
            if done:
                return
            done = True
            try:
                await move()
            finally:
                if self._waiting is waiting:
                    self._waiting = None
                for event in waiting:
                    await self._app.on_event(event)

        first = self._app.focused or self._app.screen
        first.call_later(climb, first)
        self._app.set_timer(PATIENCE, finish)


async def takes_own_key(app: App[Any], event: events.Event) -> bool:
    """Whether the event is a key that the focused field has a command for, which then runs in the field's turn.

    Left to itself such a key climbs through all ancestors of the field to the app before its command runs, while a
    letter behind it is typed at once: of Backspace and 5 in one burst the 5 would go in first, and be taken out again.
    Enter climbs as ever: it ends what is typed, and what follows the typing (the palette's list) comes before it so.
    """
    if not isinstance(event, events.Key) or event.is_forwarded or event.is_printable or event.key == "enter":
        return False
    field = app.focused
    if not isinstance(field, Input | TextArea) or app.screen.maximized is not None:
        return False
    chain = app.screen._modal_binding_chain
    bound = next((keys.key_to_bindings.get(event.key, []) for node, keys in chain if node is field), [])
    own = [binding.action for binding in bound if not binding.priority]
    if not own:
        return False

    async def run() -> None:
        for action in own:
            if await app.run_action(action, field):
                return
        field._forward_event(event)  # the command can't be run now: the key takes its way through the ancestors

    if not await app._check_bindings(event.key, priority=True):
        field.call_later(run)
    return True
