"""What is wrong with a connection, in one line that begins with the cause."""

from __future__ import annotations

import pytest

from workbench.core.connection import Connection
from workbench.core.connection_fault import cause_of, fault_line, may_be_the_path, other_paths
from workbench.core.endpoint_name import endpoint_name, key_variable
from workbench.core.errors import (
    AuthenticationError,
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    NotAnApi,
    NotFound,
    PermissionRefused,
    QuotaExceeded,
    RateLimited,
    RunError,
    ServerError,
    TimedOut,
)
from workbench.core.secret import Secret

KEYED = Connection("lab", "endpoint", "https://lab.example/v1", "lab.example", Secret("k" * 20))
KEYLESS = Connection("lab", "endpoint", "https://lab.example/v1", "lab.example")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ConnectionFailed("m", code="dns"), "DNS"),
        (ConnectionFailed("m", code="refused"), "refused"),
        (ConnectionFailed("m", code="tls"), "TLS"),
        (ConnectionFailed("m", code="proxy"), "proxy"),
        (ConnectionFailed("m", code="not_http"), "not HTTP"),
        (ConnectionFailed("m", code="other"), "no connection"),
        (ConnectionFailed("m", code="connect_timeout"), "no answer"),
        (TimedOut("m"), "no answer"),
        (NotFound("m", status=404), "wrong path"),
        (AuthenticationError("m"), "wrong key"),
        (PermissionRefused("m"), "not permitted"),
        (NotAnApi("m"), "not an API"),
        (BrokenStream("m"), "not an API"),
        (RateLimited("m"), "rate limit"),
        (QuotaExceeded("m"), "out of quota"),
        (ServerError("m"), "server error"),
        (BadRequest("m"), "failed"),
    ],
)
def test_each_failure_has_its_cause(error: RunError, cause: str) -> None:
    assert cause_of(error, KEYED) == cause
    assert fault_line(error, KEYED) == f"{cause}: m"


def test_a_host_that_wants_a_key_has_none_and_no_wrong_one() -> None:
    assert fault_line(AuthenticationError("this host wants a key", "give it one"), KEYLESS) == (
        "no key: this host wants a key: give it one"
    )


def test_another_path_is_worth_a_look_where_something_answered_that_was_no_api() -> None:
    assert may_be_the_path(NotFound("m", status=404))
    assert may_be_the_path(NotAnApi("m", status=200))
    assert not may_be_the_path(NotAnApi("m", status=307)), "it says itself where it is"
    assert not may_be_the_path(ConnectionFailed("m", code="refused"))
    assert not may_be_the_path(AuthenticationError("m"))


@pytest.mark.parametrize(
    ("base_url", "others"),
    [
        ("https://a.example/v1", ("/api/v1", "/openai/v1", "")),
        ("https://a.example", ("/v1", "/api/v1", "/openai/v1")),
        ("http://a.example:8000/openai", ("/openai/v1", "/v1", "/api/v1")),
        ("http://a.example/openai/v1", ("/v1", "/api/v1", "/openai")),
    ],
)
def test_where_else_an_api_may_be(base_url: str, others: tuple[str, ...]) -> None:
    host = base_url.split("/")[2]
    scheme = base_url.split(":")[0]
    assert other_paths(base_url) == tuple(f"{scheme}://{host}{path}" for path in others)


@pytest.mark.parametrize(
    ("host", "local", "name", "variable"),
    [
        ("api.groq.com", False, "groq", "GROQ_API_KEY"),
        ("openrouter.ai", False, "openrouter", "OPENROUTER_API_KEY"),
        ("127.0.0.1:8000", True, "local-8000", "LOCAL_8000_API_KEY"),
        ("localhost", True, "local", "LOCAL_API_KEY"),
        ("[::1]:8080", True, "local-8080", "LOCAL_8080_API_KEY"),
        ("10.0.0.5:8000", False, "server-10-0-0-5", "SERVER_10_0_0_5_API_KEY"),
        ("[fd00::1]:80", False, "server-fd00--1", "SERVER_FD00__1_API_KEY"),
        ("gpu-box:8000", False, "gpu-box", "GPU_BOX_API_KEY"),
        ("model.xn--2e0b402b2gc.example", False, "연구실", "ENDPOINT_API_KEY"),
        ("xn--!!.example", False, "xn--!!", "XN_API_KEY"),
    ],
)
def test_names_to_offer(host: str, local: bool, name: str, variable: str) -> None:
    assert endpoint_name(host, is_local=local) == name
    assert key_variable(name) == variable


def test_a_variable_is_one_whatever_the_name() -> None:
    assert key_variable("한국") == "ENDPOINT_API_KEY"
    assert key_variable("3m") == "_3M_API_KEY"
