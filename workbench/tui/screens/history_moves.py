"""What a person does with a run of history: star, name, note, delete and bring back; and choosing a filter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.history_query import RUNNING
from workbench.own_thread import in_own_thread
from workbench.tui.history_words import state_of
from workbench.tui.screens.where import Ask, Say
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.pick_list import Choice
from workbench.tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from workbench.past_runs import PastRuns, Row, RunSummary
    from workbench.services import Services

_FILTERS = (
    Choice("starred", "Starred", "starred"),
    Choice("state:failed", "Failed", "state:failed, which is an error or cut off"),
    Choice("on:today", "Today", "on:today"),
    Choice("since:7d", "Of the last seven days", "since:7d; a day is written as since:2026-11-01"),
    Choice("cost>", "That cost more than ...", "cost>0.01, in dollars"),
    Choice("preset:", "Of a preset ...", "preset:, and a part of its name"),
    Choice("connection:", "Through a connection ...", "connection:, and a part of its name"),
    Choice("state:complete", "Complete", "state:complete"),
    Choice("state:running", "Running", "state:running"),
)
_MOST_MODELS = 8
_LONGEST = 10_000


class HistoryMoves:
    """`ask` shows a screen and waits for it, `say` says a line. Nothing here waits for the disk."""

    def __init__(self, services: Services, past: PastRuns, *, ask: Ask, say: Say) -> None:
        self._services = services
        self._past = past
        self._ask = ask
        self._say = say
        self._deleted: list[str] = []
        """The last one last."""

    def star(self, run: RunSummary) -> RunSummary:
        """Put a star on it, or take it off."""
        self._past.star([run.id], not run.starred)
        self._tell_trouble()
        return replace(run, starred=not run.starred)

    async def rename(self, run: RunSummary) -> RunSummary | None:
        """Let the person name it."""
        name = await self._ask(_field("A name for this run", run.name, "what you will look for"))
        if name is None or name == run.name:
            return None
        self._past.rename(run.id, name.strip())
        self._tell_trouble()
        return replace(run, name=name.strip())

    async def annotate(self, run: RunSummary) -> RunSummary | None:
        """Let the person write a note."""
        note = await self._ask(_field("A note about this run", run.note, "why it is worth keeping"))
        if note is None or note == run.note:
            return None
        self._past.annotate(run.id, note.strip())
        self._tell_trouble()
        return replace(run, note=note.strip())

    def _tell_trouble(self) -> None:
        """Say why what was just done is not on the disk, where that is so: the workbench's line lies below."""
        if (trouble := self._services.database.trouble) is not None:
            self._say(trouble, "warning")

    def delete(self, row: Row) -> bool:
        """Take it out of history; whether that was done."""
        if state_of(row) == RUNNING:
            self._say("it is still running: stop it first", "warning")
            return False
        self._services.deletions.hide([row.id])
        self._deleted.append(row.id)
        self._say("deleted: u brings it back; it is gone for good once you leave history", "success")
        return True

    def undelete(self, id: str = "") -> str:
        """Bring this one back, or the last one; its id, "" where there is none."""
        if not self._deleted:
            self._say("nothing was deleted here", "info")
            return ""
        back = id or self._deleted[-1]
        self._deleted.remove(back)
        self._services.deletions.show([back])
        self._say("it is back", "success")
        return back

    async def choose_filter(self) -> str:
        """The word of a filter that the person chose, or "". StorageError."""
        models = await in_own_thread(self._past.models, _MOST_MODELS)
        rows = [Choice(f"model:{model}", f"Model {model}", f"model:{model}") for model in models]
        return await self._ask(Chooser("Show only runs ...", [*_FILTERS, *rows])) or ""


def _field(title: str, text: str, hint: str) -> ValueField:
    return ValueField(
        title,
        text,
        hint=hint,
        about="A search finds it. Empty takes it away.",
        fault=lambda text: f"at most {_LONGEST:,} characters" if len(text) > _LONGEST else "",
    )
