"""What passes between an endpoint and the runner: parsed pieces of a response, and the limits they are held to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one attempt, in seconds and bytes. A time of 0 means no limit, as a total of None does."""

    connect: float = 10.0
    first_byte: float = 120.0
    """Until the response's headers."""
    idle: float = 60.0
    """Between two pieces of content; keep-alive comments do not count."""
    total: float | None = None
    event_bytes: int = 8 * 1024 * 1024
    response_bytes: int = 64 * 1024 * 1024
    """After decompression."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The response's headers are here and say that an answer follows."""

    status: int
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawPiece:
    """What one read of the network brought of the body, after decompression, before anybody looked at it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Chunks:
    """What one read of the network brought: parsed chunks in order, not validated.

    `done` is True once [DONE] was seen; `faults` says in words what could not be read (event number and why).
    """

    items: tuple[JSON, ...]
    done: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A response that was not streamed, though it may have been asked to be."""

    response: dict[str, JSON]


Received: TypeAlias = Opened | RawPiece | Chunks | Whole
