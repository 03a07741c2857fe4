"""Every error of ours, as a tree.

WorkbenchError                 one line for a person in `message`, what to do in `hint`
 |- InputError                 wrong usage, a bad file, a value out of range: exit 2
 |- StorageError               disk full, database locked or corrupt; the run goes on
 |   `- ChangedOnDisk          a file was changed by something else since it was opened
 `- RunError                   a run that failed; `kind` is the field `error.kind` of `run --json`
     |- AuthenticationError    401; the old openai.error.AuthenticationError
     |- PermissionRefused      403
     |- NotFound               404: the model, or the path of the base URL
     |- RateLimited            429; the old openai.error.RateLimitError
     |- QuotaExceeded          429 with a billing code: never retried
     |- BadRequest             400, 409, 413, 422 ...; the old openai.error.InvalidRequestError
     |- ContextTooLong         400 context_length_exceeded
     |- ServerError            5xx; the old openai.error.APIError and ServiceUnavailableError
     |- TimedOut               a limit of ours, or 408; the old openai.error.Timeout
     |- ConnectionFailed       DNS, refused, TLS, proxy; the old openai.error.APIConnectionError
     |- NotAnApi               200 with something that is no API answer; a redirect
     |- BrokenStream           the answer began and did not end, or could not be read
     |- Refused                refused by us before anything was sent
     |- OverBudget             a budget of the person's own is used up: exit 4
     `- InternalFault          a bug of ours
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON
    from workbench.core.request import Problem


class ErrorKind(StrEnum):
    """`error.kind` of `run --json`: fixed names, part of the program's interface."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"
    BAD_REQUEST = "bad_request"
    CONTEXT_LENGTH = "context_length"
    SERVER = "server"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    NOT_AN_API = "not_an_api"
    BROKEN_STREAM = "broken_stream"
    REFUSED = "refused"
    BUDGET = "budget"
    INTERNAL = "internal"


class WorkbenchError(Exception):
    """`message`: what failed and where, in one line. `hint`: what to do, in one line, or ""."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def line(self) -> str:
        """What failed and what to do, in one line."""
        if not self.hint:
            return self.message
        # Endpoints end theirs with a full stop, and `.:` looks like a slip.
        one_stop = self.message.endswith(".") and not self.message.endswith("..")
        return f"{self.message[:-1] if one_stop else self.message}: {self.hint}"


class InputError(WorkbenchError):
    """What the person gave can't be used: a flag, a value, a file."""


class StorageError(WorkbenchError):
    """The disk or the database did not take it."""


class ChangedOnDisk(StorageError):
    """A file is not what it was when it was opened; nothing was written. `digest` is what it has now."""

    def __init__(self, message: str, hint: str = "", *, digest: str) -> None:
        super().__init__(message, hint)
        self.digest = digest


class RunError(WorkbenchError):
    """A run that failed. Its text is safe to show: no key, one line, at most 300 characters from the server.

    status      the HTTP status, or None where there was none
    field       the request's field that the endpoint named, or ""
    code        the endpoint's own code, or ""
    details     the body as it came (at most 2 kB), or ""
    retry_after seconds that the endpoint asked to wait, or None
    not_sent    True only when the connection could not be made, so that no endpoint has seen the request
    """

    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        field: str = "",
        code: str = "",
        details: str = "",
        retry_after: float | None = None,
        not_sent: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.field = field
        self.code = code
        self.details = details
        self.retry_after = retry_after
        self.not_sent = not_sent

    def to_json(self) -> dict[str, JSON]:
        """The `error` object of `run --json`."""
        return {"kind": self.kind.value, "message": self.message, "hint": self.hint, "status": self.status}

    @staticmethod
    def from_json(value: Mapping[str, JSON]) -> RunError:
        """The error that `to_json` described, as far as it did; one of a kind that is not known is an InternalFault."""
        kinds: dict[str, type[RunError]] = {each.kind.value: each for each in RunError.__subclasses__()}
        status = value.get("status")
        error = kinds.get(str(value.get("kind")), InternalFault)(
            str(value.get("message", "")), str(value.get("hint", ""))
        )
        error.status = status if isinstance(status, int) else None
        return error


class AuthenticationError(RunError):
    kind = ErrorKind.AUTHENTICATION


class PermissionRefused(RunError):
    kind = ErrorKind.PERMISSION


class NotFound(RunError):
    """`code` is NO_MODEL where it is the model that the endpoint does not have, and not the address."""

    kind = ErrorKind.NOT_FOUND
    NO_MODEL: ClassVar[str] = "model_not_found"


class RateLimited(RunError):
    kind = ErrorKind.RATE_LIMIT


class QuotaExceeded(RunError):
    kind = ErrorKind.QUOTA


class BadRequest(RunError):
    kind = ErrorKind.BAD_REQUEST


class ContextTooLong(RunError):
    kind = ErrorKind.CONTEXT_LENGTH


class ServerError(RunError):
    kind = ErrorKind.SERVER


class TimedOut(RunError):
    """`code` says which limit: first_byte, idle, total, connect, or server (408)."""

    kind = ErrorKind.TIMEOUT


class ConnectionFailed(RunError):
    """`code` says the cause: dns, refused, connect_timeout, tls, proxy, closed, not_http, other."""

    kind = ErrorKind.CONNECTION


class NotAnApi(RunError):
    kind = ErrorKind.NOT_AN_API


class BrokenStream(RunError):
    kind = ErrorKind.BROKEN_STREAM


class InternalFault(RunError):
    kind = ErrorKind.INTERNAL


class Refused(RunError):
    """Refused before anything was sent; `problems` names each reason with its field."""

    kind = ErrorKind.REFUSED

    def __init__(self, message: str, hint: str = "", *, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems

    def to_json(self) -> dict[str, JSON]:
        problems: list[JSON] = [{"field": p.field, "text": p.text} for p in self.problems]
        return {**super().to_json(), "problems": problems}


NOT_SENT = "not sent: "
"""How the message of an OverBudget begins."""


class OverBudget(RunError):
    """Not sent: a budget of the person's own is used up, or would be by this request."""

    kind = ErrorKind.BUDGET

    @property
    def reason(self) -> str:
        """Why, without saying that it was not sent."""
        return self.message.removeprefix(NOT_SENT)
