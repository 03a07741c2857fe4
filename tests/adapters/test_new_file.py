"""A file that a command is to make: refused before the work where it could not be, and never over another one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workbench.adapters.new_file import NewFile
from workbench.core.errors import InputError, StorageError


def test_it_is_written_whole_and_private(tmp_path: Path) -> None:
    file = NewFile.at("a.csv", tmp_path, over=False)
    file.write(b"one")
    assert (tmp_path / "a.csv").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a.csv"]


def test_what_came_there_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    file = NewFile.at("a.csv", tmp_path, over=False)
    (tmp_path / "a.csv").write_text("theirs")
    with pytest.raises(StorageError, match="meanwhile"):
        file.write(b"ours")
    assert (tmp_path / "a.csv").read_text() == "theirs"
    assert os.listdir(tmp_path) == ["a.csv"]
    NewFile.at("a.csv", tmp_path, over=True).write(b"ours")
    assert (tmp_path / "a.csv").read_bytes() == b"ours"


def test_a_link_to_nothing_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is there already"):
        NewFile.at("a.csv", tmp_path, over=False)


@pytest.mark.parametrize(
    ("path", "said"),
    [(".", "is a folder"), ("none/a.csv", "there is no folder"), ("a\0.csv", "is no file name"), ("x" * 5000, "no")],
)
def test_what_can_not_be_written_is_said_before(tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        NewFile.at(path, tmp_path, over=True)


def test_a_folder_that_may_not_be_written_to_is_said_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="you may not write"):
        NewFile.at("a.csv", tmp_path, over=False)
