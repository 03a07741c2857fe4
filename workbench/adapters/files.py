"""Files and folders of the program: where they are, who may read them, and a writer that never leaves half a file.

Every file is 0600 and every folder 0700, whatever the umask says.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.locks import is_held, lock_handle
from workbench.core.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from io import FileIO

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_TEMPORARY_PREFIX = ".workbench-"
_TEMPORARY_SUFFIX = ".tmp"
_TRIES = 3
VARIABLE_BYTES = 1_000_000
"""The most that a variable takes from a file."""
_NOT_SAVED = "{} can't be saved"
_WINDOWS = os.name == "nt"
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)

_HINTS = {
    errno.ENOSPC: "the disk is full: free some space and try again",
    errno.EDQUOT: "the disk quota is used up: free some space and try again",
    errno.EFBIG: "the file may not grow that large here (ulimit -f): raise the limit and try again",
    errno.EACCES: "you may not write there: change the permissions or choose another place",
    errno.EPERM: "you may not write there: change the permissions or choose another place",
    errno.EROFS: "that disk is read-only: choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EISDIR: "that is a folder: choose the name of a file",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another place",
    errno.ENOENT: "a folder of the path is missing: make it or choose another place",
    errno.EEXIST: "a file stands where a folder is needed: move it or choose another place",
    errno.ELOOP: "the links of this path lead in a circle: mend them or choose another place",
}


class Paths(NamedTuple):
    """The two folders of the program; under WORKBENCH_HOME they are one and the same."""

    config: Path
    data: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Paths:
        """WORKBENCH_HOME where it is set and not empty, otherwise the folders that the system has for this."""
        home = environ.get("WORKBENCH_HOME", "")
        if home:
            folder = Path(os.path.abspath(os.path.expanduser(home)))
            return cls(folder, folder)
        # Imported here: not needed where WORKBENCH_HOME is set, and `--help` does not need it at all.
        import platformdirs

        return cls(
            platformdirs.user_config_path("prompt-workbench", appauthor=False),
            platformdirs.user_data_path("prompt-workbench", appauthor=False),
        )

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def model_rules(self) -> Path:
        """The user's own rules for models, if there are any."""
        return self.config / "models.yaml"

    @property
    def presets(self) -> Path:
        return self.config / "presets"

    @property
    def database(self) -> Path:
        return self.data / "workbench.db"

    @property
    def first_start(self) -> Path:
        """An empty file: the screen was opened before."""
        return self.data / "first-start"

    @property
    def crashes(self) -> Path:
        return self.data / "crashes"

    @property
    def exports(self) -> Path:
        return self.data / "exports"

    @property
    def ranks(self) -> Path:
        """The ranks of encodings that were fetched, named as tiktoken names them."""
        return self.data / "ranks"

    @property
    def editing(self) -> Path:
        """Texts that are in an editor outside the program, each in a folder of its own."""
        return self.data / "editing"

    @property
    def locks(self) -> Path:
        """One lock file for each process of the program that runs."""
        return self.data / "locks"


def private_folder(path: Path) -> Path:
    """Make the folder and the missing ones above it, each 0700. One that was there stays as it is.

    Raises StorageError where it can't be made.
    """
    try:
        missing = []
        folder = path
        while not folder.is_dir():
            missing.append(folder)
            if folder.parent == folder:
                break
            folder = folder.parent
        for folder in reversed(missing):
            _make_folder(folder)
    except (OSError, ValueError) as error:
        raise storage_error(error, path, "the folder {} can't be made") from error
    return path


