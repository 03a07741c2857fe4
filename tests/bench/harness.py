"""Times a program from outside, in a 120x40 pseudo-terminal; Linux, since it reads /proc.

Every read of the terminal is stamped with CLOCK_MONOTONIC, and the terminal's output is taken at once, so that the
program never waits for it. Nothing runs beside: the output is drained while something is waited for.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import statistics
import termios
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 120, 40
_TICKS = os.sysconf("SC_CLK_TCK")
_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\"
    rb"|[()*+#][0-9A-Za-z]|[0-9=>A-OQ-WYZc-z])"
)
_CUT_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[()*+#])?\Z")
_MODE_QUERY = re.compile(rb"\x1b\[\?(\d+)\$p")
_ANSWERS = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[0c": b"\x1b[?62;22c",
    b"\x1b[?u": b"\x1b[?0u",
    b"\x1b[>q": b"\x1bP>|bench\x1b\\",
    b"\x1b[>0q": b"\x1bP>|bench\x1b\\",
    b"\x1b[14t": b"\x1b[4;640;960t",
    b"\x1b[16t": b"\x1b[6;16;8t",
    b"\x1b]10;?\x07": b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]11;?\x07": b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]10;?\x1b\\": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
"""What a modern terminal answers; a program that asks would otherwise wait for a time-out."""


class Late(Exception):
    """What was waited for did not come."""


class Program:
    """A process in a terminal of its own, from its start until `quit`. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self, command: list[str], environ: Mapping[str, str], folder: Path) -> None:
        self._output = bytearray()
        """Without escape sequences."""
        self._ends: list[int] = []
        self._times: list[float] = []
        """Where the output stood after each read, and when that was."""
        self._cut = b""
        self._ended = False
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                termios.tcsetwinsize(0, (ROWS, COLUMNS))
                os.chdir(folder)
                os.execvpe(command[0], command, environ)
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def mark(self) -> int:
        """This place in the output: what is waited for from here on must come after it."""
        return len(self._output)

    def since(self, mark: int) -> bytes:
        """The output after `mark`, without escape sequences."""
        return bytes(self._output[mark:])

    def send(self, keys: str) -> float:
        """Press keys; the time just before."""
        now = time.monotonic()
        os.write(self._fd, keys.encode())
        return now

    def wait(self, text: str, mark: int, seconds: float = 60.0) -> float:
        """When `text` was whole in the output after `mark`; raises Late."""
        wanted = text.encode()
        limit = time.monotonic() + seconds
        start = mark
        while (at := self._output.find(wanted, start)) < 0:
            start = max(mark, len(self._output) - len(wanted) + 1)
            left = limit - time.monotonic()
            if left <= 0 or self._ended:
                why = "the program ended without" if self._ended else f"after {seconds:g} s there was no"
                raise Late(f"{why} {text!r}; the last output was:\n{self._output[-2000:].decode(errors='replace')}")
            self._read(left)
        return self._times[bisect_left(self._ends, at + len(wanted))]

    def drain(self, seconds: float) -> None:
        """Let time pass."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0 and not self._ended:
            self._read(left)

    def rest(self, quiet: float = 0.4, seconds: float = 30.0) -> None:
        """Wait until the program has nothing more to do: `quiet` seconds with next to no processor time.

        Silence of the terminal would not tell: imports in a thread print nothing.
        """
        limit = time.monotonic() + seconds
        used = self.cpu_seconds()
        while time.monotonic() < limit:
            self.drain(quiet)
            before, used = used, self.cpu_seconds()
            # One tick of the clock is a blinking cursor's.
            if used - before <= 1.01 / _TICKS:
                return
        raise Late(f"still at work after {seconds:g} s")

    def cpu_seconds(self) -> float:
        """User and system time of the process and all its threads so far; steps of 1/100 s."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def main_thread_seconds(self) -> float:
        """Processor time of the main thread so far, to the microsecond: what a busy machine lengthens least."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9

    def peak_mib(self) -> float:
        """The most memory that was resident. The kernel's `ru_maxrss` would count the harness before the exec too."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def quit(self, keys: str = "\x11", seconds: float = 10.0) -> None:
        """Leave the program with a key (ctrl+q) and wait for its end; raises Late."""
        self.send(keys)
        limit = time.monotonic() + seconds
        while not self._ended:
            if time.monotonic() > limit:
                raise Late(f"still running {seconds:g} s after the key to quit")
            self._read(limit - time.monotonic())

    def _read(self, seconds: float) -> None:
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return
        try:
            data = os.read(self._fd, 1 << 18)
        except OSError:  # Linux: the other side is closed
            data = b""
        now = time.monotonic()
        if not data:
            self._ended = True
            return
        data = self._cut + data
        cut = _CUT_SEQUENCE.search(data)
        data, self._cut = (data[: cut.start()], data[cut.start() :]) if cut else (data, b"")
        self._answer(data)
        self._output += _SEQUENCE.sub(b"", data)
        self._ends.append(len(self._output))
        self._times.append(now)

    def _answer(self, data: bytes) -> None:
        answers = [answer * data.count(query) for query, answer in _ANSWERS.items() if query in data]
        # 2 is "known and off", 0 "not known": of the modes that are asked for, synchronised output alone is known.
        answers += [
            b"\x1b[?%s;%d$y" % (mode, 2 if mode == b"2026" else 0) for mode in dict.fromkeys(_MODE_QUERY.findall(data))
        ]
        if answers:
            os.write(self._fd, b"".join(answers))

    def _end(self) -> None:
        """Nothing of it stays, however it went. A program that has quit is only collected."""
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self.pid, 0)


