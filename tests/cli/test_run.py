"""`workbench run` as a process: what it prints, where, and how it ends; against practice and a server of the tests."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fault_server import CUT, STALL, FaultServer, completion, sse, text_chunk, whole
from tests.support.terminal import clean_environ

KEY = "sk-proj-canary-4f9a8b7c6d5e4f3a2b1c0d9e8f7a"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


async def workbench(home: Path, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> Done:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workbench",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean_environ(home, environ),
        cwd=home,
    )
    out, err = await process.communicate(stdin)
    return Done(process.returncode or 0, out.decode(), err.decode())


def at(server: FaultServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}


GOOD = sse(text_chunk("서울"), text_chunk(" good", finish="stop"))


async def test_practice_answers_with_no_key_and_says_what_it_is(tmp_path: Path) -> None:
    done = await workbench(tmp_path, "run", "hello", "--model", "practice-fast")
    assert done.code == 0
    assert len(done.out.split()) > 10
    assert "not an AI" in done.err
    assert " out " in done.err


async def test_the_object_of_json_has_its_fixed_names(tmp_path: Path) -> None:
    done = await workbench(tmp_path, "run", "hello", "--model", "practice-fast", "--json", "--set", "temperature=0")
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


async def test_a_good_answer_of_an_endpoint(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        done = await workbench(tmp_path, "run", "hi", "--model", "m", environ=at(server))
    assert (done.code, done.out) == (0, "서울 good\n")
    seen = server.requests[0]
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.json["messages"] == [{"role": "user", "content": "hi"}]
    assert "canary" not in done.out + done.err


async def test_an_answer_in_one_piece(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*whole(completion("all")))
        done = await workbench(tmp_path, "run", "hi", "--model", "m", "--no-stream", "--json", environ=at(server))
    assert server.requests[0].json["stream"] is False
    assert done.json["choices"][0]["text"] == "all"
    assert done.code == 0


async def test_a_cut_answer_is_truncated_and_kept(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("half"), CUT, done=False, end=False))
        done = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
    assert done.code == 1
    assert done.json["state"] == "truncated"
    assert done.json["choices"][0]["text"] == "half"
    assert done.json["error"]["kind"] == "broken_stream"
    assert len(server.requests) == 1


async def test_a_refused_prompt_is_told_whole_and_nothing_is_sent(tmp_path: Path) -> None:
    async with FaultServer() as server:
        arguments = ("run", "hi {{who}}", "--model", "m", "--set", "temperature=9", "--json")
        done = await workbench(tmp_path, *arguments, environ=at(server))
    assert done.code == 2
    assert done.json["state"] == "error"
    assert done.json["error"]["kind"] == "refused"
    fields = " ".join(problem["field"] for problem in done.json["error"]["problems"])
    assert "temperature" in fields
    assert "who" in json.dumps(done.json["error"]["problems"])
    assert done.json["attempts"] == 0
    assert server.requests == []


async def test_anyway_sends_it(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        done = await workbench(
            tmp_path, "run", "hi", "--model", "m", "--set", "temperature=9", "--anyway", environ=at(server)
        )
    assert done.code == 0
    assert server.requests[0].json["temperature"] == 9


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(401, "invalid_api_key", "authentication"), (404, "model_not_found", "not_found"), (400, None, "bad_request")],
)
async def test_an_error_names_its_kind_and_is_not_retried(
    tmp_path: Path, status: int, code: str | None, kind: str
) -> None:
    body = {"error": {"message": f"no. {KEY}", "type": "invalid_request_error", "param": None, "code": code}}
    async with FaultServer() as server:
        server.reply(*whole(body, status))
        done = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
    assert done.code == 1
    assert done.json["error"]["kind"] == kind
    assert done.json["error"]["status"] == status
    assert done.json["attempts"] == len(server.requests) == 1
    assert "canary" not in done.out + done.err


async def test_a_rate_limit_is_retried_and_each_request_counted(tmp_path: Path) -> None:
    limit = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
    async with FaultServer() as server:
        server.reply(*whole(limit, 429))
        server.reply(*GOOD)
        done = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
    assert done.code == 0
    assert done.json["attempts"] == len(server.requests) == 2
    assert "attempt 2 in" in done.err


async def test_length_is_success_and_a_filter_is_not(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("a", finish="length")))
        server.reply(*sse(text_chunk("a", finish="content_filter")))
        first = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
        second = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
    assert (first.code, first.json["state"]) == (0, "complete")
    assert (second.code, second.json["state"]) == (1, "complete")


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


async def test_sigterm_ends_with_143(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*sse(text_chunk("partial"), STALL, done=False, end=False))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", "run", "hi", "--model", "m",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=tmp_path,
            env=clean_environ(tmp_path, at(server)),
        )  # fmt: skip
        assert process.stdout is not None
        await process.stdout.readexactly(7)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 143


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


async def test_control_bytes_are_shown_and_raw_leaves_them(tmp_path: Path) -> None:
    hostile = "a\x1b]52;c;aGk=\x07b\tc"
    async with FaultServer() as server:
        server.reply(*sse(text_chunk(hostile, finish="stop")))
        shown = await workbench(tmp_path, "run", "hi", "--model", "m", environ=at(server))
        raw = await workbench(tmp_path, "run", "hi", "--model", "m", "--raw", environ=at(server))
        told = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=at(server))
    assert "\x1b" not in shown.out
    assert "\t" in shown.out
    assert raw.out == hostile + "\n"
    assert "\x1b" not in told.out
    assert told.json["choices"][0]["text"] == hostile


async def test_a_terminal_without_utf8_gets_escapes(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*GOOD)
        environ = {**at(server), "PYTHONIOENCODING": "ascii"}
        shown = await workbench(tmp_path, "run", "hi", "--model", "m", environ=environ)
        told = await workbench(tmp_path, "run", "hi", "--model", "m", "--json", environ=environ)
    assert shown.code == told.code == 0
    assert "\\uc11c" in shown.out
    assert told.json["choices"][0]["text"] == "서울 good"


async def test_standard_input_files_and_variables(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("기사", encoding="utf-8")
    async with FaultServer() as server:
        server.reply(*GOOD)
        arguments = ("run", "-", "--model", "m", "--var", "a=@article.txt", "--var", "b=x", "--system", "short")
        done = await workbench(tmp_path, *arguments, stdin=b"{{a}} {{b}}\n", environ=at(server))
    assert done.code == 0
    assert server.requests[0].json["messages"] == [
        {"role": "system", "content": "short"},
        {"role": "user", "content": "기사 x"},
    ]


async def test_a_missing_file_is_named_and_nothing_is_sent(tmp_path: Path) -> None:
    async with FaultServer() as server:
        done = await workbench(tmp_path, "run", "{{a}}", "--model", "m", "--var", "a=@none.txt", environ=at(server))
    assert done.code == 2
    assert "none.txt" in done.err
    assert server.requests == []


async def test_arguments_may_come_in_any_order(tmp_path: Path) -> None:
    done = await workbench(tmp_path, "run", "--json", "--model", "practice-fast", "hello")
    assert done.json["request"]["messages"] == [{"role": "user", "content": "hello"}]
    wrong = await workbench(tmp_path, "run", "hello", "--no-such-option")
    assert wrong.code == 2
    assert "--no-such-option" in wrong.err


async def test_the_courses_timeout_step_works_offline(tmp_path: Path) -> None:
    done = await workbench(tmp_path, "run", "hi", "--set", "timeout=0.001", "--json")
    assert done.code == 1
    assert done.json["error"]["kind"] == "timeout"


async def test_a_connection_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = await workbench(tmp_path, "run", "hi", "--connection", "lab")
    assert done.code == 2
    assert "lab" in done.err
    assert "practice" in done.err


async def test_an_answer_that_is_not_the_json_asked_for_is_told(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.reply(*whole(completion('{"entities": 5}')))
        done = await workbench(tmp_path, "run", "x", "--format", "entities", "--no-stream", environ=at(server))
    assert done.code == 0
    assert done.out == '{"entities": 5}\n'
    assert "workbench: entities: must be a list, found a number" in done.err
