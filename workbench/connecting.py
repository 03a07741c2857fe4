"""Connecting: which places a request can go to, with which key, and what is wrong with one.

The conversation itself is the screen's. Everything here that asks a host or a disk is a coroutine or for a thread.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters.base_url import OPENAI_BASE_URL, OPENAI_HOST, BaseUrl, parse_base_url, parse_typed
from workbench.adapters.connections import FoundKey, Question
from workbench.adapters.settings import EndpointSettings
from workbench.core.connection import PRACTICE_MODELS, Connection
from workbench.core.connection_fault import cause_of, fault_line, may_be_the_path, other_paths
from workbench.core.endpoint_name import key_variable
from workbench.core.errors import InputError, RunError
from workbench.services import LLM_KEY, Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from workbench.adapters.dotenv_write import KeptKey
    from workbench.adapters.git_ignore import Tracking
    from workbench.adapters.local_servers import LocalServer
    from workbench.core.models import Lessons, ModelInfo
    from workbench.core.secret import Secret
    from workbench.core.wire import Limits

OPENAI_KEY = "OPENAI_API_KEY"
TYPED = "the connect screen, for this session"
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


class KeyHome(NamedTuple):
    """Where a key for a place can be put."""

    variable: str = ""
    """The variable in a .env; "" where it can't be kept there."""
    why_not: str = ""
    """Why it can't."""
    llm_names: tuple[str, ...] = ()
    """Keys that the tool llm keeps, the likeliest first."""
    llm_file: str = ""


class EnvFile(NamedTuple):
    """What a person should know before a key goes into the .env."""

    path: Path
    exists: bool
    open_to: str
    """The mode of one that others can read, such as `0644`; else ""."""
    tracking: Tracking


class Connecting:
    """Over the services of one process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.found: tuple[LocalServer, ...] = ()
        """What the last look at this machine found."""
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

    def variables(self) -> Callable[[str], str]:
        """A function that says where a variable holds a key, or "". Reads the .env; for a thread."""
        from workbench.adapters.dotenv_file import read_dotenv

        environ, dotenv = self.services.environ, read_dotenv(self.services.folder).values

        def is_set(name: str) -> str:
            if environ.get(name, "").strip():
                return "set in the environment"
            return "set in .env" if name.endswith("_API_KEY") and dotenv.get(name, "").strip() else ""

        return is_set

    # -- keys --------------------------------------------------------------------------------------------------

    def key_home(self, place: Place) -> KeyHome:
        """Where a key for this place can be put. Reads a file; for a thread."""
        from workbench.adapters.llm_keys import llm_key_names, llm_keys_file

        variable, why_not = self._key_variable(place)
        names = llm_key_names(self.services.environ)
        likely = [name for name in names if name.lower() in (place.name.lower(), *place.host.lower().split("."))]
        ordered = tuple(dict.fromkeys((*likely, *names)))
        return KeyHome(variable, why_not, ordered, str(llm_keys_file(self.services.environ)))

    def _key_variable(self, place: Place) -> tuple[str, str]:
        """The variable of a .env that holds this place's key, or "" and why there is none."""
        if place.saved is not None:
            variable = place.saved.api_key_env or key_variable(place.saved.name)
        elif place.name in self.services.session.endpoints or place.kind == "found":
            return "", "keep the endpoint in your settings first"
        else:
            variable = OPENAI_KEY
        if not variable.endswith("_API_KEY"):
            return "", f"of a .env only names that end in _API_KEY are read, not {variable}"
        if self.services.environ.get(variable, "").strip():
            return "", f"{variable} is set in the environment, which goes before a .env"
        if variable == OPENAI_KEY and (holder := self._other_holder(place)):
            return "", f"{OPENAI_KEY} in .env is for {holder}"
        return variable, ""

    def _other_holder(self, place: Place) -> str:
        """The host that OPENAI_API_KEY of a .env goes to, where that is not this place's."""
        from workbench.adapters.dotenv_file import read_dotenv

        address = self.services.environ.get("OPENAI_BASE_URL", "").strip()
        address = address or read_dotenv(self.services.folder).values.get("OPENAI_BASE_URL", "").strip()
        try:
            host = parse_base_url(address).host if address else OPENAI_HOST
        except InputError:
            return "another host"
        return "" if host == place.host else host

    def use_for_session(self, place: Place, key: Secret | None, source: str = TYPED) -> None:
        """Use this key for the place's host until the program ends; None takes one back."""
        keys, origin = self.services.session.keys, self._origin(place)
        if key is not None:
            keys[origin] = FoundKey(key, source)
        else:
            keys.pop(origin, None)

    @staticmethod
    def _origin(place: Place) -> str:
        return parse_base_url(place.base_url).origin

    def has_typed_key(self, place: Place) -> bool:
        return self._origin(place) in self.services.session.keys

    def env_file(self) -> EnvFile:
        """What there is to know of the .env before a key goes into it. May take 2 s; for a thread."""
        from workbench.adapters.dotenv_write import NAME, open_to_others
        from workbench.adapters.git_ignore import git_takes

        path = self.services.folder / NAME
        tracking = git_takes(path, self.services.environ)
        return EnvFile(path, path.is_file(), open_to_others(self.services.folder), tracking)

    def keep_in_env(self, place: Place, variable: str, key: Secret) -> KeptKey:
        """Put the key into the .env of the working folder, and name its variable in the settings where they name none.

        InputError, StorageError; for a thread.
        """
        from workbench.adapters.dotenv_write import write_dotenv_key

        kept = write_dotenv_key(self.services.folder, variable, key)
        if place.saved is not None and not place.saved.api_key_env:
            self.save_endpoint(place.saved.name, place.saved.base_url, key_variable=variable)
        self.use_for_session(place, None)
        return kept

    def use_llm_key(self, place: Place, name: str) -> None:
        """Use the key of that name that the tool llm keeps, now and at the next start. InputError; for a thread."""
        from workbench.adapters.llm_keys import llm_key, llm_keys_file

        key = llm_key(self.services.environ, name)
        lessons = self.services.lessons
        self.stop_llm_key(place)
        lessons.trust(place.host, f"{LLM_KEY}{name}")
        self.use_for_session(place, None)
        now = next((each.connection for each in self.places() if each.host == place.host and each.connection), None)
        if now is not None and now.key != key:
            # The environment's goes before it; it was this one that was asked for.
            self.use_for_session(place, key, f"{name} in {llm_keys_file(self.services.environ)}")

    def stop_llm_key(self, place: Place) -> bool:
        """Use no key of llm for this host any more. Whether one was."""
        lessons = self.services.lessons
        used = [what for what in lessons.trusted(place.host) if what.startswith(LLM_KEY)]
        for what in used:
            lessons.distrust(place.host, what)
        return bool(used)


def _first_chat_model(models: tuple[ModelInfo, ...]) -> str:
    """The model to ask where the prompt names none; one for embeddings can't answer."""
    chat = [model.id for model in models if "embed" not in model.id.lower() and model.id not in PRACTICE_MODELS]
    return (chat or [""])[0]
