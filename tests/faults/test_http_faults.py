"""Statuses that refuse: the H rows of the fault catalogue where the endpoint says no (H02 to H22, H71, H72).

Retries, the grid and the screen have their own tests; here is what one attempt makes of each: its state, an error
that names the host and never the key, one physical request.
"""

from __future__ import annotations

import gzip
import time
from email.utils import formatdate
from typing import Any

import pytest

from tests.support.attempts import CANARY, KEY_SOURCE, attempt_at
from tests.support.fault_cases import HTML, Case, check, status
from tests.support.fault_server import CUT, FaultServer, head
from workbench.core.errors import ErrorKind
from workbench.core.events import State

ERROR = {"error": {"message": "Something is off", "type": "invalid_request_error", "param": None, "code": None}}


def refused(number: int, body: Any, kind: ErrorKind, *words: str, **more: Any) -> Case:
    """A status that refuses, with this body."""
    return Case(status(number, body), State.ERROR, kind=kind, status=number, words=words, **more)


def api_error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}}


BAD = ErrorKind.BAD_REQUEST
ECHO = f"Incorrect API key provided: {CANARY[:10]}****{CANARY[-4:]}. Or {CANARY}, or the one ending in {CANARY[-4:]}."

STATUS_CASES = {
    "H02 json": refused(400, ERROR, BAD, "Something is off", "(400)"),
    "H02 long": refused(400, api_error("many\x1b[31m\nwords " * 200), BAD, "many [31m words"),
    "H04 truncated": refused(400, '{"error": {"mess', BAD, '{"error": {"mess'),
    "H04 list": refused(400, [ERROR], BAD, "Something is off"),
    "H04 list of two": refused(400, [1, 2], BAD, "[1, 2]"),
    "H04 string": refused(400, '"it is off"', BAD, "it is off"),
    "H04 error string": refused(400, {"error": "it is off"}, BAD, "it is off"),
    "H04 number": refused(400, "17", BAD, "17"),
    "H04 null": refused(400, "null", BAD),
    "H04 deep": refused(400, '{"a":' * 100_000, BAD),
    "H05 json": refused(401, api_error(ECHO, code="invalid_api_key"), ErrorKind.AUTHENTICATION, KEY_SOURCE, "rejected"),
    "H05 empty": refused(401, "", ErrorKind.AUTHENTICATION, KEY_SOURCE),
    "H07 json": refused(403, api_error("Country not supported"), ErrorKind.PERMISSION, "Country", "region", "firewall"),
    "H07 html": refused(403, HTML, ErrorKind.PERMISSION, "(403): Blocked by Acme & Co"),
    "H07 html without an end": refused(403, "<html><title>" * 5_000, ErrorKind.PERMISSION, "(403)"),
    "H08 model": refused(
        404, api_error("The model `x` does not exist", code="model_not_found"), ErrorKind.NOT_FOUND, "model's name"
    ),
    "H08 model by its words": refused(
        404, api_error("model 'x' not found, try pulling it first"), ErrorKind.NOT_FOUND, "model's name"
    ),
    "H08 path": refused(404, "", ErrorKind.NOT_FOUND, "base URL http://127.0.0.1", "/v1"),
    "H08 path json": refused(404, {"detail": "Not Found"}, ErrorKind.NOT_FOUND, "base URL"),
    "H08 path html": refused(404, HTML, ErrorKind.NOT_FOUND, "base URL"),
    "H10 json": refused(408, ERROR, ErrorKind.TIMEOUT, "Something is off", code="server"),
    "H10 empty": refused(408, "", ErrorKind.TIMEOUT, code="server"),
    "H11": refused(409, ERROR, BAD, "Something is off"),
    "H12 body": refused(413, "", BAD, "too large: 0 kB"),
    "H12 headers": refused(431, "", BAD, "too large"),
    "H13 418": refused(418, "", BAD, "unexpected status (418)"),
    "H13 451": refused(451, HTML, BAD, "unexpected status (451)"),
    "H13 300": refused(300, "", ErrorKind.NOT_AN_API, "unexpected status (300)"),
    "H13 302 nowhere": refused(302, "", ErrorKind.NOT_AN_API, "unexpected status (302)"),
    "H13 700": refused(700, "", ErrorKind.SERVER, "(700)"),
    "H14": refused(
        422,
        {"detail": [{"loc": ["body", "messages", 0, "content"], "msg": "Input should be text", "type": "string_type"}]},
        BAD,
        "Input should be text",
        field="messages[0].content",
    ),
    "H14 extra": refused(
        422,
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs", "type": "extra_forbidden"}]},
        BAD,
        field="seed",
        code="unknown_parameter",
    ),
    "H14 detail string": refused(422, {"detail": "Unexpected keys"}, BAD, "Unexpected keys"),
    "H21 500": refused(500, ERROR, ErrorKind.SERVER, "Something is off", "(500)"),
    "H21 502": refused(502, HTML, ErrorKind.SERVER, "Acme"),
    "H21 503": refused(503, api_error("Overloaded", code="server_is_overloaded"), ErrorKind.SERVER, "Overloaded"),
    "H21 504": refused(504, ERROR, ErrorKind.SERVER),
    "H21 529": refused(529, ERROR, ErrorKind.SERVER, "(529)"),
    "H22 500": refused(500, "", ErrorKind.SERVER, "(500)"),
    "H22 503": refused(503, "", ErrorKind.SERVER, "(503)"),
    "quota": refused(429, api_error("You exceeded", code="insufficient_quota"), ErrorKind.QUOTA, "billing"),
    "quota by type": refused(429, api_error("You exceeded", type="insufficient_quota"), ErrorKind.QUOTA),
    "quota spend": refused(429, api_error("Stop", code="project_spend_limit_exceeded"), ErrorKind.QUOTA),
    "402": refused(402, api_error("Insufficient Balance"), ErrorKind.QUOTA, "Insufficient Balance"),
    "rate": refused(429, api_error("Slow", code="slow_down"), ErrorKind.RATE_LIMIT, "Slow"),
    "context": refused(400, api_error("Long", code="context_length_exceeded"), ErrorKind.CONTEXT_LENGTH, "shorten"),
    "context by its words": refused(
        400, api_error("This model's maximum context length is 9 tokens."), ErrorKind.CONTEXT_LENGTH
    ),
    "parameter": refused(
        400,
        api_error(
            "Unsupported parameter: 'max_tokens' is not supported", code="unsupported_parameter", param="max_tokens"
        ),
        BAD,
        "change or unset max_tokens",
        field="max_tokens",
        code="unsupported_parameter",
    ),
    "parameter without code": refused(
        400,
        api_error("Unsupported parameter: 'max_tokens' is not supported with this model."),
        BAD,
        field="max_tokens",
        code="unsupported_parameter",
    ),
    "value without code": refused(
        400,
        api_error("Unsupported value: 'temperature' does not support 0.1 with this model."),
        BAD,
        field="temperature",
        code="unsupported_value",
    ),
    "unrecognized": refused(
        400,
        api_error("Unrecognized request argument supplied: reasoning_effort"),
        BAD,
        field="reasoning_effort",
        code="unsupported_parameter",
    ),
    "unknown": refused(400, api_error("Unknown parameter: 'x'."), BAD, field="x", code="unknown_parameter"),
    "integer code": refused(400, api_error("Off", code=400), BAD, code="400"),
    "content filter": refused(400, api_error("Filtered", code="content_filter"), BAD, "content filter"),
    "H71 other host": Case(
        status(307, "", {"Location": "https://user:pw@evil.example/v1/chat/completions?x=1"}),
        State.ERROR,
        kind=ErrorKind.NOT_AN_API,
        status=307,
        words=("https://evil.example ", "nothing was sent there"),
    ),
    "H71 bad location": Case(
        status(307, "", {"Location": "http://[::1"}), State.ERROR, kind=ErrorKind.NOT_AN_API, status=307
    ),
    "H72 301": Case(status(301, "", {"Location": "/v2"}), State.ERROR, kind=ErrorKind.NOT_AN_API, status=301),
    "H72 303": Case(status(303, "", {"Location": "/v2"}), State.ERROR, kind=ErrorKind.NOT_AN_API, status=303),
    "error body cut": Case(
        (head(500, {"Content-Length": "900"}) + b'{"error": "half', CUT), State.ERROR, kind=ErrorKind.SERVER, status=500
    ),
    "error body bomb": Case(
        status(500, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"}),
        State.ERROR,
        kind=ErrorKind.SERVER,
        status=500,
    ),
}


@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("name", STATUS_CASES)
async def test_a_status_that_refuses(name: str, streamed: bool) -> None:
    case = STATUS_CASES[name]
    error = await check(
        Case(case.steps, case.state, "", case.kind, case.status, case.words, case.code, case.field, streamed=streamed)
    )
    assert error is not None
    assert len(error.details) <= 2048
    assert "<html>" not in error.details


@pytest.mark.parametrize(
    ("headers", "message", "low", "high"),
    [
        ({"Retry-After": "1"}, "", 1.0, 1.0),
        ({"Retry-After": "1.5"}, "", 1.5, 1.5),
        ({"retry-after-ms": "250", "Retry-After": "9"}, "", 0.25, 0.25),
        ({"x-ratelimit-reset-requests": "6m0s"}, "", 360.0, 360.0),
        ({"x-ratelimit-reset-requests": "1h", "x-ratelimit-remaining-requests": "7"}, "", None, None),
        ({"x-ratelimit-reset-tokens": "20ms", "x-ratelimit-remaining-tokens": "0"}, "", 0.02, 0.02),
        ({}, "Please try again in 18.642s.", 18.642, 18.642),
        ({}, "Please try again in 1m2s.", 62.0, 62.0),
        ({"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, "", None, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", None, None),
        *(
            ({"Retry-After": value}, "", None, None)
            for value in ("0", "-5", "NaN", "inf", "1e400", "soon", "", "1e99", "Wed, 99 Foo")
        ),
        *(({"x-ratelimit-reset-requests": value}, "", None, None) for value in ("", "0s", "-1s", "6q", "nan")),
    ],
)
@pytest.mark.parametrize("number", [429, 503])
async def test_h15_to_h19_how_long_to_wait(
    headers: dict[str, str], message: str, low: float | None, high: float | None, number: int
) -> None:
    async with FaultServer() as server:
        server.reply(*status(number, api_error(message), {**headers, "Date": "Mon, 01 Jan 1990 00:00:00 GMT"}))
        wait = (await attempt_at(server)).error.retry_after
    assert wait == low if low is None or high is None else wait is not None and low <= wait <= high


async def test_h18_a_date_that_is_soon() -> None:
    async with FaultServer() as server:
        server.reply(*status(429, "", {"Retry-After": formatdate(time.time() + 30, usegmt=True)}))
        wait = (await attempt_at(server)).error.retry_after
    assert wait is not None
    assert 25 < wait <= 30
