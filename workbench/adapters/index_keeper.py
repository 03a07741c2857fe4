"""The thread that keeps the search index up while the screen is open."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from workbench.core.errors import StorageError

if TYPE_CHECKING:
    from workbench.adapters.database import Database

_FIRST_SECONDS = 5.0
"""After the start, which has better things to do."""
_AGAIN_SECONDS = 60.0


class IndexKeeper:
    """Indexes what is there, and looks now and then whether there is more, from `start` to `stop`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin; never waits."""
        threading.Thread(target=self._work, name="index", daemon=True).start()

    def stop(self) -> None:
        """Leave it at what is indexed; never waits."""
        self._stopped.set()

    def _work(self) -> None:
        from workbench.adapters.search_index import SearchIndex

        index, pause = SearchIndex(self._database), _FIRST_SECONDS
        while not self._stopped.wait(pause):
            pause = _AGAIN_SECONDS
            # The disk's trouble is told where something is saved; what is not indexed is found all the same.
            with contextlib.suppress(StorageError, OSError):
                index.keep_up(lambda: not self._stopped.is_set())
