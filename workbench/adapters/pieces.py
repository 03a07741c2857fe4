"""What has arrived of a run that has not ended: written every moment, read back when its process was killed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.adapters.row_text import to_json
from workbench.core.events import Event, ReasoningDelta, RefusalDelta, TextDelta, ToolCallDelta, UsageReported
from workbench.core.json_clean import clean_text
from workbench.core.outcome import Choice

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from workbench.adapters.write import Statement
    from workbench.core.json_value import JSON

_INSERT = "INSERT OR IGNORE INTO pieces (run, number, kind, choice, content) VALUES (?, ?, ?, ?, ?)"
_KINDS = {TextDelta: "text", ReasoningDelta: "reasoning", RefusalDelta: "refusal"}


def piece_rows(run: str, first: int, batches: Iterable[Sequence[Event]], mask: Callable[[str], str]) -> list[Statement]:
    """Rows for these events, numbered from `first`; neighbours of the same kind and choice make one row."""
    merged: list[tuple[str, int, list[str]]] = []
    for batch in batches:
        for event in batch:
            piece = _piece(event)
            if piece is None:
                continue
            kind, choice, text = piece
            if merged and merged[-1][:2] == (kind, choice) and kind in ("text", "reasoning", "refusal"):
                merged[-1][2].append(text)
            else:
                merged.append((kind, choice, [text]))
    return [
        (_INSERT, (run, first + i, kind, choice, mask("".join(texts)).encode("utf-8", "surrogatepass")))
        for i, (kind, choice, texts) in enumerate(merged)
    ]


def _piece(event: Event) -> tuple[str, int, str] | None:
    match event:
        case TextDelta() | ReasoningDelta() | RefusalDelta():
            return _KINDS[type(event)], event.choice, event.text
        case ToolCallDelta():
            call: list[JSON] = [event.index, event.id, event.name, event.arguments]
            return "tool", event.choice, json.dumps(call)
        case UsageReported():
            return "usage", 0, to_json(event.usage, clean_text)
    return None


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def to_json(self) -> JSON:
        function: dict[str, JSON] = {"name": self.name, "arguments": "".join(self.arguments)}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(slots=True)
class _Parts:
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    calls: dict[int, _Call] = field(default_factory=dict)

    def choice(self, index: int) -> Choice:
        return Choice(
            index,
            text=clean_text("".join(self.text)),
            reasoning=clean_text("".join(self.reasoning)),
            refusal=clean_text("".join(self.refusal)),
            tool_calls=tuple(self.calls[i].to_json() for i in sorted(self.calls)),
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """What the pieces of a run come to. `whole` is False where some never reached the disk."""

    choices: tuple[Choice, ...]
    usage: Mapping[str, JSON] | None
    whole: bool


def join(connection: sqlite3.Connection, run: str) -> Joined:
    """The answers as far as they are on disk."""
    parts: dict[int, _Parts] = {}
    usage: Mapping[str, JSON] | None = None
    rows = connection.execute(
        "SELECT number, kind, choice, content FROM pieces WHERE run = ? ORDER BY number", (run,)
    ).fetchall()
    for _, kind, choice, content in rows:
        text = bytes(content).decode("utf-8", "surrogatepass")
        if kind == "usage":
            usage = json.loads(text)
            continue
        part = parts.setdefault(choice, _Parts())
        if kind == "tool":
            _add_call(part, text)
        else:
            getattr(part, kind).append(text)
    whole = not rows or int(rows[-1][0]) + 1 == len(rows)
    return Joined(tuple(parts[i].choice(i) for i in sorted(parts)), usage, whole)


def _add_call(part: _Parts, text: str) -> None:
    index, call_id, name, arguments = json.loads(text)
    call = part.calls.setdefault(index, _Call())
    call.id = call.id or call_id
    call.name = call.name or name
    call.arguments.append(arguments)
