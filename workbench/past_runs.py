"""What was run before, found and read again: the same for the screen and for the command line."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.adapters.experiments import ExperimentSummary
from workbench.adapters.history_export import listed, page, whole
from workbench.adapters.history_pick import named
from workbench.adapters.history_preview import Preview, more_of, preview
from workbench.adapters.history_rows import RunSummary
from workbench.adapters.history_search import NEWEST, HistorySearch
from workbench.adapters.search_index import SearchIndex
from workbench.adapters.write import Statement, Write
from workbench.core.errors import InputError
from workbench.core.history_query import HistoryQuery
from workbench.core.json_clean import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from workbench.adapters.history_rows import StoredRun
    from workbench.adapters.new_file import NewFile
    from workbench.core.search_text import Found
    from workbench.services import Services

__all__ = ["ExperimentSummary", "PastRuns", "Row", "Rows", "RunSummary", "listed", "page", "whole"]

Row: TypeAlias = RunSummary | ExperimentSummary


class Rows(NamedTuple):
    """Some of what was looked for, newest first."""

    rows: tuple[Row, ...]
    reached: str | None
    """The id to go on `before`; None where all is found."""
    found: Mapping[str, Found] = {}
    """Of a search, by id: where the text stands."""


class PastRuns:
    """The runs in history. Every method reads the disk: not for the thread of the screen."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.search = HistorySearch(services.database)
        self.index = SearchIndex(services.database)

    def end_cut_off(self) -> None:
        """Tell what killed processes left as it is, and not as running."""
        self._services.history.sweep()
        self._services.database.flush()

    def rows(
        self,
        query: HistoryQuery,
        *,
        before: str = NEWEST,
        after: str = "",
        limit: int = 100,
        seconds: float | None = None,
    ) -> Rows:
        """The runs that fit, as `HistorySearch.page` finds them, and the comparisons.

        A comparison stands for its runs, unless something is asked of runs. StorageError.
        """
        found = self.search.page(
            query, before=before, after=after, limit=limit, seconds=seconds, cells=query.asks_of_runs
        )
        if query.asks_of_runs:
            return Rows(found.runs, found.reached, found.found)
        compared = self._services.experiments.between(after, before, limit)
        fitting = [each for each in compared if _fits(each, query)]
        both: list[Row] = [*found.runs, *fitting]
        both.sort(key=attrgetter("id"), reverse=True)
        # Where the runs end before all are found, what is older than the last of them is not known yet.
        ends = [found.reached] if found.reached is not None else []
        ends += [compared[-1].id] if len(compared) == limit else []
        reached = max(ends, default=None)
        return Rows(tuple(row for row in both if reached is None or row.id >= reached), reached)

    def now(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Those of these rows that had not ended, as they are now. StorageError."""
        open_ones = [row.id for row in rows if isinstance(row, RunSummary) and row.state is None]
        found: dict[str, Row] = {run.id: run for run in self.search.runs(open_ones)} if open_ones else {}
        for row in rows:
            if isinstance(row, ExperimentSummary) and row.running:
                found.update((each.id, each) for each in self._services.experiments.only((row.id,)))
        return found

    def preview(self, run: str) -> Preview | None:
        """The beginning of a run's texts; None where it is not there any more. StorageError."""
        return preview(self._services.database, run)

    def more_of(self, run: str, choice: int, start: int) -> str:
        """What follows of an answer. StorageError."""
        return more_of(self._services.database, run, choice, start)

    def models(self, most: int) -> tuple[str, ...]:
        """The models that were asked last, the newest first. StorageError."""
        recent = self.search.page(HistoryQuery(), limit=200).runs
        return tuple(dict.fromkeys(run.model for run in recent if run.model))[:most]

    def star(self, runs: Sequence[str], starred: bool) -> None:
        """Put a star on these runs, or take it off; never waits."""
        self._write([("UPDATE runs SET starred = ? WHERE id = ?", (int(starred), run)) for run in runs])

    def rename(self, run: str, name: str) -> None:
        """Give a run a name of the person's own; never waits."""
        self._write([("UPDATE runs SET name = ? WHERE id = ?", (clean_text(name), run))])

    def annotate(self, run: str, note: str) -> None:
        """Give a run a note; never waits."""
        self._write([("UPDATE runs SET note = ? WHERE id = ?", (clean_text(note), run))])

    def _write(self, statements: list[Statement]) -> None:
        self._services.database.submit(Write(lambda: statements, durable=True))

    def named(self, word: str) -> StoredRun:
        """The run of an id, its beginning, or `last`. InputError, StorageError."""
        with self._services.database.read() as connection:
            id = named(connection, word)
        run = self._services.history.get(id)
        if run is None:
            raise InputError(f"{id} is a comparison", "name one of its runs: workbench history list has them")
        return run

    def whole(self, query: HistoryQuery, limit: int | None = None) -> Iterator[StoredRun]:
        """All of the runs that fit, newest first, at most `limit`. StorageError."""
        for summary in self.search.every(query, limit):
            run = self._services.history.get(summary.id)
            if run is not None:
                yield run

    def keep_index_up(self, goes_on: Callable[[], bool]) -> None:
        """Index what there is to index, while `goes_on()`. StorageError."""
        self.index.keep_up(goes_on)

    def new_file(self, path: str, *, over: bool) -> NewFile:
        """A file that is to be written; that it can be is looked at now. InputError."""
        from workbench.adapters.new_file import NewFile

        return NewFile.at(path, self._services.folder, over=over)


def _fits(each: ExperimentSummary, query: HistoryQuery) -> bool:
    day: date = each.began_at.astimezone().date()
    return (
        query.preset.lower() in each.preset.lower()
        and (query.since is None or day >= query.since)
        and (query.until is None or day <= query.until)
    )
