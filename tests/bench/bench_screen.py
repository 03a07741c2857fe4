"""The screen from outside, beside floors of the same run: first paint, long answers, memory, and how soon a key shows.

    .venv/bin/python tests/bench/bench_screen.py [-n RUNS] [--only paint 2000 20000 echo]

Starts the real command and the programs of `floors.py` in a terminal of 120x40, in turn, against `endpoint.py`. Ratios
matter, not milliseconds: they hold on a slower machine too. Nothing else should run meanwhile. Linux.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.echoes import LETTERS, echoes
from tests.bench.endpoint import BEGIN, END, serve
from tests.bench.floors import READY, WARM
from tests.bench.harness import Figure, Late, Program, Row, print_table
from tests.bench.stage import Stage

PAINTED_LAST = "F1 Help"
"""Stands in the last line of the workbench's screen."""
FLOORS = str(Path(__file__).with_name("floors.py"))
KEYS = 40
"""Typed in each run."""
PACED = "paced-100-1500"
Group = Literal["paint", "2000", "20000", "echo"]
GROUPS: tuple[Group, ...] = ("paint", "2000", "20000", "echo")


class ScreenStage(Stage):
    """Where the workbench and its floors are started."""

    def warm_up(self, groups: list[Group]) -> None:
        """Runs that do not count: they compile the modules, make the database, and fill the endpoint's cache."""
        with self.workbench("bench-2000", self.used) as program:
            program.wait(PAINTED_LAST, 0)
            program.rest()
            program.quit()
        for name in ("empty", "field"):
            with self.floor(name) as program:
                program.wait(READY, 0)
        for count in (2_000, 20_000):
            if str(count) in groups:
                self.stream_workbench(count)
                self.stream_sdk(count)

    @contextmanager
    def workbench(self, model: str, home: Path | None = None) -> Iterator[Program]:
        """The real command, with a settings file, in a home of its own."""
        home = home or self.home()
        settings = f'default_model = "{model}"\ntheme = "textual-dark"\n'
        (home / "workbench" / "settings.toml").write_text(settings)
        with self.program([sys.executable, "-m", "workbench"], home) as program:
            yield program

    @contextmanager
    def floor(self, *arguments: str) -> Iterator[Program]:
        with self.program([sys.executable, FLOORS, *arguments], self.home()) as program:
            yield program

    # -- first paint -------------------------------------------------------------------------------------------

    def paint_workbench(self) -> Start:
        with self.workbench("bench-2000") as program:
            start = _start(program, PAINTED_LAST)
            program.rest()
            program.quit()
        return start

    def paint_floor(self, name: str) -> Start:
        with self.floor(name) as program:
            start = _start(program, READY, typed=name == "field")
            program.quit()
        return start

    # -- answers -----------------------------------------------------------------------------------------------

    def stream_workbench(self, count: int) -> Answered:
        with self.workbench(f"bench-{count}") as program:
            program.wait(PAINTED_LAST, 0)
            program.send("go")
            answered = self._answered(program)
            program.quit()
        return answered

    def stream_sdk(self, count: int, *, cold: bool = False) -> Answered:
        with self.floor("sdk-cold" if cold else "sdk", f"bench-{count}") as program:
            program.wait(READY if cold else WARM, 0)
            answered = self._answered(program)
            program.quit()
        return answered

    def _answered(self, program: Program) -> Answered:
        """The run key is pressed when the program is at rest."""
        program.rest()
        mark, used = program.mark(), program.cpu_seconds()
        pressed = program.send("\n")
        shown = program.wait(END, mark, 120)
        program.rest()
        return Answered(
            to_request=self.served.arrival(pressed) - pressed,
            to_end=shown - pressed,
            cpu=program.cpu_seconds() - used,
            peak_mib=program.peak_mib(),
        )

    # -- keys --------------------------------------------------------------------------------------------------

    def echo_streaming(self) -> list[float]:
        with self.workbench(PACED) as program:
            program.wait(PAINTED_LAST, 0)
            program.send("go")
            program.rest()
            mark = program.mark()
            program.send("\n")
            program.wait(BEGIN, mark)
            program.drain(1.0)
            mark = program.mark()
            times = echoes(program, KEYS)
            if END.encode() in program.since(mark):
                raise Late("the stream ended before the last key: the machine is too busy to measure on")
            program.quit()
        return times

    def echo_idle(self) -> list[float]:
        with self.workbench("bench-2000") as program:
            program.wait(PAINTED_LAST, 0)
            program.rest()
            times = echoes(program, KEYS)
            program.quit()
        return times

    def echo_field(self) -> list[float]:
        with self.floor("field") as program:
            program.wait(READY, 0)
            program.rest()
            times = echoes(program, KEYS)
            program.quit()
        return times


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of the process."""

    paint: float
    cpu: float
    """Of the main thread, until the paint."""
    typed: float
    """Until a key that was pressed as soon as the screen was there shows on it; 0 where none was pressed."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds from the run key, except for the memory."""

    to_request: float
    to_end: float
    cpu: float
    peak_mib: float


def _start(program: Program, text: str, *, typed: bool = True) -> Start:
    paint = program.wait(text, 0) - program.started
    cpu = program.main_thread_seconds()
    if not typed:
        return Start(paint, cpu, 0.0)
    mark = program.mark()
    program.send(LETTERS[0])
    return Start(paint, cpu, program.wait(LETTERS[0], mark) - program.started)


