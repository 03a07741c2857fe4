"""The person's own editor: named by VISUAL or EDITOR, run without a shell on a file of its own.

The file is 0600 in a folder that is 0700, and both are gone when the editor ends well. Where what it wrote can't be
taken, the file stays, and the error says where: nothing that was typed in there is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import time
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import private_folder, read_limited, write_atomic
from workbench.core.errors import InputError
from workbench.core.outside_text import as_bytes, taken_back
from workbench.core.secret_names import is_secret

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

NAMES = ("VISUAL", "EDITOR")
MOST_BYTES = 20_000_000
"""The most that is taken back."""
_AT_ONCE = 1.0
"""Seconds within which nobody edits a text: an editor that is back by then has left its window open."""
_PATIENCE = 2.0
"""Seconds that an editor has for ending itself when the program has to end."""


class EditorCommand(NamedTuple):
    """A program and its arguments; `variable` is where they are from."""

    argv: tuple[str, ...]
    variable: str

    @property
    def name(self) -> str:
        """The program's own name, such as `vim`."""
        return os.path.basename(self.argv[0])


class Edited(NamedTuple):
    """What came back from the editor."""

    text: str
    line_end: bool
    """One line end at the very end, such as editors add, was left off."""
    at_once: bool
    """It was back sooner than anybody edits a text."""


class ExternalEditor:
    """Runs the editor on texts. `private` is the folder in which it may make its own, `folder` the working folder;
    variables of the environment that hold a key, by their name or as one of `secrets`, are not handed on."""

    def __init__(self, environ: Mapping[str, str], folder: Path, private: Path, secrets: Collection[str] = ()) -> None:
        self._environ = environ
        self._folder = folder
        self._private = private
        self._secrets = frozenset(secrets)

    def command(self) -> EditorCommand:
        """What VISUAL says, or else EDITOR. InputError where neither does, or where there is no such program."""
        variable = next((name for name in NAMES if self._environ.get(name, "").strip()), None)
        if variable is None:
            raise InputError("no editor is named", "set VISUAL or EDITOR, such as EDITOR=nano, before the start")
        try:
            words = shlex.split(self._environ[variable], posix=os.name != "nt")
        except ValueError as error:
            raise InputError(f"{variable} can't be read as a command: {error}", "mend its quotes") from None
        if not words:
            raise InputError(f"{variable} names no program", "set it to an editor, such as nano")
        program = os.path.expanduser(words[0])
        found = shutil.which(program, path=self._environ.get("PATH"))
        if found is None:
            raise InputError(f"{variable} is {words[0]!r}, and there is no such program", "name one that is there")
        return EditorCommand((found, *words[1:]), variable)

    async def edit(self, command: EditorCommand, text: str) -> Edited:
        """Have the text edited; the editor has the terminal until this returns. InputError, StorageError for whatever
        keeps its result from being taken. When it is cancelled, the editor is ended."""
        data = as_bytes(text)
        work = self._private / os.urandom(6).hex()
        path = work / "message.md"
        await asyncio.to_thread(_put, path, data)
        began = time.monotonic()
        try:
            ended = await self._run(command, path)
            if ended != 0:
                raise InputError(f"{command.name} {_ending(ended)}: the text is as it was")
            back = taken_back(text, await asyncio.to_thread(_read, path))
        except InputError as error:
            if _left(path, data):
                raise InputError(error.message, f"what {command.name} wrote is kept in {work}") from None
            _remove(work)
            raise
        except asyncio.CancelledError:
            if not _left(path, data):
                _remove(work)
            raise
        await asyncio.to_thread(_remove, work)
        return Edited(back.text, back.line_end, time.monotonic() - began < _AT_ONCE)

    async def open(self, command: EditorCommand, path: Path) -> None:
        """Have a file of the person's own edited where it lies. InputError where that can't be."""
        ended = await self._run(command, path)
        if ended != 0:
            raise InputError(f"{command.name} {_ending(ended)}")

    async def _run(self, command: EditorCommand, path: Path) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                *command.argv, str(path), cwd=self._folder, env=self._environment()
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "its name holds a zero byte"
            raise InputError(f"{command.argv[0]} can't be started: {reason}", f"change {command.variable}") from None
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise

    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in self._environ.items() if not (is_secret(name) or name in self._secrets)}


def _put(path: Path, data: bytes) -> None:
    private_folder(path.parent)
    write_atomic(path, data)


def _read(path: Path) -> bytes:
    try:
        return read_limited(path, path.parent, MOST_BYTES, shown="what was saved", taker="a text").data
    except InputError as error:
        raise InputError(f"{error.message}: the text is as it was") from None


def _left(path: Path, given: bytes) -> bool:
    """Whether there is more than what was given: another text, or a file that the editor keeps its work in."""
    try:
        names = os.listdir(path.parent)
        return bool(names) and (names != [path.name] or _read(path) != given)
    except FileNotFoundError:
        return False
    except (OSError, InputError):
        return True


def _remove(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, which lets it give the terminal back and save what it saves then; make it, after a while."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            process.kill()


def _ending(status: int) -> str:
    """How a process ended that did not end well."""
    if status > 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
