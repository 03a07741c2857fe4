"""The ledger's rows as statements: one for each physical request, begun before it goes out and ended with its run.

A row holds figures and names (model, preset, connection), no text; it stays when the run is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workbench.adapters.row_text import moment
from workbench.core.connection import PRACTICE, Connection
from workbench.core.events import State

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from workbench.adapters.accounts import Accounts, Figures
    from workbench.adapters.history_rows import Beginning
    from workbench.adapters.pieces import Joined
    from workbench.adapters.write import Statement
    from workbench.core.errors import RunError
    from workbench.core.outcome import Outcome

RETRIED = "retried"
"""The state of a request that failed and was sent again; the other states are those of runs."""

_NAMES = ("run", "attempt", "session", "sent_at", "source", "model", "preset", "connection", "host")
_FIGURES = (
    "state",
    "error_kind",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "counted",
    "cost",
    "certainty",
    "price",
)
_INSERT = (
    f"INSERT INTO ledger ({', '.join(_NAMES + _FIGURES)}) "
    f"VALUES ({', '.join('?' * len(_NAMES + _FIGURES))}) ON CONFLICT (run, attempt) DO "
)
_BEGIN = _INSERT + "NOTHING"
_END = _INSERT + "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _FIGURES)
_AGAIN = "UPDATE ledger SET state = ? WHERE run = ? AND attempt < ? AND state = ?"
_UNDER_WAY = "SELECT connection, host, model, prompt_tokens FROM ledger WHERE run = ? AND state IS NULL"
_CUT_OFF = f"UPDATE ledger SET {', '.join(f'{name} = ?' for name in _FIGURES)} WHERE run = ? AND state IS NULL"


def reserved(beginning: Beginning, attempt: int, at: datetime, accounts: Accounts) -> list[Statement]:
    """A request would go out: what a budget has to hold for it."""
    return _begun(beginning, attempt, at, accounts.expected(beginning.request, beginning.connection))


def sent(beginning: Beginning, attempt: int, at: datetime, accounts: Accounts) -> list[Statement]:
    """A request goes out: what it may cost, should nobody ever write how it ended."""
    return _begun(beginning, attempt, at, accounts.expected_now(beginning.request, beginning.connection))


def _begun(beginning: Beginning, attempt: int, at: datetime, figures: Figures) -> list[Statement]:
    return [(_BEGIN, (*_names(beginning, attempt, at), *_figures(None, None, figures)))]


def again(run: str, attempt: int) -> list[Statement]:
    """A request goes out, and those before it were sent again by that."""
    return [(_AGAIN, (RETRIED, run, attempt, State.ERROR.value))] if attempt > 1 else []


def failed(beginning: Beginning, attempt: int, at: datetime, error: RunError, accounts: Accounts) -> list[Statement]:
    """A request ended in `error` before its answer began. `at` is when it was sent."""
    figures = accounts.failed(beginning.request, beginning.connection, error)
    values = _figures(State.ERROR.value, error.kind.value, figures)
    return [(_END, (*_names(beginning, attempt, at), *values))]


def ended(beginning: Beginning, outcome: Outcome, sent_at: datetime, accounts: Accounts) -> list[Statement]:
    """The last request of a run, which has ended; none where nothing was sent."""
    if not outcome.attempts:
        return []
    kind = outcome.error.kind.value if outcome.error is not None else None
    values = _figures(outcome.state.value, kind, accounts.ended(outcome, beginning.connection))
    return [(_END, (*_names(beginning, outcome.attempts, sent_at), *values))]


def withdrawn(run: str, attempt: int) -> list[Statement]:
    """A request was not sent after all."""
    return [("DELETE FROM ledger WHERE run = ? AND attempt = ? AND state IS NULL", (run, attempt))]


def cut_off(connection: sqlite3.Connection, run: str, joined: Joined, accounts: Accounts) -> list[Statement]:
    """The request under way of a run whose process is gone, from what had come of its answer."""
    row = connection.execute(_UNDER_WAY, (run,)).fetchone()
    if row is None:
        return []
    name, host, model, prompt = row
    # Of the connection its name and host are kept: enough to find a price.
    kind: Literal["practice", "endpoint"] = "practice" if name == PRACTICE else "endpoint"
    where = Connection(name, kind, f"https://{host}/v1", host)
    figures = accounts.cut_off(model, where, prompt, joined.choices, joined.usage)
    return [(_CUT_OFF, (*_figures(State.TRUNCATED.value, None, figures), run))]


def left_open(session: str) -> list[Statement]:
    """What is under way still of a process that is gone: what it was expected to cost stands, as an estimate."""
    return [("UPDATE ledger SET state = ? WHERE session = ? AND state IS NULL", (State.TRUNCATED.value, session))]


def _names(beginning: Beginning, attempt: int, at: datetime) -> tuple[object, ...]:
    clean, connection = beginning.cleaner(), beginning.connection
    return (
        beginning.id,
        attempt,
        beginning.session,
        moment(at),
        beginning.source,
        clean(beginning.request.model or beginning.prompt.model),
        clean(beginning.preset),
        clean(connection.name),
        clean(connection.host),
    )


def _figures(state: str | None, error_kind: str | None, figures: Figures) -> tuple[object, ...]:
    facts, charge = figures.facts, figures.charge
    return (
        state,
        error_kind,
        facts.prompt,
        facts.cached,
        facts.completion,
        facts.reasoning,
        figures.counted.value,
        charge.cost,
        charge.certainty.value,
        charge.price,
    )
