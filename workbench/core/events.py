"""What a run says while it happens, as frozen values: the screen, the grid and the command line all read these.

A run is one or more of `Sent` (with `Retrying` between them), then the answer, then exactly one `Ended`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from workbench.core.wire import RawPiece

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.errors import RunError
    from workbench.core.json_value import JSON


class State(StrEnum):
    """How a run ended. Never `complete` on a guess."""

    COMPLETE = "complete"
    """Every choice has a finish_reason, or [DONE] came. Also with finish_reason `length` or `content_filter`."""
    TRUNCATED = "truncated"
    """The answer began and its end did not come, or a limit of ours stopped it."""
    ERROR = "error"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Sent:
    """A physical request goes out; `attempt` counts from 1."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Retrying:
    """The next attempt, number `attempt`, goes out in `after` seconds because of `reason`."""

    after: float
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class FirstByte:
    """The response's headers are here, without those that may hold a secret. `request_id` is the endpoint's
    x-request-id, or ""."""

    request_id: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    choice: int
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    choice: int
    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    choice: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; `id` and `name` are "" in all but its first piece."""

    choice: int
    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class TokenProbabilities:
    """`logprobs.content` entries as the API gives them: token, logprob, bytes, top_logprobs."""

    choice: int
    tokens: tuple[JSON, ...]


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The endpoint's own usage object, as it came; the last one wins."""

    usage: dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something odd that did not end the run: an unreadable event skipped, no [DONE], a changed model name."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The end: always the last event, always exactly one. `error` is None for complete and cancelled."""

    state: State
    finish_reasons: tuple[str | None, ...] = ()
    """One for each choice, by index; None where the choice has none."""
    error: RunError | None = None


Delta: TypeAlias = TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta | TokenProbabilities
AnswerEvent: TypeAlias = Delta | UsageReported | Noted
Event: TypeAlias = Sent | Retrying | FirstByte | RawPiece | AnswerEvent | Ended
