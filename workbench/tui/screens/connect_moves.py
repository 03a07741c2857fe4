"""What is asked on the connect screen and what comes of it: keys, endpoints, the settings file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.errors import WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say
from workbench.tui.widgets.chooser import yes_or_no

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from workbench.connecting import Connecting, Place
    from workbench.core.connection import Connection
    from workbench.tui.screens.add_endpoint import AddEndpoint
    from workbench.tui.screens.enter_key import KeyAnswer


class ConnectMoves:
    """The conversations of the connect screen. Each tells with `say` how it went; `ask` shows a question."""

    def __init__(self, connecting: Connecting, *, ask: Ask, say: Say) -> None:
        self._connecting = connecting
        self._ask = ask
        self._say = say

    # -- keys --------------------------------------------------------------------------------------------------

    async def enter_key(self, place: Place) -> bool:
        """Let the person enter a key for this place; whether anything has changed."""
        from workbench.tui.screens.enter_key import EnterKey

        connecting = self._connecting
        home = await in_own_thread(connecting.keys.home, place)
        env = await in_own_thread(connecting.keys.env_file)
        answer = await self._ask(EnterKey(place, home, env, given_before=connecting.keys.has_given(place)))
        if answer is None:
            return False
        if place.kind == "found":
            connecting.take_found(place)
        try:
            await self._put_key(place, answer, home.variable)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return False
        return True

    async def _put_key(self, place: Place, answer: KeyAnswer, variable: str) -> None:
        connecting = self._connecting
        match answer.where:
            case "llm":
                await asyncio.to_thread(connecting.keys.use_llm, place, answer.llm_name)
                self._say(f"{place.name}: llm's key {answer.llm_name} is used, here and at the next start", "success")
            case "none":
                connecting.keys.take_back(place)
                self._say(f"{place.name}: the key that was given here is not used any more", "success")
            case "session" if answer.secret is not None:
                connecting.keys.use_for_session(place, answer.secret)
                self._say(f"{place.name}: the key is used until the program ends · t tests it", "success")
            case "env" if answer.secret is not None:
                kept = await asyncio.to_thread(connecting.keys.keep_in_env, place, variable, answer.secret)
                verb = "replaced in" if kept.replaced else "put into"
                self._say(f"{variable} was {verb} {kept.path}, which only you can read · t tests it", "success")

    # -- endpoints ---------------------------------------------------------------------------------------------

    async def add(self, taken: Collection[str]) -> str:
        """Let the person name an endpoint; its name once it is saved, else ""."""
        from workbench.tui.screens.add_endpoint import AddEndpoint

        is_set = await in_own_thread(self._connecting.keys.variables)
        return await self._save(AddEndpoint(parse=self._connecting.address, is_set=is_set, taken=taken))

    async def change(self, place: Place, other_url: str = "") -> str:
        """Let the person change an endpoint of the settings; `other_url` is offered in place of its address."""
        from workbench.tui.screens.add_endpoint import AddEndpoint, EndpointFields

        saved = place.saved
        if saved is None:
            return ""
        fields = EndpointFields(other_url or saved.base_url, saved.name, saved.api_key_env, saved.default_model)
        is_set = await in_own_thread(self._connecting.keys.variables)
        return await self._save(AddEndpoint(parse=self._connecting.address, is_set=is_set, taken=(), fields=fields))

    async def _save(self, question: AddEndpoint) -> str:
        fields = await self._ask(question)
        if fields is None:
            return ""
        saved = await self._write(
            self._connecting.save_endpoint, fields.name, fields.base_url, fields.key_variable, fields.model
        )
        if saved:
            self._say(f"{fields.name} is in your settings: {fields.base_url}", "success")
        return fields.name if saved else ""

    async def keep(self, place: Place) -> bool:
        """Put a server that was found into the settings file."""
        model = place.connection.default_model if place.connection is not None else self._connecting.first_model(place)
        saved = await self._write(self._connecting.save_endpoint, place.name, place.base_url, "", model)
        if saved:
            self._say(f"{place.name} is in your settings now", "success")
        return saved

    async def remove(self, place: Place) -> bool:
        """Take an endpoint out of the settings file, after a question."""
        text = f"Take {place.name} ({place.base_url}) out of your settings file?"
        if await self._ask(yes_or_no("Remove an endpoint", text, yes="Take it out", no="Leave it")) != "yes":
            return False
        removed = await self._write(self._connecting.remove_endpoint, place.name)
        if removed:
            self._say(f"{place.name} is out of your settings", "success")
        return removed

    async def start_with(self, place: Place) -> bool:
        """Make this the connection at the start."""
        written = await self._write(self._connecting.start_with, place.name)
        if written:
            self._say(f"requests go to {place.name} at every start", "success")
        return written

    async def _write(self, change: Callable[..., None], *arguments: str) -> bool:
        """Change the settings file, in a thread; whether it went well."""
        try:
            await asyncio.to_thread(change, *arguments)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return False
        return True

    # -- using one ---------------------------------------------------------------------------------------------

    async def usable(self, place: Place) -> Connection | None:
        """The connection of a place, after what has to be asked first; None where the person leaves."""
        try:
            return await self._usable(place)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return None

    async def _usable(self, place: Place) -> Connection | None:
        from workbench.tui.screens.questions import question_chooser

        connecting = self._connecting
        if place.kind == "no key":
            if not await self.enter_key(place):
                return None
            places = await in_own_thread(connecting.places)
            return next((each.connection for each in places if each.name == place.name), None)
        if place.kind == "found":
            return connecting.take_found(place)
        if place.question is not None:
            if await self._ask(question_chooser(place.question)) != "yes":
                return None
            return connecting.allow(place.question)
        return place.connection
