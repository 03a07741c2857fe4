"""Y48 to Y50, P16 to P18, P21: disks that refuse a save, others that save meanwhile, and links.

`test_save_kills.py` tries all calls that a save makes; this is what it found, and what it can't see.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.preset_process import SLUG, library_in, prompt_of
from tests.support.storage import ROOT
from workbench.core.errors import ChangedOnDisk, InputError, StorageError
from workbench.core.preset import Kind, OpenedPreset, Place
from workbench.core.prompt import Prompt

fcntl = pytest.importorskip("fcntl", reason="Windows locks no folder")
FILES = "workbench.adapters.files.os"
THEIRS = b"kind: prompt\nname: theirs\n"


class Disk:
    """A preset of the user's that is being saved over, in a folder with nothing else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = library_in(root)
        self.opened = self.save("old", None)
        self.path = Path(self.opened.path)
        self.old = self.path.read_bytes()

    def save(self, name: str, known: str | None) -> OpenedPreset:
        return self.library.save(Place.USER, Kind.PROMPT, SLUG, prompt_of(name), known=known)

    def refused(self, name: str = "new", error: type[StorageError | InputError] = StorageError) -> str:
        """The line of a save that can't be done; nothing has changed."""
        with pytest.raises(error) as caught:
            self.save(name, self.opened.digest)
        assert caught.value.hint
        assert caught.value.line.isprintable()
        assert str(self.path) in caught.value.line
        return caught.value.line

    def stands(self, data: bytes | None = None) -> bool:
        """Whether the file holds this, or what it held at first, and nothing lies beside it."""
        whole = self.path.read_bytes() == (self.old if data is None else data)
        return whole and os.listdir(self.path.parent) == [self.path.name]

    @property
    def value(self) -> object:
        """What a program that starts now reads."""
        return library_in(self.root).open(Kind.PROMPT, SLUG).value


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def fails(code: int) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return call


# -- disks that refuse ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "fstat"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_leaves_the_old_file(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    with monkeypatch.context() as patch:
        real = getattr(os, call)
        # Reading the old file asks for its state as well.
        once = lambda handle, *rest: fails(code)() if _is_written(handle) else real(handle, *rest)  # noqa: E731
        patch.setattr(f"{FILES}.{call}", once if call == "fstat" else fails(code))
        line = disk.refused()
    assert f"can't be saved: {os.strerror(code)}: " in line
    assert disk.stands()
    assert disk.value == prompt_of("old")
    disk.save("new", disk.opened.digest)
    assert disk.value == prompt_of("new")


def _is_written(handle: int) -> bool:
    return bool(fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_RDWR)


