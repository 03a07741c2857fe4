"""Saving a preset: nobody's work is written over, what was there stays what it was, and errors are one line."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from workbench.adapters.presets import save
from workbench.adapters.presets.file_warnings import file_warnings
from workbench.adapters.presets.read import ReadPreset, read_preset
from workbench.adapters.presets.save import digest_of
from workbench.core.errors import ChangedOnDisk, InputError, StorageError
from workbench.core.json_value import JSON
from workbench.core.parts import Persona
from workbench.core.preset import Kind, Preset
from workbench.core.prompt import Message, ParameterValues, Prompt, Role

MODELINE = "# yaml-language-server: $schema=presets.json"
PROMPT = Prompt(name="뉴스", messages=(Message(Role.USER, "one\ntwo\n"),))
OTHER = Prompt(name="other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prompts" / "news.yaml"


def save_preset(path: Path, value: Preset, *, known: str | None, modeline: str = "") -> str:
    """The digest of what was saved; that is what reads as the value."""
    saved = save.save_preset(path, value, known=known, modeline=modeline)
    assert saved.read == read_preset(path.read_bytes(), path.name, path.stem)
    return saved.digest


def refused(path: Path, value: Preset, known: str | None = None) -> str:
    """The line that a save which can't be done ends with."""
    with pytest.raises((StorageError, InputError)) as caught:
        save_preset(path, value, known=known)
    assert caught.value.hint
    assert "\n" not in caught.value.line
    return caught.value.line


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_and_reads_back(path: Path) -> None:
    digest = save_preset(path, PROMPT, known=None)
    assert digest == digest_of(path.read_bytes())
    assert read_preset(path.read_bytes(), path.name, "news").value == PROMPT
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)
    assert os.listdir(path.parent) == ["news.yaml"]


def test_a_file_that_is_there_is_not_written_over(path: Path) -> None:
    there = save_preset(path, PROMPT, known=None)
    with pytest.raises(ChangedOnDisk, match="is there already") as caught:
        save_preset(path, OTHER, known=None)
    assert caught.value.digest == there
    assert caught.value.hint
    assert digest_of(path.read_bytes()) == there
    assert save_preset(path, OTHER, known=caught.value.digest) != there


def test_a_change_by_someone_else_is_found_though_size_and_time_are_the_same(path: Path) -> None:
    known = save_preset(path, PROMPT, known=None)
    before = path.stat()
    theirs = path.read_bytes().replace(b"one", b"TWO")
    path.write_bytes(theirs)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ChangedOnDisk, match="changed by something else") as caught:
        save_preset(path, OTHER, known=known)
    assert path.read_bytes() == theirs
    assert caught.value.digest == digest_of(theirs)


def test_the_same_text_is_no_conflict_and_no_write(path: Path) -> None:
    digest = save_preset(path, PROMPT, known=None)
    inode = path.stat().st_ino
    assert save_preset(path, PROMPT, known=None) == digest
    assert path.stat().st_ino == inode


def test_a_file_that_was_removed_meanwhile_is_made_again(path: Path) -> None:
    known = save_preset(path, PROMPT, known=None)
    path.unlink()
    save_preset(path, OTHER, known=known)
    assert read_preset(path.read_bytes(), path.name, "news").value == OTHER


def test_line_ends_modeline_and_mode_of_the_file_stay(path: Path) -> None:
    path.parent.mkdir()
    theirs = f"{MODELINE}\r\nkind: prompt\r\nmessages:\r\n  - role: user\r\n    content: |\r\n      a\r\n      b\r\n"
    path.write_bytes(theirs.encode())
    path.chmod(0o644)
    save_preset(path, PROMPT, known=digest_of(theirs.encode()))
    data = path.read_bytes()
    assert data.startswith(f"{MODELINE}\r\nkind: prompt\r\n".encode())
    assert data.count(b"\n") == data.count(b"\r\n")
    assert mode(path) == 0o644
    assert read_preset(data, path.name, "news").value == PROMPT


