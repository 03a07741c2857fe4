"""What is meant to leave history, and what a damaged file can still give to it: for the command line.

Every function reads the disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.adapters import history_pick
from workbench.adapters.backups import damaged_copies
from workbench.adapters.history_pick import Entry, Rule
from workbench.adapters.salvage import Salvaged, salvage
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from workbench.services import Services

__all__ = ["Entry", "Rule", "Salvaged"]


def named(words: Sequence[str], services: Services) -> tuple[list[Entry], dict[str, str]]:
    """The entries of these ids, and the comparison that each of them is a cell of. InputError, StorageError."""
    with services.database.read() as connection:
        ids = {history_pick.named(connection, word) for word in words}
        return history_pick.entries(connection, ids), history_pick.comparisons_of(connection, list(ids))


def meant(rule: Rule, services: Services) -> list[Entry]:
    """The entries that a rule means, newest first. StorageError."""
    with services.database.read() as connection:
        return history_pick.meant(connection, rule)


def sizes(entries: Collection[Entry], services: Services) -> dict[str, int]:
    """Bytes of what is kept of each entry, about. StorageError."""
    with services.database.read() as connection:
        return history_pick.sizes(connection, entries)


def salvaged(file: str | None, services: Services) -> Salvaged:
    """What came of the file of that path, or of that name in the data folder. InputError, StorageError."""
    if file is None:
        names = [path.name for path in damaged_copies(services.paths.database)]
        if not names:
            raise InputError("no database was set aside as damaged", "name another file, such as a backup")
        raise InputError("history salvage needs a file", f"these were set aside: {', '.join(names)}")
    path, in_data = Path(file).expanduser(), services.paths.data / file
    return salvage(in_data if not path.exists() and in_data.exists() else path, services.database)
