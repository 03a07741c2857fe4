"""The beginning of a run's texts, to be looked at before it is opened: a run may be twenty megabytes long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters import pieces
from workbench.core.errors import RunError

if TYPE_CHECKING:
    from workbench.adapters.database import Database

FIRST = 1_000_000
"""Characters of an answer that are read at once."""
_PROMPT = "SELECT prompt, error FROM bodies WHERE run = ?"
_ANSWERS = """
SELECT choice, finish_reason, substr(text, 1, ?), length(text), substr(reasoning, 1, ?), refusal, tool_calls
FROM answers WHERE run = ? ORDER BY choice
"""


class PastMessage(NamedTuple):
    """A message as it was typed."""

    role: str
    content: str
    on: bool


class PastAnswer(NamedTuple):
    """One of the answers; `length` is that of the whole text, in characters."""

    choice: int
    finish_reason: str
    text: str
    length: int
    reasoning: str = ""
    refusal: str = ""
    calls: str = ""


class Preview(NamedTuple):
    """What a run says, as far as it was read."""

    messages: tuple[PastMessage, ...]
    variables: tuple[tuple[str, str], ...]
    answers: tuple[PastAnswer, ...]
    error: str


def preview(database: Database, run: str) -> Preview | None:
    """The beginning of a run's texts; None where it is not there any more. Raises StorageError."""
    with database.read() as connection:
        row = connection.execute(_PROMPT, (run,)).fetchone()
        if row is None:
            return None
        answers = tuple(
            PastAnswer(choice, reason or "", text, length, reasoning, refusal, calls if calls != "[]" else "")
            for choice, reason, text, length, reasoning, refusal, calls in connection.execute(
                _ANSWERS, (FIRST, FIRST, run)
            )
        )
        if not answers:  # it goes on
            answers = tuple(
                PastAnswer(each.index, "", each.text[:FIRST], len(each.text), each.reasoning[:FIRST], each.refusal)
                for each in pieces.join(connection, run).choices
            )
    prompt, error = json.loads(row[0]), json.loads(row[1] or "null")
    return Preview(
        tuple(
            PastMessage(str(each.get("role")), str(each.get("content")), each.get("on") is not False)
            for each in prompt.get("messages", ())
        ),
        tuple(
            (str(each.get("name")), str(each.get("value")))
            for each in prompt.get("variables", ())
            if each.get("value") is not None
        ),
        answers,
        RunError.from_json(error).line if error is not None else "",
    )


def more_of(database: Database, run: str, choice: int, start: int) -> str:
    """The next characters of an answer, FIRST at most. Raises StorageError."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT substr(text, ?, ?) FROM answers WHERE run = ? AND choice = ?", (start + 1, FIRST, run, choice)
        ).fetchone()
    return str(row[0]) if row is not None else ""
