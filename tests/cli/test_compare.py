"""`workbench compare`: what it says before it sends, what it prints after, and how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KEY, CommandLine, serving
from tests.support.fault_server import CUT, STALL, FaultServer, Seen, Step, sse, text_chunk, whole
from tests.support.terminal import clean_environ
from workbench import comparing_results
from workbench.cli.compare_progress import Progress
from workbench.cli.diagnostics import ExitCode
from workbench.cli.table import width
from workbench.core.events import State
from workbench.core.experiment import Cell
from workbench.core.experiment_report import ExperimentReport
from workbench.core.grid_values import Spent
from workbench.core.outcome import Outcome
from workbench.core.report_build import Results, report_of
from workbench.core.request import Request
from workbench.grid.events import CellEnded, CellStarted, HostHeld

FAST = ("--model", "practice-fast")
RUN_FIELDS = {"state", "choices", "model", "usage", "cost_usd", "timings", "attempts", "request_id", "connection",
              "request", "notes", "error"}  # fmt: skip


def answers(*texts: str) -> Sequence[Step]:
    return sse(*(text_chunk(text) for text in texts[:-1]), text_chunk(texts[-1], finish="stop"))


def by_temperature(*, bad: Callable[[float], Sequence[Step] | None]) -> Callable[[Seen], Sequence[Step]]:
    def decide(seen: Seen) -> Sequence[Step]:
        temperature = seen.json["temperature"]
        return bad(temperature) or answers(f"warm {temperature}")

    return decide


# -- what is printed -------------------------------------------------------------------------------------------------


def test_the_gate_the_table_and_the_verdict(cli: CommandLine) -> None:
    done = cli("compare", "hello", *FAST, "--vary", "temperature=0,1", "--repeats", "2")
    assert done.code == ExitCode.OK, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["setting", "runs", "distinct", "identical", "distance", "tokens", "cost"]
    assert [line.split()[:3] for line in lines[1:3]] == [["temperature", "0", "2"], ["temperature", "1", "2"]]
    assert "free" in lines[1]
    gate = done.err.index("4 requests")
    assert "2 columns x 2 repeats" in done.err
    assert "at most with retries" in done.err
    assert "practice costs nothing" in done.err
    assert "not an AI" in done.err or "not an\nAI" in done.err
    assert gate < done.err.index("4 requests sent")
    assert "\x1b" not in done.err + done.out
    assert "\r" not in done.err + done.out
    with closing(sqlite3.connect(cli.home / "workbench.db")) as database:
        ((state, cells, plan),) = database.execute("SELECT state, cells, plan FROM experiments").fetchall()
        runs = database.execute("SELECT count(*) FROM cells JOIN runs ON runs.id = cells.run").fetchone()
    assert (state, cells, runs) == ("complete", 4, (4,))
    assert json.loads(plan)["cells"] == 4


def test_the_object_of_json_has_its_fixed_names(cli: CommandLine) -> None:
    arguments = ("--vary", "temperature=0,0.5", "--vary", "seed=1,2", "--repeats", "2", "--json")
    done = cli("compare", "hello", *FAST, *arguments)
    assert done.code == ExitCode.OK, done.err
    told = json.loads(done.out)
    assert list(told) == [
        "axes", "planned_requests", "sent_requests", "cost_usd", "state", "cells", "columns", "comparisons", "tests",
        "verdict",
    ]  # fmt: skip
    assert told["axes"] == {"temperature": [0, 0.5], "seed": [1, 2]}
    assert (told["planned_requests"], told["sent_requests"], told["cost_usd"], told["state"]) == (8, 8, 0.0, "complete")
    assert len(told["cells"]) == 8
    for cell in told["cells"]:
        assert set(cell) >= RUN_FIELDS | {"setting", "case", "repeat", "checks"}
        assert cell["request"]["temperature"] == cell["setting"]["temperature"]
        assert cell["request"]["seed"] == cell["setting"]["seed"]
        assert cell["state"] == "complete"
    assert sorted(cell["repeat"] for cell in told["cells"]) == [0] * 4 + [1] * 4
    assert [column["setting"] for column in told["columns"]][1] == {"temperature": 0, "seed": 2}
    for column in told["columns"]:
        assert list(column) == [
            "setting", "runs", "distinct", "identical_share", "distance_within", "tokens", "cost_usd", "checks",
        ]  # fmt: skip
        assert column["runs"] == 2
    same = told["columns"][0]
    assert (same["distinct"], same["identical_share"], same["distance_within"]) == (1, 1.0, 0.0)
    assert [set(each) >= {"a", "b", "distance_between", "p_value", "smallest_possible_p", "differs"}
            for each in told["comparisons"]] == [True] * 6  # fmt: skip
    assert {"content", "variety"} <= set(told["tests"])
    assert all("p_value" in told["tests"][name] for name in ("content", "variety"))
    assert isinstance(told["verdict"], str)
    assert told["verdict"]


def test_without_vary_it_is_the_presets_comparison_or_the_ladder(cli: CommandLine) -> None:
    cli.preset(
        "prompts/saved.yaml",
        "kind: prompt\nname: Saved\nmessages: [{role: user, content: 'hi {{a}}'}]\n"
        "compare: {vary: {seed: [1, 2, 3]}, repeats: 2, cases: [{a: x}, {a: y}]}\n",
    )
    saved = json.loads(cli("compare", "saved", *FAST, "--json", "--dry-run").out)
    assert (saved["axes"], saved["planned_requests"]) == ({"seed": [1, 2, 3]}, 12)
    fewer = json.loads(cli("compare", "saved", *FAST, "--json", "--dry-run", "--repeats", "1").out)
    assert fewer["planned_requests"] == 6
    other = json.loads(cli("compare", "saved", *FAST, "--json", "--dry-run", "--vary", "top_p=0.5,1").out)
    assert (other["axes"], other["planned_requests"]) == ({"top_p": [0.5, 1]}, 8)
    ladder = cli("compare", "hello", *FAST, "--json", "--dry-run")
    assert json.loads(ladder.out)["axes"] == {"temperature": [0, 0.5, 1, 1.5]}
    assert "temperature 0, 0.5, 1, 1.5" in ladder.err


def test_a_dry_run_says_the_gate_and_sends_nothing(cli: CommandLine) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        done = cli("compare", "hi", "--model", "m", "--vary", "temperature=0,1", "--repeats", "3", "--dry-run")
        told = cli("compare", "hi", "--model", "m", "--vary", "temperature=0,1", "--dry-run", "--json")
        assert endpoint.requests == []
    assert done.code == ExitCode.OK
    assert "6 requests" in done.err
    assert "cost nothing" in done.err or "costs nothing" in done.err
    assert done.out == ""
    assert [cell["state"] for cell in json.loads(told.out)["cells"]] == ["not_sent"] * 2
    assert json.loads(told.out)["cells"][1]["request"]["temperature"] == 1


# -- cases and checks ------------------------------------------------------------------------------------------------


def test_cases_of_a_file_fill_the_variables(cli: CommandLine) -> None:
    (cli.folder / "f.csv").write_text("menu,n\n점심,1\n@저녁,2\n", "utf-8")
    arguments = ("--message", "{{menu}} {{n}}", "--vary", "seed=1,2", "--cases", "f.csv", "--json")
    done = cli("compare", *FAST, *arguments)
    assert done.code == ExitCode.OK, done.err
    cells = json.loads(done.out)["cells"]
    assert [cell["request"]["messages"][0]["content"] for cell in cells] == ["점심 1", "@저녁 2"] * 2
    assert [cell["case"] for cell in cells] == [0, 1, 0, 1]
    assert cli("compare", *FAST, *arguments[:-2], "none.csv").code == ExitCode.BAD_INPUT


def test_a_check_that_fails_gives_exit_1(cli: CommandLine) -> None:
    cli.preset(
        "prompts/checked.yaml",
        "kind: prompt\nname: C\nmessages: [{role: user, content: hi}]\n"
        "checks: [{type: contains, value: warm}, {type: not_contains, value: '0.5'}]\n",
    )
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(by_temperature(bad=lambda _: None))
        done = cli("compare", "checked", "--model", "m", "--vary", "temperature=0,0.5", "--repeats", "2")
        good = cli("compare", "checked", "--model", "m", "--vary", "temperature=0,1", "--json")
    assert done.code == ExitCode.RUN_FAILED
    rows = done.out.splitlines()
    assert rows[0].endswith("checks")
    assert rows[1].endswith("4 of 4 passed")
    assert rows[2].endswith("2 of 4 passed")
    assert 'check not_contains "0.5" fails: temperature 0.5 (2 of 2)' in done.err
    assert good.code == ExitCode.OK
    check = json.loads(good.out)["columns"][0]["checks"][0]
    assert (check["type"], check["value"], check["passed"], check["failed"]) == ("contains", "warm", 1, 0)


# -- how it ends -----------------------------------------------------------------------------------------------------


def test_each_failure_is_a_cells_own_and_the_rest_goes_on(cli: CommandLine) -> None:
    error = {"error": {"message": f"no. {KEY}", "type": "invalid_request_error", "param": None, "code": None}}
    kinds: dict[float, Sequence[Step]] = {
        0.1: whole(error, 400),
        0.2: sse(text_chunk("half"), CUT, done=False, end=False),
        0.3: sse(text_chunk("a", finish="content_filter")),
    }
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(by_temperature(bad=kinds.get))
        done = cli("compare", "hi", "--model", "m", "--vary", "temperature=0,0.1,0.2,0.3,0.4", "--json")
        sent = len(endpoint.requests)
    told = json.loads(done.out)
    assert done.code == ExitCode.RUN_FAILED
    assert [cell["state"] for cell in told["cells"]] == ["complete", "error", "truncated", "complete", "complete"]
    assert told["state"] == "partial"
    assert told["sent_requests"] == sent == 5
    assert told["cells"][2]["choices"][0]["text"] == "half"
    assert "temperature 0.1: error: " in done.err
    assert "canary" not in done.out + done.err


def test_64_cells_with_every_fault_stay_within_what_the_gate_said(cli: CommandLine) -> None:
    """One 401, one 429 with Retry-After, one stall, one cut, one answer of 20 MB; every request is counted."""
    (cli.home / "settings.toml").write_text("[limits]\nidle_s = 3.0\n", "utf-8")
    piece = "0123456789abcdef" * 65536
    asked: list[int] = []

    def decide(seen: Seen) -> Sequence[Step]:
        asked.append(seen.json["seed"])
        match asked[-1]:
            case 5:
                return whole({"error": {"message": "bad key", "code": "invalid_api_key"}}, 401)
            case 9 if asked.count(9) == 1:
                return whole({"error": {"message": "slow down"}}, 429, {"Retry-After": "1"})
            case 17:
                return sse(text_chunk("begun"), STALL, done=False, end=False)
            case 23:
                return sse(text_chunk("half"), CUT, done=False, end=False)
            case 31:
                return sse(*[text_chunk(piece)] * 20, text_chunk(finish="stop"))
        return answers("fine")

    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(decide)
        done = cli("compare", "hi", "--model", "m", "--vary", "seed=0..63", "--concurrency", "16", "--json")
    told = json.loads(done.out)
    assert done.code == ExitCode.RUN_FAILED
    most = re.search(r"64 requests, ([0-9]+) at most with retries", done.err)
    assert most is not None
    assert told["planned_requests"] == 64 < told["sent_requests"] == len(asked) == 65 < int(most[1])
    assert Counter(asked) == Counter([*range(64), 9])
    cells = {cell["setting"]["seed"]: cell for cell in told["cells"]}
    failed = {seed: cell["state"] for seed, cell in cells.items() if cell["state"] != "complete"}
    assert failed == {5: "error", 17: "truncated", 23: "truncated"}
    assert cells[5]["error"]["kind"] == "authentication"
    assert [cells[seed]["choices"][0]["text"] for seed in (9, 17, 23)] == ["fine", "begun", "half"]
    assert cells[9]["attempts"] == 2
    assert len(cells[31]["choices"][0]["text"]) == 20 * len(piece)
    assert "3 answers that did not complete are not counted." in done.err
    assert "Only the first 64,000 characters of each answer were compared" in done.err
    assert "canary" not in done.err


def test_terminated_it_ends_with_143_and_keeps_what_came(cli: CommandLine) -> None:
    def decide(seen: Seen) -> Sequence[Step]:
        if seen.json["temperature"] == 1:
            os.kill(os.getpid(), signal.SIGTERM)
            return sse(text_chunk("part"), STALL, done=False, end=False)
        return answers("whole")

    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(decide)
        arguments = ("--vary", "temperature=0,1,1.5", "--concurrency", "1", "--json")
        done = cli("compare", "hi", "--model", "m", *arguments)
    told = json.loads(done.out)
    assert (done.code, told["state"]) == (128 + signal.SIGTERM, "stopped")
    assert [cell["state"] for cell in told["cells"]] == ["complete", "cancelled", "not_sent"]
    assert told["cells"][0]["choices"][0]["text"] == "whole"
    with closing(sqlite3.connect(cli.home / "workbench.db")) as database:
        assert database.execute("SELECT state FROM experiments").fetchall() == [("stopped",)]


def test_a_closed_pipe_ends_it_with_141_and_history_has_it(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    arguments = ("compare", "hi", *FAST, "--vary", "seed=1,2")
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *arguments], cwd=tmp_path, env=clean_environ(tmp_path),
        stdout=writing, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == ExitCode.CLOSED_PIPE
    assert b"Traceback" not in done.stderr
    assert b"complete: 2 requests sent" in done.stderr
    with closing(sqlite3.connect(tmp_path / "workbench" / "workbench.db")) as database:
        assert database.execute("SELECT state, cells FROM experiments").fetchall() == [("complete", 2)]


def test_over_the_cap_nothing_more_is_sent(cli: CommandLine) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(by_temperature(bad=lambda _: None))
        arguments = ("--vary", "temperature=0,0.5,1", "--repeats", "2", "--max-requests", "4", "--concurrency", "2")
        done = cli("compare", "hi", "--model", "m", *arguments, "--json")
        assert len(endpoint.requests) == 4
    told = json.loads(done.out)
    assert done.code == ExitCode.BUDGET
    assert (told["state"], told["sent_requests"], told["planned_requests"]) == ("budget", 4, 6)
    assert sorted(cell["state"] for cell in told["cells"]) == ["complete"] * 4 + ["not_sent"] * 2
    assert "it ends at 4 requests" in done.err


def test_a_cap_in_dollars_ends_it(cli: CommandLine) -> None:
    cli.monkeypatch.setattr("workbench.adapters.prices.Prices.costs_nothing", lambda *_: False)
    cli.monkeypatch.setattr("workbench.adapters.prices.Prices.price", lambda *_: 0.02)
    cli.monkeypatch.setattr("workbench.adapters.prices.Prices.estimate", lambda *_: 0.01)
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(by_temperature(bad=lambda _: None))
        arguments = ("--vary", "temperature=0,0.5,1", "--repeats", "2", "--max-cost", "$0.05", "--concurrency", "1")
        done = cli("compare", "hi", "--model", "m", *arguments)
        assert len(endpoint.requests) == 3
    assert done.code == ExitCode.BUDGET
    assert "~$0.060" in done.err
    assert "budget: 3 requests sent · $0.060" in done.err
    assert "3 of 6 were not sent" in done.err
    assert "nothing" not in done.err


async def test_ctrl_c_ends_all_and_keeps_what_came(tmp_path: Path) -> None:
    async with FaultServer() as endpoint:
        stalled = sse(text_chunk("part"), STALL, done=False, end=False)
        endpoint.answer_with(lambda seen: stalled if seen.json["temperature"] else answers("whole"))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", "compare", "hi", "--model", "m", "--vary", "temperature=0,0.5,1,1.5",
            "--concurrency", "2", "--json", "--out", "kept.jsonl", cwd=tmp_path,
            env=clean_environ(tmp_path, {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": KEY}),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await endpoint.wait_for_requests(3)
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        took = asyncio.get_running_loop().time() - began
    assert process.returncode == ExitCode.INTERRUPTED, err.decode()
    assert took < 5, "within a second, where nothing else is at work"
    told = json.loads(out)
    assert told["state"] == "stopped"
    assert {cell["state"] for cell in told["cells"]} <= {"complete", "cancelled", "not_sent"}
    assert told["cells"][0]["choices"][0]["text"] == "whole"
    assert len((tmp_path / "kept.jsonl").read_text("utf-8").splitlines()) == 4
    assert "canary" not in (out + err).decode() + (tmp_path / "kept.jsonl").read_text("utf-8")


def test_ctrl_c_does_not_wait_for_the_statistics(cli: CommandLine) -> None:
    endless = threading.Event()

    def slow(results: Results, *, tested: bool = True, **named: Any) -> ExperimentReport:
        if tested:
            os.kill(os.getpid(), signal.SIGINT)
            endless.wait(30)
        return report_of(results, tested=tested, **named)

    cli.monkeypatch.setattr(comparing_results, "report_of", slow)
    began = time.monotonic()
    done = cli("compare", "hello", *FAST, "--vary", "seed=1,2", "--json")
    took = time.monotonic() - began
    endless.set()
    assert done.code == ExitCode.INTERRUPTED
    assert took < 10, "the statistics would have taken 30 s"
    told = json.loads(done.out)
    assert (told["state"], told["verdict"]) == ("complete", "The answers were not compared.")
    assert told["tests"]["content"]["p_value"] is None
    assert all(cell["choices"][0]["text"] for cell in told["cells"])


# -- the progress line -----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


def progress_on(cli: CommandLine, columns: int) -> tuple[Terminal, Progress]:
    terminal = Terminal()
    cli.monkeypatch.setattr(sys, "stderr", terminal)
    cli.monkeypatch.setenv("TERM", "xterm")
    cli.monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((columns, 24)))
    return terminal, Progress(4)


@pytest.mark.parametrize("columns", [200, 80, 40, 20, 8, 3])
def test_the_progress_line_fits_into_any_terminal(cli: CommandLine, columns: int) -> None:
    terminal, progress = progress_on(cli, columns)
    for place in range(4):
        progress.take(CellStarted(Cell(place, 0, 0)))
    state = State.ERROR
    progress.take(CellEnded(Cell(0, 0, 0), Outcome(state, Request({})), ""))
    progress.take(HostHeld("api.한국.example", 12.0, "한도를 넘었습니다 \x1b[31m\n 다시"))
    progress.draw(Spent(requests=4, known_usd=0.25), now=True)
    (line,) = terminal.getvalue().split("\r")[1:]
    shown = line.removesuffix("\x1b[K")
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert width(shown) < columns
    if columns == 200:
        assert "1/4" in shown
        assert "3 under way · 1 failed · 0 s · $0.25" in shown
        assert "waiting 12 s for api.한국.example: 한도를 넘었습니다" in shown
        assert shown.startswith("█████░")
    progress.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_line_that_did_not_change_is_not_drawn_again(cli: CommandLine) -> None:
    terminal, progress = progress_on(cli, 80)
    for _ in range(5):
        progress.draw(Spent(), now=True)
    assert terminal.getvalue().count("\r") == 1
    progress.take(CellStarted(Cell(0, 0, 0)))
    progress.draw(Spent())
    assert terminal.getvalue().count("\r") == 1, "within a tenth of a second nothing is drawn twice"


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_go_back_has_no_progress_line(cli: CommandLine, term: str) -> None:
    terminal, _ = progress_on(cli, 80)
    cli.monkeypatch.setenv("TERM", term)
    Progress(4).draw(Spent(), now=True)
    assert terminal.getvalue() == ""


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jsonl", "csv", "md", "html"])
def test_a_file_is_private_and_never_written_over(cli: CommandLine, ending: str) -> None:
    name = f"out.{ending}"
    arguments = ("compare", "hello", *FAST, "--vary", "temperature=0,1", "--out", name)
    done = cli(*arguments)
    assert done.code == ExitCode.OK, done.err
    written = cli.folder / name
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "temperature" in written.read_text("utf-8")
    assert f"written: {written}" in done.err
    written.write_text("mine")
    again = cli(*arguments)
    assert (again.code, written.read_text()) == (ExitCode.BAD_INPUT, "mine")
    assert "--force" in again.err
    assert cli(*arguments, "--force").code == ExitCode.OK
    assert written.read_text("utf-8") != "mine"


# -- what is refused before anything is sent -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--vary", "temperature"), "there is no ="),
        (("--vary", "temperatur=0,1"), "did you mean temperature"),
        (("--vary", "temperature=hot"), "temperature"),
        (("--vary", "temperature=0,9"), "temperature"),
        (("--vary", "timeout=1,2"), "can't be varied"),
        (("--vary", "seed=1", "--vary", "seed=2"), "varied twice"),
        (("--repeats", "0"), "--repeats 0"),
        (("--repeats", "x"), "--repeats x"),
        (("--max-cost", "lots"), "--max-cost lots"),
        (("--max-requests", "0"), "--max-requests 0"),
        (("--concurrency", "9999"), "--concurrency"),
        (("--baseline", "9"), "there are only 4 columns"),
        (("--out", "x.pdf"), ".html"),
        (("--out", "no/where.csv"), "there is no folder"),
        (("--cases", "f.doc"), ".csv"),
        (("--json", "--raw"), "exclude"),
        (("--var", "a"), "--var a"),
        (("--repeats", "9999"), "10,000 are the most"),
    ],
)
def test_bad_input_is_told_in_a_line_and_nothing_is_sent(
    cli: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    done = cli("compare", "hello", *FAST, *arguments)
    assert done.code == ExitCode.BAD_INPUT
    assert said in done.err
    assert done.out == ""
    assert "sent ·" not in done.err


def test_columns_that_would_be_the_same_request_are_not_paid_for(cli: CommandLine) -> None:
    cli.monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = cli("compare", "hello", "--model", "o3", "--connection", "openai", "--vary", "temperature=0,1")
    assert done.code == ExitCode.BAD_INPUT
    assert "temperature" in done.err
    ladder = cli("compare", "hello", "--model", "o3", "--connection", "openai")
    assert ladder.code == ExitCode.BAD_INPUT
    assert "temperature can't be varied" in ladder.err
    assert "--vary reasoning_effort=" in ladder.err


def test_a_cap_in_dollars_needs_a_price(cli: CommandLine) -> None:
    cli.monkeypatch.setenv("OPENAI_API_KEY", KEY)
    arguments = ("compare", "hello", "--model", "no-such-model", "--connection", "openai", "--max-cost", "1")
    done = cli(*arguments)
    assert done.code == ExitCode.BAD_INPUT
    assert "price of no-such-model is not known" in done.err
    told = cli(*arguments, "--max-requests", "5", "--dry-run")
    assert told.code == ExitCode.OK
    assert "not known" in told.err
    assert "$0" not in told.err.replace("$1", "")
