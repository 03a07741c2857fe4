"""The compare screen from outside: how soon a key shows while eight columns stream, and if they hold each other up.

    .venv/bin/python tests/bench/bench_compare_screen.py [-n RUNS] [--only echo alone long]

The real command in a terminal of 200x50 against `endpoint.py`: ctrl+t, the gate, and arrows that go from column to
column. Beside it the sketch of `floors.py`, which draws eight streams as plain text and echoes letters in a field.

- echo: eight columns at 100 tokens a second each.
- alone: from the request of a column to its last word on the screen, eight at once beside one by itself.
- long: four answers of 20,000 words, of which the last ones come at 100 tokens a second; keys, and the memory it took.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import harness
from tests.bench.echoes import PAUSE_S, echoes, seconds_to
from tests.bench.endpoint import BEGIN, END, mark_of, pieces_of, serve
from tests.bench.floors import COLUMNS
from tests.bench.floors import READY as FLOOR_READY
from tests.bench.harness import Figure, Late, Program, Row, print_table
from tests.bench.stage import Stage

FLOORS = str(Path(__file__).with_name("floors.py"))
KEYS = 50
ENDLESS = "paced-100-4000"
SHORT = "paced-100-500-marked"
LONG_CHUNKS = 28_000
"""Of four characters each: about 20,000 words."""
LONG = f"late-{LONG_CHUNKS}-100-2000"
LONG_COLUMNS = 4
Group = Literal["echo", "alone", "long"]
GROUPS: tuple[Group, ...] = ("echo", "alone", "long")


class CompareStage(Stage):
    """Where comparisons are started."""

    def warm_up(self) -> None:
        """A run that does not count: it compiles the modules and makes the database."""
        with self.comparison("bench-20-marked", 2, self.used) as (program, mark, _):
            program.wait(END + mark_of(_value(1)), mark)
            program.rest()

    @contextmanager
    def comparison(self, model: str, columns: int, home: Path | None = None) -> Iterator[tuple[Program, int, float]]:
        """The compare screen as it begins to send; with it the place in the output, and when its last key was pressed.

        It is ended by a signal: while it runs, a key asks first.
        """
        home = home or self.home()
        (home / "workbench" / "settings.toml").write_text(f'default_model = "{model}"\ntheme = "textual-dark"\n')
        values = ", ".join(mark_of(_value(column)) for column in range(columns))
        (home / "bench.yaml").write_text(
            "kind: prompt\nname: Bench\nmessages: [{role: user, content: go}]\n"
            f"compare: {{vary: {{temperature: [{values}]}}, repeats: 1}}\n"
        )
        command = [sys.executable, "-m", "workbench", "open", "bench.yaml"]
        with self.program(command, home) as program:
            program.wait("F1 Help", 0)
            program.rest()
            mark = program.mark()
            program.send("\x14")
            program.wait("4 at a time", mark)
            program.rest()
            program.send("\x1b[B" * 6)
            program.rest()
            mark = program.mark()
            program.send("\x7f")
            program.drain(0.5)  # in one burst with a digit it would come behind it
            program.send(str(columns))
            if columns != 4:
                program.wait(f" {columns} at a time", mark)
            program.rest()
            mark = program.mark()
            yield program, mark, program.send("\r")
            os.kill(program.pid, signal.SIGTERM)
            program.drain(5.0)

    # -- what is measured ----------------------------------------------------------------------------------------

    def echo(self) -> list[float]:
        with self.comparison(ENDLESS, COLUMNS) as (program, mark, _):
            program.wait(BEGIN, mark)
            program.drain(2.0)
            mark = program.mark()
            times = _steps(program, COLUMNS)
            _still_streams(program, mark)
        return times

    def echo_when_done(self) -> list[float]:
        with self.comparison("bench-500", COLUMNS) as (program, _, _):
            program.drain(1.0)
            program.rest()
            return _steps(program, COLUMNS)

    def echo_of_sketch(self) -> list[float]:
        with self.program([sys.executable, FLOORS, "columns", ENDLESS], self.home()) as program:
            program.wait(FLOOR_READY, 0)
            program.rest()
            mark = program.mark()
            program.send("\n")
            program.wait(BEGIN, mark)
            program.drain(2.0)
            mark = program.mark()
            times = [1e3 * seconds for seconds in echoes(program, KEYS)]
            _still_streams(program, mark)
            program.quit()
        return times

    def last_words(self, columns: int) -> list[float]:
        """Milliseconds from the arrival of each column's request to its last word on the screen."""
        with self.comparison(SHORT, columns) as (program, mark, pressed):
            marks = [mark_of(_value(column)) for column in range(columns)]
            shown = [program.wait(END + each, mark) for each in marks]
            arrived = self.served.arrivals(pressed)
        return [(at - arrived[each]) * 1e3 for at, each in zip(shown, marks, strict=True)]

    def long_answers(self) -> tuple[list[float], float]:
        """Milliseconds from key to step, and the MiB that it took beyond what the program took before."""
        with self.comparison(LONG, LONG_COLUMNS) as (program, mark, _):
            before = program.peak_mib()
            program.wait("streaming", mark)
            _until_calm(program)
            mark = program.mark()
            times = _steps(program, LONG_COLUMNS)
            _still_streams(program, mark)
            return times, program.peak_mib() - before


