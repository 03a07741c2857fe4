"""Runs as rows: the statements that write them, and the rows read back as values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.adapters.row_text import Clean, moment, to_json
from workbench.adapters.stored_images import keeping, read_json, taken_out
from workbench.core.errors import RunError
from workbench.core.events import State
from workbench.core.json_clean import clean_text
from workbench.core.message_parts import function_calls
from workbench.core.outcome import Answer, Choice, Outcome, Timings
from workbench.core.prompt_json import prompt_from_json, prompt_to_json
from workbench.core.request import Request
from workbench.core.secret import mask_for

if TYPE_CHECKING:
    import sqlite3

    from workbench.adapters.write import Statement
    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

_FIRST_LINE = 200
_LARGEST = 2**63 - 1
"""What SQLite's INTEGER takes; an endpoint may report any number."""

_BEGIN = """
INSERT INTO runs (id, session, source, began_at, prompt_name, preset, connection, host, model, parameters)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_BEGIN_BODY = "INSERT INTO bodies (run, prompt, request, notes) VALUES (?, ?, ?, ?) ON CONFLICT (run) DO NOTHING"
_END = """
UPDATE runs SET ended_at = ?, state = ?, answered_by = ?, attempts = max(attempts, ?), request_id = ?,
  prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, reasoning_tokens = ?, total_tokens = ?, cost_usd = ?,
  first_byte_s = ?, first_token_s = ?, total_s = ?, error_kind = ?, first_line = ?
WHERE id = ?
"""
_END_BODY = "UPDATE bodies SET request = ?, response = ?, usage = ?, error = ?, notes = ? WHERE run = ?"
_ANSWER = """
INSERT OR REPLACE INTO answers (run, choice, finish_reason, text, reasoning, refusal, tool_calls, logprobs)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_DELETE_PIECES = "DELETE FROM pieces WHERE run = ?"
_ATTEMPT = "INSERT OR IGNORE INTO attempts (run, number, sent_at) VALUES (?, ?, ?)"
_COUNT_ATTEMPT = "UPDATE runs SET attempts = max(attempts, ?) WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A run as it is known before it is sent."""

    id: str
    session: str
    source: str
    at: datetime
    prompt: Prompt
    preset: str
    request: Request
    connection: Connection

    def cleaner(self) -> Clean:
        """What every text goes through: lone surrogates replaced, and the key, wherever it might stand, masked."""
        mask = self.mask()
        return lambda text: clean_text(mask(text))

    def mask(self) -> Clean:
        """Masks the key, unless it is so short that it may be a word of the text."""
        return mask_for(self.connection.key)

    def statements(self) -> list[Statement]:
        clean, prompt = self.cleaner(), self.prompt
        notes: list[JSON] = [note.text for note in self.request.notes]
        run = (
            self.id,
            self.session,
            self.source,
            moment(self.at),
            clean(prompt.name),
            clean(self.preset),
            clean(self.connection.name),
            clean(self.connection.host),
            clean(self.request.model or prompt.model),
            to_json(dict(prompt.parameters), clean),
        )
        found: dict[str, str] = {}
        body = (
            self.id,
            to_json(taken_out(prompt_to_json(prompt), found), clean),
            to_json(taken_out(dict(self.request.body), found), clean),
            to_json(notes, clean),
        )
        return [(_BEGIN, run), (_BEGIN_BODY, body), *keeping(self.id, found, clean)]


