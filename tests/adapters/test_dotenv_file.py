"""A .env is data: read from the working folder alone, nothing expanded, nothing put into the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.adapters.dotenv_file import MAX_BYTES, DotEnv, read_dotenv

CANARY = "sk-canary-7f3a9b2c4d5e6f708192"


def write(folder: Path, data: bytes | str) -> DotEnv:
    (folder / ".env").write_bytes(data.encode() if isinstance(data, str) else data)
    return read_dotenv(folder)


def test_values_are_read_as_they_stand(tmp_path: Path) -> None:
    found = write(tmp_path, "A=1\nexport B='two'\nC=\"$A ${B}\"\nD=\nE\n# note\nA=last # why\n")
    assert found.values == {"A": "last", "B": "two", "C": "$A ${B}", "D": ""}
    assert found.notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert write(tmp_path, "A=한국어\r\nB=2\r\n".encode(encoding)).values == {"A": "한국어", "B": "2"}


def test_latin_1_does_not_hide_the_rest(tmp_path: Path) -> None:
    assert write(tmp_path, b"A=caf\xe9\nB=2\n").values["B"] == "2"


def test_nothing_reaches_the_environment(tmp_path: Path) -> None:
    write(tmp_path, "WORKBENCH_TEST_DOTENV=1\n")
    assert "WORKBENCH_TEST_DOTENV" not in os.environ


def test_a_parent_folder_is_not_searched(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1")
    (tmp_path / "inner").mkdir()
    assert read_dotenv(tmp_path / "inner") == DotEnv()


def test_no_file_and_a_virtual_environment_are_no_fault(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path) == DotEnv()
    (tmp_path / ".env").mkdir()
    assert read_dotenv(tmp_path) == DotEnv()


def test_bad_lines_are_named_by_number_and_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = write(tmp_path, f"A=1\n'{CANARY}\nB=2\n={CANARY}\n")
    assert found.values["A"] == "1"
    assert found.notes == (".env: lines 2, 4 could not be read",)
    assert capfd.readouterr() == ("", "")


def test_what_can_not_be_read_is_named(tmp_path: Path) -> None:
    assert write(tmp_path, b"A=1\x00\n").notes == (".env in this folder was not read: not text",)
    assert write(tmp_path, b"#" * (MAX_BYTES + 1)).notes == (".env in this folder was not read: larger than 256 kB",)
    (tmp_path / ".env").unlink()
    os.mkfifo(tmp_path / ".env")
    assert read_dotenv(tmp_path).notes == (".env in this folder was not read: not a file",)
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").symlink_to(".env")
    assert read_dotenv(tmp_path).notes[0].startswith(".env in this folder was not read: ")


def test_no_value_is_in_the_repr(tmp_path: Path) -> None:
    assert "canary" not in repr(write(tmp_path, f"OPENAI_API_KEY={CANARY}\n"))
