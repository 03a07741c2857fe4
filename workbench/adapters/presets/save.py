"""Saving a preset: never over what someone else wrote meanwhile, and only what reads back as it was."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import (
    FILE_MODE,
    FileBytes,
    behind_links,
    clean_temporary,
    private_folder,
    read_limited,
    storage_error,
    write_atomic,
)
from workbench.adapters.locks import hold_folder
from workbench.adapters.presets.read import PresetFault, read_preset
from workbench.adapters.presets.write import kind_of, preset_yaml
from workbench.adapters.yaml_file import MOST_BYTES
from workbench.core.errors import ChangedOnDisk, StorageError
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from workbench.adapters.presets.read import ReadPreset
    from workbench.core.preset import Preset

PATIENCE = 2.0
"""Seconds to wait for another program that holds the folder; ours do it for less than a thousandth of one."""
_WHAT = "{} can't be saved"


class Saved(NamedTuple):
    """What a file holds now: `digest` of its bytes, and what reading it gives."""

    digest: str
    read: ReadPreset


def digest_of(data: bytes) -> str:
    """What tells one content of a file from another: SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


def save_preset(path: Path, value: Preset, *, known: str | None, modeline: str = "") -> Saved:
    """Write the preset's file. Line ends, mode and link of a file that is there stay.

    `known` is the digest of the file that the person opened, None for one that must not be there yet; a file that was
    removed meanwhile is made again. `modeline` is the comment that goes first, "" to keep the file's own.

    Of two processes that save the same file at once, one is told so: from the last look at the old file until the new
    one stands there the folder is held. A program that is not ours could still write within that moment.

    Raises ChangedOnDisk where the file is another than the known one, StorageError where it can't be written or would
    not read back, InputError for a value that no preset can hold. Nothing was written then.
    """
    current = _current(path)
    text = preset_yaml(value, modeline=modeline or _modeline(current, path))
    data = _with_line_ends(text, current).encode()
    read = _read_back(data, value, path)
    return Saved(_replace(path, data, current, known), read)


def save_beside(path: Path, text: str, *, known: str | None) -> str:
    """Write what belongs to a preset and lies beside it, as `save_preset` does, with the same errors; the digest of
    what is there now."""
    current = _current(path)
    return _replace(path, _with_line_ends(text, current).encode(), current, known)


def check_can_save(path: Path) -> None:
    """Before work that is to end in this file. Raises StorageError where it could not be written now."""
    current = _current(path)
    if current is not None:
        _check_writable(path, stat.S_IMODE(current.found.st_mode))
    folder = _target(path).parent
    while not os.path.lexists(folder):  # what is missing will be made
        folder = folder.parent
    if not os.path.isdir(folder):
        raise StorageError(f"{escaped(str(path))} can't be saved: {escaped(str(folder))} is no folder", "move it away")
    if not os.access(folder, os.W_OK | os.X_OK):
        reason = f"you may not write into {escaped(str(folder))}"
        raise StorageError(f"{escaped(str(path))} can't be saved: {reason}", "make it writable")


def _replace(path: Path, data: bytes, current: FileBytes | None, known: str | None) -> str:
    """Put `data` in place of the `current` file; its digest. Raises ChangedOnDisk, StorageError."""
    digest = digest_of(data)
    there = None if current is None else digest_of(current.data)
    if there == digest:
        return digest
    if there is not None and there != known:
        raise _changed(path, there, known)
    mode = FILE_MODE if current is None else stat.S_IMODE(current.found.st_mode) & 0o777
    if current is not None:
        _check_writable(path, mode)
    folder = private_folder(_target(path).parent)
    clean_temporary(folder)
    write_atomic(path, data, mode=mode, around=lambda: _unchanged(path, folder, known, {there, digest}))
    return digest


@contextmanager
def _unchanged(path: Path, folder: Path, known: str | None, fine: Container[str | None]) -> Iterator[None]:
    """Hold the folder while the file has one of the digests that are fine. Raises ChangedOnDisk, StorageError."""
    with ExitStack() as held:
        try:
            held.enter_context(hold_folder(folder, PATIENCE))
        except TimeoutError as error:
            reason = f"{path} can't be saved: another program has locked the folder {folder}"
            raise StorageError(reason, "try again when it has ended, or choose another place") from error
        current = _current(path)
        if current is not None and (now := digest_of(current.data)) not in fine:
            raise _changed(path, now, known)
        yield


def _target(path: Path) -> Path:
    try:
        return behind_links(path)
    except (OSError, ValueError) as error:
        raise storage_error(error, path, _WHAT) from error


def _current(path: Path) -> FileBytes | None:
    """The file that is there now."""
    try:
        os.stat(path)
    except FileNotFoundError:
        _check_links(path)
        return None
    except (OSError, ValueError) as error:
        raise storage_error(error, path, _WHAT) from error
    return read_limited(path, Path(), MOST_BYTES, shown=escaped(str(path)), taker="a preset")


def _check_links(path: Path) -> None:
    """A link to nothing is not filled: what it should lead to is on a disk that is not there, or was moved."""
    for link in (path, *path.parents):
        if os.path.islink(link) and not os.path.exists(link):
            subject = "it" if link == path else str(link)
            reason = f"{subject} is a link to {escaped(os.readlink(link))}, which is not there"
            raise StorageError(f"{path} can't be saved: {reason}", "remove the link or choose another name")


def _changed(path: Path, there: str, known: str | None) -> ChangedOnDisk:
    if known is None:
        return ChangedOnDisk(f"{path} is there already", "choose another name, or replace it", digest=there)
    return ChangedOnDisk(
        f"{path} was changed by something else since it was opened", "keep yours, theirs or both", digest=there
    )


def _modeline(current: FileBytes | None, path: Path) -> str:
    """That of the file that is there; a file that is no preset any more has none to keep."""
    if current is None:
        return ""
    try:
        return read_preset(current.data, path.name, path.stem).modeline
    except PresetFault:
        return ""


def _with_line_ends(text: str, current: FileBytes | None) -> str:
    """With CRLF where most lines of the file have that. The zero bytes are those of UTF-16."""
    before = b"" if current is None else current.data.replace(b"\0", b"")
    return text.replace("\n", "\r\n") if before.count(b"\r\n") * 2 > before.count(b"\n") else text


def _read_back(data: bytes, value: Preset, path: Path) -> ReadPreset:
    """Neither a fault of the writer nor a value that the reader refuses may cost the file that is there."""
    shown = escaped(str(path))
    try:
        read = read_preset(data, path.name, unicodedata.normalize("NFC", path.stem), kind_of(value))
    except PresetFault as fault:
        raise StorageError(f"{shown} is not saved, since it could not be opened again: {fault.message}") from fault
    if preset_yaml(read.value) != preset_yaml(value):
        hint = "this is a fault of the program: the prompt is still here, export it as JSON"
        raise StorageError(f"{shown} is not saved, since it would not read back as it is", hint)
    return read


def _check_writable(path: Path, mode: int) -> None:
    """A rename would replace a read-only file without a word."""
    # Like open(), ask for the effective user.
    by_effective_user = os.access in os.supports_effective_ids
    if not mode & 0o222 or not os.access(path, os.W_OK, effective_ids=by_effective_user):
        raise StorageError(f"{path} can't be saved: it is read-only", "make it writable, or choose another name")
