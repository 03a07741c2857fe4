"""Standard streams that are closed, or that lead to a disk that is full."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from workbench.cli.main import entry

FAST = ("--model", "practice-fast", "--set", "max_completion_tokens=8")
FULL = "standard output can't be written: No space left on device: free some space, or write to another place"


class Full(io.StringIO):
    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "arguments",
    [("run", "hi", *FAST), ("run", "hi", "--json", *FAST), ("chat", *FAST), ("presets", "list"), ("presets", "check")],
)
def test_a_full_disk_is_no_fault_of_the_program(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdout", Full())
    ended = cli(*arguments, stdin=b"hi\nhi\n")
    assert ended.code == 1
    assert ended.err.count(FULL) == 1
    assert "report" not in ended.err


def test_saving_to_a_full_disk_is_no_wrong_usage(cli: CommandLine) -> None:
    (cli.home / "presets").write_text("in the way of the folder")
    ended = cli("presets", "import", "--save", "x", stdin=b'{"messages": [{"role": "user", "content": "hi"}]}')
    assert ended.code == 1


@pytest.mark.parametrize("closed", ["stdin", "stdout", "stderr"])
def test_a_closed_stream_is_the_null_device(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys, closed, None)
    monkeypatch.setattr(sys, "argv", ["workbench", "presets", "show", "nothing-of-this-name"])
    with pytest.raises(SystemExit) as end:
        entry()
    assert end.value.code == 2
    stream = getattr(sys, closed)
    assert stream.name == os.devnull
    stream.close()
    assert ("nothing-of-this-name" in capsys.readouterr().err) == (closed != "stderr")


def test_no_file_of_the_program_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m workbench.cli.main run hi {" ".join(FAST)} <&- >&- 2>&-'
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    environ = {**kept, "WORKBENCH_HOME": str(tmp_path / "home")}
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environ, check=False).returncode == 0
    assert (tmp_path / "home" / "workbench.db").read_bytes().startswith(b"SQLite format 3")
