"""Y48, Y53, P03, P18: saves that are killed, or that the disk refuses, at any call that they make to the system.

`pytest tests/adapters/presets/test_save_kills.py -m sweep -n 2`: about 1,900 saves in a minute. strace stops a
process at its Nth call of a kind, before it is made: it is killed there, or the call fails. All calls about files are
tried, in four scenes; the others change nothing on the disk, so that being killed there is no case of its own.
"""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.preset_process import SLUG, library_in, prompt_of, save
from tests.support.storage import ROOT
from workbench.adapters.presets.library import PresetLibrary
from workbench.core.preset import Kind, Place

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

CHANGING = ("openat", "write", "fsync", "rename", "chmod", "fchmod", "fchmodat", "close", "mkdir", "unlink", "flock")
REFUSALS = (errno.ENOSPC, errno.EIO, errno.EINTR, errno.EROFS, errno.EACCES, errno.EDQUOT)
LOOKING_REFUSALS = (errno.EIO, errno.EACCES)
LASTING = (errno.ENOSPC, errno.EIO, errno.EROFS)
LEFT = ".workbench-00000000deadbeef.tmp"


class Saver:
    """Saves in processes of their own, under strace."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def _line(self) -> str:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the server has ended"
        return line

    def _say(self, line: str) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{line}\n")
        self._server.stdin.flush()

    def save(self, root: Path, name: str, known: str | None, *options: str) -> dict[str, str]:
        """What came of saving with these options of strace, and `ended`, as an exit code or a signal below zero."""
        self._say(json.dumps([str(root), name, known]))
        command = ["strace", *options, "-p", self._line().strip()]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            attached = strace.stderr.readline()
            self._say("")
            said: dict[str, str] = json.loads(self._line())
            strace.stderr.read()
        if "attached" not in attached:
            pytest.skip(f"strace may not look into a process here: {attached}")
        return said


@pytest.fixture(scope="module")
def saver() -> Iterator[Saver]:
    line = [sys.executable, "-m", "tests.support.preset_process", "serve"]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield Saver(server)
        assert server.stdin is not None
        server.stdin.close()


class Disk:
    """A preset that is about to be saved, its neighbours, and what has to be true of them afterwards."""

    def __init__(self, root: Path, scene: str) -> None:
        self.root = root
        self.scene = scene
        self.folder = root / "home" / "prompts"
        self.path = self.folder / f"{SLUG}.yaml"
        self.file = self.path
        self.known: str | None = None
        self._neighbour(root / "work" / "presets" / "prompts" / "theirs.yaml")
        if scene != "a new file in a new folder":
            self.known = save(root, "old", None)["saved"]
            self._neighbour(self.folder / "mine.yaml")
        if scene == "through links":
            self.file = root / "dotfiles" / "shared.yaml"
            self.file.parent.mkdir()
            self.path.rename(self.file)
            self.path.symlink_to("../../dotfiles/shared.yaml")
            self._neighbour(self.file.parent / "notes.yaml")
            (root / "home").rename(root / "configuration")
            (root / "home").symlink_to("configuration")
        if scene == "what a killed save left, and .yml":
            (self.folder / LEFT).write_bytes(b"half")
            self.file = self.path.rename(self.path.with_suffix(".yml"))
            self.path = self.file
        self.before = self.tree()
        self.old = self.before.get(self.file)
        self.has_leftover = any(path.name == LEFT for path in self.before)

    def _neighbour(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kind: prompt\nname: good\n")

    def tree(self) -> dict[Path, bytes]:
        paths = {path.resolve() for path in self.root.rglob("*")}
        return {path: path.read_bytes() for path in sorted(paths) if path.is_file()}

    def temporary(self) -> list[str]:
        return sorted(path.name for path in self.root.rglob(".workbench-*"))

    def check(self, new: bytes) -> bytes | None:
        """What the file holds, which is the old or the new one whole; all else is as it was, links as well."""
        after = {path: data for path, data in self.tree().items() if not path.name.startswith(".workbench-")}
        found = after.pop(self.file, None)
        assert found in (self.old, new)
        assert after == {p: d for p, d in self.before.items() if p != self.file and p.name != LEFT}
        linked = self.scene == "through links"
        assert [self.path.is_symlink(), (self.root / "home").is_symlink()] == [linked, linked]
        return found

    def check_next_start(self, found: bytes | None) -> None:
        """A program that starts now lists the neighbours, leaves nothing half written, and can save."""
        library = library_in(self.root)
        listed = library.entries(Kind.PROMPT)
        assert [entry.error for entry in listed] == [""] * len(listed)
        mine = {SLUG} & {entry.slug for entry in listed}
        assert {entry.slug for entry in listed} == {path.stem for path in self._listable()} | mine
        assert bool(mine) == (found is not None)
        assert self.temporary() == []
        self._save_again(library, found)
        assert self.temporary() == []

    def _listable(self) -> list[Path]:
        folders = (self.folder.resolve(), self.root / "work" / "presets" / "prompts")
        return [path for path in self.before if path.parent in folders and path != self.file and path.name != LEFT]

    def _save_again(self, library: PresetLibrary, found: bytes | None) -> None:
        known = None if found is None else library.open(Kind.PROMPT, SLUG).digest
        library.save(Place.USER, Kind.PROMPT, SLUG, prompt_of("again"), known=known)
        assert library.open(Kind.PROMPT, SLUG).value == prompt_of("again")


class Sweep:
    """One scene, again and again from its beginning."""

    def __init__(self, saver: Saver, root: Path, scene: str) -> None:
        self._saver = saver
        self._root = root
        self._scene = scene
        self.cases = 0
        disk = self.set_up()
        log = root.with_suffix(".log")
        said = self.save(disk, "-f", "-o", str(log), "-e", "trace=%file,%desc")
        assert said["ended"] == "0"
        self.new = disk.file.read_bytes()
        # Mapped memory is in %desc as well, and nothing on the disk.
        self.calls = Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
        del self.calls["mmap"]

    def set_up(self) -> Disk:
        shutil.rmtree(self._root, ignore_errors=True)
        self._root.mkdir()
        return Disk(self._root, self._scene)

    def save(self, disk: Disk, *options: str) -> dict[str, str]:
        self.cases += 1
        return self._saver.save(disk.root, "new", disk.known, *options)

    def inject(self, disk: Disk, *faults: str) -> dict[str, str]:
        """Save while strace does this to calls, such as `write:error=EIO:when=1`."""
        names = ",".join(fault.partition(":")[0] for fault in faults)
        options = [option for fault in faults for option in ("-e", f"inject={fault}")]
        return self.save(disk, "-f", "-o", "/dev/null", "-e", f"trace={names}", *options)


SCENES = (
    "over the old file",
    "a new file in a new folder",
    "through links",
    "what a killed save left, and .yml",
)


@pytest.fixture(params=SCENES)
def sweep(saver: Saver, tmp_path: Path, request: pytest.FixtureRequest) -> Sweep:
    return Sweep(saver, tmp_path / "root", request.param)


def test_killed_at_every_call(sweep: Sweep, record_property: Callable[[str, object], None]) -> None:
    found: Counter[bool] = Counter()
    for call, count in sorted(sweep.calls.items()):
        for when in range(1, count + 2):
            disk = sweep.set_up()
            said = sweep.inject(disk, f"{call}:signal=KILL:when={when}")
            assert said["ended"] == ("-9" if when <= count else "0"), (call, when)
            data = disk.check(sweep.new)
            assert when <= count or data == sweep.new
            found[data == sweep.new] += when <= count
            disk.check_next_start(data)
    assert min(found.values()) > 0, "killed before the rename and behind it"
    record_property("cases", sweep.cases)


def refused_well(said: dict[str, str], disk: Disk, new: bytes) -> bool:
    """Whether it was refused. It says so exactly where the old file stands, in one line with what to do."""
    assert said["ended"] == "0", said.get("died")
    found = disk.check(new)
    if "saved" in said:
        assert found == new
        return False
    assert found == disk.old
    assert said["hint"]
    assert said["line"].isprintable()
    assert str(disk.root) in said["line"]
    return True


def faults_of(sweep: Sweep) -> Iterator[str]:
    for call, count in sorted(sweep.calls.items()):
        codes = REFUSALS if call in CHANGING else LOOKING_REFUSALS
        for when in range(1, count + 1):
            yield from (f"{call}:error={errno.errorcode[code]}:when={when}" for code in codes)
            if call in CHANGING:  # from then on always; the system's own calls are made again after EINTR, for ever
                yield from (f"{call}:error={errno.errorcode[code]}:when={when}+" for code in LASTING)


def test_refused_at_every_call(sweep: Sweep, record_property: Callable[[str, object], None]) -> None:
    refusals = 0
    for fault in faults_of(sweep):
        disk = sweep.set_up()
        said = sweep.inject(disk, fault)
        refused = refused_well(said, disk, sweep.new)
        assert disk.temporary() == [] or fault.startswith("unlink") or disk.has_leftover, fault
        disk.check_next_start(disk.old if refused else sweep.new)
        refusals += refused
    assert refusals > 100
    record_property("cases", sweep.cases)


LIES = (
    "write:retval=0:when=1",  # a disk that takes nothing and says no word
    "write:retval=0:when=1+",
    "write:retval=1:when=1",  # one that says it took what it did not
    "write:retval=4096:when=1",
    "write:retval=4096:when=1+",
)


@pytest.mark.parametrize("fault", LIES)
def test_a_disk_that_lies_of_what_it_took_leaves_the_old_file(sweep: Sweep, fault: str) -> None:
    disk = sweep.set_up()
    assert refused_well(sweep.inject(disk, fault), disk, sweep.new)
    disk.check_next_start(disk.old)


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_what_can_not_even_be_removed_is_removed_by_the_next_start(sweep: Sweep, call: str) -> None:
    disk = sweep.set_up()
    said = sweep.inject(disk, f"{call}:error=ENOSPC:when=1+", "unlink:error=EIO:when=1+")
    assert refused_well(said, disk, sweep.new)
    assert len(disk.temporary()) > 0
    disk.check_next_start(disk.old)
