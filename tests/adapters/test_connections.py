"""Where requests can go and with which key: the rules of design.md section 6, H80, Y54, Y55, P41, P42."""

from __future__ import annotations

import copy
import itertools
import pickle
import traceback
from pathlib import Path

import pytest

from workbench.adapters.connections import (
    DEFAULT_MODEL,
    Connections,
    FoundKey,
    KeySources,
    SessionConnections,
    find_connections,
)
from workbench.adapters.settings import EndpointSettings, Settings
from workbench.core.connection import Connection
from workbench.core.errors import InputError
from workbench.core.secret import Secret

CANARY = "sk-canary-7f3a9b2c4d5e6f708192"
OTHER = "sk-other-a1b2c3d4e5f6a7b8c9d0"
LOCAL = "http://127.0.0.1:8089/v1"


class World:
    """A folder, an environment and what the person has said yes to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        self.settings = Settings()
        self.yes: set[tuple[str, str]] = set()

    def dotenv(self, text: str) -> None:
        (self.folder / ".env").write_text(text)

    def find(self) -> Connections:
        return find_connections(
            environ=self.environ,
            folder=self.folder,
            settings=self.settings,
            trusts=lambda host, purpose: (host, purpose) in self.yes,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def key_of(connection: Connection) -> str | None:
    return connection.key.reveal() if connection.key else None


def names(found: Connections) -> list[str]:
    return [connection.name for connection in found.all]


def test_with_nothing_there_is_practice(world: World) -> None:
    found = world.find()
    assert names(found) == ["practice"]
    practice = found.choose()
    assert practice.is_practice
    assert (practice.default_model, practice.key, practice.host) == ("practice", None, "practice")
    assert found.notes == ()
    assert found.questions == ()


def test_a_key_in_the_environment_is_openai(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": f' "{CANARY}"\n', "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1"}
    openai = world.find().choose()
    assert (openai.name, openai.kind, openai.base_url, openai.host) == (
        "openai",
        "openai",
        "https://api.openai.com/v1",
        "api.openai.com",
    )
    assert key_of(openai) == CANARY
    assert openai.key_source == "OPENAI_API_KEY in the environment"
    assert (openai.organization, openai.project) == ("org-1", "proj_1")
    assert openai.default_model == DEFAULT_MODEL == "gpt-5.4-mini"
    assert names(world.find()) == ["openai", "practice"]


def test_an_empty_variable_is_an_unset_one(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": " ", "OPENAI_BASE_URL": "", "OPENAI_ORG_ID": ""}
    assert names(world.find()) == ["practice"]
    assert world.find().notes == ()
    world.environ["OPENAI_API_KEY"] = CANARY
    assert world.find().choose().host == "api.openai.com"


def test_a_base_url_without_a_key_is_that_host_with_no_key(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": LOCAL}
    local = world.find().choose()
    assert (local.name, local.kind, local.host, local.key) == ("127.0.0.1:8089", "endpoint", "127.0.0.1:8089", None)
    assert local.key_source == ""


def test_the_environments_key_belongs_to_the_environments_base_url(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": LOCAL, "OPENAI_API_KEY": CANARY}
    found = world.find()
    assert names(found) == ["127.0.0.1:8089", "practice"]
    assert key_of(found.choose()) == CANARY


def test_openais_own_address_is_called_openai(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": "https://api.openai.com/v1/", "OPENAI_API_KEY": CANARY}
    assert world.find().choose().kind == "openai"


def test_what_was_made_of_a_base_url_is_said(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": "http://127.0.0.1:8089/v1/chat/completions"}
    assert world.find().choose().base_url == LOCAL
    assert world.find().notes == ("OPENAI_BASE_URL: taken as http://127.0.0.1:8089/v1",)


def test_an_unreadable_base_url_stops_the_default_and_keeps_the_key(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": "http://user:hunter2@h:99999", "OPENAI_API_KEY": CANARY}
    found = world.find()
    assert names(found) == ["practice"]
    with pytest.raises(InputError, match="OPENAI_BASE_URL") as caught:
        found.choose()
    assert "hunter2" not in caught.value.message + "".join(found.notes)
    assert found.choose("practice").is_practice


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (f"{CANARY}\nX-Evil: 1", "line break"),
        (f"{CANARY}é", "non-ASCII"),
        ("sk-...", "placeholder"),
        ("your-api-key", "placeholder"),
        ("<key>", "placeholder"),
    ],
)
def test_a_key_that_is_none_is_ignored_by_name(world: World, value: str, reason: str) -> None:
    world.environ = {"OPENAI_API_KEY": value}
    found = world.find()
    assert names(found) == ["practice"]
    (note,) = found.notes
    assert note.startswith("OPENAI_API_KEY in the environment is ignored: ")
    assert reason in note
    assert "canary" not in note


def test_a_bad_key_in_the_environment_leaves_the_one_in_dotenv(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": "sk-..."}
    world.dotenv(f"OPENAI_API_KEY={CANARY}\n")
    assert world.find().choose().key_source == "OPENAI_API_KEY in .env"


def test_a_dotenv_gives_keys_and_nothing_else(world: World) -> None:
    world.dotenv(
        f"OPENAI_API_KEY={CANARY}\nHTTPS_PROXY=http://evil.example\nSSL_CERT_FILE=/x\nPYTHONPATH=/x\n"
        "OPENAI_LOG=debug\nOPENAI_ORG_ID=org-evil\nMY_APP_PORT=1\nhttp_proxy=x\n"
    )
    found = world.find()
    openai = found.choose()
    assert (openai.name, key_of(openai), openai.key_source) == ("openai", CANARY, "OPENAI_API_KEY in .env")
    assert openai.organization == ""
    assert found.notes == (
        ".env: only names that end in _API_KEY are taken from it; ignored: "
        "HTTPS_PROXY, SSL_CERT_FILE, PYTHONPATH, OPENAI_LOG, OPENAI_ORG_ID, http_proxy",
    )


def test_the_environments_key_comes_before_the_dotenvs(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    world.dotenv(f"OPENAI_API_KEY={OTHER}\n")
    assert key_of(world.find().choose()) == CANARY


def test_a_base_url_in_dotenv_is_a_question_and_until_then_nothing_goes_there(world: World) -> None:
    world.dotenv(f"OPENAI_API_KEY={CANARY}\nOPENAI_BASE_URL=https://evil.example/v1\n")
    found = world.find()
    assert names(found) == ["practice"]
    (question,) = found.questions
    assert (question.purpose, question.host, question.connection) == ("dotenv_base_url", "evil.example", "evil.example")
    assert "evil.example" in question.text
    assert question.text.endswith("?")
    assert "OPENAI_API_KEY in .env" in question.text
    (note,) = found.notes
    assert "OPENAI_BASE_URL in .env is ignored" in note
    assert found.choose().is_practice
    with pytest.raises(InputError, match="only after you said yes"):
        found.choose("evil.example")


def test_a_yes_brings_the_key_beside_it_there_and_only_there(world: World) -> None:
    world.dotenv(f"OPENAI_API_KEY={CANARY}\nOPENAI_BASE_URL=https://gateway.example/v1\n")
    world.environ = {"OPENAI_API_KEY": OTHER}
    assert {c.host: key_of(c) for c in world.find().all if c.key} == {"api.openai.com": OTHER}
    world.yes = {("gateway.example", "dotenv_base_url")}
    found = world.find()
    assert {c.host: key_of(c) for c in found.all if c.key} == {"gateway.example": CANARY, "api.openai.com": OTHER}
    assert found.choose().host == "gateway.example"
    assert found.questions == ()


def test_the_environments_key_goes_to_a_dotenvs_address_only_after_a_yes_that_named_it(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY, "OPENAI_ORG_ID": "org-1"}
    world.dotenv("OPENAI_BASE_URL=https://gateway.example/v1\n")
    found = world.find()
    assert {c.host for c in found.all if c.key} == {"api.openai.com"}
    assert "OPENAI_API_KEY in the environment" in found.questions[0].text
    world.yes = {("gateway.example", "dotenv_base_url")}
    found = world.find()
    assert {c.host for c in found.all if c.key} == {"gateway.example"}
    assert found.choose().organization == ""


def test_the_environments_base_url_leaves_the_dotenvs_unasked(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": LOCAL}
    world.dotenv(f"OPENAI_API_KEY={CANARY}\nOPENAI_BASE_URL=https://evil.example/v1\n")
    found = world.find()
    assert found.questions == ()
    assert found.choose().host == "127.0.0.1:8089"
    assert key_of(found.choose()) == CANARY
    assert found.notes == ("OPENAI_BASE_URL in .env is ignored: the environment has its own",)


def test_openais_own_address_in_dotenv_is_no_question(world: World) -> None:
    world.dotenv(f"OPENAI_API_KEY={CANARY}\nOPENAI_BASE_URL=https://api.openai.com/v1\n")
    found = world.find()
    assert found.questions == ()
    assert names(found) == ["openai", "practice"]


def test_a_homoglyph_host_shows_in_punycode(world: World) -> None:
    world.dotenv("OPENAI_BASE_URL=https://аpi.openai.com/v1\n")
    (question,) = world.find().questions
    assert question.host == "xn--pi-6kc.openai.com"
    assert question.host in question.text


@pytest.mark.parametrize("place", ["environment", "settings", "dotenv"])
def test_a_key_over_plain_http_to_another_machine_waits_for_a_yes(world: World, place: str) -> None:
    host = "10.0.0.5:8000"
    if place == "environment":
        world.environ = {"OPENAI_BASE_URL": f"http://{host}/v1", "OPENAI_API_KEY": CANARY}
    elif place == "settings":
        world.environ = {"GATEWAY_API_KEY": CANARY}
        endpoint = EndpointSettings("gateway", f"http://{host}/v1", "GATEWAY_API_KEY")
        world.settings = Settings(endpoints=(endpoint,), default_connection="gateway")
    else:
        world.dotenv(f"OPENAI_BASE_URL=http://{host}/v1\nOPENAI_API_KEY={CANARY}\n")
        world.yes = {(host, "dotenv_base_url")}
    found = world.find()
    (question,) = found.questions
    assert (question.purpose, question.host) == ("plain_http_key", host)
    assert host in question.text
    with pytest.raises(InputError, match="plain http"):
        found.choose()
    with pytest.raises(InputError, match="plain http"):
        found.choose(question.connection)
    world.yes |= {(host, "plain_http_key")}
    assert key_of(world.find().choose()) == CANARY


def test_plain_http_needs_no_yes_without_a_key_or_on_this_machine(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": "http://10.0.0.5/v1"}
    assert world.find().choose().host == "10.0.0.5"
    for base_url in (LOCAL, "http://localhost:1", "http://[::1]:2"):
        world.environ = {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": CANARY}
        assert key_of(world.find().choose()) == CANARY


def test_endpoints_of_the_settings(world: World) -> None:
    world.environ = {"A_API_KEY": CANARY, "A_ORG": "org-a", "B_TOKEN": OTHER}
    world.dotenv(f"C_API_KEY={OTHER}\nD_TOKEN={OTHER}\n")
    world.settings = Settings(
        default_model="m",
        endpoints=(
            EndpointSettings("a", "https://a.example/v1", "A_API_KEY", "A_ORG", "A_PROJECT", "ma"),
            EndpointSettings("b", "https://b.example/v1", "B_TOKEN"),
            EndpointSettings("c", "https://c.example/v1", "C_API_KEY"),
            EndpointSettings("d", "https://d.example/v1", "D_TOKEN"),
            EndpointSettings("e", LOCAL),
        ),
    )
    found = world.find()
    a, b, c, d, e = (found.choose(name) for name in "abcde")
    assert (key_of(a), a.key_source, a.organization, a.project) == (CANARY, "A_API_KEY in the environment", "org-a", "")
    assert (a.default_model, b.default_model) == ("ma", "m")
    assert key_of(b) == OTHER
    assert c.key_source == "C_API_KEY in .env"
    assert (d.key, e.key) == (None, None)
    assert found.notes == ("d: D_TOKEN has no key, so requests go without one",)
    assert found.choose().is_practice
    assert e.kind == "endpoint"


def test_the_settings_choose_the_default(world: World) -> None:
    world.environ = {"OPENAI_BASE_URL": LOCAL, "OPENAI_API_KEY": CANARY}
    world.settings = Settings(default_connection="e", endpoints=(EndpointSettings("e", "https://e.example/v1"),))
    assert world.find().choose().name == "e"
    world.settings = Settings(default_connection="gone")
    with pytest.raises(InputError, match=r"default_connection in settings\.toml") as caught:
        world.find().choose()
    assert caught.value.hint == "choose one of 127.0.0.1:8089, practice"
    assert world.find().choose("practice").is_practice


def test_an_unknown_name_says_which_there_are(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    with pytest.raises(InputError, match="no connection 'opneai'") as caught:
        world.find().choose("opneai")
    assert caught.value.hint == "choose one of openai, practice"


def test_a_practice_model_means_practice(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    found = world.find()
    for model in ("practice", "practice-fast"):
        assert found.choose(None, model).is_practice
        assert found.choose("openai", model).is_practice
    assert not found.choose(None, "gpt-5.4-mini").is_practice


def test_a_practice_default_model_never_goes_to_an_endpoint(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    world.settings = Settings(default_model="practice-fast")
    found = world.find()
    assert found.choose().default_model == "practice-fast"
    assert found.choose("openai").default_model == DEFAULT_MODEL


def test_a_changed_key_is_seen_at_the_next_look(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    world.find()
    world.environ["OPENAI_API_KEY"] = OTHER
    assert key_of(world.find().choose()) == OTHER
    del world.environ["OPENAI_API_KEY"]
    world.dotenv(f"OPENAI_API_KEY={CANARY}\n")
    assert world.find().choose().key_source == "OPENAI_API_KEY in .env"
    (world.folder / ".env").unlink()
    assert world.find().choose().is_practice


def test_a_header_that_is_none_is_ignored(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY, "OPENAI_ORG_ID": "org\r\nX-Evil: 1"}
    found = world.find()
    assert found.choose().organization == ""
    assert found.notes == ("OPENAI_ORG_ID in the environment is ignored: it has a character that no header takes",)


def test_no_text_shows_a_key(world: World) -> None:
    """Every mix of places, keys and addresses; whatever is said, shown or raised, no piece of the key is in it."""
    keys = [CANARY, f"'{CANARY}'", f"{CANARY}\nx", f"{CANARY}é", f"Bearer {CANARY}", f"{CANARY} {CANARY}"]
    urls = [
        "",
        LOCAL,
        "http://h.example/v1",
        f"https://{CANARY}@h.example/v1",
        f"https://h.example/v1?key={CANARY}",
        CANARY,
    ]
    said: list[str] = []
    for key, url, in_dotenv in itertools.product(keys, urls, (False, True)):
        variables = {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": url, "OPENAI_ORG_ID": "o"}
        world.environ = {} if in_dotenv else variables
        world.dotenv("\n".join(f'{name}="{value}"' for name, value in variables.items()) if in_dotenv else "")
        found = world.find()
        said += [repr(found), str(found), *found.notes, *(question.text for question in found.questions)]
        for name in (None, "openai", "h.example", "nothing"):
            try:
                said.append(f"{found.choose(name)!r}")
            except InputError as error:
                said += [repr(error), error.message, error.hint, "".join(traceback.format_exception(error))]
    assert len(said) > 300
    pieces = [CANARY[start : start + 8] for start in range(3, len(CANARY) - 7)]
    assert not [text for text in said if any(piece in text for piece in pieces)]


def test_a_connection_with_a_key_is_not_pickled(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY}
    with pytest.raises(TypeError):
        pickle.dumps(world.find().choose())
    with pytest.raises(TypeError):
        copy.deepcopy(world.find().choose())


# -- what the session and other programs bring ----------------------------------------------------------------------


def found_with(world: World, session: SessionConnections, llm: dict[str, str] | None = None) -> Connections:
    def elsewhere(host: str) -> FoundKey:
        key = (llm or {}).get(host)
        return FoundKey(Secret(key), "openai in keys.json") if key else FoundKey()

    return find_connections(
        environ=world.environ,
        folder=world.folder,
        settings=world.settings,
        trusts=lambda host, purpose: (host, purpose) in world.yes,
        others=KeySources(session, elsewhere),
    )


def typed(origin: str, key: str = OTHER) -> SessionConnections:
    session = SessionConnections()
    session.keys[origin] = FoundKey(Secret(key), "typed")
    return session


def test_a_typed_key_goes_before_all_others_and_to_its_host_alone(world: World) -> None:
    world.environ = {"OPENAI_API_KEY": CANARY, "LAB_API_KEY": CANARY}
    world.settings = Settings(endpoints=(EndpointSettings("lab", "https://lab.example/v1", "LAB_API_KEY"),))
    found = found_with(world, typed("https://lab.example"), {"lab.example": "never", "api.openai.com": "never"})
    assert [(c.name, key_of(c), c.key_source) for c in found.all[:-1]] == [
        ("openai", CANARY, "OPENAI_API_KEY in the environment"),
        ("lab", OTHER, "typed"),
    ]
    other_scheme = found_with(world, typed("http://lab.example"))
    assert key_of(other_scheme.choose("lab")) == CANARY


def test_a_typed_key_makes_openai_available_also_beside_another_base_url(world: World) -> None:
    session = typed("https://api.openai.com")
    assert key_of(found_with(world, session).choose("openai")) == OTHER
    world.environ = {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": LOCAL}
    found = found_with(world, session)
    assert names(found) == ["127.0.0.1:8089", "openai", "practice"]
    assert [key_of(c) for c in found.all] == [CANARY, OTHER, None]
    assert found.choose().host == "127.0.0.1:8089", "the environment's is still the default"


def test_a_key_kept_elsewhere_is_the_last_resort(world: World) -> None:
    kept = {"api.openai.com": OTHER}
    assert key_of(found_with(world, SessionConnections(), kept).choose()) == OTHER
    world.dotenv(f"OPENAI_API_KEY={CANARY}\n")
    assert key_of(found_with(world, SessionConnections(), kept).choose()) == CANARY


def test_a_typed_key_over_plain_http_asks_first_too(world: World) -> None:
    world.settings = Settings(endpoints=(EndpointSettings("lab", "http://lab.example:8000/v1"),))
    assert names(world.find()) == ["lab", "practice"]
    found = found_with(world, typed("http://lab.example:8000"))
    assert names(found) == ["practice"]
    [question] = found.questions
    assert (question.purpose, question.connection, question.base_url) == (
        "plain_http_key",
        "lab",
        "http://lab.example:8000/v1",
    )


def test_a_server_of_this_session_is_a_connection(world: World) -> None:
    session = SessionConnections()
    session.endpoints["ollama"] = EndpointSettings("ollama", "http://127.0.0.1:11434/v1", default_model="llama3")
    found = found_with(world, session)
    assert names(found) == ["ollama", "practice"]
    assert (found.all[0].default_model, found.all[0].key) == ("llama3", None)
    assert found.choose().is_practice, "nobody chose it yet"
