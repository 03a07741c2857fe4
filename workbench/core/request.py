"""What is sent: `build_request` turns a prompt into a request body. No other place makes or changes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core.json_value import JSON


@dataclass(frozen=True, slots=True)
class Note:
    """Something the builder did that the person did not write: dropped, renamed or added, and why."""

    field: str
    """Where: `temperature`, `max_tokens`, `messages[2]`, `stream_options`."""
    text: str
    """One line for a person: `temperature is not sent: gpt-5.5 takes it only at reasoning_effort none`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the endpoint would refuse. A request with problems is sent only when the person says so."""

    field: str
    text: str
    """One line: what is wrong and what to do."""
    can_send: bool = True
    """False where no request can be made of it at all (NaN, an unreadable value): "send anyway" does not help."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request body with what the builder has to say about it. What is shown, exported and sent is `body`."""

    body: Mapping[str, JSON]
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    timeout: float | None = None
    """The prompt's own `timeout` parameter in seconds: the most that the whole run may take. None: the settings'."""

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True
