"""A file that a command is to make: looked at before the work begins, written when it has ended."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import write_atomic
from workbench.core.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator


class NewFile(NamedTuple):
    """Where a file is to be. `over` lets it take the place of one that is there."""

    path: Path
    over: bool

    @classmethod
    def at(cls, path: str, folder: Path, *, over: bool) -> NewFile:
        """`path` is relative to `folder`, `~` is expanded. InputError where it could not be written."""
        try:
            whole = folder / os.path.expanduser(path)
            if whole.is_dir():
                raise InputError(f"{path} is a folder", "name a file in it")
            if not whole.parent.is_dir():
                raise InputError(f"{path} can't be written: there is no folder {whole.parent}", "make it first")
            if _is_there(whole) and not over:
                raise InputError(f"{path} is there already", "choose another name, or write over it with --force")
            if not os.access(whole.parent, os.W_OK | os.X_OK):
                raise InputError(f"{path} can't be written: you may not write into {whole.parent}", "name another one")
        except (OSError, ValueError):
            raise InputError(f"{path!r} is no file name", "name a file") from None
        return cls(whole, over)

    def write(self, data: bytes) -> None:
        """Write it, whole, readable by its owner alone. StorageError."""
        write_atomic(self.path, data, around=self._still_new)

    @contextmanager
    def _still_new(self) -> Iterator[None]:
        """What another program put there meanwhile is never written over."""
        if not self.over and os.path.lexists(self.path):
            raise StorageError(f"{self.path} was made by another program meanwhile", "it was left as it is")
        yield


def _is_there(path: Path) -> bool:
    """Whether a file, or a link, has that name. Raises OSError, ValueError for what is no name at all."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True
