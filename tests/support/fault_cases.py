"""A fault as a row of a table: what the server does, and what must come of one attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.attempts import CANARY, STREAMED, UNSTREAMED, attempt_at, shown
from tests.support.fault_server import FaultServer, Step, text_chunk, whole
from workbench.core.errors import ErrorKind, RunError
from workbench.core.events import State
from workbench.core.wire import Limits

A, B, END = text_chunk("Hel"), text_chunk("lo"), text_chunk(finish="stop")
HTML = "<html><head><title>Blocked by\nAcme &amp; Co</title></head><body>" + "x" * 5_000 + "</body></html>"


@dataclass(frozen=True)
class Case:
    """A reply, and what must come of it. `words` must all stand in message or hint, `notes` in the notes."""

    steps: Sequence[Step]
    state: State
    text: str = ""
    kind: ErrorKind | None = None
    status: int | None = None
    words: tuple[str, ...] = ()
    code: str | None = None
    field: str | None = None
    note: str = ""
    limits: Limits | None = None
    streamed: bool = True


async def check(case: Case) -> RunError | None:
    async with FaultServer() as server:
        server.reply(*case.steps)
        result = await attempt_at(server, STREAMED if case.streamed else UNSTREAMED, case.limits)
        assert len(server.requests) == 1
        assert (result.state, result.text) == (case.state, case.text)
        assert case.note in " | ".join(result.notes)
        assert CANARY not in repr(result.received)
        if case.kind is None:
            assert result.ended.error is None
            return None
        error = result.error
        assert error.kind is case.kind
        assert error.status == case.status
        assert server.host in error.message
        assert "\n" not in error.message + error.hint
        assert len(error.message) < 400
        for word in case.words:
            assert word in f"{error.message} | {error.hint}"
        assert case.code in (None, error.code)
        assert case.field in (None, error.field)
        assert not any(CANARY[i : i + 8] in shown(error) for i in range(len(CANARY) - 7))
        assert (error.not_sent, error.__cause__, error.__context__) == (False, None, None)
        return error


def status(number: int, body: Any = "", headers: dict[str, str] | None = None) -> Sequence[Step]:
    return whole(body, number, headers)
