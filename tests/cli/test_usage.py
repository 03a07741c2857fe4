"""Wrong usage: one line, what to do in it, and nothing that a terminal obeys."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

ESCAPE = "\x1b]0;x\x07"


@pytest.mark.parametrize(
    "arguments",
    [["run", "hi", f"--x{ESCAPE}"], ["run", "--model"], ["chat", "--last-turns", ESCAPE], ["chat", "a", ESCAPE]],
)
def test_wrong_usage_is_one_line(cli: CommandLine, arguments: list[str]) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("workbench: ")
    assert ended.err.endswith(f": see workbench {arguments[0]} --help\n")
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err


def test_an_unknown_command_names_those_there_are(cli: CommandLine) -> None:
    ended = cli("runn", "hi")
    assert ended.code == 2
    assert "'runn'" in ended.err
    assert "'presets'" in ended.err
    assert ended.err.endswith(": see workbench --help\n")


def test_help_is_written_where_no_korean_can_be(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    assert cli("chat", "--help").code == 0
    assert b"bye, \\uc885\\ub8cc or the end of input" in written.getvalue()


@pytest.mark.parametrize("arguments", [[], ["run", "hi"], ["chat"], ["presets", "list"], ["open", "capitals"]])
def test_a_working_folder_that_is_gone(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    gone = cli.folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ended = cli(*arguments)
    os.chdir(Path(cli.folder))
    assert ended.code == 2
    assert ended.err == "workbench: the working folder is gone or can't be read: go to another one\n"
