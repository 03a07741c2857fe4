"""What endpoints taught by refusing, and what the person trusts a host with: kept per host, answered from memory."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.adapters.row_text import moment
from workbench.adapters.write import Statement, Write
from workbench.core.errors import StorageError
from workbench.core.models import Lessons

if TYPE_CHECKING:
    from workbench.adapters.database import Database

_LEARN = "INSERT OR IGNORE INTO lessons (host, kind, model, parameter, learned_at) VALUES (?, ?, ?, ?, ?)"
_TRUST = "INSERT OR IGNORE INTO trust (host, what, given_at) VALUES (?, ?, ?)"


_NO = "no: "
"""In front of what was declined, in the same table."""


class LessonStore:
    """Lessons and trust by host (host or host:port). All of it is read once; learning never waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lessons: dict[str, Lessons] = {}
        self._trust: set[tuple[str, str]] = set()
        with contextlib.suppress(StorageError):  # told by the database's `trouble`; what can't be read is learned again
            self._load()

    def get(self, host: str) -> Lessons:
        return self._lessons.get(host, Lessons())

    def learn_refused(self, host: str, model: str, parameter: str) -> None:
        """This host refused this parameter for this model."""
        known = self.get(host)
        self._lessons[host] = replace(known, refused=known.refused | {(model, parameter)})
        self._learn(host, "refused", model, parameter)

    def learn_no_stream_usage(self, host: str) -> None:
        """This host refused `stream_options.include_usage`."""
        self._lessons[host] = replace(self.get(host), no_stream_usage=True)
        self._learn(host, "no_stream_usage")

    def learn_wants_max_tokens(self, host: str) -> None:
        """This host wants `max_tokens` in place of `max_completion_tokens`."""
        self._lessons[host] = replace(self.get(host), wants_max_tokens=True)
        self._learn(host, "wants_max_tokens")

    def hosts(self) -> tuple[str, ...]:
        """The hosts that taught something."""
        return tuple(sorted(host for host, lessons in self._lessons.items() if lessons != Lessons()))

    def clear(self, host: str) -> None:
        """Forget what this host taught; what it is trusted with stays."""
        self._lessons.pop(host, None)
        self._write("DELETE FROM lessons WHERE host = ?", (host,))

    def trusts(self, host: str, what: str) -> bool:
        """Whether the person allowed `what` for this host, such as `plain-http` or `base-url-from-dotenv`."""
        return (host, what) in self._trust

    def trust(self, host: str, what: str) -> None:
        """Remember that the person allowed it."""
        self._trust.add((host, what))
        self._write(_TRUST, (host, what, moment(datetime.now(UTC))))

    def distrust(self, host: str, what: str) -> None:
        """Take that back."""
        self._trust.discard((host, what))
        self._write("DELETE FROM trust WHERE host = ? AND what = ?", (host, what))

    def trusted(self, host: str) -> tuple[str, ...]:
        """Everything that the person allowed for this host."""
        return tuple(sorted(what for trusted, what in self._trust if trusted == host and not what.startswith(_NO)))

    def declined(self, host: str, what: str) -> bool:
        """Whether the person said no to `what` for this host, and need not be asked again."""
        return (host, _NO + what) in self._trust

    def decline(self, host: str, what: str) -> None:
        """Remember that the person said no. A later `trust` counts all the same."""
        self.trust(host, _NO + what)

    def _load(self) -> None:
        with self._database.read() as connection:
            lessons = connection.execute("SELECT host, kind, model, parameter FROM lessons").fetchall()
            self._trust.update(connection.execute("SELECT host, what FROM trust").fetchall())
        for host, kind, model, parameter in lessons:
            known = self.get(host)
            match kind:
                case "refused":
                    known = replace(known, refused=known.refused | {(model, parameter)})
                case "no_stream_usage":
                    known = replace(known, no_stream_usage=True)
                case "wants_max_tokens":
                    known = replace(known, wants_max_tokens=True)
            self._lessons[host] = known

    def _learn(self, host: str, kind: str, model: str = "", parameter: str = "") -> None:
        self._write(_LEARN, (host, kind, model, parameter, moment(datetime.now(UTC))))

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        statements: list[Statement] = [(statement, values)]
        self._database.submit(Write(lambda: statements))