def _until_calm(program: Program) -> None:
    """Until what came at once is worked off: most of the processor is free again."""
    for _ in range(60):
        used = program.cpu_seconds()
        program.drain(0.5)
        if program.cpu_seconds() - used < 0.3:
            return
    raise Late("the program did not get calm")


def _value(column: int) -> float:
    """A column's temperature: all as long as each other, so that no one's mark begins with another's."""
    return (column + 1) / 10


def _steps(program: Program, columns: int) -> list[float]:
    """Milliseconds from each of some arrows to the mark on another column."""
    chance, times, at = random.Random(7), [], 0
    for _ in range(KEYS):
        # Not back to the first: as the baseline it has another sign before its name.
        step = 1 if at <= 1 else -1 if at == columns - 1 else chance.choice((1, -1))
        at += step
        shown = f"› temperature {mark_of(_value(at))}"
        times.append(1e3 * seconds_to(program, "\x1b[C" if step > 0 else "\x1b[D", shown))
        program.drain(chance.uniform(*PAUSE_S))
    return times


def _still_streams(program: Program, mark: int) -> None:
    if END.encode() in program.since(mark):
        raise Late("a stream ended before the last key: the machine is too busy to measure on")


class Measured:
    """What the runs gave."""

    def __init__(self) -> None:
        self.echoes: dict[str, list[list[float]]] = defaultdict(list)
        self.last_words: dict[int, list[float]] = defaultdict(list)
        self.taken_mib: list[float] = []

    def round(self, stage: CompareStage, groups: list[Group]) -> None:
        """Everything once, each beside its floor."""
        if "echo" in groups:
            self.echoes["eight"].append(stage.echo())
            self.echoes["sketch"].append(stage.echo_of_sketch())
            self.echoes["done"].append(stage.echo_when_done())
        if "alone" in groups:
            self.last_words[COLUMNS].append(max(stage.last_words(COLUMNS)))
            self.last_words[1].append(max(stage.last_words(1)))
        if "long" in groups:
            times, taken = stage.long_answers()
            self.echoes["long"].append(times)
            self.taken_mib.append(taken)

    def rows(self) -> Iterator[Row]:
        for percent in (50, 95):
            figures = {kind: Figure.quantile(runs, percent) for kind, runs in self.echoes.items()}
            target = 80 if percent == 95 else None
            if "eight" in figures:
                yield Row(
                    f"{COLUMNS} columns x 100 tokens/s, key p{percent}",
                    "ms",
                    figures["eight"],
                    "sketch, the same",
                    figures["sketch"],
                    target,
                    "value",
                )
                yield Row(f"the same screen, all ended, key p{percent}", "ms", figures["done"])
            if "long" in figures:
                what = f"{LONG_COLUMNS} columns of 20,000 words, key p{percent}"
                yield Row(what, "ms", figures["long"], target=target, of="value")
        if self.last_words:
            slowest, alone = (Figure.median(self.last_words[count]) for count in (COLUMNS, 1))
            yield Row(f"last word, slowest of {COLUMNS} columns", "ms", slowest, "one column alone", alone, 1.05)
        if self.taken_mib:
            size = LONG_COLUMNS * len("".join(pieces_of(LONG_CHUNKS)).encode()) / 2**20
            taken = Figure.median(self.taken_mib)
            yield Row("memory for them", "MiB", taken, "the answers as UTF-8", Figure(size, size, size))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=3, metavar="RUNS", help="of everything, after one that does not count")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="measure some of it")
    options = parser.parse_args()
    if options.n < 1:
        parser.error("-n: at least one run")
    harness.COLUMNS, harness.ROWS = 200, 50
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, serve(Path(name)) as served:
        stage = CompareStage(Path(name), served)
        print("warming up", file=sys.stderr, flush=True)
        stage.warm_up()
        for number in range(options.n):
            print(f"run {number + 1} of {options.n}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            measured.round(stage, options.only)
    print_table(list(measured.rows()))


if __name__ == "__main__":
    main()
