"""`workbench run`: what it prints, where, and how it ends; in this process, and as one where signals end it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import KEY, CommandLine, Ended, serving
from tests.support.fault_server import CUT, STALL, FaultServer, Seen, Step, completion, sse, text_chunk, whole
from tests.support.terminal import clean_environ
from workbench.cli.main import main

GOOD = sse(text_chunk("서울"), text_chunk(" good", finish="stop"))


def asked(cli: CommandLine, *arguments: str, replies: Sequence[Sequence[Step]] = (GOOD,)) -> tuple[Ended, list[Seen]]:
    """`workbench run` at an endpoint of the tests' own: what came of it, and the requests."""
    with serving(cli.monkeypatch, *replies, key=KEY) as server:
        return cli("run", *arguments, "--model", "m"), server.requests


def test_practice_answers_with_no_key_and_says_what_it_is(cli: CommandLine) -> None:
    done = cli("run", "hello", "--model", "practice-fast")
    assert done.code == 0
    assert len(done.out.split()) > 10
    assert "not an AI" in done.err
    assert " out " in done.err


def test_the_object_of_json_has_its_fixed_names(cli: CommandLine) -> None:
    done = cli("run", "hello", "--model", "practice-fast", "--json", "--set", "temperature=0")
    assert done.code == 0
    told = done.json
    assert list(told) == [
        "state", "choices", "model", "usage", "cost_usd", "timings", "attempts", "request_id", "connection",
        "request", "notes", "error",
    ]  # fmt: skip
    assert list(told["choices"][0]) == [
        "index", "text", "finish_reason", "reasoning", "refusal", "tool_calls", "logprobs",
    ]  # fmt: skip
    assert told["state"] == "complete"
    assert told["connection"] == "practice"
    assert told["attempts"] == 1
    assert told["error"] is None
    assert told["request"]["temperature"] == 0
    assert told["usage"]["completion_tokens"] > 0
    assert set(told["timings"]) == {"first_byte_s", "first_token_s", "total_s"}


def test_a_good_answer_of_an_endpoint(cli: CommandLine) -> None:
    done, (seen,) = asked(cli, "hi")
    assert (done.code, done.out) == (0, "서울 good\n")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.json["messages"] == [{"role": "user", "content": "hi"}]
    assert "canary" not in done.out + done.err


def test_an_answer_in_one_piece(cli: CommandLine) -> None:
    done, (seen,) = asked(cli, "hi", "--no-stream", "--json", replies=[whole(completion("all"))])
    assert seen.json["stream"] is False
    assert done.json["choices"][0]["text"] == "all"
    assert done.code == 0


def test_a_cut_answer_is_truncated_and_kept(cli: CommandLine) -> None:
    half = sse(text_chunk("half"), CUT, done=False, end=False)
    done, seen = asked(cli, "hi", "--json", replies=[half])
    assert done.code == 1
    assert done.json["state"] == "truncated"
    assert done.json["choices"][0]["text"] == "half"
    assert done.json["error"]["kind"] == "broken_stream"
    assert len(seen) == 1


def test_a_refused_prompt_is_told_whole_and_nothing_is_sent(cli: CommandLine) -> None:
    done, seen = asked(cli, "hi {{who}}", "--set", "temperature=9", "--json")
    assert done.code == 2
    assert done.json["state"] == "error"
    assert done.json["error"]["kind"] == "refused"
    fields = " ".join(problem["field"] for problem in done.json["error"]["problems"])
    assert "temperature" in fields
    assert "who" in json.dumps(done.json["error"]["problems"])
    assert done.json["attempts"] == 0
    assert seen == []


def test_anyway_sends_it(cli: CommandLine) -> None:
    done, (seen,) = asked(cli, "hi", "--set", "temperature=9", "--anyway")
    assert done.code == 0
    assert seen.json["temperature"] == 9


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(401, "invalid_api_key", "authentication"), (404, "model_not_found", "not_found"), (400, None, "bad_request")],
)
def test_an_error_names_its_kind_and_is_not_retried(cli: CommandLine, status: int, code: str | None, kind: str) -> None:
    body = {"error": {"message": f"no. {KEY}", "type": "invalid_request_error", "param": None, "code": code}}
    done, seen = asked(cli, "hi", "--json", replies=[whole(body, status)])
    assert done.code == 1
    assert done.json["error"]["kind"] == kind
    assert done.json["error"]["status"] == status
    assert done.json["attempts"] == len(seen) == 1
    assert "canary" not in done.out + done.err


def test_a_rate_limit_is_retried_and_each_request_counted(cli: CommandLine) -> None:
    limit = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
    done, seen = asked(cli, "hi", "--json", replies=[whole(limit, 429), GOOD])
    assert done.code == 0
    assert done.json["attempts"] == len(seen) == 2
    assert "attempt 2 in" in done.err


