"""Paths, private folders and files, saves that are whole, and files named by a variable."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.storage import run_to_end
from workbench.adapters.files import (
    Paths,
    clean_temporary,
    private_folder,
    read_variable_file,
    write_atomic,
)
from workbench.core.errors import InputError, StorageError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_under_workbench_home(tmp_path: Path) -> None:
    paths = Paths.find({"WORKBENCH_HOME": str(tmp_path)})
    found = (paths.settings, paths.presets, paths.database, paths.crashes, paths.exports, paths.locks)
    assert {path.parent for path in found} == {tmp_path}
    assert paths.settings.name == "settings.toml"
    assert paths.database.name == "workbench.db"


@pytest.mark.parametrize("environ", [{}, {"WORKBENCH_HOME": ""}])
def test_without_workbench_home_the_system_says(environ: dict[str, str]) -> None:
    paths = Paths.find(environ)
    assert paths.config.name == paths.data.name == "prompt-workbench"


def test_workbench_home_may_be_relative_or_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert Paths.find({"WORKBENCH_HOME": "w"}).data == tmp_path / "w"
    assert Paths.find({"WORKBENCH_HOME": "~/w"}).data == tmp_path / "me" / "w"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_folders_and_files_are_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        folder = private_folder(tmp_path / "a" / "b")
        write_atomic(folder / "file", b"x")
    finally:
        os.umask(before)
    assert [mode(p) for p in (folder.parent, folder, folder / "file")] == [0o700, 0o700, 0o600]


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError) as caught:
        private_folder(tmp_path / "file" / "sub")
    assert str(tmp_path / "file") in caught.value.message
    assert caught.value.hint


@given(old=st.binary(max_size=200), new=st.binary(max_size=20_000))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_written_is_what_is_read(tmp_path: Path, old: bytes, new: bytes) -> None:
    target = tmp_path / "file"
    write_atomic(target, old)
    write_atomic(target, new)
    assert target.read_bytes() == new
    assert os.listdir(tmp_path) == ["file"]


def test_a_symlink_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_failing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fails(*_args: object, **_more: object) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(f"workbench.adapters.files.os.{step}", fails)
        with pytest.raises(StorageError) as caught:
            write_atomic(target, b"new")
    assert str(target) in caught.value.message
    assert os.strerror(code) in caught.value.message
    assert caught.value.hint
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["nul\0", "half\ud800", "x" * 300, "missing/file", "."])
def test_a_name_that_can_not_be_is_an_error_of_ours(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError):
        write_atomic(tmp_path / name, b"x")
    assert os.listdir(tmp_path) == []


def test_a_save_killed_at_any_system_call_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    calls = int(run_to_end("killed_saves", tmp_path / "file"))
    assert calls > 8
    left = [path for path in tmp_path.iterdir() if path.name != "file"]
    assert left, "nothing was killed half-way"
    clean_temporary(tmp_path)
    assert os.listdir(tmp_path) == ["file"]


def test_cleaning_leaves_what_is_being_written_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def in_between(handle: int) -> None:
        clean_temporary(tmp_path)
        real(handle)

    monkeypatch.setattr("workbench.adapters.files.os.fsync", in_between)
    write_atomic(tmp_path / "file", b"x")
    assert os.listdir(tmp_path) == ["file"]


TEXT = "안녕 — naïve\r\nsecond\u2028line\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_variable_takes_text_as_it_stands(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode(encoding))
    assert read_variable_file("a.txt", tmp_path) == TEXT


def test_utf_16_in_both_orders(tmp_path: Path) -> None:
    for name, data in (("le", b"\xff\xfe" + TEXT.encode("utf-16-le")), ("be", b"\xfe\xff" + TEXT.encode("utf-16-be"))):
        (tmp_path / name).write_bytes(data)
        assert read_variable_file(name, tmp_path) == TEXT


def test_absolute_and_home_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a").write_text("x")
    assert read_variable_file("~/a", Path("/")) == read_variable_file(str(tmp_path / "a"), Path("/")) == "x"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "at byte 0"),
        ("é".encode("latin-1") + b" rest", "at byte 0"),
        (b"abc\0def", "zero byte at byte 3"),
        (b"\xef\xbb\xbfabc\xff", "at byte 6"),
        (b"\xff\xfea\0b\0c", "at byte 6"),
        (b"x" * 1001, "1,001 bytes"),
    ],
)
def test_what_is_no_text_or_too_large_is_refused_with_the_place(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_variable_file("a", tmp_path, limit=1000)
    assert words in caught.value.message
    assert caught.value.message.startswith("@a")
    assert caught.value.hint


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(10 * 1024**3)
    with pytest.raises(InputError, match="10,737,418,240 bytes"):
        read_variable_file("a", tmp_path)


def test_missing_folders_and_pipes_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in (
        ("none", "no such file"),
        (".", "is a folder"),
        ("pipe", "device or a pipe"),
        ("a\0", "no file name"),
    ):
        with pytest.raises(InputError, match=words):
            read_variable_file(name, tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read_variable_file("a", tmp_path)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc")
def test_a_file_that_says_it_is_empty_is_read_to_its_end(tmp_path: Path) -> None:
    assert "VmPeak" in read_variable_file("/proc/self/status", tmp_path)
    with pytest.raises(InputError, match="is larger; a variable takes 100 at most"):
        read_variable_file("/proc/self/status", tmp_path, limit=100)


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_a_file_that_is_shared_may_stay_so(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_atomic(tmp_path / "file", b"x", mode=0o664)
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o664