def test_utf_16_with_crlf_becomes_utf_8_with_crlf(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes("kind: prompt\r\nname: a\r\n".encode("utf-16"))
    save_preset(path, PROMPT, known=digest_of(path.read_bytes()))
    assert path.read_bytes().startswith("kind: prompt\r\nname: 뉴스\r\n".encode())


def test_a_modeline_may_be_given(path: Path) -> None:
    save_preset(path, PROMPT, known=None, modeline=MODELINE)
    assert path.read_text("utf-8").startswith(f"{MODELINE}\nkind: prompt\n")


def test_a_file_that_is_no_preset_any_more_can_be_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\0broken")
    save_preset(path, PROMPT, known=digest_of(b"\0broken"))
    assert read_preset(path.read_bytes(), path.name, "news").value == PROMPT


def test_a_link_stays_and_its_file_is_written(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "shared.yaml"
    known = save_preset(target, PROMPT, known=None)
    path.parent.mkdir()
    path.symlink_to(target)
    save_preset(path, OTHER, known=known)
    assert path.is_symlink()
    assert read_preset(target.read_bytes(), "shared.yaml", "news").value == OTHER


def test_a_link_to_nothing_and_links_in_a_circle_are_named(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("gone.yaml")
    assert f"{path} can't be saved: it is a link to gone.yaml, which is not there" in refused(path, PROMPT)
    path.unlink()
    path.symlink_to(path)
    assert "the links of this path lead in a circle" in refused(path, PROMPT)
    assert os.listdir(path.parent) == ["news.yaml"]


def test_a_folder_or_a_pipe_in_its_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    assert "is a folder" in refused(path, PROMPT)
    path.rmdir()
    os.mkfifo(path)
    assert "not a file but a device or a pipe" in refused(path, PROMPT)


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_a_read_only_file_stays(path: Path) -> None:
    known = save_preset(path, PROMPT, known=None)
    path.chmod(0o444)
    assert f"{path} can't be saved: it is read-only" in refused(path, OTHER, known)
    assert digest_of(path.read_bytes()) == known


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_folders_and_files_that_forbid_it_are_one_clear_line(as_nobody: Path) -> None:
    path = as_nobody / "news.yaml"
    known = save_preset(path, PROMPT, known=None)
    as_nobody.chmod(0o555)
    assert f"{path} can't be saved: Permission denied: you may not write there" in refused(path, OTHER, known)
    assert "deeper can't be made: Permission denied" in refused(as_nobody / "deeper" / "new.yaml", OTHER)
    path.chmod(0)
    assert f"{path} can't be read: permission denied" in refused(path, OTHER, known)
    path.chmod(0o600)
    assert digest_of(path.read_bytes()) == known


def test_a_value_that_could_not_be_opened_again_is_not_saved(path: Path) -> None:
    known = save_preset(path, PROMPT, known=None)
    parameters: dict[str, JSON] = {"temperature": "warm"}
    with pytest.raises(StorageError, match=r"could not be opened again: news\.yaml:3: parameters\.temperature"):
        save_preset(path, Prompt(parameters=ParameterValues(parameters)), known=known)
    assert digest_of(path.read_bytes()) == known


def test_a_value_that_reads_back_as_another_is_not_saved(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = read_preset

    def forgets(data: bytes, name: str, slug: str, kind: Kind) -> ReadPreset:
        return real(data.replace(b"one", b"two"), name, slug, kind)

    monkeypatch.setattr("workbench.adapters.presets.save.read_preset", forgets)
    with pytest.raises(StorageError, match="would not read back as it is"):
        save_preset(path, PROMPT, known=None)
    assert not path.exists()


def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = save_preset(path, PROMPT, known=None)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("workbench.adapters.files.os.write", full)
        assert "the disk is full" in refused(path, OTHER, known)
    assert digest_of(path.read_bytes()) == known
    assert os.listdir(path.parent) == ["news.yaml"]


def test_what_a_killed_save_left_is_cleaned_by_the_next(path: Path) -> None:
    path.parent.mkdir()
    left = path.parent / ".workbench-0123456789abcdef.tmp"
    left.write_bytes(b"half")
    save_preset(path, Persona("news", "n"), known=None)
    assert os.listdir(path.parent) == ["news.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_what_others_can_do_to_a_file_is_said(path: Path) -> None:
    save_preset(path, PROMPT, known=None)
    assert file_warnings(path, path.stat()) == ()
    path.chmod(0o666)
    (line,) = file_warnings(path, path.stat())
    assert line.startswith(f"others can write to {path}")
    path.chmod(0o600)
    path.parent.chmod(0o777)
    assert file_warnings(path, path.stat()) == (f"others can replace files in {path.parent}: chmod go-w closes it",)
    path.parent.chmod(0o1777)
    assert file_warnings(path, path.stat()) == ()
    (path.parent / "second.yaml").hardlink_to(path)
    (line,) = file_warnings(path, path.stat())
    assert "has a second name (a hard link)" in line


def test_a_file_of_another_user_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_preset(path, PROMPT, known=None)
    mine = path.stat()
    monkeypatch.setattr("workbench.adapters.presets.file_warnings.os.geteuid", lambda: mine.st_uid + 1)
    found = os.stat_result((mine.st_mode, 1, 1, 1, 12_345, mine.st_gid, 1, 0, 0, 0))
    assert file_warnings(path, found) == (
        f"{path} belongs to another user of this machine: look at it before you run it",
    )