@dataclass(frozen=True, slots=True)
class Figure:
    """What several runs gave: the number that stands for them all, the least and the greatest."""

    value: float
    low: float
    high: float

    @classmethod
    def median(cls, values: Sequence[float]) -> Figure:
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def quantile(cls, runs: Sequence[Sequence[float]], percent: int) -> Figure:
        """A percentile over all values of all runs; least and greatest are those of single runs."""
        each = [percentile(run, percent) for run in runs]
        return cls(percentile([value for run in runs for value in run], percent), min(each), max(each))


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. `target` is the most that ratio or value may be; None is no target."""

    what: str
    unit: str
    figure: Figure
    beside: str = ""
    floor: Figure | None = None
    target: float | None = None
    of: str = "ratio"
    """What the target is about: "ratio" or "value"."""

    @property
    def ratio(self) -> float | None:
        return self.figure.value / self.floor.value if self.floor else None

    @property
    def met(self) -> bool | None:
        measured = self.ratio if self.of == "ratio" else self.figure.value
        return None if self.target is None or measured is None else measured <= self.target


_FORMAT = "{:42} {:>9} {:>15}  {:28} {:>9} {:>15} {:>7} {:>10}  {}"


def print_table(rows: Sequence[Row]) -> None:
    """The rows, with ratios to the floor of the same run."""
    print(_FORMAT.format("", "figure", "min-max", "floor", "figure", "min-max", "ratio", "target", ""))
    for row in rows:
        target = "" if row.target is None else f"<= {row.target:g}{'' if row.of == 'ratio' else ' ' + row.unit}"
        print(
            _FORMAT.format(
                f"{row.what}, {row.unit}",
                f"{row.figure.value:.1f}",
                _span(row.figure),
                row.beside,
                f"{row.floor.value:.1f}" if row.floor else "",
                _span(row.floor) if row.floor else "",
                f"{row.ratio:.2f}" if row.ratio is not None else "",
                target,
                {True: "met", False: "MISSED", None: ""}[row.met],
            ).rstrip()
        )


def _span(figure: Figure) -> str:
    return f"{figure.low:.1f}-{figure.high:.1f}"
