"""Locks that end with their process, however it ends: how one process knows that another is alive."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

_UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
_BETWEEN_TRIES = 0.002
"""Seconds; a lock that is waited for is held for about as long."""

if sys.platform == "win32":
    import msvcrt

    # Far behind what is written, since Windows refuses others to read a locked byte.
    _PLACE = 1 << 20

    def _lock(handle: int, *, shared: bool) -> None:
        os.lseek(handle, _PLACE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int, *, shared: bool) -> None:
        # flock, not lockf: a lockf lock goes when any handle of the same file is closed, and it does not hold
        # between two handles of one process.
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def lock_handle(handle: int, *, shared: bool = False) -> bool:
    """Lock an open file without waiting. False where another holds it; OSError where files can't be locked at all."""
    try:
        _lock(handle, shared=shared)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


@contextlib.contextmanager
def hold_folder(folder: Path, patience: float) -> Iterator[None]:
    """Be the only one that holds this folder, among all that ask for it here: no file is made for it.

    Raises TimeoutError where another holds it for `patience` seconds. On Windows, on a file system without locks and
    for a folder that may not be read, nobody is kept out.
    """
    handle = _open_folder(folder)
    if handle is None:
        yield
        return
    try:
        _wait_for(handle, patience)
        yield
    finally:
        with contextlib.suppress(OSError):  # the handle is gone in any case
            os.close(handle)


def _open_folder(folder: Path) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None


def _wait_for(handle: int, patience: float) -> None:
    end = time.monotonic() + patience
    while not _lock_if_possible(handle):
        if time.monotonic() >= end:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        time.sleep(_BETWEEN_TRIES)


def _lock_if_possible(handle: int) -> bool:
    """True also on a file system where nothing can be locked."""
    try:
        return lock_handle(handle)
    except OSError:
        return True


class ProcessLock:
    """A held lock. Keep the object for as long as the lock is needed; `release` removes the file too."""

    __slots__ = ("_handle", "path")

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle: int | None = handle

    def release(self) -> None:
        """Remove the file and give the lock up. A second call does nothing."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        if sys.platform == "win32":
            os.close(handle)
            _remove(self.path)
        else:
            _remove(self.path)  # while it is held, so that nobody locks a file that is about to go
            os.close(handle)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def take(path: Path) -> ProcessLock | None:
    """Lock the file, made where it is missing (0600). None where a living process holds it.

    Raises OSError where it can't be made. On a file system without locks it is taken anyway: nothing can be known.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            free = _lock_or_assume(handle)
            current = free and _same_file(handle, path)
        except BaseException:
            os.close(handle)
            raise
        if current:
            if sys.platform != "win32":
                os.fchmod(handle, 0o600)  # a umask such as 0277 takes bits away
            return ProcessLock(path, handle)
        os.close(handle)
        if not free:
            return None
        # It was removed between open and lock: the lock is on a file that nobody else will find. Again.


def _lock_or_assume(handle: int) -> bool:
    try:
        return lock_handle(handle)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return True
        raise


def _same_file(handle: int, path: Path) -> bool:
    try:
        here, there = os.fstat(handle), os.stat(path)
    except FileNotFoundError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def is_held(path: Path) -> bool:
    """Whether a living process holds this lock; also when it is this one. A missing file is held by nobody.

    On a file system without locks the number in the name `<anything>-p<process id>.lock` has to tell.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it can't be known, and a living process' work is not to be taken
    try:
        # Shared, so that two processes that ask at the same moment do not take each other for the holder.
        return not lock_handle(handle, shared=True)
    except OSError as error:
        return error.errno not in _UNSUPPORTED or _runs(path)
    finally:
        os.close(handle)


def _runs(path: Path) -> bool:
    number = path.stem.rpartition("-p")[2]
    if not number.isdigit() or os.name == "nt":  # where signal 0 is no question
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove_stale(folder: Path) -> None:
    """Remove the lock files of processes that are gone."""
    with contextlib.suppress(OSError):
        for path in folder.glob("*.lock"):
            lock = take(path) if not is_held(path) else None
            if lock is not None:
                lock.release()