@pytest.mark.parametrize("call", ["close", "listdir", "scandir"])
def test_what_does_not_hinder_a_save_is_no_fault(disk: Disk, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    real = os.close
    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.{call}", lambda *a: (real(*a) if call == "close" else None, fails(errno.EIO)()))
        saved = disk.save("new", disk.opened.digest)
    assert saved.value == disk.value == prompt_of("new")


def test_a_folder_that_can_not_be_synced_is_saved_into(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            fails(errno.EINVAL)()
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.fsync", fsync)
        disk.save("new", disk.opened.digest)
    assert disk.value == prompt_of("new")


@pytest.mark.parametrize(
    ("takes", "says"),
    [
        (lambda handle, data: 0, "Input/output error"),
        (lambda handle, data: len(data), "Input/output error"),
        (lambda handle, data: _half_of(handle, data), "the disk is full"),
    ],
    ids=["nothing", "says it has", "a part"],
)
def test_a_disk_that_takes_less_than_it_was_given(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, takes: Callable[[int, bytes], int], says: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.write", takes)
        assert says in disk.refused()
    assert disk.stands()


def _half_of(handle: int, data: memoryview) -> int:
    if os.fstat(handle).st_size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return os.pwrite(handle, data[:4096], 0)


def test_short_writes_are_gone_on_with(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.write", lambda handle, data: real(handle, data[:1000]))
        disk.save("new", disk.opened.digest)
    assert disk.value == prompt_of("new")


def test_a_limit_on_the_size_of_files(disk: Disk) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert len(disk.old) > 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        line = disk.refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "File too large: the file may not grow that large here (ulimit -f)" in line
    assert disk.stands()


def test_a_full_disk_of_256_kb(tmp_path: Path) -> None:
    # In a name space of its own the disk goes with the process, and who is no root may mount it.
    unshare = shutil.which("unshare")
    own = [unshare, "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])] if unshare else []
    mounts = f"mount -t tmpfs -o size=256k none {tmp_path}"
    if unshare is None or subprocess.run([*own, "sh", "-c", mounts], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    command = [*own, sys.executable, "-m", "tests.support.preset_process", "full_disk", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


# -- folders and files that forbid it ------------------------------------------------------------------------------

CLOSED = {
    0o555: "Permission denied: you may not write there",
    0o600: "can't be saved: Permission denied",
    0o000: "can't be saved: Permission denied",
}


@pytest.mark.skipif(os.name == "nt", reason="modes")
@pytest.mark.parametrize("mode", CLOSED)
def test_a_folder_that_is_closed(as_nobody: Path, mode: int) -> None:
    disk = Disk(as_nobody)
    disk.path.parent.chmod(mode)
    try:
        assert CLOSED[mode] in disk.refused()
    finally:
        disk.path.parent.chmod(0o700)
    assert disk.stands()


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_in_a_folder_that_can_not_be_listed_files_are_known_by_name(as_nobody: Path) -> None:
    disk = Disk(as_nobody)
    disk.path = disk.path.rename(disk.path.with_suffix(".yml"))
    folder = disk.path.parent
    folder.chmod(0o300)
    try:
        assert disk.library.open(Kind.PROMPT, SLUG).value == prompt_of("old")
        assert disk.library.find("nothing") is None
        assert disk.library.find("../prompts/news") is None
        saved = disk.save("new", disk.opened.digest)
        assert [entry.error for entry in disk.library.entries()] == [
            f"the folder {folder} can't be read: Permission denied"
        ]
    finally:
        folder.chmod(0o700)
    assert saved.path == str(disk.path)
    assert os.listdir(folder) == ["news.yml"]


@pytest.mark.skipif(os.name == "nt", reason="modes")
@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
def test_what_is_saved_is_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        disk = Disk(tmp_path)
        disk.path.chmod(0o640)
        disk.save("new", disk.opened.digest)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (disk.path.parent, disk.path)] == [0o700, 0o640]


# -- others that save meanwhile ------------------------------------------------------------------------------------


@contextmanager
def while_it_syncs(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> Iterator[None]:
    """Lets something happen when the new file is written and the old one stands, once."""
    real, left = os.fsync, [happens]

    def fsync(handle: int) -> None:
        if left:
            left.pop()()
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.fsync", fsync)
        yield


def test_what_another_process_saves_meanwhile_is_not_written_over(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    faster = library_in(disk.root)
    value = prompt_of("faster")
    with (
        while_it_syncs(
            monkeypatch, lambda: faster.save(Place.USER, Kind.PROMPT, SLUG, value, known=disk.opened.digest)
        ),
        pytest.raises(ChangedOnDisk) as caught,
    ):
        disk.save("slower", disk.opened.digest)
    assert disk.value == value
    assert caught.value.digest == faster.open(Kind.PROMPT, SLUG).digest
    assert disk.stands(disk.path.read_bytes())
    assert disk.save("slower", caught.value.digest).value == disk.value == prompt_of("slower")


@pytest.mark.parametrize("known", [True, False])
def test_what_an_editor_writes_meanwhile_is_not_written_over(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if not known:
        disk.path.unlink()
    with while_it_syncs(monkeypatch, lambda: disk.path.write_bytes(THEIRS)), pytest.raises(ChangedOnDisk) as caught:
        disk.save("new", disk.opened.digest if known else None)
    assert ("was changed by something else" if known else "is there already") in caught.value.line
    assert disk.stands(THEIRS)


def test_a_file_that_is_removed_meanwhile_is_made_again(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    with while_it_syncs(monkeypatch, disk.path.unlink):
        disk.save("new", disk.opened.digest)
    assert disk.value == prompt_of("new")


def test_two_that_save_the_same_are_both_content(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    with while_it_syncs(monkeypatch, lambda: disk.save("new", disk.opened.digest)):
        saved = disk.save("new", disk.opened.digest)
    assert saved.value == prompt_of("new")
    assert saved.digest == disk.library.open(Kind.PROMPT, SLUG).digest


def test_a_save_waits_for_the_rename_of_another_and_then_sees_its_file(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, told = threading.Event(), []
    real_replace, real_flock = os.replace, fcntl.flock

    def slower() -> None:
        try:
            disk.save("slower", disk.opened.digest)
        except StorageError as error:
            told.append(error)

    thread = threading.Thread(target=slower)

    def replace(old: Path, new: Path) -> None:
        if threading.current_thread() is not thread:
            thread.start()
            assert waits.wait(20)
            assert len(os.listdir(disk.path.parent)) == 3
        real_replace(old, new)

    def flock(handle: int, how: int) -> None:
        try:
            real_flock(handle, how)
        except BlockingIOError:
            if how & fcntl.LOCK_EX:  # a shared one asks whether the other's new file is being written
                waits.set()
            raise

    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.replace", replace)
        patch.setattr("workbench.adapters.locks.fcntl.flock", flock)
        disk.save("faster", disk.opened.digest)
        thread.join(20)
    assert [type(error) for error in told] == [ChangedOnDisk]
    assert disk.value == prompt_of("faster")
    assert disk.stands(disk.path.read_bytes())


def test_a_folder_that_a_program_holds_for_long(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.adapters.presets.save.PATIENCE", 0.01)
    handle = os.open(disk.path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert f"another program has locked the folder {disk.path.parent}: try again" in disk.refused()
        assert disk.stands()
    finally:
        os.close(handle)
    disk.save("new", disk.opened.digest)


def test_where_nothing_can_be_locked_it_is_saved(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("workbench.adapters.locks.fcntl.flock", fails(errno.ENOLCK))
        disk.save("new", disk.opened.digest)
    assert disk.value == prompt_of("new")


def test_what_was_saved_is_told_and_not_what_came_after(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def replace(old: Path, new: Path) -> None:
        real(old, new)
        disk.path.write_bytes(THEIRS)

    with monkeypatch.context() as patch:
        patch.setattr(f"{FILES}.replace", replace)
        saved = disk.save("new", disk.opened.digest)
    assert saved.value == prompt_of("new")
    with pytest.raises(ChangedOnDisk):
        disk.save("newer", saved.digest)
    assert disk.stands(THEIRS)


def test_two_processes_that_save_at_once(tmp_path: Path) -> None:
    """50 times: one of both is whole in the file, and the other one, whose file it is not, is told so.

    Never are both content: the folder is held from the last look to the rename. The one exception is a save that was
    over before the other one looked at the file at all, and had the digest that this one was given: that is no save at
    once, and here it can't be, since both know the digest of the file before.
    """
    command = [sys.executable, "-m", "tests.support.preset_process", "race", str(tmp_path), "50"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(rounds) == 50
    for digest, *ends in rounds:
        assert [end.get("saved") for end in ends if "saved" in end] == [digest]
        assert [end.get("refused") for end in ends if "saved" not in end] == ["ChangedOnDisk"]
    assert os.listdir(tmp_path / "home" / "prompts") == ["news.yaml"]


# -- links ---------------------------------------------------------------------------------------------------------


def test_a_linked_preset_in_a_linked_folder(disk: Disk) -> None:
    shared = disk.root / "shared.yaml"
    disk.path.rename(shared)
    disk.path.symlink_to("../../shared.yaml")
    (disk.root / "home").rename(disk.root / "elsewhere")
    (disk.root / "home").symlink_to("elsewhere")
    assert disk.value == prompt_of("old")
    saved = disk.save("new", disk.opened.digest)
    assert (saved.path, saved.place, saved.warnings) == (str(disk.path), Place.USER, ())
    assert [path.is_symlink() for path in (disk.path, disk.root / "home", shared)] == [True, True, False]
    assert disk.value == prompt_of("new")
    assert [entry.error for entry in library_in(disk.root).entries()] == [""]


def test_a_linked_file_that_changed_is_found_through_its_link(disk: Disk) -> None:
    shared = disk.root / "shared.yaml"
    disk.path.rename(shared)
    disk.path.symlink_to(shared)
    shared.write_bytes(THEIRS)
    with pytest.raises(ChangedOnDisk):
        disk.save("new", disk.opened.digest)
    assert shared.read_bytes() == THEIRS


def test_what_a_killed_save_left_beside_a_linked_file_is_cleaned(disk: Disk) -> None:
    shared = disk.root / "dotfiles" / "shared.yaml"
    shared.parent.mkdir()
    disk.path.rename(shared)
    disk.path.symlink_to(shared)
    (shared.parent / ".workbench-0.tmp").write_bytes(b"half")
    (shared.parent / "notes.txt").write_bytes(b"mine")
    disk.path.with_name("dangling.yaml").symlink_to("gone/far.yaml")
    disk.path.with_name("circle.yaml").symlink_to("circle.yaml")
    assert disk.value == prompt_of("old")
    assert sorted(os.listdir(shared.parent)) == ["notes.txt", "shared.yaml"]


def test_a_folder_that_is_a_link_to_nothing_or_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "prompts"
    folder.parent.mkdir()
    for target, reason in (("gone", "is no folder"), ("prompts", "Too many levels of symbolic links")):
        folder.symlink_to(target)
        (entry,) = library_in(tmp_path).entries()
        assert reason in entry.error
        with pytest.raises(StorageError) as caught:
            library_in(tmp_path).save(Place.USER, Kind.PROMPT, SLUG, Prompt(), known=None)
        assert f"{folder} is a link to gone, which is not there" in caught.value.line or target == "prompts"
        assert "the links of this path lead in a circle" in caught.value.line or target == "gone"
        assert caught.value.hint
        assert folder.is_symlink()
        folder.unlink()


def test_a_second_name_of_the_file_keeps_the_old_text_and_is_told(disk: Disk) -> None:
    second = disk.root / "second.yaml"
    second.hardlink_to(disk.path)
    (warning,) = disk.library.open(Kind.PROMPT, SLUG).warnings
    assert "has a second name (a hard link): saving changes it under this name alone" in warning
    assert disk.save("new", disk.opened.digest).warnings == ()
    assert second.read_bytes() == disk.old
    assert disk.value == prompt_of("new")
