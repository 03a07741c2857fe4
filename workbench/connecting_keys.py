"""The keys of the places that requests can go to: where each can be put, and what becomes of one that is given.

A key is in no file but the .env that the person asks for, and goes to the host that it was given for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.base_url import OPENAI_HOST, parse_base_url
from workbench.adapters.connections import FoundKey
from workbench.core.endpoint_name import key_variable
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.adapters.dotenv_write import KeptKey
    from workbench.adapters.git_ignore import Tracking
    from workbench.connecting import Connecting, Place
    from workbench.core.secret import Secret

OPENAI_KEY = "OPENAI_API_KEY"
TYPED = "entered for this session"


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


class PlaceKeys:
    """The keys of one process' places."""

    def __init__(self, connecting: Connecting) -> None:
        self._connecting = connecting
        self._services = connecting.services

    def home(self, place: Place) -> KeyHome:
        """Where a key for this place can be put. Reads a file; for a thread."""
        from workbench.adapters.llm_keys import llm_key_names, llm_keys_file

        variable, why_not = self._key_variable(place)
        names = llm_key_names(self._services.environ)
        likely = [name for name in names if name.lower() in (place.name.lower(), *place.host.lower().split("."))]
        ordered = tuple(dict.fromkeys((*likely, *names)))
        return KeyHome(variable, why_not, ordered, str(llm_keys_file(self._services.environ)))

    def _key_variable(self, place: Place) -> tuple[str, str]:
        """The variable of a .env that holds this place's key, or "" and why there is none."""
        if place.saved is not None:
            variable = place.saved.api_key_env or key_variable(place.saved.name)
        elif place.name in self._services.session.endpoints or place.kind == "found":
            return "", "keep the endpoint in your settings first"
        else:
            variable = OPENAI_KEY
        if not variable.endswith("_API_KEY"):
            return "", f"of a .env only names that end in _API_KEY are read, not {variable}"
        if self._services.environ.get(variable, "").strip():
            return "", f"{variable} is set in the environment, which goes before a .env"
        if variable == OPENAI_KEY and (holder := self._other_holder(place)):
            return "", f"{OPENAI_KEY} in .env is for {holder}"
        return variable, ""

    def _other_holder(self, place: Place) -> str:
        """The host that OPENAI_API_KEY of a .env goes to, where that is not this place's."""
        from workbench.adapters.dotenv_file import read_dotenv

        address = self._services.environ.get("OPENAI_BASE_URL", "").strip()
        address = address or read_dotenv(self._services.folder).values.get("OPENAI_BASE_URL", "").strip()
        try:
            host = parse_base_url(address).host if address else OPENAI_HOST
        except InputError:
            return "another host"
        return "" if host == place.host else host

    def use_for_session(self, place: Place, key: Secret | None, source: str = TYPED) -> None:
        """Use this key for the place's host until the program ends; with None, none any more."""
        keys, origin = self._services.session.keys, self._origin(place)
        if key is not None:
            keys[origin] = FoundKey(key, source)
        else:
            keys.pop(origin, None)

    @staticmethod
    def _origin(place: Place) -> str:
        return parse_base_url(place.base_url).origin

    def has_given(self, place: Place) -> bool:
        """Whether a key was typed for this place's host in this session, or one of llm is used for it."""
        return self._origin(place) in self._services.session.keys or bool(self._llm_keys(place))

    def take_back(self, place: Place) -> None:
        """Use neither a typed key nor one of llm for this place's host any more."""
        self.use_for_session(place, None)
        for what in self._llm_keys(place):
            self._services.lessons.distrust(place.host, what)

    def _llm_keys(self, place: Place) -> list[str]:
        from workbench.adapters.llm_keys import LLM_KEY

        return [what for what in self._services.lessons.trusted(place.host) if what.startswith(LLM_KEY)]

    def env_file(self) -> EnvFile:
        """What there is to know of the .env before a key goes into it. May take 2 s; for a thread."""
        from workbench.adapters.dotenv_write import NAME, open_to_others
        from workbench.adapters.git_ignore import git_takes

        path = self._services.folder / NAME
        tracking = git_takes(path, self._services.environ)
        return EnvFile(path, path.is_file(), open_to_others(self._services.folder), tracking)

    def keep_in_env(self, place: Place, variable: str, key: Secret) -> KeptKey:
        """Put the key into the .env of the working folder, and name its variable in the settings where they name none.

        InputError, StorageError; for a thread.
        """
        from workbench.adapters.dotenv_write import write_dotenv_key

        kept = write_dotenv_key(self._services.folder, variable, key)
        if place.saved is not None and not place.saved.api_key_env:
            self._connecting.save_endpoint(place.saved.name, place.saved.base_url, key_variable=variable)
        self.use_for_session(place, None)
        return kept

    def use_llm(self, place: Place, name: str) -> None:
        """Use the key of that name that the tool llm keeps, now and at the next start. InputError; for a thread."""
        from workbench.adapters.llm_keys import LLM_KEY, llm_key, llm_keys_file

        key = llm_key(self._services.environ, name)
        self.take_back(place)
        self._services.lessons.trust(place.host, f"{LLM_KEY}{name}")
        now = next(
            (each.connection for each in self._connecting.places() if each.host == place.host and each.connection), None
        )
        if now is not None and now.key != key:
            # The environment's goes before it; it was this one that was asked for.
            self.use_for_session(place, key, f"{name} in {llm_keys_file(self._services.environ)}")

    def variables(self) -> Callable[[str], str]:
        """A function that says where a variable holds a key, or "". Reads the .env; for a thread."""
        from workbench.adapters.dotenv_file import read_dotenv

        environ, dotenv = self._services.environ, read_dotenv(self._services.folder).values

        def is_set(name: str) -> str:
            if environ.get(name, "").strip():
                return "set in the environment"
            return "set in .env" if name.endswith("_API_KEY") and dotenv.get(name, "").strip() else ""

        return is_set