def _make_folder(folder: Path) -> None:
    try:
        os.mkdir(folder, FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return  # another process of ours was faster
    if folder.stat().st_mode & 0o777 != FOLDER_MODE:  # a umask such as 0277 takes bits away
        os.chmod(folder, FOLDER_MODE)


def write_atomic(
    path: Path,
    data: bytes,
    *,
    mode: int = FILE_MODE,
    around: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> None:
    """Write the file so that at every moment the old or the new one is there, whole. A symlink stays one.

    `mode` is what the file has then, whatever the old one had. `around` is entered when all is written, and the new
    file takes the old one's place within it: what it raises leaves the old one. Raises StorageError with the path and
    what to do; the old file is then untouched.
    """
    try:
        target = behind_links(path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        for tries_left in reversed(range(_TRIES)):
            try:
                _write_and_rename(target, data, mode, around)
                break
            except FileNotFoundError:
                # `clean_temporary` of another process may take the new file in the moment before it is locked.
                if not (tries_left and target.parent.is_dir()):
                    raise
        _sync_folder(target.parent)
    except (OSError, ValueError) as error:
        raise storage_error(error, path, _NOT_SAVED) from error


def behind_links(path: Path) -> Path:
    """The file that a path leads to; it need not be there. Raises OSError, ValueError."""
    try:
        # Without `strict` a link that can't be read for a moment looks like a file, and would be written over.
        return Path(os.path.realpath(path, strict=True))
    except FileNotFoundError:
        return Path(os.path.realpath(path))


def _write_and_rename(target: Path, data: bytes, mode: int, around: Callable[[], AbstractContextManager[None]]) -> None:
    temporary = target.parent / f"{_TEMPORARY_PREFIX}{os.urandom(8).hex()}{_TEMPORARY_SUFFIX}"
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY, FILE_MODE)
    try:
        try:
            with contextlib.suppress(OSError):
                lock_handle(handle)  # so that `clean_temporary` knows that it is in use; it goes with the handle
            _set_mode(handle, mode)
            _fill(handle, data)
            if not _WINDOWS:
                with around():
                    os.replace(temporary, target)
        finally:
            with contextlib.suppress(OSError):  # fsync has told whether it is written
                os.close(handle)
        if _WINDOWS:  # which renames no open file
            with around():
                os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _fill(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        # A write may take less than it was given (RLIMIT_FSIZE, a full disk) and fail only the next time.
        taken = os.write(handle, rest)
        if not taken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rest = rest[taken:]
    os.fsync(handle)
    if os.fstat(handle).st_size != len(data):  # a disk that says it took what it did not
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def make_private(handle_or_path: int | Path) -> None:
    """Set 0600. Never give the path of an open SQLite file's handle: closing a handle of ours would drop its locks."""
    _set_mode(handle_or_path, FILE_MODE)


def _set_mode(handle_or_path: int | Path, mode: int) -> None:
    if _WINDOWS:
        return
    with contextlib.suppress(PermissionError):  # a foreign owner, or a file system without modes
        if os.stat(handle_or_path).st_mode & 0o777 != mode:
            os.chmod(handle_or_path, mode)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last through a power cut; folders can't be synced on Windows and on some file systems."""
    if _WINDOWS:
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clean_temporary(folder: Path) -> None:
    """Remove what a killed process left half written in this folder; files being written now are left alone."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_TEMPORARY_PREFIX}*{_TEMPORARY_SUFFIX}"):
            if not is_held(path):
                path.unlink(missing_ok=True)


def storage_error(error: OSError | ValueError, path: Path, what: str) -> StorageError:
    """A StorageError of one line. `what` has `{}` where the path goes, such as `{} can't be saved`."""
    if isinstance(error, OSError):
        reason = os.strerror(error.errno) if error.errno is not None else str(error)
        hint = _HINTS.get(error.errno or 0, "choose another place, or mend what the system says and try again")
    else:  # NUL or a lone surrogate in the path
        reason, hint = "the name holds a character that no file name may have", "choose another name"
    return StorageError(f"{what.format(path)}: {reason}", hint)


def read_variable_file(path: str, folder: Path, *, limit: int = VARIABLE_BYTES) -> str:
    """The text of the file that a person named with `@path`; `path` comes without the @. Line ends stay as they are.

    Relative to `folder` (the working folder), `~` is expanded. UTF-8 with or without BOM, or UTF-16 with one.
    `limit` in bytes. Raises InputError for what is missing, no file, too large, unreadable or not text.
    """
    return read_text(path, folder, limit, shown=f"@{path}", taker="a variable")


def read_text(path: str, folder: Path, limit: int, *, shown: str, taker: str) -> str:
    """As `read_variable_file`; in a message the file is called `shown`, and what wants it `taker`."""
    return _decoded(read_limited(path, folder, limit, shown=shown, taker=taker).data, shown)


class FileBytes(NamedTuple):
    """What a file held, and what the system said of it when it was opened."""

    data: bytes
    found: os.stat_result


def read_limited(path: str | Path, folder: Path, limit: int, *, shown: str, taker: str) -> FileBytes:
    """The bytes of a file that may be anything: no pipe or device is read from, and no more than `limit` bytes.

    Relative to `folder`, `~` is expanded. In a message the file is called `shown`, and what wants it `taker`. Raises
    InputError for what is missing, no file, too large or unreadable.
    """
    try:
        # Without O_NONBLOCK a named pipe would stop the program right here.
        handle = os.open(folder / os.path.expanduser(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with os.fdopen(handle, "rb", buffering=0) as file:
            found = os.fstat(handle)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(found.st_mode):
                raise InputError(f"{shown} is not a file but a device or a pipe", "name a file with text")
            data = _read_past(file, found.st_size, limit) if found.st_size <= limit else b""
            if len(data) > limit or found.st_size > limit:
                size = f"{found.st_size:,} bytes" if found.st_size > limit else "larger"
                raise InputError(f"{shown} is {size}; {taker} takes {limit:,} at most", "name a smaller file")
            return FileBytes(data, found)
    except (OSError, ValueError) as error:
        raise _unreadable(error, shown) from error


def _read_past(file: FileIO, size: int, limit: int) -> bytes:
    """All there is, or more than `limit`: the files of /proc say that they are empty, and a file may grow meanwhile."""
    pieces: list[bytes] = []
    length = 0
    while length <= limit and (piece := file.read(max(size - length + 1, 8192))):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _unreadable(error: OSError | ValueError, shown: str) -> InputError:
    match error:
        case FileNotFoundError():
            return InputError(f"{shown}: there is no such file", "paths are relative to the working folder")
        case IsADirectoryError():
            return InputError(f"{shown} is a folder", "name a file in it")
        case PermissionError():
            return InputError(f"{shown} can't be read: permission denied", "change its permissions or name another")
        case OSError():
            return InputError(f"{shown} can't be read: {error.strerror or type(error).__name__}", "name another file")
    return InputError(f"{shown!r} is no file name", "name a file")


def _decoded(data: bytes, shown: str) -> str:
    name, encoding, start = "UTF-8", "utf-8", 0
    if data.startswith(codecs.BOM_UTF8):
        start = len(codecs.BOM_UTF8)
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name, start = "UTF-16", 2
        encoding = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown} is not {name} text: it can't be read at byte {error.start + start:,}", "save it as UTF-8"
        ) from error
    zero = text.find("\0")
    if zero >= 0:
        place = start + len(text[:zero].encode(encoding))
        raise InputError(f"{shown} is not text: a zero byte at byte {place:,}", "name a file with text")
    return text
