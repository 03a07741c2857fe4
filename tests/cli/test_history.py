"""`workbench history list`, `search`, `show` and `export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from workbench.cli.output import Output
from workbench.core.json_value import JSON


@pytest.fixture
def ran(cli: CommandLine) -> list[str]:
    """The ids of two runs of the practice model, the newer one first."""
    for words in ("점심 메뉴를 골라 줘", "say SOMETHING\x1b[2J"):
        assert cli("run", "--model", "practice-fast", "--set", "max_completion_tokens=5", words).code == 0
    return [run["id"] for run in cli("history", "list", "--json").json]


def test_a_word_of_last_weeks_prompt_finds_its_run(cli: CommandLine, ran: list[str]) -> None:
    found = cli("history", "search", "뉴", "--json")
    assert found.code == 0
    (run,) = found.json
    assert run["id"] == ran[1]
    assert (run["state"], run["model"], run["source"], run["cost_usd"]) == ("complete", "practice-fast", "cli", 0.0)
    assert run["tokens"]["completion"] == 5
    assert [run["id"] for run in cli("history", "search", "something", "--json").json] == [ran[0]]
    assert cli("history", "search", "nowhere", "--json").json == []
    assert [run["id"] for run in cli("history", "search", "메뉴를", "골라", "--json").json] == [ran[1]]
    assert cli("history", "search", "").code == 2


def test_the_list_is_narrowed_by_options(cli: CommandLine, ran: list[str]) -> None:
    assert [line.split("\t")[0] for line in cli("history", "list").out.splitlines()] == ran
    assert [run["id"] for run in cli("history", "list", "--limit", "1", "--json").json] == ran[:1]
    assert cli("history", "list", "--state", "failed", "--json").json == []
    assert len(cli("history", "list", "--since", "today", "--model", "FAST", "--json").json) == 2
    for option, value in (("--state", "done"), ("--since", "soon"), ("--cost-over", "x"), ("--limit", "0")):
        ended = cli("history", "list", option, value)
        assert (ended.code, ended.out) == (2, "")
        assert value in ended.err


def test_a_run_is_shown_whole(cli: CommandLine, ran: list[str]) -> None:
    told = cli("history", "show", ran[1][:21], "--json").json
    assert told["id"] == ran[1]
    assert told["prompt"]["messages"][0]["content"] == "점심 메뉴를 골라 줘"
    assert {"state", "choices", "usage", "timings", "request", "error", "time"} <= set(told)
    page = cli("history", "show", "last")
    assert page.code == 0
    assert f"- run: {ran[0]}" in page.out
    assert "## answer (length)" in page.out
    assert "\x1b" not in page.out
    assert cli("history", "show", "2020").code == 2


def test_an_export_holds_all_and_writes_over_nothing(cli: CommandLine, ran: list[str]) -> None:
    lines = [json.loads(line) for line in cli("history", "export").out.splitlines()]
    assert [line["id"] for line in lines] == ran
    out = cli.folder / "runs.md"
    assert cli("history", "export", "--text", "메뉴", "--out", str(out)).code == 0
    assert ran[1] in out.read_text("utf-8")
    assert ran[0] not in out.read_text("utf-8")
    again = cli("history", "export", "last", "--out", str(out))
    assert (again.code, "--force" in again.err) == (2, True)
    assert Path(out).read_text("utf-8").count("# Prompt") == 1


def test_an_array_is_json_at_any_length(capsys: pytest.CaptureFixture[str]) -> None:
    several: list[JSON] = [1, {"a": "\u202e가"}]
    for values in (several[:0], several[:1], several):
        Output().json_array(values)
        assert json.loads(capsys.readouterr().out) == values
