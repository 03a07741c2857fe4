"""What the request builder has to say: notes on what it did, problems that the endpoint would refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.core.visible import escaped


@dataclass(frozen=True, slots=True)
class Note:
    """Something the builder did that the person did not write: dropped, renamed or added, and why."""

    field: str
    """Where: `temperature`, `max_tokens`, `messages[2].content`, `stream_options`.

    The number in `messages[2]` counts the prompt's messages from 0, those that are off too.
    """
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


@dataclass(slots=True)
class Findings:
    """Collects notes and problems while a request is built; names of models and parameters stand in them escaped."""

    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, where: str, text: str) -> None:
        self.notes.append(Note(escaped(where), escaped(text)))

    def problem(self, where: str, text: str, *, can_send: bool = True) -> None:
        self.problems.append(Problem(escaped(where), escaped(text), can_send))
