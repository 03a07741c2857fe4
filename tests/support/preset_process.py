"""Processes that save presets, to be killed or raced: `python -m tests.support.preset_process <name> ...`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.adapters.presets.library import PresetLibrary
from workbench.core.errors import InputError, StorageError
from workbench.core.preset import Kind, Place
from workbench.core.prompt import Message, Prompt, Role

SLUG = "news"


def library_in(root: Path) -> PresetLibrary:
    return PresetLibrary(root / "shipped", root / "home", root / "work" / "presets")


def prompt_of(name: str) -> Prompt:
    """One that tells in every line which it is, and fills more than a page of a disk: a mixture would show."""
    return Prompt(name=name, messages=(Message(Role.USER, f"This is of {name}.\n" * 400),))


def save(root: Path, name: str, known: str | None) -> dict[str, str]:
    """Save the prompt of that name as the user's; what came of it."""
    try:
        saved = library_in(root).save(Place.USER, Kind.PROMPT, SLUG, prompt_of(name), known=known)
    except (StorageError, InputError) as error:
        return {"refused": type(error).__name__, "line": error.line, "hint": error.hint}
    return {"saved": saved.digest}


def warm() -> None:
    """Import all that saving needs: what a process does after that is saving alone."""
    with TemporaryDirectory() as folder:
        save(Path(folder), "warm", None)


class Child:
    """A forked process that waits for a word, works, and says what came of it by calls that no save makes."""

    def __init__(self, work: Callable[[], dict[str, str]]) -> None:
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                theirs.recv(1)
                theirs.sendall(json.dumps(work()).encode())
                code = 0
            except BaseException:
                theirs.sendall(json.dumps({"died": traceback.format_exc()}).encode())
            finally:
                os._exit(code)
        theirs.close()

    def go(self) -> None:
        self._ours.sendall(b"x")

    def end(self) -> dict[str, str]:
        """What it said, and `ended`: its exit code, or its signal below zero."""
        with self._ours, self._ours.makefile("rb") as said:
            text = said.read()
        ended = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return {**(json.loads(text) if text else {}), "ended": str(ended)}


def serve() -> None:
    """For each line of input (folder, name, digest known): a process, its id, and after a line what came of it."""
    warm()
    for line in sys.stdin:
        root, name, known = json.loads(line)
        child = Child(partial(save, Path(root), name, known))
        print(child.pid, flush=True)
        sys.stdin.readline()
        child.go()
        print(json.dumps(child.end()), flush=True)


def race(root: str, times: str) -> None:
    """Two processes save over one file at once, again and again: what came of each, and whose the file is then."""
    known: str | None = save(Path(root), "first", None)["saved"]
    for number in range(int(times)):
        names = (f"left {number}", f"right {number}")
        pair = [Child(partial(save, Path(root), name, known)) for name in names]
        for child in pair:
            child.go()
        ends = [child.end() for child in pair]
        opened = library_in(Path(root)).open(Kind.PROMPT, SLUG)
        assert opened.value in [prompt_of(name) for name in names]
        print(json.dumps([opened.digest, *ends]), flush=True)
        known = opened.digest


def full_disk(folder: str) -> None:
    """Mounts a disk of 256 kB there, in a name space of its own, and saves while it is full; says so at the end."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder], check=True)
    root, ballast = Path(folder), Path(folder, "ballast")
    old = save(root, "old", None)["saved"]
    path = library_in(root).path_for(Place.USER, Kind.PROMPT, SLUG)
    before = path.read_bytes()
    # To the last page, then to one page: nothing fits, and then a part.
    for room in (0, 4096):
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        os.truncate(ballast, ballast.stat().st_size - room)
        said = save(root, "new", old)
        assert "the disk is full: free some space and try again" in said.get("line", ""), said
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == [path.name]
        assert library_in(root).open(Kind.PROMPT, SLUG).value == prompt_of("old")
    ballast.unlink()
    assert "saved" in save(root, "new", old)
    assert library_in(root).open(Kind.PROMPT, SLUG).value == prompt_of("new")


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {"serve": serve, "race": race, "full_disk": full_disk}
    commands[sys.argv[1]](*sys.argv[2:])
