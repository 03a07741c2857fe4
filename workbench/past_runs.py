"""What was run before, found and read again: the same for the screen and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.adapters.history_export import listed, page, whole
from workbench.adapters.history_pick import named
from workbench.adapters.history_search import HistorySearch
from workbench.adapters.search_index import SearchIndex
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.adapters.history_rows import StoredRun
    from workbench.adapters.new_file import NewFile
    from workbench.core.history_query import HistoryQuery
    from workbench.services import Services

__all__ = ["PastRuns", "listed", "page", "whole"]


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
