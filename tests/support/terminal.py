"""The real command in a pseudo-terminal: keys in, screen out, and every byte that went to the terminal."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

# pyte knows neither the kitty keyboard protocol nor queries; a real terminal takes them silently.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b[_P^X][^\x1b]*\x1b\\|\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9]+\$p|\x1b\[>[0-9;]*[a-zA-Z]|\x1b\[[0-9;]*t"
)
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l")
"""What has to be written for a usable terminal: main screen, cursor, no mouse."""


class Terminal:
    """A process in a terminal of `size` (columns, rows). Files go under `home`; no environment of ours leaks in."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        *,
        size: tuple[int, int] = (120, 40),
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        columns, rows = size
        self.written = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            sys.executable,
            ["-m", "workbench", *arguments],
            env=clean_environ(home, environ),
            cwd=str(folder or home),
            dimensions=(rows, columns),
            timeout=20,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.close(force=True)

    @property
    def pid(self) -> int:
        assert self._child.pid is not None
        return self._child.pid

    def send(self, keys: str | bytes) -> None:
        self._child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def text(self) -> str:
        """The screen as it stands, without what arrives meanwhile."""
        # A wide character's second cell is an empty string in pyte, which `display` drops.
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 20.0) -> str:
        """Read until the screen holds `wanted` (or satisfies it) and return the screen; AssertionError in time."""
        check = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + seconds
        while not check(self.text()):
            left = end - time.monotonic()
            assert left > 0, f"not on the screen after {seconds} s: {wanted!r}\n{self.text()}"
            if not self._read(left):
                assert check(self.text()), f"the program ended without {wanted!r}:\n{self.text()}"
        return self.text()

    def wait_end(self, seconds: float = 10.0) -> int:
        """Read until the program ends; its exit code, negative for a signal."""
        end = time.monotonic() + seconds
        while self._read(max(0.0, end - time.monotonic())):
            assert time.monotonic() < end, f"still running after {seconds} s:\n{self.text()}"
        self._child.wait()
        if self._child.signalstatus is not None:
            return -int(self._child.signalstatus)
        return int(self._child.exitstatus or 0)

    def _read(self, seconds: float) -> bool:
        try:
            data = self._child.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.written += data
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return True


def clean_environ(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with no key, no proxy and no settings of the person who runs the tests."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
        if name in os.environ
    }
    kept.setdefault("LANG", "C.UTF-8")
    root = str(Path(__file__).resolve().parents[2])
    return {
        **kept,
        "HOME": str(home),
        "WORKBENCH_HOME": str(home / "workbench"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": root,
        **(more or {}),
    }