def ending(beginning: Beginning, outcome: Outcome, at: datetime) -> list[Statement]:
    """The end of a run. Its beginning goes along, in case it was written to a file that is not there any more."""
    clean, answer, timings = beginning.cleaner(), outcome.answer, outcome.timings
    run = (
        moment(at),
        outcome.state.value,
        clean(answer.model),
        outcome.attempts,
        clean(outcome.request_id),
        *_token_counts(answer.usage),
        outcome.cost_usd,
        timings.first_byte_s,
        timings.first_token_s,
        timings.total_s,
        outcome.error.kind.value if outcome.error is not None else None,
        _begins(answer.choices, clean),
        beginning.id,
    )
    body = (
        to_json(taken_out(dict(outcome.request.body), {}), clean),  # its images are those of the beginning
        to_json(dict(answer.response), clean) if answer.response is not None else None,
        to_json(dict(answer.usage), clean) if answer.usage is not None else None,
        to_json(outcome.error.to_json(), clean) if outcome.error is not None else None,
        to_json(list(outcome.notes), clean),
        beginning.id,
    )
    return [
        *beginning.statements(),
        (_END, run),
        (_END_BODY, body),
        *(answer_row(beginning.id, choice, clean) for choice in answer.choices),
        (_DELETE_PIECES, (beginning.id,)),
    ]


def answer_row(run: str, choice: Choice, clean: Clean) -> Statement:
    return _ANSWER, (
        run,
        choice.index,
        clean(choice.finish_reason) if choice.finish_reason is not None else None,
        clean(choice.text),
        clean(choice.reasoning),
        clean(choice.refusal),
        to_json(list(choice.tool_calls), clean),
        to_json(choice.logprobs, clean) if choice.logprobs is not None else None,
    )


def cut_off(run: str, choices: Iterable[Choice], usage: Mapping[str, JSON] | None, note: str) -> list[Statement]:
    """The end of a run whose process is gone, from the pieces that were on disk."""
    choices = tuple(choices)
    line = _begins(choices, clean_text)
    counts = _token_counts(usage)
    kept = to_json(dict(usage), clean_text) if usage is not None else None
    return [
        (
            "UPDATE runs SET state = ?, first_line = ?, prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, "
            "reasoning_tokens = ?, total_tokens = ? WHERE id = ? AND state IS NULL",
            (State.TRUNCATED.value, line, *counts, run),
        ),
        ("UPDATE bodies SET usage = ?, notes = ? WHERE run = ?", (kept, to_json([note], clean_text), run)),
        *(answer_row(run, choice, clean_text) for choice in choices),
        (_DELETE_PIECES, (run,)),
        # It may have been deleted since it was read.
        ("DELETE FROM answers WHERE run = ? AND run NOT IN (SELECT id FROM runs)", (run,)),
    ]


def attempted(run: str, number: int, at: datetime) -> list[Statement]:
    """One physical request."""
    return [(_ATTEMPT, (run, number, moment(at))), (_COUNT_ATTEMPT, (number, run))]


def _begins(choices: Sequence[Choice], clean: Clean) -> str:
    """How an answer begins, for a list: its text, or the functions that it asks to have called."""
    if not choices:
        return ""
    calls = " ".join(f"→ {call.name} {call.arguments}" for call in function_calls(choices[0].tool_calls))
    return first_line(clean(choices[0].text or calls))


def first_line(text: str) -> str:
    """The first line with a word in it, cut for a list, behind what stands alone before it: JSON that begins with a
    brace on a line of its own, or a fence of code, would say nothing by its first line."""
    said = ""
    for line in text[:10_000].splitlines():
        said = f"{said} {line.strip()}".strip()
        if any(map(str.isalnum, line)) and not line.lstrip().startswith("```"):
            break
    return said[:_FIRST_LINE]


