"""The `.env` of the working folder, read as data: nothing is put into the environment, nothing is expanded.

Not searched upwards: a `.env` in a parent folder belongs to something else.
"""

from __future__ import annotations

import codecs
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 1024
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class DotEnv:
    """The variables of a `.env`; the last of two equal names wins. Values stay out of every repr."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    """What could not be read; no note holds a value."""


def read_dotenv(folder: Path) -> DotEnv:
    """Read `folder/.env`. A missing one, and a folder of that name (a virtual environment), is no fault."""
    path = folder / ".env"
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return DotEnv()
    except (OSError, ValueError) as error:
        return _unread(_reason(error))
    if stat.S_ISDIR(mode):
        return DotEnv()
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for its other end.
        return _unread("not a file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unread(_reason(error))
    if len(data) > MAX_BYTES:
        return _unread(f"larger than {MAX_BYTES // 1024} kB")
    text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig", "replace")
    if "\0" in text:
        return _unread("not text")
    return parse_dotenv(text)


def _unread(reason: str) -> DotEnv:
    return DotEnv(notes=(f".env in this folder was not read: {reason}",))


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or "unreadable") if isinstance(error, OSError) else "unreadable"


def parse_dotenv(text: str) -> DotEnv:
    """The variables in the text of a `.env`, nothing in them expanded."""
    import io

    # The parser alone: dotenv_values reports a bad line through logging, which ends up on the screen.
    from dotenv.parser import parse_stream  # imported only where there is a .env

    values: dict[str, str] = {}
    bad_lines: list[int] = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            bad_lines.append(binding.original.line)
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    if not bad_lines:
        return DotEnv(values)
    lines = ", ".join(str(line) for line in bad_lines[:5]) + (", ..." if len(bad_lines) > 5 else "")
    return DotEnv(values, (f".env: {'line' if len(bad_lines) == 1 else 'lines'} {lines} could not be read",))
