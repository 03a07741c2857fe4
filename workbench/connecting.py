"""Connecting: which places a request can go to, with which key, and what is wrong with one.

The conversation itself is the screen's. Everything here that asks a host or a disk is a coroutine or for a thread.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters.base_url import OPENAI_BASE_URL, OPENAI_HOST, BaseUrl, parse_typed
from workbench.adapters.connections import Question
from workbench.adapters.settings import EndpointSettings
from workbench.connecting_keys import PlaceKeys
from workbench.core.connection import PRACTICE_MODELS, Connection
from workbench.core.connection_fault import cause_of, fault_line, may_be_the_path, other_paths
from workbench.core.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.adapters.local_servers import LocalServer
    from workbench.core.models import Lessons, ModelInfo
    from workbench.core.wire import Limits
    from workbench.services import Services

TEST_SECONDS = 15.0
"""The longest that listing the models of an endpoint may take as a test of it."""
ELSEWHERE_SECONDS = 5.0
"""The longest look at other paths of a host that answered with no API."""

Kind = Literal["ready", "asks", "no key", "found", "taught"]


class Place(NamedTuple):
    """Somewhere that requests can go, or could with a little more: one row of the connect screen."""

    kind: Kind
    """`ready` now; `asks` a question first; `no key` yet; `found` running here; `taught` something and is gone."""
    name: str
    base_url: str
    host: str
    connection: Connection | None = None
    question: Question | None = None
    server: LocalServer | None = None
    """What is running there, where it was found on this machine."""
    saved: EndpointSettings | None = None
    """What the settings file has of it."""

    @property
    def is_practice(self) -> bool:
        return self.connection is not None and self.connection.is_practice


class Tested(NamedTuple):
    """How listing the models of a connection went."""

    models: tuple[ModelInfo, ...] | None
    """None where it failed."""
    seconds: float
    fault: str = ""
    """One line that begins with the cause: `wrong key: ...`."""
    cause: str = ""
    """The cause alone."""
    other_url: str = ""
    """Where at the same host an API was found instead."""


class Connecting:
    """Over the services of one process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.found: tuple[LocalServer, ...] = ()
        """What the last look at this machine found."""
        self.keys = PlaceKeys(self)
        self.env_open_to = ""
        """The mode of the .env where others could read it when `places` last looked; else ""."""

    # -- what there is -----------------------------------------------------------------------------------------

    def places(self) -> tuple[Place, ...]:
        """Everywhere that requests can go now or with a little more; practice behind them, then hosts of old.

        Reads the .env; for a thread.
        """
        from workbench.adapters.dotenv_write import open_to_others

        self.env_open_to = open_to_others(self.services.folder)
        known = self.services.connections()
        ready = [self._ready(connection) for connection in known.all]
        asks = [self._asking(question) for question in known.questions]
        openai = self._openai_without_key(known.all)
        urls = {place.base_url for place in (*ready, *asks)}
        found = [
            Place("found", self._free_name(server), server.base_url, server.host, server=server)
            for server in self.found
            if server.base_url not in urls
        ]
        places = [*openai, *ready[:-1], *asks, *found, ready[-1]]
        hosts = {place.host for place in places}
        taught = [Place("taught", host, "", host) for host in self.services.lessons.hosts() if host not in hosts]
        return (*places, *taught)

    def _ready(self, connection: Connection) -> Place:
        return Place(
            "ready",
            connection.name,
            connection.base_url,
            connection.host,
            connection,
            server=next((each for each in self.found if each.base_url == connection.base_url), None),
            saved=self._saved(connection.name),
        )

    def _asking(self, question: Question) -> Place:
        return Place(
            "asks",
            question.connection,
            question.base_url,
            question.host,
            question=question,
            saved=self._saved(question.connection),
        )

    def _openai_without_key(self, all: Iterable[Connection]) -> list[Place]:
        if any(connection.kind == "openai" for connection in all):
            return []
        return [Place("no key", "openai", OPENAI_BASE_URL, OPENAI_HOST)]

    def _saved(self, name: str) -> EndpointSettings | None:
        return next((each for each in self.services.settings.endpoints if each.name == name), None)

    def _free_name(self, server: LocalServer) -> str:
        taken = {endpoint.name for endpoint in self.services.settings.endpoints}
        word = "local" if " " in server.name else server.name.lower()
        port = server.host.rpartition(":")[2]
        same = [each for each in self.found if each.name == server.name]
        return word if word not in taken and len(same) == 1 else f"{word}-{port}"

    def lessons(self, host: str) -> Lessons:
        return self.services.lessons.get(host)

    def forget(self, host: str) -> None:
        """Forget what this host taught."""
        self.services.lessons.clear(host)

    async def look(self) -> tuple[LocalServer, ...]:
        """Look for servers on this machine; half a second at most."""
        from workbench.adapters import local_servers

        self.found = await local_servers.find_local_servers(
            self.services.environ, ports=local_servers.PORTS, seconds=local_servers.SECONDS
        )
        return self.found

    # -- taking one --------------------------------------------------------------------------------------------

    @staticmethod
    def first_model(place: Place) -> str:
        """The model to ask at a server that was found, where the prompt names none; "" where that is not known."""
        return _first_chat_model(place.server.models) if place.server is not None else ""

    def take_found(self, place: Place) -> Connection:
        """A server that was found, as a connection of this session."""
        server = place.server
        assert server is not None
        model = self.first_model(place)
        self.services.session.endpoints[place.name] = EndpointSettings(place.name, server.base_url, default_model=model)
        if server.wants_max_tokens:
            self.services.lessons.learn_wants_max_tokens(server.host)
        return self.services.connection(place.name)

    def allow(self, question: Question) -> Connection:
        """The connection that a yes to its question makes available."""
        self.services.lessons.trust(question.host, question.purpose)
        return self.services.connection(question.connection)

    # -- testing -----------------------------------------------------------------------------------------------

    async def test(self, connection: Connection) -> Tested:
        """List the models, once; where something answered that is no API, look at other paths of the same host."""
        began = time.monotonic()
        try:
            models = await self.services.endpoint(connection).models(self._limits())
        except RunError as error:
            seconds = time.monotonic() - began
            other = await self._elsewhere(connection) if may_be_the_path(error) else ""
            return Tested(None, seconds, fault_line(error, connection), cause_of(error, connection), other)
        return Tested(models, time.monotonic() - began)

    def _limits(self) -> Limits:
        usual = self.services.settings.limits
        return replace(
            usual,
            connect=min(usual.connect, TEST_SECONDS),
            first_byte=min(usual.first_byte, TEST_SECONDS),
            idle=min(usual.idle, TEST_SECONDS),
            total=TEST_SECONDS,
        )

    async def _elsewhere(self, connection: Connection) -> str:
        if connection.is_practice:
            return ""
        try:
            async with asyncio.timeout(ELSEWHERE_SECONDS):
                for url in other_paths(connection.base_url):
                    if await self._answers(replace(connection, base_url=url)):
                        return url
        except TimeoutError:
            return ""
        return ""

    async def _answers(self, connection: Connection) -> bool:
        from workbench.adapters.endpoint import Endpoint

        endpoint = Endpoint(connection)
        try:
            await endpoint.models(self._limits())
        except RunError as error:
            # A key that is refused is refused by an API.
            return cause_of(error, connection) in ("wrong key", "no key")
        finally:
            await endpoint.close()
        return True

    # -- endpoints in the settings file ------------------------------------------------------------------------

    @staticmethod
    def address(text: str) -> BaseUrl:
        """What an address means that a person types. InputError."""
        return parse_typed(text)

    def save_endpoint(self, name: str, base_url: str, key_variable: str = "", model: str = "") -> None:
        """Put a named endpoint into the settings file, or change it there. InputError, StorageError; for a thread."""
        from workbench.adapters.settings_write import set_endpoint

        facts = {"base_url": base_url, "api_key_env": key_variable, "default_model": model}
        before = self._saved(name)
        kept = {key: value for key, value in facts.items() if value or (before is not None and getattr(before, key))}
        set_endpoint(self.services.paths.settings, name, kept)
        self.services.reload_settings()
        self.services.session.endpoints.pop(name, None)

    def remove_endpoint(self, name: str) -> None:
        """Take a named endpoint out of the settings file. InputError, StorageError; for a thread."""
        from workbench.adapters.settings_write import remove_endpoint

        remove_endpoint(self.services.paths.settings, name)
        self.services.reload_settings()

    def start_with(self, name: str) -> None:
        """Make it the connection at the start. InputError, StorageError; for a thread."""
        from workbench.adapters.settings_write import set_setting

        set_setting(self.services.paths.settings, "default_connection", name)
        self.services.reload_settings()


def _first_chat_model(models: tuple[ModelInfo, ...]) -> str:
    """The model to ask where the prompt names none; one for embeddings can't answer."""
    chat = [model.id for model in models if "embed" not in model.id.lower() and model.id not in PRACTICE_MODELS]
    return (chat or [""])[0]