@pytest.mark.parametrize(("finish", "code"), [("length", 0), ("content_filter", 1)])
def test_length_is_success_and_a_filter_is_not(cli: CommandLine, finish: str, code: int) -> None:
    done, _ = asked(cli, "hi", "--json", replies=[sse(text_chunk("a", finish=finish))])
    assert (done.code, done.json["state"]) == (code, "complete")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_with_its_own_code(cli: CommandLine, number: signal.Signals, code: int) -> None:
    def decide(seen: Seen) -> Sequence[Step]:
        os.kill(os.getpid(), number)
        return sse(text_chunk("partial"), STALL, done=False, end=False)

    with serving(cli.monkeypatch, key=KEY) as server:
        server.answer_with(decide)
        assert cli("run", "hi", "--model", "m").code == code


def at(server: FaultServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}


async def test_ctrl_c_keeps_what_came(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("partial"), STALL, done=False, end=False))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", "run", "hi", "--model", "m",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=tmp_path,
            env=clean_environ(tmp_path, at(server)),
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readexactly(7) == b"partial"
        process.send_signal(signal.SIGINT)
        out, _ = await process.communicate()
    assert process.returncode == 130
    assert out == b"\n"
    with sqlite3.connect(tmp_path / "workbench" / "workbench.db") as database:
        assert database.execute("SELECT state, text FROM runs JOIN answers ON run = id").fetchall() == [
            ("cancelled", "partial")
        ]


async def test_a_closed_pipe_stops_the_run(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    gate = asyncio.Event()
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("first"), gate, text_chunk("second"), STALL, done=False, end=False))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", "run", "hi", "--model", "m",
            stdout=writing, stderr=asyncio.subprocess.PIPE, cwd=tmp_path, env=clean_environ(tmp_path, at(server)),
        )  # fmt: skip
        os.close(writing)
        await asyncio.to_thread(os.read, reading, 5)
        os.close(reading)
        gate.set()
        _, err = await process.communicate()
    assert process.returncode == 141
    assert b"Traceback" not in err


def test_control_bytes_are_shown_and_raw_leaves_them(cli: CommandLine) -> None:
    hostile = "a\x1b]52;c;aGk=\x07b\tc"
    replies = [sse(text_chunk(hostile, finish="stop"))]
    shown, raw, told = (asked(cli, "hi", *how, replies=replies)[0] for how in ((), ("--raw",), ("--json",)))
    assert "\x1b" not in shown.out
    assert "\t" in shown.out
    assert raw.out == hostile + "\n"
    assert "\x1b" not in told.out
    assert told.json["choices"][0]["text"] == hostile


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_terminal_without_utf8_gets_escapes(cli: CommandLine, how: tuple[str, ...]) -> None:
    stdout = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    with serving(cli.monkeypatch, GOOD), cli.monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        assert main(("run", "hi", "--model", "m", *how)) == 0
    stdout.seek(0)
    out = stdout.read()
    assert "\\uc11c" in out
    assert not how or json.loads(out)["choices"][0]["text"] == "서울 good"


def test_standard_input_files_and_variables(cli: CommandLine) -> None:
    (cli.folder / "article.txt").write_text("기사", encoding="utf-8")
    with serving(cli.monkeypatch, GOOD, key=KEY) as server:
        arguments = ("run", "-", "--model", "m", "--var", "a=@article.txt", "--var", "b=x", "--system", "short")
        assert cli(*arguments, stdin=b"{{a}} {{b}}\n").code == 0
    assert server.requests[0].json["messages"] == [
        {"role": "system", "content": "short"},
        {"role": "user", "content": "기사 x"},
    ]


def test_a_missing_file_is_named_and_nothing_is_sent(cli: CommandLine) -> None:
    done, seen = asked(cli, "{{a}}", "--var", "a=@none.txt")
    assert done.code == 2
    assert "none.txt" in done.err
    assert seen == []


def test_arguments_may_come_in_any_order(cli: CommandLine) -> None:
    done = cli("run", "--json", "--model", "practice-fast", "hello")
    assert done.json["request"]["messages"] == [{"role": "user", "content": "hello"}]
    wrong = cli("run", "hello", "--no-such-option")
    assert wrong.code == 2
    assert "--no-such-option" in wrong.err


def test_the_courses_timeout_step_works_offline(cli: CommandLine) -> None:
    done = cli("run", "hi", "--set", "timeout=0.001", "--json")
    assert done.code == 1
    assert done.json["error"]["kind"] == "timeout"


def test_a_connection_that_is_not_there_is_named(cli: CommandLine) -> None:
    done = cli("run", "hi", "--connection", "lab")
    assert done.code == 2
    assert "lab" in done.err
    assert "practice" in done.err


def test_an_answer_that_is_not_the_json_asked_for_is_told(cli: CommandLine) -> None:
    replies = [whole(completion('{"entities": 5}'))]
    done, _ = asked(cli, "x", "--format", "entities", "--no-stream", replies=replies)
    assert done.code == 0
    assert done.out == '{"entities": 5}\n'
    assert "workbench: entities: must be a list, found a number" in done.err
