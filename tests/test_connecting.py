"""Where requests can go: what is offered, what a test says, and where a key ends up."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.connecting import KEY, OLLAMA, VLLM, files_with, looks_only_at, model_server, services_in
from tests.support.fault_server import STALL, FaultServer, Step, head, whole
from workbench.connecting import Connecting, Place
from workbench.core.errors import InputError
from workbench.core.secret import Secret
from workbench.services import Services

OTHER = "sk-other-a1b2c3d4e5f6a7b8c9d0"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with services_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def connecting(services: Services) -> Connecting:
    return Connecting(services)


def place(connecting: Connecting, name: str) -> Place:
    return next(each for each in connecting.places() if each.name == name)


def rows(connecting: Connecting) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in connecting.places()]


def key_of(connecting: Connecting, name: str) -> str | None:
    connection = place(connecting, name).connection
    return connection.key.reveal() if connection is not None and connection.key is not None else None


# -- what there is -----------------------------------------------------------------------------------------------------


def test_openai_and_practice_are_always_there(connecting: Connecting) -> None:
    assert rows(connecting) == [("no key", "openai"), ("ready", "practice")]


async def test_what_runs_here_is_offered_taken_and_kept(
    connecting: Connecting, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with model_server(OLLAMA) as ollama, model_server(VLLM) as one, model_server(VLLM) as two:
        looks_only_at(monkeypatch, ollama, one, two)
        await connecting.look()
        assert rows(connecting)[1:-1] == [
            ("found", "ollama"),
            ("found", f"vllm-{one.port}"),
            ("found", f"vllm-{two.port}"),
        ]
        connection = connecting.take_found(place(connecting, "ollama"))
        assert (connection.base_url, connection.default_model) == (ollama.base_url, "llama3.2")
        assert services.lessons.get(ollama.host).wants_max_tokens, "it ignores the newer name"
        taken = place(connecting, "ollama")
        assert (taken.kind, taken.saved) == ("ready", None)
        assert taken.server is not None
        connecting.save_endpoint("ollama", taken.base_url, "", connection.default_model)
        assert place(connecting, "ollama").saved == ("ollama", ollama.base_url, "", "", "", "llama3.2")
        assert services.session.endpoints == {}


def test_what_a_host_taught_is_listed_also_when_it_is_gone(connecting: Connecting, services: Services) -> None:
    services.lessons.learn_refused("gone.example", "m", "top_p")
    assert rows(connecting)[-1] == ("taught", "gone.example")
    connecting.forget("gone.example")
    assert rows(connecting)[-1] == ("ready", "practice")


def test_an_endpoint_that_asks_first_is_there_and_a_yes_makes_it_ready(tmp_path: Path) -> None:
    with services_in(tmp_path, LAB_API_KEY=KEY) as services:
        connecting = Connecting(services)
        connecting.save_endpoint("lab", "http://lab.example:8000/v1", "LAB_API_KEY")
        asking = place(connecting, "lab")
        assert (asking.kind, asking.base_url) == ("asks", "http://lab.example:8000/v1")
        assert asking.question is not None
        assert connecting.allow(asking.question).host == "lab.example:8000"
        assert place(connecting, "lab").kind == "ready"


# -- endpoints ---------------------------------------------------------------------------------------------------------


def test_endpoints_are_added_changed_and_removed_in_the_settings_file(
    connecting: Connecting, services: Services
) -> None:
    connecting.save_endpoint("lab", "https://lab.example/v1", "LAB_API_KEY", "m-1")
    connecting.start_with("lab")
    assert services.connection(None).name == "lab"
    connecting.save_endpoint("lab", "https://lab.example/openai/v1", "", "m-1")
    saved = place(connecting, "lab").saved
    assert saved is not None
    assert (saved.base_url, saved.api_key_env, saved.default_model) == ("https://lab.example/openai/v1", "", "m-1")
    connecting.remove_endpoint("lab")
    assert rows(connecting) == [("no key", "openai"), ("ready", "practice")]
    with pytest.raises(InputError, match="program's own"):
        connecting.save_endpoint("practice", "https://lab.example/v1")


# -- testing -----------------------------------------------------------------------------------------------------------


async def test_a_test_lists_the_models(connecting: Connecting, services: Services) -> None:
    async with model_server(VLLM) as server:
        connecting.save_endpoint("lab", server.base_url)
        tested = await connecting.test(services.connection("lab"))
        assert tested.models is not None
        assert [model.id for model in tested.models] == ["한국어-모델"]
        assert (tested.fault, tested.other_url) == ("", "")
        assert len(server.requests) == 1
        await services.close_endpoints()


async def test_a_wrong_path_says_where_at_the_same_host_the_api_is(connecting: Connecting, services: Services) -> None:
    async with model_server(VLLM, key=KEY, path="/openai/v1") as server:
        connecting.save_endpoint("lab", f"http://{server.host}/openai")
        tested = await connecting.test(services.connection("lab"))
        assert (tested.models, tested.cause) == (None, "wrong path")
        assert tested.fault.startswith(f"wrong path: {server.host}: nothing answers at this address (404)")
        assert tested.other_url == f"http://{server.host}/openai/v1", "that a key is wanted there says that it is one"
        await services.close_endpoints()


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (whole("<html><title>Router</title>"), "not an API"),
        (whole({"error": {"message": "no"}}, 401), "no key"),
        ((head(302, {"Location": "https://login.example/", "Content-Length": "0"}),), "not an API"),
        ((b"SSH-2.0-OpenSSH_9.6\r\n\r\n", STALL), "not HTTP"),
        (whole("", 500), "server error"),
    ],
)
async def test_what_is_wrong_is_one_line(
    connecting: Connecting, services: Services, reply: tuple[Step, ...], cause: str
) -> None:
    async with FaultServer() as server:
        server.reply(*reply)
        connecting.save_endpoint("lab", server.base_url)
        tested = await connecting.test(services.connection("lab"))
        assert tested.cause == cause
        assert tested.fault.startswith(f"{cause}: ")
        assert "\n" not in tested.fault
        assert server.host in tested.fault
        assert tested.other_url == ""
        await services.close_endpoints()


async def test_a_server_that_is_not_there_refuses(connecting: Connecting, services: Services) -> None:
    async with FaultServer() as server:
        address = server.base_url
    connecting.save_endpoint("lab", address)
    tested = await connecting.test(services.connection("lab"))
    assert tested.cause == "refused"
    assert "is the server running?" in tested.fault


# -- keys --------------------------------------------------------------------------------------------------------------


async def test_a_typed_key_goes_to_its_host_and_into_no_file(
    connecting: Connecting, services: Services, tmp_path: Path
) -> None:
    async with model_server(VLLM, key=KEY) as server, model_server(VLLM) as other:
        connecting.save_endpoint("lab", server.base_url)
        connecting.save_endpoint("other", other.base_url)
        assert (await connecting.test(services.connection("lab"))).cause == "no key"
        connecting.keys.use_for_session(place(connecting, "lab"), Secret("sk-wrong-a1b2c3d4e5f6"))
        assert (await connecting.test(services.connection("lab"))).cause == "wrong key"
        connecting.keys.use_for_session(place(connecting, "lab"), Secret(KEY))
        assert (await connecting.test(services.connection("lab"))).models
        assert (await connecting.test(services.connection("other"))).models
        assert all("authorization" not in seen.headers for seen in other.requests)
        assert connecting.keys.has_given(place(connecting, "lab"))
        assert not connecting.keys.has_given(place(connecting, "other"))
        await services.close_endpoints()
    services.database.flush()
    assert files_with(KEY, tmp_path) == []
    connecting.keys.take_back(place(connecting, "lab"))
    assert key_of(connecting, "lab") is None


def test_a_key_goes_into_the_env_file_when_asked_and_its_variable_into_the_settings(
    connecting: Connecting, services: Services, tmp_path: Path
) -> None:
    connecting.save_endpoint("my-lab", "https://lab.example/v1")
    env = tmp_path / "work" / ".env"
    env.write_text("# mine\nA=1\n")
    env.chmod(0o644)
    lab = place(connecting, "my-lab")
    connecting.keys.use_for_session(lab, Secret(OTHER))
    home = connecting.keys.home(lab)
    assert (home.variable, home.why_not) == ("MY_LAB_API_KEY", "")
    told = connecting.keys.env_file()
    assert (told.exists, told.open_to, told.tracking) == (True, "0644", "no git")
    assert connecting.env_open_to == "0644"
    connecting.keys.keep_in_env(lab, home.variable, Secret(KEY))
    assert env.read_text() == f"# mine\nA=1\nMY_LAB_API_KEY={KEY}\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert key_of(connecting, "my-lab") == KEY, "and no longer the one that was typed"
    saved = place(connecting, "my-lab").saved
    assert saved is not None
    assert saved.api_key_env == "MY_LAB_API_KEY"
    services.database.flush()
    assert files_with(KEY, tmp_path) == [os.path.join("work", ".env")]


@pytest.mark.parametrize(
    ("environ", "dotenv", "why"),
    [
        ({"OPENAI_API_KEY": OTHER}, "", "goes before a .env"),
        ({"OPENAI_BASE_URL": "https://lab.example/v1"}, "", "OPENAI_API_KEY in .env is for lab.example"),
        ({}, "OPENAI_BASE_URL=https://evil.example/v1\n", "OPENAI_API_KEY in .env is for evil.example"),
        ({}, "OPENAI_BASE_URL=nonsense\n", "OPENAI_API_KEY in .env is for another host"),
    ],
)
def test_a_key_is_not_put_where_it_would_not_be_read_or_go_elsewhere(
    tmp_path: Path, environ: dict[str, str], dotenv: str, why: str
) -> None:
    with services_in(tmp_path, **environ) as services:
        (tmp_path / "work" / ".env").write_text(dotenv)
        connecting = Connecting(services)
        home = connecting.keys.home(place(connecting, "openai"))
        assert home.variable == ""
        assert why in home.why_not


def test_endpoints_without_a_place_for_a_key_say_why(connecting: Connecting, services: Services) -> None:
    connecting.save_endpoint("odd", "https://odd.example/v1", "ODD_TOKEN")
    assert "only names that end in _API_KEY" in connecting.keys.home(place(connecting, "odd")).why_not


def test_a_key_of_llm_is_used_where_it_lies_and_at_the_next_start(tmp_path: Path) -> None:
    keys = tmp_path / "llm" / "keys.json"
    with services_in(tmp_path) as services:
        keys.write_text(json.dumps({"// Note": "x", "groq": "gsk_a1b2c3d4e5f6g7h8", "openai": KEY}))
        connecting = Connecting(services)
        home = connecting.keys.home(place(connecting, "openai"))
        assert home.llm_names == ("openai", "groq"), "the likeliest first"
        assert rows(connecting)[0] == ("no key", "openai"), "it is not used before it is asked for"
        connecting.keys.use_llm(place(connecting, "openai"), "openai")
        assert key_of(connecting, "openai") == KEY
        found = place(connecting, "openai").connection
        assert found is not None
        assert found.key_source == f"openai in {keys}"
        services.database.flush()
    with services_in(tmp_path) as services:
        connecting = Connecting(services)
        assert key_of(connecting, "openai") == KEY
        keys.write_text(json.dumps({"openai": OTHER}))
        assert key_of(connecting, "openai") == OTHER, "it is read each time"
        keys.unlink()
        assert rows(connecting)[0] == ("no key", "openai")
        assert connecting.keys.has_given(place(connecting, "openai"))
        connecting.keys.take_back(place(connecting, "openai"))
        services.database.flush()
    assert files_with(KEY, tmp_path) == []
    with services_in(tmp_path) as services:
        assert not Connecting(services).keys.has_given(place(Connecting(services), "openai"))


def test_a_key_of_llm_that_is_asked_for_goes_before_the_environments(tmp_path: Path) -> None:
    with services_in(tmp_path, OPENAI_API_KEY=OTHER) as services:
        (tmp_path / "llm" / "keys.json").write_text(json.dumps({"openai": KEY}))
        connecting = Connecting(services)
        assert key_of(connecting, "openai") == OTHER
        connecting.keys.use_llm(place(connecting, "openai"), "openai")
        assert key_of(connecting, "openai") == KEY
        with pytest.raises(InputError, match="no key 'nobody'"):
            connecting.keys.use_llm(place(connecting, "openai"), "nobody")


def test_a_changed_key_is_in_the_next_request(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        env = tmp_path / "work" / ".env"
        env.write_text(f"OPENAI_API_KEY={OTHER}\n")
        before = services.connection("openai")
        env.write_text(f"OPENAI_API_KEY={KEY}\n")
        now = services.refreshed(before)
        assert now.key == Secret(KEY)
        env.unlink()
        assert services.refreshed(now) is now, "it is gone, and what was chosen stays"


def test_where_variables_have_their_keys(tmp_path: Path) -> None:
    with services_in(tmp_path, A_API_KEY=KEY) as services:
        (tmp_path / "work" / ".env").write_text(f"B_API_KEY={KEY}\nC_TOKEN={KEY}\n")
        is_set = Connecting(services).keys.variables()
        assert [is_set(name) for name in ("A_API_KEY", "B_API_KEY", "C_TOKEN", "D")] == [
            "set in the environment",
            "set in .env",
            "",
            "",
        ]