class Measured:
    """What the runs gave, by the name of what was measured."""

    def __init__(self) -> None:
        self.starts: dict[str, list[Start]] = defaultdict(list)
        self.answers: dict[str, list[Answered]] = defaultdict(list)
        self.echoes: dict[str, list[list[float]]] = defaultdict(list)

    def round(self, stage: ScreenStage, groups: list[Group]) -> None:
        """Everything once, the workbench and its floors in turn."""
        if "paint" in groups:
            self.starts["empty"].append(stage.paint_floor("empty"))
            self.starts["workbench"].append(stage.paint_workbench())
            self.starts["field"].append(stage.paint_floor("field"))
        for count in (2_000, 20_000):
            if str(count) in groups:
                self.answers[f"workbench {count}"].append(stage.stream_workbench(count))
                self.answers[f"sdk {count}"].append(stage.stream_sdk(count))
                self.answers[f"sdk-cold {count}"].append(stage.stream_sdk(count, cold=True))
        if "echo" in groups:
            self.echoes["field"].append(stage.echo_field())
            self.echoes["idle"].append(stage.echo_idle())
            self.echoes["streaming"].append(stage.echo_streaming())

    def rows(self) -> list[Row]:
        return [*self._paint_rows(), *self._answer_rows(), *self._echo_rows()]

    def _paint_rows(self) -> Iterator[Row]:
        if not self.starts:
            return

        def of(name: str, value: Callable[[Start], float]) -> Figure:
            return Figure.median([value(start) * 1e3 for start in self.starts[name]])

        paint, empty = (of(name, lambda start: start.paint) for name in ("workbench", "empty"))
        yield Row("first paint", "ms", paint, "empty app", empty, 1.8)
        cpu, empty_cpu = (of(name, lambda start: start.cpu) for name in ("workbench", "empty"))
        yield Row("first paint, processor", "ms", cpu, "empty app", empty_cpu)
        typed, field = (of(name, lambda start: start.typed) for name in ("workbench", "field"))
        yield Row("first key shown, from the start", "ms", typed, "app with a field, the same", field)

    def _answer_rows(self) -> Iterator[Row]:
        def of(name: str, value: Callable[[Answered], float]) -> Figure:
            return Figure.median([value(answered) for answered in self.answers[name]])

        def ended(name: str) -> Figure:
            return of(name, lambda answered: answered.to_end * 1e3)

        for count, target in ((2_000, 0.6), (20_000, 0.9)):
            ours, warm, cold = f"workbench {count}", f"sdk {count}", f"sdk-cold {count}"
            if ours not in self.answers:
                continue
            yield Row(f"{count:,} chunks, key to last", "ms", ended(ours), "SDK app, warm", ended(warm), target)
            yield Row(f"{count:,} chunks, key to last", "ms", ended(ours), "SDK app, first import", ended(cold), target)
            cpu = of(ours, lambda answered: answered.cpu * 1e3), of(warm, lambda answered: answered.cpu * 1e3)
            yield Row(f"{count:,} chunks, processor", "ms", cpu[0], "SDK app, warm", cpu[1])
            sent = [of(name, lambda answered: answered.to_request * 1e3) for name in (ours, warm)]
            yield Row("key to request", "ms", sent[0], "SDK app, warm", sent[1], 50, "value")
            if count == 20_000:
                memory = [of(name, lambda answered: answered.peak_mib) for name in (ours, warm)]
                yield Row("peak memory at 20,000 chunks", "MiB", memory[0], "SDK app", memory[1], 120, "value")
        if {"workbench 2000", "workbench 20000"} <= self.answers.keys():
            few, many = ended("workbench 2000"), ended("workbench 20000")
            yield Row("20,000 chunks, beside 2,000", "ms", many, "2,000 chunks (10 is linear)", few, 10)

    def _echo_rows(self) -> Iterator[Row]:
        if not self.echoes:
            return
        runs = {name: [[time * 1e3 for time in run] for run in all_runs] for name, all_runs in self.echoes.items()}
        for name, words in (("idle", "key echo, idle"), ("streaming", "key echo, 100 chunks a second")):
            for percent in (50, 95):
                target = 60 if (name, percent) == ("streaming", 95) else None
                ours, floor = (Figure.quantile(runs[of], percent) for of in (name, "field"))
                yield Row(f"{words}, p{percent}", "ms", ours, "field, idle", floor, target, "value")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=5, metavar="RUNS", help="of everything, after one that does not count")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="measure some of it")
    options = parser.parse_args()
    if options.n < 1:
        parser.error("-n: at least one run")
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, serve(Path(name)) as served:
        stage = ScreenStage(Path(name), served)
        print("warming up", file=sys.stderr, flush=True)
        stage.warm_up(options.only)
        for number in range(options.n):
            load = os.getloadavg()[0]
            print(f"run {number + 1} of {options.n}, load {load:.1f}", file=sys.stderr, flush=True)
            measured.round(stage, options.only)
    print(
        f"Python {platform.python_version()}, textual {version('textual')}, openai {version('openai')}, "
        f"{os.cpu_count()} processors; medians of {options.n}\n"
    )
    print_table(measured.rows())


if __name__ == "__main__":
    main()