def _token_counts(usage: Mapping[str, JSON] | None) -> tuple[int | None, ...]:
    """prompt, cached, completion, reasoning, total tokens, as far as the endpoint reported them."""
    usage = usage or {}

    def count(name: str, inside: str = "") -> int | None:
        holder = usage.get(inside) if inside else usage
        value = holder.get(name) if isinstance(holder, Mapping) else None
        return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST else None

    return (
        count("prompt_tokens"),
        count("cached_tokens", "prompt_tokens_details"),
        count("completion_tokens"),
        count("reasoning_tokens", "completion_tokens_details"),
        count("total_tokens"),
    )


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a list shows it. Times are aware, in UTC; `state` is None while it runs."""

    id: str
    began_at: datetime
    ended_at: datetime | None
    state: State | None
    source: str
    prompt_name: str
    preset: str
    connection: str
    host: str
    model: str
    answered_by: str
    parameters: Mapping[str, JSON]
    attempts: int
    request_id: str
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    total_tokens: int | None
    cost_usd: float | None
    """None where the price is unknown."""
    first_byte_s: float | None
    first_token_s: float | None
    total_s: float | None
    error_kind: str | None
    first_line: str
    name: str
    note: str
    starred: bool


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run with all that is kept of it. `choices` holds what has come so far while it runs."""

    summary: RunSummary
    prompt: Prompt
    request: Mapping[str, JSON]
    choices: tuple[Choice, ...]
    response: Mapping[str, JSON] | None
    usage: Mapping[str, JSON] | None
    error: Mapping[str, JSON] | None
    notes: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def state(self) -> State | None:
        return self.summary.state

    def outcome(self) -> Outcome | None:
        """How it went, as its run told it; None while it runs. What the builder said of the request is not kept."""
        told = self.summary
        if told.state is None:
            return None
        return Outcome(
            told.state,
            Request(self.request),
            Answer(self.choices, told.answered_by, self.usage, self.response),
            RunError.from_json(self.error) if self.error is not None else None,
            Timings(told.first_byte_s, told.first_token_s, told.total_s),
            told.attempts,
            told.request_id,
            told.connection,
            told.cost_usd,
            self.notes,
        )


SUMMARY_COLUMNS = (
    "id, began_at, ended_at, state, source, prompt_name, preset, connection, host, model, answered_by, parameters, "
    "attempts, request_id, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, total_tokens, cost_usd, "
    "first_byte_s, first_token_s, total_s, error_kind, first_line, name, note, starred"
)


_SUMMARY_NAMES = tuple(SUMMARY_COLUMNS.split(", "))


def summary_of(row: tuple[object, ...], *, alive: bool) -> RunSummary:
    """A row of SUMMARY_COLUMNS. One without an end whose process is gone is truncated."""
    values = dict(zip(_SUMMARY_NAMES, row, strict=True))
    state = State(str(values["state"])) if values["state"] is not None else None if alive else State.TRUNCATED
    values.update(
        began_at=datetime.fromisoformat(str(values["began_at"])),
        ended_at=datetime.fromisoformat(str(values["ended_at"])) if values["ended_at"] is not None else None,
        state=state,
        parameters=json.loads(str(values["parameters"])),
        starred=bool(values["starred"]),
    )
    return RunSummary(**values)  # type: ignore[arg-type]  # columns and fields bear the same names


def stored_run(connection: sqlite3.Connection, summary: RunSummary, choices: tuple[Choice, ...]) -> StoredRun:
    """The whole of a run. `choices` are those of the pieces, for one that has no end."""
    row = connection.execute(
        "SELECT prompt, request, response, usage, error, notes FROM bodies WHERE run = ?", (summary.id,)
    ).fetchone()
    prompt, request, *rest = row
    prompt, request = read_json(connection, summary.id, (prompt, request))
    response, usage, error, notes = (json.loads(cell or "null") for cell in rest)
    return StoredRun(
        summary, prompt_from_json(prompt), request, choices, response, usage, error, tuple(str(n) for n in notes)
    )


def stored_choices(connection: sqlite3.Connection, run: str) -> tuple[Choice, ...]:
    rows = connection.execute(
        "SELECT choice, text, finish_reason, reasoning, refusal, tool_calls, logprobs FROM answers "
        "WHERE run = ? ORDER BY choice",
        (run,),
    )
    return tuple(choice_of(*row) for row in rows)


def choice_of(
    choice: int, text: str, reason: str | None, reasoning: str, refusal: str, calls: str, logprobs: str | None
) -> Choice:
    """An answer from the columns of its row."""
    # Of a thousand answers nearly none has calls or logprobs.
    found = tuple(json.loads(calls)) if calls != "[]" else ()
    return Choice(choice, text, reason, reasoning, refusal, found, json.loads(logprobs) if logprobs else None)
