"""Keys in their turn, also where several come in one burst, as over a slow line.

A command between two keys: what was typed before it goes where it was typed, and what is typed after it waits until
the command has brought up what is typed into. And the commands of a field itself (Backspace, the arrows) come between
the letters where they were pressed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual import events
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.dom import DOMNode
    from textual.message_pump import MessagePump
    from textual.screen import Screen

PATIENCE = 1.0
"""Seconds that a command waits for a field that is busy, or gone."""

_WORKING = 0.5
"""Seconds that keys wait for what a command has begun in a task, such as to read what a dialog lists."""

_LOOK = 0.01

_MOVES = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "home", "end"})
"""Never bring up anything, and are repeated by the keyboard: none waits for the one before."""


class KeyTurns:
    """Handles the keys of an app, each in its turn: `handle` gets each of the app's events.

    A key goes to the focused widget, which types it, or else up through its ancestors to the app, which runs its
    command: left to itself a letter is typed before a command that came before it has run. That matters where a
    command brings up something else to type into, or to send.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: list[events.Event] = []
        """The keys that came after a command that is under way."""
        self._under_way = 0

    async def handle(self, event: events.Event, pass_on: Callable[[events.Event], Awaitable[None]]) -> None:
        """Handle the event now or in its turn; `pass_on` is Textual's own way."""
        if self._under_way and not event.is_forwarded and isinstance(event, events.Key | events.Paste):
            self._waiting.append(event)
        elif await takes_own_key(self._app, event):
            pass
        elif self._is_command(event):
            await self._command(event, pass_on)
        else:
            await pass_on(event)

    def move(self, move: Callable[[], Awaitable[None]]) -> None:
        """Make this move once all keys that came before have been handled."""
        end = self._begin()

        async def finish() -> None:
            await end(move)

        self._climb(finish)
        self._app.set_timer(PATIENCE, finish)

    def _is_command(self, event: events.Event) -> bool:
        if not isinstance(event, events.Key) or event.is_forwarded or event.key in _MOVES:
            return False
        return not (event.is_printable and isinstance(self._app.focused, Input | TextArea))

    async def _command(self, event: events.Event, pass_on: Callable[[events.Event], Awaitable[None]]) -> None:
        """Handle a key that may run a command; the keys behind it wait until the focus is where they are meant for."""
        before, tasks = self._place(), set(self._app.workers)
        until = time.monotonic() + _WORKING
        end = self._begin()

        async def look(last: tuple[Screen[Any], DOMNode | None] | None) -> None:
            now = self._place()
            if now != last:
                # What the command has sent (that a field was ended, that the focus goes on) takes a way of its own.
                self._climb(lambda: look(now))
            elif self._waiting and now == before and self._works(tasks) and time.monotonic() < until:
                self._app.set_timer(_LOOK, lambda: look(now))
            else:
                patience.stop()
                await end()

        patience = self._app.set_timer(PATIENCE, end)
        try:
            await pass_on(event)
        finally:
            self._climb(lambda: look(None))

    def _place(self) -> tuple[Screen[Any], DOMNode | None]:
        return self._app.screen, self._app.focused

    def _works(self, before: set[Any]) -> bool:
        return any(worker not in before and not worker.is_finished for worker in self._app.workers)

    def _begin(self) -> Callable[..., Awaitable[None]]:
        """Keys wait from here on, until what is returned is called for the first time; it makes a move before."""
        self._under_way += 1
        ended = False

        async def end(move: Callable[[], Awaitable[None]] | None = None) -> None:
            nonlocal ended
            if ended:
                return
            ended = True
            try:
                if move is not None:
                    await move()
            finally:
                self._under_way -= 1
                if not self._under_way:
                    waiting, self._waiting = self._waiting, []
                    for event in waiting:
                        await self._app.on_event(event)

        return end

    def _climb(self, then: Callable[[], Awaitable[None]]) -> None:
        """Call `then` in the app's turn, behind all keys that were sent off: by the way of a key that nobody wants."""

        async def up(node: MessagePump) -> None:
            parent = node._parent
            if node is self._app:
                await then()
            elif parent is None or not parent.call_later(up, parent):
                self._app.call_later(then)  # it was removed on the way

        first = self._app.focused or self._app.screen
        if not first.call_later(up, first):
            self._app.call_later(then)


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
