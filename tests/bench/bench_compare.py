"""`workbench compare` beside a bare asynchronous client: 50 requests of about one second, all at once. By hand:

    .venv/bin/python tests/bench/bench_compare.py [-n RUNS]

Counted is the whole of a process, from its start to its end: the interpreter, the imports, the requests, and for
`compare` the gate, history, the verdict and the JSON that it prints, with a folder of its own that is new each time.
All read the same streamed answers of one endpoint in a process of its own (`endpoint.py`), and take turns. Two floors
keep nothing but the texts: the same SDK doing the same requests (`bare_sdk_client.py`), and, harder, a client without
the SDK, whose import is then ours to answer for (`bare_client.py`: httpx2 and json).
The answers are all the same, so that the verdict is quick; bench_verdict.py measures that. Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.endpoint import Served, serve
from tests.bench.harness import Figure, Row, print_table
from tests.support.terminal import clean_environ

ROOT = Path(__file__).parents[2]
REQUESTS = 50
MODEL = "paced-50-50"
"""50 chunks, 50 a second."""
COMPARE = ("--vary", "temperature=0,0.5,1,1.5,2", "--repeats", "10", "--concurrency", str(REQUESTS), "--json")
FLOORS = {"a bare SDK client": "bare_sdk_client.py", "a bare HTTP client": "bare_client.py"}


class Took(NamedTuple):
    """Milliseconds."""

    wall: float
    cpu: float


def timed(command: list[str], served: Served) -> Took:
    """A process from its start to its end; that it read all answers is looked at."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        environ = clean_environ(Path(home), {"OPENAI_BASE_URL": served.base_url, "PYTHONPATH": str(ROOT)})
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run(command, env=environ, cwd=home, capture_output=True, check=True)
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(done.stdout)
    texts = told.get("texts") or [cell["choices"][0]["text"] for cell in told["cells"]]
    assert len(texts) == REQUESTS
    assert len(set(texts)) == 1
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(1e3 * wall, 1e3 * cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=5, metavar="RUNS", help="of both")
    runs = parser.parse_args().n
    took: dict[str, list[Took]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, serve(Path(folder)) as served:
        asked = (served.base_url, MODEL, str(REQUESTS))
        commands = {
            "compare": [sys.executable, "-m", "workbench", "compare", "go", "--model", MODEL, *COMPARE],
            **{
                name: [sys.executable, str(Path(__file__).with_name(script)), *asked] for name, script in FLOORS.items()
            },
        }
        for turn in range(runs + 1):
            for name, command in commands.items():
                found = timed(command, served)
                if turn:  # the first of each fills the caches of the disk
                    took.setdefault(name, []).append(found)
    wall = {name: Figure.median([each.wall for each in found]) for name, found in took.items()}
    cpu = {name: Figure.median([each.cpu for each in found]) for name, found in took.items()}
    whole, work = f"{REQUESTS} requests at once, whole process", "the same, processor time"
    sdk, bare = FLOORS
    print_table(
        [
            Row(whole, "ms", wall["compare"], sdk, wall[sdk], target=1.5),
            Row(whole, "ms", wall["compare"], bare, wall[bare], target=1.5),
            Row(work, "ms", cpu["compare"], sdk, cpu[sdk]),
            Row(work, "ms", cpu["compare"], bare, cpu[bare]),
        ]
    )


if __name__ == "__main__":
    main()
