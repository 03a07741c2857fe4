"""What an endpoint says when it refuses, as one of our errors: one line, the host, what to do, never the key."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.adapters.retry_after import retry_after
from workbench.core.errors import (
    AuthenticationError,
    BadRequest,
    ConnectionFailed,
    ContextTooLong,
    NotAnApi,
    NotFound,
    PermissionRefused,
    QuotaExceeded,
    RateLimited,
    RunError,
    ServerError,
    TimedOut,
)
from workbench.core.json_text import as_text
from workbench.core.keys import hide_key
from workbench.core.one_line import one_line, plain_text
from workbench.core.sse import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON

DETAILS = 2048
"""Characters of a body that an error carries."""

_BILLING = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_balance",
    }
)
_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
_CONTEXT_WORDS = re.compile(
    r"maximum context length|exceeds? the (?:available )?context|context (?:length|window|size) (?:is |was )?exceed",
    re.IGNORECASE,
)
_KEY_CODES = frozenset({"invalid_api_key", "invalid_authentication"})
_MODEL_CODES = frozenset({"model_not_found", "model_not_available"})
# What a code means where no HTTP status says it: an error inside a stream, or a 200 with an error in it.
_STATUS_OF_CODE = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "too_many_requests": 429,
    "slow_down": 429,
    "insufficient_quota": 429,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_request_error": 400,
    "unsupported_parameter": 400,
    "unsupported_value": 400,
}
# (what the message says, the code that it means where the endpoint gives none)
_PARAMETER_WORDS = (
    (re.compile(r"Unsupported parameter:? ['\"`]?([\w.\[\]-]+)", re.IGNORECASE), "unsupported_parameter"),
    (re.compile(r"Unsupported value:? ['\"`]?([\w.\[\]-]+)", re.IGNORECASE), "unsupported_value"),
    (re.compile(r"Unrecognized request arguments? supplied:? ['\"`]?([\w.\[\]-]+)"), "unsupported_parameter"),
    (re.compile(r"Unknown (?:parameter|field|argument):? ['\"`]?([\w.\[\]-]+)", re.IGNORECASE), "unknown_parameter"),
)


_SEE_REQUEST = "compare what it says with the request that was sent"
_NO_MODEL = "no such model here"
# These two classes say in `code` which of their own cases it is.
_OUR_CODES: dict[type[RunError], str] = {TimedOut: "server", ConnectionFailed: "proxy"}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a body says, not yet fit to show."""

    message: str = ""
    code: str = ""
    kind: str = ""
    field: str = ""
    is_json: bool = False


