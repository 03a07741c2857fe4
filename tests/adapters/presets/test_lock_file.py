"""The `.lock` file: what is written is read back, and what is no such file is told and left as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.presets.strategies import clean_texts, values
from workbench.adapters.presets.lock_file import LockFile, read_lock, write_lock
from workbench.core.drift.recording import Noise, RecordedCase, RecordedCheck, RecordedColumn, Recording, Took
from workbench.core.errors import ChangedOnDisk, InputError, StorageError


def a_recording(answers: list[str], value: object = 1) -> Recording:
    column = RecordedColumn(
        setting={"messages[0]": value},  # type: ignore[dict-item]
        connection="c",
        host="h",
        model="m",
        parameters={"extra": value},  # type: ignore[dict-item]
        models={"m-1": 2},
        noise=Noise(2, 1, 1.0, 0.0),
        took=Took(1.5, None, 0.25),
        checks=(RecordedCheck("equals", value, 1, 0, 1),),  # type: ignore[arg-type]
        cases=(RecordedCase("a" * 64, ("user 12",), 3, tuple(answers)), RecordedCase("b" * 64)),
    )
    return Recording("p", "c", 2, (column,), {"text": answers[0] if answers else ""}, {"persona x": "1"}, "2026-11-23")


@given(st.lists(clean_texts, max_size=4), values)
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, answers: list[str], value: object
) -> None:
    path = tmp_path_factory.mktemp("lock") / "p.lock"
    written = write_lock(path, a_recording(answers, value), known=None)
    assert read_lock(path) == written
    assert sorted(written.recording.columns[0].cases[0].answers) == sorted(answers) if written.recording else False
    assert "\x1b" not in path.read_text("utf-8")


def test_none_is_there(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "x.lock") == LockFile(tmp_path / "x.lock")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\0",
        b"a" * 1_000_001,
        b"a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        b"version: 1\nversion: 1\n",
        b"!!python/object/apply:os.system [true]\n",
        b"- 1\n",
        b"\xff\xfe\xfa",
        b"version: 1\npreset: p\nconnection: c\nrepeats: .nan\ncolumns: []\n",
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_lock(path)
    assert str(path) in error.value.line
    assert "\n" not in error.value.line
    assert path.read_bytes() == data


def test_links_are_kept_and_bad_ones_told(tmp_path: Path) -> None:
    real, link, loop = tmp_path / "real.lock", tmp_path / "x.lock", tmp_path / "loop.lock"
    first = write_lock(real, a_recording(["a"]), known=None)
    link.symlink_to(real)
    write_lock(link, a_recording(["b"]), known=first.digest)
    assert link.is_symlink()
    assert b"text: b" in real.read_bytes()
    loop.symlink_to(loop)
    with pytest.raises(InputError):
        read_lock(loop)
    with pytest.raises(InputError):
        read_lock(tmp_path)  # a folder


def test_another_ones_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    path.write_text("theirs", "utf-8")
    for known in (None, "0" * 64):
        with pytest.raises(ChangedOnDisk):
            write_lock(path, a_recording(["a"]), known=known)
    assert path.read_text("utf-8") == "theirs"
    digest = write_lock(tmp_path / "y.lock", a_recording(["a"]), known=None).digest
    os.chmod(tmp_path / "y.lock", 0o400)
    with pytest.raises(StorageError, match="read-only"):
        write_lock(tmp_path / "y.lock", a_recording(["b"]), known=digest)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".workbench-")] == []
