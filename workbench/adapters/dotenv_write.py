"""Putting a key into the `.env` of the working folder, because the person asked for it: the only file that gets one.

Every other line stays as it is, byte for byte. What will be read back is compared before anything is written.
"""

from __future__ import annotations

import io
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.dotenv_file import MAX_BYTES, parse_dotenv
from workbench.adapters.files import FILE_MODE, behind_links, read_limited, storage_error, write_atomic
from workbench.core.errors import InputError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.core.secret import Secret

NAME = ".env"
_BOM = b"\xef\xbb\xbf"
_PLAIN = re.compile(r"[A-Za-z0-9_.\-/+=:@,]+")
"""What needs no quotes: `docker run --env-file` and make would take quotes for a part of the value."""
_ASSIGNED = re.compile(
    r"""
    (?P<before> \s* (?:export[^\S\r\n]+)? (?:'[^']+'|[^=\#\s]+) [^\S\r\n]*=[^\S\r\n]* )
    (?: '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | [^\r\n]*? (?=[^\S\r\n]+\# | [^\S\r\n]*(?:[\r\n]|$)) )
    """,
    re.VERBOSE | re.DOTALL,
)


class KeptKey(NamedTuple):
    """A key was written into a `.env`."""

    path: Path
    replaced: bool
    """Whether a value stood there before."""


def write_dotenv_key(folder: Path, name: str, key: Secret) -> KeptKey:
    """Put `name=key` into `folder/.env`, in place of a value of that name, and make it readable by its owner alone.

    InputError where what is there is no text file; StorageError where it can't be written.
    """
    path = folder / NAME
    old, _mode = _read(path)
    mark = _BOM * old.startswith(_BOM)
    # Bytes that are no UTF-8 go through as they are.
    text = old[len(mark) :].decode("utf-8", "surrogateescape")
    before = parse_dotenv(text).values
    changed = _with(text, name, _quoted(key.reveal()))
    if parse_dotenv(changed).values != {**before, name: key.reveal()}:
        raise StorageError(f"{path} has lines that can't be added to", "put the key in by hand")
    write_atomic(path, mark + changed.encode("utf-8", "surrogateescape"), mode=FILE_MODE)
    return KeptKey(path, name in before)


def open_to_others(folder: Path) -> str:
    """The mode of `folder/.env` where others than its owner can read it, such as `0644`; else ""."""
    try:
        mode = stat.S_IMODE((folder / NAME).stat().st_mode)
    except (OSError, ValueError):
        return ""  # nothing that anybody could read
    return f"{mode:04o}" if mode & 0o077 else ""


def _read(path: Path) -> tuple[bytes, int]:
    """What is there and its mode; nothing of a file that is not there."""
    try:
        if not behind_links(path).exists():
            return b"", FILE_MODE
    except OSError as error:
        raise storage_error(error, path, "{} can't be read") from error
    data, found = read_limited(path, path.parent, MAX_BYTES, shown=str(path), taker="a .env")
    if b"\0" in data:
        raise InputError(f"{path} is not UTF-8 text", "save it as UTF-8")
    return data, stat.S_IMODE(found.st_mode)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    # In single quotes nothing is expanded; of their own they know \' and \\ alone.
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _with(text: str, name: str, value: str) -> str:
    from dotenv.parser import parse_stream

    pieces: list[str] = []
    replaced = False
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original.string
        if binding.key == name and not binding.error and (found := _ASSIGNED.match(original)) is not None:
            # All of them: an old key is not left behind above the new one.
            original = found["before"] + value + original[found.end() :]
            replaced = True
        pieces.append(original)
    joined = "".join(pieces)
    if replaced:
        return joined
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not joined or joined.endswith(("\n", "\r")) else end
    return f"{joined}{gap}{name}={value}{end}"
