"""`workbench compare --resume`: what is left of an experiment is sent, and all of it is printed."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.cli.conftest import KEY, CommandLine, serving
from tests.cli.test_compare import FAST, answers, by_temperature
from tests.support.fault_server import whole
from workbench.adapters.database import Database
from workbench.adapters.experiments import Experiments
from workbench.adapters.files import Paths
from workbench.cli.diagnostics import ExitCode
from workbench.core.judging import Judgement

BEGUN = ("compare", "hello", *FAST, "--vary", "temperature=0,1", "--repeats", "2", "--concurrency", "1")


def resumed(cli: CommandLine, *more: str) -> tuple[int, dict[str, Any], str]:
    done = cli("compare", "--resume", "last", "--json", *more)
    return done.code, json.loads(done.out), done.err


def test_only_what_is_left_is_sent_and_all_of_it_is_printed(cli: CommandLine) -> None:
    first = cli(*BEGUN, "--max-requests", "3")
    assert first.code == ExitCode.BUDGET
    (hint,) = [line for line in first.err.splitlines() if "--resume" in line]
    id = hint.rpartition(" ")[2]
    dry = cli("compare", "--resume", id, "--dry-run")
    assert (dry.code, dry.out) == (ExitCode.OK, "")
    assert "1 of 4 cells are left: 1 request, " in dry.err
    assert "it ends at 3 requests · 1 at a time" in dry.err, "as it was begun"
    code, told, err = resumed(cli)
    assert (code, told["state"], told["planned_requests"], told["sent_requests"]) == (ExitCode.OK, "complete", 4, 4)
    assert "--resume" not in err
    assert all(cell["state"] == "complete" and cell["request"]["messages"] for cell in told["cells"])
    again = cli("compare", "--resume", "last")
    assert again.code == ExitCode.OK
    assert "all 4 cells were sent: nothing is sent" in again.err
    assert [line.split()[:3] for line in again.out.splitlines()[1:3]] == [
        ["temperature", "0", "2"],
        ["temperature", "1", "2"],
    ]
    code, more, _ = resumed(cli, "--repeats", "3")
    assert (code, more["sent_requests"], len(more["cells"])) == (ExitCode.OK, 6, 6)
    assert more["cells"][0] == told["cells"][0]


def test_what_failed_goes_out_once_more_where_it_is_asked_for(cli: CommandLine) -> None:
    with serving(cli.monkeypatch, key=KEY) as made:
        made.answer_with(by_temperature(bad=lambda t: whole({"error": {"message": "no"}}, 400) if t == 1 else None))
        first = cli("compare", "hello", "--model", "m-1", "--vary", "temperature=0,1")
        assert first.code == ExitCode.RUN_FAILED
        code, told, _ = resumed(cli)
        assert (code, told["sent_requests"]) == (ExitCode.RUN_FAILED, 2)
        assert told["cells"][1]["error"]["kind"] == "bad_request"
        made.answer_with(lambda _: answers("mended"))
        code, told, err = resumed(cli, "--failed")
        assert "1 of 2 cells are left: 1 request" in err
        assert (code, told["state"], told["sent_requests"]) == (ExitCode.OK, "complete", 3)
        assert [cell["choices"][0]["text"] for cell in told["cells"]] == ["warm 0", "mended"]
        assert len(made.requests) == 3


def test_what_was_judged_on_the_screen_stands_in_what_is_printed(cli: CommandLine) -> None:
    assert cli(*BEGUN).code == ExitCode.OK
    database = Database.open(Paths.find({"WORKBENCH_HOME": str(cli.home)}))
    experiments = Experiments(database)
    stored = experiments.get(experiments.recent(1)[0].id)
    assert stored is not None
    experiments.again(stored).judged(Judgement(0, 0, ((1,), (0,)), 0))
    database.close()
    code, told, _ = resumed(cli, "--out", "judged.csv")
    assert code == ExitCode.OK
    assert told["judgements"] == [{"case": 0, "repeat": 0, "shown": [[1], [0]], "picked": 0, "note": ""}]
    assert [column["judged"]["wins"] for column in told["columns"]] == [0, 1]
    rows = list(csv.DictReader(io.StringIO((cli.folder / "judged.csv").read_text("utf-8-sig"), newline="")))
    assert [row["judged"] for row in rows] == ["false", "", "true", ""]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--resume", "last"), "no comparison is in history yet"),
        (("--resume", "last", "hello"), "takes no preset or message"),
        (("--resume", "last", "--set", "temperature=1"), "takes no --set"),
        (("hello", "--failed"), "--failed says what --resume sends"),
    ],
)
def test_what_can_not_be_resumed(cli: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    done = cli("compare", *arguments)
    assert done.code == ExitCode.BAD_INPUT
    assert said in done.err
    assert done.out == ""


def test_fewer_repeats_than_there_are(cli: CommandLine) -> None:
    assert cli(*BEGUN).code == ExitCode.OK
    done = cli("compare", "--resume", "last", "--repeats", "1")
    assert done.code == ExitCode.BAD_INPUT
    assert "it has 2 already" in done.err
