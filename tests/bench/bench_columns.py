"""How soon a key shows while eight columns of a comparison stream at 100 tokens a second each. Run it by hand:

    .venv/bin/python tests/bench/bench_columns.py [-n RUNS]

From outside, in a terminal of 200x50: a host of nothing but the columns and a field, with the heads drawn anew twice a
second as the compare screen does. Beside it the same host with nothing that streams. The last kind has a verdict on
4 x 50 answers of 300 words worked out beside the columns without a pause, which the screen never does. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import harness
from tests.bench.echoes import echoes
from tests.bench.harness import Figure, Program, Row, print_table
from tests.support.terminal import clean_environ

COLUMNS = 8
TOKENS_PER_S = 100
KEYS = 60
READY = "READYTOTYPE"
VERDICT = (4, 50, 1, 300)
"""Columns, repeats, cases, words."""
KINDS = {
    "stream": "8 columns x 100 tokens/s",
    "stream diff": "the same, differences shown",
    "stream verdict": "the same, beside a verdict",
}
WORDS = (
    "the model writes **bold** words and `code` in a paragraph long enough to be wrapped 한글도 나온다 and goes on\n\n"
    "- an item\n- another with *emphasis*\n\n```python\nvalue = compute(value)\n```\n\n"
).split(" ")


async def judging() -> None:
    """One verdict after the other, as the compare screen has them worked out."""
    from tests.bench import bench_verdict
    from workbench.core.compare.answers import DistanceCache
    from workbench.core.compare.variety import Order
    from workbench.verdict_process import Asked, verdict_aside

    answers = bench_verdict.answers(*VERDICT)
    labels = [f"temperature {column}" for column in range(len(answers))]
    order = Order("temperature", tuple(map(float, range(len(answers)))))
    while True:
        await verdict_aside(Asked(labels, answers, order, 0), DistanceCache())


def host(stream: bool, diff: bool, judge: bool) -> None:
    """The program that is measured."""
    from textual.app import App, ComposeResult
    from textual.screen import Screen
    from textual.widgets import Input

    from workbench.tui.compare_state import COMPLETE, STREAMING, CellView, ColumnHead
    from workbench.tui.display import install
    from workbench.tui.quick_paint import QuickPaint
    from workbench.tui.widgets.compare_columns import CompareColumns

    class Quick(QuickPaint, Screen[None]):
        """As the screens of the program."""

    class Host(App[None]):
        def get_default_screen(self) -> Screen[None]:
            return Quick()

        def compose(self) -> ComposeResult:
            yield CompareColumns()
            yield Input(placeholder=READY)

        def on_mount(self) -> None:
            install(self)
            gc.freeze()  # as the program does
            self.seconds = 0.0
            self.columns = self.query_one(CompareColumns)
            self.query_one(Input).focus()
            self.draw_heads()
            base = " ".join(random.Random(1).choice(WORDS) for _ in range(2_000))
            for column in range(COLUMNS):
                self.columns.show_cell(column, CellView("", "streaming", "", "streaming", base if diff else None))
            if diff:
                self.columns.action_diff()
            if stream:
                self.set_interval(0.5, self.draw_heads)
                for column in range(COLUMNS):
                    self.run_worker(self.stream(column))
            if judge:
                self.run_worker(judging())

        def draw_heads(self) -> None:
            self.seconds += 0.5
            footer = f"streaming  {self.seconds:.1f} s"
            dots = (COMPLETE, STREAMING)
            self.columns.show_columns(
                tuple(ColumnHead(f"temperature {n / 4:g}", dots, 1, "", n == 0, footer) for n in range(COLUMNS))
            )

        async def stream(self, column: int) -> None:
            words = random.Random(column)
            loop = asyncio.get_running_loop()
            due = loop.time() + column / COLUMNS / TOKENS_PER_S
            while True:
                due += 1 / TOKENS_PER_S
                await asyncio.sleep(max(0.0, due - loop.time()))
                self.columns.append(column, words.choice(WORDS) + " ")

    Host().run()


def measured(folder: Path, *arguments: str) -> list[float]:
    """Milliseconds from each of some keys to its place on the screen."""
    command = [sys.executable, __file__, "--host", *arguments]
    with Program(command, clean_environ(folder, {"PYTHONPATH": str(Path(__file__).parents[2])}), folder) as program:
        program.wait(READY, 0)
        program.drain(3.0)
        times = [1e3 * seconds for seconds in echoes(program, KEYS)]
        program.quit()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=3, metavar="RUNS", help="of everything")
    parser.add_argument("--host", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.host is not None:
        host("stream" in options.host, "diff" in options.host, "verdict" in options.host)
        return
    harness.COLUMNS, harness.ROWS = 200, 50
    runs: dict[str, list[list[float]]] = {kind: [] for kind in ("idle", *KINDS)}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for _ in range(options.n):
            for kind, found in runs.items():
                found.append(measured(Path(name), *kind.split()))
    rows = []
    for percent in (50, 95):
        idle = Figure.quantile(runs["idle"], percent)
        for kind, words in KINDS.items():
            target = 80 if percent == 95 else None
            rows.append(
                Row(f"{words}, p{percent}", "ms", Figure.quantile(runs[kind], percent), "idle", idle, target, "value")
            )
    print_table(rows)


if __name__ == "__main__":
    main()