class ErrorTranslator:
    """Makes errors for one connection: it knows the host to name and the key to hide."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.host = connection.host

    def say(self, text: str, limit: int = 300) -> str:
        """Foreign text, fit to stand in a message: one line, short, without the key."""
        # Hidden before it is cut: a cut in the middle of a key would leave a half that is not found any more.
        return one_line(hide_key(text[:16_384], self._connection.key), limit)

    def details(self, text: str) -> str:
        """A body for the details of an error: its lines kept, at most 2 kB, without the key."""
        return hide_key(plain_text(text, DETAILS * 2), self._connection.key)[:DETAILS]

    def of_status(self, status: int, headers: Mapping[str, str], body: bytes, sent_bytes: int = 0) -> RunError:
        """The error that an HTTP status other than 2xx means. `headers` by lower-case name."""
        if 300 <= status < 400:
            return self._redirect(status, headers.get("location", ""))
        text = body.decode("utf-8", "replace").strip()
        said = _read_body(text)
        details = "" if _is_html(text) else self.details(text)
        wait = retry_after(headers, said.message)
        return self._of_said(status, status, said, details, wait, sent_bytes)

    def of_error_object(self, error: JSON, http_status: int) -> RunError:
        """The error in an answer that began well: `{"error": ...}` in a stream, or as the body of a 200."""
        said = _read_error(error)
        details = self.details(json.dumps(error, ensure_ascii=False))
        return self._of_said(_meant_status(said), http_status, said, details, retry_after({}, said.message))

    def not_an_api(self, status: int, content_type: str, head: bytes) -> NotAnApi:
        """A good status with something else than an answer."""
        kind = self.say(content_type.partition(";")[0], 60) or "no content type"
        text = head.decode("utf-8", "replace")
        title = self.say(_title(text), 120)
        about = f" ({title})" if title else ""
        return NotAnApi(
            f"{self.host} sent something that is not an API answer: {kind}{about}",
            f"check the base URL {self._connection.base_url}; a network's login page may stand between",
            status=status,
            details="" if _is_html(text) else self.details(text),
        )

    def empty(self, status: int) -> NotAnApi:
        return NotAnApi(
            f"{self.host} sent an empty response ({status})",
            f"run again; if it stays, check the base URL {self._connection.base_url}",
            status=status,
        )

    def _of_said(
        self, status: int, shown: int, said: _Said, details: str, wait: float | None, sent_bytes: int = 0
    ) -> RunError:
        code, message = said.code, self.say(said.message)
        field = self.say(said.field, 80)
        kind, what, hint = self._kind(status, said, sent_bytes)
        number = str(shown) if shown >= 300 else "in the answer"
        line = f"{self.host}: {what} ({number})" + (f": {message}" if message else "")
        if kind in _OUR_CODES:
            code = _OUR_CODES[kind]
        elif what == _NO_MODEL:
            code = NotFound.NO_MODEL
        return kind(line, hint, status=shown, field=field, code=self.say(code, 80), details=details, retry_after=wait)

    def _kind(self, status: int, said: _Said, sent_bytes: int) -> tuple[type[RunError], str, str]:
        """The class, what happened in a few words, and what to do."""
        codes = {said.code.lower(), said.kind.lower()}
        if codes & _BILLING or status == 402:
            return QuotaExceeded, "out of quota or credit", "check the plan and billing of this account"
        if codes & _CONTEXT_CODES or (400 <= status < 500 and _CONTEXT_WORDS.search(said.message)):
            return ContextTooLong, "the prompt is too long", "shorten the messages, or choose a model with more context"
        if status == 401 or codes & _KEY_CODES:
            return self._key_refused()
        if codes & _MODEL_CODES:
            return NotFound, _NO_MODEL, "check the model's name; the endpoint lists its models"
        if status == 403:
            return PermissionRefused, "not permitted", "check the key's rights, the region, and any firewall between"
        if status in (404, 405, 410):
            return self._not_found(said)
        if status == 407:
            return ConnectionFailed, "a proxy wants a user and password", "check HTTPS_PROXY and HTTP_PROXY"
        if status == 408:
            return TimedOut, "the server gave up waiting", "run again"
        if status == 429:
            return RateLimited, "rate limit reached", "wait and run again, or send fewer at once"
        if status >= 500:
            return ServerError, "the server failed", "run again; the fault is on the server's side"
        return self._bad_request(status, said, sent_bytes)

    def _key_refused(self) -> tuple[type[RunError], str, str]:
        source = self._connection.key_source
        if self._connection.key is None:
            return AuthenticationError, "this host wants a key", "no key is set for this connection: give it one"
        hint = f"the key comes from {source}: check it there" if source else "check the key of this connection"
        return AuthenticationError, "the key was rejected", hint

    def _not_found(self, said: _Said) -> tuple[type[RunError], str, str]:
        if said.is_json and "model" in said.message.lower():
            return NotFound, _NO_MODEL, "check the model's name; the endpoint lists its models"
        url = self._connection.base_url
        usual = "the API may be at another path" if url.endswith("/v1") else "it usually ends in /v1"
        hint = f"check the base URL {url}: {usual}"
        return NotFound, "nothing answers at this address", hint

    def _bad_request(self, status: int, said: _Said, sent_bytes: int) -> tuple[type[RunError], str, str]:
        if status in (413, 431):
            size = f": {sent_bytes / 1000:,.0f} kB" if sent_bytes else ""
            return BadRequest, f"the request is too large{size}", "shorten the messages"
        if "content_filter" in (said.code.lower(), said.kind.lower()):
            return BadRequest, "the endpoint's content filter refused the prompt", "reword the messages"
        if said.field:
            return BadRequest, "bad request", f"change or unset {self.say(said.field, 80)}"
        if status in (400, 409, 422):
            return BadRequest, "bad request", _SEE_REQUEST
        return BadRequest, "unexpected status", _SEE_REQUEST

    def _redirect(self, status: int, location: str) -> NotAnApi:
        try:
            parts = urlsplit(location)
            # Without user:password, and only where it goes: a query may carry anything.
            target = (
                f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.netloc else ""
            )
        except ValueError:
            target = ""
        if not location:
            return NotAnApi(f"{self.host}: unexpected status ({status})", "check the base URL", status=status)
        where = self.say(target, 120) or "another address of its own"
        return NotAnApi(
            f"{self.host} redirects to {where} ({status}); nothing was sent there",
            "if that is right, make it the base URL of this connection",
            status=status,
        )


def _read_body(text: str) -> _Said:
    if not text:
        return _Said()
    if _is_html(text):
        return _Said(message=_title(text))
    try:
        value = parse_json(text)
    except ValueError:
        return _Said(message=text)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # Gemini puts its error into a list
    if isinstance(value, dict) and value.get("error"):
        nested = value["error"]
        outside: dict[str, JSON] = {name: value[name] for name in ("message", "code", "type", "param") if name in value}
        return _read_error({**outside, **nested} if isinstance(nested, dict) else {**outside, "message": nested})
    return _read_error(value)


def _read_error(error: JSON) -> _Said:
    """`{"message", "type", "param", "code"}`, or one of the shapes that others send."""
    if not isinstance(error, dict):
        return _with_parameter(_Said(message=as_text(error), is_json=True))
    message = next((error[name] for name in ("message", "detail", "error", "msg", "errors") if error.get(name)), "")
    field, kind, code = error.get("param"), error.get("type"), error.get("code")
    if isinstance(message, list):
        message, found, meant = _validation(message)
        field, code = field or found, code or meant
    return _with_parameter(
        _Said(
            message=as_text(message),
            code=str(code) if isinstance(code, str | int) and not isinstance(code, bool) else "",
            kind=kind if isinstance(kind, str) else "",
            field=field if isinstance(field, str) else "",
            is_json=True,
        )
    )


def _validation(faults: list[JSON]) -> tuple[str, str, str]:
    """The first fault of FastAPI's list `[{"loc": ["body", "temperature"], "msg": ..., "type": ...}]`.

    Its words, the field's path, and the code that it means.
    """
    first = faults[0] if faults else ""
    if not isinstance(first, dict):
        return as_text(first), "", ""
    place = first.get("loc")
    steps = [step for step in place if step != "body"] if isinstance(place, list) else []
    field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    message, kind = first.get("msg") or first.get("message") or "", first.get("type")
    refused = "unknown_parameter" if kind == "extra_forbidden" else ""
    return as_text(message), field, refused


def _with_parameter(said: _Said) -> _Said:
    """Where the code is null, what the message says of a parameter; OpenAI leaves it out for some models."""
    for words, code in _PARAMETER_WORDS:
        match = words.search(said.message)
        if match:
            field = said.field or match[1].rstrip(".")
            return _Said(said.message, said.code or code, said.kind, field, said.is_json)
    return said


def _meant_status(said: _Said) -> int:
    if said.code.isascii() and said.code.isdigit() and 400 <= int(said.code[:6]) < 600:
        return int(said.code)
    for name in (said.code.lower(), said.kind.lower()):
        if name in _STATUS_OF_CODE:
            return _STATUS_OF_CODE[name]
    return 500


def _is_html(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] == "<"


def _title(text: str) -> str:
    # By hand, not by a pattern: a page of unclosed titles would make one quadratic.
    head = text[:65_536]
    lower = head.lower()
    start = lower.find(">", lower.find("<title")) + 1 if "<title" in lower else 0
    end = lower.find("</title", start)
    return html.unescape(head[start:end]) if 0 < start < end else ""
