"""Where requests can go, and with which key: found anew at each call, so that a changed variable or .env is seen.

A key goes to one host:
- OPENAI_API_KEY goes to OPENAI_BASE_URL where the environment sets that, else to api.openai.com;
- a base URL in a .env is used only after a yes, and a key that stands beside it goes to that host or nowhere;
- an endpoint's key goes to that endpoint;
- a key that was typed for a session, or is kept by another program, goes to the host that it was given for;
- over plain http to another machine a key goes only after a yes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.adapters.base_url import OPENAI_BASE_URL, OPENAI_HOST, BaseUrl, parse_base_url
from workbench.adapters.dotenv_file import DotEnv, read_dotenv
from workbench.adapters.settings import FILE_NAME, EndpointSettings, Settings
from workbench.core.connection import PRACTICE, PRACTICE_MODELS, Connection
from workbench.core.errors import InputError
from workbench.core.keys import clean_key
from workbench.core.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

Purpose = Literal["dotenv_base_url", "plain_http_key"]
Trusts = Callable[[str, str], bool]
"""(host, purpose) -> whether the person has said yes to it."""

DEFAULT_MODEL = "gpt-5.4-mini"
"""Takes temperature at its default effort and has no announced end (OpenAI's model pages, 2026-11-22)."""
PRACTICE_BASE_URL = "http://practice.invalid/v1"

_KEY = "OPENAI_API_KEY"
_BASE_URL = "OPENAI_BASE_URL"
_ORGANIZATION = "OPENAI_ORG_ID"
_PROJECT = "OPENAI_PROJECT_ID"
_ENVIRONMENT = "the environment"
_DOTENV = ".env"


class Question(NamedTuple):
    """Something that is done only after a yes for this host; headless it is not done."""

    purpose: Purpose
    host: str
    """What `trusts` is asked about, in punycode, with its port."""
    connection: str
    """The name of the connection that a yes makes available."""
    text: str
    """One sentence that ends in a question mark and names the host."""
    base_url: str
    """Where requests would go."""


class Connections(NamedTuple):
    """What was found. `all` holds what can be used now, practice last."""

    all: tuple[Connection, ...]
    notes: tuple[str, ...] = ()
    """What was ignored and why, one line each; never a value."""
    questions: tuple[Question, ...] = ()
    default: str = ""
    """What the settings file chooses; "" where it does not."""
    fault: InputError | None = None
    """Why OPENAI_BASE_URL can't be used: raised by `choose` where that would be the default."""

    def choose(self, name: str | None = None, model: str = "") -> Connection:
        """The connection called `name`, or the default one; a practice model means practice, whatever the name.

        The default: the settings' default_connection, else OPENAI_BASE_URL's, else openai where a key is there, else
        practice. Raises InputError (exit 2) where the name is unknown or waits for an answer to its question, and
        where OPENAI_BASE_URL is unreadable: a request must not silently go somewhere else.
        """
        if model in PRACTICE_MODELS:
            return self.all[-1]
        if not name:
            if self.fault is not None and not self.default:
                raise self.fault
            name = self.default or self._first()
        for connection in self.all:
            if connection.name == name:
                return connection
        for question in self.questions:
            if question.connection == name:
                raise InputError(_waiting(question), "Start the workbench without `run` once and answer there.")
        names = ", ".join(connection.name for connection in self.all)
        source = f"default_connection in {FILE_NAME}" if name == self.default else "connection"
        raise InputError(f"{source}: there is no connection '{name}' here", f"choose one of {names}")

    def _first(self) -> str:
        """The default where the settings name none; also one whose key waits for a yes, so that it is not passed by."""
        waiting = [q.connection for q in self.questions if q.purpose == "plain_http_key" and q.connection == q.host]
        found = [c.name for c in self.all if c.kind == "openai" or c.name == c.host]
        return (waiting + found + [PRACTICE])[0]


class FoundKey(NamedTuple):
    """A key as found, cleaned, or none; `source` is for people."""

    secret: Secret | None = None
    source: str = ""


NO_KEY = FoundKey()


class SessionConnections:
    """What the person gave for this session alone; nothing of it is written anywhere.

    keys       by origin (scheme, host and port); such a key goes before every other
    endpoints  by name: servers that were found running
    """

    __slots__ = ("endpoints", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, FoundKey] = {}
        self.endpoints: dict[str, EndpointSettings] = {}


class KeySources(NamedTuple):
    """Keys that are neither in the environment nor in a .env."""

    session: SessionConnections
    elsewhere: Callable[[str], FoundKey]
    """host -> the key that another program keeps and that the person wants used for this host."""


def no_other_keys() -> KeySources:
    return KeySources(SessionConnections(), lambda _host: NO_KEY)


def find_connections(
    *,
    environ: Mapping[str, str],
    folder: Path,
    settings: Settings,
    trusts: Trusts,
    others: KeySources | None = None,
) -> Connections:
    """Every connection there is now, from the environment, `folder`'s .env, the settings and what the session brought.

    Touches no network.
    """
    return _Search(environ, read_dotenv(folder), settings, trusts, others or no_other_keys()).run()


class _Search:
    """One look around. Results gather in three lists."""

    def __init__(
        self, environ: Mapping[str, str], dotenv: DotEnv, settings: Settings, trusts: Trusts, others: KeySources
    ) -> None:
        self._others = others
        self._environ = environ
        self._dotenv = dotenv
        self._settings = settings
        self._trusts = trusts
        self._found: list[Connection] = []
        self._notes: list[str] = list(dotenv.notes)
        self._questions: list[Question] = []
        self._fault: InputError | None = None

    def run(self) -> Connections:
        self._note_surprises()
        base_url = self._variable(_BASE_URL)
        if base_url:
            self._at_environments_base_url(base_url)
            self._at_openai_too()
        else:
            self._at_openai()
        for endpoint in (*self._settings.endpoints, *self._others.session.endpoints.values()):
            self._at_endpoint(endpoint)
        practice_model = self._settings.default_model if self._settings.default_model in PRACTICE_MODELS else PRACTICE
        practice = Connection(PRACTICE, "practice", PRACTICE_BASE_URL, PRACTICE, default_model=practice_model)
        default = self._settings.default_connection
        if not default and self._settings.default_model in PRACTICE_MODELS:
            default = PRACTICE
        return Connections((*self._found, practice), tuple(self._notes), tuple(self._questions), default, self._fault)

    def _variable(self, name: str) -> str:
        """An environment variable; an empty one is unset."""
        return self._environ.get(name, "").strip()

    def _at_environments_base_url(self, text: str) -> None:
        if self._dotenv.values.get(_BASE_URL, "").strip():
            self._notes.append(f"{_BASE_URL} in .env is ignored: the environment has its own")
        key = self._key(_KEY)
        try:
            url = parse_base_url(text)
        except InputError as error:
            # The key belongs to an address that can't be read, so it goes nowhere.
            self._fault = InputError(f"{_BASE_URL}: {error.message}", error.hint)
            self._notes.append(f"{_BASE_URL} is ignored: {error.message}. {error.hint}".rstrip())
            return
        if url.said:
            self._notes.append(f"{_BASE_URL}: {url.said}")
        self._add(self._connection(url, key, self._header(_ORGANIZATION), self._header(_PROJECT)), url)

    def _at_openai(self) -> None:
        """No base URL in the environment: the .env's, asked for, and api.openai.com with the key that is left."""
        beside = self._key_in_dotenv(_KEY)
        address = self._dotenv.values.get(_BASE_URL, "").strip()
        key = self._key_in_environment(_KEY)
        if address:
            self._at_dotenvs_base_url(address, beside if beside.secret else key)
        elif key.secret is None:
            key = beside
        if key.secret is not None and any(c.key == key.secret for c in self._found):
            key = NO_KEY
        url = parse_base_url(OPENAI_BASE_URL)
        if self._best(url, key).secret is not None:
            self._add(self._connection(url, key, self._header(_ORGANIZATION), self._header(_PROJECT)), url)

    def _at_openai_too(self) -> None:
        """OPENAI_BASE_URL has OPENAI_API_KEY; OpenAI itself is there with a key of its own."""
        url = parse_base_url(OPENAI_BASE_URL)
        if self._best(url, NO_KEY).secret is not None and all(c.base_url != url.url for c in self._found):
            self._add(self._connection(url, NO_KEY), url)

    def _best(self, url: BaseUrl, key: FoundKey) -> FoundKey:
        """The key for this address: the session's, else the one that was found, else one that is kept elsewhere."""
        if (typed := self._others.session.keys.get(url.origin)) is not None:
            return typed
        return key if key.secret is not None else self._others.elsewhere(url.host)

    def _at_dotenvs_base_url(self, text: str, key: FoundKey) -> None:
        try:
            url = parse_base_url(text)
        except InputError as error:
            self._notes.append(f"{_BASE_URL} in .env is ignored: {error.message}. {error.hint}".rstrip())
            return
        if url.host == OPENAI_HOST and not url.is_plain_http:
            self._add(self._connection(url, key), url)
            return
        with_key = f", with {key.source}," if key.secret else ""
        question = Question(
            "dotenv_base_url",
            url.host,
            url.host,
            f"The .env of this folder sets {_BASE_URL}: {url.said or url.url}. Send requests{with_key} to {url.host}?",
            url.url,
        )
        if self._trusts(url.host, question.purpose):
            self._add(self._connection(url, key), url)
            return
        self._questions.append(question)
        kept = "; the key beside it is for that host and is not used either" if key.source.endswith(_DOTENV) else ""
        self._notes.append(f"{_BASE_URL} in .env is ignored until you say yes to {url.host}{kept}")

    def _at_endpoint(self, endpoint: EndpointSettings) -> None:
        url = parse_base_url(endpoint.base_url)
        key = self._best(url, self._key(endpoint.api_key_env) if endpoint.api_key_env else NO_KEY)
        if endpoint.api_key_env and key.secret is None:
            self._notes.append(f"{endpoint.name}: {endpoint.api_key_env} has no key, so requests go without one")
        connection = Connection(
            endpoint.name,
            "endpoint",
            url.url,
            url.host,
            key.secret,
            key.source,
            self._header(endpoint.organization_env),
            self._header(endpoint.project_env),
            endpoint.default_model or self._default_model(),
        )
        self._add(connection, url)

    def _connection(self, url: BaseUrl, key: FoundKey, organization: str = "", project: str = "") -> Connection:
        kind: Literal["openai", "endpoint"] = "openai" if url.url == OPENAI_BASE_URL else "endpoint"
        key = self._best(url, key)
        return Connection(
            "openai" if kind == "openai" else url.host,
            kind,
            url.url,
            url.host,
            key.secret,
            key.source,
            organization,
            project,
            self._default_model(),
        )

    def _default_model(self) -> str:
        model = self._settings.default_model
        return model if model and model not in PRACTICE_MODELS else DEFAULT_MODEL

    def _add(self, connection: Connection, url: BaseUrl) -> None:
        """Make it available, unless it would send a key in the clear to another machine without a yes."""
        if connection.key is None or url.is_local or not url.is_plain_http or self._trusts(url.host, "plain_http_key"):
            self._found.append(connection)
            return
        text = f"{url.host} is reached over plain http: anyone on the way can read the key ({connection.key_source}). "
        self._questions.append(
            Question("plain_http_key", url.host, connection.name, text + f"Send it to {url.host}?", url.url)
        )

    def _header(self, name: str) -> str:
        """A variable that becomes a header; one that no header takes is ignored."""
        value = self._variable(name) if name else ""
        if value.isascii() and value.isprintable():
            return value
        self._notes.append(f"{name} in {_ENVIRONMENT} is ignored: it has a character that no header takes")
        return ""

    def _key(self, name: str) -> FoundKey:
        """The key in the variable `name`: the environment's, else the .env's."""
        key = self._key_in_environment(name)
        return key if key.secret else self._key_in_dotenv(name)

    def _key_in_environment(self, name: str) -> FoundKey:
        return self._cleaned(name, self._environ.get(name, ""), _ENVIRONMENT)

    def _key_in_dotenv(self, name: str) -> FoundKey:
        """Only names that end in _API_KEY are taken from a .env."""
        return self._cleaned(name, self._dotenv.values.get(name, ""), _DOTENV) if name.endswith("_API_KEY") else NO_KEY

    def _cleaned(self, name: str, text: str, place: str) -> FoundKey:
        source = f"{name} in {place}"
        try:
            key = clean_key(text)
        except InputError as error:
            self._notes.append(f"{source} is ignored: {error.message}")
            return NO_KEY
        return FoundKey(Secret(key), source) if key else NO_KEY

    def _note_surprises(self) -> None:
        """One line that names what a .env sets and this program does not take from it, where that may surprise."""
        names = [name for name in self._dotenv.values if _may_surprise(name)]
        if names:
            shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
            self._notes.append(f".env: only names that end in _API_KEY are taken from it; ignored: {shown}")


def _may_surprise(name: str) -> bool:
    upper = name.upper()
    if upper.endswith("_API_KEY") or upper == _BASE_URL:
        return False
    return (
        upper.startswith(("OPENAI_", "PYTHON", "WORKBENCH_"))
        or upper.endswith("_PROXY")
        or upper in {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LD_PRELOAD"}
    )


def _waiting(question: Question) -> str:
    if question.purpose == "plain_http_key":
        return f"{question.host} is reached over plain http, and its key is sent there only after you said yes"
    return f"{question.host} comes from the .env of this folder and is used only after you said yes"
